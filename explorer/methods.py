"""What a method is: a named, switchable part of the ascent with strengths; no TensorFlow."""

import reprlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from explorer.errors import InputError

ACTS_ON = ("start", "parametrization", "view", "score", "gradient", "step", "image", "end")
"""What methods change: the start, what is optimized, what the network sees, what is climbed, the
gradient, the step, the picture after it, and when it ends."""
NEEDS = ("pixels", "pixel rate", "mean color", "rgb", "whole pictures")
"""What a method may need that another takes away: pixels to set, for which alone its rate is meant,
a mean color to go to, red, green and blue, and pictures that are seen as a whole."""


def round_length(steps, rounds):
    """Steps in each of at most so many rounds of one length; the last may have fewer."""
    return -(-steps // rounds)


class Moment(NamedTuple):
    """Where a step stands; tensors, so that no step is traced twice.

    Attributes:
        step: number of this step, from 0, int32.
        steps: number of steps in all, int32.
        gradient: (h, w, 3) gradient of the score as it came from the network.
        mean: (3,) the network's neutral color, RGB 0–255.
        rounds: into how many rounds the steps are divided at most, int32; see `round_length`.
        start: (h, w, 3) what was optimized at the start.
    """

    step: object
    steps: object
    gradient: object
    mean: object
    rounds: object
    start: object = None

    @property
    def round_length(self):
        """Steps in a round, at least one; int32."""
        return round_length(self.steps, self.rounds)

    @property
    def progress(self):
        """How much of the current round is done, from 0 to below 1; float32."""
        import tensorflow as tf

        in_round = tf.cast(self.step % self.round_length, tf.float32)
        return in_round / tf.cast(self.round_length, tf.float32)


@dataclass(frozen=True)
class Parameter:
    """A strength of a method.

    Attributes:
        name: as in `--set method.name=value`.
        default: the value when the method is switched on without saying more.
        low, high: the values allowed, both included.
        unit: what the number counts ("px", "%"), or "".
        help: one line on what it does.
        whole: whether only whole numbers make sense.
        structural: whether another value makes another computation, traced anew.
    """

    name: str
    default: float
    low: float
    high: float
    unit: str
    help: str
    whole: bool = False
    structural: bool = False

    @property
    def label(self) -> str:
        """Name and unit, for people: "sigma (px)"."""
        return self.name.replace("_", " ") + (f" ({self.unit})" if self.unit else "")

    def checked(self, method: str, value: object) -> float:
        """`value` as a number of this parameter; `InputError` if it is none or out of range."""
        where = f"{method}.{self.name}"
        try:
            if isinstance(value, bool):
                raise TypeError
            number = float(value)
        except (TypeError, ValueError, OverflowError):
            raise InputError(f"{where} must be a number, not {reprlib.repr(value)}.") from None
        if not self.low <= number <= self.high:
            raise InputError(f"{where} must be from {self.low:g} to {self.high:g}, not {number:g}.")
        if self.whole and number != int(number):
            raise InputError(f"{where} must be a whole number, not {number:g}.")
        return int(number) if self.whole else number + 0.0


@dataclass(frozen=True)
class Method:
    """A part of the ascent that can be switched on.

    Attributes:
        name: as in `--set name.parameter=value`.
        title: for people.
        acts_on: one of `ACTS_ON`: what it changes.
        summary: one line that says what it does and who had the idea.
        apply: the computation; what it takes depends on what it acts on, see the module where
            it is defined. Strengths come as keyword arguments.
        parameters: its strengths.
        called: whether a step calls it; else it acts before, between or after the steps.
        memory: how many tensors, shaped as what is optimized, it remembers from step to step.
        begin: of a parametrization, what makes what is optimized from a picture and a seed.
        needs: those of `NEEDS` without which it cannot be applied.
        flattens: the strength by which it takes from the picture, at 0 nothing; None if it does
            not.
        period: the strength that says after how many steps it acts; None if it acts at each.
    """

    name: str
    title: str
    acts_on: str
    summary: str
    apply: Callable
    parameters: tuple[Parameter, ...] = ()
    called: bool = True
    memory: int = 0
    begin: Callable | None = None
    needs: tuple[str, ...] = ()
    flattens: str | None = None
    period: str | None = None

    def parameter(self, name: str) -> Parameter:
        """The parameter of this name; `InputError` if there is none."""
        for parameter in self.parameters:
            if parameter.name == name:
                return parameter
        known = ", ".join(parameter.name for parameter in self.parameters) or "none"
        raise InputError(f"{self.name} has no parameter '{name}': it has {known}.")
