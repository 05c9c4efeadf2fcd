"""The states of the activations page, and what becomes of a visitor's photo."""

import asyncio
import io
import struct
import time
import zlib
from urllib.parse import parse_qsl

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer.activations import statistics
from explorer.attribution import ATTRIBUTIONS
from explorer.errors import InputError
from explorer.images import READABLE, SAMPLES, read_photo, sample_photo
from explorer.links import recipes_in
from explorer.receptive_fields import receptive_square
from explorer.recipe import preset
from explorer.settings import Settings
from explorer.studio import Studio
from explorer.targets import Target
from explorer.ui import attribution as attribution_page
from explorer.ui.photos import PROMISE

HOME, PAGE = "../../streamlit_app.py", "pages/2_Filter_activations.py"


@pytest.fixture(autouse=True)
def fresh(vgg, monkeypatch):
    """One network for all tests; caches that outlive a session are emptied."""
    monkeypatch.setenv("EXPLORER_UPLOAD_MB", "4")
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(HOME, default_timeout=60)
    app.switch_page(PAGE)
    for name, value in parameters.items():
        app.query_params[name] = value
    return sound(app.run())


def sound(app: AppTest) -> AppTest:
    assert not app.exception, app.exception
    return app


def link(app: AppTest) -> dict[str, str]:
    values = app.query_params.items()
    return {name: value if isinstance(value, str) else value[-1] for name, value in values}


def shown(app: AppTest) -> list[str]:
    """Labels of the buttons below the maps."""
    return [button.label for button in app.button if button.label.startswith("Filter ")]


def text(app: AppTest) -> str:
    return "\n".join(item.value for item in (*app.markdown, *app.caption))


def said(app: AppTest) -> list[str]:
    return [item.value for item in (*app.error, *app.warning)]


# ---- What is shown


def test_it_opens_with_the_first_five_filters_and_looks_at_the_strongest_of_them(vgg):
    app = opened()
    assert shown(app) == [f"Filter {i}" for i in range(5)]
    image = sample_photo("cat").fitted((224, 224))
    answer = vgg.activations(image, ["conv3_1"])["block3_conv1"]
    chosen = int(answer.mean(axis=(0, 1))[:5].argmax())
    assert link(app) == {
        "view": "layer",
        "layer": "conv3_1",
        "photo": "cat",
        "mode": "first",
        "filters": "5",
        "scale": "filter",
        "filter": str(chosen),
    }
    found = statistics(answer[..., chosen])
    assert f"row {found.row}, column {found.column} of the 56 × 56 map" in text(app)
    assert f"Active at **{100 * found.active_share:.0f} %**" in text(app)
    assert "**24 × 24 px**" in text(app)
    assert f"A {READABLE}. {PROMISE}" in text(app)


def test_a_link_opens_the_same_view():
    given = {
        "view": "layer",
        "layer": "conv5_3",
        "photo": "flower",
        "mode": "numbers",
        "filters": "3, 17, 40-44",
        "scale": "layer",
        "overlay": "1",
        "filter": "17",
    }
    app = opened(**given)
    assert link(app) == given and not said(app)
    assert shown(app) == [f"Filter {i}" for i in (3, 17, 40, 41, 42, 43, 44)]
    assert "conv5_3, filter 17" in [head.value for head in app.subheader]
    assert app.toggle(key="activations:overlay").value is True


@pytest.mark.parametrize(
    ("layer", "channel", "clipped"), [("pool5", 2, True), ("conv1_1", 5, None)]
)
def test_a_patch_at_the_border_is_said_to_be_clipped(vgg, layer, channel, clipped):
    answer = vgg.activations(sample_photo("cat").fitted((224, 224)), [layer])
    (values,) = (found[..., channel] for found in answer.values())
    found = statistics(values)
    square = receptive_square(vgg, vgg.layer(layer), found.row, found.column)
    beyond = square != square.within((224, 224))
    assert clipped in (beyond, None)
    assert ("clipped to" in text(opened(layer=layer, filter=str(channel)))) == beyond


