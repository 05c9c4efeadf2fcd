"""Numbers about pictures, checked with pictures whose numbers are known."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from scipy import ndimage

from explorer import measures
from explorer.excitation import score_and_gradient
from explorer.images import SAMPLES, Photo, sample_photo
from explorer.measures import (
    MEASURES,
    VIEWS,
    activation,
    best_photo,
    colorfulness,
    combined,
    fine_share,
    in_words,
    judged,
    mean_likeness,
    measured,
    radial_spectrum,
    robust_score,
    saturated_share,
    standings,
    uneven,
    z_score,
)
from explorer.networks.network import KEPT_FUNCTIONS
from explorer.recipe import preset
from explorer.render import render
from explorer.targets import Target


def waves(cycles_per_pixel, side=64):
    line = 127.5 + 100 * np.sin(2 * np.pi * cycles_per_pixel * np.arange(side))
    return np.repeat(np.tile(line, (side, 1))[..., None], 3, -1).round().astype(np.uint8)


def test_fine_share_tells_coarse_from_fine():
    assert fine_share(waves(4 / 64)) < 0.01
    assert fine_share(waves(28 / 64)) > 0.99


def test_what_rounding_leaves_of_an_even_picture_is_no_grain():
    even = np.full((64, 64, 3), 128, np.uint8)
    even[::2, 1::2, 0] += 1
    assert fine_share(even) == 0
    assert fine_share(even + 20 * (even == 129)) > 0.9, "the same, to be seen"


@pytest.mark.parametrize(("levels", "wanted"), [((100, 101), False), ((100, 102), True)])
def test_a_picture_is_uneven_if_one_color_is(levels, wanted):
    """The variance of two levels in turn is a quarter of their difference's square."""
    image = np.full((8, 8, 3), 100, np.uint8)
    image[:4, :, 1], image[4:, :, 1] = levels
    assert uneven(image) == wanted


def test_fine_share_of_white_noise_is_the_area_outside_the_quarter_circle():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    assert fine_share(noise) == pytest.approx(1 - np.pi / 16, abs=0.01)


def test_saturated_share_counts_black_and_full():
    image = np.full((4, 5, 3), 100, np.uint8)
    image[0] = 0
    image[1, :, 0] = 255
    assert saturated_share(image) == pytest.approx((15 + 5) / 60)


def test_colorfulness_of_gray_is_zero_and_of_two_colors_as_defined():
    assert colorfulness(waves(0.1)) == 0
    image = np.zeros((2, 2, 3), np.uint8)
    image[0, :, 0] = 200
    red_green, yellow_blue = np.array([200, 200, 0, 0]), np.array([100, 100, 0, 0])
    spread = np.hypot(red_green.std(), yellow_blue.std())
    offset = np.hypot(red_green.mean(), yellow_blue.mean())
    assert colorfulness(image) == pytest.approx(spread + 0.3 * offset)


def test_a_flat_picture_has_numbers_too():
    values = measured(np.full((8, 8, 3), 128, np.uint8))
    assert values == {"fine_share": 0, "saturated_share": 0, "colorfulness": 0}


@pytest.mark.parametrize("cycles", [4, 17, 28])
def test_the_radial_spectrum_of_a_wave_is_one_peak(cycles):
    frequencies, energy = radial_spectrum(waves(cycles / 64))
    assert frequencies.shape == energy.shape == (31,)  # None is below 1/64 but 0, the mean.
    assert np.allclose(np.diff(frequencies), 1 / 64)
    assert abs(frequencies[energy.argmax()] - cycles / 64) <= 1 / 128
    assert np.delete(energy, energy.argmax()).max() < 1e-3 * energy.max()


def test_the_radial_spectrum_of_white_noise_is_flat():
    noise = np.random.default_rng(0).integers(0, 256, (128, 96, 3), dtype=np.uint8)
    _, energy = radial_spectrum(noise)
    assert np.abs(energy[2:] - 1).max() < 0.25


