"""The page's states, as a script; what needs a browser is in tests/browser."""

import time
from types import SimpleNamespace
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer import load_network
from explorer.catalogue import METHODS
from explorer.images import SAMPLES, Photo, png_bytes, sample_photo
from explorer.links import link_of, recipes_in
from explorer.measures import in_words, judged
from explorer.notes import picture_png, read_picture
from explorer.parametrizations import SPECTRA
from explorer.presets import PRESETS
from explorer.recipe import preset
from explorer.render import render
from explorer.settings import Settings
from explorer.studio import FINISHED, LIVE, RUNNING, STOPPED, Job, Studio, View
from explorer.targets import Target
from explorer.ui import exemplars, layout, live, messages, session
from explorer.ui.controls import STEP_RULES
from explorer.ui.excite import KINDS
from explorer.wording import number

HOME, PAGE = "../../streamlit_app.py", "../../pages/3_Feature_visualization.py"
AT_REST = {"network": "efficientnet-lite0", "size": "64", "stopped": "yes"}
"""A link that draws nothing by itself."""
CHANNEL = AT_REST | {"layer": "stem", "channel": "1"}


@pytest.fixture(autouse=True)
def fresh(vgg):
    """Caches that outlive a session are emptied."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(PAGE, default_timeout=90)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.warning, app.info, app.error, app.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def until(condition, seconds=60):
    """Wait for something that the worker does."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.05)


def until_ended(held, seconds=60):
    """Wait for a render to end."""
    until(lambda: held.view().status not in LIVE, seconds)


def link(app: AppTest) -> dict[str, str]:
    """The parameters of the page's address."""
    return {
        name: value[0] if isinstance(value, list) else value
        for name, value in app.query_params.items()
    }


def finished(app: AppTest, seconds=90) -> AppTest:
    """The page once its render has ended."""
    until_ended(app.session_state["feature:ticket"], seconds)
    return app.run()


def button(app: AppTest, label: str):
    return next(found for found in app.button if found.label == label)


def test_it_opens_with_a_word_on_what_to_do():
    app = opened()
    assert not app.exception
    assert "Nothing drawn yet" in texts(app)
    assert "feature:ticket" not in app.session_state
    assert app.query_params["layer"] == "conv3_1"


def test_render_draws_what_the_controls_say():
    app = opened(layer="conv1_2", channel="3", size="96", recipe="report/naive;steps=3")
    app = finished(app)
    assert not app.exception
    held = app.session_state["feature:ticket"]
    assert held.recipes == (preset("report/naive", Target("conv1_2", 3), steps=3, size=96),)
    *_, last = render(load_network(), held.recipes[0])
    assert np.array_equal(held.view().frames[0].image, last.image)
    (said,) = (each.value for each in app.get("html") if 'role="status"' in each.value)
    assert "Finished drawing" in said


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_fills_the_controls_and_the_address(name):
    app = opened()
    app.selectbox(key="feature:preset").set_value(name).run()
    assert not app.exception
    assert not app.error
    assert app.query_params["recipe"] == name
    for method in PRESETS[name].methods:
        switch = [toggle for toggle in app.toggle if toggle.key == f"feature:{method}"]
        assert all(toggle.value for toggle in switch)


def test_a_changed_strength_goes_into_the_address_and_back():
    app = opened()
    app.selectbox(key="feature:preset").set_value("report/4-small-norm").run()
    app.toggle(key="feature:decay").set_value(False).run()
    app.slider(key="feature:blur.sigma").set_value(1.5).run()
    text = app.query_params["recipe"]
    assert "decay=off" in text
    assert "blur.sigma=1.5" in text
    again = opened(layer="conv1_1", channel="1", size="96", recipe=text + ";steps=1")
    assert again.toggle(key="feature:decay").value is False
    assert again.slider(key="feature:blur.sigma").value == 1.5


@pytest.mark.parametrize("name", [name for name in METHODS if name not in STEP_RULES])
def test_every_method_has_a_switch_that_goes_into_the_address(name):
    app = opened()
    app.selectbox(key="feature:preset").set_value("report/naive").run()
    switch = app.toggle(key=f"feature:{name}")
    assert switch.label == METHODS[name].title and METHODS[name].summary in texts(app)
    if name in SPECTRA:  # which go with no method that sets pixels
        app.selectbox(key="feature:rule").set_value("adam").run()
    switch = app.toggle(key=f"feature:{name}")
    switch.set_value(not switch.value).run()
    assert not app.exception and not app.error
    (recipe,), complaints = recipes_in({"recipe": app.query_params["recipe"]})
    assert not complaints
    assert (name in recipe.methods) != (name in PRESETS["report/naive"].methods)


@pytest.mark.parametrize("name", ["best", "report/3-blur", "report/f-laplacian-4+5"])
def test_a_class_gets_what_the_preset_has_for_classes_however_it_is_chosen(name):
    by_preset = opened(**AT_REST, **{"class": "130", "recipe": "lucid"})
    by_preset.selectbox(key="feature:preset").set_value(name).run()
    by_kind = opened(**CHANNEL)
    by_kind.selectbox(key="feature:preset").set_value(name).run()
    by_kind.segmented_control(key="feature:kind").set_value("Class").run()
    for app in (by_preset, by_kind):
        assert not app.exception
        assert "class" in link(app) and link(app)["recipe"] == name
    by_kind.segmented_control(key="feature:kind").set_value("Channel").run()
    assert "channel" in link(by_kind) and link(by_kind)["recipe"] == name