def test_the_reports_row_shows_five_layers_with_five_filters_each():
    app = opened(view="row", layer="pool2", scale="global")
    assert shown(app) == [f"Filter {i}" for i in range(5)] * 5
    for name in ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1"):
        assert f"**{name}**" in text(app)
    app.button(key="activations:pick conv4_1 2").click()
    sound(app.run())
    assert (link(app)["layer"], link(app)["filter"]) == ("conv4_1", "2")
    assert "filters" not in link(app)


def test_the_strongest_filters_come_in_order(vgg):
    app = opened(mode="strongest", filters="7", layer="pool3", photo="coffee")
    image = sample_photo("coffee").fitted((224, 224))
    means = vgg.activations(image, ["pool3"])["block3_pool"].mean(axis=(0, 1))
    order = np.argsort(-means)[:7].tolist()
    assert shown(app) == [f"Filter {i}" for i in order]
    assert link(app)["filter"] == str(order[0])


def test_numbers_that_are_none_are_told_and_the_first_five_shown():
    app = opened(mode="numbers")
    for numbers, reason in (("x", "not 'x'"), ("256", "0 to 255"), ("", "at least one")):
        app.text_input(key="activations:numbers").set_value(numbers)
        sound(app.run())
        assert any(reason in sentence for sentence in said(app))
        assert shown(app) == [f"Filter {i}" for i in range(5)]


def test_numbers_and_how_many_outlast_a_look_at_another_choice():
    app = opened(mode="numbers", filters="3, 17, 40-44")
    app.segmented_control(key="activations:mode").set_value("strongest").run()
    app.slider(key="activations:count").set_value(20).run()
    app.segmented_control(key="activations:view").set_value("row").run()
    app.segmented_control(key="activations:view").set_value("layer").run()
    assert app.slider(key="activations:count").value == 20
    assert link(app)["filters"] == "20"
    app.segmented_control(key="activations:mode").set_value("numbers")
    sound(app.run())
    assert app.text_input(key="activations:numbers").value == "3, 17, 40-44"
    assert shown(app) == [f"Filter {i}" for i in (3, 17, 40, 41, 42, 43, 44)]


@pytest.mark.parametrize("chosen", [False, True])
def test_whether_a_filter_was_chosen_outlasts_a_look_at_another_page(vgg, chosen):
    """What nobody chose follows the photo; what somebody chose stays."""
    app = opened(layer="conv5_1", mode="strongest", photo="cat")
    if chosen:
        app.number_input(key="activations:filter").set_value(500).run()
    app.switch_page("pages/1_Model_structure.py").run()
    app.switch_page(PAGE)
    app.query_params.clear()
    app.run()
    app.button(key="activations:pick Rocket").click()
    sound(app.run())
    image = sample_photo("rocket").fitted((224, 224))
    means = vgg.activations(image, ["conv5_1"])["block5_conv1"].mean(axis=(0, 1))
    assert link(app)["filter"] == ("500" if chosen else str(means.argmax()))


def test_another_layer_brings_another_filter_and_the_number_field_changes_it():
    app = opened(layer="conv5_1", filter="500")
    app.selectbox(key="activations:layer").set_value("conv1_1")
    sound(app.run())
    assert int(link(app)["filter"]) < 5
    app.number_input(key="activations:filter").set_value(63)
    sound(app.run())
    assert link(app)["filter"] == "63"


def test_a_sample_photo_is_chosen_by_its_picture():
    app = opened()
    app.button(key="activations:pick Temple").click()
    sound(app.run())
    assert link(app)["photo"] == "temple"


def test_a_silent_filter_is_called_silent(vgg):
    answer = vgg.activations(sample_photo("cat").fitted((224, 224)), ["conv5_3"])["block5_conv3"]
    silent = np.flatnonzero(answer.max(axis=(0, 1)) == 0)
    assert len(silent), "this photo leaves no filter silent"
    app = opened(layer="conv5_3", filter=str(silent[0]))
    assert any("silent on the photo" in info.value for info in app.info)


