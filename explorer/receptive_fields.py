"""What of a picture the values of a layer can see."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from PIL import Image, ImageDraw

from explorer.networks.layers import Layer
from explorer.networks.network import Network


@dataclass(frozen=True)
class Square:
    """Rows `top` to `bottom` and columns `left` to `right` of a picture, the ends excluded."""

    top: int
    left: int
    bottom: int
    right: int

    @property
    def size(self) -> tuple[int, int]:
        """(height, width) in pixels."""
        return self.bottom - self.top, self.right - self.left

    def within(self, size: tuple[int, int]) -> "Square":
        """The part of it inside a picture of this (height, width)."""
        height, width = size
        return Square(
            max(self.top, 0), max(self.left, 0), min(self.bottom, height), min(self.right, width)
        )

    def cut(self, picture: np.ndarray) -> np.ndarray:
        """What a picture (h, w, 3) shows there, clipped at its border."""
        inside = self.within(picture.shape[:2])
        return picture[inside.top : inside.bottom, inside.left : inside.right]


def receptive_square(
    network: Network, layer: Layer, row: int, column: int, size: tuple[int, int] | None = None
) -> Square:
    """All that the value at a position of a layer's map can see.

    It may reach beyond the border of the picture, where padding is.

    Args:
        size: (height, width) of the picture in pixels; the network's own input size if left out.
            With strides, more is padded below and to the right, and how much depends on the size.
    """
    corner = [0, 0]
    for before, after in pairwise(network.layers[: network.layers.index(layer) + 1]):
        if after.kernel and after.kind != "pooling":
            sides = network.output_size(before, size or (network.input_size,) * 2)
            for axis, side in enumerate(sides):
                reach = (-(-side // after.stride) - 1) * after.stride + after.kernel[axis]
                corner[axis] -= max(reach - side, 0) // 2 * before.receptive_stride
    top = corner[0] + row * layer.receptive_stride
    left = corner[1] + column * layer.receptive_stride
    return Square(top, left, top + layer.receptive_field, left + layer.receptive_field)


def framed(picture: np.ndarray, square: Square, side: int, dim: bool = False) -> np.ndarray:
    """A picture (h, w, 3), large, with a frame around a square of it.

    Args:
        side: pixels of its longer side.
        dim: darken what is outside of the square.
    """
    scale = side / max(picture.shape[:2])
    height, width = (round(scale * length) for length in picture.shape[:2])
    large = Image.fromarray(picture).resize((width, height), Image.Resampling.BICUBIC)
    inside = square.within(picture.shape[:2])
    left, top, right, bottom = (
        round(scale * v) for v in (inside.left, inside.top, inside.right, inside.bottom)
    )
    if dim:
        pixels = np.asarray(large)
        dimmed = (pixels * 0.45 + 128 * 0.35).astype(np.uint8)
        dimmed[top:bottom, left:right] = pixels[top:bottom, left:right]
        large = Image.fromarray(dimmed)
    draw = ImageDraw.Draw(large)
    for grow, color in ((3, "black"), (2, "white"), (1, "white"), (0, "black")):
        edges = (left - grow, top - grow, right - 1 + grow, bottom - 1 + grow)
        ends = (width - 1, height - 1) * 2
        box = [min(max(edge, 0), end) for edge, end in zip(edges, ends, strict=True)]
        draw.rectangle(box, outline=color)
    return np.asarray(large)
