"""A network drawn to scale, as SVG: a box for each layer, as high as its map, as wide as deep."""

import math
from html import escape

from explorer.networks.network import Network
from explorer.palette import KINDS

HIGHEST = 150
"""Of the input's box."""
WIDTH_OF_DOUBLING = 2.6
"""By how much a box widens when the channels are doubled."""
GAP, LABELS, MARGIN = 7, 112, 4
FLAT = 96
"""How high the box of a layer without a map is."""


def as_svg(network: Network) -> str:
    """The network from left to right; its text takes the color around it."""
    boxes, x = [], MARGIN
    for layer in network.layers:
        side = layer.output_shape[0] if layer.spatial else None
        height = HIGHEST * side / network.input_size if side else FLAT
        width = 4 + WIDTH_OF_DOUBLING * math.log2(layer.channels)
        top, middle = MARGIN + (HIGHEST - height) / 2, x + width / 2
        shape = "×".join(str(size) for size in layer.output_shape)
        foot = MARGIN + HIGHEST + 8
        boxes.append(
            f"<g><title>{escape(f'{layer.paper_name}, {layer.kind}: {shape}')}</title>"
            f'<rect x="{x:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height:.1f}" rx="1.5" '
            f'fill="{KINDS.get(layer.kind, "#8b8f98")}"/>'
            f'<text transform="translate({middle + 3.5:.1f} {foot}) rotate(90)">'
            f"{escape(layer.paper_name)} <tspan>{shape}</tspan></text></g>"
        )
        x += width + GAP
    right, below = x - GAP + MARGIN, MARGIN + HIGHEST + LABELS + 22
    return (
        f'<svg class="network" viewBox="0 0 {right:.0f} {below}" role="img" '
        f'aria-label="{escape(network.title)} from input to {network.layers[-1].paper_name}">'
        f"{''.join(boxes)}</svg>"
    )
