"""Recipes: canonical, to JSON and back, and nothing forged gets in."""

import copy
import json
import math
import pickle

import numpy as np
import pytest

from explorer.errors import InputError
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.recipe import (
    DEEPEST,
    FORMAT,
    MOST_STEPS,
    Blend,
    PhotoStart,
    Recipe,
    from_dict,
    from_json,
    preset,
)
from explorer.targets import Target

TARGET = Target("conv3_1", 1)
OWN_PHOTO = "sha256:" + "0123456789abcdef" * 4


def recipe(**changes):
    return Recipe(**{"target": TARGET, "size": 64, "steps": 3} | changes)


def blend_of(*parents, **changes):
    return recipe(start=Blend(tuple((1.0, parent) for parent in parents)), **changes)


# ---- Canonical form


def test_defaults():
    found = Recipe(target=TARGET)
    assert (found.network, found.steps, found.size, found.seed) == ("vgg16", 200, (224, 224), 0)
    assert found.keep == "last" and found.start is None
    wanted = preset(DEFAULT_PRESET, TARGET).methods
    assert {k: dict(v) for k, v in found.methods.items()} == {k: dict(v) for k, v in wanted.items()}


@pytest.mark.parametrize("size", [64, (64, 64), [64, 64], 64.0])
def test_a_size_is_one_number_or_two(size):
    assert recipe(size=size) == recipe()
    assert recipe(size=(32, 1024)).size == (32, 1024)


def test_names_and_numbers_become_canonical():
    assert recipe(target=Target("block3_conv1", 1)) == recipe(target=Target("CONV3_1", 1))
    assert recipe(methods={"rms": {}}) == recipe(methods={"rms": {"size": "4"}})
    assert recipe(methods={"rms": {}, "clip": {}}) == recipe(methods={"clip": {}, "rms": {}})


def test_nothing_can_be_changed():
    with pytest.raises(AttributeError):
        recipe().steps = 4
    with pytest.raises(TypeError):
        recipe().methods["adam"]["rate"] = 5
    with pytest.raises(TypeError):
        recipe().methods["clip"] = {}
    strengths = {"rms": {"size": 3.0}}
    made = recipe(methods=strengths)
    strengths["rms"]["size"] = 9.0
    assert made.methods["rms"]["size"] == 3.0


def test_the_preset_does_not_matter_for_equality():
    one, two = preset("report/naive", TARGET), preset("report/naive", TARGET).changed(preset=None)
    assert one == two and hash(one) == hash(two) and one.to_json() == two.to_json()
    assert blend_of(one, size=224) == blend_of(two, size=224)
    assert hash(blend_of(one, size=224)) == hash(blend_of(two, size=224))


@pytest.mark.parametrize(
    "changes",
    [
        {"steps": 4},
        {"size": (64, 65)},
        {"seed": 1},
        {"keep": "best"},
        {"target": Target("conv3_1", 2)},
        {"target": Target("conv3_1", 1, "center")},
        {"target": Target("conv3_1", 1, after_relu=True)},
        {"methods": {"rms": {"size": 5}}},
        {"start": PhotoStart("cat")},
        {"start": Blend(((1.0, Recipe(TARGET, size=64)),))},
    ],
    ids=str,
)
def test_everything_else_matters(changes):
    assert recipe(**changes) != recipe()
    assert recipe(**changes).to_json() != recipe().to_json()


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ({"start": Blend(((1, Recipe(TARGET)),))}, {"start": Blend(((1.0, Recipe(TARGET)),))}),
        (
            {"methods": {"rms": {}, "decay": {"strength": 0.0}}},
            {"methods": {"rms": {}, "decay": {"strength": -0.0}}},
        ),
    ],
    ids=["weights", "zeros"],
)
def test_equal_recipes_have_equal_hashes_and_json(one, other):
    one, other = (Recipe(TARGET, **changes) for changes in (one, other))
    assert one == other
    assert hash(one) == hash(other)
    assert one.to_json() == other.to_json()


# ---- Lineage