def test_what_was_set_by_hand_stays_when_another_kind_is_chosen():
    app = opened(**CHANNEL, recipe="best;steps=7;jitter=off")
    app.segmented_control(key="feature:kind").set_value("Class").run()
    assert app.toggle(key="feature:jitter").value is False
    assert app.slider(key="feature:steps").value == 7
    assert app.toggle(key="feature:crops").value is False
    app = opened(**CHANNEL, recipe="best;steps=7")
    app.segmented_control(key="feature:kind").set_value("Class").run()
    assert link(app)["recipe"] == "best;steps=7"


def test_a_method_switched_off_and_on_has_its_default_back():
    app = opened()
    app.toggle(key="feature:decay").set_value(False).run()
    app.toggle(key="feature:decay").set_value(True).run()
    assert not app.exception
    assert app.slider(key="feature:decay.strength").value > 0


def test_next_and_previous_go_around():
    app = opened(layer="conv1_1", channel="63", size="96", recipe="report/naive;steps=1")
    button(app, "Next").click().run()
    assert app.number_input(key="feature:channel").value == 0
    button(app, "Previous").click().run()
    assert app.number_input(key="feature:channel").value == 63


def test_the_copy_of_a_key_that_a_poll_carries_does_not_count(monkeypatch):
    """The key itself follows in a message of its own."""
    app = opened(layer="conv1_1", channel="5", size="96", recipe="report/naive;steps=1")
    with monkeypatch.context() as polling:
        polling.setattr(messages, "of_a_part", lambda: True)
        button(app, "Next").click().run()
    assert app.number_input(key="feature:channel").value == 5
    button(app, "Next").click().run()
    assert app.number_input(key="feature:channel").value == 6


def test_the_copy_of_a_click_on_render_that_a_poll_carries_does_not_count(monkeypatch):
    app = opened(**CHANNEL)
    with monkeypatch.context() as polling:
        polling.setattr(messages, "of_a_part", lambda: True)
        button(app, "Render").click().run()
    assert "feature:ticket" not in app.session_state
    button(app, "Render").click().run()
    assert finished(app).session_state["feature:ticket"].view().status == FINISHED


def test_a_click_that_draws_tells_the_studio_before_the_page_is_run(monkeypatch):
    expected = []
    monkeypatch.setattr(Studio, "expect", lambda self, visitor: expected.append(visitor))
    app = opened(**CHANNEL)
    assert not expected
    for label in ("Render", "Next"):
        button(app, label).click().run()
    assert expected == 2 * [app.session_state["visitor"]]


def test_a_page_is_run_once_for_what_it_draws(monkeypatch):
    runs, begin = [], layout.begin
    monkeypatch.setattr(layout, "begin", lambda *texts: (runs.append(texts), begin(*texts)))
    app = opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=1900")
    assert len(runs) == 1
    button(app, "Next").click().run()
    held = app.session_state["feature:ticket"]
    assert len(runs) == 2 and held.recipes[0].target.channel == 4
    assert button(app, "Render").disabled
    held.stop()
    app = opened()
    app.segmented_control(key="feature:kind").set_value("Class").run()
    button(app, "Render").click().run()
    assert not app.exception
    assert "python -m explorer weights --download" in texts(app)
    assert "528 MB" in texts(app)
    assert "Nothing drawn yet" not in texts(app)


def test_why_something_was_refused_goes_when_something_else_is_chosen():
    app = opened(**{"class": "flamingo"})
    assert "528 MB" in texts(app)
    app.segmented_control(key="feature:kind").set_value("Channel").run()
    assert "528 MB" not in texts(app)
    assert "Nothing drawn yet" in texts(app)


def test_a_class_is_found_by_any_of_its_names():
    app = opened(**{"class": "555"})
    options = app.selectbox(key="feature:class").options
    assert options[555] == "fire engine, fire truck (555)"


def test_a_layer_with_fewer_channels_keeps_the_channel_in_range():
    app = opened(layer="conv5_1", channel="500", size="96", recipe="report/naive;steps=1")
    app.selectbox(key="feature:layer").set_value("conv1_1").run()
    assert not app.exception
    assert app.number_input(key="feature:channel").value == 63


