"""The comparison's states."""

import json
import re
import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.images import read_note
from explorer.presets import PRESETS

PAGE = "../../pages/4_Compare.py"
SMALL = {"layer": "conv1_2", "channel": "3", "size": "96"}


@pytest.fixture(autouse=True)
def fresh():
    """Caches that outlive a session are emptied."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def link(app: AppTest) -> dict[str, str]:
    """The parameters of the page's address."""
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in app.query_params.items()
    }


def finished(app: AppTest, seconds=90) -> AppTest:
    end = time.monotonic() + seconds
    while app.session_state["compare:ticket"].view().status in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
    return app.run()


def test_it_opens_with_two_recipes_and_nothing_drawn():
    app = opened()
    assert not app.exception
    assert len(app.tabs) == 2
    assert "compare:ticket" not in app.session_state


def test_a_link_with_three_recipes_draws_them_and_measures_them():
    recipes = {f"recipe{i}": f"yosinski/{i};steps=2" for i in (1, 2, 3)}
    app = finished(opened(**SMALL, **recipes))
    assert not app.exception
    held = app.session_state["compare:ticket"]
    assert [recipe.preset for recipe in held.recipes] == ["yosinski/1", "yosinski/2", "yosinski/3"]
    assert {recipe.seed for recipe in held.recipes} == {0}
    table = app.dataframe[0].value
    assert len(table.columns) == 1 + 3
    assert list(table["measure"]) == [
        "score",
        "fine grain (%)",
        "saturated (%)",
        "colorfulness",
        "robust score",
        "robust share (%)",
        "stands out (σ)",
        "against photos (times)",
    ]
    assert table.notna().all(axis=None)


def test_pictures_come_in_order_where_columns_are_stacked():
    """As on a phone, which shows one column after the other."""
    recipes = {f"recipe{i}": f"report/naive;steps={i % 2 + 1}" for i in range(1, 6)}
    app = finished(opened(**SMALL, **recipes))
    told = [re.match(r"\*\*(\d)\. ", caption.value) for caption in app.main.caption]
    assert [int(number[1]) for number in told if number] == [1, 2, 3, 4, 5]


def test_what_was_stopped_does_not_begin_again_by_itself():
    """As when a phone was locked for so long that the server has forgotten the visit."""
    recipes = {f"recipe{i}": "report/naive;steps=1900" for i in (1, 2)}
    app = opened(**SMALL, **recipes)
    app.session_state["compare:ticket"].stop()
    stopped = link(app.run())
    again = opened(**stopped)
    assert "compare:ticket" not in again.session_state
    assert any("These pictures were stopped" in told.value for told in again.markdown)


def test_a_blend_counts_no_steps_of_its_own():
    recipes = {"recipe1": "report/f-laplacian-4+5;steps=4", "recipe2": "report/naive;steps=4"}
    app = finished(opened(**SMALL, **recipes))
    captions = " ".join(caption.value for caption in app.caption)
    assert "A blend of 2 pictures · score" in captions and "Step 0" not in captions
    (slider,) = (each for each in app.select_slider if "Look back" in each.label)
    assert slider.label.endswith("with those of pictures that others start from")
    spec = json.loads(app.get("vega_lite_chart")[0].proto.spec)
    assert spec["encoding"]["color"]["scale"]["domain"] == ["2. Naive ascent"]


def test_captions_say_what_is_changed_from_the_preset():
    recipes = {
        "recipe1": "report/naive;steps=2",
        "recipe2": "report/naive;steps=2;rms.size=8;keep=best",
        "recipe3": "report/1-clip;steps=2;noise=off",
    }
    app = finished(opened(**SMALL, **recipes))
    assert not app.exception
    naive, clip = PRESETS["report/naive"].title, PRESETS["report/1-clip"].title
    titles = [f"1. {naive}", f"2. {naive} · keep best · rms.size 8", f"3. {clip} · without Noise"]
    assert list(app.dataframe[0].value.columns[1:]) == titles
    assert all(any(title in caption.value for caption in app.caption) for title in titles)
    assert not app.warning


def test_what_a_comparison_leaves_out_of_a_link_is_told():
    recipes = {f"recipe{i}": f"report/naive;steps={i}" for i in range(1, 9)}
    app = opened(**SMALL, **recipes)
    told = "\n".join(warning.value for warning in app.warning)
    assert "first 6 are shown" in told and "share the number of steps" in told
    assert {r.steps for r in app.session_state["compare:ticket"].recipes} == {1}
    alike = {f"recipe{i}": f"report/{name};steps=3" for i, name in enumerate(("naive", "1-clip"))}
    assert not opened(**SMALL, **alike).warning
    assert not opened(**SMALL, recipe1="report/naive", recipe2="best").warning


