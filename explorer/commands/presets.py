"""List the presets with their sources and strengths."""

from argparse import ArgumentParser, Namespace

from explorer.commands.options import add_json, print_json
from explorer.presets import PRESETS


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(arguments: Namespace) -> int | None:
    """Print them."""
    if arguments.json:
        return print_json(
            {
                "presets": [
                    {
                        "name": name,
                        "title": entry.title,
                        "source": entry.source,
                        "note": entry.note,
                        "steps": entry.steps,
                        "methods": {k: dict(v) for k, v in entry.methods.items()},
                        "starts_from": [list(part) for part in entry.starts_from],
                        "keep": entry.keep,
                    }
                    for name, entry in PRESETS.items()
                ]
            }
        )
    for name, entry in PRESETS.items():
        strengths = "; ".join(
            " ".join([method, *(f"{k}={v:g}" for k, v in values.items())])
            for method, values in entry.methods.items()
        )
        after = f" after {' and '.join(parent for parent, _ in entry.starts_from)}"
        print(f"{name}: {entry.title}, {entry.steps} steps{after if entry.starts_from else ''}")
        print(f"    {strengths}\n    {entry.note} Source: {entry.source}.")
