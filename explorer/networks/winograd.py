"""A 3×3 convolution with a fraction of the multiplications, in plain TensorFlow.

Winograd's minimal filtering, as in Lavin and Gray, "Fast Algorithms for Convolutional Neural
Networks", CVPR 2016. With F(4×4, 3×3), tiles of 6×6 input pixels, overlapping by two, and the
kernel are each carried to 36 values; these are multiplied and summed over channels, and the sums
carried to 4×4 output pixels: a quarter of the multiplications. F(2×2, 3×3) does with 16 values, so
that its kernel takes less than half the memory, and with 4/9 of the multiplications. Why it works:
along a line, pixels and weights are coefficients of polynomials, and where coefficients convolve,
the polynomials' values at a few points just multiply.
"""

from functools import lru_cache
from math import isqrt

import numpy as np

from explorer.networks import device

TAPS = 3
"""Weights of the kernel along a line."""
PIECE_BYTES = 2**22
"""Of the values of the tiles computed at a time, so that they stay in the cache from one operation
to the next."""
PART = 128
"""Output channels multiplied at a time by oneDNN, so that what it reads of the kernel at a time
lies together in memory."""

POINTS, INFINITY = ((1, 0), (1, 1), (1, -1), (1, 0.5), (1, -2)), (0, 1)
"""Where polynomials are evaluated, t / s for each (s, t): as many of 0, 1, -1, 1/2 and -2 as are
needed, and infinity; mixed like this they round less than with ±2 (Barabasz et al., "Error Analysis
and Improving the Accuracy of Winograd Convolution for Deep Neural Networks", 2020)."""


def values_at_points(step: int, terms: int) -> np.ndarray:
    """(step + 2, terms): carries the coefficients of a polynomial to its values at the points."""
    points = (*POINTS[: step + TAPS - 2], INFINITY)
    return np.array([[s ** (terms - 1 - i) * t**i for i in range(terms)] for s, t in points])


