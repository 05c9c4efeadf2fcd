"""Frames: the ascent against plain NumPy and SciPy, and what a frame promises."""

import importlib
import itertools
from contextlib import suppress

import numpy as np
import pytest
from scipy import ndimage

from explorer.catalogue import METHODS
from explorer.errors import Clash
from explorer.excitation import score_and_gradient
from explorer.images import SAMPLES, Photo, sample_photo
from explorer.presets import PRESETS
from explorer.recipe import Blend, PhotoStart, Recipe, preset
from explorer.render import render, render_together
from explorer.targets import Target

rendering = importlib.import_module("explorer.render")  # explorer.render is the function
stepping = importlib.import_module("explorer.step")
MEAN = np.array([120.0, 110.0, 100.0])
NAIVE = {"noise": {"deviation": 40}, "rms": {"size": 6}}


def recipe(methods=NAIVE, target=None, **changes):
    """A recipe on the tiny network."""
    values = {"network": "tiny", "steps": 5, "size": (32, 36), "methods": methods} | changes
    return Recipe(target or Target("second", 1), **values)


def blend(*parts, **changes):
    return recipe(start=Blend(parts), **{"methods": {"rms": {}}} | changes)


# ---- The whole ascent in NumPy


def correlate(x, kernel):
    """'SAME' 3×3 correlation: (h, w, in) -> (h, w, out)."""
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
    return np.einsum("hwcij,ijco->hwo", windows, kernel)


def back(upstream, kernel):
    """The gradient of `correlate` with respect to its input."""
    return correlate(upstream, kernel[::-1, ::-1].transpose(0, 1, 3, 2))


def score_and_slope(arrays, image, channel):
    """Mean of a channel of the tiny network's second convolution, and its gradient."""
    (kernel1, bias1), (kernel2, bias2) = (
        [array.astype(np.float64) for array in arrays[name]] for name in ("first", "second")
    )
    first = correlate(image - MEAN, kernel1) + bias1
    height, width = first.shape[0] // 2, first.shape[1] // 2
    windows = first[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1)
    windows = windows.transpose(0, 2, 4, 1, 3).reshape(height, width, -1, 4)
    pooled = windows.max(axis=-1)
    second = correlate(np.maximum(pooled, 0), kernel2) + bias2
    upstream = np.zeros_like(second)
    upstream[..., channel] = 1 / (height * width)
    slope = back(upstream, kernel2) * (pooled > 0)
    spread = np.eye(4)[windows.argmax(axis=-1)] * slope[..., None]
    spread = spread.reshape(height, width, -1, 2, 2).transpose(0, 3, 1, 4, 2)
    gradient = np.zeros_like(first)
    gradient[: 2 * height, : 2 * width] = spread.reshape(2 * height, 2 * width, -1)
    return second[..., channel].mean(), back(gradient, kernel1)


def blurred(x, sigma):
    return ndimage.gaussian_filter(x, (sigma, sigma, 0))


def kept_above(x, size, percentile):
    return np.where((size >= np.percentile(size, percentile))[..., None], x, 0)