@pytest.mark.parametrize("most", [2, 3])
def test_with_few_recipes_allowed_the_longer_series_are_closed(monkeypatch, most):
    monkeypatch.setenv("EXPLORER_RECIPES", str(most))
    app = opened(**SMALL, recipe1="report/naive;steps=2", recipe2="report/1-clip;steps=2")
    assert not app.exception and len(app.tabs) == 2
    closed = [b.label for b in app.button if b.disabled and b.label != "Render all"]
    assert len(closed) == 4 and len(finished(app).dataframe[0].value.columns) == 1 + 2


def test_more_steps_than_are_allowed_are_refused_and_by_default_not_taken(monkeypatch):
    monkeypatch.setenv("EXPLORER_STEPS", "20")
    app = opened(**SMALL, recipe1="report/naive;steps=21", recipe2="report/1-clip;steps=21")
    assert not app.exception
    assert any("More than 20 steps" in error.value for error in app.error)
    app = opened()
    assert not app.exception and app.slider(key="compare:steps").value == 20


def test_one_click_shows_the_reports_series():
    app = opened(**SMALL, recipe1="report/naive;steps=2", recipe2="report/1-clip;steps=2")
    button = next(b for b in app.button if b.label == "The report's four regularizations")
    button.click().run()
    assert not app.exception
    presets = [recipe.preset for recipe in app.session_state["compare:ticket"].recipes]
    assert presets == [
        "report/naive",
        "report/1-clip",
        "report/2-decay",
        "report/3-blur",
        "report/4-small-norm",
    ]


def test_a_series_for_a_class_has_what_its_presets_have_for_classes():
    """Also where a recipe was not shown before."""
    target = {"class": "130", "network": "efficientnet-lite0", "size": "64"}
    app = opened(**target, recipe1="lucid;steps=1", recipe2="best;steps=1")
    next(b for b in app.button if b.label == "Other tools, and the best here").click().run()
    texts = [link(app)[f"recipe{i}"] for i in (1, 2, 3, 4)]
    assert texts == [f"{name};steps=1" for name in ("tf-keras-vis", "lucid", "maco", "best")]
    app = opened(network="efficientnet-lite0", layer="stem", channel="1", size="64", stopped="yes")
    app.segmented_control(key="compare:kind").set_value("Class").run()
    app.slider(key="compare:count").set_value(3).run()
    assert not app.exception
    assert all(";" not in link(app)[f"recipe{i}"].replace(";steps=60", "") for i in (1, 2, 3))


def test_a_recipe_that_was_left_out_for_a_while_comes_back_as_it_was():
    app = opened(**SMALL, recipe1="best;steps=1", recipe2="lucid;steps=1", recipe3="maco;steps=1")
    app.selectbox(key="compare2:preset").set_value("report/4-small-norm").run()
    app.slider(key="compare2:decay.strength").set_value(0.2).run()
    before = link(app)
    for count in (2, 3):
        app.slider(key="compare:count").set_value(count).run()
        app.run()
    assert not app.exception
    assert (
        link(app)["recipe3"]
        == before["recipe3"]
        == "report/4-small-norm;steps=1;decay.strength=0.2"
    )


@pytest.mark.parametrize(
    "recipes", [{"recipe1": "nothing"}, {"recipe9": ";;"}, {"recipe": "report/naive;rms=off"}]
)
def test_nonsense_is_told_and_replaced(recipes):
    app = opened(**SMALL, **recipes)
    assert not app.exception
    assert app.warning
    assert len(app.tabs) == 2


def test_recipes_that_cannot_be_are_told_in_their_tab_and_the_others_stay():
    app = opened(**SMALL, recipe1="report/naive;steps=2", recipe2="report/1-clip;steps=2")
    app = finished(app)
    app.selectbox(key="compare0:rule").set_value("adam").run()
    app.toggle(key="compare0:clip").set_value(True).run()
    app.toggle(key="compare0:fourier").set_value(True).run()
    assert not app.exception
    told = [error.value for error in app.error]
    assert any("see recipe 1." in sentence for sentence in told)
    assert any("clip does not go with fourier" in sentence for sentence in told)
    app.toggle(key="compare0:clip").set_value(False).run()
    assert not app.exception and not app.error
    assert app.selectbox(key="compare1:preset").value == "report/1-clip"
    assert app.toggle(key="compare1:clip").value


def recipes_of(app: AppTest) -> list[str]:
    return [link(app)[name] for name in sorted(link(app)) if name.startswith("recipe")]


def draw_series(app: AppTest, strength: tuple[str, str], values: str) -> AppTest:
    app.selectbox(key="compare:strength").set_value(strength).run()
    app.text_input(key="compare:values").set_value(values).run()
    app = next(b for b in app.button if b.label == "Draw the series").click().run()
    assert not app.exception
    return app


