"""VGG16's numbers against Keras's own model that holds the same arrays."""

import gc
from itertools import pairwise

import h5py
import numpy as np
import pytest

from explorer.errors import InputError
from explorer.excitation import score_and_gradient
from explorer.grad_cam import grad_cam
from explorer.networks import VGG16, dense_weights
from explorer.networks.dense_weights import FILE_NAME, SHAPES
from explorer.targets import Target

SIZES = [(224, 224), (97, 131)]
PICTURES = ["photo", "noise", "flat"]
SPATIAL = [layer.name for layer in VGG16.layers if layer.kind in ("convolution", "pooling")]
TARGETS = [
    ("block3_conv1", 1, None, False),
    ("block4_conv2", 3, (11, 2), False),
    ("block5_conv3", 1, "center", False),
    ("block5_conv3", 355, None, True),
]
MORE_TARGETS = [
    ("block1_conv1", 5, None, False),
    ("block1_conv2", 3, (40, 60), True),
    ("block2_pool", 17, None, True),
    ("block3_conv1", 1, "center", False),
    ("block3_conv3", 40, None, True),
    ("block5_conv1", 11, None, False),
    ("block5_pool", 286, "center", True),
]
CASES = [
    *((size, target) for size in SIZES for target in TARGETS),
    *((SIZES[1], target) for target in MORE_TARGETS),
]


# ---- Convolutional layers


@pytest.mark.parametrize("size", SIZES, ids=str)
@pytest.mark.parametrize("kind", PICTURES)
def test_activations_of_every_layer(vgg, keras_vgg, picture_of, relative, kind, size):
    import tensorflow as tf
    from keras.applications.vgg16 import preprocess_input

    image = picture_of(kind, size)
    model = tf.keras.Model(
        keras_vgg.model.inputs, [keras_vgg.model.get_layer(name).output for name in SPATIAL]
    )
    wanted = model(preprocess_input(image[None].astype(np.float32)))
    found = vgg.activations(image, SPATIAL)
    assert list(found) == SPATIAL
    for name, array in zip(SPATIAL, wanted, strict=True):
        assert found[name].dtype == np.float32
        assert relative(found[name], array[0].numpy()) < 1e-4, name
        row = vgg.layer(name)
        assert found[name].shape == (*vgg.output_size(row, size), row.channels)


def test_kernels_in_parts_change_no_bit(vgg, picture_of):
    """Whatever parts are taken on this processor: else gradients would jump where values tie."""
    import tensorflow as tf

    answers = vgg.activations(picture_of("photo", (224, 224)), SPATIAL)
    for before, name in pairwise(SPATIAL):
        if not name.endswith("pool"):
            convolution, x = vgg.tensors[name], answers[before][None]
            whole = tf.nn.conv2d(x, convolution.kernel, 1, "SAME") + convolution.bias
            assert np.array_equal(convolution(x), whole), name