def test_changed_settings_are_told_beside_an_older_picture():
    app = finished(opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=2"))
    app.number_input(key="feature:seed").set_value(7).run()
    assert "The settings have changed" in texts(app)
    button(app, "Render").click().run()
    assert "The settings have changed" not in texts(finished(app))


def test_a_dropped_picture_restores_all_settings(tmp_path):
    made = opened(
        layer="conv1_2", channel="5", size="96", seed="9", recipe="yosinski/3;steps=2;blur.sigma=2"
    )
    held = finished(made).session_state["feature:ticket"]
    data = picture_png(held.recipes[0], held.view().frames[0])
    app = opened()
    app.file_uploader[0].upload("anything.png", data, "image/png").run()
    assert not app.exception
    assert read_picture(data)[0] == app.session_state["feature:ticket"].recipes[0]
    assert app.number_input(key="feature:seed").value == 9
    assert app.slider(key="feature:blur.sigma").value == 2.0


def test_a_dropped_picture_of_a_stopped_render_is_told_as_such():
    target = Target("conv1_2", 5)
    recipe = preset("report/naive", target, steps=3, size=96)
    *_, frame, _ = render(load_network(), recipe)
    app = opened()
    app.file_uploader[0].upload("a.png", picture_png(recipe, frame), "image/png").run()
    assert not app.exception and app.session_state["feature:ticket"].recipes == (recipe,)
    assert any("stopped at step 2 of 3." in info.value for info in app.info)
    app.number_input(key="feature:channel").set_value(6).run()
    assert not any("stopped" in info.value for info in app.info)
    app = opened()
    *_, frame = render(load_network(), recipe)
    app.file_uploader[0].upload("a.png", picture_png(recipe, frame), "image/png").run()
    assert not any("stopped" in info.value for info in app.info)


def test_the_strip_shows_the_picture_as_it_is_now():
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=1900")
    held, drawn = app.session_state["feature:ticket"], []
    for press in ("Stop", "Continue", "Stop"):
        done = held.view().done
        until(lambda done=done: held.view().done > done + 20 or held.view().status not in LIVE)
        button(app.run(), press).click().run()
        if press == "Stop":
            drawn += app.session_state["strip"].values()
    assert len(drawn) == 2 and drawn[0] != drawn[1]


@pytest.mark.parametrize("target", [{"channel": "1", "position": "center"}, {"of": "cat"}])
def test_a_preset_is_drawn_without_what_does_not_suit_the_target(target):
    app = opened(layer="conv1_1", size="64", recipe="lucid;steps=2", **target)
    assert any("pad does not go with" in warning.value for warning in app.warning)
    app = finished(opened(layer="conv1_1", size="64", recipe="lucid;steps=2;pad=off", **target))
    assert not app.exception and link(app)["recipe"] == "lucid;steps=2;pad=off"


@pytest.mark.parametrize(("also", "where"), [("conv9_9:1", "below"), ("conv1_1:x", "above")])
def test_where_nothing_can_be_drawn_is_told_beside_the_button(also, where):
    app = finished(opened(layer="conv1_1", size="64", recipe="report/naive;steps=2"))
    assert not any("Nothing can be drawn" in warning.value for warning in app.warning)
    app.text_input(key="feature:also").set_value(also).run()
    assert f"see the message {where}" in app.warning[0].value and button(app, "Render").disabled


@pytest.mark.parametrize("keep", ["best", "last"])
def test_the_caption_says_that_a_picture_is_the_best(keep):
    app = finished(opened(layer="conv1_1", size="64", recipe=f"report/naive;steps=3;keep={keep}"))
    assert ("Best score: step 3" in texts(app)) == (keep == "best")


def test_the_strip_names_what_was_drawn_in_few_words():
    short = {
        "conv1_1 · 1": {"channel": "1"},
        "conv1_1, channels 0.5·1 −1·7": {"direction": "1:0.5,7:-1"},
    }
    for words, target in short.items():
        app = finished(opened(layer="conv1_1", size="64", recipe="report/naive;steps=2", **target))
        assert button(app, words).key == "strip 0"


def test_a_picture_of_the_strip_whose_photo_is_gone_is_told():
    app = finished(opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=2"))
    photo = "sha256:" + 64 * "a"
    mine = preset("deepdream", Target("conv1_1"), steps=2, size=96, photo=photo)
    held = app.session_state["feature:ticket"]
    app.session_state["strip"] = app.session_state["strip"] | {mine: b""}
    app.run()
    app.button(key="strip 1").click().run()
    assert not app.exception
    assert any("needs a person's own photo" in error.value for error in app.error)
    assert app.session_state["feature:ticket"] is held
    assert not app.run().error


@pytest.mark.parametrize(
    "data",
    [
        b"not a picture",
        png_bytes(np.zeros((4, 4, 3), np.uint8)),
        png_bytes(np.zeros((4, 4, 3), np.uint8), {"recipe": {"format": 99}}),
        png_bytes(np.zeros((4, 4, 3), np.uint8), {"recipe": {"format": 1, "steps": 10**9}}),
    ],
    ids=["garbage", "no recipe", "another format", "forged"],
)
def test_a_dropped_file_that_is_no_such_picture_is_told(data):
    app = opened()
    app.file_uploader[0].upload("../../etc/passwd.png", data, "image/png").run()
    assert not app.exception
    assert len(app.error) == 1


@pytest.mark.parametrize(
    ("parameter", "value"),
    [
        ("layer", "conv9_9"),
        ("channel", "1e9"),
        ("class", "<script>"),
        ("size", "99999"),
        ("seed", "-1"),
        ("photo", "../x"),
        ("recipe", "report/naive;steps=99999999"),
        ("network", "?"),
        ("position", "9,9,9"),
        ("relu", "maybe"),
        ("layer", "a" * 5000),
        ("recipe", "report/naive;" * 500),
    ],
)
def test_nonsense_in_the_address_is_told(parameter, value):
    app = AppTest.from_file(PAGE, default_timeout=90)
    app.query_params["layer"], app.query_params["channel"] = "conv1_1", "1"
    app.query_params["recipe"], app.query_params["size"] = "report/naive;steps=1", "96"
    app.query_params[parameter] = value
    app.run()
    assert not app.exception
    assert app.warning
    assert all(len(told.value) < 600 for told in app.warning)


def test_the_limits_of_the_server_are_told(monkeypatch):
    monkeypatch.setenv("EXPLORER_PIXELS", "5000")
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=1")
    assert not app.exception
    assert "too large here" in texts(app)


def test_more_steps_than_are_allowed_are_refused_and_by_default_not_taken(monkeypatch):
    assert "More than 2,000 steps" in texts(
        opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=2001")
    )
    monkeypatch.setenv("EXPLORER_STEPS", "10")
    st.cache_resource.clear()
    app = opened()
    assert not app.exception and app.slider(key="feature:steps").value == 10
    app.selectbox(key="feature:preset").set_value("report/naive").run()
    assert not app.exception and app.slider(key="feature:steps").value == 10


def test_steps_cut_by_a_limit_are_no_choice_of_ones_own(monkeypatch):
    monkeypatch.setenv("EXPLORER_STEPS", "140")
    st.cache_resource.clear()
    app = opened(**CHANNEL)
    for kind, steps in (("Class", 140), ("Channel", 128)):
        app.segmented_control(key="feature:kind").set_value(kind).run()
        assert app.slider(key="feature:steps").value == steps


@pytest.mark.parametrize("page", ["3_Feature_visualization", "4_Compare"])
def test_what_is_drawn_by_default_is_within_the_limit_of_pixels(monkeypatch, page):
    monkeypatch.setenv("EXPLORER_PIXELS", "10000")
    st.cache_resource.clear()
    app = AppTest.from_file(f"../../pages/{page}.py", default_timeout=90).run()
    assert not app.exception and link(app)["size"] == "100"


def test_a_render_that_failed_can_be_tried_again(monkeypatch):
    with monkeypatch.context() as broken:
        broken.setattr(Job, "advance", lambda job: 1 / 0)
        app = opened(layer="conv1_1", channel="1", size="64", recipe="report/naive;steps=1")
        app = finished(app)
        assert "something broke" in texts(app) and not button(app, "Render").disabled
    button(app, "Render").click().run()
    app = finished(app)
    assert "something broke" not in texts(app) and button(app, "Render").disabled
    assert app.session_state["feature:ticket"].view().status == FINISHED


@pytest.mark.parametrize("photo", ["photo", "of"])
def test_a_link_about_a_photo_that_is_not_here_draws_nothing_else(photo):
    app = opened(**{"layer": "conv1_1", "size": "64", "recipe": "best;steps=1", photo: "yours"})
    assert "A person's own photo is not here" in texts(app)
    assert "feature:ticket" not in app.session_state


def test_at_a_limit_nothing_is_lost_and_the_refusal_goes(monkeypatch):
    monkeypatch.setenv("EXPLORER_VISITOR_RENDERS", "1")
    st.cache_resource.clear()
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=1900")
    held = app.session_state["feature:ticket"]
    held.stop()
    visitor, other = app.session_state["visitor"], preset("best", Target("conv1_1", 2), size=64)
    also = session.studio().submit(visitor, [other.changed(steps=1900)])
    app.run()
    button(app, "Continue").click().run()
    assert "at the limit of 1 render under way" in texts(app)
    app.number_input(key="feature:channel").set_value(3).run()
    button(app, "Render").click().run()
    assert "at the limit of 1 render under way" in texts(app)
    assert app.session_state["feature:ticket"] is held, "its picture stays"
    also.close()
    app.number_input(key="feature:channel").set_value(1).run()
    button(app, "Continue").click().run()
    assert held.view().status in LIVE and "at the limit" not in texts(app.run())
    held.close()


def test_what_was_stopped_does_not_begin_again_by_itself():
    """As when a phone was locked for so long that the server has forgotten the visit."""
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=1900")
    held = app.session_state["feature:ticket"]
    until(lambda: held.view().done > 3)
    button(app.run(), "Stop").click().run()
    stopped = link(app)
    for _ in range(2):
        again = opened(**stopped)
        assert "feature:ticket" not in again.session_state
        assert "This picture was stopped" in texts(again)
        stopped = link(again)
    button(again, "Render").click().run()
    assert again.session_state["feature:ticket"].job is held.job, "it goes on"
    assert stopped.keys() - link(again.run()).keys() == {"stopped"}
    again.session_state["feature:ticket"].close()


def test_a_stopped_picture_of_the_strip_is_shown_at_rest():
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=1900")
    for seed in (0, 5):
        if seed:
            app.number_input(key="feature:seed").set_value(seed).run()
            button(app, "Render").click().run()
        held = app.session_state["feature:ticket"]
        until(lambda held=held: held.view().done > 3)
        button(app.run(), "Stop").click().run()
    app.button(key="strip 1").click().run()
    held = app.session_state["feature:ticket"]
    assert held.recipes[0].seed == 0 and held.view().status == STOPPED
    assert link(app.run())["stopped"] == "yes"
    button(app, "Continue").click().run()
    assert held.view().status in LIVE
    held.close()


def test_only_what_was_stopped_is_said_to_be():
    small = {"layer": "conv1_1", "size": "96", "recipe": "report/naive;steps=50"}
    app = opened(**small, channel="1", stopped="yes")
    assert "This picture was stopped" in texts(app)
    app.number_input(key="feature:channel").set_value(2).run()
    assert "Nothing drawn yet" in texts(app) and "stopped" not in link(app)
    app.number_input(key="feature:channel").set_value(1).run()
    assert "This picture was stopped" in texts(app) and link(app)["stopped"] == "yes"


def test_a_stop_leaves_complaints_about_the_address():
    given = {"layer": "conv1_1", "channel": "1", "size": "9999"}
    app = opened(**given, recipe="report/naive;steps=1900")
    assert app.warning
    app.session_state["feature:ticket"].stop()
    assert app.run().warning and link(app)["stopped"] == "yes"


def test_what_is_beside_a_stopped_picture_ends_with_it(monkeypatch):
    """Although others go on with the same render, and its moments have been thinned out."""
    drawn = []
    monkeypatch.setattr(live, "_curve", lambda table, captions: drawn.append(list(table["step"])))
    app = opened(layer="conv1_1", channel="1", size="96", recipe="report/naive;steps=20")
    held = app.session_state["feature:ticket"]
    until_ended(held)
    frame = list(render(load_network(), held.recipes[0]))[7]
    held._held = View(STOPPED, (frame,), 7, 20)
    held.job.moments[0][:] = [m for m in held.job.moments[0] if m.done % 4 == 0]
    for look, step in ((None, 7), (4, 4), (7, 7)):
        if look:
            app.session_state["feature:look"] = look
        app.run()
        assert not app.exception
        options = app.select_slider(key="feature:look").options
        assert options == ["step 0", "step 4", "step 7"] and drawn[-1] == list(range(8))
        assert f"\nStep {step} · score" in texts(app)
        assert ("You are looking back" in texts(app)) == (step != 7)


def test_whoever_comes_back_finds_nothing_begun():
    app = opened()
    assert "feature:ticket" not in app.session_state
    app.session_state["page"] = "another"
    app.query_params.clear()
    app.run()
    assert "feature:ticket" not in app.session_state


def test_a_complaint_goes_with_the_first_change():
    app = opened(layer="conv1_1", channel="1", size="96", seed="x", recipe="report/naive;steps=1")
    assert any("seed must be" in warning.value for warning in app.warning)
    app.number_input(key="feature:seed").set_value(3).run()
    assert not any("seed must be" in warning.value for warning in app.warning)
    assert app.query_params["seed"] == "3"


# ---- What to excite

SMALL = {"size": "64", "recipe": "report/naive;steps=2"}


@pytest.mark.parametrize(
    "link",
    [
        {"layer": "conv1_2"},
        {"layer": "conv1_2", "of": "cat"},
        {"layer": "conv1_2", "direction": "1:0.5,7:-1"},
        {"layer": "conv1_2", "channel": "3", "weight": "-1"},
        {"layer": "conv1_2", "channel": "3", "weight": "0.3", "also": "0.7*conv1_2:5"},
        {"layer": "conv1_2", "channel": "3", "weight": "-0.3", "also": "-0.7*conv1_2:5|pool1"},
        {"layer": "conv1_2", "channel": "3", "weight": "0.5", "also": "-0.5*conv1_2:5"},
        {"layer": "conv1_2", "channel": "3", "also": "conv1_1:5|-0.5*pool1:2"},
        {
            "layer": "conv1_2",
            "channel": "3",
            "weight": "0.666666666667",
            "also": "0.333333333333*conv1_2:5",
        },
        {"layer": "conv1_2", "channel": "3", "weight": "1e-05"},
    ],
    ids=[
        "layer",
        "photo",
        "direction",
        "down",
        "between",
        "down between",
        "weighed",
        "several",
        "third",
        "tiny",
    ],
)
def test_every_target_goes_through_the_controls_and_is_drawn(link):
    app = finished(opened(**link, **SMALL))
    assert not app.exception and not app.error
    held = app.session_state["feature:ticket"]
    (wanted,), complaints = recipes_in(link | SMALL)
    assert not complaints and held.recipes == (wanted,)
    assert held.view().status == "finished"
    assert {name: app.query_params[name] for name in link} == link
    assert "Target(" in app.code[0].value


@pytest.mark.parametrize(
    ("kind", "parameters"),
    [
        ("Layer", {"layer"}),
        ("Photo", {"layer", "of"}),
        ("Direction", {"layer", "direction"}),
        ("Class", {"class"}),
        ("Channel", {"layer", "channel"}),
    ],
)
def test_each_kind_is_a_click_away_with_a_line_on_it(kind, parameters):
    app = opened()
    app.segmented_control(key="feature:kind").set_value(kind).run()
    assert not app.exception and not app.error
    assert KINDS[kind] in texts(app)
    assert set(app.query_params) == parameters | {"size", "seed", "recipe"}


def test_a_channel_is_held_down_and_led_towards_a_second():
    app = opened()
    app.toggle(key="feature:down").set_value(True).run()
    assert app.query_params["weight"] in ("-1", ["-1"])
    app.toggle(key="feature:mix").set_value(True).run()
    app.number_input(key="feature:second").set_value(9).run()
    app.slider(key="feature:share").set_value(0.7).run()
    (recipe,), complaints = recipes_in(parameters(app))
    assert not complaints
    assert (recipe.target.channel, recipe.target.weight) == (1, -0.3)
    (second,) = recipe.target.also
    assert (second.channel, second.weight) == (9, -0.7)
    app.slider(key="feature:share").set_value(1.0).run()
    (recipe,), _ = recipes_in(parameters(app))
    assert (recipe.target.channel, recipe.target.weight, recipe.target.also) == (9, -1, ())
    assert not app.exception and not app.error


@pytest.mark.parametrize("kind", ["Class", "Layer", "Photo", "Direction"])
def test_layer_and_channel_outlast_a_look_at_another_kind(kind):
    app = opened(layer="conv4_1", channel="77", size="96", position="center")
    for chosen in (kind, "Channel"):
        app.segmented_control(key="feature:kind").set_value(chosen).run()
        assert not app.exception
    shown = parameters(app)
    assert (shown["layer"], shown["channel"], shown["position"]) == ("conv4_1", "77", "center")


def test_a_class_leads_to_a_direction_that_there_is():
    app = opened(network="efficientnet-lite0", **{"class": "700"}, size="96", stopped="yes")
    app.segmented_control(key="feature:kind").set_value("Direction").run()
    assert not app.exception and not app.error
    assert parameters(app)["direction"] == "1:1"


def test_a_method_comes_back_with_the_strength_it_had():
    app = opened(layer="conv3_1", channel="1", size="96", recipe="lucid", stopped="yes")
    before = parameters(app)["recipe"]
    app.toggle(key="feature:jitter").set_value(False).run()
    assert "jitter=off" in parameters(app)["recipe"]
    app.toggle(key="feature:jitter").set_value(True).run()
    assert parameters(app)["recipe"] == before
    app.slider(key="feature:jitter.reach").set_value(13).run()
    for on in (False, True):
        app.toggle(key="feature:jitter").set_value(on).run()
    assert "jitter.reach=13" in parameters(app)["recipe"]


def test_what_is_set_just_before_the_network_is_changed_holds():
    app = opened(layer="conv3_1", channel="1", size="96", recipe="best", stopped="yes")
    app.number_input(key="feature:seed").set_value(42)
    app.segmented_control(key="feature:network").set_value("efficientnet-lite0").run()
    assert not app.exception
    assert parameters(app)["seed"] == "42" and parameters(app)["size"] == "96"


def test_a_first_layer_is_taken_after_relu_in_a_click():
    app = opened(layer="conv1_1", channel="3", size="96", recipe="best;steps=1", stopped="yes")
    assert "only adds up colors" in texts(app)
    app.button(key="feature:take after").click().run()
    assert not app.exception and parameters(app)["relu"] == "after"
    assert "only adds up colors" not in texts(app)
    until_ended(app.session_state["feature:ticket"])
    assert "only adds up colors" not in texts(opened(layer="conv1_2", channel="3", stopped="yes"))


def test_between_two_channels_the_weight_that_cannot_be_set_does_nothing():
    app = opened(layer="conv3_1", channel="1", weight="2")
    app.toggle(key="feature:mix").set_value(True).run()
    assert app.number_input(key="feature:weight").disabled
    app.slider(key="feature:share").set_value(1.0).run()
    (recipe,), _ = recipes_in(parameters(app))
    assert (recipe.target.channel, recipe.target.weight) == (0, 1)
    app.toggle(key="feature:relu").set_value(True).run()
    assert not app.number_input(key="feature:weight").disabled


def test_a_whole_layer_of_classes_is_kept():
    app = opened(layer="fc_3", size="224")
    assert app.selectbox(key="feature:layer").value == "fc_3"
    assert parameters(app)["layer"] == "fc_3" and "channel" not in parameters(app)


def parameters(app: AppTest) -> dict[str, str]:
    values = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in values}


def test_further_targets_and_directions_that_are_not_understood_are_told_beside_the_field():
    app = opened()
    app.text_input(key="feature:also").set_value("conv4_1:6 | nonsense:x").run()
    assert not app.exception
    assert ["A further target is written" in error.value for error in app.error] == [True]
    assert button(app, "Render").disabled
    assert app.number_input(key="feature:seed").value == 0, "all other controls are there"
    app.text_input(key="feature:also").set_value("conv4_1:6 | -0.5*class:flamingo").run()
    assert not app.error
    assert parameters(app)["also"] == "conv4_1:6|-0.5*class:130"
    app.segmented_control(key="feature:kind").set_value("Direction").run()
    app.text_input(key="feature:direction").set_value("1;2").run()
    assert not app.exception
    assert ["A direction is written" in error.value for error in app.error] == [True]


def test_a_target_that_does_not_exist_is_told_and_the_controls_stay():
    app = opened()
    app.text_input(key="feature:also").set_value("conv9_9:6").run()
    assert not app.exception
    assert any("no layer 'conv9_9'" in error.value for error in app.error)
    app.text_input(key="feature:also").set_value("").run()
    assert not app.exception and not app.error


def test_methods_that_do_not_combine_are_told_beside_both_and_nothing_is_lost():
    app = opened(layer="conv1_1", channel="1", size="64", recipe="report/naive;steps=1")
    app.toggle(key="feature:fourier").set_value(True).run()
    app.selectbox(key="feature:rule").set_value("adam").run()
    app.toggle(key="feature:clip").set_value(True).run()
    assert not app.exception
    sentence = "clip does not go with fourier"
    assert [sentence in error.value for error in app.error] == [True]
    assert sum(sentence in warning.value for warning in app.warning) == 2
    assert button(app, "Render").disabled
    app.toggle(key="feature:clip").set_value(False).run()
    assert not app.exception and not app.error
    assert not button(app, "Render").disabled
    assert app.toggle(key="feature:fourier").value


def test_two_spectra_at_once_are_told():
    app = opened(layer="conv1_1", channel="1", size="64", recipe="report/naive;steps=1")
    app.selectbox(key="feature:rule").set_value("adam").run()
    app.toggle(key="feature:fourier").set_value(True).run()
    app.toggle(key="feature:maco").set_value(True).run()
    assert any("maco does not go with fourier" in error.value for error in app.error)


def test_several_pictures_are_one_grid():
    app = finished(
        opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=2;diversity=on")
    )
    assert not app.exception
    frame = app.session_state["feature:ticket"].view().frames[0]
    assert frame.pictures.shape == (4, 64, 64, 3)
    assert frame.image.shape[0] >= 128 and frame.image.shape[1] >= 128
    assert app.metric


# ---- What the picture does to the network


def test_a_finished_picture_has_measures_with_units_and_help(vgg):
    app = finished(opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=2"))
    frame = app.session_state["feature:ticket"].view().frames[0]
    wanted = judged(vgg, frame.recipe.target, frame.image)
    assert {"robust_score", "robust_ratio", "z_score", "photo_ratio"} < set(wanted)
    assert [metric.value for metric in app.metric] == [in_words(*item) for item in wanted.items()]
    assert all(metric.help for metric in app.metric)
    assert "cycle per pixel" in texts(app)


def among_others(**parameters) -> AppTest:
    """The page, in an app whose other pages it can lead to."""
    app = AppTest.from_file(HOME, default_timeout=90)
    app.switch_page("pages/3_Feature_visualization.py")
    usual = {"layer": "conv1_2", "channel": "3", "size": "64", "recipe": "report/naive;steps=2"}
    for name, value in (usual | parameters).items():
        app.query_params[name] = value
    return app


def exemplars_of(app: AppTest) -> dict[str, str]:
    """What stands below the photos that excite the target most -> the address it leads to."""
    links = [found.proto for found in app.get("page_link")]
    return {each.label: each.query_string for each in links if " · " in each.label}


def test_the_photos_that_excite_a_filter_most_are_beside_its_picture(vgg):
    answers = {n: vgg.activations(sample_photo(n).fitted(224), ["conv1_2"]) for n in SAMPLES}
    scores = {name: float(found["block1_conv2"][..., 3].max()) for name, found in answers.items()}
    best = sorted(scores, key=scores.get, reverse=True)[:4]
    links = exemplars_of(finished(among_others().run()))
    assert list(links) == [f"{name.capitalize()} · {number(scores[name])}" for name in best]
    assert [dict(parse_qsl(query)) for query in links.values()] == [
        {"photo": name, "layer": "conv1_2", "filter": "3"} for name in best
    ]


def test_ones_own_photo_is_asked_too_and_forgotten(vgg):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), np.uint8)
    gray = np.full((64, 64, 3), 128, np.uint8)
    for name, pixels in (("noise", noise), ("gray", gray)):
        app = among_others()
        app.session_state["own photo"] = Photo(f"sha256:{name}", pixels)
        app = finished(app.run())
        shown = any(label.startswith("Yours · ") for label in exemplars_of(app))
        assert shown == (name == "noise")
        assert ("Yours has" in texts(app)) == (name == "gray"), "not among the best four"
        del app.session_state["own photo"]
        app = app.run()
        assert not any(label.startswith("Yours") for label in exemplars_of(app))
        assert "Yours has" not in texts(app)


