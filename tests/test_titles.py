"""Recipes side by side are told apart in few words."""

from explorer.recipe import preset
from explorer.targets import Target
from explorer.titles import common_title, titles_of

TARGET = Target("conv3_1", 1)


def recipe(name="report/3-blur", **changes):
    return preset(name, TARGET, methods=changes)


def test_without_recipes_there_are_no_titles():
    assert titles_of([]) == []


def test_recipes_of_several_presets_say_what_each_changes():
    naive, blurred = recipe("report/naive", rms={"size": 8}), recipe(blur={"sigma": 2}, decay=None)
    first, second = titles_of([naive, blurred])
    assert first.startswith("1. ") and first.endswith(" · rms.size 8")
    assert second.startswith("2. ") and " · without " in second and " · blur.sigma 2" in second


def test_of_one_preset_the_presets_own_value_is_named_and_what_all_share_is_not():
    usual = recipe().methods["blur"]["sigma"]
    shared = {"rms": {"size": 8}}
    titles = titles_of([recipe(**shared), recipe(**shared, blur={"sigma": 2})])
    assert [title.split(" · ", 1)[1] for title in titles] == [
        f"blur.sigma {usual:g}",
        "blur.sigma 2",
    ]


def test_steps_are_no_difference():
    few, many = (preset("best", TARGET, steps=steps) for steps in (5, 50))
    first, second = titles_of([few, many])
    assert first[2:] == second[2:]


def test_what_all_share_is_network_target_size_and_seed(tiny):
    drawn = preset("best", Target("second", 1), network="tiny", size=(32, 48), seed=7)
    assert common_title(tiny, drawn) == "Tiny two, channel 1 · 32×48 px · seed 7"
