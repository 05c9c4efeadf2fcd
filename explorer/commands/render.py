"""Render the picture that excites a channel, a neuron or a class."""

from explorer.commands.options import (
    add_ascent,
    add_network,
    add_target,
    check_photo_is_used,
    photo_of,
    print_json,
    ready,
    recipe_in,
    recipe_of,
)
from explorer.commands.progress import watch
from explorer.errors import InputError
from explorer.images import check_writable, write_whole
from explorer.networks import device, load_network
from explorer.networks.classes import short_name
from explorer.notes import picture_png
from explorer.presets import DEFAULT_PRESET
from explorer.render import check, render


def add(parser):
    """Options."""
    add_network(parser)
    add_target(parser)
    add_ascent(parser)
    parser.add_argument("--preset", help=f"named recipe to begin with (default {DEFAULT_PRESET})")
    parser.add_argument("--recipe", metavar="FILE", help="a recipe as JSON, or a saved PNG")
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments):
    """Render and save."""
    path = check_writable(arguments.output)
    photo = photo_of(arguments.photo)
    if arguments.recipe is None:
        recipe = recipe_of(arguments, photo, arguments.preset)
    else:
        _refuse_beside_recipe(arguments)
        recipe = recipe_in(arguments.recipe)
    check(load_network(recipe.network), recipe, photo)
    check_photo_is_used(recipe, photo)
    return render_to(path, recipe, photo, arguments.json)


def render_to(path, recipe, photo, as_json, moments=None):
    """Render a recipe into a PNG, with progress; print what came of it if `as_json`."""
    network = ready(recipe.network)
    frames = moments(network) if moments else render(network, recipe, photo)
    outcome = watch(((frame,) for frame in frames), (recipe,))
    frame = outcome.frames[0]
    write_whole(path, picture_png(recipe, frame))
    if as_json:
        print_json(summary(recipe, outcome, 0) | {"device": device.start(), "output": str(path)})
    return 130 if outcome.stopped else 0


def summary(recipe, outcome, index):
    """What `--json` says of one recipe."""
    network, frame = load_network(recipe.network), outcome.frames[index]
    of_class = recipe.target.layer == network.class_layer
    return {
        "network": recipe.network,
        "layer": recipe.target.layer,
        "channel": recipe.target.channel,
        "class": short_name(recipe.target.channel) if of_class else None,
        "preset": recipe.preset,
        "score": frame.kept.score,
        "best_score": outcome.best_scores[index],
        "first_score": outcome.first_scores[index],
        "steps": recipe.steps,
        "steps_done": frame.done,
        "total_steps": recipe.total_steps,
        "stopped": outcome.stopped,
        "seconds": round(outcome.seconds, 3),
        "seconds_per_step": round(outcome.seconds / max(outcome.steps, 1), 4),
        "recipe": recipe.as_dict(),
    }


def _refuse_beside_recipe(arguments):
    options = ("layer", "channel", "position", "class_", "steps", "size", "seed", "keep", "preset")
    given = [o.strip("_") for o in options if getattr(arguments, o) is not None]
    given += ["set"] * bool(arguments.set) + ["after-relu"] * arguments.after_relu
    if given:
        raise InputError(f"--recipe says everything already: leave out --{given[0]}.")
