"""A 3×3 convolution with a quarter of the multiplications, in plain TensorFlow.

Winograd's minimal filtering F(4×4, 3×3), as in Lavin and Gray, "Fast Algorithms for Convolutional
Neural Networks", CVPR 2016: tiles of 6×6 input pixels, overlapping by two, and the kernel are each
carried to 36 values; these are multiplied and summed over channels, and the sums carried to 4×4
output pixels. Why it works: along a line, pixels and weights are coefficients of polynomials, and
where coefficients convolve, the polynomials' values at a few points just multiply.
"""

from functools import lru_cache

import numpy as np

TILE, STEP = 6, 4
PIECE_BYTES = 2**22
"""Of the values of the tiles computed at a time, so that they stay in the cache from one operation
to the next."""

POINTS = ((1, 0), (1, 1), (1, -1), (1, 0.5), (1, -2), (0, 1))
"""Where polynomials are evaluated, t / s for each (s, t): 0, 1, -1, 1/2, -2 and infinity; mixed
like this they round less than with ±2 (Barabasz et al., "Error Analysis and Improving the Accuracy
of Winograd Convolution for Deep Neural Networks", 2020)."""


def _values(terms: int) -> np.ndarray:
    """(6, terms): carries the coefficients of a polynomial to its values at the points."""
    return np.array([[s ** (terms - 1 - i) * t**i for i in range(terms)] for s, t in POINTS])


def _both_ways(line: np.ndarray) -> np.ndarray:
    """What `line` does along a line, done to rows and columns: (a, b) -> (a·a, b·b)."""
    return np.kron(line, line).astype(np.float32)


KERNEL_IN = _both_ways(_values(3))  # (36, 9)
TILE_IN = _both_ways(np.linalg.inv(_values(TILE)).T)  # (36, 36)
TILE_OUT = _both_ways(_values(STEP).T)  # (16, 36)


def transformed(kernel):
    """What `convolution` takes instead of a kernel: (3, 3, in, out) -> (36, in, out)."""
    import tensorflow as tf

    values = tf.matmul(KERNEL_IN, tf.reshape(kernel, (KERNEL_IN.shape[1], -1)))
    return tf.reshape(values, (TILE * TILE, *kernel.shape[2:]))


def convolution(x, transformed_kernel):
    """'SAME' convolution with stride 1, to a relative error of about 1e-5.

    Args:
        x: (b, h, w, in), of known shape; h and w may be anything.
        transformed_kernel: see `transformed`.

    Returns:
        (b, h, w, out).
    """
    import tensorflow as tf

    points, channels, filters = transformed_kernel.shape
    pixels = tf.reshape(x, (-1, channels))

    def computed(tiles, outputs):
        values = tf.gather_nd(pixels, tiles[..., None], bad_indices_policy="IGNORE")
        values = tf.matmul(TILE_IN, tf.reshape(values, (points, -1)))
        sums = tf.matmul(tf.reshape(values, (points, -1, channels)), transformed_kernel)
        values = tf.matmul(TILE_OUT, tf.reshape(sums, (points, -1)))
        return tf.gather(tf.reshape(values, (-1, filters)), outputs)

    most_tiles = PIECE_BYTES // (4 * points * max(channels, filters))
    pieces = [computed(*places) for places in _places(*x.shape[:3], most_tiles)]
    return tf.reshape(tf.concat(pieces, 0), (*x.shape[:3], filters))


@lru_cache(64)
def _places(batch: int, height: int, width: int, most_tiles: int) -> list[tuple]:
    """Where to find pixels, as numbers of rows of a (pixels, channels) matrix.

    Returns:
        For each piece, some rows of tiles, from top to bottom, int32 tensors that all traces share:
        (36, tiles), the input pixel at each place of each tile; the number after the last pixel
        stands for the zeros around the picture;
        (pixels,), each output pixel of the piece among those computed, (16, tiles) in order.
    """
    import tensorflow as tf

    down, across = -(-height // STEP), -(-width // STEP)
    pixels = np.arange(batch * height * width, dtype=np.int32).reshape(batch, height, width)
    margins = ((0, 0), (1, STEP * down + 1 - height), (1, STEP * across + 1 - width))
    padded = np.pad(pixels, margins, constant_values=pixels.size)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (TILE, TILE), axis=(1, 2))
    rows = windows[:, ::STEP, ::STEP].reshape(batch * down, across, TILE, TILE)
    places = []
    for piece in np.array_split(rows, min(len(rows), -(-len(rows) * across // most_tiles))):
        tiles = piece.transpose(2, 3, 0, 1)
        computed = tiles[1 : 1 + STEP, 1 : 1 + STEP].ravel()
        outputs = np.argsort(computed)[: np.count_nonzero(computed < pixels.size)]
        with tf.init_scope():
            places.append(
                (tf.constant(tiles.reshape(TILE * TILE, -1)), tf.constant(outputs, tf.int32))
            )
    return places
