"""Schedules: what changes over the steps.

Recursion takes the picture (h, w, 3), centered on the mean color, the `Moment` and its strengths,
and returns the picture that the step begins with. Both say at what size the network sees it.
"""

from collections.abc import Mapping

from explorer.methods import Method, Parameter, round_length
from explorer.smoothing import gaussian_blur

SMALLEST_VIEW = 48
"""Pixels; on less, the deepest layers have nothing to tell."""


def recursion(x, moment, rounds, sigma, rescale, blend):
    """At the start of each round the picture is blurred, and `blend` percent of it is the start.

    Whatever falls or rises over the steps starts anew. For `rescale` see `of_round`.
    """
    import tensorflow as tf

    def begin():
        share = tf.where(moment.step > 0, blend / 100.0, 0.0)
        return gaussian_blur((1 - share) * x + share * moment.start, sigma)

    return tf.cond(tf.equal(moment.step % moment.round_length, 0), begin, lambda: x)


def of_round(
    size: tuple[int, int], step: int, steps: int, rounds: int, rescale: float
) -> tuple[int, int]:
    """The (height, width) at which the network sees a picture in the round of a step.

    The last round sees the whole, each earlier one `rescale` percent of the next one's side.
    """
    length = max(1, round_length(steps, rounds))
    left = max(0, (steps - 1) // length - step // length)  # a blend has no steps
    return _shrunk(size, (rescale / 100.0) ** left)


def coarse_to_fine(
    size: tuple[int, int], step: int, steps: int, smallest: float, until: float, stages: int
) -> tuple[int, int]:
    """The (height, width) at which the network sees a picture at a step; both whole numbers.

    The side grows in equal ratios from `smallest` percent to the whole over the first `until`
    percent of the steps; the other steps see the whole.
    """
    stage = min(stages, int(step / max(steps * until / 100.0, 1e-9) * stages))
    share = (smallest / 100.0) ** (1 - stage / stages)
    return _shrunk(size, share)


def _shrunk(size: tuple[int, int], share: float) -> tuple[int, int]:
    height, width = (max(min(side, SMALLEST_VIEW), round(side * share)) for side in size)
    return height, width


def view_of(
    size: tuple[int, int], step: int, steps: int, methods: Mapping[str, Mapping[str, float]]
) -> tuple[int, int]:
    """The (height, width) at which the network sees a picture at a step, by these methods."""
    if "recursion" in methods:
        rounds = methods["recursion"]
        size = of_round(size, step, steps, rounds["rounds"], rounds["rescale"])
    if "coarse-to-fine" in methods:
        size = coarse_to_fine(size, step, steps, **methods["coarse-to-fine"])
    return size


SCHEDULES = (
    Method(
        "recursion",
        "Recursive rounds",
        "step",
        "Divides the steps into rounds and blurs the picture before each; early rounds may see it "
        "small, and late ones begin with some of the start (after Hvass).",
        recursion,
        (
            Parameter("rounds", 5, 1, 50, "rounds", "At most; the last may be short.", whole=True),
            Parameter("sigma", 1.0, 0, 16, "px", "σ of the blur before each round."),
            Parameter("rescale", 100, 30, 100, "% of the side", "Of the next round's side."),
            Parameter("blend", 0, 0, 100, "%", "How much of the start comes back in each round."),
        ),
        needs=("pixels",),
    ),
    Method(
        "coarse-to-fine",
        "Coarse to fine (octaves)",
        "view",
        "Shows the network a small version of the picture first: early steps are many times "
        "faster.",
        coarse_to_fine,
        (
            Parameter("smallest", 40, 10, 100, "% of the side", "At the first step."),
            Parameter("until", 60, 1, 100, "% of the steps", "When the whole size is reached."),
            Parameter("stages", 2, 1, 6, "stages", "Sizes before the whole.", whole=True),
        ),
        called=False,
    ),
)
