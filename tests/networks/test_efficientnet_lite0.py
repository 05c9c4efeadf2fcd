"""EfficientNet-Lite0 against published numbers, and against a Keras model made here."""

from functools import cache
from math import prod

import numpy as np
import pytest
from PIL import Image

from explorer.images import SAMPLES
from explorer.networks import EfficientNetLite0, load_network
from explorer.networks.efficientnet_lite0 import EMBEDDED

# Class and probability, the first three, as the published PyTorch model gives them for the central
# square of each sample photo, scaled to 224×224 with bicubic interpolation. Half precision of the
# embedded kernels moves them a little.
PUBLISHED = {
    "cat": ((285, 0.371), (282, 0.333), (281, 0.174)),
    "coffee": ((967, 0.936), (968, 0.017), (925, 0.009)),
    "rocket": ((657, 0.287), (744, 0.136), (540, 0.097)),
    "temple": ((698, 0.318), (442, 0.224), (663, 0.092)),
    "flower": ((985, 0.210), (947, 0.101), (309, 0.052)),
}

# Stage and letter, number, and of the depthwise convolution kernel and stride; channels that leave.
BLOCKS = (
    *(("1a", 1, 3, 1, 16), ("2a", 2, 3, 2, 24), ("2b", 3, 3, 1, 24), ("3a", 4, 5, 2, 40)),
    *(("3b", 5, 5, 1, 40), ("4a", 6, 3, 2, 80), ("4b", 7, 3, 1, 80), ("4c", 8, 3, 1, 80)),
    *(("5a", 9, 5, 1, 112), ("5b", 10, 5, 1, 112), ("5c", 11, 5, 1, 112), ("6a", 12, 5, 2, 192)),
    *(("6b", 13, 5, 1, 192), ("6c", 14, 5, 1, 192), ("6d", 15, 5, 1, 192), ("7a", 16, 3, 1, 320)),
)

SIZES = [(224, 224), (97, 131), (32, 33)]
TARGETS = [
    ("stem", 5, False),
    ("block1a_depthwise", 3, True),
    ("block2a_depthwise", 40, False),
    ("block2b_project", 7, False),
    ("block3b_add", 11, True),
    ("block4c_expand", 200, True),
    ("block6a_depthwise", 12, False),
    ("head", 1000, True),
    ("pool", 14, False),
    ("logits", 130, False),
    ("softmax", 285, False),
]


@pytest.fixture(scope="module")
def arrays():
    """The embedded file, read without the program: float32 by name."""
    with np.load(EMBEDDED) as file:
        return {name: file[name].astype(np.float32) for name in file.files}


@pytest.fixture(scope="module")
def reference(arrays):
    """A Keras model of the same arrays: every layer's values before its activation, in order."""
    import tensorflow as tf

    weighted, values = {}, []

    def layer(stored, made, x):
        weighted[stored] = made
        values.append(made(x))
        return values[-1]

    def relu6(x):
        return tf.keras.layers.ReLU(6)(x)

    x = inputs = tf.keras.Input((None, None, 3))
    x = tf.keras.layers.Rescaling(1 / 128, -127 / 128)(x)
    x = layer("stem", tf.keras.layers.Conv2D(32, 3, strides=2, padding="same"), x)
    x, before = relu6(x), 32
    for _, number, kernel, stride, channels in BLOCKS:
        entered, block = x, f"block{number:02}"
        if number > 1:
            x = relu6(layer(f"{block}/expand", tf.keras.layers.Conv2D(6 * before, 1), x))
        depthwise = tf.keras.layers.DepthwiseConv2D(kernel, strides=stride, padding="same")
        x = relu6(layer(f"{block}/depthwise", depthwise, x))
        x = layer(f"{block}/project", tf.keras.layers.Conv2D(channels, 1), x)
        if stride == 1 and channels == before:
            values.append(x := tf.keras.layers.add([x, entered]))
        before = channels
    x = relu6(layer("head", tf.keras.layers.Conv2D(1280, 1), x))
    values.append(x := tf.keras.layers.GlobalAveragePooling2D()(x))
    x = layer("logits", tf.keras.layers.Dense(1000), x)
    values.append(tf.keras.layers.Softmax()(x))
    model = tf.keras.Model(inputs, values)
    for stored, made in weighted.items():
        made.set_weights([arrays[f"{stored}/kernel"], arrays[f"{stored}/bias"]])
    names = [layer.name for layer in EfficientNetLite0.layers[1:]]
    return lambda image: dict(zip(names, model(image), strict=True))


