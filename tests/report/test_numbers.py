"""Numbers on pictures for which they are known."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from explorer.report import numbers
from explorer.report.numbers import NUMBERS, OF_CLASSES, of_layer, of_map, of_picture
from explorer.targets import Target

RANDOM = np.random.default_rng(5)
SIDE = 64
EVEN = np.full((SIDE, SIDE, 3), 90, np.uint8)
NOISE = RANDOM.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)


def stripes(period, angle=0.0, color=(1, 1, 1)):
    rows, columns = np.mgrid[:SIDE, :SIDE]
    phase = 2 * np.pi * (np.cos(angle) * columns + np.sin(angle) * rows) / period
    wave = 127.5 + 100 * np.sin(phase)[..., None] * np.array(color)
    return wave.round().astype(np.uint8)


def test_an_even_picture_has_nothing():
    for name, measure in NUMBERS.items():
        if measure.of:
            assert measure.of(EVEN) == pytest.approx(0, abs=1e-6), name


def test_contrast_and_spread_of_half_black_half_white():
    halves = np.zeros((8, 8, 3), np.uint8)
    halves[:, 4:] = 200
    assert numbers.contrast(halves) == pytest.approx(100)
    assert numbers.spread(halves) == pytest.approx(100)
    assert numbers.chroma(halves) == numbers.colors(halves) == 0


def test_chroma_and_color_contrast():
    red = np.zeros((4, 4, 3), np.uint8)
    red[..., 0] = 255
    assert numbers.chroma(red) == 255
    assert numbers.colors(red) == 0  # one tint is no contrast
    red[:2] = 0
    assert numbers.colors(red) == pytest.approx(np.hypot(127.5, 63.75))


def test_coarse_share_and_pitch_of_stripes():
    assert numbers.coarse_share(stripes(32)) > 0.99
    assert numbers.coarse_share(stripes(8)) < 0.01
    for period in (4, 8, 16, 32):
        assert numbers.pitch(stripes(period)) == pytest.approx(period, rel=0.02)
    rounded = np.full((64, 64, 3), 100, np.uint8)
    rounded[:, 32:] += 1
    assert (numbers.coarse_share(rounded), numbers.pitch(rounded)) == (0, 0), "it is even"


def test_waves_run_alike_and_noise_does_not():
    for angle in (0.0, 0.6, 2.0):
        assert numbers.waviness(stripes(12, angle)) > 0.9
    assert numbers.waviness(NOISE) < 0.4


def test_lone_spots_are_spotty():
    spots = EVEN.copy()
    spots[::16, ::16] = 255
    assert numbers.spottiness(spots) > 10
    assert abs(numbers.spottiness(NOISE)) < 1.5
    assert numbers.spottiness(stripes(4)) < 0


def test_fine_contrast_is_that_of_fine_things():
    assert numbers.fine_contrast(stripes(4)) > 5 * numbers.fine_contrast(stripes(32))


def test_neutral_is_the_mean_color(tiny):
    picture = np.full((10, 10, 3), np.array(tiny.mean_color), np.uint8)
    assert numbers.neutral_share(tiny, picture) == 1
    picture[:3] = 250
    assert numbers.neutral_share(tiny, picture) == pytest.approx(0.7)


def test_a_map_of_the_photo_itself_looks_like_it(picture_of):
    photo = picture_of("photo", (64, 64))
    gray = photo @ np.array([0.299, 0.587, 0.114])
    looks = numbers.looks_of(photo)
    edges = np.hypot(*np.gradient(gaussian_filter(gray, 0.9)))
    assert numbers.likeness(gray, looks) == numbers.likeness(255 - gray, looks) == 1
    assert numbers.likeness(edges, looks) > 0.95
    assert numbers.likeness(RANDOM.random((64, 64)), looks) < 0.1
    assert numbers.likeness(np.zeros((8, 8)), looks) == 0
    small = gray.reshape(16, 4, 16, 4).mean((1, 3))
    assert 0.8 < numbers.likeness(small, looks) < 1
    assert numbers.detail(small, (64, 64)) < numbers.detail(gray, (64, 64))


def test_a_layer_is_the_mean_of_its_maps_that_answer(picture_of):
    photo = picture_of("photo", (64, 64))
    answer = np.zeros((16, 16, 3), np.float32)
    answer[..., 0] = RANDOM.random((16, 16))
    answer[:8, :, 2] = RANDOM.random((8, 16))
    looks = numbers.looks_of(photo)
    found, each = of_layer(answer, photo), [of_map(answer[..., i], looks) for i in (0, 2)]
    for name in found:
        assert found[name] == pytest.approx(np.mean([one[name] for one in each]))
    assert found["active_share"] == pytest.approx(0.75, abs=0.01)


def test_of_a_channel(tiny, picture_of):
    target = Target("two", 1).resolved(tiny, (32, 32))
    values = of_picture(tiny, target, picture_of("noise", (32, 32)))
    assert set(NUMBERS) - set(OF_CLASSES) <= set(values)
    assert not set(OF_CLASSES) & set(values)
    assert np.isfinite(list(values.values())).all()


def test_parts_of_a_class(effnet, picture_of):
    cat = picture_of("photo", (224, 224))
    scores = effnet.activations(cat, [effnet.class_layer])[effnet.class_layer]
    best, worst = int(scores.argmax()), int(scores.argmin())
    assert numbers.parts_recognized(effnet, best, cat) > 0.4
    assert numbers.parts_recognized(effnet, worst, cat) == 0


def test_from_afar_grain_is_lost_and_shapes_are_not(vgg, picture_of):
    target = Target("conv5_1", 1).resolved(vgg, (64, 64))
    assert numbers.from_afar(vgg, target, np.full((64, 64, 3), 120, np.uint8)) == pytest.approx(
        1, abs=0.05
    )