@pytest.mark.parametrize("parameters", [{"weight": "-1"}, {"also": "conv1_2:4"}])
def test_what_ranks_no_photos_has_none(vgg, parameters):
    app = finished(among_others(**parameters).run())
    assert app.metric and not exemplars_of(app) and "Photos that" not in texts(app)


def test_what_is_wrong_is_told_with_the_setting_to_change():
    recipe = "report/1-clip;steps=9;rms.size=100"
    app = finished(opened(layer="conv1_2", channel="3", size="64", recipe=recipe))
    (told,) = (w.value for w in app.warning if "at their limits" in w.value)
    assert (
        "lower *size (gray levels)* of Steps of equal size (under *On the step*) or raise" in told
    )
    assert "rms.size" not in told
    app.session_state["feature:ticket"].stop()


@pytest.mark.parametrize("steps", ["400", "2"])
def test_what_was_stopped_gets_no_advice(steps):
    """It would be of a picture that is not there yet."""
    recipe = f"report/1-clip;steps={steps};rms.size=100"
    app = opened(layer="conv1_2", channel="3", size="64", recipe=recipe)
    held = app.session_state["feature:ticket"]
    while held.view().done < 2:
        time.sleep(0.01)
    held.stop()
    app = finished(app)
    assert not app.exception and app.metric
    assert bool(app.warning) == (held.view().status == "finished")


