"""Which pixels excite a filter: against the definitions in NumPy, Keras, and closed forms."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from explorer.activations import statistics
from explorer.attribution import (
    ATTRIBUTIONS,
    _activated,
    _compiled,
    attribution,
    cautions,
    located,
    seen_by,
    signed_picture,
    strength,
    strength_picture,
)
from explorer.excitation import score_and_gradient
from explorer.images import sample_photo
from explorer.networks import load_network
from explorer.networks.network import KEPT_FUNCTIONS
from explorer.receptive_fields import Square
from explorer.targets import Target

SIZE = (19, 23)
"""Odd, and odd again after a pooling."""
METHODS = pytest.mark.parametrize("method", ATTRIBUTIONS)


@pytest.fixture(scope="module")
def capped(tiny_network):
    """The tiny network with ReLU6 for ReLU."""

    class Capped(type(tiny_network)):
        layers = tuple(replace(layer, activation="relu6") for layer in type(tiny_network).layers)

    return Capped()


# ---- The definitions, written out


def windows(x: np.ndarray) -> np.ndarray:
    padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
    return np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))


def convolved(x, kernel, bias=0.0):
    return np.einsum("hwcij,ijco->hwo", windows(x), kernel.astype(np.float64)) + bias


def filtered_back(upstream, kernel):
    """A convolution turned around: each value adds its kernel to where it looked."""
    return convolved(upstream, kernel[::-1, ::-1].transpose(0, 1, 3, 2))


def cells(x):
    """(h, w, c) -> (h // 2, w // 2, 4, c), the four values of each pooling."""
    height, width = (side // 2 for side in x.shape[:2])
    x = x[: 2 * height, : 2 * width].reshape(height, 2, width, 2, -1)
    return x.transpose(0, 2, 1, 3, 4).reshape(height, width, 4, -1)


def unpooled(upstream, x):
    """Each value to where the highest of its four was; an odd last row and column get nothing."""
    found = np.zeros(x.shape)
    switches = cells(x).argmax(axis=2)
    for row, column, channel in np.ndindex(upstream.shape):
        down, across = divmod(switches[row, column, channel], 2)
        found[2 * row + down, 2 * column + across, channel] = upstream[row, column, channel]
    return found


def rectified_back(method, upstream, x, cap):
    if method in ("gradient", "guided"):
        upstream = np.where((x > 0) & (x < cap), upstream, 0)
    return np.maximum(upstream, 0) if method in ("deconvnet", "guided") else upstream


def defined(method, layers, arrays, x, channel, position, cap=np.inf):
    """From what the first layer takes, what goes back to it; rectifiers come before poolings."""
    before = {}
    for layer in layers[1:]:
        if layer.kind == "pooling":
            x = cells(x).max(axis=2)
        else:
            before[layer.name] = convolved(x, *arrays[layer.name])
            x = np.clip(before[layer.name], 0, cap)
    upstream, places = np.zeros(x.shape), position or np.s_[:, :]
    answer = x[..., channel][places]
    upstream[(*places, channel)] = (answer > 0) if method == "gradient" else answer
    for beneath, layer in reversed(list(pairwise(layers))):
        if layer.kind == "pooling":
            upstream = unpooled(upstream, before[beneath.name])
        else:
            if layer is not layers[-1]:
                upstream = rectified_back(method, upstream, before[layer.name], cap)
            upstream = filtered_back(upstream, arrays[layer.name][0])
    return upstream


def noise(seed=0, size=SIZE):
    return np.random.default_rng(seed).uniform(0, 255, (*size, 3)).astype(np.float32)


def layers_to(network, name):
    return network.layers[: network.layers.index(network.layer(name)) + 1]


@METHODS
@pytest.mark.parametrize("position", [(0, 0), (5, 7), (8, 10), None], ids=str)
@pytest.mark.parametrize("cap", [np.inf, 6.0], ids=["ReLU", "ReLU6"])
def test_every_method_is_as_defined(tiny, capped, relative, method, position, cap):
    network = tiny if np.isinf(cap) else capped
    image = network.mean_color + np.float32(0.1) * (noise() - np.float32(127))
    answer = network.activations(image, ["two"])["second"][position or (5, 7)]
    channels = np.flatnonzero(answer > 0).tolist()
    assert channels
    for channel in channels:
        values = image.astype(np.float64) - network.mean_color
        arrays = network.arrays()
        wanted = defined(method, network.layers, arrays, values, channel, position, cap)
        found = attribution(network, image, Target("two", channel, position), method)
        assert found.dtype == np.float32 and found.shape == (*SIZE, 3)
        assert np.abs(wanted).max() > 0 and relative(found, wanted) < 1e-4


@METHODS
@pytest.mark.parametrize(
    ("layer", "channel", "position"),
    [("conv3_1", 9, None), ("conv3_1", 9, "highest"), ("pool2", 3, "highest")],
)
def test_every_method_is_as_defined_through_vgg16(
    vgg, embedded, picture_of, relative, method, layer, channel, position
):
    image = picture_of("photo", SIZE)
    target, _ = located(vgg, image, Target(layer, channel), everywhere=position is None)
    values = image[..., ::-1] - np.float64(vgg.mean_color[::-1])
    layers = layers_to(vgg, layer)
    wanted = defined(method, layers, embedded, values, channel, target.position)[..., ::-1]
    found = attribution(vgg, image, target, method)
    assert np.abs(wanted).max() > 0 and relative(found, wanted) < 1e-4


@pytest.mark.parametrize(
    ("layer", "position"), [("conv2_2", (20, 31)), ("conv2_2", (0, 64)), ("conv5_1", (3, 4))]
)
def test_the_gradient_is_that_of_keras(vgg, keras_vgg, picture_of, relative, layer, position):
    """Of the filter that answers most at a place."""
    image = picture_of("photo", (97, 131))
    (answer,) = vgg.activations(image, [layer]).values()
    target = Target(layer, int(answer[position].argmax()), position)
    target, activation = located(vgg, image, target)
    score, wanted = keras_vgg.score_and_gradient(image, target.layer, target.channel, position)
    assert activation == pytest.approx(score, rel=1e-4)
    assert relative(attribution(vgg, image, target, "gradient"), wanted) < 1e-4


def test_the_gradient_is_that_of_kerass_efficientnet(effnet, picture_of, relative):
    """At a place below six, where the value before ReLU6 and after it have one gradient."""
    import tensorflow as tf

    image, layer = picture_of("photo", (97, 131)), effnet.layer("block3b_expand")
    answer = effnet.activations(image, [layer.name])[layer.name]
    (row, column, channel), *_ = np.argwhere((answer > 2) & (answer < 5)).tolist()
    model = tf.keras.Model(effnet.model.inputs, effnet.model.get_layer(layer.name).output)
    pixels = tf.constant(image[None], tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(pixels)
        value = model((pixels - 127) / 128)[0, row, column, channel]
    wanted = tape.gradient(value, pixels)[0].numpy()
    target = Target(layer.name, channel, (row, column))
    assert relative(attribution(effnet, image, target, "gradient"), wanted) < 1e-4


@pytest.mark.parametrize("position", [(0, 0), (40, 60), (96, 130)], ids=str)
def test_the_first_layers_deconvnet_is_its_kernel_times_the_activation(
    vgg, embedded, picture_of, relative, position
):
    image = picture_of("photo", (97, 131))
    answer = vgg.activations(image, ["conv1_1"])["block1_conv1"][position]
    channel = int(answer.argmax())
    wanted = np.zeros((99, 133, 3))
    row, column = position
    kernel = embedded["block1_conv1"][0][..., ::-1, channel]  # RGB
    wanted[row : row + 3, column : column + 3] = kernel * answer[channel]
    found = attribution(vgg, image, Target("conv1_1", channel, position), "deconvnet")
    assert relative(found, wanted[1:-1, 1:-1]) < 1e-5


def test_without_pooling_a_deconvnet_takes_only_the_strength_from_the_photo(effnet, relative):
    layer, size = "block2b_add", (64, 64)
    answers = [effnet.activations(noise(i, size), [layer])[layer] for i in range(2)]
    row, column, channel = np.argwhere((answers[0] > 1) & (answers[1] > 1))[0].tolist()
    target = Target(layer, channel, (row, column))
    one, two = (
        attribution(effnet, noise(i, size), target, "deconvnet") / answers[i][row, column, channel]
        for i in range(2)
    )
    assert relative(one, two) < 1e-4
    one, two = (attribution(effnet, noise(i, size), target, "guided") for i in range(2))
    assert relative(one / np.abs(one).max(), two / np.abs(two).max()) > 0.1


# ---- The rule at a rectifier


PASSED = {
    ("gradient", "relu"): [0, -3, 3, 0, 3],
    ("gradient", "relu6"): [0, -3, 3, 0, 0],
    ("gradient", "linear"): [3, -3, 3, -3, 3],
    ("deconvnet", "relu"): [3, 0, 3, 0, 3],
    ("deconvnet", "relu6"): [3, 0, 3, 0, 3],
    ("deconvnet", "linear"): [3, -3, 3, -3, 3],
    ("guided", "relu"): [0, 0, 3, 0, 3],
    ("guided", "relu6"): [0, 0, 3, 0, 0],
    ("guided", "linear"): [3, -3, 3, -3, 3],
}


@pytest.mark.parametrize(("method", "activation"), PASSED)
def test_what_a_rectifier_lets_pass_on_the_way_back(tiny, method, activation):
    """Guided backpropagation passes nothing where either gate is closed."""
    import tensorflow as tf

    layer = replace(tiny.layer("pool"), activation=activation)
    values = tf.constant([-1.0, 2, 2, -1, 7])
    with tf.GradientTape() as tape:
        tape.watch(values)
        passed = _activated(tiny, ATTRIBUTIONS[method], layer, values)
    assert np.array_equal(passed, tiny.activate(layer, values))
    back = tape.gradient(passed, values, tf.constant([3.0, -3, 3, -3, 3]))
    assert back.numpy().tolist() == PASSED[method, activation]


@METHODS
@pytest.mark.parametrize(("name", "last"), [("vgg16", "pool3"), ("efficientnet-lite0", "softmax")])
def test_another_rule_changes_no_value(vgg, effnet, picture_of, method, name, last):
    import tensorflow as tf

    network, rule = load_network(name), ATTRIBUTIONS[method]
    image = tf.constant(picture_of("photo", (33, 47))[None], tf.float32)
    plain = network.outputs(image, last)
    ruled = network.outputs(image, last, lambda *given: _activated(network, rule, *given))
    assert list(plain) == list(ruled)
    assert all(np.array_equal(plain[layer], ruled[layer]) for layer in plain)


# ---- Where


def test_a_channel_is_taken_where_it_is_highest(tiny):
    image = noise(3)
    values = tiny.activations(image, ["two"])["second"][..., 1]
    numbers = statistics(values)
    found, activation = located(tiny, image, Target("two", 1))
    assert found == Target("second", 1, (numbers.row, numbers.column))
    assert activation == pytest.approx(numbers.highest)
    found, activation = located(tiny, image, Target("two", 1), everywhere=True)
    assert found == Target("second", 1) and activation == pytest.approx(numbers.highest)


def test_a_neuron_stays_where_it_is(tiny):
    values = tiny.activations(noise(3), ["two"])["second"]
    row, column, channel = np.argwhere(values > 0)[0].tolist()
    found, activation = located(tiny, noise(3), Target("two", channel, (row, column)))
    assert found == Target("second", channel, (row, column))
    assert activation == pytest.approx(values[row, column, channel])
    channel = int(values[4, 5].argmax())
    found, activation = located(tiny, noise(3), Target("two", channel, "center"))
    assert found.position == (4, 5) and activation == pytest.approx(values[4, 5, channel])


def test_a_class_has_no_place(effnet, picture_of):
    image = picture_of("photo", (64, 64))
    scores = effnet.activations(image, ["logits"])["predictions"]
    best = int(scores.argmax())
    found, activation = located(effnet, image, Target(class_=best))
    assert (found.channel, found.position) == (best, None)
    assert activation == pytest.approx(float(scores[best]))
    assert seen_by(effnet, found, (64, 64)) == Square(0, 0, 64, 64)


def test_what_is_silent_is_refused_and_has_no_pixels(tiny, refused):
    image = noise(3)
    values = tiny.activations(image, ["two"])["second"]
    row, column, channel = np.argwhere(values == 0)[0].tolist()
    target = Target("two", channel, (row, column))
    with refused("no pixel excites it"):
        located(tiny, image, target)
    for method in ATTRIBUTIONS:
        assert not attribution(tiny, image, target, method).any()


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (Target("two"), "Say which channel"),
        (Target("two", direction={1: 1}), "Say which channel"),
        (Target("two", 1, also=(Target("two", 2),)), "Say which channel"),
        (Target("two", 5), "no channel 5"),
        (Target("two", 1, (9, 0)), "none at row 9"),
        (Target("nine", 1), "no layer"),
        (Target(), "Say what to excite"),
    ],
)
def test_other_targets_are_refused(tiny, refused, target, reason):
    with refused(reason):
        located(tiny, noise(), target)
    with refused(reason):
        attribution(tiny, noise(), target)


def test_an_unknown_method_is_refused(tiny, refused):
    with refused("gradient, deconvnet, guided"):
        attribution(tiny, noise(), Target("two", 1, (0, 0)), "magic")


def test_a_class_without_its_weights_is_refused(vgg, refused):
    with refused("528 MB"):
        located(vgg, noise(), Target(class_=130))


@METHODS
def test_nothing_lies_outside_of_what_a_target_sees(vgg, picture_of, method):
    image = picture_of("photo", (97, 131))
    target, _ = located(vgg, image, Target("conv3_1", 86))
    square = seen_by(vgg, target, (97, 131))
    values = np.abs(attribution(vgg, image, target, method))
    highest = values.max()
    assert highest > 0 and max(square.size) <= 24
    square.cut(values)[:] = 0
    assert values.max() < 1e-5 * highest


def test_one_trace_serves_every_channel_and_place(tiny):
    for channel in range(5):
        for position in ((0, 0), (3, 4), None):
            attribution(tiny, noise(), Target("two", channel, position), "guided")
    compute = _compiled(tiny, tiny.layer("two"), "guided", SIZE)
    assert compute.experimental_get_tracing_count() == 1


# ---- Pictures


def test_a_signed_picture_is_gray_at_zero():
    values = np.zeros((20, 20, 3), np.float32)
    assert (signed_picture(values) == 128).all()
    values[:2] = (4, -4, 2)
    picture = signed_picture(values)
    assert picture.dtype == np.uint8 and (picture[2:] == 128).all()
    assert (picture[:2] == (255, 0, 191)).all()


def test_a_few_pixels_do_not_outshine_the_rest():
    values = np.full((100, 100, 3), 1.0, np.float32)
    values[0, 0] = 1000
    assert (signed_picture(values) == 255).all()


def test_the_strength_is_the_highest_over_the_colors():
    values = np.array([[[1, -3, 2], [0, 0, 0]], [[0.5, 0.25, -0.5], [2, 2, 2]]])
    assert strength(values).tolist() == [[3, 0], [0.5, 2]]


def test_strength_lies_over_the_gray_picture():
    picture = np.random.default_rng(0).integers(0, 256, (16, 16, 3), dtype=np.uint8)
    values = np.zeros((16, 16, 3), np.float32)
    values[5, 6] = (0, -7, 1)
    found = strength_picture(picture, values).astype(int)
    colored = np.ptp(found, axis=-1) > 1
    assert colored[5, 6] and colored.sum() == 1


@METHODS
def test_however_many_sizes_there_are_few_traces_stay(tiny, traces, method):
    """None is held by the gradients of its own that it has."""
    for side in range(32, 32 + KEPT_FUNCTIONS + 4):
        attribution(tiny, np.zeros((side, 24, 3), np.uint8), Target("second", 1), method)
    assert 0 < traces() <= KEPT_FUNCTIONS


@pytest.mark.parametrize("position", [(0, 0), (15, 17)])
def test_what_a_target_at_the_border_sees_is_within_the_picture(tiny, position):
    target = Target("second", 1, position).resolved(tiny, (32, 36))
    square = seen_by(tiny, target, (32, 36))
    assert square.top >= 0 and square.left >= 0
    assert square.bottom <= 32 and square.right <= 36


@METHODS
def test_a_class_has_pixels_however_low_its_score_is(effnet, picture_of, method):
    """Scores before softmax may all be shifted by the same without a probability changing."""
    image = picture_of("photo", (64, 64))
    scores = effnet.activations(image, ["logits"])["predictions"]
    number = int(scores.argmin())
    assert scores[number] < 0
    found, score = located(effnet, image, Target(class_=number))
    assert score == pytest.approx(float(scores[number])) and found.channel == number
    values = attribution(effnet, image, found, method)
    assert values.any()
    if method == "gradient":
        _, gradient = score_and_gradient(effnet, image, Target(class_=number))
        assert np.abs(values - gradient).max() < 1e-4 * np.abs(gradient).max()


def test_what_is_to_be_known_of_a_network_without_poolings(vgg, effnet):
    """Its deconvnet is the same whatever the photo shows, but for the strength."""
    told = {network.name: " ".join(cautions(network)) for network in (vgg, effnet)}
    assert "shows the target alone" in told["efficientnet-lite0"]
    assert "shows the target alone" not in told["vgg16"] and "pooling" in told["vgg16"]
    found = [
        attribution(effnet, sample_photo(name).fitted((64, 64)), Target(class_=285), "deconvnet")
        for name in ("cat", "rocket")
    ]
    assert np.array_equal(*found) and np.abs(found[0]).max() > 0
