"""The compiled step: what it starts from, at which sizes it looks, and what is traced anew."""

import importlib

import numpy as np
import pytest

from explorer.excitation import numbers_of, score_and_gradient
from explorer.images import Photo, sample_photo
from explorer.parametrizations import SPECTRA
from explorer.recipe import Blend, PhotoStart, Recipe
from explorer.render import render
from explorer.step import memories, pictures, seen_pixels, start_of, step_of, views_of
from explorer.targets import Target

stepping = importlib.import_module("explorer.step")
MEAN = np.array([120.0, 110.0, 100.0])


def recipe(methods, target=None, **changes):
    values = {"network": "tiny", "steps": 5, "size": (32, 36), "methods": methods} | changes
    return Recipe(target or Target("second", 1), **values)


def first(network, made, photo=None):
    return next(render(network, made, photo)).pictures


# ---- The start


@pytest.mark.parametrize("decorrelated", [{}, {"decorrelated-color": {}}], ids=["plain", "own"])
def test_a_spectrum_starts_as_gray(tiny, decorrelated):
    made = recipe({"fourier": {"deviation": 0}, "adam": {}} | decorrelated)
    assert np.abs(first(tiny, made) - 127.5).max() < 0.6
    assert start_of(tiny, made, None, {}).shape == (1, 2, 3, 32, 19)


def test_a_phase_starts_as_noise_with_a_photos_amplitudes(tiny):
    made = recipe({"maco": {}, "nadam": {}, "decorrelated-color": {}}, size=64)
    assert start_of(tiny, made, None, {}).shape == (1, 3, 64, 33)
    picture = first(tiny, made)[0].astype(float)
    other = first(tiny, made.changed(seed=1))[0].astype(float)
    assert picture.std() > 20 and abs(np.corrcoef(picture.ravel(), other.ravel())[0, 1]) < 0.3


@pytest.mark.parametrize(
    "methods",
    [
        {"rms": {}},
        {"rms": {}, "decorrelated-color": {}},
        {"fourier": {"deviation": 0}, "adam": {}},
        {"fourier": {"deviation": 0}, "decorrelated-color": {}, "adam": {}},
    ],
    ids=lambda methods: " ".join(methods),
)
@pytest.mark.parametrize("size", [(32, 36), (45, 33)])
def test_every_parametrization_starts_from_a_photo(tiny, methods, size):
    photo = np.clip(sample_photo("cat").fitted(size), 6, 249).astype(int)
    own = Photo("sha256:" + "a" * 64, photo.astype(np.uint8))
    found = first(tiny, recipe(methods, start=PhotoStart(own.name), size=size), own)
    assert np.abs(found - photo).max() <= 1


def test_a_phase_keeps_the_shapes_of_a_photo(tiny):
    methods = {"maco": {}, "decorrelated-color": {}, "nadam": {}}
    found = first(tiny, recipe(methods, start=PhotoStart("cat"), size=64))[0]
    photo = sample_photo("cat").fitted((64, 64))
    assert np.corrcoef(found.mean(axis=-1).ravel(), photo.mean(axis=-1).ravel())[0, 1] > 0.4


def test_a_spectrum_goes_on_from_another_recipes_picture(tiny):
    parent = recipe({"noise": {}, "rms": {}, "clip": {}})
    methods = {"fourier": {"deviation": 0}, "adam": {}}
    frames = list(render(tiny, recipe(methods, start=Blend(((1.0, parent),)))))
    assert np.abs(frames[6].image.astype(int) - frames[5].image).max() <= 1


def test_several_pictures_start_from_seeds_of_their_own(tiny):
    methods = {"fourier": {"deviation": 0.2}, "adam": {}}
    made = recipe(methods | {"diversity": {"pictures": 3}}, seed=2**32 - 2)
    assert pictures(made) == 3 and pictures(recipe(methods)) == 1
    starts = start_of(tiny, made, None, {})
    for start, seed in zip(starts, (2**32 - 2, 2**32 - 1, 0), strict=True):
        alone = start_of(tiny, recipe(methods, seed=seed), None, {})
        assert np.array_equal(start, alone[0])


# ---- Views


