"""An address holds the whole state of a page, and nonsense in it does no harm."""

import pytest

from explorer import load_network
from explorer.links import changes_of, link_of, recipes_in, whole
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.recipe import preset
from explorer.snippets import code_of
from explorer.targets import Target, describe

DEFAULT_TARGET = Target("conv3_1", 1)
CHANGES = {"rms": {"size": 1.5}, "decay": None, "blur": {"sigma": 0.7, "every": 3}}
SPECTRAL_CHANGES = {"adam": {"rate": 0.3}, "decay": None, "grain": {"deviation": 7}}


@pytest.mark.parametrize("name", PRESETS)
@pytest.mark.parametrize("steps", [None, 33])
@pytest.mark.parametrize("methods", [{}, CHANGES])
def test_a_recipe_travels_in_a_link(name, steps, methods):
    if methods and not {"fourier", "maco"}.isdisjoint(PRESETS[name].methods):
        methods = SPECTRAL_CHANGES
    recipe = preset(name, Target("conv4_1", 7), steps=steps, seed=5, size=96, methods=methods)
    assert recipes_in(link_of([recipe])) == ([recipe], [])


@pytest.mark.parametrize(
    "target",
    [
        Target("conv5_3", 511, position="center"),
        Target("pool2", 3, position=(4, 11)),
        Target("conv3_2", 0, after_relu=True),
        Target("fc7", 12),
        Target(class_="flamingo"),
        Target(class_="flamingo", weight=-1),
        Target("conv5_1"),
        Target("fc6"),
        Target("conv4_1", direction={1: 0.5, 7: -1}),
        Target("conv4_1", direction={3: 1}, after_relu=True, weight=-2.5),
        Target("conv4_1", photo="cat"),
        Target("conv4_1", 6, weight=0.3, also=(Target("conv4_1", 7, weight=0.7),)),
        Target("conv4_1", 6, also=(Target(class_=130, weight=-1e-5), Target("pool3"))),
        Target("conv4_1", photo="cat", also=(Target("conv3_1", 2, weight=0.333333333333),)),
        Target("predictions"),
    ],
)
def test_every_target_travels(target):
    recipe = preset(DEFAULT_PRESET, target)
    assert recipes_in(link_of([recipe])) == ([recipe], [])


@pytest.mark.parametrize(
    "target", [Target("conv4_1", 7, position="center"), Target("conv4_1", photo="cat")]
)
@pytest.mark.parametrize(("name", "method"), [("lucid", "pad"), ("maco", "crops")])
def test_a_recipe_travels_without_what_does_not_suit_its_target(name, method, target):
    recipe = preset(name, target, size=96, methods={method: None})
    assert recipes_in(link_of([recipe])) == ([recipe], [])
    assert changes_of(recipe) == [f"{method}=off"]
    code = code_of([recipe])
    given = {}
    exec(code[: code.index("for frame in")].replace("load_network('vgg16')", "None"), given)
    assert given["recipe"] == recipe


def test_a_sample_photo_and_an_oblong_size_travel():
    recipe = preset("report/naive", Target("conv4_1", 7), photo="cat", size=(64, 128), keep="best")
    assert recipes_in(link_of([recipe])) == ([recipe], [])


@pytest.mark.parametrize(
    ("name", "changes", "text"),
    [
        ("report/naive", {}, "report/naive"),
        ("report/naive", {"steps": 50}, "report/naive;steps=50"),
        ("report/3-blur", {"methods": {"blur": {"sigma": 0.7}}}, "report/3-blur;blur.sigma=0.7"),
        ("report/1-clip", {"methods": {"clip": None}}, "report/1-clip;clip=off"),
        ("report/naive", {"methods": {"clip": {}}}, "report/naive;clip=on"),
    ],
)
def test_a_link_says_only_what_differs_from_the_preset(name, changes, text):
    recipe = preset(name, Target("conv4_1", 7), **changes)
    assert link_of([recipe])["recipe"] == text


def test_several_recipes_travel_in_order():
    names = list(PRESETS)[:6]
    recipes = [preset(name, Target("conv4_1", 7), steps=50) for name in reversed(names)]
    assert recipes_in(link_of(recipes)) == (recipes, [])


