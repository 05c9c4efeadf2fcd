"""Parametrizations: what is optimized, and how it becomes a picture.

Without any, the pixels themselves are optimized, centered on the mean color and in gray levels.
A spectrum is real numbers (b, 2, 3, H, W // 2 + 1), real and imaginary parts, or phases (b, 3, H,
W // 2 + 1), of pictures (H, W); low frequencies alone make the same pictures smaller. Pixels do
not bound a picture, a spectrum does: its values go through a sigmoid.

A method's `apply` takes what is optimized, the (height, width) of the whole picture and that
wanted, and returns values (b, h, w, 3), of independent colors if `decorrelated`. Its `begin` takes
values (H, W, 3) and a seed.

After Olah et al., "Feature Visualization", Distill 2017 (Lucid), and Fel et al., "Unlocking
Feature Visualization for Deeper Networks with MAgnitude Constrained Optimization", NeurIPS 2023.
"""

from functools import lru_cache

import numpy as np

from explorer.images import SAMPLES, sample_photo
from explorer.methods import Method, Parameter

COLORS = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]], np.float32)
COLORS = (COLORS / np.linalg.norm(COLORS, axis=0).max()).T
"""(3, 3): carries independent values to red, green and blue as correlated as in ImageNet's photos;
the square root of their covariance, divided by its largest column norm (Lucid)."""

KEPT_SIZES = 8
"""Of how many sizes what is the same for all pictures is kept."""

DARKEST, BRIGHTEST = 0.02, 0.98
"""Where the sigmoid is inverted, values beyond are too flat to carry a gradient."""


# ---- Colors and range


def colored(values, decorrelated: bool):
    """Values (b, h, w, 3) of independent or plain colors as red, green and blue."""
    import tensorflow as tf

    return tf.tensordot(values, COLORS, 1) if decorrelated else values


def bounded(values):
    """Any real values as 0–255."""
    import tensorflow as tf

    return 255.0 * tf.sigmoid(values)


def unbounded(picture: np.ndarray, decorrelated: bool) -> np.ndarray:
    """The values whose picture this is: float (…, 3) of 0–255 -> float32, see `bounded`."""
    share = np.clip(picture / 255.0, DARKEST, BRIGHTEST)
    values = np.log(share / (1 - share))
    return (values @ np.linalg.inv(COLORS) if decorrelated else values).astype(np.float32)


# ---- Spectra


@lru_cache(KEPT_SIZES)
def frequencies(height: int, width: int) -> np.ndarray:
    """Cycles per pixel of each entry of a spectrum, (h, w // 2 + 1)."""
    return np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None, :])


def weights(size: tuple[int, int], decay: float) -> np.ndarray:
    """What a spectrum is multiplied by, so that every frequency moves a picture as in nature.

    Amplitudes of natural images fall with the frequency f as about 1/f; decay is the power.
    """
    height, width = size
    lowest = 1.0 / max(size)
    scale = np.maximum(frequencies(*size), lowest) ** -decay
    return (scale * np.sqrt(height * width) / 4).astype(np.float32)


