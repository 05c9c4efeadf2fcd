"""Tables as text: aligned for a terminal, in Markdown, and into their place in a file."""

import re
from collections.abc import Sequence

from explorer.errors import InputError

Rows = Sequence[Sequence[str]]
"""Cells by row; the first row is the heading."""


def aligned(rows: Rows) -> str:
    """A table for a terminal: columns two spaces apart, the first to the left, others right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for first, *others in rows:
        cells = [first.ljust(widths[0])]
        cells += [cell.rjust(width) for cell, width in zip(others, widths[1:], strict=True)]
        lines.append("  ".join(cells).rstrip())
    return "\n".join(lines) + "\n"


def markdown(rows: Rows) -> str:
    """A table in Markdown."""
    heading, *others = ("| " + " | ".join(row) + " |" for row in rows)
    return "\n".join([heading, "| --- " * len(rows[0]) + "|", *others]) + "\n"


def places(text: str) -> list[str]:
    """The names of all places in a text where `replaced` can put something."""
    return re.findall(r"<!-- (\w+) -->", text)


def replaced(text: str, name: str, body: str) -> str:
    """The text with what stands between `<!-- name -->` and `<!-- /name -->` replaced.

    Raises:
        InputError: the text has no such place.
    """
    start, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, opened, rest = text.partition(start)
    _, closed, after = rest.partition(end)
    if not opened or not closed:
        raise InputError(f"There is no place marked {start} … {end}.")
    return f"{before}{start}\n{body.strip()}\n{end}{after}"
