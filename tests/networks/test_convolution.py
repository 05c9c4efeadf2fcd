"""The fast convolution and pooling against TensorFlow's own, values and gradients."""

import numpy as np
import pytest
from scipy import signal

from explorer.networks import device
from explorer.networks.convolution import PARTS, Convolution, max_pool, turned


def arrays(height=13, width=18, inputs=5, outputs=7, batch=1):
    random = np.random.default_rng(0)
    return (
        random.normal(size=(batch, height, width, inputs)).astype(np.float32),
        random.normal(size=(3, 3, inputs, outputs)).astype(np.float32),
        random.normal(size=outputs).astype(np.float32),
    )


def gradient_of(function, x, upstream):
    import tensorflow as tf

    x = tf.constant(x)
    with tf.GradientTape() as tape:
        tape.watch(x)
        y = function(x)
    return y.numpy(), tape.gradient(y, x, upstream).numpy()


def processor(monkeypatch, onednn, avx512):
    """As if on another one."""
    monkeypatch.setattr(device, "onednn", lambda: onednn)
    monkeypatch.setattr(device, "avx512", lambda: avx512)


def check_convolution(x, kernel, bias, relative):
    """Values and gradient against TensorFlow's own, at once and in a compiled function."""
    import tensorflow as tf

    upstream = np.random.default_rng(1).normal(size=(*x.shape[:3], len(bias))).astype(np.float32)
    convolution = Convolution(kernel, bias)
    for rectify, before in ((False, tf.identity), (True, tf.nn.relu)):

        def plain(x, before=before):
            return tf.nn.conv2d(before(x), kernel, 1, "SAME") + bias

        def engine(x, rectify=rectify):
            return convolution(x, rectify)

        wanted = gradient_of(plain, x, upstream)
        for function in (engine, tf.function(engine, autograph=False)):
            found = gradient_of(function, x, upstream)
            assert relative(found[0], wanted[0]) < 1e-6
            assert relative(found[1], wanted[1]) < 1e-5


@pytest.mark.parametrize("size", [(13, 18), (1, 1), (2, 3), (32, 32)])
@pytest.mark.parametrize("batch", [1, 2])
@pytest.mark.parametrize("inputs", [3, 5])
def test_convolution_and_its_gradient(size, batch, inputs, relative):
    check_convolution(*arrays(*size, inputs=inputs, batch=batch), relative)


