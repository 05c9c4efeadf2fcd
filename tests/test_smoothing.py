"""The blur is SciPy's; the pyramid is lossless."""

import numpy as np
import pytest
from scipy import ndimage, signal

from explorer.smoothing import gaussian_blur, laplacian_bands, merged_bands

SHAPES = [(32, 32, 3), (40, 61, 3), (97, 33, 3), (224, 224, 3)]


def noise(shape, seed=0):
    return np.random.default_rng(seed).normal(0, 50, shape).astype(np.float32)


@pytest.mark.parametrize("sigma", [0, 0.1, 0.125, 0.3, 0.5, 1, 2.7, 6, 16])
@pytest.mark.parametrize("shape", SHAPES)
def test_blur_is_that_of_scipy(shape, sigma):
    image = noise(shape)
    wanted = ndimage.gaussian_filter(image.astype(np.float64), (sigma, sigma, 0))
    found = gaussian_blur(image, sigma).numpy()
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(image).max()


def test_widest_blur_of_the_smallest_picture():
    """The gradient blur doubles its σ, so 2 × 16 px on 32 px must still be right."""
    image = noise((32, 32, 3))
    wanted = ndimage.gaussian_filter(image.astype(np.float64), (32, 32, 0))
    assert np.abs(gaussian_blur(image, 32.0).numpy() - wanted).max() < 1e-3


def test_blur_does_not_mix_colors_or_directions():
    image = np.zeros((33, 41, 3), np.float32)
    image[10, 20, 1] = 1
    found = gaussian_blur(image, 2.0).numpy()
    assert np.all(found[..., [0, 2]] == 0)
    assert np.unravel_index(found[..., 1].argmax(), (33, 41)) == (10, 20)


def test_one_trace_serves_every_sigma():
    import tensorflow as tf

    blur = tf.function(gaussian_blur, autograph=False)
    image = tf.constant(noise((40, 61, 3)))
    for sigma in (0.0, 0.3, 2.7, 6.0):
        wanted = ndimage.gaussian_filter(image.numpy().astype(np.float64), (sigma, sigma, 0))
        assert np.abs(blur(image, tf.constant(sigma)).numpy() - wanted).max() < 1e-2
    assert blur.experimental_get_tracing_count() == 1


def test_the_traced_blur_holds_no_matrices():
    """TensorFlow copies the constants of a graph many times over while it optimizes it."""
    import tensorflow as tf

    blur = tf.function(gaussian_blur, autograph=False)
    traced = blur.get_concrete_function(
        tf.TensorSpec((1024, 33, 3), tf.float32), tf.TensorSpec((), tf.float32)
    )
    assert traced.graph.as_graph_def().ByteSize() < 100_000


@pytest.mark.parametrize("splits", [1, 2, 4, 5, 8])
@pytest.mark.parametrize("shape", [(32, 32, 3), (33, 47, 3), (97, 131, 3), (64, 100, 3)])
def test_bands_add_up(shape, splits):
    image = noise(shape)
    bands = laplacian_bands(image, splits)
    assert len(bands) == splits + 1
    for i, band in enumerate(bands):
        sides = tuple(-(-side // 2 ** min(i, splits)) for side in shape[:2])
        assert tuple(band.shape) == (*sides, 3)
    assert np.abs(merged_bands(bands).numpy() - image).max() < 1e-3


def test_first_band_is_what_the_published_kernel_leaves():
    """TensorFlow's DeepDream example, away from the borders, by SciPy."""
    image = noise((64, 64, 3)).astype(np.float64)
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 256
    found = laplacian_bands(image.astype(np.float32), 1)
    for color in range(3):
        smooth = signal.convolve2d(image[..., color], kernel, "same")
        low = found[1].numpy()[..., color]
        # Which pixels the half-size copy is centered on depends on padding: even or odd ones.
        offset = min((0, 1), key=lambda o: np.abs(low - smooth[o::2, o::2])[2:-2, 2:-2].max())
        assert np.abs(low - smooth[offset::2, offset::2])[2:-2, 2:-2].max() < 1e-3
        spread = np.zeros((64, 64))
        spread[offset::2, offset::2] = smooth[offset::2, offset::2]
        high = image[..., color] - signal.convolve2d(spread, 4 * kernel, "same")
        assert np.abs(found[0].numpy()[..., color] - high)[6:-6, 6:-6].max() < 1e-3


def test_low_frequencies_are_in_the_coarse_bands():
    wave = np.sin(2 * np.pi * np.arange(64) / 64)[:, None, None]
    slow = np.broadcast_to(wave, (64, 64, 3)).astype(np.float32)
    fast = np.float32(np.indices((64, 64)).sum(axis=0) % 2 * 2 - 1)[..., None] * np.ones(3, "f")
    inner = (slice(8, -8), slice(8, -8))
    for image, at_most, at_least in ((slow, 0.1, 0), (fast, 2, 0.9)):
        fine = laplacian_bands(image, 3)[0].numpy()[inner]
        assert at_least <= np.sqrt((fine**2).mean()) <= at_most