def test_lineage_has_every_recipe_once_parents_first():
    grandparent = recipe(seed=1)
    left, right = blend_of(grandparent, seed=2), blend_of(grandparent, seed=3, steps=5)
    child = blend_of(left, right, steps=0)
    assert child.lineage == (grandparent, left, right, child)
    assert child.total_steps == 3 + 3 + 5
    assert child.depth == 3 and child.parents == (left, right)


def test_the_photo_of_a_parent_is_needed():
    assert blend_of(recipe(start=PhotoStart("cat"))).photos == ("cat",)
    assert recipe().photos == ()


def test_captions():
    assert preset("report/naive", TARGET).caption == "conv3_1, channel 1 · report/naive"
    assert recipe(target=Target(class_=130), size=224).caption == "class 130 (flamingo)"


# ---- Refusals


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        *(({"steps": value}, "number of steps") for value in (0, -1, 10_001, 1.5, "3", None, True)),
        *(({"steps": value}, "number of steps") for value in (math.nan, math.inf, [3])),
        *(({"seed": value}, "seed") for value in (-1, 2**32, 0.5, "0", None, math.inf)),
        *(({"size": value}, "size") for value in (31, 1025, 0, -64, 64.5, "64", None, math.nan)),
        *(({"size": value}, "size") for value in ((64, 31), (1025, 64), (64,), (64, 64, 3), {})),
        *(({"keep": value}, "keeps") for value in ("first", None, [], 1)),
        ({"network": "vgg19"}, "no network"),
        ({"target": Target("conv3_1", 256)}, "no channel"),
        ({"methods": {}}, "step rule"),
        ({"methods": {"rms": {}, "magic": {}}}, "no method"),
        ({"methods": {"rms": {"size": 0}}}, "rms.size must be from"),
        ({"start": Blend(())}, "at least one"),
    ],
    ids=str,
)
def test_out_of_range_is_refused(changes, reason, refused):
    with refused(reason):
        recipe(**changes)


@pytest.mark.parametrize("weight", [0, -1, math.nan, math.inf, "1", None])
def test_weights_are_positive_numbers(weight, refused):
    with refused("weight"):
        recipe(start=Blend(((weight, recipe()),)))


def test_blends_share_size(refused):
    with refused("share network and size"):
        blend_of(recipe(size=65))


def test_zero_steps_only_for_a_blend(refused):
    assert blend_of(recipe(), steps=0).total_steps == 3
    for start in (None, PhotoStart("cat")):
        with refused("from 1 to 10,000"):
            recipe(steps=0, start=start)


def test_rows_of_parents_are_limited(refused):
    made = recipe()
    for _ in range(DEEPEST - 1):
        made = blend_of(made)
    assert made.depth == DEEPEST
    assert from_json(json.dumps(made.as_dict())) == made
    with refused("start from one another"):
        blend_of(made)


# ---- JSON


ROUND_TRIPS = [
    *(preset(name, TARGET, size=(97, 131), seed=7) for name in PRESETS),
    *(preset(name, TARGET, photo="cat", keep="best") for name in PRESETS if PRESETS[name].steps),
    preset(
        "report/4-small-norm",
        Target("conv4_2", 3, (11, 2), after_relu=True),
        methods={"blur": {"sigma": 0.1 + 0.2}, "clip": None, "recursion": {"rounds": 3}},
    ),
    preset("yosinski/1", Target("conv4_2", 3, "center"), photo=OWN_PHOTO, steps=17),
    preset("report/f-laplacian-4+5", Target(class_="flamingo"), steps=20),
]


@pytest.mark.parametrize("made", ROUND_TRIPS, ids=lambda r: f"{r.preset}-{r.photos}")
def test_there_and_back(made):
    data = json.loads(json.dumps(made.as_dict()))
    for again in (from_dict(data), from_json(made.to_json())):
        assert again == made and hash(again) == hash(made)
        assert again.lineage == made.lineage
        assert list(again.methods) == list(made.methods)
        assert again.to_json() == made.to_json()
    assert from_dict(data).preset == made.preset
    assert [parent.preset for parent in from_dict(data).parents] == [
        parent.preset for parent in made.parents
    ]


