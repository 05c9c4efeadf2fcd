"""Shared by the tests: networks small and real, references to compare with, and sentences."""

import gc
import os
import sys
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.components.v2 import manifest_scanner

import explorer.networks
from explorer.catalogue import METHODS
from explorer.images import png_bytes, sample_photo
from explorer.networks.layers import Row, chain
from explorer.networks.network import Network
from explorer.studio import Studio

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

EMBEDDED = Path(explorer.networks.__file__).parents[1] / "data" / "vgg16_conv.npz"
ODD_SIZE = (97, 131)


@pytest.fixture(scope="session", autouse=True)
def no_dense_weights(tmp_path_factory):
    """No test sees the weights that this machine may happen to have."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KERAS_HOME", str(tmp_path_factory.mktemp("keras")))
        patch.delenv("VGG16_WEIGHTS", raising=False)
        yield


@pytest.fixture(scope="session", autouse=True)
def components_looked_for_once():
    """Streamlit's testing tool reads what every installed package says of itself at every run."""
    with pytest.MonkeyPatch.context() as patch:
        scan = manifest_scanner.scan_component_manifests
        patch.setattr(manifest_scanner, "scan_component_manifests", cache(scan))
        yield


@pytest.fixture(autouse=True)
def no_render_outlives_its_test():
    """Pages begin to draw by themselves, and nobody who opens them here ever leaves."""
    made, begin = [], Studio.__init__

    def noted(self, *arguments, **options):
        made.append(self)
        begin(self, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:  # the test's own patches are undone before
        patch.setattr(Studio, "__init__", noted)
        yield
    for studio in made:
        studio.end()
    if made:
        st.cache_resource.clear()


# ---- A network so small that NumPy can follow it


class Tiny(Network):
    """Two convolutions with random weights, and a pooling between them."""

    name = "tiny"
    title = "Tiny"
    layers = chain(
        (16, 16, 3),
        (
            Row("first", "one", "convolution", 4, kernel=3),
            Row("pool", "pooled", "pooling", kernel=2, stride=2),
            Row("second", "two", "convolution", 5, kernel=3),
        ),
    )
    input_size = 16
    mean_color = (120.0, 110.0, 100.0)
    class_layer = "none"

    @staticmethod
    def arrays() -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Layer -> kernel (3, 3, in, out) and bias (out,)."""
        random = np.random.default_rng(7)
        return {
            name: (
                random.normal(0, 0.1, (3, 3, inputs, outputs)).astype(np.float32),
                random.normal(0, 1, outputs).astype(np.float32),
            )
            for name, inputs, outputs in (("first", 3, 4), ("second", 4, 5))
        }

    def output_size(self, layer, size):
        return size[0] // layer.receptive_stride, size[1] // layer.receptive_stride

    def require(self, layer, size, what):
        pass

    def _load(self):
        import tensorflow as tf

        return {name: tuple(map(tf.constant, arrays)) for name, arrays in self.arrays().items()}

    def preprocess(self, image):
        return image - np.float32(self.mean_color)

    def outputs(self, image, last, activate=None):
        import tensorflow as tf

        def convolution(x, kernel, bias):
            return tf.nn.conv2d(x, kernel, 1, "SAME") + bias

        first = convolution(self.preprocess(image), *self.tensors["first"])
        pool = tf.nn.max_pool2d(first, 2, 2, "VALID")
        passed = (activate or self.activate)(self.layer("pool"), pool)
        second = convolution(passed, *self.tensors["second"])
        return {"input": self.preprocess(image), "first": first, "pool": pool, "second": second}

    def unit_map(self, image, layer, channel):
        import tensorflow as tf

        return tf.gather(self.outputs(image, layer.name)[layer.name], channel, axis=-1)


@pytest.fixture(scope="session")
def tiny_network():
    """One `Tiny` for the whole run, so that its computations are compiled once."""
    return Tiny()


@pytest.fixture
def tiny(tiny_network, monkeypatch):
    """The tiny network, known to the program as "tiny"."""
    monkeypatch.setitem(explorer.networks.NETWORKS, "tiny", lambda: tiny_network)
    explorer.networks._network.cache_clear()
    yield explorer.networks.load_network("tiny")
    explorer.networks._network.cache_clear()


# ---- The real networks


@pytest.fixture(scope="session")
def one_of_each(no_dense_weights):
    """Name -> what gives a network, the same object for the whole run."""
    return {name: cache(network) for name, network in explorer.networks.NETWORKS.items()}


@pytest.fixture
def known_networks(one_of_each, monkeypatch):
    """`load_network`, with weights; networks are loaded once for the whole run."""
    for name, network in one_of_each.items():
        monkeypatch.setitem(explorer.networks.NETWORKS, name, network)
    explorer.networks._network.cache_clear()

    def loaded(name: str) -> Network:
        network = explorer.networks.load_network(name)
        network.load()
        return network

    yield loaded
    explorer.networks._network.cache_clear()


# ---- VGG16, and what Keras makes of the same arrays


@pytest.fixture
def vgg(known_networks):
    """VGG16 with the embedded convolutions, the object that `load_network` returns too."""
    return known_networks("vgg16")


class Reference:
    """Scores and gradients by Keras's own model and TensorFlow's own gradients."""

    def __init__(self, model):
        self.model = model
        self._before = cache(self._model_before)

    def _model_before(self, layer: str):
        import tensorflow as tf

        return tf.keras.Model(self.model.inputs, self.model.get_layer(layer).input)

    def values(self, image, layer: str):
        """What a layer gives before its ReLU or softmax, (1, h, w, c) or (1, units)."""
        import tensorflow as tf
        from keras.applications.vgg16 import preprocess_input

        inputs = self._before(layer)(preprocess_input(image))
        found = self.model.get_layer(layer)
        if hasattr(found, "kernel"):
            spatial = len(found.kernel.shape) == 4
            product = tf.nn.conv2d(inputs, found.kernel, 1, "SAME") if spatial else None
            return (product if spatial else inputs @ found.kernel) + found.bias
        return found(inputs)

    def score_and_gradient(self, image, layer, channel, position=None, after_relu=False):
        """The mean of a channel over space, or its value at a position, and its gradient."""
        import tensorflow as tf

        image = tf.constant(np.asarray(image, np.float32)[None])
        with tf.GradientTape() as tape:
            tape.watch(image)
            values = self.values(image, layer)[..., channel]
            values = tf.nn.relu(values) if after_relu else values
            score = tf.reduce_mean(values if position is None else values[:, *position])
        return float(score), tape.gradient(score, image)[0].numpy()


def embedded_arrays() -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """The embedded file, read without the program."""
    with np.load(EMBEDDED) as file:
        return {
            name.removesuffix("/kernel"): (
                file[name].astype(np.float32),
                file[name.replace("kernel", "bias")].astype(np.float32),
            )
            for name in file.files
            if name.endswith("/kernel")
        }


@pytest.fixture(scope="session")
def embedded():
    """Layer -> kernel and bias in the embedded file."""
    return embedded_arrays()


@pytest.fixture(scope="session")
def keras_vgg(embedded):
    """Keras's VGG16 without its top, for any size, holding the embedded arrays."""
    import tensorflow as tf

    model = tf.keras.applications.VGG16(
        weights=None, include_top=False, input_shape=(None, None, 3)
    )
    for name, arrays in embedded.items():
        model.get_layer(name).set_weights(arrays)
    return Reference(model)


@pytest.fixture(scope="session")
def whole_keras_vgg():
    """Make Keras's VGG16 with its top, all weights zero: 138 million random ones take long."""
    import keras

    def build():
        with pytest.MonkeyPatch.context() as patch:
            zeros = keras.initializers.Zeros()
            patch.setattr(
                keras.initializers.GlorotUniform, "__call__", lambda _, *a, **k: zeros(*a)
            )
            return keras.applications.VGG16(weights=None, include_top=True)

    return build


@pytest.fixture(scope="session")
def reference_of():
    """Make a `Reference` of another Keras model."""
    return Reference


@pytest.fixture
def effnet(known_networks):
    """EfficientNet-Lite0, the object that `load_network` returns too."""
    return known_networks("efficientnet-lite0")


COMPILED = (
    ("explorer.attribution", "_compiled"),
    ("explorer.excitation", "_compiled"),
    ("explorer.grad_cam", "_compiled"),
    ("explorer.measures", "_activation"),
    ("explorer.step", "compiled"),
)
"""Module and name of each cache of compiled functions."""


def forget() -> None:
    """Let go of every compiled function and the networks they hold."""
    for module, name in COMPILED:
        if module in sys.modules:
            getattr(sys.modules[module], name).cache_clear()
    gc.collect()


@pytest.fixture
def forget_compiled():
    """After the test, `forget`."""
    yield
    forget()


@pytest.fixture
def traces(forget_compiled):
    """How many traces are in memory, whoever holds them, beyond those of before the test."""

    def count() -> int:
        gc.collect()
        return sum(type(each).__name__ == "FuncGraph" for each in gc.get_objects())

    forget()
    before = count()
    return lambda: count() - before


# ---- The report


@pytest.fixture(scope="session")
def finished_folder(tmp_path_factory):
    """A folder as `explorer.report.making.make` leaves it: the stored pictures and numbers."""
    from explorer.report.figures import figures
    from explorer.report.making import NOTE
    from explorer.report.results import STORED, map_key, stored

    folder, results = tmp_path_factory.mktemp("finished"), stored()
    for figure in figures(results.classes):
        pixels = np.asarray(Image.open(STORED / f"{figure.key}.jpg"))
        note = {"recipe": figure.recipe.as_dict(), NOTE: results.figures[figure.key]}
        (folder / f"{figure.key}.png").write_bytes(png_bytes(pixels, note))
    maps = [map_key(e["layer"], each["channel"]) for e in results.layers for each in e["filters"]]
    for key in ("cat", *maps):
        (folder / f"{key}.png").write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8)))
    return folder