def batch_of(*images):
    import tensorflow as tf

    return tf.constant(np.stack(images), tf.float32)


# ---- Answers


@pytest.mark.parametrize("photo", PUBLISHED)
def test_published_probabilities(effnet, photo):
    with Image.open(SAMPLES[photo]) as image:
        side = min(image.size)
        left, top = ((length - side) // 2 for length in image.size)
        square = image.convert("RGB").crop((left, top, left + side, top + side))
    seen = np.asarray(square.resize((224, 224), Image.Resampling.BICUBIC))
    found = effnet.activations(seen, ["softmax"])["softmax"]
    order = np.argsort(-found)[:3].tolist()
    assert order == [number for number, _ in PUBLISHED[photo]]
    for number, probability in PUBLISHED[photo]:
        assert found[number] == pytest.approx(probability, abs=0.003)


@pytest.mark.parametrize("photo", ["cat", "coffee"])
def test_published_probabilities_of_photos_fitted_by_the_program(effnet, picture_of, photo):
    from explorer.images import sample_photo

    found = effnet.activations(sample_photo(photo).fitted((224, 224)), ["prob"])["softmax"]
    order = np.argsort(-found)[:3].tolist()
    assert order == [number for number, _ in PUBLISHED[photo]]
    for number, probability in PUBLISHED[photo]:
        assert found[number] == pytest.approx(probability, abs=0.01)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", ["photo", "noise", "flat"])
def test_outputs_of_every_layer(effnet, reference, picture_of, relative, kind, size):
    image = batch_of(picture_of(kind, size))
    wanted = reference(image)
    found = effnet.outputs(image, "softmax")
    assert list(found) == ["input", *wanted]
    for name, values in wanted.items():
        assert relative(found[name], values) < 1e-4, name
        row = effnet.layer(name)
        height_and_width = effnet.output_size(row, size) if row.spatial else ()
        assert found[name].shape == (1, *height_and_width, row.channels), name


def test_outputs_stop_where_asked(effnet, picture_of):
    found = effnet.outputs(batch_of(picture_of("photo", (32, 33))), "block1a_project")
    assert list(found) == ["input", "stem_conv", "block1a_dwconv", "block1a_project_conv"]


def test_activations_come_after_the_activation(effnet, reference, picture_of, relative):
    """ReLU6 after expansion, depthwise convolution, stem and head; nothing after the others."""
    image = picture_of("photo", (97, 131))
    wanted = reference(batch_of(image))
    found = effnet.activations(image, list(wanted))
    for name, values in wanted.items():
        values = values[0].numpy()
        if name.endswith(("expand_conv", "dwconv")) or name in ("stem_conv", "top_conv"):
            values = values.clip(0, 6)
        assert found[name].dtype == np.float32
        assert relative(found[name], values) < 1e-4, name
    assert found["block2a_expand_conv"].max() == 6
    assert found["block2b_add"].min() < 0
    assert found["softmax"].sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize(("name", "channel", "activated"), TARGETS, ids=str)
def test_gradient(effnet, reference, picture_of, relative, name, channel, activated, size):
    import tensorflow as tf

    image, layer = batch_of(picture_of("photo", size)), effnet.layer(name)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(image)
        wanted = reference(image)[layer.name][..., channel]
        found = effnet.unit_map(image, layer, tf.constant(channel))
        if activated:
            linear = name.endswith("add")
            wanted = wanted if linear else tf.clip_by_value(wanted, 0, 6)
            found = effnet.activate(layer, found)
    assert relative(found, wanted) < 1e-4
    slope = tape.gradient(wanted, image)
    assert relative(tape.gradient(found, image), slope) < 1e-4
    assert np.abs(slope).max() > 0 or activated


def test_a_batch_is_its_pictures_one_by_one(effnet, picture_of, relative):
    import tensorflow as tf

    pictures = [picture_of("photo", (97, 131)), picture_of("noise", (97, 131))]

    def scores_and_gradient(image):
        with tf.GradientTape() as tape:
            tape.watch(image)
            scores = effnet.unit_map(image, effnet.layer("logits"), 285)
        return scores, tape.gradient(scores, image)

    scores, gradient = scores_and_gradient(batch_of(*pictures))
    for i, single in enumerate(pictures):
        score, slope = scores_and_gradient(batch_of(single))
        assert float(scores[i]) == pytest.approx(float(score[0]), rel=1e-4)
        assert relative(gradient[i], slope[0]) < 1e-4


@pytest.mark.parametrize("size", [(32, 32), (1024, 33), (191, 1024)], ids=str)
def test_any_size_has_classes(effnet, picture_of, size):
    image = picture_of("photo", size)
    for layer in effnet.layers:
        effnet.require(layer, size, "It")
    found = effnet.activations(image, ["head", "softmax"])
    assert found["top_conv"].shape[:2] == effnet.output_size(effnet.layer("head"), size)
    assert found["softmax"].sum() == pytest.approx(1, abs=1e-5)


def test_the_neutral_color_is_zero_to_the_network(effnet):
    flat = np.full((1, 2, 2, 3), effnet.mean_color, np.float32)
    assert np.array_equal(effnet.preprocess(flat), np.zeros_like(flat))
    assert np.allclose(effnet.preprocess(flat + 128), 1)


def test_its_keras_model_gives_the_same_scores(effnet, picture_of, relative):
    image = batch_of(picture_of("photo", (97, 131)))
    wanted = effnet.model(effnet.preprocess(image))
    assert relative(effnet.outputs(image, "logits")["predictions"], wanted) < 1e-4
    names = [layer.name for layer in effnet.layers if layer.kind not in ("input", "softmax")]
    assert [layer.name for layer in effnet.model.layers[1:]] == names


# ---- Structure


def test_structure_without_weights():
    network = load_network("efficientnet-lite0")
    kinds = [layer.kind for layer in network.layers]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counts == {
        **{"input": 1, "convolution": 1 + 15 + 16 + 1, "depthwise": 16, "addition": 9},
        **{"global pooling": 1, "dense": 1, "softmax": 1},
    }
    assert network.layers[0].output_shape == (224, 224, 3)
    assert network.layer("head").output_shape == (7, 7, 1280)


def test_parameters_are_the_embedded_arrays(arrays):
    layers = [layer for layer in EfficientNetLite0.layers if layer.parameters]
    for layer in layers:
        kernel, bias = (arrays[f"{layer.other_names[0]}/{part}"] for part in ("kernel", "bias"))
        assert kernel.shape == layer.weights_shape and bias.shape == (layer.channels,), layer.name
        assert layer.parameters == kernel.size + bias.size
    assert 2 * len(layers) == len(arrays)
    # 4,652,008 are published: batch normalization has two parameters a channel, folded it has one.
    normalized = sum(layer.channels for layer in layers if layer.kind != "dense")
    assert sum(layer.parameters for layer in layers) == 4_652_008 - normalized


def test_embedded_weights_are_the_arrays(arrays):
    network = load_network("efficientnet-lite0")
    for layer in network.layers:
        found = network.embedded_weights(layer)
        assert (found is None) == (layer.parameters == 0)
        if found:
            stored = layer.other_names[0]
            assert np.array_equal(found[0], arrays[f"{stored}/kernel"])
            assert np.array_equal(found[1], arrays[f"{stored}/bias"])
            assert found[0].dtype == found[1].dtype == np.float32


def test_shapes_and_multiply_adds(effnet):
    """Against the Keras model's shapes: a multiply-add for each weight at each place it is put."""
    for row in effnet.layers[1:-1]:
        made = effnet.model.get_layer(row.name)
        shape = made.compute_output_shape(
            [(None, *effnet.layer(name).output_shape) for name in _inputs(effnet, row)]
            if row.adds
            else (None, *effnet.layer(_inputs(effnet, row)[0]).output_shape)
        )
        assert row.output_shape == tuple(shape[1:]), row.name
        assert row.parameters == made.count_params(), row.name
        weights = prod(made.weights[0].shape) if made.weights else 0
        assert row.multiply_adds == weights * prod(row.output_shape[:-1]), row.name


def _inputs(network, row):
    before = network.layers[network.layers.index(row) - 1].name
    return [before, row.adds] if row.adds else [before]


def test_blocks_add_what_entered_them():
    layers = EfficientNetLite0.layers
    added = {layer.name: layer.adds for layer in layers if layer.adds}
    assert added == {
        **{"block2b_add": "block2a_project_conv", "block3b_add": "block3a_project_conv"},
        **{"block4b_add": "block4a_project_conv", "block4c_add": "block4b_add"},
        **{"block5b_add": "block5a_project_conv", "block5c_add": "block5b_add"},
        **{"block6b_add": "block6a_project_conv", "block6c_add": "block6b_add"},
        "block6d_add": "block6c_add",
    }


@cache
def reach_of_layers(length=4096):
    """How far a value depends on a line of pixels, through kernels of ones: (left, right) ends.

    Of the value in the middle of each layer's map and of its right neighbor.
    """
    import tensorflow as tf

    line = tf.ones((1, length, 1))
    x, passed, ends = line, {}, {}
    with tf.GradientTape(persistent=True) as tape:
        tape.watch(line)
        for layer in EfficientNetLite0.layers:
            if layer.kernel:
                side = layer.kernel[0]
                x = tf.nn.conv1d(x, tf.ones((side, 1, 1)) / side, layer.stride, "SAME")
            elif layer.adds:
                x = x + passed[layer.adds]
            elif not layer.spatial:
                break
            passed[layer.name] = x
            middle = x.shape[1] // 2
            ends[layer.name] = x[0, middle, 0], x[0, middle + 1, 0]
    reached = {}
    for name, values in ends.items():
        found = [np.flatnonzero(tape.gradient(value, line)) for value in values]
        reached[name] = [(pixels[0], pixels[-1]) for pixels in found]
    return reached


@pytest.mark.parametrize("layer", [row for row in EfficientNetLite0.layers if row.spatial])
def test_receptive_fields(layer):
    (first, last), (next_first, _) = reach_of_layers()[layer.name]
    assert layer.receptive_field == last - first + 1
    assert layer.receptive_stride == next_first - first


def test_after_global_pooling_all_is_seen():
    head, pool, logits, _ = EfficientNetLite0.layers[-4:]
    wanted = head.receptive_field + 6 * head.receptive_stride
    assert pool.receptive_field == logits.receptive_field == wanted


@pytest.mark.parametrize(
    ("said", "name"),
    [
        *(("stem", "stem_conv"), ("head", "top_conv"), ("logits", "predictions")),
        *(("block3b_depthwise", "block3b_dwconv"), ("block05/depthwise", "block3b_dwconv")),
        *((" BLOCK3B_DWCONV ", "block3b_dwconv"), ("block16_project", "block7a_project_conv")),
        *(("block3b_add", "block3b_add"), ("pool", "avg_pool"), ("prob", "softmax")),
    ],
)
def test_names(said, name):
    assert load_network("efficientnet-lite0").layer(said).name == name


def test_unknown_layers_are_refused(refused):
    with refused("EfficientNet-Lite0 has no layer 'block1a_expand'"):
        load_network("efficientnet-lite0").layer("block1a_expand")
    with refused(
        "no layer 'conv5_1': python -m explorer layers --network efficientnet-lite0 lists"
    ):
        load_network("efficientnet-lite0").layer("conv5_1")