def test_views(tiny):
    coarse = {"coarse-to-fine": {"smallest": 50, "until": 50, "stages": 1}}
    assert views_of(recipe({"rms": {}})) == {(32, 36)}
    assert views_of(recipe({"rms": {}} | coarse, size=96)) == {(48, 48), (96, 96)}
    assert views_of(recipe({"rms": {}, "pad": {"width": 3}})) == {(32, 36), (38, 42)}
    both = recipe({"rms": {}, "pad": {"width": 3}} | coarse, size=96)
    assert views_of(both) == {(48, 48), (96, 96), (54, 54), (102, 102)}


def test_the_step_looks_at_the_size_of_its_stage(tiny):
    made = recipe({"rms": {}, "coarse-to-fine": {"smallest": 50, "stages": 2}}, size=128, steps=10)
    found = [step_of(tiny, made, step) for step in range(10)]
    assert [step.view[0] for step in found] == [64] * 3 + [91] * 3 + [128] * 4
    assert [step.shows for step in found] == [False] * 6 + [True] * 4
    assert len({id(step) for step in found}) == 3


def test_memories(tiny):
    rules = {"rms": 0, "progress": 0, "plain": 0, "adam": 2, "nadam": 2, "rmsprop": 1}
    assert {name: memories(recipe({name: {}})) for name in rules} == rules


# ---- One step


def one_step(tiny, methods, **changes):
    """What one step adds to the picture, before rounding, with all else switched off."""
    import tensorflow as tf

    made = recipe({"plain": {"rate": 1.0}} | methods, steps=1, **changes)
    x = tf.constant(start_of(tiny, made, None, {}))
    step = step_of(tiny, made, 0)
    numbers = numbers_of(tiny, made.target, made.size, step.view)
    state = (x, (), x, numbers, tf.constant(0, tf.int64), *map(tf.constant, (0, 1, 1)))
    moved, *_ = step.advance(*state, stepping.strengths_of(made))
    return (moved - x)[0].numpy() / (32 * 36), x[0].numpy() + MEAN


def test_total_variation_and_norm_pull_against_the_score(tiny):
    plain, image = one_step(tiny, {"noise": {"deviation": 30}})
    _, gradient = score_and_gradient(tiny, image, Target("second", 1))
    assert np.allclose(plain, gradient, atol=1e-6)
    smoothed, _ = one_step(tiny, {"noise": {"deviation": 30}, "total-variation": {"strength": 5}})
    pull = np.zeros_like(image)
    down, right = np.sign(np.diff(image, axis=0)), np.sign(np.diff(image, axis=1))
    pull[1:] += down
    pull[:-1] -= down
    pull[:, 1:] += right
    pull[:, :-1] -= right
    assert np.allclose(plain - smoothed, 5 * pull / image.size, atol=1e-6)
    paler, _ = one_step(tiny, {"noise": {"deviation": 30}, "norm": {"strength": 5, "power": 1}})
    assert np.allclose(plain - paler, 5 * np.sign(image - MEAN) / image.size, atol=1e-6)


def test_the_gradient_comes_back_from_a_small_view(tiny):
    """As that of the score of the picture made small."""
    import tensorflow as tf

    methods = {"noise": {"deviation": 30}, "coarse-to-fine": {"smallest": 50, "stages": 1}}
    made = recipe({"plain": {"rate": 1.0}} | methods, steps=1, size=96)
    x = tf.constant(start_of(tiny, made, None, {}))
    step = step_of(tiny, made, 0)
    assert step.view == (48, 48)
    numbers = numbers_of(tiny, made.target, made.size, step.view)
    state = (x, (), x, numbers, tf.constant(0, tf.int64))
    moved, _ = step.advance(*state, *map(tf.constant, (0, 1, 1)), stepping.strengths_of(made))
    found = (moved - x)[0].numpy() / 96**2
    small = tf.image.resize(x + np.float32(MEAN), (48, 48), antialias=True)[0].numpy()
    _, gradient = score_and_gradient(tiny, small, Target("second", 1))
    with tf.GradientTape() as tape:
        tape.watch(x)
        shown = tf.reduce_sum(tf.image.resize(x, (48, 48), antialias=True)[0] * gradient)
    assert np.allclose(found, tape.gradient(shown, x)[0], atol=1e-6)


# ---- Tracing