def test_a_stopped_render_is_not_blamed_for_rising(monkeypatch):
    app = opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=400")
    held = app.session_state["feature:ticket"]
    while len(held.job.curves[0]) < 5:
        time.sleep(0.05)
    held.stop()
    app.run()
    assert not app.exception and app.metric
    assert not any("still rising" in warning.value for warning in app.warning)


def test_a_render_stopped_before_its_first_picture_says_so(monkeypatch):
    monkeypatch.setattr(Studio, "_turn", lambda self, job: time.sleep(0.01))
    app = opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=400")
    app.session_state["feature:ticket"].stop()
    app.run()
    assert not app.exception
    (progress,) = app.get("progress")
    assert progress.proto.text == "Stopped at step 0 of 400; there was no picture yet."


def test_a_plateau_is_told():
    recipe = "report/naive;steps=300;plateau.patience=5;plateau.gain=100"
    app = finished(opened(layer="conv1_2", channel="3", size="64", recipe=recipe))
    frame = app.session_state["feature:ticket"].view().frames[0]
    assert frame.step < 300
    assert frame.ending in texts(app)
    assert not any("still rising" in warning.value for warning in app.warning)


def test_a_class_has_its_standing(effnet):
    given = {"class": "130", "network": effnet.name, "size": "64"}
    app = finished(opened(**given, recipe="report/naive;steps=2"))
    assert not app.exception
    standing = app.dataframe[0].value
    assert list(standing.columns) == ["picture", "rank", "margin", "probability (%)"]
    assert len(standing) == 5 and (standing["rank"] >= 1).all()
    assert "Worst rank" in [metric.label for metric in app.metric]
    assert not exemplars_of(app), "hardly any class is in the sample photos"