# ---- Pictures and sentences


def picture(kind: str, size: tuple[int, int]) -> np.ndarray:
    """A "photo", "noise", or "flat" gray: uint8 RGB of this (height, width)."""
    if kind == "photo":
        return sample_photo("cat").fitted(size)
    if kind == "noise":
        return np.random.default_rng(3).integers(0, 256, (*size, 3), dtype=np.uint8)
    return np.full((*size, 3), 128, np.uint8)


@pytest.fixture(scope="session")
def picture_of():
    """`picture`, kept: the same array at every call."""
    return cache(picture)


def distance(found, wanted) -> float:
    """The largest difference, relative to the largest value wanted."""
    found, wanted = np.asarray(found, np.float64), np.asarray(wanted, np.float64)
    assert found.shape == wanted.shape
    return float(np.abs(found - wanted).max() / max(np.abs(wanted).max(), 1e-30))


@pytest.fixture(scope="session")
def relative():
    """`distance`."""
    return distance


def is_name(word: str) -> bool:
    """Whether a sentence may begin with this word as it is: an option, a method, a layer."""
    known = (explorer.networks.VGG16, explorer.networks.EfficientNetLite0, Tiny)
    layers = (layer for network in known for layer in network.layers)
    names = {name for layer in layers for name in (layer.name, layer.paper_name)}
    return word.startswith("--") or word.split(".")[0].rstrip(",") in names | set(METHODS)


def check_sentence(text: str) -> None:
    """Fail unless the text is one sentence for people."""
    assert text and "\n" not in text.rstrip("\n"), f"not one line: {text!r}"
    text = text.rstrip("\n")
    assert "Traceback" not in text
    assert text[-1] in ".?", f"no period: {text!r}"
    assert ". " not in text, f"more than one sentence: {text!r}"
    capital = text[0].isupper() or text[0] in "'“"
    assert capital or is_name(text.split()[0]), f"no capital: {text!r}"


@pytest.fixture(scope="session")
def sentence():
    """`check_sentence`."""
    return check_sentence


@pytest.fixture
def refused(sentence):
    """A context in which an `InputError` must be raised whose text is one sentence."""
    from contextlib import contextmanager

    from explorer.errors import InputError

    @contextmanager
    def check(match: str = ""):
        with pytest.raises(InputError, match=match or None) as caught:
            yield
        sentence(str(caught.value))

    return check
