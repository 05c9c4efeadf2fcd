"""Parametrizations: against NumPy's transforms, and by what they promise."""

import numpy as np
import pytest

from explorer.images import SAMPLES, sample_photo
from explorer.parametrizations import (
    COLORS,
    PARAMETRIZATIONS,
    SPECTRA,
    bounded,
    colored,
    fourier,
    fourier_start,
    frequencies,
    maco,
    maco_start,
    photo_magnitude,
    pictures_of,
    unbounded,
    weights,
)

SIZES = [(32, 32), (33, 47), (48, 31), (31, 32)]


def photo(size):
    return sample_photo("cat").fitted(size).astype(np.float32)


def noise(size, seed=0):
    return np.random.default_rng(seed).normal(0, 1, (*size, 3)).astype(np.float32)


def theta_of(size, seed=0):
    shape = (1, 2, 3, size[0], size[1] // 2 + 1)
    return np.random.default_rng(seed).normal(0, 1, shape).astype(np.float32)


# ---- Colors and range


def test_decorrelated_colors_are_lucids():
    """Their product with themselves is the covariance of colors in photos, up to a factor."""
    root = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
    largest = np.linalg.norm(root, axis=0).max()
    wanted = root @ root.T / largest**2
    assert np.allclose(COLORS.T @ COLORS, wanted, atol=1e-6)
    values = np.random.default_rng(0).normal(size=(2, 40, 40, 3)).astype(np.float32)
    found = colored(values, True).numpy()
    assert np.allclose(np.cov(found.reshape(-1, 3).T), wanted, atol=0.05)
    assert np.allclose(found[1, 3, 5], root @ values[1, 3, 5] / largest, atol=1e-5)
    assert colored(values, False) is values


@pytest.mark.parametrize("decorrelated", [False, True])
def test_a_picture_is_bounded_and_unbounded_again(decorrelated):
    """But for its darkest and brightest values."""
    picture = np.clip(photo((33, 47)), 0.02 * 255, 0.98 * 255)
    values = unbounded(picture, decorrelated)
    assert values.dtype == np.float32
    assert np.abs(bounded(colored(values, decorrelated)) - picture).max() < 0.01
    assert np.abs(bounded(values * 100)).max() <= 255


# ---- Fourier


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [0.0, 1.0, 1.5])
def test_a_spectrum_is_what_numpy_makes_of_it(size, decay):
    theta = theta_of(size)
    found = fourier(theta, size, size, decay).numpy()[0]
    height, width = size
    cycles = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    scale = np.maximum(cycles, 1 / max(size)) ** -decay * np.sqrt(height * width) / 4
    spectrum = (theta[0, 0] + 1j * theta[0, 1]) * scale
    wanted = np.stack([np.fft.irfft2(part, size) for part in spectrum], axis=-1)
    assert found.shape == (*size, 3)
    assert np.abs(found - wanted).max() < 1e-3 * np.abs(wanted).max()


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("decay", [0.0, 1.0])
def test_fourier_begins_with_the_picture(size, decay):
    values = unbounded(photo(size), True)
    theta = fourier_start(values, 0, 0.0, decay)
    assert theta.shape == (2, 3, size[0], size[1] // 2 + 1) and theta.dtype == np.float32
    assert np.abs(fourier(theta[None], size, size, decay)[0] - values).max() < 1e-3


def test_fourier_noise_is_seeded_and_of_its_deviation():
    gray = np.zeros((64, 64, 3), np.float32)
    one, two, other = (fourier_start(gray, seed, 0.25, 1.0) for seed in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    assert one.std() == pytest.approx(0.25, rel=0.03) and abs(one.mean()) < 0.01


@pytest.mark.parametrize(
    ("full", "size"), [((64, 64), (32, 32)), ((63, 96), (21, 32)), ((64, 90), (48, 45))]
)
def test_a_small_picture_is_a_large_one_without_its_high_frequencies(full, size):
    """A picture of low frequencies alone, at every so many pixels of the large one."""
    import tensorflow as tf

    low = np.random.default_rng(0).normal(size=(3, *full, 2)).view(complex)[..., 0]
    low = np.fft.rfft2(np.fft.irfft2(low[..., : full[1] // 2 + 1], full))
    rows = np.abs(np.fft.fftfreq(full[0]) * full[0])
    columns = np.arange(full[1] // 2 + 1)
    low *= (rows[:, None] < size[0] / 2) & (columns[None] < size[1] / 2)
    small = pictures_of(tf.constant(low[None], tf.complex64), full, size).numpy()[0]
    # the same trigonometric polynomial, summed by hand at the places of the small pixels
    y, x = (np.arange(n) / n for n in size)
    waves_y = np.exp(2j * np.pi * np.outer(y, np.fft.fftfreq(full[0]) * full[0]))
    waves_x = np.exp(2j * np.pi * np.outer(x, columns))
    twice = np.where(columns == 0, 1, 2)
    total = np.einsum("yu,cuv,xv->yxc", waves_y, low * twice, waves_x).real
    assert np.abs(small - total / (full[0] * full[1])).max() < 1e-5


def test_weights_fall_with_the_frequency():
    found = weights((64, 48), 1.0)
    assert found.shape == (64, 25)
    assert found[0, 0] == found.max() and found[0, 2] == pytest.approx(found[0, 4] * 2)
    assert np.allclose(frequencies(64, 48)[0], np.arange(25) / 48)
    assert np.ptp(weights((64, 48), 0.0)) == 0


@pytest.mark.parametrize("size", [(32, 32), (33, 47)])
def test_a_gradient_goes_through_a_spectrum(size):
    """Against central differences along random directions, at the whole size and a smaller one."""
    import tensorflow as tf

    theta, upstream = theta_of(size), noise(size, 1)
    for view in (size, (size[0] // 2, size[1] // 2)):
        up = upstream[: view[0], : view[1]]

        def value(theta, view=view, up=up):
            return tf.reduce_sum(bounded(fourier(theta, size, view, 1.0)) * up)

        x = tf.constant(theta)
        with tf.GradientTape() as tape:
            tape.watch(x)
            total = value(x)
        gradient = tape.gradient(total, x).numpy().astype(np.float64)
        direction = gradient / np.linalg.norm(gradient)
        step = 0.02
        ahead, behind = (
            value(tf.constant(theta + np.float32(way * direction))) for way in (step, -step)
        )
        slope = float(ahead - behind) / (2 * step)
        assert slope == pytest.approx(np.linalg.norm(gradient), rel=0.02)


# ---- MACO


@pytest.mark.parametrize("decorrelated", [True, False])
@pytest.mark.parametrize("size", [(64, 64), (63, 96)])
def test_the_photos_amplitudes_are_means_over_rings(size, decorrelated):
    """Of a spectrum whose rings are all filled alike, computed photo by photo."""
    found = photo_magnitude(size, decorrelated)
    assert found.shape == (3, size[0], size[1] // 2 + 1) and found.dtype == np.float32
    cycles = np.hypot(np.fft.fftfreq(size[0])[:, None], np.fft.rfftfreq(size[1])[None])
    rings = np.round(cycles * max(size)).astype(int)
    total = np.zeros(3)
    for name in SAMPLES:
        share = np.clip(sample_photo(name).fitted(size) / 255, 0.02, 0.98)
        values = np.log(share / (1 - share))
        values = values @ np.linalg.inv(COLORS) if decorrelated else values
        values -= values.mean(axis=(0, 1))
        spectrum = np.abs(np.fft.rfft2(values / values.std(), axes=(0, 1)))
        total += spectrum[rings == 7].mean(axis=0) / len(SAMPLES)
    assert np.allclose(found[:, rings == 7], total[:, None], rtol=1e-3)
    assert np.all(found[:, rings == 4].mean(axis=1) > 2 * found[:, rings == 20].mean(axis=1))


@pytest.mark.parametrize("size", SIZES)
def test_phases_are_free_and_amplitudes_are_not(size):
    """Any phases give a picture with the photos' amplitudes but for one factor."""
    height, width = size
    theta = np.random.default_rng(3).uniform(-9, 9, (1, 3, height, width // 2 + 1))
    values = maco(theta.astype(np.float32), size, size).numpy()[0]
    assert values.mean() == pytest.approx(0, abs=1e-4)
    assert values.std() == pytest.approx(1, abs=1e-3)
    inner = (slice(None), slice(1, (height + 1) // 2), slice(1, (width + 1) // 2))
    found = np.abs(np.fft.rfft2(values.transpose(2, 0, 1)))[inner]
    ratio = found / photo_magnitude(size)[inner]
    assert ratio.std() < 1e-3 * ratio.mean()
    plain = maco(theta.astype(np.float32), size, size, decorrelated=False).numpy()[0]
    found = np.abs(np.fft.rfft2(plain.transpose(2, 0, 1)))[inner]
    ratio = found / photo_magnitude(size, decorrelated=False)[inner]
    assert ratio.std() < 1e-3 * ratio.mean()


def test_maco_begins_with_a_photos_phases_or_with_noise():
    values = unbounded(photo((33, 47)), True)
    theta = maco_start(values, 0)
    assert np.allclose(theta, np.angle(np.fft.rfft2(values.transpose(2, 0, 1))), atol=1e-5)
    shown = maco(theta[None], (33, 47), (33, 47)).numpy()[0]
    assert np.corrcoef(shown.ravel(), values.ravel())[0, 1] > 0.4, "the photo is not to be seen"
    gray = np.zeros((33, 47, 3), np.float32)
    one, two, other = (maco_start(gray, seed) for seed in (1, 1, 2))
    assert np.array_equal(one, two) and not np.array_equal(one, other)
    assert one.min() < -3.1 and one.max() > 3.1 and abs(one.mean()) < 0.1


def test_spectra_begin_and_the_others_do_not():
    names = {method.name: method.begin is not None for method in PARAMETRIZATIONS}
    assert names == {"fourier": True, "maco": True, "decorrelated-color": False}
    assert SPECTRA == ("fourier", "maco")
