"""Stopping: when a render ends before its last step; no TensorFlow.

Each takes the history, (step, score) pairs of the frames so far, and its strengths, and returns
a phrase that says why it ends, or None.
"""

from collections.abc import Sequence

from explorer.methods import Method, Parameter


def plateau(history: Sequence[tuple[int, float]], patience: int, gain: float) -> str | None:
    """Ends when the best score has risen by less than `gain` percent in `patience` steps.

    Percent of what it was before; from 0, any rise is enough.
    """
    last = history[-1][0]
    before = [score for step, score in history if step <= last - patience]
    if not before:
        return None
    earlier = max(before)
    rise = max(score for _, score in history) - earlier
    if rise >= gain / 100 * abs(earlier) and (rise > 0 or gain == 0):
        return None
    return f"the best score rose by less than {gain:g} % in {patience} steps"


STOPPINGS = (
    Method(
        "plateau",
        "Stop on a plateau",
        "end",
        "Ends the render once the score has all but ceased to rise.",
        plateau,
        (
            Parameter("patience", 60, 5, 2000, "steps", "Over how many steps.", whole=True),
            Parameter("gain", 1.0, 0, 100, "%", "What the best score must rise by in that time."),
        ),
        called=False,
    ),
)
