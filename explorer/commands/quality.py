"""Render many targets with several presets, as a sheet of pictures and a table of measures."""

import json
import sys
from argparse import ArgumentParser, Namespace
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from time import perf_counter

from tqdm import tqdm

from explorer.commands.judging import judgment
from explorer.commands.options import add_network, add_shape, names_in, print_json, ready, shape_of
from explorer.errors import InputError
from explorer.files import check_writable, write_whole
from explorer.images import png_bytes
from explorer.measures import MEASURES, in_words
from explorer.networks import device, load_network
from explorer.networks.network import Network
from explorer.notes import versions
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.recipe import Recipe, preset
from explorer.render import Frame, check, render
from explorer.sheets import sheet
from explorer.targets import Target, describe


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    parser.add_argument("--layers", help="names, separated by commas; with --channels")
    parser.add_argument("--channels", help="numbers, separated by commas, of each of the layers")
    parser.add_argument("--classes", help="names or numbers, separated by commas, instead")
    parser.add_argument("--presets", default=DEFAULT_PRESET, help="names, separated by commas")
    add_shape(parser)
    parser.add_argument(
        "-o", "--output", required=True, help="where to write: SHEET makes SHEET.png and SHEET.json"
    )


@dataclass(frozen=True)
class Result:
    """A finished picture of the grid: its recipe, last frame, time in seconds and judgment."""

    recipe: Recipe
    frame: Frame
    seconds: float
    told: dict

    @property
    def measures(self) -> dict[str, float]:
        """By name; means where the recipe draws several pictures."""
        return self.told["measures"]

    def as_json(self) -> dict:
        """Plain values."""
        return {
            "target": self.recipe.target.as_json(),
            "preset": self.recipe.preset,
            "score": self.frame.kept.score,
            "steps_done": self.frame.done,
            "seconds": round(self.seconds, 3),
            "recipe": self.recipe.as_dict(),
        } | self.told


def run(arguments: Namespace) -> int | None:
    """Render the grid, judge every picture, and write sheet and table."""
    image_path, table_path = _paths(arguments.output)
    network = load_network(arguments.network)
    recipes = _recipes(arguments)
    for recipe in recipes:
        check(network, recipe)
    network = ready(arguments.network)
    results, stopped = [], False
    with tqdm(
        total=sum(recipe.total_steps for recipe in recipes),
        unit="step",
        file=sys.stderr,
        dynamic_ncols=True,
    ) as bar:
        try:
            for recipe in recipes:
                bar.set_postfix_str(recipe.caption)
                results.append(_result(network, recipe, bar))
        except KeyboardInterrupt:
            if not results:
                raise
            stopped = True
    if stopped:
        print("Stopped; the pictures that are finished are kept.", file=sys.stderr)
    table = {
        "network": network.name,
        "device": device.start(),
        "stopped": stopped,
        "results": [result.as_json() for result in results],
        "medians": _medians(results),
        "versions": versions(),
    }
    write_whole(image_path, png_bytes(_sheet(network, results), {"recipes": _plain(results)}))
    write_whole(table_path, (json.dumps(table, indent=2) + "\n").encode())
    if arguments.json:
        print_json(table | {"output": [str(image_path), str(table_path)]})
    else:
        print("\n".join(_markdown(network, results)))
    return 130 if stopped else 0


def _paths(output: str) -> tuple[Path, Path]:
    """The picture and the table that `-o` means, checked."""
    if Path(output).suffix.lower() not in ("", ".png"):
        raise InputError(f"The output '{output}' must be a name without an ending, or with .png.")
    picture = check_writable(output if output.lower().endswith(".png") else f"{output}.png")
    return picture, check_writable(picture.with_suffix(".json"), (".json",))


def _recipes(arguments) -> list[Recipe]:
    if bool(arguments.classes) == bool(arguments.layers or arguments.channels):
        raise InputError("Say which targets: --layers with --channels, or --classes.")
    if arguments.classes:
        targets = [Target(class_=name) for name in names_in("--classes", arguments.classes)]
    else:
        layers = names_in("--layers", arguments.layers)
        channels = [_channel(text) for text in names_in("--channels", arguments.channels)]
        targets = [Target(layer, channel) for layer in layers for channel in channels]
    return [
        preset(name, target, network=arguments.network, **shape_of(arguments))
        for target in targets
        for name in names_in("--presets", arguments.presets)
    ]


def _channel(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise InputError(f"--channels takes whole numbers, not '{text}'.") from None


def _result(network: Network, recipe: Recipe, bar) -> Result:
    start, before, curve = perf_counter(), bar.n, []
    for frame in render(network, recipe):
        bar.update(before + frame.done - bar.n)
        if frame.recipe == recipe:
            curve.append((frame.step, frame.score))
    seconds = perf_counter() - start
    bar.update(before + recipe.total_steps - bar.n)
    return Result(recipe, frame, seconds, judgment(network, recipe, frame, curve))


def _by_preset(results: list[Result]) -> dict[str, list[Result]]:
    return {
        name: [result for result in results if result.recipe.preset == name]
        for name in dict.fromkeys(result.recipe.preset for result in results)
    }


def _medians(results: list[Result]) -> dict[str, dict[str, float]]:
    """Preset -> the median of each measure over the targets that have it, and of the seconds."""
    return {
        name: {
            measure: median(result.measures[measure] for result in of if measure in result.measures)
            for measure in MEASURES
            if any(measure in result.measures for result in of)
        }
        | {"seconds": round(median(result.seconds for result in of), 3)}
        for name, of in _by_preset(results).items()
    }


def _plain(results: list[Result]) -> list[dict]:
    return [result.recipe.as_dict() for result in results]


def _sheet(network: Network, results: list[Result]):
    """A row for each target, a column for each preset."""
    rows: dict[Target, list] = {}
    for result in results:
        robust = in_words("robust_score", result.measures["robust_score"])
        caption = f"{PRESETS[result.recipe.preset].title}\nrobust score {robust}"
        rows.setdefault(result.recipe.target, []).append((result.frame.kept.image, caption))
    headings = [describe(network, target) for target in rows]
    return sheet(list(rows.values()), headings)


def _markdown(network: Network, results: list[Result]) -> list[str]:
    """The table of measures; the medians of each preset come last."""
    medians = _medians(results)
    names = [name for name in MEASURES if any(name in row for row in medians.values())]

    def line(target: str, preset_: str, seconds: float, values: dict[str, float]) -> str:
        cells = [in_words(name, values[name]) if name in values else "–" for name in names]
        return "| " + " | ".join([target, preset_, *cells, f"{seconds:.1f} s"]) + " |"

    titles = [MEASURES[name].title for name in names]
    return [
        "| " + " | ".join(["target", "preset", *titles, "time"]) + " |",
        "|---|---|" + "---:|" * (len(names) + 1),
        *(
            line(describe(network, r.recipe.target), r.recipe.preset, r.seconds, r.measures)
            for r in results
        ),
        *(line("median", name, values["seconds"], values) for name, values in medians.items()),
    ]
