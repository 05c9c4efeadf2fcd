"""Presets hold what their sources say, and every one of them draws."""

import itertools
from collections import Counter

import numpy as np
import pytest

from explorer import Target, preset, render
from explorer.catalogue import METHODS, checked_methods
from explorer.images import sample_photo
from explorer.measures import activation, mean_likeness
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.schedules import view_of

REPORT = [
    *("naive", "1-clip", "2-decay", "3-blur", "4-small-norm", "a-blurred-gradient"),
    *("b-recursive-1", "c-recursive-5", "d-laplacian-4", "e-laplacian-5", "f-laplacian-4+5"),
]


def test_the_names():
    names = {f"report/{name}" for name in REPORT} | {f"yosinski/{i}" for i in range(1, 5)}
    assert names <= set(PRESETS)
    assert DEFAULT_PRESET in PRESETS


@pytest.mark.parametrize("name", PRESETS)
def test_every_entry_is_valid(name):
    entry = PRESETS[name]
    checked_methods(dict(entry.methods))
    assert entry.title and entry.source and entry.keep in ("last", "best")
    assert entry.steps > 0 or entry.starts_from
    for parent, weight in entry.starts_from:
        assert list(PRESETS).index(parent) < list(PRESETS).index(name)
        assert weight > 0
    for method, strengths in entry.methods.items():
        assert set(strengths) == {parameter.name for parameter in METHODS[method].parameters}


def test_each_regularization_is_kept_when_the_next_is_added():
    added = ["noise rms", "clip", "decay", "blur", "small-norm"]
    for i, name in enumerate(REPORT[:5]):
        methods = PRESETS[f"report/{name}"].methods
        assert set(methods) == set(" ".join(added[: i + 1]).split())
    for before, after in itertools.pairwise(REPORT[:5]):
        before, after = PRESETS[f"report/{before}"], PRESETS[f"report/{after}"]
        assert all(after.methods[name] == before.methods[name] for name in before.methods)
        assert after.steps == before.steps


def test_improved_methods_start_from_the_fourth_regularization():
    for letter in "abcde":
        entry = next(e for name, e in PRESETS.items() if name.startswith(f"report/{letter}-"))
        assert [parent for parent, _ in entry.starts_from] == ["report/4-small-norm"]
        assert "noise" not in entry.methods


def test_rounds_and_splits_are_those_of_the_report():
    def strength(name, method, parameter):
        return PRESETS[f"report/{name}"].methods[method][parameter]

    assert strength("b-recursive-1", "recursion", "rounds") == 1
    assert strength("c-recursive-5", "recursion", "rounds") == 5
    assert strength("d-laplacian-4", "laplacian", "splits") == 4
    assert strength("e-laplacian-5", "laplacian", "splits") == 5
    one, five = PRESETS["report/b-recursive-1"], PRESETS["report/c-recursive-5"]
    assert five.steps == 5 * one.steps
    overlay = PRESETS["report/f-laplacian-4+5"]
    assert overlay.steps == 0
    assert overlay.starts_from == (("report/d-laplacian-4", 0.5), ("report/e-laplacian-5", 0.5))


@pytest.mark.parametrize(
    ("name", "method", "strengths"),
    [
        ("lucid", "fourier", {"deviation": 0.01, "decay": 1.0}),
        ("lucid", "pad", {"width": 12}),
        ("lucid", "jitter", {"reach": 4}),  # jitter(8) cuts 8 pixels off, anywhere
        ("lucid", "scale", {"spread": 10}),
        ("lucid", "rotation", {"degrees": 10}),
        ("lucid", "adam", {"rate": 0.05}),
        ("maco", "grain", {"deviation": 10}),  # 0.08 of values from -1 to 1, which 255 levels span
        ("maco", "nadam", {"rate": 1.0}),
        ("tf-keras-vis", "jitter", {"reach": 4}),
        ("tf-keras-vis", "rotation", {"degrees": 1}),
        ("tf-keras-vis", "total-variation", {"strength": 1.0}),
        ("tf-keras-vis", "norm", {"strength": 0.3, "power": 1.0}),
        ("tf-keras-vis", "rmsprop", {"rate": 1.0, "rho": 0.999}),
    ],
)
def test_numbers_that_are_those_of_the_source(name, method, strengths):
    """Of Lucid's optvis/transform.py and param/, Xplique's maco.py, tf-keras-vis 0.8."""
    assert PRESETS[name].methods[method] == strengths


def test_deepdream_takes_ten_steps_in_each_of_three_octaves():
    entry = PRESETS["deepdream"]
    views = [view_of((448, 448), step, entry.steps, entry.methods) for step in range(entry.steps)]
    counts = Counter(views)
    assert list(counts.values()) == [10, 10, 10]
    sides = [side for side, _ in counts]
    assert [b / a for a, b in itertools.pairwise(sides)] == pytest.approx([1.4, 1.4], rel=0.01)


