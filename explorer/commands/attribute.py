"""Draw which pixels of a photo excite a filter or a class, by several methods side by side."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from dataclasses import asdict

import numpy as np

from explorer.attribution import (
    ATTRIBUTIONS,
    attribution,
    cautions,
    checked_name,
    located,
    seen_by,
    signed_picture,
    strength,
    strength_picture,
)
from explorer.commands.options import (
    add_network,
    names_in,
    output_of,
    photo_of,
    position_of,
    print_json,
    ready,
    whole_number,
)
from explorer.files import write_whole
from explorer.grad_cam import cam_picture, grad_cam
from explorer.images import SAMPLES, png_bytes
from explorer.networks import load_network
from explorer.notes import versions
from explorer.receptive_fields import framed
from explorer.sheets import sheet
from explorer.targets import Target, class_name, describe, is_class

Cell = tuple[np.ndarray, str]
"""A picture and its caption."""
EVERYWHERE = "everywhere"
SIDE = 224
"""Pixels of each picture on the sheet."""


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    parser.add_argument("photo", help=f"a file, or one of {', '.join(SAMPLES)}")
    parser.add_argument("--layer", help="conv5_1, block5_conv1, fc_1 …")
    parser.add_argument("--channel", type=whole_number, help="number of the filter, from 0")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="ImageNet name or number")
    parser.add_argument(
        "--position",
        help=f"ROW,COLUMN of the map, center, or {EVERYWHERE} (default: where the photo excites "
        "the filter most)",
    )
    parser.add_argument(
        "--methods",
        default=",".join(ATTRIBUTIONS),
        help=f"names, separated by commas (default: {','.join(ATTRIBUTIONS)})",
    )
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments: Namespace) -> int | None:
    """Compute and write the sheet."""
    path = output_of(arguments)
    network = load_network(arguments.network)
    methods = [checked_name(name) for name in names_in("--methods", arguments.methods)]
    everywhere = arguments.position == EVERYWHERE
    position = None if everywhere else position_of(arguments.position)
    target = Target(arguments.layer, arguments.channel, position, class_=arguments.class_)
    size = (network.input_size, network.input_size)
    target.resolved(network, size)
    photo = photo_of(arguments.photo)
    image = photo.fitted(size)
    target, activation = located(ready(network.name), image, target, everywhere)
    square = seen_by(network, target, size)
    found = {name: attribution(network, image, target, name) for name in methods}
    told = {
        "network": network.name,
        "photo": photo.name,
        "layer": target.layer,
        "channel": target.channel,
        "class": class_name(network, target),
        "position": target.position,
        "activation": activation,
        "sees": asdict(square),
        "methods": [
            summary(name, values, is_class(network, target)) for name, values in found.items()
        ],
        "cautions": list(cautions(network)),
    }
    patch = square.cut(image)
    below = patch, "what it sees there"
    if is_class(network, target):
        values = grad_cam(network, image, target)
        below = cam_picture(image, values), "where it sees it (Grad-CAM)"
        told["grad_cam"] = values.round(5).tolist()
    parts = {name: square.cut(values) for name, values in found.items()}
    whole = framed(image, square, SIDE), f"photo\nactivation {activation:.4g}"
    rows = _rows(whole, below, patch, parts)
    page = sheet(rows, title=describe(network, target), side=SIDE)
    note = {"attribution": told, "versions": versions()}
    write_whole(path, png_bytes(page, note))
    if arguments.json:
        print_json(told | {"output": str(path)})
    else:
        print(*told["cautions"], sep="\n")


def summary(name: str, values: np.ndarray, of_class: bool) -> dict:
    """What `--json` says of a method's attribution (h, w, 3): its strongest pixel.

    What goes back begins as one, so that it is per gray level, or as the activation.
    """
    strengths = strength(values)
    row, column = np.unravel_index(np.argmax(strengths), strengths.shape)
    return {
        "method": name,
        "title": ATTRIBUTIONS[name].title,
        "source": ATTRIBUTIONS[name].source,
        "begins_as": "one" if of_class or not ATTRIBUTIONS[name].from_activation else "activation",
        "highest": float(strengths[row, column]),
        "row": int(row),
        "column": int(column),
    }


def _rows(whole: Cell, below: Cell, patch: np.ndarray, parts: Mapping[str, np.ndarray]) -> list:
    """After the photo the signed pictures of what a target sees; below each its strength.

    Args:
        whole, below: what stands before the pictures.
        patch: the part of the photo that the target sees.
        parts: method -> what it found in that part.
    """
    signed = [(signed_picture(values), ATTRIBUTIONS[name].title) for name, values in parts.items()]
    strong = [(strength_picture(patch, values), "its strength") for values in parts.values()]
    return [[whole, *signed], [below, *strong]]