def test_a_series_of_one_strength_changes_nothing_else():
    recipes = {"recipe1": "report/3-blur;steps=1;decay=off", "recipe2": "best;steps=1"}
    app = draw_series(opened(**SMALL, **recipes), ("blur", "sigma"), "0, 1,2.5")
    begin = "report/3-blur;steps=1;decay=off"
    assert recipes_of(app) == [f"{begin};blur.sigma={sigma}" for sigma in ("0", "1", "2.5")]
    app = draw_series(app, ("blur", "sigma"), "2, 3")
    assert recipes_of(app) == [f"{begin};blur.sigma={sigma}" for sigma in ("2", "3")]


def test_a_series_switches_its_method_on():
    app = opened(**SMALL, recipe1="report/naive;steps=1", recipe2="best;steps=1")
    app = draw_series(app, ("jitter", "reach"), "4,8")
    assert recipes_of(app) == [f"report/naive;steps=1;jitter.reach={reach}" for reach in (4, 8)]
    app = draw_series(app, ("adam", "rate"), "0.05, 0.2")
    assert recipes_of(app) == [
        f"report/naive;steps=1;jitter.reach=4;rms=off;adam.rate={rate}" for rate in ("0.05", "0.2")
    ]


def test_each_method_is_left_out_in_turn():
    app = opened(**SMALL, recipe1="report/4-small-norm;steps=1;blur.sigma=1", recipe2="best")
    next(b for b in app.button if b.label == "Each method left out").click().run()
    assert not app.exception
    whole = "report/4-small-norm;steps=1;blur.sigma=1"
    assert recipes_of(app) == [
        whole,
        "report/4-small-norm;steps=1;decay=off;blur.sigma=1",
        "report/4-small-norm;steps=1;blur=off",
        f"{whole};small-norm=off",
        f"{whole};clip=off",
    ]


def test_without_methods_there_is_nothing_to_leave_out():
    naive = {f"recipe{i}": "report/naive;steps=1" for i in (1, 2)}
    app = opened(**SMALL, **naive, stopped="yes")
    assert not any(b.label == "Each method left out" for b in app.button)


def test_of_several_recipes_the_first_that_has_methods_loses_them_in_turn():
    app = opened(**SMALL, recipe1="report/naive;steps=1", recipe2="report/2-decay;steps=1")
    next(b for b in app.button if b.label == "Each method left out").click().run()
    assert recipes_of(app) == [
        "report/2-decay;steps=1",
        "report/2-decay;steps=1;decay=off",
        "report/2-decay;steps=1;clip=off",
    ]


def test_of_a_blend_nothing_can_be_left_out():
    """It has no steps in which its methods would act."""
    blends = {f"recipe{i}": "report/f-laplacian-4+5;steps=1" for i in (1, 2)}
    app = opened(**SMALL, **blends, stopped="yes")
    assert not any(b.label == "Each method left out" for b in app.button)


def test_as_many_methods_are_left_out_as_can_be_compared(monkeypatch):
    monkeypatch.setenv("EXPLORER_RECIPES", "3")
    app = opened(**SMALL, recipe1="best;steps=1", recipe2="report/naive;steps=1")
    button = next(b for b in app.button if b.label == "Each method left out")
    assert button.help.endswith(": Decorrelated color, Jitter."), "it says which"
    button.click().run()
    assert recipes_of(app) == [
        "best;steps=1",
        "best;steps=1;decorrelated-color=off",
        "best;steps=1;jitter=off",
    ]


@pytest.mark.parametrize(
    ("values", "told"),
    [("1", "not 1"), ("1,2,3,4,5,6,7", "not 7"), ("1, x", "blur.sigma"), ("1, 99", "blur.sigma")],
)
def test_values_that_make_no_series_are_told(values, told):
    app = opened(**SMALL, recipe1="report/naive;steps=1", recipe2="best;steps=1", stopped="yes")
    app.text_input(key="compare:values").set_value(values).run()
    assert any(told in error.value for error in app.error)
    before = link(app)
    next(b for b in app.button if b.label == "Draw the series").click().run()
    assert link(app) == before and "compare:ticket" not in app.session_state


@pytest.mark.parametrize(
    ("text", "values"),
    [("0, 1,2.5", "0 · 1 · 2.5"), ("0,5; 1;2", "0.5 · 1 · 2"), (" 0; ;0.25 ", "0 · 0.25")],
)
def test_values_are_shown_as_they_are_read(text, values):
    app = opened(**SMALL, recipe1="report/3-blur;steps=1", recipe2="best;steps=1", stopped="yes")
    app.text_input(key="compare:values").set_value(text).run()
    count = values.count("·") + 1
    assert f"{count} pictures: {values}" in [caption.value for caption in app.caption]
    app = next(b for b in app.button if b.label == "Draw the series").click().run()
    drawn = [
        recipe.methods["blur"]["sigma"] for recipe in app.session_state["compare:ticket"].recipes
    ]
    assert drawn == [float(value) for value in values.split(" · ")]


