"""Numbers that tell whether what the report says is so, beside those of `explorer.measures`."""

import numpy as np
import scipy  # which imports its parts when they are first used
from PIL import Image

from explorer.activations import GRAY_WEIGHTS
from explorer.measures import (
    MEASURES,
    Measure,
    activation,
    energy_share,
    judged,
    spectral_energy,
    standings,
    uneven,
)
from explorer.networks.network import Network
from explorer.targets import Target, is_class

COARSE = 1 / 16
"""Cycles per pixel: structures of 16 pixels and more are coarse."""
NEUTRAL = 6.0
"""A pixel is neutral whose norm over RGB, from the network's mean color, is at most so many gray
levels; the smallest steps of 8 bits, and blurring into the gaps, are not seen."""
EVEN = 1.0
"""Square of the gray levels up to which brightness counts as even; 8 bits make as much."""
FAR = 1.0
"""σ in pixels of the blur through which a picture is seen from afar; a photo loses nothing."""
SPOT = 2.0
"""σ in pixels: what is finer stands out from its surroundings."""
WINDOW = 4.0
"""σ in pixels of the window in which lines run alike."""
PARTS = 3
"""A picture is cut into so many by so many overlapping squares of half its side."""
BEST = 5
"""A part is recognized if its class is among so many best."""


# ---- Of the pixels


def _gray(image: np.ndarray) -> np.ndarray:
    return image.astype(np.float64) @ np.array(GRAY_WEIGHTS)


def contrast(image: np.ndarray) -> float:
    """Deviation of the brightness, in gray levels."""
    return float(_gray(image).std())


def fine_contrast(image: np.ndarray) -> float:
    """Deviation of the brightness from that of its surroundings, in gray levels."""
    return float(_detail_of(_gray(image)).std())


def _detail_of(gray: np.ndarray) -> np.ndarray:
    return gray - scipy.ndimage.gaussian_filter(gray, SPOT)


def spread(image: np.ndarray) -> float:
    """Deviation of the color values from their color's mean, in gray levels."""
    return float(np.sqrt(image.astype(np.float64).var(axis=(0, 1)).mean()))


def chroma(image: np.ndarray) -> float:
    """Mean distance of a pixel's strongest from its weakest color: 0 gray, 255 pure."""
    return float((image.max(axis=-1).astype(float) - image.min(axis=-1)).mean())


def colors(image: np.ndarray) -> float:
    """Deviation of the opponent colors: as colorfulness, without that of a single tint."""
    red, green, blue = np.moveaxis(image.astype(np.float64), -1, 0)
    return float(np.hypot((red - green).std(), ((red + green) / 2 - blue).std()))


def coarse_share(image: np.ndarray) -> float:
    """Share of the spectral energy below a sixteenth of a cycle per pixel, from 0 to 1.

    It is 0 for an even picture.
    """
    return energy_share(image, 0, COARSE)


def pitch(image: np.ndarray) -> float:
    """Pixels of the period at the spectrum's center of energy; 0 for an even picture."""
    energy, frequency = spectral_energy(image)
    return float(energy.sum() / (energy * frequency).sum()) if uneven(image) else 0.0


def waviness(image: np.ndarray) -> float:
    """How much lines run alike nearby, 0 to 1: the mean coherence of the structure tensor.

    It is weighted by the contrast, so that an even picture has none; after Bigün and Granlund
    (1987).
    """
    gray = scipy.ndimage.gaussian_filter(_gray(image), 1.0)
    down, right = np.gradient(gray)
    yy, xx, xy = (
        scipy.ndimage.gaussian_filter(p, WINDOW) for p in (down * down, right * right, down * right)
    )
    return float(np.hypot(xx - yy, 2 * xy).sum() / (xx + yy + EVEN).sum())


def spottiness(image: np.ndarray) -> float:
    """Excess kurtosis of the fine detail of the brightness: high for lone spots.

    It is 0 for noise, and for an even picture.
    """
    fine = _detail_of(_gray(image))
    return float(scipy.stats.kurtosis(fine, axis=None)) if fine.var() > EVEN else 0.0


def neutral_share(network: Network, image: np.ndarray) -> float:
    """Share of the pixels that have the network's mean color, from 0 to 1."""
    far = np.linalg.norm(image - np.array(network.mean_color), axis=-1)
    return float((far <= NEUTRAL).mean())


# ---- Of what it does to the network


def from_afar(network: Network, target: Target, image: np.ndarray) -> float:
    """Share of the `activation` that is left once the picture is blurred, from 0."""
    blurred = scipy.ndimage.gaussian_filter(image.astype(np.float32), (FAR, FAR, 0))
    sharp, soft = activation(network, target, np.stack([image.astype(np.float32), blurred]))
    return float(max(soft, 0.0) / sharp) if sharp > 0 else 0.0


def parts_recognized(network: Network, number: int, image: np.ndarray) -> float:
    """Share of a picture's `PARTS` × `PARTS` parts, enlarged, with the class among the best."""
    side = image.shape[0] // 2
    corners = np.linspace(0, image.shape[0] - side, PARTS).round().astype(int)
    found = []
    for top in corners:
        for left in corners:
            part = Image.fromarray(image[top : top + side, left : left + side])
            large = np.asarray(part.resize(image.shape[1::-1], Image.Resampling.BICUBIC))
            scores = network.activations(large, [network.class_layer])[network.class_layer]
            found.append((scores > scores[number]).sum() < BEST)
    return float(np.mean(found))