@pytest.mark.slow
def test_every_view_has_code_that_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for parameters, files in (
        ({"mode": "strongest", "filters": "2", "overlay": "1"}, 2),
        ({"view": "row", "scale": "global"}, 25),
        ({"mode": "numbers", "filters": "7,9", "scale": "layer"}, 2),
        ({"mode": "numbers", "filters": "7", "layer": "conv2_1", "pixels": "1"}, 1 + 3),
        ({"network": "efficientnet-lite0", "filters": "1", "class": "285"}, 1 + 3 + 1),
    ):
        app = opened(**parameters)
        exec(app.code[0].value, {})
        assert len(list(tmp_path.glob("*.png"))) == files
        for path in tmp_path.glob("*.png"):
            path.unlink()


def test_a_second_look_is_quick():
    app = opened(view="row")
    start = time.process_time()  # whatever else this machine is doing
    sound(app.run())
    assert time.process_time() - start < 1


def test_what_a_filter_looks_for_is_drawn_in_the_studio():
    app = opened(layer="conv1_2", filter="3")
    button = next(b for b in app.button if b.label == "Draw what filter 3 looks for")
    sound(button.click().run())
    held = app.session_state["activations:ticket"]
    (recipe,) = held.recipes
    assert (recipe.target.layer, recipe.target.channel) == ("block1_conv2", 3)
    assert recipe.size == (160, 160) and recipe.steps == 60
    app.number_input(key="activations:filter").set_value(4)
    sound(app.run())
    assert held.view().status == "stopped"
    assert "activations:ticket" not in app.session_state
    app.number_input(key="activations:filter").set_value(3)
    sound(app.run())
    again = app.session_state["activations:ticket"]
    assert again.recipes == (recipe,) and again.view().status != "stopped", "it goes on"
    again.stop()
    for number in (4, 3):
        app.number_input(key="activations:filter").set_value(number)
        sound(app.run())
    again = app.session_state["activations:ticket"]
    assert again.recipes == (recipe,) and again.view().status == "stopped", "as it was left"
    again.go_on()
    sound(app.run())
    assert app.session_state["activations:ticket"].view().status != "stopped", "no more than once"
    app.session_state["activations:ticket"].stop()


def test_the_link_to_feature_visualization_opens_the_same_recipe():
    app = opened(layer="conv4_2", filter="9")
    *_, query = [item.proto.query_string for item in app.get("page_link")]
    (recipe,), complaints = recipes_in(dict(parse_qsl(query)))
    assert not complaints and (recipe.target.channel, recipe.steps) == (9, 60)


def test_a_link_lets_the_layer_dream_on_the_photo():
    app = opened(layer="conv4_2", photo="coffee")
    (link,) = [item.proto for item in app.get("page_link") if "dream" in item.proto.label]
    assert link.label == "Let all of conv4_2 dream on the coffee"
    (recipe,), complaints = recipes_in(dict(parse_qsl(link.query_string)))
    assert not complaints and recipe.photos == ("coffee",) and recipe.preset == "deepdream"
    assert (recipe.target.layer, recipe.target.kind) == ("block4_conv2", "layer")


# ---- Which pixels excite it


def titles(app: AppTest) -> list[str]:
    known = [f"**{method.title}**" for method in ATTRIBUTIONS.values()]
    return [item.value for item in app.markdown if item.value in known]


def alternatives(app: AppTest) -> list[str]:
    return [image.alt for part in app.image for image in part.proto.imgs]


