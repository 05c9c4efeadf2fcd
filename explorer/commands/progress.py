"""Progress of a render on standard error, and a stop that keeps what there is."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass

from tqdm import tqdm

from explorer.render import Frame


@dataclass
class Outcome:
    """What a watched render came to.

    Attributes:
        frames: the last frame of each recipe.
        curves: (step, score) of each recipe's own frames; empty if it did not get there.
        seconds: from the first frame to the last, the time of the steps alone.
        steps: how many the farthest recipe has come; of several side by side, each has its own.
        stopped: whether the person stopped it.
    """

    frames: tuple[Frame, ...]
    curves: list[list[tuple[int, float]]]
    seconds: float
    steps: int
    stopped: bool


def watch(moments: Iterator[tuple[Frame, ...]], recipes) -> Outcome:
    """Run a render of `recipes` to its end, or until Ctrl-C, with a bar on standard error."""
    total = max(recipe.total_steps for recipe in recipes)
    curves: list[list[tuple[int, float]]] = [[] for _ in recipes]
    frames, stopped = None, False
    with tqdm(total=total, unit="step", file=sys.stderr, dynamic_ncols=True) as bar:
        try:
            for newer in moments:
                if frames is None:
                    bar.unpause()
                frames = newer
                for frame, recipe, curve in zip(frames, recipes, curves, strict=True):
                    if frame.recipe == recipe and (not curve or frame.step > curve[-1][0]):
                        curve.append((frame.step, frame.score))
                bar.set_postfix_str(f"score {frames[0].score:.4g}", refresh=False)
                bar.update(max(frame.done for frame in frames) - bar.n)
        except KeyboardInterrupt:
            if frames is None:
                raise
            stopped = True
        elapsed = bar.format_dict["elapsed"]
    if stopped:
        print("Stopped; the picture so far is kept.", file=sys.stderr)
    return Outcome(frames, curves, elapsed, max(f.done for f in frames), stopped)
