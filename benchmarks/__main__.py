"""Run this program beside its pinned peers, store what each did, and write the tables."""

import argparse
import os
import sys
import tempfile
from functools import partial
from pathlib import Path
from statistics import median

from benchmarks import quality, report, speed
from benchmarks.channels import CHANNELS
from benchmarks.environments import ROOT, Environments, Failed
from benchmarks.store import RESULTS, Store, key
from explorer import Recipe, Target, load_network, preset
from explorer.errors import InputError
from explorer.tables import replaced

README = ROOT / "README.md"


def draw_peer(
    store: Store,
    environments: Environments,
    arguments: argparse.Namespace,
    part: str = quality.PEER,
) -> None:
    """tf-keras-vis's picture of every channel, or only its time, which of one part is compared."""
    only_time = arguments.timing_only if part == quality.PEER else None
    for layer, channel in CHANNELS:
        if only_time or arguments.redo or not store.drawn(part, layer, channel):
            quality.draw_peer(store, environments, layer, channel, only_time, part)


def measure_speed(store: Store, environments: Environments, arguments: argparse.Namespace) -> None:
    """One step of this program and of each peer."""
    if arguments.redo or not store.part("speed"):
        speed.measure(store, environments)


def draw_own(store: Store, _: Environments, arguments: argparse.Namespace) -> None:
    """This program's picture of every channel; drawn again when its recipe has changed."""
    for (layer, channel), recipe in zip(CHANNELS, recipes(arguments.preset), strict=True):
        stored = store.channels(quality.OWN).get(key(layer, channel), {})
        if arguments.redo or stored.get("recipe") != quality.plain(recipe):
            quality.draw_own(store, layer, channel, recipe, arguments.every)


def recipes(name: str) -> list[Recipe]:
    """A preset's recipe for every channel; `InputError` if there is no such preset."""
    return [preset(name, Target(*channel), size=quality.SIZE) for channel in CHANNELS]


def write_tables(store: Store, _: Environments, arguments: argparse.Namespace) -> None:
    """The tables of what is stored, where all sides are; the peer's pictures are scored anew."""
    network, tables = load_network("vgg16"), {}
    if stored := store.part("speed"):
        layers = {
            network.layer(layer).paper_name: {way: median(each) for way, each in ways.items()}
            for layer, ways in stored["seconds"].items()
        }
        tables["speed"] = report.speed_table(layers)
    channels, pictures = [], []
    for layer, channel in CHANNELS:
        if not all(store.drawn(part, layer, channel) for part in quality.PARTS):
            continue
        peer = store.channels(quality.PEER)[key(layer, channel)]
        own = store.channels(quality.OWN)[key(layer, channel)]
        name = f"{network.layer(layer).paper_name} {channel}"
        score, prepared = (
            quality.stored_score(store, part, layer, channel)
            for part in (quality.PEER, quality.PREPARED)
        )
        curve = [(seconds, value) for _, seconds, value in own["curve"]]
        channels.append(report.Channel(name, score, peer["seconds"], prepared, curve))
        pictures.append((name, peer["picture"], own["picture"]))
    if channels:
        tables["quality"] = report.quality_table(channels)
    for name, table in tables.items():
        print(table)
        if name == "quality":
            table += "\n" + report.pictures_table(pictures)
        (store.folder / f"{name}.md").write_text(table, encoding="utf-8")
    if arguments.readme:
        if not channels:
            raise InputError("There are no results for the README yet: leave --readme away.")
        text = README.read_text(encoding="utf-8")
        README.write_text(replaced(text, "quality", tables["quality"]), encoding="utf-8")


PARTS = {
    quality.PEER: draw_peer,
    quality.PREPARED: partial(draw_peer, part=quality.PREPARED),
    "speed": measure_speed,
    quality.OWN: draw_own,
    "report": write_tables,
}


def _part(text: str) -> str:
    if text not in PARTS:
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(PARTS)}")
    return text


def _count(text: str) -> int:
    if not text.isdecimal() or not int(text):
        raise argparse.ArgumentTypeError(f"must be a whole number from 1, not '{text}'")
    return int(text)


def _options() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument(
        "parts",
        nargs="*",
        type=_part,
        metavar="PART",
        help=f"{', '.join(PARTS)}; all of them if none is given",
    )
    parser.add_argument("--environments", type=Path, help="keep the peers' environments here")
    parser.add_argument("--results", type=Path, default=RESULTS, help="folder of the results")
    parser.add_argument("--redo", action="store_true", help="also what is stored already")
    parser.add_argument(
        "--timing-only",
        type=_count,
        metavar="N",
        help="time tf-keras-vis anew, N steps for each channel, and keep its pictures",
    )
    parser.add_argument("--preset", default="best", help="of this program's pictures")
    parser.add_argument(
        "--every", type=_count, default=1, metavar="N", help="score every N-th frame of a render"
    )
    parser.add_argument("--readme", action="store_true", help="put the table in README.md")
    return parser


def main(argv: list[str] | None = None) -> int:
    """Run the parts asked for; the exit status, 1 if a peer failed and 2 after a wrong request."""
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    arguments = _options().parse_args(argv)
    parts = arguments.parts or list(PARTS)
    with tempfile.TemporaryDirectory(prefix="peers-") as folder:
        try:
            environments = Environments(arguments.environments or Path(folder))
            if quality.OWN in parts:
                recipes(arguments.preset)
            for name in parts:
                PARTS[name](Store(arguments.results), environments, arguments)
        except InputError as error:
            print(error, file=sys.stderr)
            return 2
        except Failed as error:
            print(error, file=sys.stderr)
            return 1
        except KeyboardInterrupt:
            print("Stopped; what was finished is stored.", file=sys.stderr)
            return 130
    return 0


if __name__ == "__main__":
    sys.exit(main())
