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
ROUNDS = 4
SECONDS_EACH = 1.0
"""How long there are turns to be had for each visitor in a round."""
LOOK_SECONDS = 0.002
_SEEDS = count()


@dataclass(frozen=True)
class Crowd:
    """Visitors who render at once, each from noise of their own.

    Attributes:
        visitors: how many.
        steps_per_second: of all together.
        share_of_one: of the steps per second of one visitor alone, measured in turn with them.
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
    """Measure each crowd in turn with one visitor alone."""
    studio, found = Studio(Settings()), []
    for visitors in crowds:
        found.append(_crowd(studio, visitors))
        done()
    return found


def _crowd(studio: Studio, visitors: int) -> Crowd:
    crowd = [_ask(studio, f"one of {number}") for number in range(visitors)]
    alone = [_ask(studio, "alone")]
    for ticket in crowd + alone:
        _first_picture(ticket)
        ticket.stop()
    seconds, steps = {"crowd": 0.0, "alone": 0.0}, {"crowd": [0] * visitors, "alone": [0]}
    for turn in range(ROUNDS):
        for name, tickets in (("crowd", crowd), ("alone", alone)):
            passed, made = _round(tickets, turn * len(tickets) // ROUNDS)
            seconds[name] += passed
            steps[name] = [sum(pair) for pair in zip(steps[name], made, strict=True)]
    for ticket in crowd:
        ticket.go_on()
    come, newcomer = time.perf_counter(), _ask(studio, "newcomer")
    _first_picture(newcomer)
    newcomer_seconds = time.perf_counter() - come
    for ticket in (*crowd, *alone, newcomer):
        ticket.close()
    rates = {name: sum(steps[name]) / seconds[name] for name in steps}
    return Crowd(
        visitors,
        seconds["crowd"],
        rates["crowd"],
        rates["crowd"] / rates["alone"],
        min(steps["crowd"]),
        max(steps["crowd"]),
        newcomer_seconds,
    )


def _round(tickets: list[Ticket], first: int) -> tuple[float, list[int]]:
    """Let these go on for a while, this one first: seconds, and the steps of each."""
    before, start = [ticket.job.done for ticket in tickets], time.perf_counter()
    for ticket in (*tickets[first:], *tickets[:first]):
        ticket.go_on()
    time.sleep(SECONDS_EACH * max(2, len(tickets)))
    seconds, after = time.perf_counter() - start, [ticket.job.done for ticket in tickets]
    for ticket in tickets:
        ticket.stop()
    time.sleep(SECONDS_EACH / 4)  # until the step under way is done, for the next ones' sake
    return seconds, [last - first for first, last in zip(before, after, strict=True)]


def _ask(studio: Studio, visitor: str) -> Ticket:
    """A render that no earlier one shares."""
    recipe = preset(PRESET, Target(LAYER, 0), size=SIZE, steps=STEPS, seed=next(_SEEDS))
    return studio.submit(visitor, [recipe])


def _first_picture(ticket: Ticket) -> None:
    while not ticket.view().frames:
        view = ticket.view()
        assert view.frames or view.status in LIVE, view.error
        time.sleep(LOOK_SECONDS)