@pytest.mark.parametrize("side", [32, 48, 64, 96, 224])
def test_the_radial_spectrum_of_white_noise_begins_flat(side):
    """The mean, which is left out, counts in no band."""
    random = np.random.default_rng(0)
    found = [
        radial_spectrum(random.integers(0, 256, (side, side, 3), dtype=np.uint8))[1][0]
        for _ in range(40)
    ]
    assert np.mean(found) == pytest.approx(1, abs=0.25)


def test_the_radial_spectrum_of_a_small_picture_leaves_empty_bands_out():
    frequencies, energy = radial_spectrum(waves(0.25, side=8))
    assert len(frequencies) == len(energy) < 32 and np.all(np.isfinite(energy))


# ---- Of what it does to the network


SIZE = (40, 46)


def noise(seed=0, size=SIZE):
    random = np.random.default_rng(seed)
    values = ndimage.gaussian_filter(random.normal(0, 1, (*size, 3)), (1.5, 1.5, 0))
    return np.clip(128 + 200 * values, 0, 255).astype(np.uint8)


def resolved(network, target, size=SIZE):
    return target.resolved(network, size)


def test_activation_is_after_relu(tiny):
    image = noise()
    after = tiny.activations(image, ["second"])["second"]
    images = np.stack([image, image[::-1]])
    found = activation(tiny, Target("second", 1), images)
    assert found.shape == (2,) and found.dtype == np.float64
    assert found[0] == pytest.approx(after[..., 1].mean(), rel=1e-5)
    assert found[0] != pytest.approx(found[1], rel=1e-6)
    raw, _ = score_and_gradient(tiny, image, Target("second", 1))
    assert found[0] > raw
    whole = activation(tiny, Target("second"), images)[0]
    assert whole == pytest.approx((after.astype(float) ** 2).mean(), rel=1e-5)


def test_a_direction_below_zero_is_measured_before_relu(tiny):
    """Which would leave nothing of what is climbed."""
    image, up = noise(), Target("second", direction={1: 1.0, 3: 0.5})
    for weights in ({1: -1.0}, {1: 1.0, 3: -0.5}):
        target = resolved(tiny, Target("second", direction=weights))
        raw, _ = score_and_gradient(tiny, image, target)
        assert activation(tiny, target, image[None])[0] == pytest.approx(raw, rel=1e-5)
    raw, _ = score_and_gradient(tiny, image, up)
    assert activation(tiny, resolved(tiny, up), image[None])[0] != pytest.approx(raw, rel=1e-2)


def test_the_robust_score_of_a_flat_picture_is_its_score(tiny):
    flat = np.full((*SIZE, 3), 90, np.uint8)
    target = resolved(tiny, Target("second", 1))
    wanted = activation(tiny, target, flat[None])[0]
    assert robust_score(tiny, target, flat) == pytest.approx(wanted, rel=1e-4)


def test_the_16_views_lie_around_the_picture_as_it_is():
    """Sizes and shifts in all combinations; none favors one size, side or distance."""
    factors, shifts = (list(dict.fromkeys(values)) for values in zip(*VIEWS, strict=True))
    assert sorted(VIEWS) == sorted(itertools.product(factors, shifts)) and len(VIEWS) == 16
    assert sorted(factors) == pytest.approx([1 - 0.09, 1 - 0.03, 1 + 0.03, 1 + 0.09])
    assert {(right > 0, down > 0) for right, down in shifts} == set(
        itertools.product((True, False), repeat=2)
    )
    for amounts in np.abs(shifts).T:
        assert len(set(amounts)) == 4 and amounts.min() > 2 and amounts.max() == 8


@pytest.mark.parametrize("target", [Target("second", 1), Target("first", 0), Target("second")])
def test_the_robust_score_is_the_mean_over_views_made_by_scipy(tiny, target):
    image, scores = noise(), []
    for factor, (right, down) in VIEWS:
        middle = (np.array(SIZE) - 1) / 2
        offset = middle - middle / factor + np.array([down, right])
        view = [
            ndimage.affine_transform(
                image[..., i].astype(float), [1 / factor] * 2, offset, order=1, mode="reflect"
            )
            for i in range(3)
        ]
        answer = tiny.activations(np.stack(view, axis=-1), [target.layer])[target.layer]
        answer = answer.astype(float)
        whole = target.channel is None
        scores.append((answer**2).mean() if whole else answer[..., target.channel].mean())
    assert len(scores) == 16
    found = robust_score(tiny, resolved(tiny, target), image)
    assert found == pytest.approx(np.mean(scores), rel=1e-3)