def of_picture(network: Network, target: Target, image: np.ndarray) -> dict[str, float]:
    """Every number about a finished picture, by name.

    Args:
        target: resolved.
        image: uint8 RGB (h, w, 3).
    """
    values = judged(network, target, image)
    values |= {name: measure.of(image) for name, measure in NUMBERS.items() if measure.of}
    values["neutral_share"] = neutral_share(network, image)
    values["from_afar"] = from_afar(network, target, image)
    if is_class(network, target):
        values["rank"] = standings(network, target.channel, image)["shown"].rank
        values["parts"] = parts_recognized(network, target.channel, image)
    return values


# ---- Of activations


def looks_of(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """What a map may look like: the brightness of a photo, uint8 RGB, and its edges, (h, w)."""
    gray = _gray(image)
    return gray, scipy.ndimage.gaussian_gradient_magnitude(gray, 1.0)


def likeness(values: np.ndarray, looks: tuple[np.ndarray, ...]) -> float:
    """How much a map looks like the photo: its highest correlation, without sign, to 3 digits.

    Args:
        values: the map (h, w); an even one has 0.
        looks: of the photo, see `looks_of`.
    """
    large = _enlarged(values, looks[0].shape)
    if not large.std():
        return 0.0
    found = (abs(np.corrcoef(large.ravel(), look.ravel())[0, 1]) for look in looks if look.std())
    return round(float(max(found, default=0.0)), 3)


def detail(values: np.ndarray, size: tuple[int, int]) -> float:
    """Share of the energy of a map (h, w), enlarged to a size, that is not coarse, from 0 to 1."""
    energy, frequency = spectral_energy(_enlarged(values, size)[..., None])
    return float(energy[frequency > COARSE].sum() / max(energy.sum(), 1e-12))


def of_layer(answer: np.ndarray, image: np.ndarray) -> dict[str, float]:
    """Numbers about the maps of a layer, by name: means over the filters that answer at all.

    Args:
        answer: (h, w, channels), after ReLU.
        image: the photo, uint8 RGB.
    """
    maps, looks = np.moveaxis(answer, -1, 0), looks_of(image)
    each = [of_map(values, looks) for values in maps if values.std()]
    return {name: float(np.mean([found[name] for found in each])) for name in OF_MAPS}


def of_map(values: np.ndarray, looks: tuple[np.ndarray, ...]) -> dict[str, float]:
    """Numbers about one map (h, w) of a layer, by name; `looks` are the photo's, see `looks_of`."""
    return {
        "likeness": likeness(values, looks),
        "detail": detail(values, looks[0].shape),
        "active_share": float((values > 0).mean()),
    }


def _enlarged(values: np.ndarray, size: tuple[int, int]) -> np.ndarray:
    picture = Image.fromarray(np.asarray(values, np.float32))
    return np.asarray(picture.resize(size[::-1], Image.Resampling.BILINEAR))


# ---- All of them

NUMBERS = {
    "contrast": Measure("contrast", "", "Deviation of the brightness, in gray levels.", contrast),
    "fine_contrast": Measure(
        "fine contrast", "", "Deviation of the brightness from its surroundings'.", fine_contrast
    ),
    "spread": Measure("spread", "", "Deviation of the color values, in gray levels.", spread),
    "chroma": Measure("chroma", "", "Strongest less weakest color of a pixel: 0 gray.", chroma),
    "colors": Measure("color contrast", "", "Deviation of the opponent colors.", colors),
    "coarse_share": Measure(
        "coarse", "%", "Share of spectral energy below 1/16 cycle per pixel.", coarse_share
    ),
    "pitch": Measure("pitch", "px", "Period at the spectrum's center of energy.", pitch),
    "waviness": Measure("waviness", "", "How much lines run alike nearby, 0 to 1.", waviness),
    "spottiness": Measure(
        "spottiness", "", "Excess kurtosis of fine detail: 0 for noise, high for spots.", spottiness
    ),
    "neutral_share": Measure("neutral", "%", "Share of pixels of the network's mean color."),
    "from_afar": Measure("from afar", "%", f"Share of the score left after a blur of {FAR:g} px."),
    "rank": Measure("rank", "", "Of the class, as the network sees the picture."),
    "parts": Measure(
        "parts", "%", f"Share of {PARTS}×{PARTS} parts with the class among the {BEST} best."
    ),
}
OF_CLASSES = ("rank", "parts")
"""Those of `NUMBERS` that only a class has."""
OF_MAPS = {
    "likeness": Measure(
        "likeness",
        "",
        "Correlation with the photo's brightness or edges, the higher, without sign.",
    ),
    "detail": Measure("detail", "%", "Share of energy above 1/16 cycle per pixel of the photo."),
    "active_share": Measure(
        "active places", "%", "Share of positions with an activation above zero."
    ),
}
ALL = MEASURES | NUMBERS | OF_MAPS
