"""Render presets side by side, or one at several values of a strength, or without each method."""

from argparse import ArgumentParser, Namespace

from explorer.catalogue import dispensable
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
from explorer.titles import common_title

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
    parser.add_argument(
        "--leave-one-out",
        action="store_true",
        help="one preset, and the same without one of its methods at a time",
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
    page = sheet([cells], title=common_title(network, recipes[0]))
    write_whole(path, sheet_png(page, recipes))
    if outcome.stopped and not arguments.json:
        return 130
    results = []
    for i, (recipe, frame) in enumerate(zip(recipes, outcome.frames, strict=True)):
        told = judgment(network, recipe, frame, outcome.curves[i], photo)
        say_diagnosis(told, frame, titles[i])
        results.append(summary(recipe, outcome, i) | told)
    if arguments.json:
        print_json({"results": results, "device": device.start(), "output": str(path)})
    return 130 if outcome.stopped else 0


def _compared(arguments: Namespace) -> tuple[list[str], list[Recipe]]:
    """Titles and recipes: of several presets, or of one and its changes."""
    if arguments.leave_one_out and arguments.series is not None:
        raise InputError("--series and --leave-one-out do not go together: give one of them.")
    if arguments.leave_one_out:
        return _without_each(arguments)
    if arguments.series is not None:
        return _at_several_values(arguments)
    given = arguments.presets
    names = names_in("--presets", FOUR if given is None else given)
    recipes = [recipe_of(arguments, name) for name in names]
    return [PRESETS[name].title for name in names], recipes


def _only_preset(arguments: Namespace) -> str:
    given = arguments.presets
    name, *others = names_in("--presets", DEFAULT_PRESET if given is None else given)
    if others:
        raise InputError("A series is of one preset: give one with --presets.")
    return name


def _at_several_values(arguments: Namespace) -> tuple[list[str], list[Recipe]]:
    name, changes = _only_preset(arguments), series(arguments.series)
    varied = changes[0].partition("=")[0]
    for given in arguments.set:
        changed = given.partition("=")[0]
        if changed == varied or given == f"{varied.partition('.')[0]}=off":
            raise InputError(
                f"--series and --set {changed} say different things: give one of them."
            )
    recipes = [recipe_of(arguments, name, [change]) for change in changes]
    return [f"{PRESETS[name].title}, {change}" for change in changes], recipes


def _without_each(arguments: Namespace) -> tuple[list[str], list[Recipe]]:
    name = _only_preset(arguments)
    whole = recipe_of(arguments, name)
    methods, title = dispensable(whole.methods) if whole.steps else [], PRESETS[name].title
    if not methods:
        raise InputError(f"'{name}' has no method that can be left out: choose another preset.")
    recipes = [recipe_of(arguments, name, [f"{method}=off"]) for method in methods]
    return [title, *(f"{title}, without {method}" for method in methods)], [whole, *recipes]
