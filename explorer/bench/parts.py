"""The parts of a measurement, as tables: how each is run, for how long, and how people read it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from explorer.bench import answers, frames, fresh, pages, report, scaling, steps, together, visitors
from explorer.networks import NETWORKS, load_network
from explorer.tables import Rows


@dataclass(frozen=True)
class Part:
    """One thing to measure.

    Attributes:
        run: (repeats, done) -> results; `done` is called `rounds(repeats)` times on the way.
        rows: results -> a table for people.
    """

    run: Callable[[int, Callable], list]
    rounds: Callable[[int], int]
    rows: Callable[[list], Rows]


def of_steps(cases: Sequence[tuple[str, str, int]]) -> Part:
    """A step for each case: network, layer and size."""

    def run(repeats: int, done: Callable) -> list[steps.Speed]:
        found = []
        for name, layer, size in cases:
            network = load_network(name)
            found.append(steps.measure(network, network.layer(layer), size, repeats, done))
        return found

    return Part(run, lambda repeats: len(cases) * (repeats + 1), report.steps)


def _of_each(measure: Callable, names: Sequence[str], rows: Callable) -> Part:
    """A part of one result for each name: `measure(name, repeats)`."""

    def run(repeats: int, done: Callable) -> list:
        found = []
        for name in names:
            found.append(measure(name, repeats))
            done()
        return found

    return Part(run, lambda repeats: len(names), rows)


def _of_series(name: str) -> Part:
    cases = scaling.SERIES[name]

    def run(repeats: int, done: Callable) -> list[scaling.Case]:
        return scaling.measure(load_network("vgg16"), cases, repeats, done)

    return Part(run, lambda repeats: repeats + 1, partial(report.series, name))


PARTS = {
    "results": of_steps(steps.CASES),
    "first_frames": _of_each(
        lambda name, repeats: frames.measure(load_network("vgg16"), name, repeats),
        frames.PRESETS,
        report.first_frames,
    ),
    "side_by_side": Part(
        lambda repeats, done: [together.measure(repeats, done)],
        lambda repeats: min(repeats, together.ROUNDS) + 1,
        report.side_by_side,
    ),
    "activations": _of_each(
        lambda name, repeats: answers.measure(load_network(name), repeats),
        tuple(NETWORKS),
        report.activations,
    ),
    "start": _of_each(lambda name, _: fresh.measure(name), tuple(NETWORKS), report.start),
    "pages": _of_each(pages.measure, pages.PAGES, report.pages),
}
"""What is measured by default, by its name in the JSON and in Markdown."""

SCALING = {
    **{name: _of_series(name) for name in scaling.SERIES},
    "visitors": Part(
        lambda _, done: visitors.measure(done=done),
        lambda _: len(visitors.CROWDS),
        report.visitors,
    ),
}
"""How times grow."""