def forged(path, value):
    """The JSON of a valid recipe with one entry replaced, or removed if `value` is ...."""
    data = blend_of(recipe(start=PhotoStart("cat"))).as_dict()
    data = json.loads(json.dumps(data))
    *parents, last = path
    entry = data
    for key in parents:
        entry = entry[key]
    if value is ...:
        del entry[last]
    else:
        entry[last] = value
    return data


PARENT = ("start", "blend", 0, "recipe")
FORGERIES = [
    *((("format",), value) for value in (0, 2, "1", None, ...)),
    *((("unknown",), value) for value in (1, None)),
    *((("target",), value) for value in (None, ..., 3, "conv3_1", [], {})),
    *((("target", "layer"), value) for value in (None, 3, [], {}, "conv9_9")),
    *((("target", "channel"), value) for value in ("1", 1.5, -1, 10**400, [1], True)),
    *((("target", "weight"), value) for value in (10**400, -(10**400), True)),
    *((("target", "direction"), value) for value in ([[1, 1.0]], {}, 3, "1:2")),
    *((("target", "photo"), value) for value in (3, [], "cat")),
    *((("target", "weight"), value) for value in (0, None, math.nan, math.inf, "1", 1e9, [])),
    *((("target", "also"), value) for value in (3, "x", [3], [{}], [{"layer": "conv9_9"}])),
    *((("target", "position"), value) for value in ("12", "x", [1], [1, 2, 3], [99, 0], {})),
    *((("target", "position"), value) for value in ([math.inf, 0], [math.nan, 0], [None, 0], 1)),
    *((("target", "after_relu"), value) for value in ([1], {}, "no", None)),
    *((("target", "magic"), value) for value in (1,)),
    *((("network",), value) for value in (None, 3, [], {}, "vgg19")),
    *((("steps",), value) for value in (None, "3", -1, 1e9, math.inf, math.nan, [], 10**400)),
    *((("size",), value) for value in (None, [], [64], [64, 64, 64], [8, 8], "64", {}, 1e999)),
    *((("seed",), value) for value in (None, "0", -1, 2**32, [], 10**400)),
    *((("keep",), value) for value in (None, "first", [], {})),
    *((("start",), value) for value in (3, "photo", [], {}, {"photo": None}, {"blend": []})),
    *((("start",), value) for value in ({"blend": None}, {"blend": [1]}, {"blend": [{}]})),
    *((("start",), {"photo": "cat", **value}) for value in ({"blend": []}, {"magic": 1})),
    *((("start", "blend", 0, "magic"), value) for value in (1, None)),
    (("start", "photo"), "cat"),
    *((("start", "blend", 0, "weight"), value) for value in (True, 10**400)),
    *((("start", "blend", 0, "weight"), value) for value in (None, "1", 0, -1, math.nan, [])),
    *(((*PARENT,), value) for value in (None, [], {}, "x")),
    *(((*PARENT, "steps"), value) for value in (0, None)),
    *(((*PARENT, "size"), value) for value in ([65, 64],)),
    *(((*PARENT, "start", "photo"), value) for value in (None, 3, [], {})),
    *((("methods",), value) for value in (3, "rms", [], {}, {"rms": None}, {"rms": 3})),
    *((("methods",), value) for value in ({"magic": {}}, {"rms": {}, "plain": {}})),
    *((("methods", "rms"), value) for value in ({"size": None}, {"size": []}, {"magic": 1})),
    *((("methods", "grain"), {"deviation": value}) for value in (True, "many")),
    *((("methods", "adam", "rate"), value) for value in (1e9, math.nan, 10**400, "many")),
]


@pytest.mark.parametrize(("path", "value"), FORGERIES, ids=lambda v: str(v)[:40])
def test_forged_recipes_are_refused(path, value, refused):
    data = forged(path, value)
    with refused():
        from_dict(copy.deepcopy(data))
    with refused():
        from_json(json.dumps(data, allow_nan=True))


