"""What several visitors at once get of one machine: all their steps, the least, and a newcomer."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from itertools import count

from explorer.recipe import preset
from explorer.settings import Settings
from explorer.studio import LIVE, Studio, Ticket
from explorer.targets import Target

PRESET, LAYER, SIZE, STEPS = "report/4-small-norm", "conv4_1", 128, 2000
CROWDS = (2, 4, 8)
SECONDS_EACH = 4.0
"""How long there are turns to be had for each visitor; one alone gets twice as long."""
LOOK_SECONDS = 0.002
_SEEDS = count()


@dataclass(frozen=True)
class Crowd:
    """Visitors who render at once, each a channel of their own.

    Attributes:
        visitors: how many.
        steps_per_second: of all together.
        share_of_one: of the steps per second of one visitor alone, measured just before and after.
        least_steps, most_steps: that a visitor got in `seconds`.
        newcomer_seconds: until the first picture of one who comes while the others render.
    """

    visitors: int
    seconds: float
    steps_per_second: float
    share_of_one: float
    least_steps: int
    most_steps: int
    newcomer_seconds: float


def measure(crowds: tuple[int, ...] = CROWDS, done: Callable = lambda: None) -> list[Crowd]:
    """Measure each crowd between two measurements of one visitor alone."""
    studio, found = Studio(Settings()), []
    _steps(studio, 1, 1.0)  # warms up
    before = _steps(studio, 1, 2 * SECONDS_EACH)
    for visitors in crowds:
        crowd = _steps(studio, visitors, SECONDS_EACH * visitors)
        after = _steps(studio, 1, 2 * SECONDS_EACH)
        alone = (before.rate + after.rate) / 2
        found.append(
            Crowd(
                visitors,
                crowd.seconds,
                crowd.rate,
                crowd.rate / alone,
                min(crowd.steps),
                max(crowd.steps),
                crowd.newcomer_seconds,
            )
        )
        before = after
        done()
    return found


@dataclass(frozen=True)
class _Count:
    seconds: float
    steps: list[int]
    newcomer_seconds: float

    @property
    def rate(self) -> float:
        return sum(self.steps) / self.seconds


def _steps(studio: Studio, visitors: int, seconds: float) -> _Count:
    """Steps that each of so many visitors gets in this time, all of them having a picture."""
    tickets = [_ask(studio, number) for number in range(visitors)]
    for ticket in tickets:
        _first_picture(ticket)
    before, start = [ticket.view().done for ticket in tickets], time.perf_counter()
    time.sleep(seconds)
    after, end = [ticket.view().done for ticket in tickets], time.perf_counter()
    newcomer, come = _ask(studio, visitors), time.perf_counter()
    _first_picture(newcomer)
    newcomer_seconds = time.perf_counter() - come
    for ticket in (*tickets, newcomer):
        ticket.close()
    steps = [last - first for first, last in zip(before, after, strict=True)]
    return _Count(end - start, steps, newcomer_seconds)


def _ask(studio: Studio, number: int) -> Ticket:
    """A render that no earlier one shares."""
    recipe = preset(PRESET, Target(LAYER, number), size=SIZE, steps=STEPS, seed=next(_SEEDS))
    return studio.submit(f"visitor {number}", [recipe])


def _first_picture(ticket: Ticket) -> None:
    while not ticket.view().frames:
        view = ticket.view()
        assert view.frames or view.status in LIVE, view.error
        time.sleep(LOOK_SECONDS)
