"""Noise is seeded, centered and as strong as asked."""

import numpy as np
import pytest
from scipy import stats

from explorer.starts import noise


def test_noise_is_seeded():
    first = noise(3, (40, 50), 10.0)
    assert first.shape == (40, 50, 3) and first.dtype == np.float32
    assert np.array_equal(first, noise(3, (40, 50), 10.0))
    assert not np.array_equal(first, noise(4, (40, 50), 10.0))


@pytest.mark.parametrize("deviation", [0, 1, 10, 60])
def test_noise_is_as_strong_as_asked(deviation):
    found = noise(0, (200, 200), float(deviation)).astype(np.float64)
    assert found.std() == pytest.approx(deviation, rel=0.02)
    assert abs(found.mean()) <= deviation / 50


def test_strength_scales_the_same_noise():
    assert np.allclose(noise(1, (32, 32), 20.0), 2 * noise(1, (32, 32), 10.0))


def test_pixels_and_colors_are_independent():
    found = noise(0, (200, 200), 1.0)
    assert abs(np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(found[:-1].ravel(), found[1:].ravel())[0, 1]) < 0.02


def test_noise_is_normal():
    """Its fourth moment tells it from other noise of the same deviation."""
    values = noise(0, (200, 200), 10.0).ravel()
    assert abs(stats.kurtosis(values)) < 0.05 and abs(stats.skew(values)) < 0.05
