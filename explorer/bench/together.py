"""Whether several recipes side by side take as long as one after the other, and no longer."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from explorer.recipe import Recipe, preset
from explorer.settings import Settings
from explorer.studio import FINISHED, LIVE, Studio, View
from explorer.targets import Target

PRESETS = ("report/naive", "report/1-clip", "report/2-decay", "report/3-blur")
LAYER, SIZE, STEPS = "conv5_1", 224, 8
ROUNDS = 3
LOOK_SECONDS = 0.002
PAUSE_SECONDS = 0.3
"""Between renders: the studio gives memory back when it has nothing to do."""


@dataclass(frozen=True)
class Together:
    """Renders by the studio, as the pages have them.

    Attributes:
        presets: what is rendered, `steps` steps each.
        seconds_together: all in one render, as on the compare page; medians.
        seconds_alone: one after the other, the sum.
        times: the first over the second, the median of the rounds' ratios.
    """

    presets: tuple[str, ...]
    steps: int
    seconds_together: float
    seconds_alone: float
    times: float


def measure(repeats: int, done: Callable = lambda: None) -> Together:
    """Measure rounds, each with both ways in the other order than the one before."""
    studio, together, alone = Studio(Settings()), [], []
    for turn in range(min(repeats, ROUNDS) + 1):  # the first warms up
        recipes = [
            preset(name, Target(LAYER, 0), size=SIZE, steps=STEPS, seed=2 * turn)
            for name in PRESETS
        ]
        others = [recipe.changed(seed=2 * turn + 1) for recipe in recipes]
        ways = [
            lambda recipes=recipes: together.append(_seconds(studio, recipes)),
            lambda others=others: alone.append(sum(_seconds(studio, [each]) for each in others)),
        ]
        for way in ways[:: (-1) ** turn]:
            way()
        done()
    times = [both / sum_ for both, sum_ in zip(together[1:], alone[1:], strict=True)]
    return Together(PRESETS, STEPS, median(together[1:]), median(alone[1:]), median(times))


def rendered(studio: Studio, recipes: Sequence[Recipe]) -> View:
    """Have the studio render recipes, as a page does, and wait for the end."""
    ticket = studio.submit("bench", recipes)
    while ticket.view().status in LIVE:
        time.sleep(LOOK_SECONDS)
    view = ticket.view()
    assert view.status == FINISHED, view.error
    return view


def _seconds(studio: Studio, recipes: Sequence[Recipe]) -> float:
    """A render's time when its steps are traced and nothing else is done."""
    rendered(studio, [recipe.changed(steps=1) for recipe in recipes])
    time.sleep(PAUSE_SECONDS)
    start = time.perf_counter()
    rendered(studio, recipes)
    return time.perf_counter() - start
