"""Render the picture that excites a channel, a neuron, a class, a layer or more."""

import sys
from argparse import ArgumentParser, Namespace

from explorer.commands.judging import judgment, say_diagnosis
from explorer.commands.options import (
    add_ascent,
    add_network,
    add_target,
    check_photo_is_used,
    output_of,
    print_json,
    read_photos,
    ready,
    recipe_in,
    recipe_of,
)
from explorer.commands.progress import watch
from explorer.errors import InputError
from explorer.files import write_whole
from explorer.networks import DEFAULT_NETWORK, device, load_network
from explorer.notes import about_stop, picture_png, stop_of
from explorer.presets import DEFAULT_PRESET
from explorer.render import check, render
from explorer.targets import class_name


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    add_target(parser)
    add_ascent(parser)
    parser.add_argument("--preset", help=f"named recipe to begin with (default {DEFAULT_PRESET})")
    parser.add_argument("--recipe", metavar="FILE", help="a recipe as JSON, or a saved PNG")
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")
    parser.set_defaults(network=None)  # so that one beside --recipe is seen


def run(arguments: Namespace) -> int | None:
    """Render and save."""
    path = output_of(arguments)
    if arguments.recipe is not None:
        _refuse_beside_recipe(arguments)
    if arguments.network is None:
        arguments.network = DEFAULT_NETWORK
    photo = read_photos(arguments)
    if arguments.recipe is None:
        recipe = recipe_of(arguments, arguments.preset)
    else:
        (recipe, stop), photo = recipe_in(arguments.recipe), arguments.photo
        if stop:
            print(about_stop(recipe, stop), file=sys.stderr)
    check(load_network(recipe.network), recipe, photo)
    check_photo_is_used(recipe, photo)
    return render_to(path, recipe, photo, arguments.json)


def render_to(path, recipe, photo, as_json, moments=None):
    """Render a recipe into a PNG, with progress; say what went wrong, and all if `as_json`."""
    network = ready(recipe.network)
    frames = moments(network) if moments else render(network, recipe, photo)
    outcome = watch(((frame,) for frame in frames), (recipe,))
    frame = outcome.frames[0]
    write_whole(path, picture_png(recipe, frame))
    if as_json or not outcome.stopped:
        told = judgment(network, recipe, frame, outcome.curves[0], photo)
        say_diagnosis(told, frame)
    if as_json:
        told |= {"device": device.start(), "output": str(path)}
        print_json(summary(recipe, outcome, 0) | told)
    return 130 if outcome.stopped else 0


def summary(recipe, outcome, index):
    """What `--json` says of one recipe's render."""
    network, frame = load_network(recipe.network), outcome.frames[index]
    scores = [score for _, score in outcome.curves[index]]
    return {
        "network": recipe.network,
        "layer": recipe.target.layer,
        "channel": recipe.target.channel,
        "class": class_name(network, recipe.target.terms[0]),
        "preset": recipe.preset,
        "score": frame.kept.score,
        "best_score": max(scores, default=None),
        "first_score": next(iter(scores), None),
        "steps": recipe.steps,
        "steps_done": frame.done,
        "total_steps": recipe.total_steps,
        "stopped": stop_of(recipe, frame) is not None,
        "seconds": round(outcome.seconds, 3),
        "seconds_per_step": round(outcome.seconds / max(outcome.steps, 1), 4),
        "recipe": recipe.as_dict(),
    }


def _refuse_beside_recipe(arguments):
    options = (
        *("layer", "channel", "direction", "of", "position", "class_", "steps", "size", "seed"),
        *("keep", "preset", "network"),
    )
    given = [o.strip("_") for o in options if getattr(arguments, o) is not None]
    given += ["set"] * bool(arguments.set) + ["after-relu"] * arguments.after_relu
    given += ["also"] * bool(arguments.also) + ["weight"] * (arguments.weight != 1)
    if given:
        raise InputError(f"--recipe says everything already: leave out --{given[0]}.")