def in_view(values, factor, right, down):
    """A map of (h, w) as SciPy shows it in a view."""
    middle = (np.array(values.shape) - 1) / 2
    offset = middle - middle / factor + np.array([down, right])
    return ndimage.affine_transform(values, [1 / factor] * 2, offset, order=1, mode="reflect")


@pytest.mark.parametrize("position", ["center", (12, 20), (22, 13)])
def test_a_neurons_place_moves_along_with_the_view(tiny, position):
    """A spot where the neuron is shows in each view where it is then."""
    side, random = 64, np.random.default_rng(3)
    image = random.integers(0, 256, (side, side, 3)).astype(np.uint8)
    row, column = (16, 16) if position == "center" else position
    spot = np.zeros((side, side))
    spot[2 * row : 2 * row + 2, 2 * column : 2 * column + 2] = 1
    scores = []
    for factor, (right, down) in VIEWS:
        view = np.stack(
            [in_view(image[..., i].astype(float), factor, right, down) for i in range(3)], -1
        )
        answer = tiny.activations(view, ["second"])["second"][..., 1]
        seen = ndimage.center_of_mass(in_view(spot, factor, right, down))
        scores.append(answer[tuple(int((pixel + 0.5) / 2) for pixel in seen)])
    target = Target("second", 1, position).resolved(tiny, (side, side))
    assert robust_score(tiny, target, image) == pytest.approx(np.mean(scores), rel=1e-3)


def test_a_neurons_place_stays_in_its_map(tiny):
    image = np.random.default_rng(3).integers(0, 256, (32, 32, 3)).astype(np.uint8)
    for corner in ((0, 0), (15, 15)):
        target = Target("second", 1, corner).resolved(tiny, (32, 32))
        assert np.isfinite(robust_score(tiny, target, image))


@pytest.mark.slow
def test_a_drawn_neuron_is_robust(vgg):
    """Its score used to be taken beside what was drawn for it."""
    recipe = preset("best", Target("conv3_1", 6, "center"), size=96, steps=32)
    *_, frame = render(vgg, recipe)
    assert 0.7 < judged(vgg, recipe.target, frame.image)["robust_ratio"] < 1.2


