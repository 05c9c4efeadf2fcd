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
        first_scores: score of each recipe's own start, None if it did not get there.
        best_scores: highest score of each recipe's own frames, None likewise.
        seconds: from the first frame to the last, the time of the steps alone.
        steps: how many steps were computed.
        stopped: whether the person stopped it.
    """

    frames: tuple[Frame, ...]
    first_scores: list[float | None]
    best_scores: list[float | None]
    seconds: float
    steps: int
    stopped: bool


def watch(moments: Iterator[tuple[Frame, ...]], recipes) -> Outcome:
    """Run a render of `recipes` to its end, or until Ctrl-C, with a bar on standard error."""
    total = max(recipe.total_steps for recipe in recipes)
    first, best = [None] * len(recipes), [None] * len(recipes)
    frames, stopped = None, False
    with tqdm(total=total, unit="step", file=sys.stderr, dynamic_ncols=True) as bar:
        try:
            for frames in moments:
                if bar.n == 0 and bar.last_print_n == 0:
                    bar.unpause()
                for i, (frame, recipe) in enumerate(zip(frames, recipes, strict=True)):
                    if frame.recipe == recipe:
                        first[i] = frame.score if frame.step == 0 else first[i]
                        best[i] = max(frame.score, frame.score if best[i] is None else best[i])
                bar.set_postfix_str(f"score {frames[0].score:.4g}", refresh=False)
                bar.update(max(frame.done for frame in frames) - bar.n)
        except KeyboardInterrupt:
            if frames is None:
                raise
            stopped = True
        elapsed = bar.format_dict["elapsed"]
    if stopped:
        print("Stopped; the picture so far is kept.", file=sys.stderr)
    return Outcome(frames, first, best, elapsed, max(f.done for f in frames), stopped)
