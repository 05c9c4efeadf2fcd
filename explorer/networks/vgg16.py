"""VGG16 (Simonyan and Zisserman, "Very Deep Convolutional Networks", 2015)."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np

from explorer.errors import InputError, MissingWeights
from explorer.networks import dense_weights
from explorer.networks.convolution import Convolution, max_pool
from explorer.networks.layers import Layer, Row, chain
from explorer.networks.network import Network, over_places, stored_weights

EMBEDDED = Path(__file__).parents[1] / "data" / "vgg16_conv.npz"

BLOCKS = ((2, 64), (2, 128), (3, 256), (3, 512), (3, 512))
"""Convolutions and channels of each block; a pooling ends it."""

ROWS = (
    *(
        row
        for block, (convolutions, channels) in enumerate(BLOCKS, 1)
        for row in (
            *(
                Row(f"block{block}_conv{i}", f"conv{block}_{i}", "convolution", channels, kernel=3)
                for i in range(1, convolutions + 1)
            ),
            Row(f"block{block}_pool", f"pool{block}", "pooling", kernel=2, stride=2),
        )
    ),
    Row("flatten", "flatten", "flatten"),
    Row("fc1", "fc_1", "dense", 4096, other_names=("fc6",)),
    Row("fc2", "fc_2", "dense", 4096, other_names=("fc7",)),
    Row("predictions", "fc_3", "dense", 1000, activation="linear", other_names=("fc8", "fc3")),
    Row("softmax", "softmax", "softmax", activation="linear", other_names=("prob",)),
)


class VGG16(Network):
    """VGG16 with its embedded convolutions, and its dense layers where their weights are.

    The dense layers run as convolutions: on a picture larger than 224×224, at every place where
    their 7×7 window of the last map fits. A unit's answer is then the mean over these places.
    """

    name = "vgg16"
    title = "VGG16"
    layers = chain((224, 224, 3), ROWS)
    input_size = 224
    mean_color = (123.68, 116.779, 103.939)
    class_layer = "predictions"
    all_embedded = False
    input_channels = "BGR"
    first_layer = "conv3_1"
    first_target = ("conv3_1", 1)
    row = ("conv1_1", "conv2_1", "conv3_1", "conv4_1", "conv5_1")
    row_title = "The report's row"
    benchmarks = ("conv3_1", "conv5_1", "conv5_3")

    def output_size(self, layer: Layer, size: tuple[int, int]) -> tuple[int, int]:
        return size[0] // layer.receptive_stride, size[1] // layer.receptive_stride

    def require(self, layer: Layer, size: tuple[int, int], what: str) -> None:
        if layer.kind in ("dense", "softmax"):
            dense_weights.required(what)
        if not layer.spatial and min(size) < self.input_size:
            raise InputError(
                f"{what} needs a picture of at least 224×224 pixels, not {size[0]}×{size[1]}: "
                "VGG16's dense layers look at that much at once."
            )

    def _load(self) -> dict:
        import tensorflow as tf

        dense = self._read_dense()
        self.model = tf.keras.applications.VGG16(
            weights=None,
            include_top=bool(dense),
            input_shape=(224, 224, 3) if dense else (None, None, 3),
            classifier_activation=None,
        )
        tensors, arrays, dense = {}, self._read_embedded() | dense, set(dense)
        for name in tuple(arrays):
            self.model.get_layer(name).set_weights(arrays.pop(name))  # none stays a second time
            weights = [tf.convert_to_tensor(v) for v in self.model.get_layer(name).weights]
            if name in dense:
                tensors[name] = tuple(weights)
            else:
                tensors[name] = Convolution(*weights, self.layer(name).output_shape[0])
        return tensors

    def embedded_weights(self, layer: Layer) -> tuple[np.ndarray, np.ndarray] | None:
        if layer.kind != "convolution":
            return None
        return stored_weights(EMBEDDED, layer.name)

    def kernel_pieces(self, layer: Layer) -> Iterator[np.ndarray]:
        if layer.kind != "dense":
            return super().kernel_pieces(layer)
        path = dense_weights.required(f"Layer {layer.paper_name}")
        return dense_weights.kernel_pieces(path, layer.name)

    def _read_embedded(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """Canonical name -> what `embedded_weights` gives, where it gives any."""
        every = ((layer.name, self.embedded_weights(layer)) for layer in self.layers)
        return {name: weights for name, weights in every if weights}

    def _read_dense(self) -> dict[str, tuple[np.ndarray, np.ndarray]]:
        """The dense layers' weights if there are sound ones; why not goes to `_dense_refusal`."""
        self._dense_refusal = (
            "The dense layers' weights came after the network was loaded: restart the program."
        )
        found = dense_weights.find()
        try:
            return dense_weights.read(found.path) if found.path else {}
        except InputError as error:
            self._dense_refusal = str(error)
            return {}

    def _weights(self, layer: Layer):
        if layer.name not in self.tensors:
            raise MissingWeights(self._dense_refusal)
        return self.tensors[layer.name]

    def preprocess(self, image):
        import tensorflow as tf

        return tf.reverse(image, [-1]) - np.float32(self.mean_color[::-1])

    def outputs(self, image, last: str, activate: Callable | None = None) -> dict:
        import tensorflow as tf

        x = self.preprocess(image)
        outputs = {"input": x}
        end = self.layers.index(self.layer(last)) + 1
        for before, layer in pairwise(self.layers[:end]):
            if layer.kind == "convolution" and activate:
                x = self._weights(layer)(activate(before, x))
            elif layer.kind == "convolution":
                x = self._weights(layer)(x, rectify=before.activation == "relu")
            elif layer.kind == "pooling":
                x = max_pool(x)
            elif layer.kind == "flatten":
                x = windows(x, self.layer("block5_pool").output_shape[0])
            elif layer.kind == "dense":
                x = _dense((activate or self.activate)(before, x), *self._weights(layer))
            elif layer.kind == "softmax":
                x = tf.nn.softmax(over_places(x))
            outputs[layer.name] = x
        return outputs

    def unit_map(self, image, layer: Layer, channel):
        """One channel before ReLU; of the layer itself only this channel is computed."""
        import tensorflow as tf

        if layer.kind not in ("convolution", "dense"):
            return tf.gather(self.outputs(image, layer.name)[layer.name], channel, axis=-1)
        before = self.layers[self.layers.index(layer) - 1]
        x = self.outputs(image, before.name)[before.name]
        if layer.kind == "convolution":
            one = self._weights(layer).channel(channel)
            return one(x, rectify=before.activation == "relu")[..., 0]
        x = self.activate(before, x)
        kernel, bias = self._weights(layer)
        return _dense(x, tf.gather(kernel, [channel], axis=-1), tf.gather(bias, [channel]))[..., 0]


def windows(x, side: int):
    """Every square of a map, its values in a row.

    Args:
        x: (b, h, w, c), of known height and width.
        side: of the squares, in places.

    Returns:
        (b, h - side + 1, w - side + 1, side * side * c), each row by row; (b, side * side * c) if
        there is but one.
    """
    import tensorflow as tf

    down, across = (length - side + 1 for length in x.shape[1:3])
    if down == across == 1:
        return tf.reshape(x, (-1, side * side * x.shape[3]))
    shifted = [x[:, i : i + down, j : j + across] for i in range(side) for j in range(side)]
    return tf.concat(shifted, -1)


def _dense(x, kernel, bias):
    """A dense layer, at every place if there are several: (..., in) -> (..., out)."""
    import tensorflow as tf

    if x.shape.rank == 2:
        return x @ kernel + bias
    rows = tf.reshape(x, (-1, kernel.shape[0])) @ kernel + bias
    return tf.reshape(rows, (-1, *x.shape[1:3], kernel.shape[1]))
