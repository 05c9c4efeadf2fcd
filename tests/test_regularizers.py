"""Regularizers, each against NumPy and SciPy."""

import numpy as np
import pytest
from scipy import ndimage

from explorer.methods import Moment
from explorer.regularizers import REGULARIZERS, blur, clip, decay, small_contribution, small_norm

MEAN = np.float32([123.68, 116.779, 103.939])


def centered(shape=(41, 57, 3), deviation=60):
    return np.random.default_rng(2).normal(0, deviation, shape).astype(np.float32)


def moment(step=0, gradient=None):
    import tensorflow as tf

    return Moment(tf.constant(step), tf.constant(100), gradient, tf.constant(MEAN), tf.constant(1))


def test_decay_takes_a_share():
    x = centered()
    assert np.allclose(decay(x, moment(), 0.03), 0.97 * x, rtol=1e-6)
    assert np.array_equal(decay(x, moment(), 0.0), x)
    assert np.all(decay(x, moment(), 1.0) == 0)


@pytest.mark.parametrize("every", [1, 3, 4])
def test_blur_comes_after_each_so_many_steps(every):
    import tensorflow as tf

    x = centered()
    blurred = ndimage.gaussian_filter(x.astype(np.float64), (1.3, 1.3, 0))
    for step in range(9):
        found = blur(tf.constant(x), moment(step), 1.3, tf.constant(every)).numpy()
        wanted = blurred if (step + 1) % every == 0 else x
        assert np.abs(found - wanted).max() < 1e-3


def check_kept(found, x, size, percentile):
    """Everything below NumPy's percentile is zero, all else untouched; ties at it may go."""
    threshold = np.percentile(size.astype(np.float64), percentile)
    near = np.abs(size - threshold) <= 1e-5 * max(threshold, 1e-30)
    above = size > threshold
    assert np.array_equal(found[above & ~near], x[above & ~near])
    assert np.all(found[~above & ~near] == 0)
    assert near.sum() <= 2


@pytest.mark.parametrize("percentile", [0, 7.3, 20, 40, 50, 90, 100])
def test_small_norm_is_a_percentile(percentile):
    x = centered()
    found = small_norm(x, moment(), np.float32(percentile)).numpy()
    check_kept(found, x, np.sqrt((x.astype(np.float64) ** 2).sum(axis=-1)), percentile)
    kept = (found != 0).any(axis=-1).mean()
    assert kept == pytest.approx(1 - percentile / 100, abs=2e-3)


@pytest.mark.parametrize("percentile", [7.3, 20, 40, 90])
def test_equal_pixels_all_stay(percentile):
    for gray in np.linspace(1, 100, 200, dtype=np.float32):
        x = np.full((9, 7, 3), gray)
        found = small_norm(x, moment(), np.float32(percentile)).numpy()
        assert np.array_equal(found, x)


@pytest.mark.parametrize("percentile", [0, 20, 90])
def test_small_contribution_is_a_percentile(percentile):
    x, g = centered(), centered(deviation=1)[::-1].copy()
    found = small_contribution(x, moment(gradient=g), np.float32(percentile)).numpy()
    size = np.abs((x.astype(np.float64) * g).sum(axis=-1))
    check_kept(found, x, size, percentile)
    assert (found != 0).any(axis=-1).mean() == pytest.approx(1 - percentile / 100, abs=2e-3)


def test_a_picture_without_color_survives():
    zero = np.zeros((32, 32, 3), np.float32)
    assert np.all(small_norm(zero, moment(), np.float32(40)).numpy() == 0)


def test_clip_is_in_image_space():
    x = centered(deviation=200)
    found = clip(x, moment()).numpy() + MEAN
    assert np.allclose(found, np.clip(x + MEAN, 0, 255), atol=1e-4)
    assert found.min() >= -1e-4 and found.max() <= 255 + 1e-4
    inside = centered(deviation=10)
    assert np.array_equal(clip(inside, moment()).numpy(), inside)


def test_the_order_is_yosinskis_with_the_clip_last():
    names = [method.name for method in REGULARIZERS]
    assert names == ["decay", "blur", "small-norm", "small-contribution", "clip"]
    assert all(method.acts_on == "image" for method in REGULARIZERS)
