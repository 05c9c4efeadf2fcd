"""The structure page's numbers and its histogram, which need no chart library to load."""

from collections.abc import Sequence
from math import ceil, floor, log10

from explorer.networks.network import Network
from explorer.palette import KINDS
from explorer.wording import number

WIDTH, HEIGHT = 620, 330
LEFT, RIGHT, BOTTOM, TOP = 92, 20, 46, 10
"""Room around the bars, in units of the drawing, for what stands at the axes."""
COLOR = KINDS["convolution"]
TICKS = 6
"""About how many numbers stand at an axis."""


def amount(number: float, unit: str = "") -> str:
    """A count with three digits and a prefix, and its unit: "138 M", "1.79 k"."""
    for size, prefix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size:
            number /= size
            return f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f}{prefix}{unit}"
    return f"{number:,.0f}{' ' * bool(unit)}{unit}"


def total(network: Network, quantity: str) -> int:
    """The sum of a column over all layers."""
    return sum(getattr(layer, quantity) for layer in network.layers)


def ticks(low: float, high: float) -> list[float]:
    """Round numbers from `low` to `high`, about `TICKS` of them: steps of 1, 2 or 5 × 10ⁿ."""
    rough = (high - low) / TICKS
    power = 10.0 ** floor(log10(rough))
    step = power * min((1, 2, 5, 10), key=lambda factor: abs(factor * power - rough))
    return [i * step for i in range(ceil(low / step), floor(high / step) + 1)]


def histogram(edges: Sequence[float], counts: Sequence[int], mean: float) -> str:
    """Bars over equal bins with a dashed line at the mean, as SVG.

    Args:
        edges: where the bins begin, and where the last one ends.
        counts: weights in each bin.
    """
    low, high, most = edges[0], edges[-1], max(counts)

    def x(value: float) -> float:
        return LEFT + (WIDTH - LEFT - RIGHT) * (value - low) / (high - low)

    def y(count: float) -> float:
        return TOP + (HEIGHT - TOP - BOTTOM) * (1 - count / most)

    gap = 0.12 * (x(edges[1]) - x(edges[0]))
    drawn = []
    for count in ticks(0, most):
        drawn.append(f'<path class="grid" d="M{LEFT} {y(count):.1f}H{WIDTH - RIGHT}"/>')
        drawn.append(f'<text x="{LEFT - 8}" y="{y(count) + 4:.1f}" class="end">{count:,.0f}</text>')
    for i, count in enumerate(counts):
        words = f"{number(edges[i])} to {number(edges[i + 1])}: {count:,} weights"
        width = x(edges[i + 1]) - x(edges[i]) - gap
        drawn.append(
            f'<rect x="{x(edges[i]):.1f}" y="{y(count):.1f}" width="{width:.1f}" '
            f'height="{y(0) - y(count):.1f}" fill="{COLOR}"><title>{words}</title></rect>'
        )
    drawn += [
        f'<text x="{x(value):.1f}" y="{HEIGHT - BOTTOM + 18}" class="middle">{number(value)}</text>'
        for value in ticks(low, high)
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    drawn.append(f'<path class="mean" d="M{x(mean):.1f} {TOP}V{HEIGHT - BOTTOM}"/>')
    drawn.append(f'<text x="{middle}" y="{HEIGHT - 6}" class="middle">weight</text>')
    drawn.append(
        f'<text transform="translate(12 {HEIGHT / 2 - 20}) rotate(-90)" class="middle">'
        "number of weights</text>"
    )
    return (
        f'<svg class="histogram" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-label="Histogram of the weights, a peak near zero">{"".join(drawn)}</svg>'
    )