@pytest.mark.parametrize("value", [1, ["a"], {"a": 1}, True])
def test_a_preset_is_a_name(value, refused):
    """It goes into captions, links and file names."""
    with refused():
        from_dict(forged(("preset",), value))


@pytest.mark.parametrize(
    "text", ["", "{", "null", "[]", "3", '"x"', "{}", "\0", "[" * 100_000, '{"a":' * 100_000]
)
def test_texts_that_are_no_recipe_are_refused(text, refused):
    with refused():
        from_json(text)


@pytest.mark.parametrize("key", ["size", "seed", "steps", "keep", "start", "target"])
def test_deeply_nested_entries_are_refused(key):
    """Whatever the depth: those that JSON can just read are printed in sentences after."""
    for depth in (10, 500, *range(900, 1000), 2000):
        value = "[" * depth + "]" * depth
        text = json.dumps(recipe().as_dict() | {key: "?"}).replace('"?"', value)
        with pytest.raises(InputError):
            from_json(text)


def test_parents_nested_too_deep_are_refused(refused):
    data = recipe().as_dict()
    for _ in range(200):
        data = recipe().as_dict() | {"start": {"blend": [{"weight": 1, "recipe": data}]}}
    with refused("start from one another|not valid JSON"):
        from_json(json.dumps(data))


def test_the_format_is_written():
    assert recipe().as_dict()["format"] == FORMAT


# ---- Presets made into recipes


def test_changes_are_laid_over_a_preset():
    made = preset("report/2-decay", TARGET, methods={"decay": {"strength": 0.1}, "clip": None})
    assert made.methods["decay"]["strength"] == 0.1
    assert "clip" not in made.methods and "rms" in made.methods
    assert preset("report/2-decay", TARGET).methods["clip"] == {}


@pytest.mark.parametrize("changes", [{"rotaton": None}, {"rotaton": {}}])
def test_a_misspelled_method_is_refused_even_to_switch_it_off(changes, refused):
    with refused("did you mean rotation"):
        preset("best", TARGET, methods=changes)


def test_switching_on_a_step_rule_switches_the_others_off():
    made = preset("report/naive", TARGET, methods={"progress": {}})
    assert "progress" in made.methods and "rms" not in made.methods