# ---- A dropped picture with a target of its own


@pytest.mark.parametrize(
    ("target", "shows"),
    [
        (Target("conv1_2", photo="cat"), True),
        (Target("conv1_2", 3, also=(Target("conv1_1", 2, after_relu=True),)), False),
        (Target("conv1_2", photo="sha256:" + "0" * 64), False),
    ],
)
def test_a_dropped_picture_brings_its_target_or_a_sentence(target, shows):
    recipe = preset("report/naive", target, steps=1, size=32)
    data = png_bytes(np.zeros((32, 32, 3), np.uint8), {"recipe": recipe.as_dict()})
    app = opened()
    app.file_uploader[0].upload("a.png", data, "image/png").run()
    assert not app.exception
    if shows:
        assert app.session_state["feature:ticket"].recipes == (recipe,)
        assert parameters(app) == link_of([recipe])
    else:
        assert len(app.error) == 1


def test_a_click_counts_although_an_older_address_was_complained_about():
    """The complaint goes in a run of its own, which must not lose what was asked for."""
    app = opened(layer="conv9_9", size="64", recipe="report/naive;steps=1", stopped="yes")
    assert app.warning
    next(b for b in app.button if b.label == "Next").click().run()
    assert not app.exception and not app.warning
    (recipe,) = app.session_state["feature:ticket"].recipes
    assert str(recipe.target.channel) == parameters(app)["channel"]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("direction", ",".join(f"{channel}:0.12345" for channel in range(400))),
        ("also", "|".join(f"1.2345678901234567e-05*block6a_depthwise:6{i}3" for i in range(7))),
    ],
)
def test_a_long_address_that_a_page_wrote_opens_again(name, text):
    network = {"network": "efficientnet-lite0", "layer": "block6a_expand"}
    app = opened(**network, **{name: text}, size="64", stopped="yes")
    assert not app.exception and not app.warning
    written = parameters(app)
    assert len(written[name]) > 300
    again = opened(**written)
    assert not again.warning and parameters(again) == written


