"""Errors that are meant to be read by a person."""

import difflib
import re
from collections.abc import Collection


class InputError(ValueError):
    """A request that cannot be met; its text is one sentence saying why and what to do."""


class Clash(InputError):
    """Methods that do not combine, or not with a target.

    Attributes:
        methods: their names.
    """

    def __init__(self, sentence: str, *methods: str):
        super().__init__(sentence)
        self.methods = methods


class MissingWeights(InputError):
    """A layer or class whose weights are not on this machine."""


def did_you_mean(name: object, known: Collection[str], otherwise: str = "", most: int = 1) -> str:
    """How a sentence ends that there is nothing of this name.

    Names that have it as one of their words come first, then those spelled nearly like it.

    Args:
        name: what was asked for.
        known: the names that there are.
        otherwise: the end if none of them is close; by default all of them, to choose from.
        most: how many close ones are named.
    """
    wanted = str(name)
    holding = [each for each in known if wanted in re.findall(r"\w+", each)]
    spelled = difflib.get_close_matches(wanted, known, n=most)
    if close := list(dict.fromkeys([*holding, *spelled]))[:most]:
        return f"did you mean {' or '.join(close)}?"
    return otherwise or f"choose from {', '.join(known)}."
