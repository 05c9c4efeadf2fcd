"""List the methods of an ascent with their strengths, as --set takes them."""

from argparse import ArgumentParser, Namespace

from explorer.catalogue import METHODS
from explorer.commands.options import add_json, print_json
from explorer.methods import Parameter


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_json(parser)


def run(arguments: Namespace) -> int | None:
    """Print them."""
    if arguments.json:
        return print_json(
            {
                "methods": [
                    {
                        "name": method.name,
                        "title": method.title,
                        "acts_on": method.acts_on,
                        "summary": method.summary,
                        "parameters": [_as_json(each) for each in method.parameters],
                    }
                    for method in METHODS.values()
                ]
            }
        )
    for method in METHODS.values():
        print(f"{method.name}: {method.title}. {method.summary}")
        for each in method.parameters:
            bounds = f"{each.low:g} to {each.high:g}, default {each.default:g}"
            print(
                f"    {method.name}.{each.name}: {bounds} {each.unit}".rstrip() + f". {each.help}"
            )


def _as_json(parameter: Parameter) -> dict:
    return {
        "name": parameter.name,
        "default": parameter.default,
        "low": parameter.low,
        "high": parameter.high,
        "whole": parameter.whole,
        "unit": parameter.unit,
        "help": parameter.help,
    }
