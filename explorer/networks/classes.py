"""The 1,000 ImageNet classes by number and by name; no TensorFlow."""

import csv
import re
from functools import cache
from pathlib import Path

from explorer.errors import InputError, did_you_mean

_TABLE = Path(__file__).parents[1] / "data" / "imagenet_classes.tsv"


@cache
def imagenet() -> tuple[str, ...]:
    """Names of each class in the order of the outputs, synonyms separated by ", "."""
    with _TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(row["names"] for row in csv.DictReader(file, delimiter="\t"))


def class_number(text: str | int) -> int:
    """The number of a class given by number or by any of its names, whatever the case.

    Raises:
        InputError: there is no such class, or the name belongs to several.
    """
    names = imagenet()
    wanted = str(text).strip().lower()
    if re.fullmatch(r"-?\d{1,9}", wanted, re.ASCII):
        if 0 <= int(wanted) < len(names):
            return int(wanted)
        raise InputError(f"There is no class {wanted}: classes count from 0 to {len(names) - 1}.")
    matches = [i for i, name in enumerate(names) if wanted in name.lower().split(", ")]
    if len(matches) == 1:
        return matches[0]
    if matches:
        options = " or ".join(f"{i} ({names[i]})" for i in matches)
        raise InputError(f"Several classes are called '{text}': choose by number, {options}.")
    everything = [part for name in names for part in name.lower().split(", ")]
    hint = did_you_mean(wanted, everything, "give an ImageNet name or number.", most=3)
    raise InputError(f"There is no class called '{text}': {hint}")