@pytest.mark.parametrize("kind", PICTURES)  # varies first: the same step serves all three
@pytest.mark.parametrize(("size", "target"), CASES, ids=str)
def test_score_and_gradient(vgg, keras_vgg, picture_of, relative, kind, size, target):
    layer, channel, position, after_relu = target
    image = picture_of(kind, size)
    where = position
    if position == "center":
        stride = vgg.layer(layer).receptive_stride
        where = (size[0] // stride // 2, size[1] // stride // 2)
    wanted = keras_vgg.score_and_gradient(image, layer, channel, where, after_relu)
    found = score_and_gradient(vgg, image, Target(layer, channel, position, after_relu))
    assert found[0] == pytest.approx(wanted[0], rel=1e-4, abs=1e-4)
    assert found[1].shape == image.shape and found[1].dtype == np.float32
    assert relative(found[1], wanted[1]) < 1e-4
    assert kind != "photo" or np.abs(wanted[1]).max() > 0


def test_gradient_is_the_slope_of_the_score(vgg, picture_of):
    """A small step along the gradient raises the score by its squared norm times the step."""
    image = picture_of("photo", (97, 131)).astype(np.float64)
    target = Target("conv2_1", 3)
    _, gradient = score_and_gradient(vgg, image, target)
    step = 0.05 / np.abs(gradient).max()
    scores = [score_and_gradient(vgg, image + k * step * gradient, target)[0] for k in (-1, 1)]
    slope = (scores[1] - scores[0]) / (2 * step)
    assert slope == pytest.approx((gradient.astype(np.float64) ** 2).sum(), rel=0.02)


def test_preprocessing_is_that_of_keras(vgg, picture_of):
    from keras.applications.vgg16 import preprocess_input

    image = picture_of("photo", (97, 131)).astype(np.float32)
    assert np.allclose(vgg.preprocess(image), preprocess_input(image.copy()), atol=1e-4)


def test_names_in_any_spelling_and_order(vgg, picture_of):
    image = picture_of("photo", (97, 131))
    found = vgg.activations(image, ["pool1", "conv1_1", "block1_conv1"])
    assert list(found) == ["block1_conv1", "block1_pool"]
    assert all(array.min() >= 0 for array in found.values())


@pytest.mark.parametrize("shape", [(64, 64), (64, 64, 4), (1, 64, 64, 3)], ids=str)
def test_pictures_are_rgb(vgg, refused, shape):
    with refused(r"must be RGB"):
        vgg.activations(np.zeros(shape, np.uint8), ["conv1_1"])


def test_flatten_is_the_last_map_in_one_line(vgg, picture_of):
    found = vgg.activations(picture_of("photo", (224, 224)), ["pool5", "flatten"])
    assert np.array_equal(found["flatten"], found["block5_pool"].ravel())


def test_embedded_arrays_are_all_there(embedded):
    convolutions = [layer for layer in VGG16.layers if layer.kind == "convolution"]
    assert set(embedded) == {layer.name for layer in convolutions}
    for layer in convolutions:
        assert sum(array.size for array in embedded[layer.name]) == layer.parameters


@pytest.mark.parametrize("name", ["fc_1", "fc_2", "fc_3", "softmax"])
def test_without_their_weights_dense_layers_are_refused(vgg, picture_of, name, refused):
    with refused(r"528 MB.*python -m explorer weights --download"):
        vgg.activations(picture_of("photo", (224, 224)), ["conv1_1", name])


def test_without_its_weights_a_class_is_refused(vgg, picture_of, sentence):
    image = picture_of("photo", (224, 224))
    with pytest.raises(InputError, match=r"130 \(flamingo\) needs.*weights --download") as caught:
        score_and_gradient(vgg, image, Target(class_="flamingo"))
    text = str(caught.value)
    sentence(text[0].upper() + text[1:])


# ---- The dense layers, with random weights in a file like Keras's


@pytest.fixture(scope="module")
def random_weights():
    """Small random weights of the real shapes; convolutions too, which must not be used."""
    random = np.random.default_rng(11)

    def array(shape, deviation):
        values = random.standard_normal(shape, dtype=np.float32)
        values *= np.float32(deviation)
        return values

    dense = {
        name: (array(kernel, (2 / kernel[0]) ** 0.5), array(bias, 0.1))
        for name, (kernel, bias) in SHAPES.items()
    }
    return dense | {"block1_conv1": (array((3, 3, 3, 64), 0.3), array((64,), 1.0))}


@pytest.fixture(scope="module")
def full(random_weights, tmp_path_factory):
    """A fresh VGG16 that found the file by VGG16_WEIGHTS."""
    path = tmp_path_factory.mktemp("weights") / FILE_NAME
    with h5py.File(path, "w") as file:
        file.attrs["layer_names"] = [name.encode() for name in random_weights]
        for layer, arrays in random_weights.items():
            group = file.create_group(layer)
            names = [f"{layer}_W_1:0", f"{layer}_b_1:0"]
            group.attrs["weight_names"] = [name.encode() for name in names]
            for name, values in zip(names, arrays, strict=True):
                group.create_dataset(name, data=values)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("VGG16_WEIGHTS", str(path))
        network = VGG16()
        network.load()
        yield network
    path.unlink()
    import explorer.targets

    explorer.excitation._compiled.cache_clear()
    explorer.grad_cam._compiled.cache_clear()
    network._compiled_activations.cache_clear()
    network._tensors = network.model = None
    del network
    gc.collect()


@pytest.fixture(scope="module")
def keras_full(random_weights, embedded, reference_of, whole_keras_vgg):
    """Keras's whole model, softmax included, with the same arrays."""
    model = whole_keras_vgg()
    for name, arrays in (random_weights | embedded).items():
        model.get_layer(name).set_weights(arrays)
    yield reference_of(model)
    del model
    gc.collect()


@pytest.mark.parametrize("wrong", [np.nan, np.inf])
def test_a_picture_of_no_numbers_is_refused(vgg, refused, wrong):
    with refused("finite numbers"):
        vgg.activations(np.full((32, 32, 3), wrong, np.float32), ["conv1_1"])


def test_dense_activations(full, keras_full, picture_of, relative):
    import tensorflow as tf
    from keras.applications.vgg16 import preprocess_input

    image = picture_of("photo", (224, 224))
    model = keras_full.model
    names = ["block1_conv1", "block5_pool", "flatten", "fc1", "fc2", "predictions"]
    outputs = [model.get_layer(name).output for name in names]
    prepared = preprocess_input(image[None].astype(np.float32))
    wanted = dict(zip(names, tf.keras.Model(model.inputs, outputs)(prepared), strict=True))
    wanted["softmax"] = wanted.pop("predictions")
    wanted["predictions"] = keras_full.values(image[None].astype(np.float32), "predictions")
    found = full.activations(image, list(wanted))
    for name, values in wanted.items():
        assert relative(found[name], values[0].numpy()) < 1e-4, name
    assert found["softmax"].sum() == pytest.approx(1, abs=1e-5)


@pytest.mark.parametrize("kind", PICTURES)
@pytest.mark.parametrize(
    ("layer", "unit", "after_relu"),
    [("predictions", 130, False), ("fc2", 17, True), ("fc1", 4095, False)],
)
def test_dense_scores_and_gradients(
    full, keras_full, picture_of, relative, kind, layer, unit, after_relu
):
    image = picture_of(kind, (224, 224))
    target = Target(layer, unit, after_relu=after_relu)
    wanted = keras_full.score_and_gradient(image, layer, unit, None, after_relu)
    found = score_and_gradient(full, image, target)
    assert found[0] == pytest.approx(wanted[0], rel=1e-4, abs=1e-5)
    assert relative(found[1], wanted[1]) < 1e-4


def test_where_a_class_is_seen(full, keras_full, picture_of, relative):
    """Grad-CAM on the last convolution, by Keras's model cut in two there."""
    import tensorflow as tf
    from keras.applications.vgg16 import preprocess_input

    image, model = picture_of("photo", (224, 224)), keras_full.model
    last = model.get_layer("block5_conv3").output
    prepared = preprocess_input(image[None].astype(np.float32))
    answer = tf.convert_to_tensor(tf.keras.Model(model.inputs, last)(prepared))
    (kernel1, bias1), (kernel2, bias2), (kernel3, bias3) = (
        model.get_layer(name).get_weights() for name in SHAPES
    )
    with tf.GradientTape() as tape:
        tape.watch(answer)
        pooled = tf.nn.max_pool2d(answer, 2, 2, "VALID")
        first = tf.nn.relu(tf.reshape(pooled, (1, -1)) @ kernel1 + bias1)
        score = (tf.nn.relu(first @ kernel2 + bias2) @ kernel3 + bias3)[0, 130]
    weights = tf.reduce_mean(tape.gradient(score, answer), axis=(1, 2), keepdims=True)
    wanted = tf.reduce_sum(weights * answer, axis=-1)[0].numpy()
    assert relative(grad_cam(full, image, Target(class_=130)), wanted) < 1e-4


def test_a_class_by_name_is_the_unit_before_softmax(full, keras_full, picture_of):
    image = picture_of("photo", (224, 224))
    wanted = keras_full.values(image[None].astype(np.float32), "predictions")[0, 130]
    found, _ = score_and_gradient(full, image, Target(class_="Flamingo"))
    assert found == pytest.approx(float(wanted), rel=1e-4)


def test_convolutions_come_from_the_embedded_file(full, embedded, random_weights):
    kernel, bias = full.model.get_layer("block1_conv1").get_weights()
    assert np.array_equal(kernel, embedded["block1_conv1"][0])
    assert np.array_equal(bias, embedded["block1_conv1"][1])
    assert not np.array_equal(kernel, random_weights["block1_conv1"][0])


def test_convolutional_pictures_do_not_depend_on_the_dense_weights(full, vgg, picture_of):
    image = picture_of("photo", (97, 131))
    ours, theirs = (score_and_gradient(n, image, Target("conv3_1", 1)) for n in (full, vgg))
    assert ours[0] == theirs[0]
    assert np.array_equal(ours[1], theirs[1])


def test_dense_layers_need_a_whole_window(full, picture_of, refused):
    with refused("at least 224×224 pixels, not 223×300"):
        full.activations(picture_of("photo", (223, 300)), ["fc1"])


@pytest.mark.slow
def test_dense_layers_slide_over_a_larger_picture(full, random_weights, picture_of, relative):
    """As they are defined: at each 7×7 window of the last map, and the mean over the windows."""
    image = picture_of("photo", (262, 288))
    last = full.activations(image, ["pool5"])["block5_pool"]
    assert last.shape == (8, 9, 512)
    squares = [last[i : i + 7, j : j + 7].ravel() for i in range(2) for j in range(3)]
    (kernel1, bias1), (kernel2, bias2), (kernel3, bias3) = (random_weights[n] for n in SHAPES)
    first = np.maximum(np.stack(squares) @ kernel1 + bias1, 0)
    second = np.maximum(first @ kernel2 + bias2, 0)
    scores = (second @ kernel3 + bias3).mean(axis=0)
    found = full.activations(image, ["fc1", "fc2", "predictions", "softmax"])
    assert relative(found["fc1"], first.mean(axis=0)) < 1e-4
    assert relative(found["fc2"], second.mean(axis=0)) < 1e-4
    assert relative(found["predictions"], scores) < 1e-4
    odds = np.exp(scores - scores.max())
    assert relative(found["softmax"], odds / odds.sum()) < 1e-4
    score, gradient = score_and_gradient(full, image, Target(class_=130))
    assert score == pytest.approx(scores[130], rel=1e-4)
    assert gradient.shape == image.shape and np.abs(gradient).max() > 0


@pytest.mark.slow
def test_the_slope_of_a_class_of_a_larger_picture(full, picture_of):
    """A small step along the gradient raises the score by its squared norm times the step."""
    image = picture_of("photo", (262, 288)).astype(np.float64)
    _, gradient = score_and_gradient(full, image, Target(class_=7))
    step = 0.05 / np.abs(gradient).max()
    scores = [
        score_and_gradient(full, image + k * step * gradient, Target(class_=7))[0] for k in (-1, 1)
    ]
    slope = (scores[1] - scores[0]) / (2 * step)
    assert slope == pytest.approx((gradient.astype(np.float64) ** 2).sum(), rel=0.02)


def test_weights_that_came_later_ask_for_a_restart(vgg, picture_of, monkeypatch, refused, tmp_path):
    found = dense_weights.Found(tmp_path / "new.h5", ())
    monkeypatch.setattr(dense_weights, "find", lambda: found)
    with refused("restart"):
        vgg.activations(picture_of("photo", (224, 224)), ["fc1"])