def test_a_switch_shows_which_pixels_excite_the_filter(vgg):
    app = opened(layer="conv2_1", filter="60")
    assert titles(app) == [] and "pixels" not in link(app)
    app.toggle(key="activations:pixels").set_value(True)
    sound(app.run())
    assert link(app)["pixels"] == "1"
    assert titles(app) == ["**Gradient**", "**Deconvnet**", "**Guided backpropagation**"]
    answer = vgg.activations(sample_photo("cat").fitted((224, 224)), ["conv2_1"])["block2_conv1"]
    found = statistics(answer[..., 60])
    assert f"At row {found.row}, column {found.column} of its map" in text(app)
    for method in ATTRIBUTIONS.values():
        assert method.help in text(app)
        assert f"{method.title}: which pixels excite conv2_1, filter 60" in alternatives(app)
    app.toggle(key="activations:pixels").set_value(False)
    sound(app.run())
    assert titles(app) == [] and "pixels" not in link(app)


@pytest.fixture
def found(monkeypatch) -> list[str]:
    """The methods by which pixels were looked for, in order."""
    methods, original = [], attribution_page.attribution
    monkeypatch.setattr(
        attribution_page,
        "attribution",
        lambda *arguments: methods.append(arguments[-1]) or original(*arguments),
    )
    return methods


def test_which_pixels_speak_for_a_class(effnet, found):
    app = opened(network="efficientnet-lite0", photo="cat")
    cat, *others = app.button_group(key="activations:class").options
    assert cat == "Egyptian cat" and len(others) == 4
    assert found == [] and "class" not in link(app)
    app.button_group(key="activations:class").set_value(285)
    sound(app.run())
    assert link(app)["class"] == "285" and found == list(ATTRIBUTIONS)
    assert (
        f"{ATTRIBUTIONS['guided'].title}: which pixels excite class Egyptian cat"
        in alternatives(app)
    )
    assert "Grad-CAM: where the photo shows class Egyptian cat" in alternatives(app)


def test_a_filter_has_no_grad_cam(found):
    app = opened(layer="conv2_1", pixels="1")
    assert found == list(ATTRIBUTIONS)
    assert not any(text.startswith("Grad-CAM") for text in alternatives(app))


def test_a_class_that_is_not_among_the_best_can_be_asked_for_too(effnet, found):
    app = opened(network="efficientnet-lite0", photo="cat", **{"class": "130"})
    options = app.button_group(key="activations:class").options
    assert len(options) == 6 and options[-1] == "flamingo" and found == list(ATTRIBUTIONS)
    assert "a class" not in said(opened(photo="cat", **{"class": "130"})), "VGG16 tells none here"


def test_the_filter_is_the_new_photos_unless_one_was_chosen(vgg):
    app = opened(layer="conv5_3", mode="strongest", photo="cat")
    first = link(app)["filter"]
    app.button(key="activations:pick Coffee").click()
    sound(app.run())
    answer = vgg.activations(sample_photo("coffee").fitted((224, 224)), ["conv5_3"])["block5_conv3"]
    assert link(app)["filter"] == str(answer.mean(axis=(0, 1)).argmax()) != first
    app.number_input(key="activations:filter").set_value(7)
    sound(app.run())
    app.button(key="activations:pick Temple").click()
    assert link(sound(app.run()))["filter"] == "7"


def test_pixels_are_found_when_asked_for_and_once(found):
    app = opened(layer="conv1_1", filter="5")
    assert found == []
    app.toggle(key="activations:pixels").set_value(True)
    for _ in range(2):
        sound(app.run())
        assert found == list(ATTRIBUTIONS)
    app.number_input(key="activations:filter").set_value(6)
    sound(app.run())
    assert found == list(ATTRIBUTIONS) * 2


def test_no_pixel_excites_a_silent_filter(vgg):
    answer = vgg.activations(sample_photo("cat").fitted((224, 224)), ["conv5_3"])["block5_conv3"]
    silent = int(np.flatnonzero(answer.max(axis=(0, 1)) == 0)[0])
    app = opened(layer="conv5_3", filter=str(silent), pixels="1")
    assert any("No pixel does" in info.value for info in app.info)
    assert titles(app) == [] and link(app)["pixels"] == "1"