@lru_cache
def _matrices(step: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What carries a kernel and a tile to their values at the points, and the sums to pixels."""
    tile = step + TAPS - 1
    lines = (
        values_at_points(step, TAPS),
        np.linalg.inv(values_at_points(step, tile)).T,
        values_at_points(step, step).T,
    )
    kernel_in, tile_in, tile_out = (np.kron(line, line).astype(np.float32) for line in lines)
    return kernel_in, tile_in, tile_out


def transformed(kernel, step: int = 4, turned: bool = False):
    """What `convolution` takes instead of a kernel.

    Args:
        kernel: (3, 3, in, out).
        step: output pixels along a side of a tile, 2 or 4.
        turned: instead of the kernel that carries its gradient back, by 180° and from out to in;
            in less memory than if it were turned first.

    Returns:
        ((step + 2)², parts, in, out / parts), or with in and out exchanged.
    """
    import tensorflow as tf

    rows, columns = kernel.shape[2:]
    outputs = rows if turned else columns
    part = PART if device.onednn() and outputs % PART == 0 else outputs
    kernel_in, _, _ = _matrices(step)
    if turned:
        kernel_in, shape, order = kernel_in[:, ::-1], (-1, part, columns), (0, 1, 3, 2)
    else:
        shape, order = (rows, -1, part), (0, 2, 1, 3)
    weights = tf.transpose(tf.reshape(kernel, (TAPS * TAPS, *shape)), order)
    values = tf.matmul(kernel_in, tf.reshape(weights, (TAPS * TAPS, -1)))
    return tf.reshape(values, (-1, *weights.shape[1:]))


def convolution(x, transformed_kernel, rectified=None):
    """'SAME' convolution with stride 1, to a relative error of about 1e-5, or less.

    Args:
        x: (b, h, w, in), of known shape; h and w may be anything.
        transformed_kernel: see `transformed`.
        rectified: (b, h, w, out), what a ReLU let pass. Where that is nothing, the result is zero,
            as a gradient is that goes back through the ReLU.

    Returns:
        (b, h, w, out).
    """
    import tensorflow as tf

    points, parts, channels, part = transformed_kernel.shape
    filters, step = parts * part, isqrt(points) - TAPS + 1
    _, tile_in, tile_out = _matrices(step)
    pixels = tf.reshape(x, (-1, channels))

    def computed(tiles, outputs):
        values = tf.gather_nd(pixels, tiles, bad_indices_policy="IGNORE")
        values = tf.matmul(tile_in, tf.reshape(values, (points, -1)))
        sums = _products(values, transformed_kernel)
        values = tf.matmul(tile_out, tf.reshape(sums, (points, -1)))
        return tf.reshape(tf.gather(tf.reshape(values, (-1, part)), outputs), (-1, filters))

    most_tiles = PIECE_BYTES // (4 * points * max(channels, filters))
    pieces = [computed(*places) for places in _places(*x.shape[:3], step, parts, most_tiles)]
    if rectified is not None:
        passed = tf.split(
            tf.reshape(rectified, (-1, filters)), [piece.shape[0] for piece in pieces]
        )
        pieces = [
            tf.raw_ops.ReluGrad(gradients=piece, features=features)
            for piece, features in zip(pieces, passed, strict=True)
        ]
    return tf.reshape(tf.concat(pieces, 0), (*x.shape[:3], filters))


def _products(values, transformed_kernel):
    """(points, tiles * in) and (points, parts, in, part) -> (points, parts, tiles, part)."""
    import tensorflow as tf

    points, parts, channels, part = transformed_kernel.shape
    if device.onednn():
        return tf.matmul(tf.reshape(values, (points, 1, -1, channels)), transformed_kernel)
    tiles = tf.unstack(tf.reshape(values, (points, -1, channels)))
    kernels = tf.unstack(tf.reshape(transformed_kernel, (points, channels, part)))
    products = tf.stack([a @ b for a, b in zip(tiles, kernels, strict=True)])  # faster than at once
    return tf.reshape(products, (points, parts, -1, part))


@lru_cache(64)
def _places(
    batch: int, height: int, width: int, step: int, parts: int, most_tiles: int
) -> list[tuple]:
    """Where to find pixels, as numbers of rows of a matrix.

    Returns:
        For each piece, some rows of tiles, from top to bottom, int32 tensors that all traces share:
        (tile², tiles, 1), the input pixel at each place of each tile, of (pixels, channels); the
        number after the last pixel stands for the zeros around the picture;
        (pixels * parts,), each part of each output pixel of the piece among those computed, which
        are (step², parts, tiles) in order.
    """
    import tensorflow as tf

    tile, down, across = step + TAPS - 1, -(-height // step), -(-width // step)
    pixels = np.arange(batch * height * width, dtype=np.int32).reshape(batch, height, width)
    margins = ((0, 0), (1, step * down + 1 - height), (1, step * across + 1 - width))
    padded = np.pad(pixels, margins, constant_values=pixels.size)
    windows = np.lib.stride_tricks.sliding_window_view(padded, (tile, tile), axis=(1, 2))
    rows = windows[:, ::step, ::step].reshape(batch * down, across, tile, tile)
    places = []
    for piece in np.array_split(rows, min(len(rows), -(-len(rows) * across // most_tiles))):
        tiles = piece.transpose(2, 3, 0, 1).reshape(tile, tile, -1)
        computed = tiles[1 : 1 + step, 1 : 1 + step].ravel()
        order = np.argsort(computed)[: np.count_nonzero(computed < pixels.size)]
        numbers = np.arange(parts * computed.size, dtype=np.int32).reshape(step * step, parts, -1)
        outputs = numbers.swapaxes(1, 2).reshape(-1, parts)[order].ravel()
        with tf.init_scope():
            places.append((tf.constant(tiles.reshape(tile * tile, -1, 1)), tf.constant(outputs)))
    return places
