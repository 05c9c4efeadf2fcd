"""Gaussian blur and the Laplacian pyramid, on tensors (height, width, channels)."""

import numpy as np

REFLECTIONS = 2
"""How often the image is mirrored at each border; enough for σ up to the image's side."""
REACH = 128
"""How far a blur across the few colors reaches, mirrored again and again; enough for σ up to 32."""


def gaussian_blur(image, sigma):
    """Blur by a Gaussian of standard deviation `sigma` pixels (a number or a scalar tensor).

    Equals `scipy.ndimage.gaussian_filter(image, (sigma, sigma, 0))`: mirrored borders, kernel
    cut at 4σ. It is written as two matrix products, so any σ runs in the same traced step.

    Args:
        image: float32 (h, w, c).

    Returns:
        float32 (h, w, c).
    """
    import tensorflow as tf

    height, width, channels = image.shape
    down = _blur_matrix(height, sigma)
    across = down if width == height else _blur_matrix(width, sigma)
    rows = down @ tf.reshape(image, (height, width * channels))
    turned = tf.transpose(tf.reshape(rows, (height, width, channels)), (1, 0, 2))
    columns = across @ tf.reshape(turned, (width, height * channels))
    return tf.transpose(tf.reshape(columns, (width, height, channels)), (1, 0, 2))


def blur_across_colors(image, sigma):
    """Blur the color axis alone, which makes colors alike.

    With `gaussian_blur` it equals `scipy.ndimage.gaussian_filter(image, sigma)`.

    Args:
        image: float32 (h, w, c).

    Returns:
        float32 (h, w, c).
    """
    import tensorflow as tf

    colors = np.arange(image.shape[-1])
    mirrored = np.pad(colors, REACH, mode="symmetric")
    reached = np.lib.stride_tricks.sliding_window_view(mirrored, 2 * REACH + 1)  # from each color
    sums = (reached[:, None] == colors[:, None]).astype(np.float32)  # (c, c, distances)
    weights = _gaussian(np.arange(-REACH, REACH + 1, dtype=np.float32), sigma)
    matrix = tf.linalg.matvec(sums, weights / tf.reduce_sum(weights))
    return tf.linalg.matvec(matrix, image)


def _gaussian(distance, sigma):
    """The weights of pixels at a distance, before they are brought to a sum of 1."""
    import tensorflow as tf

    sigma = tf.maximum(tf.cast(sigma, tf.float32), 1e-6)
    inside = tf.cast(tf.abs(distance) <= tf.floor(4 * sigma + 0.5), tf.float32)
    return inside * tf.exp(-0.5 * tf.square(distance / sigma))


def _blur_matrix(side: int, sigma):
    """(side, side): row i holds the weights with which the old pixels make the new pixel i."""
    import tensorflow as tf

    period = 2 * side  # mirrored, a line repeats after two sides
    mirrored = period * np.arange(-REFLECTIONS, REFLECTIONS + 1, dtype=np.float32)
    distances = np.arange(period, dtype=np.float32) + mirrored[:, None]
    weights = tf.reduce_sum(_gaussian(distances, sigma), axis=0)
    pixels = tf.range(side)
    apart = tf.abs(pixels[:, None] - pixels)
    apart_from_mirrored = pixels[:, None] + pixels + 1
    matrix = tf.gather(weights, apart) + tf.gather(weights, apart_from_mirrored)
    return matrix / tf.reduce_sum(matrix, axis=1, keepdims=True)


def laplacian_bands(image, splits: int) -> list:
    """Split an image into `splits` bands of falling frequency and a low-pass rest.

    The pyramid of Burt and Adelson (1983) as in TensorFlow's DeepDream example (2016): the
    kernel is [1, 4, 6, 4, 1] in both directions, each band is the image minus its enlarged
    half-size copy. The bands, merged by `merged_bands`, add up to the image.

    Args:
        image: float32 (h, w, c).

    Returns:
        `splits` + 1 tensors, finest first, each half as large as the one before (rounded up).
    """
    bands = []
    for _ in range(splits):
        low = _reduced(image)
        bands.append(image - _enlarged(low, image.shape))
        image = low
    return [*bands, image]


def merged_bands(bands: list):
    """The image that `laplacian_bands` split: float32 (h, w, c)."""
    image = bands[-1]
    for band in reversed(bands[:-1]):
        image = band + _enlarged(image, band.shape)
    return image


def _kernel(channels: int) -> np.ndarray:
    """(5, 5, channels, channels), diagonal over channels, sum 1 for each."""
    line = np.float32([1, 4, 6, 4, 1])
    plane = np.outer(line, line) / 256
    return plane[:, :, None, None] * np.eye(channels, dtype=np.float32)


def _reduced(image):
    import tensorflow as tf

    return tf.nn.conv2d(image[None], _kernel(image.shape[-1]), 2, "SAME")[0]


def _enlarged(image, shape):
    import tensorflow as tf

    kernel = 4 * _kernel(image.shape[-1])
    return tf.nn.conv2d_transpose(image[None], kernel, (1, *shape), 2)[0]
