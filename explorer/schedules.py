"""Schedules: what changes over the steps.

Recursion takes the picture (h, w, 3), centered on the mean color, the `Moment` and its strengths,
and returns the picture that the step begins with. Coarse to fine says at what size it is seen.
"""

from explorer.methods import Method, Parameter
from explorer.smoothing import gaussian_blur

SMALLEST_VIEW = 48
"""Pixels; on less, the deepest layers have nothing to tell."""


def recursion(x, moment, rounds, sigma):
    """At the start of each round the picture is blurred; whatever falls or rises starts anew."""
    import tensorflow as tf

    starts = tf.equal(moment.step % moment.round_length, 0)
    return tf.cond(starts, lambda: gaussian_blur(x, sigma), lambda: x)


def coarse_to_fine(
    size: tuple[int, int], step: int, steps: int, smallest: float, until: float, stages: int
) -> tuple[int, int]:
    """The (height, width) at which the network sees a picture at a step; whole numbers all.

    The side grows in equal ratios from `smallest` percent to the whole over the first `until`
    percent of the steps; the other steps see the whole.
    """
    stage = min(stages, int(step / max(steps * until / 100.0, 1e-9) * stages))
    share = (smallest / 100.0) ** (1 - stage / stages)
    height, width = (max(min(side, SMALLEST_VIEW), round(side * share)) for side in size)
    return height, width


SCHEDULES = (
    Method(
        "recursion",
        "Recursive rounds",
        "step",
        "Divides the steps into rounds and blurs the picture before each (after Hvass).",
        recursion,
        (
            Parameter("rounds", 5, 1, 50, "rounds", "Into how many rounds.", whole=True),
            Parameter("sigma", 1.0, 0, 16, "px", "σ of the blur before each round."),
        ),
    ),
    Method(
        "coarse-to-fine",
        "Coarse to fine",
        "view",
        "Shows the network a small version of the picture first: early steps are many times "
        "faster.",
        coarse_to_fine,
        (
            Parameter("smallest", 40, 10, 100, "% of the side", "At the first step."),
            Parameter("until", 60, 1, 100, "% of the steps", "When the whole size is reached."),
            Parameter("stages", 2, 1, 6, "stages", "Sizes before the whole.", whole=True),
        ),
    ),
)