def by_hand(arrays, made):
    """Pictures and scores of each frame, from the methods' descriptions alone."""
    methods, rounds = made.methods, made.methods.get("recursion", {}).get("rounds", 1)
    length = -(-made.steps // rounds)
    random = np.random.default_rng(made.seed)
    x = random.standard_normal((*made.size, 3), np.float32).astype(np.float64)
    x *= methods["noise"]["deviation"]
    for step in range(made.steps + 1):
        if "recursion" in methods and step % length == 0 and step < made.steps:
            x = blurred(x, methods["recursion"]["sigma"])
        picture = np.round(np.clip(x + MEAN, 0, 255))
        yield picture, score_and_slope(arrays, picture, made.target.channel)[0]
        seen = picture if "clip" in methods else x + MEAN
        raw = gradient = score_and_slope(arrays, seen, made.target.channel)[1]
        if strengths := methods.get("blurred-gradient"):
            share = step % length / length
            sigma = (1 - share) * strengths["sigma_from"] + share * strengths["sigma_to"]
            gradient = sum(blurred(gradient, s * sigma) for s in (0.5, 1, 2))
        if strengths := methods.get("rms"):
            x = x + strengths["size"] * gradient / np.sqrt((gradient**2).mean())
        if strengths := methods.get("progress"):
            rate = min(strengths["largest_rate"], strengths["gain"] / (gradient**2).sum())
            x = x + rate * gradient
        if strengths := methods.get("plain"):
            x = x + strengths["rate"] * made.size[0] * made.size[1] * gradient
        if strengths := methods.get("decay"):
            x = x * (1 - strengths["strength"])
        if (strengths := methods.get("blur")) and (step + 1) % strengths["every"] == 0:
            x = blurred(x, strengths["sigma"])
        if strengths := methods.get("small-norm"):
            x = kept_above(x, np.sqrt((x**2).sum(axis=-1)), strengths["percentile"])
        if strengths := methods.get("small-contribution"):
            x = kept_above(x, np.abs((x * raw).sum(axis=-1)), strengths["percentile"])
        if "clip" in methods:
            x = np.clip(x + MEAN, 0, 255) - MEAN


SETS = {
    "naive": NAIVE,
    "clip": NAIVE | {"clip": {}, "rms": {"size": 30}},
    "decay": NAIVE | {"decay": {"strength": 0.1}},
    "blur": NAIVE | {"blur": {"sigma": 0.8, "every": 2}, "clip": {}},
    "small norm": NAIVE | {"small-norm": {"percentile": 30}},
    "small contribution": NAIVE | {"small-contribution": {"percentile": 30}},
    "progress": {"noise": {}, "progress": {"gain": 0.5}},
    "progress, bounded": {"noise": {}, "progress": {"gain": 1e6, "largest_rate": 50}},
    "plain": {"noise": {}, "plain": {"rate": 0.5}},
    "blurred gradient": NAIVE | {"blurred-gradient": {"sigma_from": 0.5, "sigma_to": 2}},
    "recursion": NAIVE
    | {"blurred-gradient": {}, "recursion": {"rounds": 2, "sigma": 1.2}, "clip": {}},
    "everything": NAIVE
    | {"decay": {}, "blur": {"every": 2}, "small-norm": {}, "small-contribution": {}, "clip": {}},
}


@pytest.mark.parametrize("methods", SETS.values(), ids=SETS)
def test_ascent_is_what_numpy_computes(tiny, methods):
    made = recipe(methods, seed=3)
    frames, wanted = list(render(tiny, made)), list(by_hand(tiny.arrays(), made))
    assert len(frames) == len(wanted) == made.steps + 1
    for frame, (picture, score) in zip(frames, wanted, strict=True):
        difference = np.abs(frame.image.astype(int) - picture)
        assert (difference > 1).mean() < 5e-3, frame.step
        assert (difference > 0).mean() < 2e-2, frame.step
        assert frame.score == pytest.approx(score, rel=1e-2, abs=1e-2)


def spectrum_by_hand(arrays, made):
    """As `by_hand`, for a spectrum of decorrelated colors that Adam or equal steps move."""
    (height, width), methods = made.size, made.methods
    cycles = np.hypot(np.fft.fftfreq(height)[:, None], np.fft.rfftfreq(width)[None])
    scale = np.sqrt(height * width) / 4 / np.maximum(cycles, 1 / max(made.size))
    scale = scale ** methods["fourier"]["decay"]
    assert methods["fourier"]["decay"] == 1
    twice = np.full(width // 2 + 1, 2.0)
    twice[0] = 1
    twice[-1] -= width % 2 == 0
    colors = np.array([[0.26, 0.09, 0.02], [0.27, 0.0, -0.05], [0.27, -0.09, 0.03]])
    colors = (colors / np.linalg.norm(colors, axis=0).max()).T
    random = np.random.default_rng(made.seed)
    theta = random.standard_normal((2, 3, height, width // 2 + 1), dtype=np.float32)
    theta = theta.astype(np.float64) * methods["fourier"]["deviation"]
    mean = square = 0
    for step in range(made.steps + 1):
        spectrum = (theta[0] + 1j * theta[1]) * scale
        values = np.fft.irfft2(spectrum, made.size).transpose(1, 2, 0)
        share = 1 / (1 + np.exp(-values @ colors))
        picture = np.round(255 * share)
        score, slope = score_and_slope(arrays, picture, made.target.channel)
        yield picture, score
        slope = (slope * 255 * share * (1 - share)) @ colors.T
        back = np.fft.rfft2(slope.transpose(2, 0, 1)) * twice * scale / (height * width)
        gradient = np.stack([back.real, back.imag])
        if strengths := methods.get("rms"):
            theta = theta + strengths["size"] * gradient / np.sqrt((gradient**2).mean())
        else:
            mean, square = 0.9 * mean + 0.1 * gradient, 0.999 * square + 0.001 * gradient**2
            change = mean / (1 - 0.9 ** (step + 1))
            change /= np.sqrt(square / (1 - 0.999 ** (step + 1))) + 1e-8
            theta = theta + methods["adam"]["rate"] * change


@pytest.mark.parametrize("rule", [{"rms": {"size": 0.3}}, {"adam": {"rate": 0.05}}], ids=str)
@pytest.mark.parametrize("size", [(32, 36), (33, 35)])
def test_a_spectrums_ascent_is_what_numpy_computes(tiny, rule, size):
    methods = {"fourier": {"deviation": 0.3}, "decorrelated-color": {}} | rule
    made = recipe(methods, size=size, seed=3)
    wanted = spectrum_by_hand(tiny.arrays(), made)
    for frame, (picture, score) in zip(render(tiny, made), wanted, strict=True):
        difference = np.abs(frame.image.astype(int) - picture)
        assert (difference > 2).mean() < 1e-2, frame.step
        assert (difference > 1).mean() < 3e-2, frame.step
        assert frame.score == pytest.approx(score, rel=2e-2, abs=2e-2)


def test_the_first_picture_is_noise_on_the_mean_color(tiny):
    frame = next(render(tiny, recipe(size=64)))
    pixels = frame.image.reshape(-1, 3).astype(float)
    assert np.abs(pixels.mean(axis=0) - MEAN).max() < 2
    assert np.abs(pixels.std(axis=0) - 40).max() < 2


# ---- Frames


def test_a_frame_for_the_start_and_one_after_each_step(tiny):
    made = recipe(steps=4)
    frames = list(render(tiny, made))
    assert [frame.step for frame in frames] == [0, 1, 2, 3, 4]
    assert [frame.done for frame in frames] == [0, 1, 2, 3, 4]
    assert {frame.total for frame in frames} == {4}
    assert all(frame.recipe is made for frame in frames)
    assert all(f.image.shape == (32, 36, 3) and f.image.dtype == np.uint8 for f in frames)
    assert frames[-1].score > frames[0].score


@pytest.mark.parametrize("clips", [True, False])
def test_scores_are_those_of_the_pictures_shown(tiny, clips):
    methods = NAIVE | ({"clip": {}} if clips else {})
    for frame in render(tiny, recipe(methods, size=(33, 47))):
        score, _ = score_and_gradient(tiny, frame.image, Target("second", 1))
        assert frame.score == pytest.approx(score, rel=1e-6)


@pytest.mark.parametrize("name", ["report/naive", "report/1-clip", "report/d-laplacian-4"])
@pytest.mark.parametrize("layer", ["conv2_1", "conv4_1"])
def test_scores_are_those_of_keras(vgg, keras_vgg, name, layer):
    made = preset(name, Target(layer, 3), size=(64, 80), steps=3)
    frames = list(render(vgg, made))
    for frame in frames:
        canonical = made.target.layer
        score, _ = keras_vgg.score_and_gradient(frame.image, canonical, 3)
        assert frame.score == pytest.approx(score, rel=1e-4, abs=1e-4)
        ours, _ = score_and_gradient(vgg, frame.image, made.target)
        assert frame.score == pytest.approx(ours, rel=1e-5, abs=1e-5)
    assert frames[-1].step == made.steps and frames[-1].recipe == made


def test_the_last_picture_is_kept_unless_asked(tiny):
    for frame in render(tiny, recipe()):
        assert frame.kept is frame


def test_the_best_picture_is_kept_if_asked(tiny):
    """Steps so large that the score goes up and down."""
    methods = {"noise": {"deviation": 60}, "rms": {"size": 100}, "small-contribution": {}}
    made = recipe(methods, keep="best", steps=12, seed=5)
    frames = list(render(tiny, made))
    scores = [frame.score for frame in frames]
    assert scores != sorted(scores), "the score never fell, so this shows nothing"
    for i, frame in enumerate(frames):
        best = int(np.argmax(scores[: i + 1]))
        assert frame.kept.step == best and frame.kept.score == scores[best]
        assert np.array_equal(frame.kept.image, frames[best].image)


def test_who_stops_asking_has_stopped_it(tiny):
    """A render of very many steps gives its first frames at once, those of a short one."""
    long = list(itertools.islice(render(tiny, recipe(steps=10_000)), 3))
    short = list(itertools.islice(render(tiny, recipe(steps=5)), 3))
    for ours, theirs in zip(long, short, strict=True):
        assert np.array_equal(ours.image, theirs.image) and ours.score == theirs.score


def test_nothing_is_computed_that_nobody_asked_for(tiny, monkeypatch):
    steps, ascend = [], rendering._ascend

    def counted(*arguments):
        for frame in ascend(*arguments):
            steps.append(frame.step)
            yield frame

    monkeypatch.setattr(rendering, "_ascend", counted)
    frames = render(tiny, recipe())
    assert steps == []
    next(frames), next(frames)
    frames.close()
    assert steps == [0, 1]


def test_the_same_recipe_gives_the_same_bytes(tiny):
    one, two = (list(render(tiny, recipe(seed=4))) for _ in range(2))
    other = list(render(tiny, recipe(seed=5)))
    for left, right in zip(one, two, strict=True):
        assert left.image.tobytes() == right.image.tobytes() and left.score == right.score
    assert one[0].image.tobytes() != other[0].image.tobytes()


OVERFLOWING = {
    "noise": {"deviation": 40},
    "plain": {"rate": 100},
    "norm": {"power": 8, "strength": 1000},
}
"""The penalty's slope grows by the power of the distance, beyond all numbers within some steps."""


def test_an_overflow_ends_a_render_at_its_last_picture(tiny, sentence):
    frames = list(render(tiny, recipe(OVERFLOWING, steps=50)))
    *before, end = frames
    assert 0 < end.step < 49 and [frame.step for frame in before] == list(range(end.step + 1))
    assert all(np.isfinite(frame.score) for frame in frames)
    assert all(frame.ending is None for frame in before)
    sentence(end.ending)
    assert end.ending.startswith(
        f"Stopped at step {end.step} of 50: the numbers overflowed at step {end.step + 1}: choose "
    )
    assert end.score == before[-1].score and np.array_equal(end.image, before[-1].image)


def test_an_overflow_where_not_every_step_has_a_frame(tiny):
    frames = list(render(tiny, recipe(OVERFLOWING | {"jitter": {"reach": 3}}, steps=50)))
    assert "the numbers overflowed at step 8:" in frames[-1].ending
    assert [frame.step for frame in frames] == [0, 0]


def test_an_overflow_in_the_last_step(tiny):
    end = list(render(tiny, recipe(OVERFLOWING, steps=50)))[-1].step
    last = list(render(tiny, recipe(OVERFLOWING, steps=end + 1)))[-1]
    assert last.step == end and "overflowed" in last.ending


def test_the_best_picture_is_kept_after_an_overflow_too(tiny):
    end = list(render(tiny, recipe(OVERFLOWING, steps=50, keep="best")))[-1]
    assert end.kept.score == max(f.score for f in render(tiny, recipe(OVERFLOWING, steps=50)))


def test_who_overflows_does_not_end_the_others(tiny):
    calm, wild = recipe(steps=50), recipe(OVERFLOWING, steps=50)
    *_, (left, right) = render_together(tiny, [wild, calm])
    assert "overflowed" in left.ending and right.ending == "All 50 steps are done."
    alone = list(render(tiny, calm))[-1]
    assert right.score == alone.score and np.array_equal(right.image, alone.image)


def test_an_overflow_at_the_start_is_said(tiny, refused):
    class Broken(type(tiny)):
        def unit_map(self, image, layer, channel):
            return super().unit_map(image, layer, channel) * float("nan")

    with refused("overflowed at step 0"):
        list(render(Broken(), recipe()))
    with refused("Recipe 1, two, channel 1: The numbers overflowed at step 0"):
        list(render_together(Broken(), [recipe(), recipe(seed=1)]))


@pytest.mark.parametrize("base", ["best", "report/naive"])
@pytest.mark.parametrize("name", METHODS)
def test_every_method_is_drawn_with_a_spectrum_and_with_pixels_or_refused(tiny, name, base):
    target, added = Target("second", 1), {name: {}}
    with suppress(Clash):
        made = preset(base, target, network="tiny", size=32, steps=2, methods=added)
        *_, last = render(tiny, made)
        assert name in made.methods and last.step == 2


# ---- Tracing


@pytest.fixture
def compiled(monkeypatch):
    """Every compiled step that a render used."""
    found, original = [], stepping.compiled

    def spy(*key):
        found.append(original(*key))
        return found[-1]

    monkeypatch.setattr(stepping, "compiled", spy)
    return found


def test_one_trace_serves_all_that_differ_in_numbers(tiny, compiled):
    methods = NAIVE | {"decay": {}, "blur": {}, "small-norm": {}, "recursion": {}, "clip": {}}
    list(render(tiny, recipe(methods)))
    for channel in range(5):
        list(render(tiny, recipe(methods, Target("second", channel), seed=channel)))
    for method, changes in {
        "rms": {"size": 9},
        "decay": {"strength": 0.5},
        "blur": {"sigma": 3, "every": 2},
        "small-norm": {"percentile": 60},
        "recursion": {"rounds": 3, "sigma": 2.5},
    }.items():
        list(render(tiny, recipe(methods | {method: changes})))
    list(render(tiny, recipe(methods, steps=2, keep="best")))
    list(render(tiny, recipe(methods, start=PhotoStart("cat"))))
    assert len({id(pair) for pair in compiled}) == 1
    assert compiled[0].advance.experimental_get_tracing_count() == 1
    assert compiled[0].finish.experimental_get_tracing_count() == 1


def test_one_trace_serves_all_neurons(tiny, compiled):
    for position in ((0, 0), (3, 7), "center"):
        list(render(tiny, recipe(target=Target("second", 2, position), steps=1)))
    assert len({id(pair) for pair in compiled}) == 1
    assert compiled[0].advance.experimental_get_tracing_count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"size": (36, 32)},
        {"target": Target("first", 1)},
        {"target": Target("second", 1, "center")},
        {"target": Target("second", 1, after_relu=True)},
        {"methods": NAIVE | {"laplacian": {"splits": 3}}},
        {"methods": NAIVE | {"laplacian": {"splits": 2}, "clip": {}}},
    ],
    ids=str,
)
def test_another_computation_is_another_trace(tiny, compiled, changes):
    methods = NAIVE | {"laplacian": {"splits": 2}}
    list(render(tiny, recipe(methods, steps=1)))
    first = compiled[0]
    list(render(tiny, recipe(**{"methods": methods, "steps": 1} | changes)))
    assert compiled[-1] is not first


def test_one_trace_serves_many_channels_of_vgg16(vgg, compiled):
    for channel in (0, 1, 100, 255):
        list(render(vgg, preset("report/naive", Target("conv3_1", channel), size=32, steps=1)))
    assert len({id(pair) for pair in compiled}) == 1
    assert compiled[0].advance.experimental_get_tracing_count() == 1


# ---- Starts


def test_start_from_a_photo(tiny):
    made = recipe({"rms": {}}, start=PhotoStart("cat"), size=(40, 56))
    first = next(render(tiny, made))
    assert np.array_equal(first.image, sample_photo("cat").fitted((40, 56)))


def test_noise_is_added_to_a_photo(tiny):
    made = recipe({"rms": {}, "noise": {"deviation": 5}}, start=PhotoStart("cat"), size=64, seed=2)
    first = next(render(tiny, made)).image.astype(float)
    noise = 5 * np.random.default_rng(2).standard_normal((64, 64, 3), np.float32)
    wanted = np.clip(sample_photo("cat").fitted((64, 64)) + noise, 0, 255)
    assert np.abs(first - wanted).max() <= 0.51


def test_start_from_a_persons_own_photo(tiny, refused):
    photo = Photo("sha256:" + "a" * 64, np.full((50, 40, 3), 77, np.uint8))
    other = Photo("sha256:" + "b" * 64, np.full((50, 40, 3), 78, np.uint8))
    made = recipe({"rms": {}}, start=PhotoStart(photo.name))
    assert np.all(next(render(tiny, made, photo)).image == 77)
    with refused("own photo.*was not given"):
        next(render(tiny, made))
    with refused("own photo.*another photo was given"):
        next(render(tiny, made, other))
    with refused("own photo.*another photo was given"):
        next(render(tiny, made, sample_photo("cat")))


@pytest.mark.parametrize("sample", list(SAMPLES))
def test_every_photo_of_a_blend_is_needed(tiny, refused, sample):
    """A sample and a person's own: the sample being there does not give the other."""
    own = recipe({"rms": {}}, start=PhotoStart("sha256:" + "c" * 64))
    made = blend((1.0, recipe({"rms": {}}, start=PhotoStart(sample))), (1.0, own), steps=0)
    with refused("own photo"):
        list(render(tiny, made))


@pytest.mark.parametrize("letter", "abcdef")
def test_two_photos_are_never_mixed_up(tiny, refused, letter):
    """A blend of pictures from two people's photos, when only one of them is given."""
    given = Photo("sha256:" + letter * 64, np.full((50, 40, 3), 77, np.uint8))
    parts = (given.name, "sha256:" + "0" * 64)
    for names in (parts, parts[::-1]):
        parents = [recipe({"rms": {}}, start=PhotoStart(name)) for name in names]
        made = blend(*((1.0, parent) for parent in parents), steps=0)
        with refused("photo"):
            list(render(tiny, made, given))


# ---- Blends


@pytest.mark.parametrize("weights", [(0.5, 0.5), (1, 3), (2.0, 0.1)])
def test_an_overlay_is_the_weighted_mean_of_its_parents(tiny, weights):
    parents = [recipe(seed=1), recipe(seed=2, steps=3)]
    images = [list(render(tiny, parent))[-1].image.astype(float) for parent in parents]
    frames = list(render(tiny, blend(*zip(weights, parents, strict=True), steps=0)))
    assert len(frames) == 6 + 4 + 1
    wanted = sum(w * image for w, image in zip(weights, images, strict=True)) / sum(weights)
    assert np.abs(frames[-1].image - wanted).max() <= 0.501
    score, _ = score_and_gradient(tiny, frames[-1].image, Target("second", 1))
    assert frames[-1].score == pytest.approx(score, rel=1e-6)


@pytest.mark.parametrize("weight", [0, -1, 1e308, float("nan"), float("inf"), "1"])
def test_a_weight_that_cannot_be_added_up_is_refused(tiny, weight, refused):
    with refused("weight in a blend"):
        blend((weight, recipe()), (1.0, recipe(seed=1)), steps=0)


def test_a_child_goes_on_from_its_parent(tiny):
    """A parent of three steps and a child of two are one ascent of five, when it clips."""
    methods = NAIVE | {"clip": {}}
    whole = list(render(tiny, recipe(methods, steps=5)))
    parent = recipe(methods, steps=3)
    frames = list(render(tiny, blend((1.0, parent), methods={"rms": {"size": 6}, "clip": {}})))
    assert np.array_equal(frames[4].image, frames[3].image)
    assert np.array_equal(frames[3].image, whole[3].image)
    assert [frame.recipe is parent for frame in frames[:4]] == [True] * 4
    assert [frame.done for frame in frames] == [0, 1, 2, 3, 3, 4, 5, 6, 7, 8]
    assert {frame.total for frame in frames} == {8}


def test_the_kept_picture_of_a_child_stands_in_the_whole_lineage(tiny):
    parent = recipe({"noise": {}, "rms": {}, "clip": {}}, steps=3)
    methods = {"noise": {"deviation": 60}, "rms": {"size": 100}, "small-contribution": {}}
    child = blend((1.0, parent), methods=methods, keep="best", steps=8, seed=5)
    *_, last = render(tiny, child)
    assert last.kept.step < last.step, "else there is nothing to see here"
    assert last.kept.done == 3 + last.kept.step
    assert (last.kept.total, last.kept.recipe) == (11, child)


def test_a_child_starts_from_the_picture_its_parent_keeps(tiny):
    methods = {"noise": {"deviation": 60}, "rms": {"size": 100}, "small-contribution": {}}
    scores = [frame.score for frame in render(tiny, recipe(methods, steps=40, seed=5))]
    steps = next(i for i in range(1, 41) if scores[i] < max(scores[:i]))
    parent = recipe(methods, keep="best", steps=steps, seed=5)
    last = list(render(tiny, parent))[-1]
    assert last.kept.step < steps
    assert np.array_equal(
        list(render(tiny, blend((1.0, parent), steps=0)))[-1].image, last.kept.image
    )


# ---- Together


@pytest.fixture
def ascents(monkeypatch):
    """The recipes that were really computed."""
    found, ascend = [], rendering._ascend

    def spy(network, made, *rest):
        found.append(made)
        return ascend(network, made, *rest)

    monkeypatch.setattr(rendering, "_ascend", spy)
    return found


FAMILY = ["report/d-laplacian-4", "report/e-laplacian-5", "report/f-laplacian-4+5"]


def test_what_several_start_from_is_computed_once(tiny, ascents):
    made = [preset(name, Target("second", 1), network="tiny", size=32, steps=4) for name in FAMILY]
    *_, last = render_together(tiny, made)
    assert len(ascents) == len(set(ascents)) == 4
    alone = [list(render(tiny, one))[-1] for one in made]
    for together, single in zip(last, alone, strict=True):
        assert together.recipe == single.recipe and together.score == single.score
        assert np.array_equal(together.image, single.image)


def test_a_shared_parent_is_computed_once_within_a_render(tiny, ascents):
    made = preset("report/f-laplacian-4+5", Target("second", 1), network="tiny", size=32, steps=2)
    list(render(tiny, made))
    assert len(ascents) == 4


def test_several_advance_in_lockstep(tiny):
    made = [recipe(steps=5), recipe(steps=2, seed=1), recipe(steps=5, seed=2)]
    moments = list(render_together(tiny, made))
    steps = [tuple(frame.step for frame in moment) for moment in moments]
    assert steps == [(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 2, 3), (4, 2, 4), (5, 2, 5)]
    for moment in moments:
        assert [frame.recipe for frame in moment] == made
    for frame, one in zip(moments[-1], made, strict=True):
        assert np.array_equal(frame.image, list(render(tiny, one))[-1].image)


def test_children_of_one_parent_advance_in_lockstep(tiny):
    made = [
        preset(name, Target("second", 1), network="tiny", size=32, steps=3) for name in FAMILY[:2]
    ]
    for left, right in render_together(tiny, made):
        assert (left.step, left.done) == (right.step, right.done)


def test_equal_recipes_share_one_ascent(tiny, ascents):
    moments = list(render_together(tiny, [recipe(), recipe()]))
    assert len(ascents) == 1 and len(moments) == 6
    assert all(left.step == right.step for left, right in moments)


# ---- What the network sees is not what is shown


SPECTRUM = {"fourier": {"deviation": 0.1}, "decorrelated-color": {}, "adam": {"rate": 0.05}}
JITTERED = SPECTRUM | {"jitter": {"reach": 3}, "scale": {}, "rotation": {}}
COARSE = SPECTRUM | {"coarse-to-fine": {"smallest": 50, "until": 50, "stages": 1}}
BLIND = {
    "pixels": NAIVE | {"jitter": {"reach": 3}, "clip": {}},
    "spectrum": JITTERED,
    "crops": {"maco": {}, "nadam": {}, "crops": {"count": 2}, "grain": {}},
    "penalties": JITTERED | {"pad": {"width": 4}, "total-variation": {}, "norm": {"power": 6}},
}


@pytest.mark.parametrize("methods", BLIND.values(), ids=BLIND)
def test_frames_come_every_so_many_steps_and_at_the_end(tiny, methods):
    made = recipe(methods, steps=20)
    frames = list(render(tiny, made))
    assert [frame.step for frame in frames] == [0, 8, 16, 20]
    assert [frame.ending for frame in frames] == [None] * 3 + ["All 20 steps are done."]
    for frame in frames:
        score, _ = score_and_gradient(tiny, frame.image, Target("second", 1))
        assert frame.score == pytest.approx(score, rel=1e-6)
    assert frames[-1].score > frames[0].score
    assert np.abs(frames[-1].image.astype(int) - frames[0].image).mean() > 1


def test_moments_without_a_frame_are_none(tiny):
    found = list(rendering.moments(tiny, recipe(JITTERED, steps=11)))
    assert [i for i, frame in enumerate(found) if frame] == [0, 8, 11]


@pytest.mark.parametrize("methods", BLIND.values(), ids=BLIND)
def test_views_are_seeded(tiny, methods):
    one, two = (list(render(tiny, recipe(methods, seed=4, steps=9))) for _ in range(2))
    for left, right in zip(one, two, strict=True):
        assert left.image.tobytes() == right.image.tobytes() and left.score == right.score


def test_the_seed_of_the_views_is_the_recipes(tiny):
    """From a photo, without noise, only the views differ."""
    methods = NAIVE | {"noise": {"deviation": 0}, "jitter": {"reach": 8}}
    start = PhotoStart("cat")
    ends = [list(render(tiny, recipe(methods, start=start, seed=seed)))[-1] for seed in (1, 2)]
    assert ends[0].image.tobytes() != ends[1].image.tobytes()


def test_coarse_to_fine_shows_the_whole_picture_and_every_step_of_the_whole_size(tiny):
    frames = list(render(tiny, recipe(COARSE, steps=20, size=(96, 100))))
    assert [frame.step for frame in frames] == [0, 8, *range(10, 21)]
    for frame in frames:
        assert frame.image.shape == (96, 100, 3)
        score, _ = score_and_gradient(tiny, frame.image, Target("second", 1))
        assert frame.score == pytest.approx(score, rel=1e-6)
    assert frames[2].score > frames[0].score, "the small picture's steps brought nothing"


def test_coarse_steps_draw_no_fine_detail(tiny):
    """A spectrum's frequencies that the small picture does not have stay as they were."""
    made = recipe(COARSE, steps=20, size=96)
    start, _, coarse = list(itertools.islice(render(tiny, made), 3))
    assert coarse.step == 10

    def spectrum(frame):
        share = np.clip(frame.image / 255, 1e-3, 1 - 1e-3)
        return np.fft.fft2(np.log(share / (1 - share)), axes=(0, 1))

    changed = np.abs(spectrum(coarse) - spectrum(start)).sum(axis=-1)
    rows = np.abs(np.fft.fftfreq(96))
    fine = (rows[:, None] > 0.26) | (rows[None] > 0.26)
    assert changed[fine].max() < 0.2 * changed[~fine].max()
    assert np.median(changed[fine]) < 0.1 * np.median(changed[~fine])


@pytest.mark.parametrize("position", [(30, 10), (5, 40)])
def test_a_neuron_is_drawn_at_its_place_from_coarse_to_fine(tiny, position):
    methods = {"rms": {}, "coarse-to-fine": {"smallest": 50, "until": 50, "stages": 1}}
    made = recipe(methods, Target("second", 1, position), steps=8, size=96)
    frames = list(render(tiny, made))
    assert frames[1].step == 4 and frames[-1].score > frames[0].score
    for frame in frames[1:]:
        changed = np.abs(frame.image.astype(int) - frames[0].image).sum(axis=-1)
        middle = [np.average(np.arange(96), weights=changed.sum(axis=axis)) for axis in (1, 0)]
        assert np.abs(np.array(middle) - (2 * np.array(position) + 0.5)).max() < 3
        assert (changed > 0).mean() < 0.05


@pytest.mark.parametrize("name", ["pad", "crops"])
@pytest.mark.parametrize("target", [Target("second", 1, "center"), Target("second", photo="cat")])
def test_targets_that_need_the_whole_picture(tiny, name, target, refused):
    with refused(f"{name} does not go with a {target.kind}"):
        recipe(NAIVE | {name: {}}, target)
    with refused(f"{name} does not go with a {target.kind}"):
        recipe(NAIVE | {name: {}}, Target("second", 1, also=(target,)))


def test_several_pictures_that_would_be_the_same_are_refused(tiny, refused):
    same = recipe(methods={"rms": {}, "jitter": {}, "diversity": {"pictures": 2}})
    for each in (same, recipe(start=Blend(((1.0, same),)))):
        with refused("or all would be the same: switch on noise too"):
            list(render(tiny, each))
    differ = same.changed(methods={**same.methods, "noise": {"deviation": 5}})
    *_, frame = render(tiny, differ)
    first, second = frame.pictures
    assert not np.array_equal(first, second)


def test_a_size_that_only_the_view_has_is_refused(tiny, monkeypatch, refused):
    """As that of a class of a network with a fixed input."""

    def require(layer, size, what):
        if size != (96, 96):
            raise rendering.InputError("No.")

    monkeypatch.setattr(tiny, "require", require)
    rendering.check(tiny, recipe(size=96))
    for methods, side in (({"coarse-to-fine": {"smallest": 60}}, 58), ({"pad": {"width": 5}}, 106)):
        with refused(f"sees {side}×{side} pixels, a size at which two, channel 1 cannot"):
            rendering.check(tiny, recipe(NAIVE | methods, size=96))


# ---- Several pictures


def several(**strengths):
    return recipe(SPECTRUM | {"diversity": {"strength": 5} | strengths}, steps=20)


def test_diversity_draws_several_pictures_each_with_its_score(tiny):
    frames = list(render(tiny, several(pictures=3)))
    for frame in frames:
        assert frame.pictures.shape == (3, 32, 36, 3) and len(frame.scores) == 3
        for score, picture in zip(frame.scores, frame.pictures, strict=True):
            wanted, _ = score_and_gradient(tiny, picture, Target("second", 1))
            assert score == pytest.approx(wanted, rel=1e-5)
        assert frame.score == pytest.approx(np.mean(frame.scores))
        assert frame.image.shape == (2 * 32 + 4, 2 * 36 + 4, 3)
        assert np.array_equal(frame.image[:32, :36], frame.pictures[0])
        assert np.array_equal(frame.image[36:, :36], frame.pictures[2])
    for one, other in itertools.combinations(frames[-1].pictures.astype(int), 2):
        assert np.abs(one - other).mean() > 2


def test_diversity_makes_pictures_less_alike(tiny):
    from explorer.measures import mean_likeness

    ends = [list(render(tiny, several(strength=strength)))[-1] for strength in (0, 50)]
    without, with_it = (
        mean_likeness(tiny, Target("second", 1).resolved(tiny, (32, 36)), end.pictures)
        for end in ends
    )
    assert with_it < without - 0.02


def test_diversity_counts_the_crops_of_a_picture_as_one(tiny):
    """With a strength of 0, as many crops and pictures as they are change no picture."""
    methods = {"maco": {}, "nadam": {}, "crops": {"count": 2}}
    both = recipe(methods | {"diversity": {"pictures": 2, "strength": 1000}}, steps=16)
    last = list(render(tiny, both))[-1]
    none = recipe(methods | {"diversity": {"pictures": 2, "strength": 0}}, steps=16)
    from explorer.measures import mean_likeness

    target = Target("second", 1).resolved(tiny, (32, 36))
    found = mean_likeness(tiny, target, last.pictures)
    assert found < mean_likeness(tiny, target, list(render(tiny, none))[-1].pictures)


def test_the_first_of_several_is_the_single_picture_when_diversity_costs_nothing(tiny):
    single = list(render(tiny, recipe(SPECTRUM, steps=6)))[-1]
    first = list(render(tiny, several(strength=0).changed(steps=6)))[-1]
    assert np.abs(first.pictures[0].astype(int) - single.image).max() <= 2


PIXELS = {"noise": {"deviation": 40}, "plain": {"rate": 20}}


@pytest.mark.parametrize(
    "methods",
    [
        SPECTRUM,
        PIXELS | {"small-contribution": {"percentile": 50}},
        PIXELS | {"recursion": {"rounds": 2, "sigma": 0.5, "blend": 50}},
        {"noise": {"deviation": 40}, "rms": {"size": 10}},
        {"noise": {"deviation": 40}, "progress": {"gain": 0.05}},
    ],
    ids=["spectrum", "its own gradient", "its own start", "its own size", "its own gain"],
)
def test_each_of_several_is_its_seeds_picture_when_diversity_costs_nothing(tiny, methods):
    together = recipe(methods | {"diversity": {"pictures": 3, "strength": 0}}, steps=6)
    for seed, picture in enumerate(list(render(tiny, together))[-1].pictures):
        alone = list(render(tiny, recipe(methods, steps=6, seed=seed)))[-1].image
        difference = np.abs(picture.astype(int) - alone)
        assert np.median(difference) == 0
        assert (difference > 2).mean() < 5e-3


# ---- Rounds of other sizes, and the start that comes back


def test_rounds_that_see_less_differ_and_end_with_the_whole(tiny):
    """The network sees the first round small; frames of the last one come at every step."""
    rounds = {"rounds": 2, "sigma": 0.0, "rescale": 50, "blend": 0}
    made = recipe(NAIVE | {"recursion": rounds}, size=120, steps=8)
    frames = list(render(tiny, made))
    assert [frame.step for frame in frames] == [0, 4, 5, 6, 7, 8]
    whole = recipe(NAIVE | {"recursion": rounds | {"rescale": 100}}, size=120, steps=8)
    assert not np.array_equal(frames[-1].image, list(render(tiny, whole))[-1].image)


def test_a_round_begun_with_the_start_alone_forgets_the_rounds_before(tiny):
    rounds = {"rounds": 2, "sigma": 0.0, "rescale": 100, "blend": 100}
    twice = list(render(tiny, recipe(NAIVE | {"recursion": rounds}, steps=8)))[-1]
    once = list(render(tiny, recipe(NAIVE | {"recursion": rounds | {"rounds": 1}}, steps=4)))[-1]
    assert np.abs(twice.image.astype(int) - once.image).max() <= 1


def test_several_pictures_from_a_photo_differ_or_are_refused(tiny, refused):
    several = {"maco": {}, "nadam": {}, "diversity": {"pictures": 2}}
    *_, end = render(tiny, recipe(several))
    assert not np.array_equal(*end.pictures)
    with refused("diversity needs a method by which its pictures differ"):
        list(render(tiny, recipe(several, start=PhotoStart("cat"))))
    *_, end = render(tiny, recipe(several | {"crops": {}}, start=PhotoStart("cat")))
    assert not np.array_equal(*end.pictures)


# ---- Endings


def test_a_plateau_ends_a_render_with_a_sentence(tiny, sentence):
    """Steps so small that nothing rises."""
    methods = NAIVE | {"rms": {"size": 0.01}, "plateau": {"patience": 5, "gain": 10}}
    frames = list(render(tiny, recipe(methods, steps=50)))
    assert [frame.step for frame in frames] == list(range(6))
    assert all(frame.ending is None for frame in frames[:-1])
    sentence(frames[-1].ending)
    assert frames[-1].ending == (
        "Stopped at step 5 of 50: the best score rose by less than 10 % in 5 steps."
    )


def test_who_rises_is_not_ended(tiny):
    methods = NAIVE | {"plateau": {"patience": 5, "gain": 0.1}}
    frames = list(render(tiny, recipe(methods, steps=12)))
    assert frames[-1].step == 12 and frames[-1].ending == "All 12 steps are done."


def test_a_child_goes_on_from_a_parent_that_ended_early(tiny):
    methods = NAIVE | {"rms": {"size": 0.01}, "plateau": {"patience": 5, "gain": 10}}
    parent = recipe(methods, steps=50)
    frames = list(render(tiny, blend((1.0, parent), steps=2)))
    assert [frame.done for frame in frames] == [*range(6), 50, 51, 52]
    assert np.array_equal(frames[6].image, frames[5].image)


@pytest.mark.parametrize(
    "methods", [JITTERED, COARSE, OVERFLOWING], ids=["jittered", "coarse", "overflowing"]
)
def test_every_stop_can_be_made_again(tiny, methods):
    """What a picture's note says is enough to come to the same frame."""
    from explorer.notes import picture_png, read_picture, stop_of

    made = recipe(methods | {"plateau": {"patience": 10, "gain": 0}}, steps=20, size=96)
    for frame in render(tiny, made):
        again, stop = read_picture(picture_png(made, frame))
        assert again == made and (stop is None) == bool(frame.ending)
        wanted = next(
            f for f in render(tiny, again) if stop_of(again, f) == stop and (stop or f.ending)
        )
        assert wanted.step == frame.step and np.array_equal(wanted.image, frame.image)


# ---- Photos as targets


def test_a_photo_as_target(tiny):
    made = recipe(SPECTRUM, Target("second", photo="cat"), steps=12)
    frames = list(render(tiny, made))
    assert made.photos == ("cat",) and frames[-1].score > 1.05 * frames[0].score
    score, _ = score_and_gradient(tiny, frames[-1].image, made.target)
    assert frames[-1].score == pytest.approx(score, rel=1e-5)


def test_a_persons_own_photo_as_target_must_be_given(tiny, refused):
    pixels = np.random.default_rng(0).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    photo = Photo("sha256:" + "a" * 64, pixels)
    made = recipe(COARSE, Target("second", photo=photo.name), size=96)
    with refused("own photo.*was not given"):
        rendering.check(tiny, made)
    with refused("own photo.*another photo was given"):
        next(render(tiny, made, sample_photo("cat")))
    frames = list(render(tiny, made, photo))
    score, _ = score_and_gradient(tiny, frames[-1].image, made.target, photo)
    assert frames[-1].score == pytest.approx(score, rel=1e-5)


def test_several_targets_weighed(tiny):
    target = Target("second", 1, also=(Target("second", 2, weight=-3),))
    first, *_, last = render(tiny, recipe(SPECTRUM, target, steps=20))
    for frame in (first, last):
        one, other = (score_and_gradient(tiny, frame.image, Target("second", c))[0] for c in (1, 2))
        assert frame.score == pytest.approx(one - 3 * other, rel=1e-4)
    held = score_and_gradient(tiny, first.image, Target("second", 2))[0]
    assert score_and_gradient(tiny, last.image, Target("second", 2))[0] < held
    assert last.score > first.score


# ---- The real thing


@pytest.mark.parametrize(("layer", "channel"), [("conv5_1", 11), ("conv5_3", 1)])
@pytest.mark.parametrize("name", ["report/naive", "report/4-small-norm"])
def test_channels_that_other_tools_leave_gray_give_pictures(vgg, layer, channel, name):
    made = preset(name, Target(layer, channel), size=96, steps=15)
    frames = list(render(vgg, made))
    scores = [frame.score for frame in frames]
    assert scores[-1] > max(0, scores[0] + 1)
    assert np.mean(np.diff(scores) > 0) > 0.6
    assert frames[-1].image.std() > 10
    assert len(np.unique(frames[-1].image.reshape(-1, 3), axis=0)) > 500


@pytest.mark.slow
def test_every_regularization_changes_the_picture(vgg):
    names = [name for name in PRESETS if name.startswith("report/")][:5]
    made = [preset(name, Target("conv3_1", 1), size=48, steps=12) for name in names]
    *_, last = render_together(vgg, made)
    for before, after in itertools.pairwise(last):
        assert np.abs(before.image.astype(int) - after.image).mean() > 1


@pytest.mark.parametrize(
    ("layer", "size"), [("pool5", (32, 32)), ("conv1_2", (32, 1024)), ("conv1_2", (1024, 33))]
)
def test_smallest_and_largest_sizes(vgg, layer, size):
    made = preset("report/4-small-norm", Target(layer, 1), size=size, steps=1)
    assert list(render(vgg, made))[-1].image.shape == (*size, 3)


# ---- Of another network


def test_a_recipe_is_rendered_by_its_own_network_only(tiny, vgg, refused):
    """Else a picture's note would name a network that did not draw it."""
    with refused("one for tiny, not for vgg16"):
        next(render(vgg, recipe()))
    with refused("one for tiny, not for vgg16"):
        next(render_together(vgg, [recipe()]))


# ---- Errors


def test_an_error_of_a_step_is_everybodys(tiny, monkeypatch):
    """Who shares an ascent that failed gets the error, not the picture that it came to."""
    child, pool = blend((1.0, recipe()), steps=2), {}  # which never comes to fail itself
    original = rendering.step_of

    def failing(network, made, step):
        if step == 2:
            raise ValueError("no more")
        return original(network, made, step)

    monkeypatch.setattr(rendering, "step_of", failing)
    for _ in range(2):
        with pytest.raises(ValueError, match="no more"):
            list(render(tiny, child, pool=pool))


@pytest.mark.parametrize(
    ("values", "words"),
    [
        (lambda tiny: ("tiny", recipe()), "A render needs a network"),
        (lambda tiny: (recipe(), tiny), "A render needs a network"),
        (lambda tiny: (tiny, recipe().target), "A render needs a network"),
        (lambda tiny: (tiny, recipe(), "cat.jpg"), "The photo must be one"),
    ],
)
def test_what_is_no_render_is_refused(tiny, values, words, refused):
    with refused(words):
        list(render(*values(tiny)))


def test_nobody_can_write_into_what_others_start_from(tiny):
    """Frames share their pictures with the best so far and with what starts from them."""
    recipe = preset("report/d-laplacian-4", Target("second", 1), network="tiny", size=32, steps=2)
    for frame in render(tiny, recipe):
        with pytest.raises(ValueError, match="read-only"):
            frame.image[:] = 0
