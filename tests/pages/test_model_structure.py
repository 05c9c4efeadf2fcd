"""The structure page in all its states."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

import explorer
from explorer.networks import NETWORKS, VGG16, dense_weights, load_network
from explorer.ui import charts, diagram, layer_table, structure

ROOT = Path(explorer.__file__).parents[1]
PAGE = "pages/1_Model_structure.py"
NAMES = [layer.paper_name for layer in VGG16.layers]


def opened(**link) -> AppTest:
    """The page, opened by a link."""
    app = AppTest.from_file(str(ROOT / "streamlit_app.py"), default_timeout=60)
    app.switch_page(PAGE)
    for name, value in link.items():
        app.query_params[name] = value
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    """All the page's text."""
    return "\n".join(
        element.value for kind in ("markdown", "caption", "subheader") for element in app.get(kind)
    )


def test_it_opens_with_the_totals():
    app = opened()
    assert "138,357,544 parameters" in words(app) and "15,470,264,320" in words(app)
    assert app.selectbox(key="structure:layer").value == "conv3_1"
    assert not app.warning
    assert app.query_params == {"layer": "conv3_1", "photo": "cat"}


def test_a_link_opens_its_layer_and_photo():
    app = opened(layer="block4_conv2", photo="temple")
    assert app.selectbox(key="structure:layer").value == "conv4_2"
    assert app.selectbox(key="structure:photo").value == "temple"
    assert "76×76 px" in words(app) and "The weights of conv4_2" in words(app)
    assert app.query_params == {"layer": "conv4_2", "photo": "temple"}


def test_nonsense_is_named_and_replaced():
    app = opened(layer="conv9_9" * 30, photo="<script>")
    assert len(app.warning) == 2
    assert "no layer" in app.warning[0].value and "no sample photo" in app.warning[1].value
    assert app.selectbox(key="structure:layer").value == "conv3_1"
    app.selectbox(key="structure:layer").set_value("conv5_1").run()
    assert not app.exception
    assert app.query_params == {"layer": "conv5_1", "photo": "cat"}


def test_every_layer_can_be_chosen():
    app = opened()
    for layer in VGG16.layers:
        app.selectbox(key="structure:layer").set_value(layer.paper_name).run()
        assert not app.exception, layer.name
        said = words(app)
        assert f"The weights of {layer.paper_name}" in said
        assert ("standard deviation" in said) == (layer.kind == "convolution")
        assert ("larger than the photo" in said) == (layer.receptive_field > 224)
        assert app.query_params["layer"] == layer.paper_name


