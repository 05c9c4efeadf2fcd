"""What is measured of a step; never how fast it is."""

from types import SimpleNamespace

import numpy as np
import pytest

from explorer.bench import steps
from explorer.networks import load_network

SPEED = steps.Speed(
    network="vgg16",
    layer="block3_conv1",
    size=224,
    seconds_engine=0.5,
    seconds_keras_eager=1.5,
    seconds_keras_function=0.75,
    seconds_matrix_product=0.25,
    seconds_trace=2.0,
    direct_operations=2**32,
)


def test_ratios_and_rates():
    assert SPEED.times_keras_eager == 3
    assert SPEED.times_keras_function == 1.5
    assert SPEED.matrix_product_rate == 2 * 2048**3 / 0.25
    assert SPEED.share_of_matrix_product_rate == pytest.approx(2**33 / 2**36)


def test_direct_operations_by_hand():
    network = load_network("vgg16")

    def operations(name, size):
        return steps.direct_operations(network, network.layer(name), size)

    first = 32 * 32 * 9 * 3 * 64
    assert operations("conv1_1", 32) == 4 * first
    assert operations("conv2_1", 32) == 4 * (first + 32 * 32 * 9 * 64 * 64 + 16 * 16 * 9 * 64 * 128)
    whole = sum(layer.multiply_adds for layer in network.layers if layer.kind == "convolution")
    assert operations("conv5_3", 224) == 4 * whole

    network = load_network("efficientnet-lite0")
    whole = sum(layer.multiply_adds for layer in network.layers)
    assert operations("logits", 224) == 4 * whole
    assert operations("stem", 33) == 4 * 17 * 17 * 9 * 3 * 32


@pytest.mark.parametrize(
    ("network", "name", "activation"),
    [
        ("vgg", "block1_conv1", "relu"),
        ("vgg", "block3_conv1", "relu"),
        ("effnet", "block2a_dwconv", "relu6"),
        ("effnet", "block3b_expand_conv", "relu6"),
        ("effnet", "predictions", "linear"),
    ],
)
def test_both_ways_take_the_same_step(request, network, name, activation):
    import tensorflow as tf

    network = request.getfixturevalue(network)
    layer = network.layer(name)
    image = tf.constant(np.random.default_rng(0).normal(128, 20, (1, 48, 48, 3)), tf.float32)
    before = {each.name: each.output for each in network.model.layers}
    engine = steps.engine_step(network, layer)(image, tf.constant(2))
    keras = steps.keras_step(network, layer)(image, tf.constant(2))
    assert np.abs(engine - keras).max() < 1e-3 < np.abs(engine - image).max()
    assert network.model.get_layer(name).activation.__name__ == activation
    assert before.keys() == {each.name for each in network.model.layers}


def test_keras_steps_on_pictures_of_other_sizes_than_its_dense_layers_fix():
    import tensorflow as tf

    chain = [
        tf.keras.layers.Conv2D(4, 3, padding="same", activation="relu", name=name)
        for name in ("one", "two")
    ]
    dense = [tf.keras.layers.Flatten(), tf.keras.layers.Dense(3, name="three")]
    model = tf.keras.Sequential([tf.keras.Input((16, 16, 3)), *chain, *dense])
    network = SimpleNamespace(model=model, preprocess=lambda image: image / 100)
    image = steps.noise(20)
    found = steps.keras_step(network, SimpleNamespace(name="two", spatial=True))(image, 1)
    with tf.GradientTape() as tape:
        tape.watch(image)
        kernel, bias = chain[1].get_weights()
        values = tf.nn.conv2d(chain[0](image / 100), kernel, 1, "SAME") + bias
        score = tf.reduce_mean(values[..., 1])
    gradient = tape.gradient(score, image)
    wanted = image + gradient / np.sqrt(np.mean(np.square(gradient)))
    assert np.abs(found - wanted).max() < 1e-4 < np.abs(found - image).max()
    small = steps.keras_step(network, SimpleNamespace(name="three", spatial=False))
    assert small(steps.noise(16), 2).shape == (1, 16, 16, 3)


def test_several_pictures_each_take_their_own_step(tiny, picture_of):
    import tensorflow as tf

    step = steps.engine_step(tiny, tiny.layer("second"))
    images = np.stack([picture_of(kind, (24, 20)) for kind in ("photo", "noise")])
    together = step(tf.constant(images, tf.float32), tf.constant(1)) - images
    for image, moved in zip(images, together, strict=True):
        alone = step(tf.constant(image[None], tf.float32), tf.constant(1))[0] - image
        cosine = np.sum(alone * moved) / np.linalg.norm(alone) / np.linalg.norm(moved)
        assert cosine > 0.999


def test_ways_take_turns():
    import tensorflow as tf

    calls, rounds = [], []
    ways = {name: lambda name=name: (calls.append(name), tf.constant(0))[1] for name in "ab"}
    seconds = steps.in_turn(ways, 3, lambda: rounds.append(len(calls)))
    assert "".join(calls) == "aabb" + 3 * "ab"
    assert rounds == [4, 6, 8, 10]
    assert seconds.keys() == {"a", "b"} and all(value >= 0 for value in seconds.values())
