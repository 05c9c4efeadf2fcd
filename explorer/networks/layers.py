"""What a layer is, and the arithmetic of a chain of layers; no TensorFlow."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import prod


@dataclass(frozen=True)
class Layer:
    """A row of a network's structure, at the network's own input size.

    Attributes:
        name: Keras's name, the canonical one ("block3_conv1").
        paper_name: the name in the network's paper ("conv3_1").
        kind: "input", "convolution", "depthwise", "addition", "pooling", "global pooling",
            "flatten", "dense" or "softmax".
        output_shape: (height, width, channels), or (units,) once flattened or pooled globally.
        kernel: (height, width) of the kernel or pooling window, or None.
        stride: in pixels of the layer's input, or None.
        parameters: number of weights and biases.
        weights_shape: (height, width, in, out) of the weights of a convolution, (height, width,
            channels, 1) of a depthwise one, (in, out) of a dense layer, or None.
        multiply_adds: multiplications with addition for one picture; biases are not counted.
        receptive_field: side, in input pixels, of the square that one output value depends on.
            It may be larger than the picture.
        receptive_stride: input pixels from one output value to its neighbor.
        activation: what turns its values into what it passes on: "linear", or the name of a
            function in `tf.nn` ("relu", "relu6"). A pooling may come before the activation of
            the convolution that it pools, if the order does not matter.
        adds: name of the earlier layer whose output an addition adds to that of the layer before.
        other_names: further names that people use for it.
    """

    name: str
    paper_name: str
    kind: str
    output_shape: tuple[int, ...]
    kernel: tuple[int, int] | None = None
    stride: int | None = None
    parameters: int = 0
    weights_shape: tuple[int, ...] | None = None
    multiply_adds: int = 0
    receptive_field: int = 1
    receptive_stride: int = 1
    activation: str = "linear"
    adds: str | None = None
    other_names: tuple[str, ...] = ()

    @property
    def channels(self) -> int:
        """Number of channels, or of units of a dense layer."""
        return self.output_shape[-1]

    @property
    def spatial(self) -> bool:
        """Whether the output has a height and a width."""
        return len(self.output_shape) == 3

    def as_json(self) -> dict:
        """The public columns, as plain JSON values."""
        return {
            "name": self.name,
            "paper_name": self.paper_name,
            "kind": self.kind,
            "output_shape": list(self.output_shape),
            "kernel": list(self.kernel) if self.kernel else None,
            "stride": self.stride,
            "parameters": self.parameters,
            "multiply_adds": self.multiply_adds,
            "receptive_field": self.receptive_field,
            "receptive_stride": self.receptive_stride,
        }


@dataclass(frozen=True)
class Row:
    """What must be said of a layer so that `chain` can work out the rest."""

    name: str
    paper_name: str
    kind: str
    channels: int | None = None
    kernel: int | None = None
    stride: int = 1
    activation: str = "relu"
    adds: str | None = None
    other_names: tuple[str, ...] = ()


def chain(input_shape: tuple[int, int, int], rows: Iterable[Row]) -> tuple[Layer, ...]:
    """Work out shapes, parameters, multiply-adds and receptive fields, input to output.

    Convolutions are padded ('SAME'): their map has a value for every `stride` begun. Pooling drops
    an odd last row or column ('VALID'). A dense layer is counted as the convolution over the whole
    map that it equals. What an addition adds sees no further than the layers between. Receptive
    fields follow Araujo et al., "Computing Receptive Fields of Convolutional Neural Networks",
    Distill 2019.
    """
    layers = [Layer("input", "input", "input", input_shape, other_names=("input_layer",))]
    shape, field, stride = input_shape, 1, 1
    for row in rows:
        kernel, weights = 0, None
        if row.kind in ("convolution", "depthwise"):
            kernel, channels = row.kernel, row.channels or shape[-1]
            last = (shape[-1], channels) if row.kind == "convolution" else (channels, 1)
            weights = (kernel, kernel, *last)
            height, width = (-(-side // row.stride) for side in shape[:2])
            shape = (height, width, channels)
        elif row.kind == "pooling":
            kernel = row.kernel
            shape = (shape[0] // row.stride, shape[1] // row.stride, shape[2])
        elif row.kind == "global pooling":
            field += (shape[0] - 1) * stride
            shape = (shape[2],)
        elif row.kind == "flatten":
            map_side = shape[0]
            shape = (shape[0] * shape[1] * shape[2],)
        elif row.kind == "dense":
            if layers[-1].kind == "flatten":
                field += (map_side - 1) * stride
            weights = (shape[-1], row.channels)
            shape = (row.channels,)
        if kernel:
            field += (kernel - 1) * stride
            stride *= row.stride
        layers.append(
            Layer(
                name=row.name,
                paper_name=row.paper_name,
                kind=row.kind,
                output_shape=shape,
                kernel=(kernel, kernel) if kernel else None,
                stride=row.stride if kernel else None,
                parameters=prod(weights) + shape[-1] if weights else 0,
                weights_shape=weights,
                multiply_adds=prod((*weights, *shape[:-1])) if weights else 0,
                receptive_field=field,
                receptive_stride=stride,
                activation=row.activation,
                adds=row.adds,
                other_names=row.other_names,
            )
        )
    return tuple(layers)
