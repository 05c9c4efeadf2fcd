"""The second network on every page: chosen there, kept in the address, true to its own layers."""

import time
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.images import sample_photo
from explorer.links import recipes_in
from explorer.networks import dense_weights, load_network
from explorer.networks.dense_weights import Found
from explorer.recognition import guesses

HOME = "../../streamlit_app.py"
PAGES = {
    "structure": "pages/1_Model_structure.py",
    "activations": "pages/2_Filter_activations.py",
    "feature": "pages/3_Feature_visualization.py",
    "compare": "pages/4_Compare.py",
}
EFFNET = "efficientnet-lite0"


@pytest.fixture(autouse=True)
def fresh(vgg, effnet):
    """One object of each network for all tests; caches that outlive a session are emptied."""
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(page: str, **parameters) -> AppTest:
    app = AppTest.from_file(HOME, default_timeout=90)
    app.switch_page(PAGES[page])
    for name, value in parameters.items():
        app.query_params[name] = value
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def link(app: AppTest) -> dict[str, str]:
    values = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in values}


def switched(app: AppTest, page: str, name: str) -> AppTest:
    return sound(app.segmented_control(key=f"{page}:network").set_value(name).run())


def finished(app: AppTest, page: str, seconds=90) -> AppTest:
    end = time.monotonic() + seconds
    while app.session_state[f"{page}:ticket"].view().status in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
    return sound(app.run())


def texts(app: AppTest) -> str:
    kinds = (app.markdown, app.warning, app.info, app.error, app.caption)
    return "\n".join(element.value for kind in kinds for element in kind)


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def bars(app: AppTest) -> list[tuple[int, str]]:
    return [(item.proto.value, item.proto.text) for item in app.get("progress")]


# ---- The choice


@pytest.mark.parametrize("page", PAGES)
def test_an_empty_address_is_vgg16(page):
    app = opened(page)
    assert app.segmented_control(key=f"{page}:network").value == "vgg16"
    assert "network" not in link(app)


@pytest.mark.parametrize("page", PAGES)
def test_the_choice_is_kept_in_the_address_and_opens_the_same_view(page):
    app = switched(opened(page), page, EFFNET)
    assert link(app)["network"] == EFFNET and not app.warning and not app.error
    again = opened(page, **link(app))
    assert link(again) == link(app) and not again.warning
    assert again.segmented_control(key=f"{page}:network").value == EFFNET
    back = switched(app, page, "vgg16")
    assert "network" not in link(back) and not back.warning and not back.error


@pytest.mark.parametrize("page", PAGES)
def test_an_unknown_network_is_named_and_replaced(page):
    app = opened(page, network="resnet")
    assert any("no network called 'resnet'" in warning.value for warning in app.warning)
    assert "network" not in link(app)


@pytest.mark.parametrize("page", ["feature", "compare"])
def test_what_means_the_same_to_both_networks_stays(page):
    recipe = "recipe" if page == "feature" else "recipe1"
    given = {"class": "285", "size": "96", "seed": "7", recipe: "report/naive;steps=2"}
    app = finished(opened(page, network=EFFNET, **given), page)
    app = switched(app, page, "vgg16")
    assert given.items() <= link(app).items()
    app = switched(app, page, EFFNET)
    assert given.items() <= link(app).items()


def test_how_many_filters_means_the_same_to_both_networks_but_their_numbers_do_not():
    app = switched(opened("activations", mode="strongest", filters="12"), "activations", EFFNET)
    assert link(app)["filters"] == "12"
    app = switched(opened("activations", mode="numbers", filters="200"), "activations", EFFNET)
    assert link(app)["filters"] == "0-4"


@pytest.mark.parametrize("page", ["feature", "compare"])
def test_a_layer_of_the_other_network_makes_room_for_one_that_is_there(page):
    recipe = "recipe" if page == "feature" else "recipe1"
    given = {"layer": "conv4_2", "channel": "500", "size": "96", recipe: "report/naive;steps=2"}
    app = switched(finished(opened(page, **given), page), page, EFFNET)
    assert link(app)["class"] == "130" and link(app)["size"] == "96"
    sound(app.segmented_control(key=f"{page}:kind").set_value("Channel").run())
    assert link(app)["layer"] == load_network(EFFNET).first_layer