@pytest.mark.parametrize(("side", "together"), [(32, 4), (224, 4), (300, 2), (512, 1), (1024, 1)])
def test_of_large_pictures_fewer_views_are_looked_at_together(tiny, monkeypatch, side, together):
    seen = []

    def counted(network, target, images, photo=None):
        seen.append(len(images))
        return np.arange(len(images)) + sum(seen[:-1])

    monkeypatch.setattr(measures, "activation", counted)
    score = robust_score(tiny, Target("second", 1), np.zeros((side, side, 3), np.uint8))
    assert seen == [together] * (16 // together) and score == np.mean(range(16))


def test_noise_that_needs_every_pixel_in_its_place_has_a_low_robust_score(vgg):
    """The gradient's own fine pattern against a smooth one, for a deep channel of VGG16."""
    target = Target("conv3_1", 1).resolved(vgg, (64, 64))
    image = np.full((64, 64, 3), 120.0)
    for _ in range(6):
        _, gradient = score_and_gradient(vgg, image, target)
        image = np.clip(image + 12 * gradient / gradient.std(), 0, 255)
    image = image.round().astype(np.uint8)
    raw = activation(vgg, target, image[None])[0]
    assert raw > 0 and robust_score(vgg, target, image) < 0.7 * raw


def test_z_score(tiny):
    image = noise()
    means = tiny.activations(image, ["second"])["second"].mean(axis=(0, 1), dtype=np.float64)
    for channel in range(5):
        wanted = (means[channel] - means.mean()) / means.std()
        assert z_score(tiny, Target("second", channel), image) == pytest.approx(wanted)
    for target in (Target("second"), Target("second", 1, "center"), Target("second", photo="cat")):
        assert z_score(tiny, target, image) is None


def test_the_best_photo(tiny):
    target = resolved(tiny, Target("second", 1))
    scores = {
        name: tiny.activations(sample_photo(name).fitted(SIZE), ["second"])["second"][..., 1].mean()
        for name in SAMPLES
    }
    name, score = best_photo(tiny, target, SIZE)
    assert name == max(scores, key=scores.get)
    assert score == pytest.approx(max(scores.values()), rel=1e-4)


def test_the_best_photo_of_a_neuron_is_looked_through_at_every_place(tiny):
    target = resolved(tiny, Target("second", 1, (0, 0)))
    height, width = tiny.output_size(tiny.layer("second"), SIZE)
    name, score = best_photo(tiny, target, SIZE)
    image = sample_photo(name).fitted(SIZE)[None]
    everywhere = [
        activation(tiny, Target("second", 1, (row, column)), image)[0]
        for row in range(height)
        for column in range(width)
    ]
    assert score == pytest.approx(max(everywhere), rel=1e-4)
    held_down = best_photo(tiny, replace(target, weight=-1.0), SIZE)[1]
    assert -score < held_down <= 0


def test_a_persons_own_photo_is_not_kept(tiny):
    """Pages promise that photos are not stored."""
    own = Photo("sha256:" + "a" * 64, noise(5))
    target = resolved(tiny, Target("second", photo=own.name))
    before = measures._best_photo_kept.cache_info().currsize
    best_photo(tiny, target, SIZE, own)
    assert measures._best_photo_kept.cache_info().currsize == before
    plain = resolved(tiny, Target("second", 3))
    assert best_photo(tiny, plain, SIZE, own) == best_photo(tiny, plain, SIZE)
    assert measures._best_photo_kept.cache_info().currsize == before + 1


def test_likeness_of_pictures(tiny):
    target = resolved(tiny, Target("second", 1))
    image = noise()
    assert mean_likeness(tiny, target, np.stack([image] * 3)) == pytest.approx(1, abs=1e-5)
    pictures = np.stack([noise(1), 255 - noise(2), np.full_like(image, 10)])
    grams = [tiny.activations(p, ["second"])["second"].reshape(-1, 5) for p in pictures]
    grams = [(g.T.astype(float) @ g).ravel() for g in grams]
    grams = [gram / np.linalg.norm(gram) for gram in grams]
    wanted = np.mean([grams[i] @ grams[j] for i, j in ((0, 1), (0, 2), (1, 2))])
    found = mean_likeness(tiny, target, pictures)
    assert found == pytest.approx(wanted, rel=1e-4) and found < 0.999


def test_standings(effnet):
    """Of the cat photo, and of pictures made of it by Pillow's own operations."""
    cat = sample_photo("cat").fitted((224, 224))
    found = standings(effnet, 285, cat)
    assert set(found) == {"shown", "saved", "mirrored", "larger", "smaller"}
    probabilities = effnet.activations(cat, ["softmax"])["softmax"]
    assert found["shown"].probability == pytest.approx(float(probabilities[285]), rel=1e-4)
    assert found["shown"].rank == 1 and found["saved"] == found["shown"]
    scores = np.log(probabilities.astype(float))
    margin = scores[285] - np.delete(scores, 285).max()
    assert found["shown"].margin == pytest.approx(margin, abs=1e-3)
    mirrored = effnet.activations(cat[:, ::-1], ["softmax"])["softmax"]
    assert found["mirrored"].probability == pytest.approx(float(mirrored[285]), rel=1e-4)
    assert len({standing.probability for standing in found.values()}) == 4
    second = int(np.argsort(probabilities)[-2])
    assert standings(effnet, second, cat)["shown"].rank == 2
    assert standings(effnet, second, cat)["shown"].margin < 0


def test_larger_and_smaller_keep_size_and_middle(tiny, monkeypatch):
    seen = []

    def activations(image, names):
        seen.append(image)
        return {names[0]: np.arange(5, dtype=np.float32)}

    monkeypatch.setattr(tiny, "activations", activations)
    image = np.zeros((41, 61, 3), np.uint8)
    image[18:23, 28:33] = 200
    standings(tiny, 3, image)
    *_, larger, smaller = seen
    for shown, compare in ((larger, np.greater), (smaller, np.less)):
        assert shown.shape == image.shape
        assert compare(shown.astype(float).sum(), image.astype(float).sum())
        middle = ndimage.center_of_mass(shown[..., 0])
        assert np.abs(np.array(middle) - (20, 30)).max() < 0.6


# ---- All of them


def test_judged_has_what_makes_sense(tiny):
    image = noise()
    always = {"fine_share", "saturated_share", "colorfulness", "robust_score"}
    for target, further in (
        (Target("second", 1), {"robust_ratio", "z_score", "photo_ratio"}),
        (Target("second", 1, "center"), {"robust_ratio", "photo_ratio"}),
        (Target("second"), {"robust_ratio", "photo_ratio"}),
        (Target("second", 1, weight=-1), {"z_score"}),
    ):
        target = resolved(tiny, target)
        values = judged(tiny, target, image)
        assert always <= set(values) <= always | further
        assert list(values) == [name for name in MEASURES if name in values]
        raw = activation(tiny, target, image[None])[0]
        if "robust_ratio" in values:
            assert values["robust_ratio"] == pytest.approx(values["robust_score"] / raw)
        if "photo_ratio" in values:
            best = best_photo(tiny, target, SIZE)[1]
            assert values["photo_ratio"] == pytest.approx(values["robust_score"] / best)


def test_of_several_pictures_the_means_and_the_worst_rank():
    values = [
        {"fine_share": 0.1, "worst_rank": 851, "robust_ratio": 0.5},
        {"fine_share": 0.3, "worst_rank": 543},
    ]
    found = combined(values)
    assert found == {"fine_share": pytest.approx(0.2), "robust_ratio": 0.5, "worst_rank": 851}
    assert combined(values[:1]) == values[0]


def test_judged_of_a_class(effnet):
    cat = sample_photo("cat").fitted((64, 64))
    target = Target(class_=285).resolved(effnet, (64, 64))
    values = judged(effnet, target, cat)
    found = standings(effnet, 285, cat)
    assert values["probability"] == found["shown"].probability
    assert values["margin"] == found["shown"].margin
    assert values["worst_rank"] == max(standing.rank for standing in found.values())


def test_values_in_words():
    assert in_words("fine_share", 0.1234) == "12.3 %"
    assert in_words("z_score", 2.345) == "2.35 σ"
    assert in_words("robust_score", 1234.5) in ("1,234", "1,235")
    assert in_words("margin", -0.5) == "−0.5"
    assert in_words("robust_ratio", -0.125) == "−12.5 %"


def test_however_many_sizes_there_are_few_traces_stay(tiny, traces):
    for side in range(20, 20 + KEPT_FUNCTIONS + 8):
        activation(tiny, Target("second", 1), np.zeros((1, side, 24, 3), np.uint8))
    assert 0 < traces() <= KEPT_FUNCTIONS


def test_standings_are_computed_once_and_are_the_callers_own(effnet, monkeypatch):
    image = sample_photo("cat").fitted((64, 64))
    first = standings(effnet, 281, image)
    passes = []
    compute = effnet.activations
    monkeypatch.setattr(effnet, "activations", lambda *a: passes.append(a) or compute(*a))
    first.clear()
    assert set(standings(effnet, 281, image)) == {"shown", "saved", "mirrored", "larger", "smaller"}
    assert not passes
    standings(effnet, 281, image[::-1])
    assert len(passes) == 5


def test_the_best_photo_for_a_target_by_any_of_its_names(vgg):
    size = (64, 64)
    wanted = best_photo(vgg, Target("block1_conv1", 2).resolved(vgg, size), size)
    assert best_photo(vgg, Target("conv1_1", 2), size) == wanted
