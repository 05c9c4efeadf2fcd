"""Measure speed and memory on this machine, side by side with plain Keras."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict
from pathlib import Path

from tqdm import tqdm

from explorer.bench import REPEATS, memory
from explorer.bench.parts import PARTS, SCALING, Part, of_steps
from explorer.bench.steps import Speed, check
from explorer.commands.options import add_network, names_in, print_json, ready, whole_number
from explorer.errors import InputError
from explorer.files import check_writable, write_whole
from explorer.networks import DEFAULT_NETWORK, device, load_network
from explorer.tables import aligned, markdown, places, replaced

SIZE = 224


def add(parser: ArgumentParser) -> None:
    """Options; without any, everything is measured."""
    add_network(parser)
    parser.set_defaults(network=None)
    parser.add_argument(
        "--layers", help="steps on these only, separated by commas, or on the network's own few"
    )
    parser.add_argument(
        "--size", type=whole_number, help=f"side of the picture in pixels (default {SIZE})"
    )
    parser.add_argument(
        "--repeats", type=whole_number, default=REPEATS, help="how often; medians are reported"
    )
    parser.add_argument(
        "--scaling", action="store_true", help="how times grow with pixels, depth and visitors"
    )
    parser.add_argument(
        "--readme",
        type=Path,
        nargs="+",
        default=(),
        metavar="FILE",
        help="also put each table in these files, where they have a place for it, "
        "<!-- results --> … <!-- /results -->",
    )


def run(arguments: Namespace) -> int | None:
    """Measure and print."""
    repeats = arguments.repeats
    parts, about = _parts(arguments)
    for path in arguments.readme:  # refused before anything is measured
        _with_tables(path, dict.fromkeys(parts, ""))
        check_writable(path, (path.suffix.lower(),))
    ready(arguments.network or DEFAULT_NETWORK)
    found = {}
    total = sum(part.rounds(repeats) for part in parts.values())
    with tqdm(total=total, file=sys.stderr, dynamic_ncols=True) as bar:
        for name, part in parts.items():
            found[name] = part.run(repeats, bar.update)
    tables = {name: part.rows(found[name]) for name, part in parts.items()}
    for path in arguments.readme:
        text = _with_tables(path, {name: markdown(rows) for name, rows in tables.items()})
        write_whole(path, text.encode())
    if arguments.json:
        results = {name: [*map(_plain, values)] for name, values in found.items()}
        told = {"device": device.start(), "repeats": repeats, "peak_mb": memory.peak_mb()}
        return print_json(about | told | results)
    print(f"{device.start()}, median of {repeats}")
    for rows in tables.values():
        print(f"\n{aligned(rows)}", end="")
    print(f"\nAt most {memory.peak_mb():.0f} MB of memory were resident in this process.")


def _parts(arguments) -> tuple[dict[str, Part], dict]:
    """What is asked for, and how the JSON names it; `InputError` if that makes no sense."""
    narrow = {
        name: getattr(arguments, name)
        for name in ("network", "layers", "size")
        if getattr(arguments, name) is not None
    }
    if arguments.scaling and narrow:
        raise InputError(f"--scaling has its own series: leave --{min(narrow)} away.")
    network = load_network(arguments.network or DEFAULT_NETWORK)
    size = SIZE if arguments.size is None else arguments.size
    given = arguments.layers
    names = network.benchmarks if given is None else names_in("--layers", given)
    layers = check(network, names, size, arguments.repeats)
    about = {"network": network.name, "size": size}
    if arguments.scaling:
        return SCALING, about
    if not narrow:
        return PARTS, about
    return {"results": of_steps([(network.name, layer.name, size) for layer in layers])}, about


def _with_tables(path: Path, tables: dict[str, str]) -> str:
    """A file's text with the tables that it has a place for; `InputError` if it has none."""
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError):
        raise InputError(f"'{path}' cannot be read as text.") from None
    there = [name for name in places(text) if name in tables]
    if not there:
        raise InputError(f"'{path}' has no place for a table: mark one, <!-- {min(tables)} -->.")
    for name in there:
        text = replaced(text, name, tables[name])
    return text


def _plain(result) -> dict:
    return result.as_json() if isinstance(result, Speed) else asdict(result)
