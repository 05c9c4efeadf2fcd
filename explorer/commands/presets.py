"""List the presets with their sources and strengths."""

from argparse import ArgumentParser, Namespace
from collections.abc import Mapping

from explorer.commands.options import add_json, print_json
from explorer.presets import PRESETS


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(arguments: Namespace) -> int | None:
    """Print them."""
    if arguments.json:
        return print_json({"presets": [_as_json(name) for name in PRESETS]})
    for name, entry in PRESETS.items():
        after = f" after {' and '.join(parent for parent, _ in entry.starts_from)}"
        print(f"{name}: {entry.title}, {entry.steps} steps{after if entry.starts_from else ''}")
        print(f"    {_strengths(entry.methods)}")
        for kind, (steps, methods) in entry.variants.items():
            print(f"    For a {kind}, {steps} steps: {_strengths(methods)}")
        print(f"    {entry.note} Source: {entry.source}.")


def _as_json(name: str) -> dict:
    entry = PRESETS[name]
    return {
        "name": name,
        "title": entry.title,
        "source": entry.source,
        "note": entry.note,
        "steps": entry.steps,
        "methods": _plain(entry.methods),
        "starts_from": [list(part) for part in entry.starts_from],
        "keep": entry.keep,
        "variants": {
            kind: {"steps": steps, "methods": _plain(methods)}
            for kind, (steps, methods) in entry.variants.items()
        },
    }


def _plain(methods: Mapping[str, Mapping[str, float]]) -> dict[str, dict[str, float]]:
    return {name: dict(strengths) for name, strengths in methods.items()}


def _strengths(methods: Mapping[str, Mapping[str, float]]) -> str:
    """Methods in a line: "noise deviation=10; rms size=4"."""
    return "; ".join(
        " ".join([name, *(f"{key}={value:g}" for key, value in strengths.items())])
        for name, strengths in methods.items()
    )