def pictures_of(spectrum, full: tuple[int, int], size: tuple[int, int]):
    """Complex spectra (b, 3, H, W // 2 + 1) of pictures (H, W) as values (b, h, w, 3)."""
    import tensorflow as tf

    height, width = size
    if size != full:
        rows = tf.concat([spectrum[:, :, : -(-height // 2)], spectrum[:, :, -(height // 2) :]], 2)
        share = height * width / (full[0] * full[1])
        spectrum = rows[..., : width // 2 + 1] * tf.cast(share, tf.complex64)
    values = tf.signal.irfft2d(spectrum, (height, width))
    return tf.transpose(values, (0, 2, 3, 1))


def spectrum_of(values: np.ndarray) -> np.ndarray:
    """Values (h, w, 3) as a complex spectrum (3, h, w // 2 + 1)."""
    return np.fft.rfft2(values.transpose(2, 0, 1))


# ---- Fourier


def fourier(theta, full, size, decay, decorrelated=True):
    """Weighted spectra as values (b, h, w, 3)."""
    import tensorflow as tf

    scale = weights(full, decay)
    return pictures_of(tf.complex(theta[:, 0] * scale, theta[:, 1] * scale), full, size)


def fourier_start(values: np.ndarray, seed: int, deviation: float, decay: float) -> np.ndarray:
    """The spectrum of values (h, w, 3), and normal noise on each of its numbers."""
    spectrum = spectrum_of(values) / weights(values.shape[:2], decay)
    parts = np.stack([spectrum.real, spectrum.imag]).astype(np.float32)
    noise = np.random.default_rng(seed).standard_normal(parts.shape, dtype=np.float32)
    return parts + np.float32(deviation) * noise


# ---- MACO


def maco(theta, full, size, decorrelated=True):
    """Phases with the amplitudes of photos, as values (b, h, w, 3) of unit deviation."""
    import tensorflow as tf

    magnitude = photo_magnitude(full, decorrelated)
    spectrum = tf.complex(magnitude * tf.cos(theta), magnitude * tf.sin(theta))
    values = pictures_of(spectrum, full, size)
    axes = (1, 2, 3)
    values -= tf.reduce_mean(values, axes, keepdims=True)
    return values / (tf.math.reduce_std(values, axes, keepdims=True) + 1e-5)


def maco_start(values: np.ndarray, seed: int) -> np.ndarray:
    """The phases of values (h, w, 3); uniform noise where these are all the same."""
    phases = np.angle(spectrum_of(values))
    if values.std(axis=(0, 1)).max() < 1e-6:
        phases = np.random.default_rng(seed).uniform(-np.pi, np.pi, phases.shape)
    return phases.astype(np.float32)


@lru_cache(KEPT_SIZES)
def photo_magnitude(size: tuple[int, int], decorrelated: bool = True) -> np.ndarray:
    """Mean amplitude of the embedded photos' colors: float32 (3, h, w // 2 + 1).

    The colors are those that are independent in photos, or else red, green and blue. Each photo
    counts alike, and its mirror image too; of so few the mean is still rough, so it is smoothed to
    a mean over each ring of frequencies.
    """
    rings = np.round(frequencies(*size) * max(size)).astype(int)
    count = np.bincount(rings.ravel())
    total = np.zeros((3, *rings.shape))
    for name in SAMPLES:
        values = unbounded(sample_photo(name).fitted(size), decorrelated)
        values -= values.mean(axis=(0, 1))
        amplitude = np.abs(spectrum_of(values)) / values.std()
        for channel in range(3):
            rows = np.bincount(rings.ravel(), amplitude[channel].ravel()) / np.maximum(count, 1)
            total[channel] += rows[rings]
    return (total / len(SAMPLES)).astype(np.float32)


PARAMETRIZATIONS = (
    Method(
        "fourier",
        "Fourier spectrum",
        "parametrization",
        "Optimizes the picture's spectrum instead of its pixels: broad shapes come first (Lucid).",
        fourier,
        (
            Parameter("deviation", 0.01, 0, 1, "", "Standard deviation of the noise it starts as."),
            Parameter(
                "decay",
                1.0,
                0,
                3,
                "power of f",
                "How fast fine detail is made slower to move.",
                structural=True,
            ),
        ),
        begin=fourier_start,
    ),
    Method(
        "maco",
        "Phase only (MACO)",
        "parametrization",
        "Keeps the amplitudes that the sample photos have, and optimizes only the phases (Fel).",
        maco,
        begin=maco_start,
    ),
    Method(
        "decorrelated-color",
        "Decorrelated color",
        "parametrization",
        "Optimizes colors along axes that are independent in photos: less of a tint (Lucid).",
        colored,
    ),
)

SPECTRA = tuple(method.name for method in PARAMETRIZATIONS if method.begin)
"""The parametrizations whose pictures are bounded, and have no pixels of their own."""
