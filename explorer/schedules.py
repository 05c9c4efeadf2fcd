"""Schedules: what changes over the steps.

Each takes the picture (h, w, 3), centered on the mean color, the `Moment` and its strengths,
and returns the picture that the step begins with.
"""

from explorer.methods import Method, Parameter
from explorer.smoothing import gaussian_blur


def recursion(x, moment, rounds, sigma):
    """At the start of each round the picture is blurred; whatever falls or rises starts anew."""
    import tensorflow as tf

    starts = tf.equal(moment.step % moment.round_length, 0)
    return tf.cond(starts, lambda: gaussian_blur(x, sigma), lambda: x)


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
)
