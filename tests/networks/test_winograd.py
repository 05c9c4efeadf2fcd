"""Winograd's method against TensorFlow's direct convolution, and when it is chosen."""

import numpy as np
import pytest

from explorer.networks import device, winograd
from explorer.networks.convolution import Convolution, turned

CHANNELS = [(64, 128), (128, 128), (128, 256), (256, 256), (256, 512), (512, 512), (3, 5)]
STEPS = [2, 4]
SIZES = [(1, 1), (2, 7), (4, 4), (5, 3), (8, 12), (13, 18), (33, 32)]


def arrays(size, inputs, outputs, batch=1):
    random = np.random.default_rng(0)
    kernel = random.normal(size=(3, 3, inputs, outputs)) / np.sqrt(9 * inputs)
    x = random.normal(size=(batch, *size, inputs))
    return x.astype(np.float32), kernel.astype(np.float32)


@pytest.fixture(params=[True, False], ids=["oneDNN", "no oneDNN"])
def onednn(request, monkeypatch):
    """With TensorFlow's two sets of operations in turn; whether it is oneDNN's."""
    monkeypatch.setattr(device, "onednn", lambda: request.param)
    return request.param


@pytest.mark.usefixtures("onednn")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("channels", CHANNELS)
def test_channels_of_every_layer(channels, step, relative):
    import tensorflow as tf

    x, kernel = arrays((9, 14), *channels)
    found = winograd.convolution(x, winograd.transformed(kernel, step))
    assert relative(found, tf.nn.conv2d(x, kernel, 1, "SAME")) < {2: 5e-6, 4: 2e-5}[step]


@pytest.mark.usefixtures("onednn")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("batch", [1, 3])
def test_any_size(size, batch, step, relative):
    import tensorflow as tf

    x, kernel = arrays(size, 6, 7, batch)
    found = winograd.convolution(x, winograd.transformed(kernel, step))
    assert relative(found, tf.nn.conv2d(x, kernel, 1, "SAME")) < 1e-5


@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("size", [(13, 18), (16, 16), (9, 40)])
@pytest.mark.parametrize("batch", [1, 3])
def test_pieces_change_nothing(size, batch, step, relative, monkeypatch):
    """However few tiles are computed at a time, a row of them at least.

    But for rounding: a matrix product may sum in another order where it has fewer rows.
    """
    x, kernel = arrays(size, 6, 7, batch)
    weights = winograd.transformed(kernel, step)
    rectified = np.random.default_rng(1).normal(size=(batch, *size, 7)).astype(np.float32)
    whole = winograd.convolution(x, weights, rectified)
    for tiles in (9, 1):
        monkeypatch.setattr(winograd, "PIECE_BYTES", tiles * 4 * (step + 2) ** 2 * 7)
        pieces = winograd._places(batch, *size, step, 1, tiles)
        assert 1 < len(pieces) <= batch * -(-size[0] // step)
        assert relative(winograd.convolution(x, weights, rectified), whole) < 2e-6


@pytest.mark.usefixtures("onednn")
@pytest.mark.parametrize("step", STEPS)
@pytest.mark.parametrize("channels", [(6, 7), (256, 64), (64, 256)])
def test_a_turned_kernel_needs_no_turning(channels, step):
    _, kernel = arrays((1, 1), *channels)
    found = winograd.transformed(kernel, step, turned=True)
    wanted = winograd.transformed(turned(kernel), step)
    assert found.shape == wanted.shape
    assert np.abs(found - wanted).max() < 1e-6


@pytest.mark.usefixtures("onednn")
@pytest.mark.parametrize("outputs", [7, 128, 256])
def test_nothing_comes_back_where_a_relu_let_nothing_pass(outputs):
    x, kernel = arrays((9, 14), 6, outputs)
    weights = winograd.transformed(kernel)
    rectified = np.random.default_rng(1).normal(size=(1, 9, 14, outputs)).clip(0)
    found = winograd.convolution(x, weights, rectified.astype(np.float32)).numpy()
    wanted = winograd.convolution(x, weights).numpy() * (rectified > 0)
    assert np.array_equal(found, wanted)


@pytest.mark.parametrize("step", STEPS)
def test_the_transformations_are_exact(step):
    """In whole numbers and double precision: values of a polynomial product from few points."""
    pixels, weights = np.array([3.0, -1, 4, 1, -5, 9])[: step + 2], np.array([2.0, -6, 5])
    kernel_in, tile_in, tile_out = (
        winograd.values_at_points(step, terms) for terms in (3, step + 2, step)
    )
    values = np.linalg.inv(tile_in).T @ pixels * (kernel_in @ weights)
    wanted = np.correlate(pixels, weights, "valid")
    assert np.allclose(tile_out.T @ values, wanted, rtol=1e-13, atol=1e-12)


def gradients(x, kernel, upstream, map_side=224, rectify=False):
    """By the engine, with Winograd's method allowed, and by TensorFlow; the kernel if it was used.

    Args:
        map_side, rectify: see `Convolution`.
    """
    import tensorflow as tf

    bias = np.arange(kernel.shape[-1], dtype=np.float32)
    engine = Convolution(kernel, bias, map_side)

    def plain(x):
        return tf.nn.conv2d(tf.nn.relu(x) if rectify else x, kernel, 1, "SAME") + bias

    results = []
    for function in (lambda x: engine(x, rectify), plain):

        @tf.function(autograph=False)
        def compute(x, function=function):
            with tf.GradientTape() as tape:
                tape.watch(x)
                y = function(x)
            return y, tape.gradient(y, x, upstream)

        results.append([array.numpy() for array in compute(tf.constant(x))])
    return results, vars(engine).get("_transformed")


@pytest.mark.parametrize("rectify", [False, True])
@pytest.mark.parametrize("size", [(20, 20), (19, 30), (28, 28), (3, 2)])
@pytest.mark.parametrize("channels", [(64, 64), (64, 128), (128, 256), (256, 130)])
def test_gradient_of_a_convolution(size, channels, rectify, onednn, relative):
    x, kernel = arrays(size, *channels)
    x[:, 0, 0] = 0  # where a ReLU has no slope, TensorFlow's is zero
    upstream = np.random.default_rng(1).normal(size=(1, *size, channels[1])).astype(np.float32)
    (found, wanted), used = gradients(x, kernel, upstream, rectify=rectify)
    assert (used is not None) == (min(channels) >= (64 if onednn else 128))
    assert relative(found[0], wanted[0]) < 1e-6
    assert relative(found[1], wanted[1]) < 2e-5


@pytest.mark.parametrize(("map_side", "values"), [(224, 36), (20, 36), (19, 16), (14, 16)])
def test_a_layer_whose_map_is_small_has_the_smaller_kernel_at_every_size(
    map_side, values, relative
):
    for size in ((14, 14), (33, 28)):
        x, kernel = arrays(size, 128, 128)
        upstream = np.random.default_rng(1).normal(size=x.shape).astype(np.float32)
        (found, wanted), used = gradients(x, kernel, upstream, map_side)
        assert len(used) == values
        assert relative(found[1], wanted[1]) < 2e-5


@pytest.mark.usefixtures("onednn")
@pytest.mark.parametrize("channels", [(63, 128), (128, 3)])
def test_where_it_does_not_pay_it_is_not_used(channels):
    x, kernel = arrays((20, 20), *channels)
    upstream = np.ones((1, 20, 20, channels[1]), np.float32)
    assert gradients(x, kernel, upstream)[1] is None


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