def test_what_takes_long_to_import_is_not_imported():
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from streamlit.testing.v1 import AppTest
from explorer.ui import session
session.DELIVERY_SECONDS = 600  # What comes in the background comes later than all this.
app = AppTest.from_file("streamlit_app.py", default_timeout=60).switch_page({PAGE!r}).run()
assert not app.exception and app.selectbox
slow = {{"tensorflow", "keras", "altair", "pandas", "pyarrow", "cmap"}}
assert not slow & set(sys.modules), "too much is imported"
"""
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stderr


# ---- Helpers


@pytest.mark.parametrize(
    ("number", "text"),
    [(0, "0"), (999, "999"), (1792, "1.79 k"), (138_357_544, "138 M"), (15_470_264_320, "15.5 G")],
)
def test_amounts(number, text):
    assert charts.amount(number) == text


@pytest.mark.parametrize("name", ["conv1_1", "pool1", "conv2_2", "conv3_1", "conv4_3", "pool5"])
def test_the_square_holds_what_the_middle_value_depends_on(vgg, name):
    """Where the photo is changed outside the square, the value in the middle stays as it is."""
    layer = vgg.layer(name)
    begin, end = structure.field_box(vgg, layer)
    assert 0 <= begin < end <= 224 and end - begin == layer.receptive_field
    random = np.random.default_rng(0)
    photo = random.integers(0, 256, (224, 224, 3), dtype=np.uint8)
    other = random.integers(0, 256, (224, 224, 3), dtype=np.uint8)
    other[begin:end, begin:end] = photo[begin:end, begin:end]
    edge = photo.copy()
    edge[begin, begin:end] = other[0, begin:end]
    edge[begin:end, end - 1] = other[begin:end, 0]
    middle = layer.output_shape[0] // 2
    answers = [
        vgg.activations(image, [name])[layer.name][middle, middle] for image in (photo, other, edge)
    ]
    assert np.allclose(answers[0], answers[1], rtol=1e-4, atol=1e-3)
    assert not np.array_equal(answers[0], answers[2])


@pytest.mark.parametrize("network", NETWORKS)
def test_the_square_lies_on_the_photo_or_covers_it(network):
    """So that what the page says of its size, and of every pixel that counts, is what it shows."""
    model = load_network(network)
    for layer in model.layers[1:]:
        begin, end = structure.field_box(model, layer)
        assert end - begin == layer.receptive_field
        assert 0 <= begin < end <= 224 or begin <= 0 < 224 <= end, layer.paper_name
    begin, end = structure.field_box(model, model.layers[-1])
    _, seen = structure.field_pictures(begin, end, 224, "cat")
    whole, _ = structure.field_pictures(0, 224, 224, "cat")
    assert structure.field_pictures(begin, end, 224, "cat")[0] == whole and seen is None


def test_kernels_are_shown_in_rgb(tmp_path):
    (tmp_path / "kernels.png").write_bytes(structure.kernels_png("vgg16"))
    shown = np.asarray(Image.open(tmp_path / "kernels.png"))
    assert shown.shape == (8 * 68, 8 * 68, 4)
    kernel, _ = load_network().embedded_weights(VGG16.layers[1])
    for number in (0, 5, 63):
        row, column = divmod(number, 8)
        cell = shown[68 * row + 4 :, 68 * column + 4 :]
        colors = cell[10:60:20, 10:60:20].astype(float)  # The middle of each weight's square.
        weights = kernel[..., number]
        assert (colors[..., 3] == 255).all()
        for color, channel in enumerate((2, 1, 0)):  # The network reads blue, green, red.
            wanted = 127.5 + 127.5 * weights[..., channel] / np.abs(weights).max()
            assert np.abs(colors[..., color] - wanted).max() <= 0.51


def test_dense_layers_have_a_histogram_where_their_weights_are(monkeypatch):
    """Here a small file takes the place of Keras's."""
    pieces = [np.full((2, 3), -1, np.float32), np.full((1, 3), 2, np.float32)]
    monkeypatch.setattr(dense_weights, "find", lambda: dense_weights.Found(Path("there.h5"), ()))
    monkeypatch.setattr(dense_weights, "kernel_pieces", lambda path, layer: iter(pieces))
    st.cache_data.clear()
    app = opened(layer="fc_1")
    assert not app.exception
    assert "9 weights, biases apart: mean 0, standard deviation 1.4, from −1 to 2." in words(app)
    st.cache_data.clear()


def test_a_damaged_file_of_dense_weights_is_told(monkeypatch, tmp_path):
    path = tmp_path / "odd.h5"
    path.write_bytes(b"odd")
    monkeypatch.setattr(dense_weights, "find", lambda: dense_weights.Found(path, ()))
    app = opened(layer="fc_2")
    assert not app.exception
    assert "odd.h5 cannot be used because" in words(app)


def test_the_histogram_is_drawn_to_scale():
    """Three bins of 1, 2 and 4 weights, and the mean in the middle of all."""
    drawing = ElementTree.fromstring(charts.histogram([-3.0, -1.0, 1.0, 3.0], [1, 2, 4], 0.0))
    bars = drawing.findall("rect")
    heights = [float(bar.get("height")) for bar in bars]
    assert heights[1] == pytest.approx(2 * heights[0], abs=0.2)
    assert heights[2] == pytest.approx(4 * heights[0], abs=0.2)
    assert len({float(bar.get("y")) + float(bar.get("height")) for bar in bars}) == 1
    assert bars[0].find("title").text == "−3 to −1: 1 weights"
    (mean,) = drawing.findall("path[@class='mean']")
    middle = float(bars[1].get("x")) + float(bars[1].get("width")) / 2
    assert float(mean.get("d")[1:].split()[0]) == pytest.approx(middle, abs=15)