def test_ten_recipes_and_more_travel_in_order():
    recipes = [preset("report/naive", Target("conv4_1", 7), steps=n) for n in range(1, 13)]
    assert recipes_in(link_of(recipes)) == (recipes, [])


def test_every_digit_travels():
    third = 1 / 3
    target = Target(
        "conv4_1",
        direction={1: third, 2: -0.1 - 0.2},
        weight=third,
        also=(Target("conv3_1", 2, weight=1e-9), Target("conv3_1", 3, weight=-1e-5 / 3)),
    )
    recipe = preset("best", target, methods={"decay": {"strength": 0.1 * third}})
    assert recipes_in(link_of([recipe])) == ([recipe], [])


@pytest.mark.parametrize(
    ("link", "shown"),
    [
        ({"layer": "conv5_3", "channel": "9999"}, Target("conv5_3", 0)),
        ({"layer": "conv5_3", "channel": "1", "position": "99,99"}, Target("conv5_3", 0)),
        ({"layer": "conv9_9", "channel": "2"}, DEFAULT_TARGET),
    ],
)
def test_what_is_shown_instead_is_said_and_keeps_the_layer(link, shown):
    (recipe,), (complaint,) = recipes_in(link)
    assert recipe.target == preset("best", shown).target
    assert complaint.endswith(f" (shown is {describe(load_network(), recipe.target)}).")


def test_what_is_shown_instead_stands_at_the_target_whatever_else_is_wrong():
    _, complaints = recipes_in({"size": "nine", "layer": "conv9_9", "seed": "x"})
    (told,) = (each for each in complaints if "(shown is" in each)
    assert "conv9_9" in told and len(complaints) == 3


def test_a_plus_that_became_a_space_is_still_read():
    recipes, complaints = recipes_in({"recipe": "report/f-laplacian-4 5"})
    assert recipes[0].preset == "report/f-laplacian-4+5"
    assert complaints == []


def test_an_empty_address_is_the_default():
    assert recipes_in({}) == ([preset(DEFAULT_PRESET, DEFAULT_TARGET)], [])


@pytest.mark.parametrize(
    "link",
    [
        {"network": "resnet"},
        {"layer": "conv9_9", "channel": "1"},
        {"layer": "conv3_1", "channel": "-1"},
        {"layer": "conv3_1", "channel": "9" * 400},
        {"layer": "softmax", "channel": "1"},
        {"layer": "conv3_1", "channel": "1", "position": "1,2,3"},
        {"layer": "conv3_1", "channel": "1", "position": "x"},
        {"position": "x"},
        {"layer": "conv3_1", "relu": "maybe"},
        {"relu": "maybe"},
        {"class": "no such thing"},
        {"class": "1000"},
        {"size": "1e3"},
        {"size": "31"},
        {"size": "100x"},
        {"size": "100x100x100"},
        {"seed": "٣"},
        {"size": "0000000000010000000"},
        {"photo": "../../etc/passwd"},
        {"photo": "sha256:00"},
        {"photo": "yours"},
        {"of": "yours"},
        {"of": "../../etc/passwd"},
        {"of": "cat", "channel": "1"},
        {"of": "cat", "layer": "fc_1"},
        {"direction": ""},
        {"direction": "1:0.5,"},
        {"direction": "1:0.5,7:nan"},
        {"direction": "1:0"},
        {"direction": "256:1", "layer": "conv3_1"},
        {"direction": "1:1", "of": "cat"},
        {"direction": "1:1" * 600},
        {"layer": "conv3_1", "position": "center"},
        {"layer": "input"},
        {"weight": ""},
        {"weight": "0"},
        {"weight": "inf"},
        {"weight": "1e9"},
        {"weight": "-"},
        {"also": "|"},
        {"also": "conv9_9:1"},
        {"also": "conv4_1:x"},
        {"also": "0*conv4_1:1"},
        {"also": "|".join(["conv4_1:1"] * 8)},
        {"class": "130", "also": "class:no such thing"},
        {"recipe": "nothing"},
        {"recipe": "report/naive;steps=0"},
        {"recipe": "report/naive;rms.size=nan"},
        {"recipe": "report/naive;rms=off"},
        {"recipe": "report/naive;decay.strength=2"},
        {"recipe": "report/naive;keep=first"},
        {"recipe": "report/naive;jitter=banana"},
        {"recipe": "report/naive;jitter"},
        {"recipe": "report/f-laplacian-4+5", "photo": "cat"},
        {"recipe": ";;;"},
        {"recipe": "report/naive;" + "x" * 1000},
    ],
)
def test_nonsense_is_named_and_replaced_by_a_default(link, sentence):
    recipes, complaints = recipes_in(link)
    assert recipes
    assert complaints
    for complaint in complaints:
        sentence(complaint)
        assert len(complaint) < 600


