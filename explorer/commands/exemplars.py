"""Find the photos, and the parts of them, that excite a filter or a class most."""

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from dataclasses import asdict
from heapq import nlargest
from itertools import chain
from pathlib import Path

from tqdm import tqdm

from explorer.commands.options import (
    add_network,
    check_spared,
    output_of,
    photo_of,
    print_json,
    ready,
    whole_number,
)
from explorer.errors import InputError
from explorer.excitation import check_target
from explorer.exemplars import Exemplar, exemplar, has_exemplars
from explorer.files import write_whole
from explorer.images import FORMATS, SAMPLES, png_bytes
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.sheets import sheet
from explorer.targets import Target, class_name, describe
from explorer.wording import number

SHOWN = 8
"""Photos on the sheet, if nothing else is said."""
MOST = 200
"""Photos on the sheet."""
COLUMNS = 4
SIDE = 160
"""Pixels of each part of a photo on the sheet."""


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    parser.add_argument(
        "photos",
        nargs="*",
        default=list(SAMPLES),
        help=f"files, folders with all that is in them, or {', '.join(SAMPLES)} "
        "(default: all of these)",
    )
    parser.add_argument("--layer", help="conv5_1, block5_conv1, fc_1 …")
    parser.add_argument("--channel", type=whole_number, help="number of the filter, from 0")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="ImageNet name or number")
    parser.add_argument(
        "--count", type=whole_number, default=SHOWN, help=f"photos to show (default {SHOWN})"
    )
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments: Namespace) -> int | None:
    """Look through the photos and write the sheet."""
    path = output_of(arguments)
    if not 1 <= arguments.count <= MOST:
        raise InputError(f"--count must be from 1 to {MOST}, not {arguments.count}.")
    network = load_network(arguments.network)
    target = Target(arguments.layer, arguments.channel, class_=arguments.class_)
    size = (network.input_size, network.input_size)
    target = target.resolved(network, size)
    if not has_exemplars(target):
        raise InputError("Say which filter: give --channel beside --layer, or --class.")
    check_target(network, target, size)
    photos = list(_files(arguments.photos))
    check_spared(path, photos)
    seen: set[str] = set()
    found = _found(ready(network.name), target, photos, seen)
    best = nlargest(arguments.count, found, key=lambda entry: entry[1].score)
    if not seen:
        raise InputError("None of the photos could be read.")
    if not best:
        raise InputError(f"None of the photos excites {describe(network, target)}.")
    cells = [(e.patch, f"{Path(name).name}\n{number(e.score)}") for name, e in best]
    rows = [cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS)]
    title = describe(network, target)
    write_whole(path, png_bytes(sheet(rows, title=title, side=SIDE)))
    if arguments.json:
        exemplars = [
            {"file": name, "photo": e.photo, "score": e.score, "square": asdict(e.square)}
            for name, e in best
        ]
        print_json(
            {
                "network": network.name,
                "layer": target.layer,
                "channel": target.channel,
                "class": class_name(network, target),
                "photos": len(seen),
                "exemplars": exemplars,
                "output": str(path),
            }
        )


def _files(given: list[str]) -> Iterator[str]:
    """Photos by name or path, of folders all that are inside; `InputError` if one is no photo."""
    for name in given:
        if name in SAMPLES or not Path(name).is_dir():
            photo_of(name)
            yield name
            continue
        if not os.access(name, os.R_OK | os.X_OK):
            raise InputError(f"The folder '{name}' may not be read: allow it, or name another.")
        inside = sorted(_photos_in(name))
        if not inside:
            raise InputError(f"The folder '{name}' has no photos in it.")
        yield from inside


def _photos_in(folder: str) -> Iterator[str]:
    """Paths of the photos in a folder and in those inside; those that may not be read are told."""
    for place, folders, files in os.walk(folder):
        for path in (os.path.join(place, name) for name in folders):
            if not os.access(path, os.R_OK | os.X_OK):
                print(f"Left out: the folder '{path}' may not be read.", file=sys.stderr)
        for path in (os.path.join(place, name) for name in files):
            if Path(path).suffix.lower() in chain(*FORMATS.values()) and os.path.isfile(path):
                yield path


def _found(
    network: Network, target: Target, photos: list[str], seen: set[str]
) -> Iterator[tuple[str, Exemplar]]:
    """The photos that excite the target, each once; what cannot be read is told and left out.

    The names of all that were looked at are added to `seen`.
    """
    for name in tqdm(photos, unit="photo", file=sys.stderr, dynamic_ncols=True):
        try:
            photo = photo_of(name)
        except InputError as error:
            tqdm.write(f"Left out: {error}", file=sys.stderr)
            continue
        if photo.name not in seen and (found := exemplar(network, target, photo)):
            yield name, found
        seen.add(photo.name)