def test_a_number_that_was_brought_back_is_not_told_again_on_coming_back():
    app = opened(layer="conv1_2", channel="3", size="64", stopped="yes")
    app.number_input(key="feature:seed").set_value(5_000_000_000).run()
    assert app.warning[0].value.startswith("There is no 5,000,000,000 here")
    app.session_state["page"] = "another"
    app.run()
    assert app.number_input(key="feature:seed").value == 2**32 - 1 and not app.warning


def test_on_a_phone_the_bar_says_whether_the_picture_grows():
    app = opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=1900")
    held = app.session_state["feature:ticket"]
    app.run()
    assert "[Drawing: see the picture grow ↑](#the-picture)" in texts(app)
    held.stop()
    app.run()
    assert "[To the picture ↑](#the-picture)" in texts(app) and "Drawing:" not in texts(app)


@pytest.mark.parametrize(("jobs", "seconds"), [(0, 0.4), (1, 0.4), (3, 1.2), (40, 2.0)])
def test_in_a_crowd_each_looks_seldomer(monkeypatch, jobs, seconds):
    crowd = Studio(Settings())
    monkeypatch.setattr(crowd, "live_jobs", lambda: set(range(jobs)))
    monkeypatch.setattr(live, "studio", lambda: crowd)
    assert live._poll_seconds() == pytest.approx(seconds)


