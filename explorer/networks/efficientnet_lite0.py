"""EfficientNet-Lite0 (Google 2020), after Tan and Le, "EfficientNet", ICML 2019.

Lite leaves out squeeze-and-excitation and takes ReLU6 for swish. Layers are named as those of
`tf.keras.applications.EfficientNetB0`, which has the same blocks; batch normalization is folded
into the kernels.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np

from explorer.networks.convolution import Convolution, is_turnable
from explorer.networks.layers import Layer, Row, chain
from explorer.networks.network import Network, stored_weights

EMBEDDED = Path(__file__).parents[1] / "data" / "efficientnet_lite0.npz"

STEM_CHANNELS = 32
STAGES = (
    (1, 3, 1, 1, 16),
    (2, 3, 2, 6, 24),
    (2, 5, 2, 6, 40),
    (3, 3, 2, 6, 80),
    (3, 5, 1, 6, 112),
    (4, 5, 2, 6, 192),
    (1, 3, 1, 6, 320),
)
"""Number of blocks, side of their depthwise kernel, stride of the first, how many times more
channels there are inside a block than enter it, and channels that leave it."""


def _block_rows() -> Iterator[Row]:
    """Rows of the blocks; a block that keeps size and channels ends by adding what entered it."""
    number, entering, before = 0, STEM_CHANNELS, None
    for stage, (blocks, kernel, stride, expansion, leaving) in enumerate(STAGES, 1):
        for letter in "abcd"[:blocks]:
            number, first, inside = number + 1, letter == "a", expansion * entering
            parts = (
                ("expand", "expand_conv", "convolution", inside, 1, 1, "relu6"),
                (
                    "depthwise",
                    "dwconv",
                    "depthwise",
                    inside,
                    kernel,
                    stride if first else 1,
                    "relu6",
                ),
                ("project", "project_conv", "convolution", leaving, 1, 1, "linear"),
                ("add", "add", "addition", None, None, 1, "linear", before),
            )
            for part, suffix, *values in parts[expansion == 1 : 3 if first else 4]:
                names = (f"block{stage}{letter}_{suffix}", f"block{stage}{letter}_{part}")
                counted = (f"block{number:02}/{part}", f"block{number:02}_{part}")
                yield Row(*names, *values, other_names=counted)
            entering, before = leaving, names[0]


ROWS = (
    Row("stem_conv", "stem", "convolution", STEM_CHANNELS, 3, 2, "relu6", other_names=("stem",)),
    *_block_rows(),
    Row("top_conv", "head", "convolution", 1280, 1, 1, "relu6", other_names=("head",)),
    Row("avg_pool", "pool", "global pooling", activation="linear"),
    Row("predictions", "logits", "dense", 1000, activation="linear", other_names=("logits",)),
    Row("softmax", "softmax", "softmax", activation="linear", other_names=("prob",)),
)
"""The first of a row's other names is that of its arrays in the embedded file."""


class EfficientNetLite0(Network):
    """EfficientNet-Lite0, whole, for pictures of any size."""

    name = "efficientnet-lite0"
    title = "EfficientNet-Lite0"
    note = "Batch normalization is folded into its weights: it has fewer parameters than before."
    layers = chain((224, 224, 3), ROWS)
    input_size = 224
    mean_color = (127.0, 127.0, 127.0)
    class_layer = "predictions"
    first_layer = "block4a_expand"
    first_target = ("logits", 130)
    row = ("stem", "block2a_expand", "block3a_expand", "block4a_expand", "block6a_expand")
    benchmarks = ("logits", "block4a_expand")

    def output_size(self, layer: Layer, size: tuple[int, int]) -> tuple[int, int]:
        height, width = (-(-side // layer.receptive_stride) for side in size)
        return height, width

    def require(self, layer: Layer, size: tuple[int, int], what: str) -> None:
        """Every layer is there and takes every size."""

    def _load(self) -> dict:
        import tensorflow as tf

        self.model = self._keras_model()
        tensors = {}
        for layer in self.layers:
            if layer.parameters:
                made = self.model.get_layer(layer.name)
                made.set_weights(self.embedded_weights(layer))
                kernel, bias = map(tf.convert_to_tensor, made.weights)
                turnable = is_turnable(layer)
                tensors[layer.name] = Convolution(kernel, bias) if turnable else (kernel, bias)
        return tensors

    def embedded_weights(self, layer: Layer) -> tuple[np.ndarray, np.ndarray] | None:
        if not layer.parameters:
            return None
        return stored_weights(EMBEDDED, layer.other_names[0])

    def _keras_model(self):
        """A functional model that ends with the scores of the classes; weights are random."""
        import tensorflow as tf

        x = tf.keras.Input((None, None, 3))
        passed = {"input": x}
        for layer in self.layers[1:]:
            if layer.kind != "softmax":
                made = _keras_layer(layer)
                x = made([x, passed[layer.adds]] if layer.adds else x)
                passed[layer.name] = x
        return tf.keras.Model(passed["input"], x)

    def preprocess(self, image):
        return (image - np.float32(127)) / np.float32(128)

    def outputs(self, image, last: str, activate: Callable | None = None) -> dict:
        import tensorflow as tf

        activate = activate or self.activate
        x = self.preprocess(image)
        outputs = {"input": x}
        for layer in self.layers[1 : self.layers.index(self.layer(last)) + 1]:
            if layer.kind == "addition":
                x += outputs[layer.adds]
            elif layer.kind == "global pooling":
                x = tf.reduce_mean(x, (1, 2))
            elif layer.kind == "softmax":
                x = tf.nn.softmax(x)
            else:
                x = self._weighed(layer, x)
            outputs[layer.name] = x
            x = activate(layer, x)
        return outputs

    def _weighed(self, layer: Layer, x):
        """What a layer's weights make of its input."""
        import tensorflow as tf

        if is_turnable(layer):
            return self.tensors[layer.name](x)
        kernel, bias = self.tensors[layer.name]
        if layer.kind == "dense":
            return x @ kernel + bias
        operation = tf.nn.depthwise_conv2d if layer.kind == "depthwise" else tf.nn.conv2d
        return operation(x, kernel, (1, layer.stride, layer.stride, 1), "SAME") + bias

    def unit_map(self, image, layer: Layer, channel):
        import tensorflow as tf

        return tf.gather(self.outputs(image, layer.name)[layer.name], channel, axis=-1)


def _keras_layer(layer: Layer):
    """The Keras layer that does what a row says."""
    from tensorflow.keras import layers

    options = {"name": layer.name}
    if layer.kind == "addition":
        return layers.Add(**options)
    if layer.kind == "global pooling":
        return layers.GlobalAveragePooling2D(**options)
    options["activation"] = layer.activation
    if layer.kind == "dense":
        return layers.Dense(layer.channels, **options)
    if layer.kind == "depthwise":
        return layers.DepthwiseConv2D(layer.kernel, layer.stride, "same", **options)
    return layers.Conv2D(layer.channels, layer.kernel, layer.stride, "same", **options)