@pytest.mark.parametrize(("inputs", "outputs"), [(256, 256), (512, 100), (70, 512)])
@pytest.mark.parametrize("batch", [1, 2])
def test_wide_kernels_in_parts(inputs, outputs, batch, relative, monkeypatch):
    processor(monkeypatch, onednn=True, avx512=True)
    x, kernel, bias = arrays(7, 6, inputs, outputs, batch)
    check_convolution(x, kernel / np.sqrt(9 * inputs, dtype=np.float32), bias, relative)
    convolution = Convolution(kernel, bias)
    assert convolution._part in (*PARTS, outputs)
    assert len(convolution._kernels) == -(-outputs // convolution._part)
    assert np.array_equal(np.concatenate(convolution._kernels, -1), kernel)


@pytest.mark.parametrize(("differ", "part"), [((), 32), ((32,), 64), ((64, 32), 256)])
def test_parts_that_change_a_bit_are_not_taken(differ, part, monkeypatch):
    """As if oneDNN summed some of them in another order."""
    import tensorflow as tf

    def conv2d(x, kernel, strides, padding):
        unit = np.spacing(np.float32(1)) if kernel.shape[-1] in differ else np.float32(0)
        return tf.ones((*x.shape[:3], kernel.shape[-1])) + unit * x[..., :1]

    processor(monkeypatch, onednn=True, avx512=True)
    monkeypatch.setattr(tf.nn, "conv2d", conv2d)
    assert Convolution(*arrays(1, 1, 256, 256)[1:])._part == part


@pytest.mark.parametrize(("onednn", "avx512"), [(True, False), (False, True), (False, False)])
def test_other_processors_get_whole_kernels(onednn, avx512, monkeypatch):
    processor(monkeypatch, onednn, avx512)
    assert len(Convolution(*arrays(1, 1, 256, 256)[1:])._kernels) == 1


def test_graphics_cards_get_whole_kernels(monkeypatch):
    processor(monkeypatch, onednn=True, avx512=True)
    monkeypatch.setattr(device, "start", lambda: "GPU (some)")
    assert len(Convolution(*arrays(1, 1, 256, 256)[1:])._kernels) == 1


def test_one_channel_by_number(relative):
    """Also inside a trace, where neither the number nor the channel's kernel is known."""
    import tensorflow as tf

    x, kernel, bias = arrays(9, 8)
    upstream = np.random.default_rng(1).normal(size=(1, 9, 8, 1)).astype(np.float32)

    @tf.function(autograph=False)
    def compute(x, number):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = convolution.channel(number)(x)
        return y, tape.gradient(y, x, upstream)

    convolution = Convolution(tf.constant(kernel), tf.constant(bias))
    for number in (4, 0):
        one = slice(number, number + 1)
        found = compute(tf.constant(x), tf.constant(number))
        wanted = gradient_of(
            lambda x, one=one: tf.nn.conv2d(x, kernel[..., one], 1, "SAME") + bias[one], x, upstream
        )
        assert relative(found[0], wanted[0]) < 1e-6
        assert relative(found[1], wanted[1]) < 1e-6


def test_convolution_by_scipy():
    x, kernel, bias = arrays(9, 8, 2, 1)
    found = Convolution(kernel, bias)(x).numpy()[0, ..., 0]
    wanted = bias[0] + sum(
        signal.correlate2d(x[0, ..., i], kernel[..., i, 0], "same") for i in range(2)
    )
    assert np.abs(found - wanted).max() < 1e-4


def test_a_turned_kernel_by_hand():
    _, kernel, _ = arrays()
    found = turned(kernel).numpy()
    assert np.array_equal(found, kernel[::-1, ::-1].transpose(0, 1, 3, 2))
    assert found[0, 1, 6, 4] == kernel[2, 1, 4, 6]


def check_pool(x, relative):
    import tensorflow as tf

    batch, height, width, channels = x.shape
    shape = (batch, height // 2, width // 2, channels)
    upstream = np.random.default_rng(1).normal(size=shape).astype(np.float32)
    found = gradient_of(max_pool, x, upstream)
    wanted = gradient_of(lambda x: tf.nn.max_pool2d(x, 2, 2, "VALID"), x, upstream)
    assert np.array_equal(found[0], wanted[0])
    assert np.array_equal(found[1], wanted[1])
    inside = x[:, : 2 * shape[1], : 2 * shape[2]]
    windows = inside.reshape(batch, shape[1], 2, shape[2], 2, channels)
    assert np.array_equal(found[0], windows.max(axis=(2, 4)))


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("size", [(8, 8), (13, 18), (12, 17), (3, 3), (2, 2)])
@pytest.mark.parametrize("batch", [1, 3])
def test_pooling_and_its_gradient(size, batch, onednn, relative, monkeypatch):
    processor(monkeypatch, onednn, avx512=False)
    check_pool(arrays(*size, batch=batch)[0], relative)


@pytest.mark.parametrize("onednn", [True, False])
@pytest.mark.parametrize("size", [(8, 8), (13, 18)])
def test_ties_go_to_the_first_as_in_tensorflow(size, onednn, relative, monkeypatch):
    processor(monkeypatch, onednn, avx512=False)
    check_pool(np.zeros((1, *size, 3), np.float32), relative)
    few = np.random.default_rng(0).integers(0, 3, (2, *size, 4)).astype(np.float32)
    check_pool(few, relative)
    one = arrays(*size)[0]
    one[0, 0, :2, 0] = 50
    check_pool(one, relative)


def test_pooling_inside_a_compiled_function(relative):
    import tensorflow as tf

    @tf.function(autograph=False)
    def compiled(x):
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(max_pool(x) ** 2)
        return tape.gradient(y, x)

    for x in (np.ones((1, 5, 6, 2), np.float32), arrays(5, 6, 2)[0]):
        x = tf.constant(x)
        with tf.GradientTape() as tape:
            tape.watch(x)
            y = tf.reduce_sum(tf.nn.max_pool2d(x, 2, 2, "VALID") ** 2)
        assert np.array_equal(compiled(x).numpy(), tape.gradient(y, x).numpy())