def test_captions_of_a_series_say_what_differs():
    """The second value is the preset's own; without a change there would be no word of it."""
    begin = "report/3-blur;steps=1;decay=off"
    values = {f"recipe{i}": f"{begin};blur.sigma={s}" for i, s in enumerate((0, 0.5, 2), 1)}
    app = finished(opened(**SMALL, **values))
    title = PRESETS["report/3-blur"].title
    wanted = [f"{i}. {title} · blur.sigma {s}" for i, s in enumerate((0, 0.5, 2), 1)]
    assert list(app.dataframe[0].value.columns[1:]) == wanted


def test_captions_of_a_method_that_one_recipe_has_more_say_its_strengths():
    recipes = {
        "recipe1": "report/naive;steps=1",
        "recipe2": "report/naive;steps=1;decay.strength=0.1",
    }
    app = finished(opened(**SMALL, **recipes))
    title = PRESETS["report/naive"].title
    assert list(app.dataframe[0].value.columns[1:]) == [
        f"1. {title}",
        f"2. {title} · decay.strength 0.1",
    ]


def test_a_series_of_no_values_is_told():
    app = opened(**SMALL, recipe1="report/naive;steps=1", recipe2="best;steps=1", stopped="yes")
    assert not app.error
    next(b for b in app.button if b.label == "Draw the series").click().run()
    assert "First type the values" in app.error[0].value
    assert "compare:ticket" not in app.session_state
    app.text_input(key="compare:values").set_value("1, 2").run()
    assert not app.error


def test_the_sheet_carries_its_recipes(monkeypatch):
    offered = []
    monkeypatch.setattr(st, "download_button", lambda *values, **options: offered.append(values))
    names = ["report/naive", "report/1-clip"]
    recipes = {f"recipe{i}": f"{name};steps=1" for i, name in enumerate(names, 1)}
    app = finished(opened(**SMALL, **recipes))
    assert not app.exception
    label, data, *_ = offered[-1]
    assert "sheet" in label
    assert [recipe["preset"] for recipe in read_note(data)["recipes"]] == names


def test_what_a_recipe_starts_from_is_counted_beside_its_steps():
    recipes = {"recipe1": "report/b-recursive-1;steps=1", "recipe2": "report/naive;steps=1"}
    app = finished(opened(**SMALL, **recipes))
    captions = " ".join(caption.value for caption in app.caption)
    assert "Step 1, after 5 of “All four regularizations” · score" in captions
    assert "Step 1 · score" in captions


@pytest.mark.parametrize("series", ["Yosinski's four sets", "Draw the series"])
def test_a_series_is_drawn_although_an_older_address_was_complained_about(series):
    """The complaint goes in a run of its own, which must not lose what was asked for."""
    app = opened(**SMALL, recipe1="report/naive;steps=1", recipe2="report/1-clip;steps=2")
    assert any("share the number of steps" in warning.value for warning in app.warning)
    app.text_input(key="compare:values").set_value("0, 1, 2, 3").run()
    next(b for b in app.button if b.label == series).click().run()
    assert not app.exception and not app.warning
    assert len(app.session_state["compare:ticket"].recipes) == 4
    assert len(recipes_of(app)) == 4


def test_as_many_values_as_recipes_may_be_and_what_is_kept_stays():
    app = opened(**SMALL, recipe1="report/1-clip;steps=1;keep=best", recipe2="best;steps=1")
    app = draw_series(app, ("rms", "size"), "1,2,3,4,5,6")
    assert recipes_of(app) == [
        "report/1-clip;steps=1;keep=best" + f";rms.size={size}" * (size != 4)
        for size in range(1, 7)
    ]


def test_a_series_that_cannot_be_is_told_and_changes_nothing():
    app = opened(**SMALL, recipe1="maco;steps=1", recipe2="best;steps=1", stopped="yes")
    before = link(app)
    app.text_input(key="compare:values").set_value("0, 1, 2").run()
    assert any("blur does not go with maco" in error.value for error in app.error)
    next(b for b in app.button if b.label == "Draw the series").click().run()
    assert link(app) == before and len(app.tabs) == 2


def test_values_that_were_typed_just_before_the_click_count():
    app = opened(**SMALL, recipe1="report/3-blur;steps=1", recipe2="best;steps=1", stopped="yes")
    app.text_input(key="compare:values").set_value("2, 3")
    next(b for b in app.button if b.label == "Draw the series").click().run()
    begin = "report/3-blur;steps=1"
    assert recipes_of(app) == [f"{begin};blur.sigma=2", f"{begin};blur.sigma=3"]
