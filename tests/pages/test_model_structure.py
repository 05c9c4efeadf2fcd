"""The structure page in all its states."""

import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from streamlit.testing.v1 import AppTest

import explorer
from explorer.networks import VGG16, load_network
from explorer.networks.vgg16 import embedded_weights
from explorer.ui import charts, structure

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
    assert len(app.dataframe[0].value) == len(NAMES)


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


def test_the_table_marks_the_chosen_layer():
    app = opened(layer="pool2")
    assert app.session_state["structure:table"]["selection"]["rows"] == [NAMES.index("pool2")]
    app.selectbox(key="structure:layer").set_value("fc_1").run()
    assert app.session_state["structure:table"]["selection"]["rows"] == [NAMES.index("fc_1")]


def test_tensorflow_is_not_imported():
    code = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
from streamlit.testing.v1 import AppTest
app = AppTest.from_file("streamlit_app.py", default_timeout=60).switch_page({PAGE!r}).run()
assert not app.exception and app.selectbox
assert not {{"tensorflow", "keras", "altair"}} & set(sys.modules), "too much is imported"
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


def test_kernels_are_shown_in_rgb(tmp_path):
    (tmp_path / "kernels.png").write_bytes(structure.kernels_png())
    shown = np.asarray(Image.open(tmp_path / "kernels.png"))
    assert shown.shape == (8 * 68, 8 * 68, 4)
    kernel, _ = embedded_weights("block1_conv1")
    for number in (0, 5, 63):
        row, column = divmod(number, 8)
        cell = shown[68 * row + 4 :, 68 * column + 4 :]
        colors = cell[10:60:20, 10:60:20].astype(float)  # The middle of each weight's square.
        weights = kernel[..., number]
        assert (colors[..., 3] == 255).all()
        for color, channel in enumerate((2, 1, 0)):  # The network reads blue, green, red.
            wanted = 127.5 + 127.5 * weights[..., channel] / np.abs(weights).max()
            assert np.abs(colors[..., color] - wanted).max() <= 0.51


def test_the_histogram_counts_every_weight_within_reach():
    bins, numbers = structure.weight_counts("block3_conv1")
    assert len(bins) == structure.BINS and numbers["weights"] == 3 * 3 * 128 * 256
    counted = sum(row["weights"] for row in bins)
    assert counted == round(numbers["weights"] * (1 - numbers["beyond"]))
    kernel, _ = embedded_weights("block3_conv1")
    assert numbers["deviation"] == pytest.approx(float(kernel.std()), rel=1e-4)


def test_every_layer_has_words():
    network = load_network()
    for layer in network.layers:
        assert structure.in_words(network, layer).endswith(".")
        assert structure.field_in_words(network, layer).endswith(".")
