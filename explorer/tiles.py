"""Tiles: the gradient of a large picture, computed piece by piece.

Memory then depends on the tile, not on the picture. A tile counts the excitation at its own places
of the map only, but looks at a wider window, and the gradients of all windows are added up. Where
windows reach half a receptive field beyond their tile, the sum is the gradient of the whole
picture. Where they reach less far, places near the border of a tile see the padding of its window;
the borders lie elsewhere at each step, so that no seams grow (Mordvintsev et al., DeepDream, 2015).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from explorer.methods import Method, Parameter
from explorer.networks.gradients import with_gradient
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.receptive_fields import receptive_square


@dataclass(frozen=True)
class Line:
    """How one side of a picture is cut; all in pixels, and multiples of `stride` but the window.

    Attributes:
        side: of the picture.
        stride: of the coarsest map.
        count: of tiles.
        tile: length of a tile; the first and the last may stick out of the picture.
        margin: how far a window reaches beyond its tile, either way.
        window: length of a window; it lies inside the picture.
    """

    side: int
    stride: int
    count: int
    tile: int
    margin: int
    window: int

    @property
    def slack(self) -> int:
        """By how much the tiles together are longer than the picture."""
        return (self.count * self.tile - self.side) // self.stride * self.stride


def line(side: int, stride: int, reach: int, tile: int, halo: float) -> Line:
    """Cut a side of a picture into tiles of at most about `tile` pixels.

    Args:
        reach: how far beyond its own place a value of the map looks, in pixels.
        halo: how much of that windows cover, in percent.
    """
    margin = _up(reach * halo / 100.0, stride)
    count = -(-side // tile)
    tile = _up((side + tile / 2) / count, stride)  # half a tile more, for borders to move in
    window = tile + 2 * margin + side % stride
    if count == 1 or window >= side:
        return Line(side, stride, 1, side, margin, side)
    return Line(side, stride, count, tile, margin, window)


def _up(length: float, stride: int) -> int:
    return int(-(-length // stride) * stride)


def lines(
    network: Network, layers: Iterable[Layer], size: tuple[int, int], side: int, halo: float
) -> tuple[Line, Line]:
    """How a picture of this (height, width) is cut, down and across."""
    layers = list(layers)
    stride = max(layer.receptive_stride for layer in layers)
    reach = 0
    for layer in layers:
        square = receptive_square(network, layer, 0, 0, size)
        reach = max(reach, -square.top, square.bottom - layer.receptive_stride)
    return tuple(line(length, stride, reach, side, halo) for length in size)


def offsets(cut: tuple[Line, Line], draw):
    """By how much the first tiles stick out at the top and at the left, int32 (2,)."""
    import tensorflow as tf

    share = draw.uniform((2,), 0.0, 1.0)
    steps = tf.constant([each.slack // each.stride + 1 for each in cut], tf.float32)
    strides = tf.constant([each.stride for each in cut])
    chosen = tf.cast(tf.floor(share * steps), tf.int32)
    return strides * chosen  # of a single tile, which has no slack, nothing


def tiles(image, draw, excite, network, layers, side, halo):
    """The excitation by pictures and, going back, its gradient, a tile at a time.

    Args:
        image: (b, h, w, 3), RGB 0–255.
        draw: random numbers, for where the borders lie.
        excite: a window (b, h, w, 3) and the weights of a layer's places, a function from a layer
            to (h, w) -> the windows' share of the excitation, (b,).
        layers: those that the excitation is about.

    Returns:
        (b,).
    """
    import tensorflow as tf

    size = tuple(image.shape[1:3])
    cut = lines(network, layers, size, side, halo)
    first = offsets(cut, draw)
    counts = [each.count for each in cut]

    def bounds(axis, number):
        """Where a tile begins and ends, and where its window begins."""
        each = cut[axis]
        begin = number * each.tile - first[axis]
        start = tf.clip_by_value(begin - each.margin, 0, each.side - each.window)
        return begin, begin + each.tile, start

    def tile(number):
        places = [bounds(0, number // counts[1]), bounds(1, number % counts[1])]
        starts = [place[2] for place in places]
        window = tf.slice(
            image, [0, *starts, 0], [image.shape[0], *(each.window for each in cut), 3]
        )

        def weights(layer):
            """Equal for the places of the tile, zero for the others; all tiles add up to 1."""
            inside = []
            for axis, (begin, end, start) in enumerate(places):
                count = network.output_size(layer, (cut[0].window, cut[1].window))[axis]
                at = start + layer.receptive_stride * tf.range(count)
                inside.append(tf.cast((at >= begin) & (at < end), tf.float32))
            height, width = network.output_size(layer, size)
            return inside[0][:, None] * inside[1] / (height * width)

        with tf.GradientTape() as tape:
            tape.watch(window)
            share = excite(window, weights)
        margins = [
            [start, each.side - each.window - start]
            for start, each in zip(starts, cut, strict=True)
        ]
        return share, tf.pad(tape.gradient(share, window), [[0, 0], *margins, [0, 0]])

    return _summed(image, counts[0] * counts[1], tile)


def in_turn(image, excite):
    """The excitation by pictures, one after the other, in the memory that one of them needs.

    Args:
        image: (b, h, w, 3), RGB 0–255.
        excite: (1, h, w, 3) -> (1,).

    Returns:
        (b,).
    """
    import tensorflow as tf

    count = image.shape[0]

    def one(number):
        picture = tf.slice(image, [number, 0, 0, 0], [1, *image.shape[1:]])
        with tf.GradientTape() as tape:
            tape.watch(picture)
            score = excite(picture)
        others = [[number, count - 1 - number]]
        gradient = tf.pad(tape.gradient(score, picture), [*others, [0, 0], [0, 0], [0, 0]])
        return tf.pad(score, others), gradient

    return _summed(image, count, one)


def _summed(image, count: int, part: Callable):
    """What parts of an excitation add up to, and their gradients, computed one after the other.

    Args:
        part: number of a part -> its share (b,) and that one's gradient (b, h, w, 3).
    """
    import tensorflow as tf

    def one_more(number, scores, gradient):
        share, slope = part(number)
        return number + 1, scores + share, gradient + slope

    @with_gradient
    def whole(image):
        _, scores, gradient = tf.while_loop(
            lambda number, *_: number < count,
            one_more,
            (tf.constant(0), tf.zeros(image.shape[0]), tf.zeros(image.shape)),
            parallel_iterations=1,
        )
        return scores, lambda upstream: upstream[:, None, None, None] * gradient

    return whole(image)


TILES = (
    Method(
        "tiles",
        "Tiles",
        "gradient",
        "Computes the gradient of a large picture piece by piece, in little memory; where the "
        "pieces meet changes at each step (DeepDream).",
        tiles,
        (
            Parameter("side", 256, 64, 1024, "px", "Of a tile.", whole=True, structural=True),
            Parameter(
                "halo",
                50,
                0,
                100,
                "% of the reach",
                "How far a tile looks beyond its border; at 100 % the gradient is exact.",
                whole=True,
                structural=True,
            ),
        ),
    ),
)
