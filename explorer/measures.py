"""Numbers about a finished picture: of its pixels, and of what it does to the network.

TensorFlow is needed only for what it does to the network.
"""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from PIL import Image

from explorer.excitation import deepest, excitation, numbers_of, structure_of
from explorer.images import SAMPLES, Photo, png_bytes, sample_photo
from explorer.networks.network import KEPT_FUNCTIONS, Network, size_of
from explorer.targets import Target, is_class, place
from explorer.wording import number, signed

QUARTER = 0.25
"""Cycles per pixel; half of what a pixel grid can carry."""
ROUNDING = 0.25
"""Variance in gray levels, at most, that rounding to whole ones makes of what is even."""
BANDS = 32
"""Points of the radial spectrum."""
VIEWS = tuple(
    (factor, shift)
    for factor in (0.91, 0.97, 1.03, 1.09)
    for shift in ((-7, 4), (5, -6), (8, 7), (-3, -8))
)
"""The 16 views of the robust score: how much larger, and (right, down) in pixels."""
AT_ONCE = 4
"""Views that the network sees together, at most."""
PIXELS_AT_ONCE = AT_ONCE * 256 * 256
"""Pixels of the views that it sees together; of a larger picture they are fewer."""
KEPT_STANDINGS = 8
"""Pictures whose standings are remembered: `judged` and pages ask for them one after the other."""
NEARLY = 0.05
"""By how much a class's picture is enlarged and shrunk."""


# ---- Of the pixels


def fine_share(image: np.ndarray) -> float:
    """Share of the picture's spectral energy above a quarter cycle per pixel, from 0 to 1.

    Args:
        image: uint8 RGB (h, w, 3). The mean of each color is left out. An even picture has none:
            what rounding to whole gray levels leaves is no grain.
    """
    return energy_share(image, QUARTER, np.inf)


def energy_share(image: np.ndarray, low: float, high: float) -> float:
    """Share of the spectral energy between two frequencies, from 0 to 1; 0 for an even picture."""
    energy, frequency = spectral_energy(image)
    between = (low < frequency) & (frequency < high)
    return float(energy[between].sum() / energy.sum()) if uneven(image) else 0.0


def uneven(image: np.ndarray) -> bool:
    """Whether values of a color vary by more than rounding makes them; see `ROUNDING`."""
    return bool(image.var(axis=(0, 1)).max() > ROUNDING)


