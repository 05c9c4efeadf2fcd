"""Gradient filters, against SciPy and what the pyramid promises."""

import numpy as np
import pytest
from scipy import ndimage

from explorer.gradient_filters import GRADIENT_FILTERS, blurred, laplacian
from explorer.methods import Moment
from explorer.smoothing import laplacian_bands


def gradient(shape=(40, 56, 3)):
    return np.random.default_rng(1).normal(0, 1e-3, shape).astype(np.float32)


def moment(step, steps=10, rounds=1):
    import tensorflow as tf

    return Moment(tf.constant(step), tf.constant(steps), None, None, tf.constant(rounds))


@pytest.mark.parametrize(
    ("step", "rounds", "sigma"),
    [(0, 1, 0.5), (5, 1, 2.5), (9, 1, 4.1), (0, 2, 0.5), (5, 2, 0.5), (7, 2, 2.1)],
)
def test_blurred_gradient_adds_three_widths(step, rounds, sigma):
    """σ goes from 0.5 to 4.5 over the steps of each round: 0.5 + 4 · share done."""
    g = gradient().astype(np.float64)
    wanted = sum(ndimage.gaussian_filter(g, (s, s, 0)) for s in (sigma, 2 * sigma, sigma / 2))
    found = blurred(gradient(), moment(step, rounds=rounds), 0.5, 4.5, 0).numpy()
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


@pytest.mark.parametrize("sigma", [0.0, 0.3, 0.5, 1.0, 4.5, 16.0])
def test_colors_are_blurred_as_by_one_sigma_for_all_axes(sigma):
    """Hvass calls `gaussian_filter(gradient, sigma)`, which takes colors for a third direction."""
    g = gradient().astype(np.float64)
    wanted = sum(ndimage.gaussian_filter(g, s) for s in (sigma, 2 * sigma, sigma / 2))
    found = blurred(gradient(), moment(0), sigma, sigma, 1).numpy()
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


def test_blurred_gradient_may_fall():
    g = gradient().astype(np.float64)
    wanted = sum(ndimage.gaussian_filter(g, (s, s, 0)) for s in (2.0, 4.0, 1.0))
    found = blurred(gradient(), moment(5), 3.0, 1.0, 0).numpy()
    assert np.abs(found - wanted).max() < 1e-4 * np.abs(wanted).max()


@pytest.mark.parametrize("splits", [1, 4, 5])
def test_every_band_gets_the_same_strength(splits):
    """Merge the bands by hand after dividing each by its rms: that is the filtered gradient."""
    import tensorflow as tf

    g = gradient((64, 64, 3))
    bands = [band.numpy().astype(np.float64) for band in laplacian_bands(g, splits)]
    even = [band / np.sqrt((band**2).mean()) for band in bands]
    wanted = even[-1]
    kernel = np.outer([1, 4, 6, 4, 1], [1, 4, 6, 4, 1]) / 64
    kernel = (kernel[..., None, None] * np.eye(3)).astype(np.float32)
    for band in reversed(even[:-1]):
        enlarged = tf.nn.conv2d_transpose(
            wanted[None].astype(np.float32), kernel, (1, *band.shape), 2
        )
        wanted = band + enlarged[0].numpy()
    found = laplacian(g, None, splits).numpy()
    assert np.abs(found - wanted).max() < 1e-3 * np.abs(wanted).max()


def test_laplacian_forgets_the_scale():
    g = gradient((64, 64, 3))
    small, large = laplacian(g, None, 4).numpy(), laplacian(1000 * g, None, 4).numpy()
    assert np.abs(small - large).max() < 1e-3 * np.abs(large).max()


def test_laplacian_lifts_the_coarse():
    """A weak slow wave under strong noise: the pyramid brings it up."""
    wave = 0.05 * np.sin(2 * np.pi * np.arange(128) / 64)[:, None, None] * np.ones((128, 128, 3))
    g = (wave + np.random.default_rng(0).normal(0, 1, wave.shape)).astype(np.float32)
    filtered = laplacian(g, None, 4).numpy()

    def share_of_wave(x):
        return (x * wave).sum() / np.sqrt((x**2).sum() * (wave**2).sum())

    assert share_of_wave(filtered) > 3 * share_of_wave(g)


def test_zero_gradient_stays_zero():
    zero = np.zeros((32, 32, 3), np.float32)
    assert np.all(laplacian(zero, None, 4).numpy() == 0)
    assert np.all(blurred(zero, moment(0), 0.5, 4.5, 0).numpy() == 0)


def test_the_table():
    assert [method.name for method in GRADIENT_FILTERS] == ["blurred-gradient", "laplacian"]
    assert all(method.acts_on == "gradient" for method in GRADIENT_FILTERS)
