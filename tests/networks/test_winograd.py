"""Winograd's method against TensorFlow's direct convolution, and when it is chosen."""

import numpy as np
import pytest

from explorer.networks import device, winograd
from explorer.networks.convolution import Convolution

CHANNELS = [(64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512), (3, 5)]
SIZES = [(1, 1), (2, 7), (4, 4), (5, 3), (8, 12), (13, 18), (33, 32)]


def arrays(size, inputs, outputs, batch=1):
    random = np.random.default_rng(0)
    kernel = random.normal(size=(3, 3, inputs, outputs)) / np.sqrt(9 * inputs)
    x = random.normal(size=(batch, *size, inputs))
    return x.astype(np.float32), kernel.astype(np.float32)


@pytest.mark.parametrize("channels", CHANNELS)
def test_channels_of_every_layer(channels, relative):
    import tensorflow as tf

    x, kernel = arrays((9, 14), *channels)
    found = winograd.convolution(x, winograd.transformed(kernel))
    assert relative(found, tf.nn.conv2d(x, kernel, 1, "SAME")) < 2e-5


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("batch", [1, 3])
def test_any_size(size, batch, relative):
    import tensorflow as tf

    x, kernel = arrays(size, 6, 7, batch)
    found = winograd.convolution(x, winograd.transformed(kernel))
    assert relative(found, tf.nn.conv2d(x, kernel, 1, "SAME")) < 1e-5


@pytest.mark.parametrize("size", [(13, 18), (16, 16), (9, 40)])
@pytest.mark.parametrize("batch", [1, 3])
def test_pieces_change_nothing(size, batch, monkeypatch):
    """However few tiles are computed at a time, a row of them at least."""
    x, kernel = arrays(size, 6, 7, batch)
    weights = winograd.transformed(kernel)
    whole = winograd.convolution(x, weights)
    for tiles in (9, 1):
        monkeypatch.setattr(winograd, "PIECE_BYTES", tiles * 4 * 36 * 7)
        assert 1 < len(winograd._places(batch, *size, tiles)) <= batch * -(-size[0] // 4)
        assert np.abs(winograd.convolution(x, weights) - whole).max() < 1e-6


def test_the_transformations_are_exact():
    """In whole numbers and double precision: 4 values of a polynomial product from 6 points."""
    pixels, weights = np.array([3.0, -1, 4, 1, -5, 9]), np.array([2.0, -6, 5])
    values = np.linalg.inv(winograd._values(6)).T @ pixels * (winograd._values(3) @ weights)
    wanted = np.correlate(pixels, weights, "valid")
    assert np.allclose(winograd._values(4).T @ values, wanted, rtol=1e-13, atol=1e-12)


def gradients(x, kernel, upstream):
    """By the engine, with Winograd's method allowed, and by TensorFlow; was the method used?"""
    import tensorflow as tf

    bias = np.arange(kernel.shape[-1], dtype=np.float32)
    engine = Convolution(kernel, bias)
    results = []
    for function in (engine, lambda x: tf.nn.conv2d(x, kernel, 1, "SAME") + bias):

        @tf.function(autograph=False)
        def compute(x, function=function):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return y, tape.gradient(y, x, upstream)

        results.append([array.numpy() for array in compute(tf.constant(x))])
    return results, "_transformed" in vars(engine)


@pytest.mark.parametrize("size", [(20, 20), (19, 30), (28, 28)])
@pytest.mark.parametrize("channels", [(64, 64), (64, 128), (128, 256), (256, 130)])
def test_gradient_of_a_convolution(size, channels, relative):
    x, kernel = arrays(size, *channels)
    upstream = np.random.default_rng(1).normal(size=(1, *size, channels[1])).astype(np.float32)
    (found, wanted), used = gradients(x, kernel, upstream)
    assert used
    assert relative(found[0], wanted[0]) < 1e-6
    assert relative(found[1], wanted[1]) < 2e-5


@pytest.mark.parametrize(
    ("size", "channels"), [((19, 19), (128, 128)), ((20, 20), (63, 128)), ((20, 20), (128, 3))]
)
def test_where_it_does_not_pay_it_is_not_used(size, channels):
    x, kernel = arrays(size, *channels)
    upstream = np.ones((1, *size, channels[1]), np.float32)
    assert not gradients(x, kernel, upstream)[1]


def test_maps_too_large_for_its_memory_and_graphics_cards_are_left_out(monkeypatch):
    suits = Convolution(np.empty((3, 3, 128, 128), np.float32), None)._suits_winograd
    assert suits(np.empty((1, 256, 256, 1)))
    assert not suits(np.empty((1, 257, 256, 1)))
    monkeypatch.setattr(device, "start", lambda: "GPU (some)")
    assert not suits(np.empty((1, 256, 256, 1)))


def test_same_bytes_every_time():
    import tensorflow as tf

    x, kernel = arrays((21, 26), 128, 128)
    weights = winograd.transformed(kernel)
    compute = tf.function(lambda x: winograd.convolution(x, weights), autograph=False)
    first = compute(x).numpy().tobytes()
    assert all(compute(x).numpy().tobytes() == first for _ in range(10))