def test_steps_shorten_the_parents_alike():
    entry = PRESETS["report/c-recursive-5"]
    short = preset("report/c-recursive-5", TARGET, steps=entry.steps // 10)
    parent = PRESETS[entry.starts_from[0][0]]
    assert short.parents[0].steps == round(parent.steps / 10)
    assert preset("report/c-recursive-5", TARGET, steps=1).parents[0].steps == 1
    overlay = preset("report/f-laplacian-4+5", TARGET, steps=20)
    assert overlay.steps == 0 and [parent.steps for parent in overlay.parents] == [20, 20]


def test_steps_too_many_for_a_parent_are_told_as_such(refused):
    for name, entry in PRESETS.items():
        longest = max((PRESETS[parent].steps for parent, _ in entry.starts_from), default=0)
        if not entry.steps or longest <= entry.steps:
            continue
        most = MOST_STEPS * entry.steps // longest
        assert preset(name, TARGET, steps=most).parents[0].steps <= MOST_STEPS
        with refused(f"{name} starts from a picture .* choose at most {most:,}"):
            preset(name, TARGET, steps=most + 1)


def test_parents_share_target_size_and_seed():
    made = preset("report/f-laplacian-4+5", Target("conv4_1", 2), size=(40, 50), seed=9)
    for part in made.lineage:
        assert (part.target, part.size, part.seed) == (made.target, (40, 50), 9)
    assert len(made.lineage) == 4


def test_a_photo_takes_the_place_of_the_parents():
    made = preset("report/d-laplacian-4", TARGET, photo="cat")
    assert made.start == PhotoStart("cat") and made.lineage == (made,)


def test_an_overlay_has_no_steps_with_which_to_start_from_a_photo(refused):
    with refused():
        preset("report/f-laplacian-4+5", TARGET, photo="cat")


@pytest.mark.parametrize("steps", [0, -1, 1.5, 10_001, "3"])
def test_steps_out_of_range_are_refused_for_every_preset(steps, refused):
    for name in PRESETS:
        with refused("number of steps"):
            preset(name, TARGET, steps=steps)


def test_unknown_presets_are_refused(refused):
    with refused("did you mean report/naive"):
        preset("report/naiv", TARGET)
    with refused("choose from best, report/naive"):
        preset("xyzzy", TARGET)


# ---- Of wrong kinds


@pytest.mark.parametrize("start", ["cat", 3, ["cat"], PhotoStart(3), object()])
def test_a_start_of_another_kind_is_refused(start, refused):
    with refused():
        Recipe(Target("conv1_1", 0), start=start)


@pytest.mark.parametrize("photo", [3, ["cat"], np.zeros((8, 8, 3), np.uint8)], ids=type)
def test_a_preset_starts_from_a_photos_name(photo, refused):
    with refused("must be a name"):
        preset("report/naive", Target("conv1_1", 0), photo=photo)


@pytest.mark.parametrize(
    "make",
    [
        lambda: Recipe("conv1_1"),
        lambda: preset("best", "conv1_1"),
        lambda: preset([], Target("conv1_1", 0)),
        lambda: Recipe(Target("conv1_1", 0), methods=["clip"]),
        lambda: Recipe(Target("conv1_1", 0), start=Blend(3), steps=0),
        lambda: Recipe(Target("conv1_1", 0), start=Blend((3,)), steps=0),
        lambda: Recipe(Target("conv1_1", 0), start=Blend(((1, "x"),)), steps=0),
        lambda: preset("best", Target("conv1_1", 0), methods="decay"),
        lambda: preset("best", Target("conv1_1", 0), methods={"decay": True}),
        lambda: preset("best", Target("conv1_1", 0), methods={"decay": "on"}),
    ],
)
def test_wrong_kinds_are_refused_in_a_sentence(make, refused):
    with refused():
        make()


def test_weights_of_a_blend_may_be_numpys():
    parent = preset("report/naive", Target("conv1_1", 0))
    blend = Blend(((np.float32(0.5), parent), (np.int64(2), parent.changed(seed=1))))
    made = Recipe(Target("conv1_1", 0), start=blend, steps=0)
    assert [weight for weight, _ in made.start.parts] == [0.5, 2.0]
    json.dumps(made.as_dict())


@pytest.mark.parametrize("again", [copy.deepcopy, lambda made: pickle.loads(pickle.dumps(made))])
def test_a_recipe_can_be_copied(again):
    """As by those who send it to another process."""
    made = preset("report/f-laplacian-4+5", Target("conv3_1", 1), steps=3, seed=4)
    assert again(made) == made and again(made).preset == made.preset


@pytest.mark.parametrize("name", [["vgg16"], None, 16])
def test_a_network_is_told_by_its_name(name, refused):
    with refused("There is no network called"):
        Recipe(Target("conv3_1", 1), network=name)


def nested(breadth, depth):
    data = Recipe(Target("conv3_1", 1), steps=1).as_dict()
    if depth > 1:
        part = {"weight": 1.0, "recipe": nested(breadth, depth - 1)}
        data["start"] = {"blend": [part] * breadth}
    return data


@pytest.mark.parametrize(("breadth", "depth"), [(64, 2), (8, 4), (3, 6), (9, 6)])
def test_what_is_made_of_too_many_recipes_is_refused_at_once(breadth, depth, refused):
    """A file of some megabytes could keep a server busy for a minute."""
    with refused("made of 64 recipes at most"):
        from_dict(nested(breadth, depth))


def test_as_many_recipes_as_may_be():
    made = from_dict(nested(63, 2))
    assert made.count == 64 and from_dict(made.as_dict()) == made
    with pytest.raises(InputError, match="64 recipes at most"):
        Recipe(Target("conv3_1", 1), steps=1, start=Blend(((1.0, made),)))