def test_the_last_number_of_the_axis_is_whole():
    drawing = ElementTree.fromstring(charts.histogram([-0.03, 0.0, 0.03], [1, 1], 0.0))
    numbers = drawing.findall("text[@class='middle']")
    last = next(number for number in numbers if number.text == "0.03")
    assert float(last.get("x")) + 7.5 * len("0.03") / 2 < charts.WIDTH


def test_numbers_of_millions_stand_clear_of_the_words_beside_them():
    drawing = ElementTree.fromstring(charts.histogram([0.0, 1.0, 2.0], [6_600_000, 1], 0.5))
    numbers = drawing.findall("text[@class='end']")
    assert "6,000,000" in [number.text for number in numbers]
    room = min(float(number.get("x")) for number in numbers) - 7.5 * len("6,000,000")
    words = drawing.find("text[@transform]").get("transform")
    assert room > float(words.split("(")[1].split()[0]) + 2


@pytest.mark.parametrize(
    ("low", "high", "wanted"),
    [(0, 6, [0, 1, 2, 3, 4, 5, 6]), (-0.07, 0.05, [-0.06, -0.04, -0.02, 0, 0.02, 0.04])],
)
def test_numbers_at_an_axis_are_round(low, high, wanted):
    assert charts.ticks(low, high) == pytest.approx(wanted)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_table_says_all_of_every_layer(name):
    network = load_network(name)
    table = ElementTree.fromstring(layer_table.as_html(network))
    rows = table.findall("tbody/tr")
    assert [row.get("data-layer") for row in rows] == [layer.paper_name for layer in network.layers]
    largest = max(layer.parameters for layer in network.layers)
    for row, layer in zip(rows, network.layers, strict=True):
        cells = dict(zip(layer_table.COLUMNS, row, strict=True))
        assert cells["keras"].text == layer.name and cells["kind"].text == layer.kind
        assert cells["parameters"].text == f"{layer.parameters:,}"
        assert cells["multiply_adds"].text == f"{layer.multiply_adds:,}"
        assert cells["field"].text == str(layer.receptive_field)
        bar = cells["parameters"].find("i")
        assert (bar is None) == (layer.parameters == 0)
        if layer.parameters:
            width = float(bar.get("style").partition("width: ")[2].rstrip("%"))
            assert width == pytest.approx(100 * layer.parameters / largest, abs=0.01)


@pytest.mark.parametrize(
    ("name", "quantity", "words"),
    [
        ("vgg16", "parameters", "the dense layers have **89%** of all parameters"),
        ("vgg16", "multiply_adds", "the convolutions have **99%** of all multiply-adds"),
    ],
)
def test_where_parameters_and_work_sit(name, quantity, words):
    assert structure.largest_share(load_network(name), quantity).startswith(words)


def test_one_kind_with_most_of_both_is_named_once():
    efficientnet = structure.shares_in_words(load_network("efficientnet-lite0"))
    assert efficientnet.lower().count("convolutions have") == 1 and " and **" in efficientnet
    assert "; the convolutions have" in structure.shares_in_words(load_network("vgg16"))


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_has_words(name):
    network = load_network(name)
    for layer in network.layers:
        assert structure.in_words(network, layer).endswith(".")
        assert structure.field_in_words(network, layer).endswith(".")


@pytest.mark.parametrize(
    ("layer", "words"),
    [
        (
            "stem",
            "Slides 32 filters of 3×3×3 weights over its input, in steps of 2 pixels, and cuts",
        ),
        ("block2b_expand", "Mixes the 24 channels of each pixel into 144, and cuts the result to"),
        ("block3b_depthwise", "a filter of 5×5 weights over each of its 240 channels alone, pixel"),
        ("block3b_project", "Mixes the 240 channels of each pixel into 40."),
        ("block3b_add", "Adds what entered the block to what block3b_project gives."),
        ("pool", "Averages each of the 1,280 channels over the whole map."),
    ],
)
def test_words_of_the_second_network(layer, words):
    network = load_network("efficientnet-lite0")
    assert words in structure.in_words(network, network.layer(layer))


# ---- The drawing


def test_vgg16_is_drawn_block_by_block_with_a_layer_in_each_row():
    groups = diagram.blocks(load_network())
    assert list(groups) == ["photo", *(f"block {i}" for i in range(1, 6)), "classifier"]
    assert all(len(row) == 1 for rows in groups.values() for row in rows)
    assert [len(rows) for rows in groups.values()] == [1, 3, 3, 4, 4, 4, 5]