@pytest.fixture
def compiled(monkeypatch):
    found, original = [], stepping.compiled
    monkeypatch.setattr(
        stepping, "compiled", lambda *key: found.append(original(*key)) or found[-1]
    )
    return found


def test_one_trace_serves_all_strengths_that_are_numbers(tiny, compiled):
    methods = {
        **{"fourier": {}, "decorrelated-color": {}, "adam": {}, "jitter": {}, "scale": {}},
        **{"rotation": {}, "grain": {}, "total-variation": {}, "norm": {}, "plateau": {}},
    }
    changes = {
        "fourier": {"deviation": 0.5},
        "jitter": {"reach": 2},
        "scale": {"spread": 3},
        "rotation": {"degrees": 9},
        "grain": {"deviation": 4},
        "total-variation": {"strength": 0},
        "norm": {"strength": 2, "power": 3.5},
        "plateau": {"patience": 99},
        "adam": {"rate": 0.5},
    }
    list(render(tiny, recipe(methods, steps=2)))
    for name, change in changes.items():
        list(render(tiny, recipe(methods | {name: change}, Target("second", 3), steps=2, seed=9)))
    assert len({id(step) for step in compiled}) == 1
    assert compiled[0].advance.experimental_get_tracing_count() == 1
    assert compiled[0].finish.experimental_get_tracing_count() == 1


@pytest.mark.parametrize(
    "changes",
    [
        {"fourier": {"decay": 1.5}},
        {"pad": {"width": 5}},
        {"crops": {"count": 3}},
        {"diversity": {"pictures": 3}},
    ],
    ids=str,
)
def test_strengths_that_make_another_computation_are_traced_anew(tiny, compiled, changes):
    methods = {"fourier": {}, "adam": {}, "pad": {}, "crops": {"count": 2}}
    methods |= {"diversity": {"pictures": 2}}
    list(render(tiny, recipe(methods, steps=1)))
    list(render(tiny, recipe(methods | changes, steps=1)))
    assert compiled[-1] is not compiled[0]


@pytest.mark.parametrize("name", SPECTRA)
def test_spectra_are_bounded_and_so_show_what_the_network_sees(tiny, name):
    """Even after steps far too large, the score is that of the picture."""
    made = recipe({name: {}, "nadam": {"rate": 50}}, steps=3)
    for frame in render(tiny, made):
        score, _ = score_and_gradient(tiny, frame.image, Target("second", 1))
        assert frame.score == pytest.approx(score, rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("methods", "size", "most"),
    [
        ({"noise": {}, "rms": {}}, 32, 2),
        ({"noise": {}, "rms": {}, "tiles": {"side": 64}}, 130, 2 + 2),
        ({"maco": {}, "nadam": {}, "crops": {"count": 3}}, 32, 2 + 2),
    ],
    ids=["plain", "in tiles", "in turn"],
)
def test_however_many_sizes_there_are_few_traces_stay(tiny, traces, methods, size, most):
    """Of each step two, and two more for a loop."""
    stepping.compiled.keep(4)
    try:
        for side in range(size, size + 10):
            for _ in render(tiny, recipe(methods, steps=1, size=(side, size))):
                pass
        assert len(stepping.compiled) == 4
        assert 0 < traces() <= most * 4
    finally:
        stepping.compiled.keep(stepping.KEPT_STEPS)


@pytest.mark.parametrize(
    ("methods", "pixels"),
    [
        ({}, 96 * 128),
        ({"pad": {"width": 8}}, 112 * 144),
        ({"crops": {"count": 2}}, 2 * 96 * 128),
        ({"crops": {"count": 2}, "pad": {"width": 8}}, 2 * 112 * 144),
        ({"diversity": {"pictures": 3}}, 3 * 96 * 128),
    ],
)
def test_pixels_that_the_network_sees_at_a_step(methods, pixels):
    made = Recipe(Target("conv3_1", 1), size=(96, 128), methods={"rms": {}} | methods)
    assert seen_pixels(made) == pixels


def test_tiles_overlap():
    """Two by three windows: of 64 px and what they look beyond, none larger than the picture."""
    made = Recipe(Target("conv2_1", 1), size=(128, 192), methods={"rms": {}, "tiles": {"side": 64}})
    seen = seen_pixels(made)
    assert 128 * 192 < seen <= 6 * 128 * 128