@pytest.mark.parametrize(
    ("done", "left", "seconds"),
    [(60, 6.0, 0.4), (60, 30.0, 1.0), (60, 300.0, 2.0), (3, 300.0, 0.4), (60, None, 0.4)],
)
def test_slow_pictures_are_looked_at_seldomer(monkeypatch, done, left, seconds):
    """At every second step, once the pace is known."""
    monkeypatch.setattr(live, "studio", lambda: Studio(Settings()))
    view = View(RUNNING, (), done, 120, left)
    assert live._poll_seconds(view) == pytest.approx(seconds)


def test_a_page_that_turns_out_slow_looks_seldomer_from_then_on(monkeypatch):
    told, fragment = [], st.fragment

    def spy(function, run_every=None):
        told.append(run_every)
        return fragment(function, run_every=run_every)

    app = opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=1900")
    held = app.session_state["feature:ticket"]
    held.stop()
    monkeypatch.setattr(held, "view", lambda: View(RUNNING, (), 60, 120, 30.0 if told else None))
    monkeypatch.setattr(st, "fragment", spy)
    assert not app.run().exception
    assert told == [pytest.approx(0.4), pytest.approx(1.0)]


def test_between_two_photos_that_are_asked_a_click_is_heard(vgg, monkeypatch):
    told, asked = [], exemplars._found
    place = SimpleNamespace(empty=lambda: told.append("heard"))
    monkeypatch.setattr(exemplars, "st", SimpleNamespace(**vars(st) | {"empty": lambda: place}))
    monkeypatch.setattr(exemplars, "_found", lambda *of: (told.append("asked"), asked(*of))[1])
    finished(opened(layer="conv1_2", channel="3", size="64", recipe="report/naive;steps=1"))
    assert told == ["heard", "asked"] * len(SAMPLES)