def test_the_second_network_is_drawn_with_a_part_in_each_row():
    groups = diagram.blocks(load_network("efficientnet-lite0"))
    assert list(groups) == ["photo", *(f"block {i}" for i in range(1, 8)), "classifier"]
    assert [len(rows) for rows in groups.values()] == [1, 1, 2, 2, 3, 3, 4, 1, 1]
    names = [layer.paper_name for layer in groups["block 4"][1]]
    assert names == [f"block4b_{part}" for part in ("expand", "depthwise", "project", "add")]


@pytest.mark.parametrize("name", NETWORKS)
def test_every_layer_has_a_button_and_every_block_but_the_first_an_arrow(name):
    network = load_network(name)
    html = diagram.as_html(network)
    buttons = re.findall(r'data-layer="(\w+)"', html)
    assert buttons == [layer.paper_name for layer in network.layers]
    assert html.count("arrow on") == len(diagram.blocks(network)) - 1
    additions = [layer for layer in network.layers if layer.adds]
    assert html.count('class="row adds"') == html.count("<b>+</b>") == len(additions)


# ---- The second network


def test_a_link_opens_the_second_network():
    app = opened(network="efficientnet-lite0", layer="block05/depthwise", photo="temple")
    assert "4,631,000 parameters" in words(app) and "385,187,552" in words(app)
    assert app.selectbox(key="structure:layer").value == "block3b_depthwise"
    wanted = {"network": "efficientnet-lite0", "layer": "block3b_depthwise", "photo": "temple"}
    assert app.query_params == wanted
    assert not app.code
    app.session_state["structure:code"] = True
    (code,) = app.run().code
    assert 'load_network("efficientnet-lite0")' in code.value


def test_every_layer_of_the_second_network_can_be_chosen():
    app, network = opened(network="efficientnet-lite0"), load_network("efficientnet-lite0")
    for layer in network.layers:
        app.selectbox(key="structure:layer").set_value(layer.paper_name).run()
        assert not app.exception, layer.name
        said = words(app)
        assert f"The weights of {layer.paper_name}" in said
        assert ("standard deviation" in said) == bool(layer.parameters)


def test_the_network_is_switched_and_the_photo_stays():
    app = opened(layer="conv4_2", photo="temple")
    switch = app.segmented_control(key="structure:network")
    assert switch.value == "vgg16"
    switch.set_value("efficientnet-lite0").run()
    assert not app.exception and not app.warning
    assert app.selectbox(key="structure:layer").value == "block4a_expand"
    wanted = {"network": "efficientnet-lite0", "layer": "block4a_expand", "photo": "temple"}
    assert app.query_params == wanted
    app.segmented_control(key="structure:network").set_value("vgg16").run()
    assert app.query_params == {"layer": "conv3_1", "photo": "temple"}


def test_an_unknown_network_is_named_and_replaced():
    app = opened(network="resnet" * 30, photo="temple")
    assert len(app.warning) == 1 and "no network" in app.warning[0].value
    assert app.query_params == {"layer": "conv3_1", "photo": "temple"}


def test_links_lead_to_the_same_network():
    app = opened(network="efficientnet-lite0", layer="block3b_add")
    queries = [item.proto.query_string for item in app.get("page_link")]
    assert len(queries) == 2
    assert all("network=efficientnet-lite0" in query for query in queries)


def test_a_kernel_of_zeros_is_gray(tmp_path):
    network = load_network("efficientnet-lite0")
    kernel, _ = network.embedded_weights(network.layer("stem"))
    (zero,) = np.flatnonzero(~kernel.any(axis=(0, 1, 2)))
    assert structure.idle_kernels("efficientnet-lite0") == 4
    assert structure.idle_kernels("vgg16") == 0
    (tmp_path / "kernels.png").write_bytes(structure.kernels_png("efficientnet-lite0"))
    shown = np.asarray(Image.open(tmp_path / "kernels.png"))
    row, column = divmod(int(zero), 8)
    cell = shown[68 * row + 4 : 68 * row + 64, 68 * column + 4 : 68 * column + 64]
    assert (cell[..., :3] == 128).all()
    assert shown.shape[0] == 32 // 8 * 68
