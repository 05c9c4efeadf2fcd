"""Options that several commands share, and how they make recipes."""

import argparse
import json
import os
import reprlib
import sys
from collections.abc import Iterable
from contextlib import contextmanager
from pathlib import Path

from explorer import changes
from explorer.errors import InputError
from explorer.files import check_writable
from explorer.images import SAMPLES, Photo, read_photo, sample_photo
from explorer.networks import DEFAULT_NETWORK, NETWORKS, device, load_network
from explorer.notes import Stop, read_picture
from explorer.presets import DEFAULT_PRESET
from explorer.recipe import KEEP, Recipe, from_json, preset
from explorer.targets import Target, direction_of, term_of

LONGEST_RECIPE = 10_000_000
"""Characters that are read of a file with a recipe."""


def add_network(parser: argparse.ArgumentParser) -> None:
    """`--network` and `--json`, for commands that are about one network."""
    parser.add_argument("--network", default=DEFAULT_NETWORK, help=f"one of {', '.join(NETWORKS)}")
    add_json(parser)


def add_json(parser: argparse.ArgumentParser) -> None:
    """`--json`."""
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def add_target(parser: argparse.ArgumentParser) -> None:
    """What to excite."""
    parser.add_argument("--layer", help="conv3_1, block3_conv1, fc_1 …; alone, all of it")
    parser.add_argument("--channel", type=whole_number, help="number of the channel, from 0")
    parser.add_argument(
        "--direction", metavar="CHANNEL:WEIGHT,…", help="a mixture of channels: 1:0.5,7:-1"
    )
    parser.add_argument(
        "--of", metavar="PHOTO", help="what the layer sees in this file, or in a sample photo"
    )
    parser.add_argument("--position", help="excite one neuron: center, or ROW,COLUMN")
    parser.add_argument("--class", dest="class_", metavar="CLASS", help="ImageNet name or number")
    parser.add_argument("--after-relu", action="store_true", help="take the value after ReLU")
    parser.add_argument("--weight", type=number, default=1.0, help="-1 holds the target down")
    parser.add_argument(
        "--also",
        action="append",
        default=[],
        metavar="TARGET",
        help="a further one to add, such as conv4_1:6, class:flamingo or, written "
        "--also=-0.5*conv4_1:6, to hold down; repeatable",
    )


def add_ascent(parser: argparse.ArgumentParser) -> None:
    """How to ascend."""
    add_shape(parser)
    parser.add_argument("--keep", choices=KEEP, help="which picture to keep")
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="METHOD.PARAMETER=VALUE",
        help="change a strength, or switch a method with METHOD=on or METHOD=off",
    )
    parser.add_argument("--photo", help=f"start from this file, or from {', '.join(SAMPLES)}")


def add_shape(parser: argparse.ArgumentParser) -> None:
    """How long, how large, and from which noise."""
    parser.add_argument("--steps", type=whole_number, help="steps of gradient ascent")
    parser.add_argument("--size", type=_size, help="pixels, or HEIGHTxWIDTH (default 224)")
    parser.add_argument("--seed", type=whole_number, help="of the noise (default 0)")


def whole_number(text: str) -> int:
    """The `type` of an option that takes a whole number."""
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a whole number, not {reprlib.repr(text)}"
        ) from None


def number(text: str) -> float:
    """The `type` of an option that takes a number."""
    try:
        return float(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"must be a number, not {reprlib.repr(text)}") from None


def _size(text: str) -> int | tuple[int, int]:
    try:
        sides = [int(side) for side in text.lower().replace("×", "x").split("x")]
    except ValueError:
        raise argparse.ArgumentTypeError(
            f"must be a number of pixels, or HEIGHTxWIDTH, not {reprlib.repr(text)}"
        ) from None
    return sides[0] if len(sides) == 1 else tuple(sides)


def target_of(arguments: argparse.Namespace) -> Target:
    """The target that the options name; photos have been read, see `read_photos`."""
    return Target(
        layer=arguments.layer,
        channel=arguments.channel,
        position=position_of(arguments.position),
        after_relu=arguments.after_relu,
        class_=arguments.class_,
        direction=None if arguments.direction is None else direction_of(arguments.direction),
        photo=arguments.of.name if arguments.of else None,
        weight=arguments.weight,
        also=tuple(term_of(term) for term in arguments.also),
    )