@pytest.mark.parametrize(
    "target",
    [
        {"layer": "conv2_1", "direction": "1:0.5,7:-1"},
        {"layer": "conv2_1", "channel": "3", "also": "-0.5*conv1_1:6"},
        {"class": "130", "also": "conv1_1:6"},
        {"layer": "conv2_1", "of": "cat"},
        {"layer": "conv2_1"},
    ],
    ids=str,
)
def test_every_kind_of_target_can_be_left_behind(target):
    app = opened("feature", size="64", recipe="report/naive;steps=1", **target)
    if "feature:ticket" in app.session_state:
        app = finished(app, "feature")
    app = switched(app, "feature", EFFNET)
    assert not app.session_state["feature:complaints"] and not app.error
    assert link(app)["network"] == EFFNET
    assert (link(app).get("class") == "130") == ("of" not in target)


def test_choosing_a_network_starts_no_render():
    app = switched(opened("feature"), "feature", EFFNET)
    assert "feature:ticket" not in app.session_state


# ---- Activations


def test_the_five_best_classes_stand_beside_the_photo(effnet):
    app = opened("activations", network=EFFNET, photo="coffee")
    image = sample_photo("coffee").fitted((224, 224))
    wanted = guesses(effnet, effnet.activations(image, ["softmax"])["softmax"])
    assert wanted[0].name == "espresso"
    assert "What EfficientNet-Lite0 takes it for" in texts(app)
    found = bars(app)
    assert [text for _, text in found] == [f"{g.name} · {g.probability:.1%}" for g in wanted]
    assert [value for value, _ in found] == [int(100 * g.probability) for g in wanted]
    (draw,) = [item.proto for item in app.get("page_link") if "espresso" in item.proto.label]
    (recipe,), complaints = recipes_in(dict(parse_qsl(draw.query_string)))
    assert not complaints and recipe.network == EFFNET
    assert (recipe.target.layer, recipe.target.channel) == ("predictions", 967)


def test_another_photo_has_other_classes():
    app = opened("activations", network=EFFNET, photo="cat")
    assert bars(app)[0][1].startswith("Egyptian cat")
    sound(app.button(key="activations:pick Flower").click().run())
    assert bars(app)[0][1].startswith("daisy")


def test_without_its_dense_weights_vgg16_offers_the_other_network():
    app = opened("activations", photo="temple", view="row", scale="global")
    assert not bars(app)
    assert "VGG16 cannot tell classes here" in texts(app)
    button = next(b for b in app.button if b.label == "Ask EfficientNet-Lite0")
    sound(button.click().run())
    assert bars(app)[0][1].startswith("palace")
    assert {"network": EFFNET, "photo": "temple", "view": "row"}.items() <= link(app).items()
    assert link(app)["scale"] == "global"
    assert "Ask EfficientNet-Lite0" not in labels(app)


def test_with_its_dense_weights_vgg16_tells_classes_itself(vgg, monkeypatch, tmp_path):
    monkeypatch.setattr(dense_weights, "find", lambda: Found(tmp_path / "there.h5", ()))
    probabilities = np.full(1000, 1e-4, np.float32)
    probabilities[[285, 7]] = 0.6, 0.25
    real = vgg.activations

    def activations(image, names):
        return {"softmax": probabilities} if names == ("softmax",) else real(image, names)

    monkeypatch.setattr(vgg, "activations", activations)
    app = opened("activations")
    assert [text for _, text in bars(app)[:2]] == ["Egyptian cat · 60.0%", "cock · 25.0%"]
    assert "Ask EfficientNet-Lite0" not in labels(app)


def test_dense_weights_that_cannot_be_used_end_in_a_sentence(vgg, monkeypatch, tmp_path):
    monkeypatch.setattr(dense_weights, "find", lambda: Found(tmp_path / "late.h5", ()))
    app = opened("activations")
    assert any("restart the program" in info.value for info in app.info)
    assert "conv3_1, filter" in " ".join(head.value for head in app.subheader)


def test_the_row_of_the_second_network():
    app = opened("activations", network=EFFNET, view="row")
    for name in load_network(EFFNET).row:
        assert f"**{name}**" in texts(app)
    assert len([label for label in labels(app) if label.startswith("Filter ")]) == 25


