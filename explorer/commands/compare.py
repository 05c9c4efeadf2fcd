"""Render several presets for one target side by side, as a sheet."""

from explorer.commands.judging import judgment, say_diagnosis
from explorer.commands.options import (
    add_ascent,
    add_network,
    add_target,
    names_in,
    print_json,
    read_photos,
    ready,
    recipe_of,
)
from explorer.commands.progress import watch
from explorer.commands.render import summary
from explorer.images import check_writable, png_bytes, write_whole
from explorer.networks import device, load_network
from explorer.notes import versions
from explorer.presets import PRESETS, REGULARIZED
from explorer.render import check, render_together
from explorer.sheets import sheet
from explorer.targets import describe

FOUR = ",".join(REGULARIZED[1:])


def add(parser):
    """Options."""
    add_network(parser)
    add_target(parser)
    add_ascent(parser)
    parser.add_argument("--presets", default=FOUR, help="names, separated by commas")
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments):
    """Render and save the sheet."""
    path = check_writable(arguments.output)
    photo = read_photos(arguments)
    recipes = [recipe_of(arguments, name) for name in names_in("--presets", arguments.presets)]
    for recipe in recipes:
        check(load_network(recipe.network), recipe, photo)
    network = ready(arguments.network)
    outcome = watch(render_together(network, recipes, photo), recipes)
    cells = [
        (
            frame.kept.image,
            f"{PRESETS[recipe.preset].title}\n{frame.done} steps, score {frame.kept.score:.4g}",
        )
        for recipe, frame in zip(recipes, outcome.frames, strict=True)
    ]
    title = describe(network, recipes[0].target)
    note = {"recipes": [recipe.as_dict() for recipe in recipes], "versions": versions()}
    write_whole(path, png_bytes(sheet([cells], title=title), note))
    if outcome.stopped and not arguments.json:
        return 130
    results = []
    for i, (recipe, frame) in enumerate(zip(recipes, outcome.frames, strict=True)):
        told = judgment(network, recipe, frame, outcome.curves[i], photo)
        say_diagnosis(told, recipe.preset)
        results.append(summary(recipe, outcome, i) | told)
    if arguments.json:
        print_json({"results": results, "device": device.start(), "output": str(path)})
    return 130 if outcome.stopped else 0