def radial_spectrum(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean spectral energy by frequency.

    Args:
        image: uint8 RGB (h, w, 3). The mean of each color, frequency 0, is left out.

    Returns:
        Frequencies in cycles per pixel, the middles of equal bands up to one half, and the mean
        energy of each band, relative to the mean of all: float64 (n,). Bands without an entry,
        in very small pictures, are left out.
    """
    energy, frequency = spectral_energy(image)
    energy, frequency = energy.ravel()[1:], frequency.ravel()[1:]
    edges = np.linspace(0, 0.5, BANDS + 1)
    count, _ = np.histogram(frequency, edges)
    total, _ = np.histogram(frequency, edges, weights=energy)
    there = count > 0
    mean = total[there] / count[there] / max(energy.mean(), 1e-12)
    return ((edges[:-1] + edges[1:]) / 2)[there], mean


def spectral_energy(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Energy of a picture (h, w, c) without its mean, and cycles per pixel: float64 (h, w) both."""
    values = image.astype(np.float64) - image.mean(axis=(0, 1))
    energy = (np.abs(np.fft.fft2(values, axes=(0, 1))) ** 2).sum(axis=-1)
    rows, columns = (np.fft.fftfreq(side) for side in image.shape[:2])
    return energy, np.hypot(rows[:, None], columns[None, :])


def saturated_share(image: np.ndarray) -> float:
    """Share of the picture's color values that are 0 or 255, from 0 to 1."""
    return float(((image == 0) | (image == 255)).mean())


def colorfulness(image: np.ndarray) -> float:
    """Colorfulness after Hasler and Süsstrunk (2003): 0 for gray, about 60 for a vivid photo."""
    red, green, blue = np.moveaxis(image.astype(np.float64), -1, 0)
    opponents = np.stack([red - green, (red + green) / 2 - blue])
    spread = np.hypot(*opponents.std(axis=(1, 2)))
    offset = np.hypot(*opponents.mean(axis=(1, 2)))
    return float(spread + 0.3 * offset)


# ---- Of what it does to the network


def activation(network: Network, target: Target, images, photo: Photo | None = None) -> np.ndarray:
    """How much pictures excite a target after ReLU; of a class before softmax, see `_after_relu`.

    Args:
        target: resolved or not.
        images: (b, h, w, 3), RGB 0–255.
        photo: the person's own, if the target is about it.

    Returns:
        float64 (b,).
    """
    import tensorflow as tf

    size = tuple(images.shape[1:3])
    target = _after_relu(network, target.resolved(network, size))
    numbers = numbers_of(network, target, size, size, photo)
    compute = _activation(network, structure_of(target), tuple(images.shape))
    return compute(tf.cast(images, tf.float32), numbers).numpy().astype(np.float64)


def robust_score(
    network: Network, target: Target, image: np.ndarray, photo: Photo | None = None
) -> float:
    """The mean `activation` of a picture over the 16 `VIEWS`, mirrored beyond its border.

    Noise that only works with each pixel in its place collapses here. A neuron's place moves along
    with the picture.
    """
    import tensorflow as tf

    from explorer.transformations import turn, warp

    size, scores = size_of(image), []
    target = target.resolved(network, size)
    if any(term.kind == "neuron" for term in target.terms):
        together = 1
    else:
        together = max(1, min(AT_ONCE, PIXELS_AT_ONCE // (size[0] * size[1])))
    for first in range(0, len(VIEWS), together):
        views = VIEWS[first : first + together]
        factors = tf.constant([factor for factor, _ in views], tf.float32)
        shifts = tf.constant([shift for _, shift in views], tf.float32)
        turns = turn(size, 0.0 * factors, factors, (shifts[:, 0], shifts[:, 1]))
        pictures = tf.repeat(tf.constant(image, tf.float32)[None], len(views), axis=0)
        moved = _moved_with(network, target, size, *views[0])
        scores.extend(activation(network, moved, warp(pictures, turns), photo))
    return float(np.mean(scores))


def _moved_with(
    network: Network,
    target: Target,
    size: tuple[int, int],
    factor: float,
    shift: tuple[int, int],
) -> Target:
    """The target with its neurons, if any, where a view shows what was at their places."""

    def moved(term: Target) -> Target:
        if term.kind != "neuron":
            return term
        places = zip(
            place(network, term, size),
            network.output_size(network.layer(term.layer), size),
            size,
            reversed(shift),
            strict=True,
        )
        position = []
        for at, count, side, move in places:
            pixel = (at + 0.5) * side / count - side / 2  # from the middle of the picture
            seen = ((pixel - move) * factor + side / 2) * count / side
            position.append(min(max(int(seen), 0), count - 1))
        return replace(term, position=tuple(position))

    first, *others = target.terms
    return replace(moved(first), also=tuple(moved(term) for term in others))


def z_score(network: Network, target: Target, image: np.ndarray) -> float | None:
    """How far the channel's mean activation stands out among those of all its layer's.

    Returns:
        Standard deviations above the mean over the channels, or None for a target that is not one
        channel.
    """
    target = target.resolved(network, size_of(image))
    if target.kind != "channel" or target.also:
        return None
    answer = network.activations(image, [target.layer])[target.layer]
    means = answer.reshape(-1, answer.shape[-1]).mean(axis=0, dtype=np.float64)
    return float((means[target.channel] - means.mean()) / max(means.std(), 1e-12))


def best_photo(
    network: Network, target: Target, size: tuple[int, int], photo: Photo | None = None
) -> tuple[str, float]:
    """The sample photo that excites a target most at this size, and its `activation`.

    What a neuron looks for may be anywhere in a photo, so that it is given the place that suits it
    best.
    """
    target = target.resolved(network, size)
    if set(target.photos) <= set(SAMPLES):
        return _best_photo_kept(network, target, size)
    return _best_photo(network, target, size, photo)  # a person's own is not kept


@lru_cache(256)
def _best_photo_kept(network: Network, target: Target, size: tuple[int, int]):
    return _best_photo(network, target, size, None)


def _best_photo(network: Network, target: Target, size: tuple[int, int], photo: Photo | None):
    def excited(image: np.ndarray) -> float:
        if target.kind == "neuron" and not target.also:
            answer = network.activations(image, [target.layer])[target.layer]
            return float((target.weight * answer[..., target.channel]).max())
        return float(activation(network, target, image[None], photo)[0])

    scores = {name: excited(sample_photo(name).fitted(size)) for name in SAMPLES}
    return max(scores.items(), key=lambda entry: entry[1])


def mean_likeness(network: Network, target: Target, images: np.ndarray) -> float:
    """How alike the deepest layer of a target finds pictures, −1 to 1: a mean over all pairs.

    Args:
        target: resolved.
        images: uint8 RGB (b, h, w, 3), two at least.
    """
    from explorer.penalties import likeness

    layer = deepest(network, target)
    features = np.stack([network.activations(image, [layer])[layer] for image in images])
    return float(np.mean(likeness(features)))


@dataclass(frozen=True)
class Standing:
    """How a picture stands with a class.

    Attributes:
        rank: 1 if the network ranks the class first.
        margin: score of the class minus the highest of the others, before softmax.
        probability: after softmax, 0 to 1.
    """

    rank: int
    margin: float
    probability: float


def standings(network: Network, number: int, image: np.ndarray) -> dict[str, Standing]:
    """How a picture, and small changes of it, stand with a class.

    Args:
        number: of the class.
        image: uint8 RGB (h, w, 3).

    Returns:
        For the picture itself ("shown"), saved and read as a PNG ("saved"), mirrored
        ("mirrored"), and 5 % larger and smaller ("larger", "smaller").

    Raises:
        InputError: there is no such class, or this is no picture.
    """
    size_of(image)
    number = network.class_number(number)
    return dict(_standings(network, number, image.shape, image.tobytes()))


@lru_cache(KEPT_STANDINGS)
def _standings(network: Network, number: int, shape: tuple[int, ...], pixels: bytes):
    image = np.frombuffer(pixels, np.uint8).reshape(shape)
    height, width = shape[:2]
    picture = Image.fromarray(image)

    def resized(factor: float) -> np.ndarray:
        size = (round(width * factor), round(height * factor))
        scaled = picture.resize(size, Image.Resampling.BICUBIC)
        left, top = (size[0] - width) // 2, (size[1] - height) // 2
        if factor > 1:
            return np.asarray(scaled.crop((left, top, left + width, top + height)))
        margins = ((-top, height - size[1] + top), (-left, width - size[0] + left), (0, 0))
        return np.pad(np.asarray(scaled), margins, mode="symmetric")

    changed = {
        "shown": image,
        "saved": np.asarray(Image.open(io.BytesIO(png_bytes(image)))),
        "mirrored": image[:, ::-1],
        "larger": resized(1 + NEARLY),
        "smaller": resized(1 - NEARLY),
    }
    found = {}
    for name, pixels in changed.items():
        scores = network.activations(pixels, [network.class_layer])[network.class_layer]
        scores = scores.astype(np.float64)
        others = np.delete(scores, number)
        exponentials = np.exp(scores - scores.max())
        found[name] = Standing(
            rank=1 + int((others > scores[number]).sum()),
            margin=float(scores[number] - others.max()),
            probability=float(exponentials[number] / exponentials.sum()),
        )
    return found


def _after_relu(network: Network, target: Target) -> Target:
    """A target after ReLU, where that leaves what it asks for.

    Nothing is left of a direction below zero; a class is asked for before softmax.
    """
    below = any(weight < 0 for _, weight in target.direction or ())
    plain = target.layer == network.class_layer or target.kind in ("layer", "photo") or below
    also = tuple(_after_relu(network, term) for term in target.also)
    return replace(target, after_relu=not plain, also=also)


@lru_cache(KEPT_FUNCTIONS)
def _activation(network: Network, target: Target, shape: tuple[int, ...]):
    """Compiled for pictures of this shape alone, as each further one would stay in memory too."""
    import tensorflow as tf

    network.load()
    return tf.function(
        lambda image, numbers: excitation(network, target, image, numbers), autograph=False
    )


# ---- All of them


@dataclass(frozen=True)
class Measure:
    """A named number about a picture.

    Attributes:
        title, unit, help: for people; a unit of "%" is of numbers from 0 to 1.
        of: computes it from the pixels, uint8 RGB; None where the network is needed.
    """

    title: str
    unit: str
    help: str
    of: Callable[[np.ndarray], float] | None = None

    def words(self, value: float) -> str:
        """A value with its unit, as people read it."""
        if self.unit == "%":
            return signed(f"{100 * value:.1f} %")
        return f"{number(value)} {self.unit}".strip()


MEASURES = {
    "fine_share": Measure(
        "fine grain",
        "%",
        "Share of spectral energy above ¼ cycle per pixel; a few percent may come "
        "from opposite borders that do not meet.",
        fine_share,
    ),
    "saturated_share": Measure(
        "saturated", "%", "Share of color values that are 0 or 255.", saturated_share
    ),
    "colorfulness": Measure(
        "colorfulness",
        "",
        "Gray has 0, a quite colorful photo about 60 (Hasler and Süsstrunk 2003).",
        colorfulness,
    ),
    "robust_score": Measure(
        "robust score",
        "",
        "Mean score over 16 small shifts and changes of size; taken after ReLU, of a class before "
        "softmax.",
    ),
    "robust_ratio": Measure(
        "robust share",
        "%",
        "The robust score as a share of the picture's own score after ReLU; can exceed 100 %.",
    ),
    "z_score": Measure(
        "stands out",
        "σ",
        "How far the channel answers above the others of its layer, in standard deviations.",
    ),
    "photo_ratio": Measure(
        "against photos",
        "times",
        "The robust score over the best sample photo's score, a neuron's at its best place there.",
    ),
    "probability": Measure("probability", "%", "Of the class, as the network sees the picture."),
    "margin": Measure("margin", "", "Score of the class above the best other class."),
    "worst_rank": Measure(
        "worst rank", "", "Of the class after PNG, mirror, and 5 % larger and smaller."
    ),
}


def measured(image: np.ndarray) -> dict[str, float]:
    """Every measure of the pixels of a uint8 RGB picture, by name."""
    return {name: measure.of(image) for name, measure in MEASURES.items() if measure.of}


def judged(
    network: Network, target: Target, image: np.ndarray, photo: Photo | None = None
) -> dict[str, float]:
    """Every measure of a picture that makes sense for the target, by name.

    Args:
        target: resolved.
        image: uint8 RGB (h, w, 3).
        photo: the person's own, if the target is about it.
    """
    size = size_of(image)
    values = measured(image)
    raw = float(activation(network, target, image[None], photo)[0])
    robust = values["robust_score"] = robust_score(network, target, image, photo)
    if raw > 0:
        values["robust_ratio"] = robust / raw
    spread = z_score(network, target, image)
    if spread is not None:
        values["z_score"] = spread
    _, reached = best_photo(network, target, size, photo)
    if reached > 0:
        values["photo_ratio"] = robust / reached
    if is_class(network, target):
        found = standings(network, target.channel, image)
        values["probability"] = found["shown"].probability
        values["margin"] = found["shown"].margin
        values["worst_rank"] = max(standing.rank for standing in found.values())
    return values


def combined(of_pictures: Sequence[dict[str, float]]) -> dict[str, float]:
    """Measures of several pictures as one: means, and the worst of the ranks."""
    values = {name: [each[name] for each in of_pictures if name in each] for name in MEASURES}
    return {
        name: float(np.max(found) if name == "worst_rank" else np.mean(found))
        for name, found in values.items()
        if found
    }


def in_words(name: str, value: float) -> str:
    """A measure's value with its unit, as people read it."""
    return MEASURES[name].words(value)