def test_values_below_zero_are_told_and_a_filter_below_zero_everywhere_is_not_called_silent(effnet):
    image = sample_photo("cat").fitted((224, 224))
    for name in ("block5a_project", "block6a_project", "block7a_project"):
        (answer,) = effnet.activations(image, [name]).values()
        low = np.flatnonzero(answer.max(axis=(0, 1)) <= 0)
        if len(low):
            break
    assert len(low), "no filter is below zero everywhere"
    app = opened("activations", network=EFFNET, layer=name, filter=str(low[0]), scale="global")
    assert "values below zero are drawn like zero" in texts(app)
    assert any("nowhere above 0 on the photo" in info.value for info in app.info)
    app = opened("activations", network=EFFNET, layer="block4a_expand")
    assert "values below zero" not in texts(app)


def test_the_code_on_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    app = opened("activations", network=EFFNET, view="row", scale="global")
    exec(app.code[0].value, {})
    assert len(list(tmp_path.glob("*.png"))) == 25


# ---- Pictures


@pytest.mark.parametrize("target", [{"class": "130"}, {"layer": "block2b_add", "channel": "3"}])
def test_a_picture_is_drawn_by_the_second_network(target):
    given = {"size": "64", "recipe": "report/naive;steps=2"} | target
    app = finished(opened("feature", network=EFFNET, **given), "feature")
    held = app.session_state["feature:ticket"]
    assert held.view().status == "finished" and held.recipes[0].network == EFFNET
    assert "load_network('efficientnet-lite0')" in app.code[0].value
    app = switched(app, "feature", "vgg16")
    assert "The settings have changed" in texts(app)
    names = [item.proto.label for item in app.get("download_button")]
    assert "Download PNG with its recipe" in names


def test_a_picture_of_the_strip_brings_its_network_back():
    given = {"class": "130", "size": "64", "recipe": "report/naive;steps=2"}
    app = finished(opened("feature", network=EFFNET, **given), "feature")
    app = switched(app, "feature", "vgg16")
    sound(app.button(key="strip 0").click().run())
    assert link(app) == given | {"network": EFFNET, "seed": "0"}


def test_a_comparison_by_the_second_network_has_measures():
    recipes = {f"recipe{i}": f"yosinski/{i};steps=2" for i in (1, 2)}
    given = {"network": EFFNET, "class": "flamingo", "size": "64"}
    app = finished(opened("compare", **given, **recipes), "compare")
    assert len(app.dataframe[0].value.columns) == 1 + 2
    app = switched(app, "compare", "vgg16")
    assert "The settings have changed" in texts(app)


@pytest.mark.parametrize("page", ["feature", "compare"])
def test_a_class_that_vgg16_cannot_tell_is_offered_by_the_other_network(page):
    recipe = "recipe" if page == "feature" else "recipe1"
    app = opened(page, **{"class": "130", "size": "64", recipe: "report/naive;steps=2"})
    assert f"{page}:ticket" not in app.session_state
    assert "EfficientNet-Lite0 can." in texts(app)
    button = next(b for b in app.button if b.label == "Ask EfficientNet-Lite0")
    app = finished(sound(button.click().run()), page)
    assert app.session_state[f"{page}:ticket"].view().status == "finished"
    assert link(app)["network"] == EFFNET and link(app)["class"] == "130"
    assert "Ask EfficientNet-Lite0" not in labels(app)


def test_after_relu_is_for_layers_that_one_follows():
    given = {"channel": "3", "size": "64", "recipe": "report/naive;steps=1"}
    app = finished(opened("feature", network=EFFNET, layer="block2b_expand", **given), "feature")
    switch = app.toggle(key="feature:relu")
    assert not switch.disabled
    sound(switch.set_value(True).run())
    assert link(app)["relu"] == "after"
    sound(app.selectbox(key="feature:layer").set_value("block2b_add").run())
    assert app.toggle(key="feature:relu").disabled and "relu" not in link(app)


def test_the_home_page_leads_to_a_class():
    app = sound(AppTest.from_file(HOME, default_timeout=60).run())
    (draw,) = [i.proto for i in app.get("page_link") if "EfficientNet-Lite0" in i.proto.label]
    (recipe,), complaints = recipes_in(dict(parse_qsl(draw.query_string)))
    assert not complaints
    assert (recipe.network, recipe.target.channel) == (EFFNET, 130)