def position_of(text: str | None) -> tuple[int, ...] | str | None:
    """The position that `--position` names."""
    if text in (None, "center"):
        return text
    try:
        return tuple(int(part) for part in text.split(","))
    except ValueError:
        raise InputError(f"--position is center or ROW,COLUMN, not '{text}'.") from None


def shape_of(arguments: argparse.Namespace) -> dict:
    """Steps, size and seed, those of them that the options give; see `add_shape`."""
    given = {option: getattr(arguments, option) for option in ("steps", "size", "seed")}
    return {option: value for option, value in given.items() if value is not None}


def names_in(option: str, text: str | None) -> list[str]:
    """The parts of an option that are separated by commas, one at least."""
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    if not names:
        raise InputError(f"{option} needs names or numbers, separated by commas.")
    return names


def photo_of(text: str | None) -> Photo | None:
    """The photo that `--photo` names, a sample or a file."""
    if text is None:
        return None
    return sample_photo(text) if text in SAMPLES else read_photo(text)


def read_photos(arguments: argparse.Namespace) -> Photo | None:
    """Read what `--photo` and `--of` name, in their place; returns the person's own, if any."""
    arguments.photo, arguments.of = photo_of(arguments.photo), photo_of(arguments.of)
    own = {
        photo.name: photo
        for photo in (arguments.photo, arguments.of)
        if photo and photo.name not in SAMPLES
    }
    if len(own) > 1:
        raise InputError("Only one photo can be your own: use a sample photo for --photo or --of.")
    return next(iter(own.values()), None)


def check_photo_is_used(recipe: Recipe, photo: Photo | None) -> None:
    """Refuse a `--photo` that the recipe, which says everything, does not need."""
    if photo and photo.name not in recipe.photos:
        raise InputError("The recipe does not start from this photo: leave out --photo.")


def recipe_of(
    arguments: argparse.Namespace, name: str | None = None, more: Iterable[str] = ()
) -> Recipe:
    """The recipe that the options ask for, from the preset `name`; see `read_photos`.

    Args:
        more: changes besides those of `--set`.
    """
    keep = {} if arguments.keep is None else {"keep": arguments.keep}
    return preset(
        DEFAULT_PRESET if name is None else name,
        target_of(arguments),
        network=arguments.network,
        methods=changes.read([*arguments.set, *more]),
        photo=arguments.photo.name if arguments.photo else None,
        **shape_of(arguments),
        **keep,
    )


def output_of(arguments: argparse.Namespace) -> Path:
    """The PNG that `--output` names, checked before any long work; see `check_writable`."""
    path = check_writable(arguments.output)
    read = ("photo", "of", "recipe", "picture")
    check_spared(path, (getattr(arguments, option, None) for option in read))
    return path


def check_spared(output: Path, given: Iterable[str | None]) -> None:
    """Refuse to write over one of the files that are read; sample photos are none."""
    for name in given:
        if name and output.exists() and Path(name).exists() and output.samefile(name):
            raise InputError(f"The output '{output}' is what is read: give another name.")


def recipe_in(path: str) -> tuple[Recipe, Stop | None]:
    """The recipe in a JSON file or in a PNG saved by this program, and where that was stopped."""
    if Path(path).suffix.lower() == ".png":
        return read_picture(path)
    try:
        with open(path, encoding="utf-8-sig") as file:  # some editors put a byte order mark first
            text = file.read(LONGEST_RECIPE)
    except FileNotFoundError:
        raise InputError(f"There is no file with a recipe at '{path}'.") from None
    except OSError as error:
        raise InputError(f"'{path}' cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise InputError(f"'{path}' is not a file with a recipe.") from None
    return from_json(text), None


def ready(network: str):
    """The network, with TensorFlow imported; its chatter at import stays off standard error."""
    with _quiet_standard_error():
        device.start()
    return load_network(network)


@contextmanager
def _quiet_standard_error():
    sys.stderr.flush()
    kept, silent = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    try:
        os.dup2(silent, 2)
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(silent)


def print_json(data: dict) -> None:
    """One JSON object on standard output."""
    print(json.dumps(data, indent=2))
