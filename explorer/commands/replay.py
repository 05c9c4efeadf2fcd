"""Make a saved picture again from the recipe it carries."""

import sys
from argparse import ArgumentParser, Namespace

from explorer.commands.options import add_json, check_photo_is_used, output_of, photo_of
from explorer.commands.render import render_to
from explorer.networks import load_network
from explorer.notes import read_picture, stop_of, where_stopped
from explorer.render import check, render


def add(parser: ArgumentParser) -> None:
    """Options."""
    parser.add_argument("picture", help="a PNG saved by this program")
    parser.add_argument("--photo", help="the photo that it was made with, if that was your own")
    add_json(parser)
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments: Namespace) -> int | None:
    """Render it again, as far as it went."""
    path = output_of(arguments)
    recipe, stop = read_picture(arguments.picture)
    photo = photo_of(arguments.photo)
    check(load_network(recipe.network), recipe, photo)
    check_photo_is_used(recipe, photo)

    def until_the_stop(network):
        for frame in render(network, recipe, photo):
            yield frame
            if stop and stop_of(recipe, frame) == stop:
                return

    if stop:
        print(where_stopped(recipe, stop), file=sys.stderr)
    return render_to(path, recipe, photo, arguments.json, until_the_stop)
