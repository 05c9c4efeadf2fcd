"""What of a picture the values of a layer can see."""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

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