def test_what_keeps_pixels_from_being_found_is_told(monkeypatch):
    def refuse(*_):
        raise InputError("It cannot be done.")

    monkeypatch.setattr(attribution_page, "attribution", refuse)
    app = opened(layer="conv1_1", filter="5", pixels="1")
    assert said(app) == ["It cannot be done."] and titles(app) == []
    assert shown(app) and app.code


def test_pixels_of_a_network_without_pooling(effnet):
    app = opened(network="efficientnet-lite0", layer="block2a_expand", filter="4", pixels="1")
    assert len(titles(app)) == 3
    assert "no max pooling" in text(app) and "ReLU6" in text(app)


def test_pixels_of_ones_own_photo_are_forgotten_with_it(found):
    app = opened(layer="conv1_1", filter="5", pixels="1")
    of_the_sample = app.image[-1].value
    for times in (2, 3):
        app = uploaded(app, encoded(COLORS))
        assert found == list(ATTRIBUTIONS) * times and app.image[-1].value != of_the_sample
        next(button for button in app.button if button.label == "Forget my photo").click()
        assert sound(app.run()).image[-1].value == of_the_sample
    assert found == list(ATTRIBUTIONS) * 3


def test_renders_of_ones_own_photo_are_forgotten_with_it():
    app, studio = uploaded(opened(layer="conv1_1"), encoded(COLORS)), Studio(Settings())
    drawn = {}
    for page, name in {"feature": own(app).name, "compare": "cat"}.items():
        recipe = preset("deepdream", Target("conv1_1"), size=32, steps=1, photo=name)
        app.session_state[f"{page}:ticket"] = studio.submit("ann", [recipe], own(app))
        drawn[recipe] = b""
    app.session_state["strip"] = drawn
    next(button for button in app.button if button.label == "Forget my photo").click()
    sound(app.run())
    assert "feature:ticket" not in app.session_state and "compare:ticket" in app.session_state
    assert list(app.session_state["strip"]) == [recipe]


# ---- Addresses


@pytest.mark.parametrize(
    ("parameters", "reason"),
    [
        ({"view": "sideways"}, "view is one of"),
        ({"layer": "conv9_9"}, "no layer 'conv9_9'"),
        ({"layer": "fc_1"}, "fc_1 has no maps"),
        ({"layer": "input"}, "input has no maps"),
        ({"photo": "../../etc/passwd"}, "no sample photo"),
        ({"photo": "sha256:" + 64 * "0"}, "cannot travel"),
        ({"mode": "weakest"}, "mode is one of"),
        ({"filters": "0"}, "from 1 to 48"),
        ({"filters": "1e9"}, "from 1 to 48"),
        ({"filters": "9" * 5000}, "longer than 300 characters"),
        ({"layer": "a" * 5000}, "longer than 300 characters"),
        ({"mode": "numbers", "filters": "<script>"}, "by number"),
        ({"mode": "numbers", "filters": "0-255"}, "At most 48"),
        ({"scale": "huge"}, "scale is one of"),
        ({"overlay": "maybe"}, "overlay must be"),
        ({"pixels": "2"}, "pixels must be"),
        ({"filter": "256"}, "from 0 to 255"),
        ({"filter": "-1"}, "from 0 to 255"),
        ({"filter": ""}, "from 0 to 255"),
        ({"filter": "²"}, "from 0 to 255"),
    ],
)
def test_nonsense_in_an_address_is_told_and_replaced(parameters, reason):
    app = opened(**parameters)
    assert [sentence for sentence in said(app) if reason in sentence], said(app)
    assert len(said(app)) == 1 and len(said(app)[0]) < 600
    assert shown(app) == [f"Filter {i}" for i in range(5)]
    assert link(app)["layer"] == "conv3_1"


def test_parameters_of_other_pages_are_passed_over():
    app = opened(recipe="report/naive", channel="x", unknown="1")
    assert not said(app) and "unknown" not in link(app)


