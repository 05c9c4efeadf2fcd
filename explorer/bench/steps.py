"""How long one step of ascent takes: by the engine and by plain Keras, in turn, in one process."""

import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass
from math import prod
from statistics import median

import numpy as np

from explorer.errors import InputError
from explorer.excitation import excitation
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.recipe import checked_size
from explorer.targets import Target

MATRIX_SIDE = 2048
CASES = (
    ("vgg16", "conv3_1", 224),
    ("vgg16", "conv5_1", 224),
    ("vgg16", "conv5_3", 224),
    ("vgg16", "conv5_1", 96),
    ("vgg16", "conv5_1", 448),
    ("efficientnet-lite0", "logits", 224),
)
"""Network, layer and side of the square picture of what is measured by default."""


@dataclass(frozen=True)
class Speed:
    """One step of ascent on one layer: score, gradient, and the image moved by its rms.

    Attributes:
        network: its name.
        layer: canonical name.
        size: side of the square picture in pixels.
        seconds_engine, seconds_keras_eager, seconds_keras_function: a step by the engine; by the
            Keras model under GradientTape; by the same in a `tf.function`. Medians, like all that
            follows.
        seconds_matrix_product: of two float32 matrices of `MATRIX_SIDE` squared.
        seconds_trace: to build the engine's step, before it runs for the first time.
        direct_operations: additions and multiplications of all weights up to the layer and of
            their gradients, done directly.
    """

    network: str
    layer: str
    size: int
    seconds_engine: float
    seconds_keras_eager: float
    seconds_keras_function: float
    seconds_matrix_product: float
    seconds_trace: float
    direct_operations: int

    @property
    def times_keras_eager(self) -> float:
        """How many engine's steps fit in one of eager Keras."""
        return self.seconds_keras_eager / self.seconds_engine

    @property
    def times_keras_function(self) -> float:
        """How many engine's steps fit in one of Keras in a `tf.function`."""
        return self.seconds_keras_function / self.seconds_engine

    @property
    def matrix_product_rate(self) -> float:
        """Operations per second of the matrix product."""
        return 2 * MATRIX_SIDE**3 / self.seconds_matrix_product

    @property
    def share_of_matrix_product_rate(self) -> float:
        """Direct operations per second of the engine, as a share of the matrix product's.

        Above 1 the engine does less than that work.
        """
        return self.direct_operations / self.seconds_engine / self.matrix_product_rate

    def as_json(self) -> dict:
        """Everything, for `--json`."""
        return asdict(self) | {
            "times_keras_eager": self.times_keras_eager,
            "times_keras_function": self.times_keras_function,
            "matrix_product_gigaflops": self.matrix_product_rate / 1e9,
            "share_of_matrix_product_rate": self.share_of_matrix_product_rate,
        }


def check(network: Network, names: Iterable[str], size: int, repeats: int) -> list[Layer]:
    """The layers to measure.

    Raises:
        InputError: an unknown layer or one that has no weights here, or a number out of range.
    """
    size = checked_size(size)
    if repeats < 1:
        raise InputError(f"The number of repeats must be at least 1, not {repeats}.")
    layers = [network.layer(name) for name in names]
    for layer in layers:
        if not layer.parameters:
            raise InputError(f"{layer.paper_name} has no weights: choose layers that have.")
        network.check_computable(layer, size, f"Layer {layer.paper_name}")
    return layers


def direct_operations(network: Network, layer: Layer, size: int) -> int:
    """See `Speed`; a multiplication and an addition each way for every multiply-add."""
    total = 0
    for each in network.layers[: network.layers.index(layer) + 1]:
        if each.parameters:
            places = prod(network.output_size(each, (size, size))) if each.spatial else 1
            total += prod(each.weights_shape) * places
    return 4 * total


def measure(
    network: Network, layer: Layer, size: int, repeats: int, done: Callable = lambda: None
) -> Speed:
    """Measure one layer for square pictures; `done` is called after warming up and each round."""
    import tensorflow as tf

    network.load()
    engine, keras = engine_step(network, layer), keras_step(network, layer)
    image = noise(size)
    sides = MATRIX_SIDE, MATRIX_SIDE
    matrix = tf.constant(np.random.default_rng(0).normal(size=sides), tf.float32)
    channel = tf.constant(0)

    start = time.perf_counter()
    engine.get_concrete_function(image, channel)
    seconds_trace = time.perf_counter() - start
    compiled = tf.function(keras, autograph=False)
    ways = {
        "engine": lambda: engine(image, channel),
        "keras_eager": lambda: keras(image, channel),
        "keras_function": lambda: compiled(image, channel),
        "matrix_product": lambda: tf.matmul(matrix, matrix),
    }
    seconds = in_turn(ways, repeats, done)
    return Speed(
        network=network.name,
        layer=layer.name,
        size=size,
        **{f"seconds_{name}": value for name, value in seconds.items()},
        seconds_trace=seconds_trace,
        direct_operations=direct_operations(network, layer, size),
    )


def noise(size: int, batch: int = 1):
    """Square pictures to measure with, always the same: float32 (batch, size, size, 3)."""
    import tensorflow as tf

    pixels = np.random.default_rng(0).normal(128, 20, (batch, size, size, 3))
    return tf.constant(pixels, tf.float32)


def in_turn(
    ways: Mapping[str, Callable], repeats: int, done: Callable = lambda: None
) -> dict[str, float]:
    """Median seconds of each way to compute a tensor, warm: one of each, then again.

    `done` is called after warming up and after each round.
    """
    for way in ways.values():
        way(), way()
    done()
    seconds = {name: [] for name in ways}
    for _ in range(repeats):
        for name, way in ways.items():
            start = time.perf_counter()
            way().numpy()
            seconds[name].append(time.perf_counter() - start)
        done()
    return {name: median(values) for name, values in seconds.items()}


def _moved(image, gradient):
    import tensorflow as tf

    return image + gradient / tf.sqrt(tf.reduce_mean(tf.square(gradient)))


def engine_step(network: Network, layer: Layer):
    """A compiled step by the engine: images (b, h, w, 3) and channel -> images moved."""
    import tensorflow as tf

    network.load()
    target = Target(layer.name, 0)

    @tf.function(autograph=False)
    def step(image, channel):
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = excitation(network, target, image, ({"weight": 1.0, "channel": channel},))
            score = tf.reduce_sum(score)
        return _moved(image, tape.gradient(score, image))

    return step


def keras_step(network: Network, layer: Layer):
    """A step through a functional Keras model that ends before the activation of `layer`."""
    import tensorflow as tf

    last = network.model.get_layer(layer.name)
    linear = type(last).from_config(last.get_config() | {"activation": "linear"})
    model = tf.keras.Model(network.model.inputs, linear(last.input))
    linear.set_weights(last.get_weights())
    if layer.spatial and network.model.input_shape[1]:  # which dense layers behind it fix
        free = [tf.keras.Input((None, None, 3))]
        model = tf.keras.models.clone_model(model, free, clone_function=lambda each: each)

    def step(image, channel):
        with tf.GradientTape() as tape:
            tape.watch(image)
            score = tf.reduce_mean(model(network.preprocess(image))[..., channel])
        return _moved(image, tape.gradient(score, image))

    return step
