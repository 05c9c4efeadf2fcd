"""Photos that excite a target most, and where."""

import numpy as np
import pytest

from explorer.exemplars import exemplar, has_exemplars
from explorer.images import Photo, sample_photo
from explorer.receptive_fields import Square
from explorer.targets import Target


def noise(seed: int, side: int = 16) -> Photo:
    pixels = np.random.default_rng(seed).integers(0, 256, (side, side, 3), np.uint8)
    return Photo(f"sha256:{seed}", pixels)


@pytest.mark.parametrize("channel", range(3))
def test_it_is_where_keras_finds_the_highest(vgg, keras_vgg, channel):
    """conv3_1 sees 24 px from 4 px to 4 px, and reaches 10 px beyond the border."""
    photo = sample_photo("cat")
    image = photo.fitted(224)
    values = np.maximum(keras_vgg.values(image[None].astype(np.float32), "block3_conv1"), 0)
    values = values[0, ..., channel]
    found = exemplar(vgg, Target("conv3_1", channel), photo)
    assert found.photo == "cat" and found.score == pytest.approx(float(values.max()), rel=1e-5)
    top, left = (4 * int(n) - 10 for n in np.unravel_index(values.argmax(), values.shape))
    square = Square(max(top, 0), max(left, 0), min(top + 24, 224), min(left + 24, 224))
    assert found.square == square
    assert np.array_equal(
        found.patch, image[square.top : square.bottom, square.left : square.right]
    )


def test_what_is_outside_of_the_patch_does_not_matter(tiny):
    photo = noise(3)
    found = exemplar(tiny, Target("two", 1), photo)
    inside = found.square
    changed = 255 - photo.pixels
    changed[inside.top : inside.bottom, inside.left : inside.right] = found.patch
    again = exemplar(tiny, Target("two", 1), Photo("changed", changed))
    assert found.patch.shape[0] < 16 and again.score >= found.score


def test_of_a_neuron_only_the_channel_counts(tiny):
    whole = exemplar(tiny, Target("two", 1), noise(3))
    neuron = exemplar(tiny, Target("two", 1, (0, 0)), noise(3))
    assert (whole.score, whole.square) == (neuron.score, neuron.square)


def test_what_is_silent_has_none(tiny, monkeypatch):
    monkeypatch.setattr(
        type(tiny), "activations", lambda *_: {"second": np.zeros((8, 8, 5), np.float32)}
    )
    assert exemplar(tiny, Target("two", 1), noise(3)) is None


def test_a_class_sees_all_of_the_photo(effnet):
    photo = sample_photo("cat")
    scores = effnet.activations(photo.fitted(224), ["logits"])["predictions"]
    for number in (int(scores.argmax()), int(scores.argmin())):
        found = exemplar(effnet, Target(class_=number), photo)
        assert found.score == pytest.approx(float(scores[number]))
        assert np.array_equal(found.patch, photo.fitted(224))
    assert scores.min() < 0, "a class ranks photos by scores below zero too"


@pytest.mark.parametrize(
    "target",
    [
        Target("two"),
        Target("two", direction={1: 1}),
        Target("two", 1, weight=-1),
        Target("two", 1, also=(Target("two", 2),)),
    ],
)
def test_targets_that_rank_no_photos_are_refused(tiny, refused, target):
    assert not has_exemplars(target)
    with refused("a single channel or class"):
        exemplar(tiny, target, noise(3))


def test_weights_that_are_missing_are_told(vgg, refused):
    with refused("528 MB"):
        exemplar(vgg, Target(class_="flamingo"), sample_photo("cat"))