# ---- One's own photo


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def noise(*shape: int) -> np.ndarray:
    return np.random.default_rng(5).integers(0, 256, shape, dtype=np.uint8)


def declaring(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        end = struct.pack(">I", zlib.crc32(kind + data))
        return struct.pack(">I", len(data)) + kind + data + end

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


def rotated() -> bytes:
    entries = Image.Exif()
    entries[0x0112] = 6
    return encoded(Image.fromarray(noise(40, 60, 3)), "JPEG", exif=entries)


COLORS = Image.fromarray(noise(40, 60, 3))
GOOD = {
    "16 bits": encoded(Image.fromarray(noise(40, 60).astype(np.uint16) * 257)),
    "CMYK": encoded(COLORS.convert("CMYK"), "JPEG"),
    "palette": encoded(COLORS.convert("P"), "GIF"),
    "transparent": encoded(Image.fromarray(noise(40, 60, 4))),
    "animated": encoded(COLORS, "GIF", save_all=True, append_images=[COLORS.rotate(180)]),
    "one pixel": encoded(Image.new("RGB", (1, 1), (9, 8, 7))),
    "one row": encoded(Image.new("L", (3000, 1), 200)),
    "turned by EXIF": rotated(),
}
BAD = {
    "no picture": b"hello",
    "nothing": b"",
    "truncated": encoded(COLORS)[:2000],
    "20,000 × 20,000": declaring(20_000, 20_000),
    "bomb": declaring(2**31 - 1, 2**31 - 1),
    "too many bytes": encoded(Image.fromarray(noise(1200, 1200, 3))),
    "page": b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
}
NAMES = ("photo.png", "../../../etc/passwd", "<script>alert(1)</script>.png", "x" * 3000, "a\0.png")


def uploaded(app: AppTest, data: bytes, name: str = "photo.png") -> AppTest:
    app.file_uploader[0].upload(name, data, "image/png")
    return sound(app.run())


def own(app: AppTest):
    return app.session_state["own photo"] if "own photo" in app.session_state else None  # noqa: SIM401 - it has no `get` in AppTest


def test_a_layer_with_few_filters_shows_as_many_as_it_has():
    """By an address, and by choosing it after a larger one."""
    small = {"network": "efficientnet-lite0"}
    app = opened(**small, layer="block1a_project", filters="48")
    assert link(app)["filters"] == "16"
    for before, after in (("5", "5"), ("30", "16")):
        app = opened(**small, layer="stem", filters=before)
        app.selectbox(key="activations:layer").set_value("block1a_project").run()
        assert not app.exception and link(app)["filters"] == after


def test_what_a_filter_looks_for_is_drawn_within_the_limits(monkeypatch):
    monkeypatch.setenv("EXPLORER_STEPS", "2")
    monkeypatch.setenv("EXPLORER_PIXELS", "4096")
    st.cache_resource.clear()
    app = opened(layer="conv1_1")
    next(each for each in app.button if each.label.startswith("Draw what")).click().run()
    (recipe,) = app.session_state["activations:ticket"].recipes
    assert not app.error and recipe.steps == 2 and recipe.size == (64, 64)


def test_ones_own_photo_that_is_gone_is_told():
    """As when a phone was locked for so long that the server has forgotten the visit."""
    app = uploaded(opened(layer="conv1_1"), GOOD["CMYK"])
    again = opened(**link(app))
    assert [told.value for told in again.warning] == [
        "A person's own photo is not here: it stays in memory for one visit and cannot travel in "
        "a link."
    ]
    assert again.session_state["activations:photo"] == "cat"
    assert len(link(again).keys() & {"own", "photo"}) == 1


@pytest.mark.parametrize("kind", GOOD)
def test_photos_of_all_kinds_are_shown(kind):
    app = uploaded(opened(layer="conv1_1"), GOOD[kind])
    assert not said(app)
    assert own(app).name == read_photo(GOOD[kind]).name
    assert app.session_state["activations:photo"] == own(app).name
    assert "photo" not in link(app)
    assert "cannot travel in a link" in text(app)
    assert own(app).pixels.nbytes <= 3 * 2048 * 2048


@pytest.mark.parametrize("kind", BAD)
def test_what_is_no_photo_ends_in_a_sentence(kind, sentence):
    app = uploaded(opened(layer="conv1_1"), BAD[kind])
    (told,) = said(app)
    sentence(told)
    assert own(app) is None and link(app)["photo"] == "cat"
    app.button(key="activations:pick Flower").click()
    assert not said(sound(app.run()))


@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_hostile_file_names_do_no_harm(name, sentence):
    app = uploaded(opened(layer="conv1_1"), encoded(COLORS), name)
    assert (own(app) is None) == bool(said(app))
    for told in said(app):
        sentence(told)
    assert not [element for element in app.main if name in str(element)]


def test_the_uploader_offers_no_more_than_the_server_takes(monkeypatch):
    most = st.get_option("server.maxUploadSize")
    for asked, offered in ((3, 3), (10 * most, most)):
        monkeypatch.setenv("EXPLORER_UPLOAD_MB", str(asked))
        st.cache_resource.clear()
        assert opened().file_uploader[0].proto.max_upload_size_mb == offered


def test_a_photo_is_forgotten_on_request():
    app = uploaded(opened(layer="conv1_1"), encoded(COLORS))
    next(button for button in app.button if button.label == "Forget my photo").click()
    sound(app.run())
    assert own(app) is None and link(app)["photo"] == "cat"
    assert "Forget my photo" not in [button.label for button in app.button]


def test_a_photo_stays_when_the_visitor_comes_back_to_the_page():
    app = uploaded(opened(layer="conv1_1"), encoded(COLORS))
    app.switch_page("pages/3_Feature_visualization.py")
    sound(app.run())
    app.switch_page(PAGE)
    app.query_params.clear()
    sound(app.run())
    assert app.session_state["activations:photo"] == own(app).name
    assert link(app)["layer"] == "conv1_1"


def test_another_visitor_does_not_see_the_photo():
    first = uploaded(opened(layer="conv1_1"), encoded(COLORS))
    second = opened(layer="conv1_1")
    assert own(first) is not None and own(second) is None
    assert link(second)["photo"] == "cat"


def test_an_upload_never_touches_the_disk():
    """Streamlit's server parses uploads with Starlette, which may write large ones to a file."""
    from starlette.datastructures import Headers
    from starlette.formparsers import MultiPartParser

    async def body():
        yield (
            b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n'
            b"Content-Type: image/png\r\n\r\n"
        )
        for _ in range(30):
            yield bytes(100_000)
        yield b"\r\n--x--\r\n"

    headers = Headers({"content-type": "multipart/form-data; boundary=x"})
    form = asyncio.run(MultiPartParser(headers, body()).parse())
    file = form["file"].file
    assert len(file.read()) == 3_000_000
    assert not file._rolled


def test_only_the_newest_uploads_of_a_visitor_are_held():
    """A browser may send files that no page asked for."""
    from streamlit.runtime.memory_uploaded_file_manager import MemoryUploadedFileManager
    from streamlit.runtime.uploaded_file_manager import UploadedFileRec

    from explorer.ui import uploads

    for _ in range(2):
        uploads.bound()
    manager = MemoryUploadedFileManager("/upload")
    for visitor in ("ann", "bob"):
        for number in range(10):
            manager.add_file(visitor, UploadedFileRec(str(number), "a.png", "image/png", b"12"))
    for visitor in ("ann", "bob"):
        held = manager.get_files(visitor, [str(number) for number in range(10)])
        assert [file.file_id for file in held] == ["6", "7", "8", "9"]


def test_samples_are_all_there():
    app = opened(layer="conv1_1")
    labels = {button.label for button in app.button}
    assert {name.capitalize() for name in SAMPLES} <= labels
