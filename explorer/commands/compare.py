"""Render several presets, or one at several values of a strength, side by side, as a sheet."""

from argparse import ArgumentParser, Namespace

from explorer.changes import series
from explorer.commands.judging import judgment, say_diagnosis
from explorer.commands.options import (
    add_ascent,
    add_network,
    add_target,
    names_in,
    output_of,
    print_json,
    read_photos,
    ready,
    recipe_of,
)
from explorer.commands.progress import watch
from explorer.commands.render import summary
from explorer.errors import InputError
from explorer.files import write_whole
from explorer.networks import device, load_network
from explorer.notes import sheet_png
from explorer.presets import DEFAULT_PRESET, PRESETS, REGULARIZED
from explorer.recipe import Recipe
from explorer.render import check, render_together
from explorer.sheets import sheet
from explorer.targets import describe

FOUR = ",".join(REGULARIZED[1:])


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    add_target(parser)
    add_ascent(parser)
    parser.add_argument(
        "--presets", help=f"names, separated by commas: {FOUR}, or of a series {DEFAULT_PRESET}"
    )
    parser.add_argument(
        "--series",
        metavar="METHOD.PARAMETER=VALUE,VALUE",
        help="one strength at several values, of one preset",
    )
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments: Namespace) -> int | None:
    """Render and save the sheet."""
    path = output_of(arguments)
    photo = read_photos(arguments)
    titles, recipes = _compared(arguments)
    for recipe in recipes:
        check(load_network(recipe.network), recipe, photo)
    network = ready(arguments.network)
    outcome = watch(render_together(network, recipes, photo), recipes)
    cells = [
        (
            frame.kept.image,
            f"{title}\n{frame.done} steps, score {frame.kept.score:.4g}",
        )
        for title, frame in zip(titles, outcome.frames, strict=True)
    ]
    title = describe(network, recipes[0].target)
    write_whole(path, sheet_png(sheet([cells], title=title), recipes))
    if outcome.stopped and not arguments.json:
        return 130
    results = []
    for i, (recipe, frame) in enumerate(zip(recipes, outcome.frames, strict=True)):
        told = judgment(network, recipe, frame, outcome.curves[i], photo)
        say_diagnosis(told, titles[i] if arguments.series else recipe.preset)
        results.append(summary(recipe, outcome, i) | told)
    if arguments.json:
        print_json({"results": results, "device": device.start(), "output": str(path)})
    return 130 if outcome.stopped else 0


def _compared(arguments) -> tuple[list[str], list[Recipe]]:
    """Titles and recipes: of several presets, or of one at several values of a strength."""
    given = arguments.presets
    if arguments.series is None:
        names = names_in("--presets", FOUR if given is None else given)
        recipes = [recipe_of(arguments, name) for name in names]
        return [PRESETS[name].title for name in names], recipes
    name, *others = names_in("--presets", DEFAULT_PRESET if given is None else given)
    if others:
        raise InputError("A series is of one preset: give one with --presets.")
    changes = series(arguments.series)
    varied = changes[0].partition("=")[0]
    for given in arguments.set:
        name = given.partition("=")[0]
        if name in (varied, varied.partition(".")[0]):
            raise InputError(f"--series and --set {name} say different things: leave one out.")
    recipes = [recipe_of(arguments, name, [change]) for change in changes]
    return [f"{PRESETS[name].title}, {change}" for change in changes], recipes