def test_yosinskis_sets_hold_his_numbers():
    """Table of running-optimize-image.md; step sizes are tuned for VGG16 and not compared."""
    wanted = {
        1: {"blur": {"sigma": 0.5, "every": 4}, "small-norm": {"percentile": 50}},
        2: {"decay": {"strength": 0.3}, "small-norm": {"percentile": 20}},
        3: {"decay": {"strength": 0.0001}, "blur": {"sigma": 1.0, "every": 4}},
        4: {"blur": {"sigma": 0.5, "every": 4}, "small-contribution": {"percentile": 90}},
    }
    rules = {1: "progress", 2: "plain", 3: "plain", 4: "progress"}
    for number, methods in wanted.items():
        entry = PRESETS[f"yosinski/{number}"]
        found = {k: dict(v) for k, v in entry.methods.items() if k in METHODS}
        assert found.pop("noise") == {"deviation": 10}
        assert rules[number] in found
        del found[rules[number]]
        assert found == methods | {"clip": {}}
        assert entry.keep == "best"


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_draws_on_vgg16(vgg, name):
    recipe = preset(name, Target("conv2_1", 5), size=(48, 40), steps=4, seed=1)
    frames = list(render(vgg, recipe))
    last = frames[-1]
    assert last.recipe == recipe and last.done == last.total == recipe.total_steps
    assert last.kept.image.shape == (48, 40, 3) and last.kept.image.dtype == np.uint8
    assert last.kept.image.std() > 2
    assert last.kept.score > frames[0].score
    assert not np.array_equal(last.kept.image, frames[0].image)


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_runs_at_the_smallest_size(tiny, name):
    target = Target("second", 1)
    recipe = preset(name, target, network="tiny", size=32, steps=2, photo=None)
    frames = list(render(tiny, recipe))
    ended = [frame for frame in frames if frame.ending]
    assert [frame.recipe for frame in ended] == list(recipe.lineage)
    assert frames[0].step == 0 and frames[-1].done == recipe.total_steps


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["conv3_1", "conv5_1"])
@pytest.mark.parametrize("name", ["yosinski/1", "yosinski/2", "yosinski/3", "yosinski/4"])
def test_steps_are_tuned_for_deep_layers_too(vgg, name, layer):
    """Neither dead gray nor saturated after a few steps."""
    last = list(render(vgg, preset(name, Target(layer, 1), size=64, steps=15)))[-1].kept
    assert last.image.std() > 3
    assert np.isin(last.image, (0, 255)).mean() < 0.9


@pytest.mark.slow
@pytest.mark.parametrize("layer", ["conv1_2", "conv2_2", "conv3_2", "conv4_3", "conv5_3"])
def test_best_draws_channels_picked_at_random(vgg, layer):
    """None stays gray, or silent after ReLU, although the schedule is short."""
    channels = np.random.default_rng(5).choice(vgg.layer(layer).channels, 2, replace=False)
    for channel in channels.tolist():
        made = preset("best", Target(layer, channel), size=64, steps=16)
        picture = list(render(vgg, made))[-1].kept.image
        assert activation(vgg, made.target, picture[None])[0] > 0
        assert picture.std(axis=(0, 1)).max() > 3


@pytest.mark.slow
def test_diversity_finds_other_pictures_that_excite_nearly_as_much(vgg):
    """Less alike to the network than pictures of other seeds, at 80 % of their score or more."""
    alone = preset("best", Target("conv4_3", 20), size=64, steps=48)
    together = alone.changed(methods=alone.methods | {"diversity": {}})
    seeds = [list(render(vgg, alone.changed(seed=seed)))[-1].kept.image for seed in range(4)]
    several = list(render(vgg, together))[-1].kept.pictures
    assert len(several) == 4
    target = alone.target
    likeness = mean_likeness(vgg, target, several)
    assert likeness < mean_likeness(vgg, target, np.stack(seeds)) - 0.1
    single = activation(vgg, target, np.stack(seeds)).mean()
    assert activation(vgg, target, several).min() >= 0.8 * single


@pytest.mark.slow
@pytest.mark.parametrize("name", ["deepdream", "hvass"])
def test_dreams_grow_out_of_a_photo(vgg, name):
    """The photo can still be told, and excites the layer many times as much."""
    made = preset(name, Target("conv3_3"), size=96, photo="cat")
    assert made.photos == ("cat",)
    picture = list(render(vgg, made))[-1].kept.image
    photo = sample_photo("cat").fitted((96, 96))
    assert np.corrcoef(picture.ravel(), photo.ravel())[0, 1] > 0.5
    before, after = activation(vgg, made.target, np.stack([photo, picture]))
    assert after > 3 * before