def test_position_and_relu_need_no_layer():
    (recipe,), complaints = recipes_in({"position": "center", "relu": "after"})
    assert not complaints
    assert (recipe.target.layer, recipe.target.position) == ("block3_conv1", "center")
    assert recipe.target.after_relu


def test_an_own_photo_stays_out_of_the_address_and_is_there_again_for_its_owner():
    own = "sha256:" + "0" * 64
    recipe = preset("report/naive", Target("conv4_1", photo=own), photo=own)
    link = link_of([recipe])
    assert own not in "".join(link.values())
    assert recipes_in(link, own=own) == ([recipe], [])
    (other,), complaints = recipes_in(link)
    assert len(complaints) == 2 and not other.photos


def test_a_weight_and_further_targets_need_no_layer():
    (recipe,), complaints = recipes_in({"weight": "-2", "also": "conv4_1:6"})
    assert not complaints
    assert (recipe.target.layer, recipe.target.channel) == ("block3_conv1", 1)
    assert recipe.target.weight == -2 and recipe.target.also[0].channel == 6


def test_spaces_in_further_targets_do_no_harm():
    (recipe,), complaints = recipes_in({"layer": "conv4_1", "also": "-0.5 * class:130 | pool3"})
    assert not complaints
    assert [term.weight for term in recipe.target.also] == [-0.5, 1.0]


def test_whole_numbers_are_those_that_were_checked(refused):
    assert whole("0048", "number of filters", 1, 48) == 48
    assert whole("000", "seed", 0, 9) == 0
    for text in ("0000000000010000000", "1" * 5000, "49", "0", "", "٣", "1_0"):
        with refused("number of filters must be a whole number from 1 to 48"):
            whole(text, "number of filters", 1, 48)


@pytest.mark.parametrize(
    "term",
    [
        Target("conv2_1", 3, after_relu=True),
        Target("conv2_1", 3, position="center"),
        Target("conv2_1", direction={1: 1.0}),
        Target("conv2_1", photo="cat"),
    ],
    ids=repr,
)
def test_what_an_address_cannot_say_is_not_left_out_silently(term, refused):
    with refused("cannot be written as a further target"):
        link_of([preset("best", Target("conv3_1", 1, also=(term,)))])


def test_a_preset_of_ones_own_is_told_by_what_it_changes_from_the_default():
    recipe = preset("report/naive", Target("conv3_1", 1)).changed(preset="mine")
    (again,), complaints = recipes_in(link_of([recipe]))
    assert again == recipe and again.preset == DEFAULT_PRESET and not complaints


def test_an_address_with_hundreds_of_recipes_is_cut():
    texts = [f"best;steps={steps}" for steps in range(1, 31)]
    for count in (20, 21, 30):
        recipes, complaints = recipes_in(
            {f"recipe{i}": text for i, text in enumerate(texts[:count], 1)}
        )
        assert [recipe.steps for recipe in recipes] == list(range(1, 21))
        assert len(complaints) == (count > 20)


def test_a_recipe_that_is_not_understood_is_left_out_by_name():
    link = {"layer": "conv3_1", "recipe1": "report/naive;size=3", "recipe2": "best;steps=9"}
    (recipe,), (complaint,) = recipes_in(link)
    assert (recipe.preset, recipe.steps) == ("best", 9)
    assert complaint.endswith("(left out is the recipe report/naive;size=3).")
