"""A convolution whose gradient is fast on a CPU.

For an odd 'SAME' convolution with stride 1 the gradient with respect to its input is itself a
convolution, with the kernel turned by 180° and its channels swapped; TensorFlow's forward
convolution is the better optimized of the two, and none is computed for the weights. Winograd's
method, where it is faster still, is for gradients only: going forward, its rounding would move
values across zero and break ties of the pooling, and gradients jump there; they would differ from
Keras's by percents.
"""

import numpy as np

from explorer.networks import device, winograd
from explorer.networks.layers import Layer

WINOGRAD_CHANNELS = 128
"""With fewer, in or out, the transformations cost what the products save."""
WINOGRAD_PIXELS = 20 * 20, 256 * 256
"""On a smaller map, reading the transformed kernel takes too long; on a larger one, the tiles take
too much memory, seven times the map's own."""


def is_turnable(layer: Layer) -> bool:
    """Whether a layer is such a convolution."""
    return layer.kind == "convolution" and layer.stride == 1


def turned(kernel):
    """The kernel that carries a gradient back: (h, w, in, out) -> (h, w, out, in)."""
    if isinstance(kernel, np.ndarray):
        return np.ascontiguousarray(kernel[::-1, ::-1].transpose(0, 1, 3, 2))
    import tensorflow as tf

    return tf.transpose(tf.reverse(kernel, [0, 1]), (0, 1, 3, 2))


def convolution(x, kernel, bias, turned_kernel, transformed_kernel=None):
    """'SAME' convolution with stride 1: (b, h, w, in) -> (b, h, w, out), before ReLU.

    Args:
        turned_kernel: `turned(kernel)`.
        transformed_kernel: a function that returns `winograd.transformed(turned_kernel)`, if that
            method may be used; called only if it is.
    """
    import tensorflow as tf

    @tf.custom_gradient
    def apply(x):
        def gradient(upstream):
            if transformed_kernel and _suits_winograd(upstream, turned_kernel):
                return winograd.convolution(upstream, transformed_kernel())
            return tf.nn.conv2d(upstream, turned_kernel, 1, "SAME")

        return tf.nn.conv2d(x, kernel, 1, "SAME"), gradient

    return tf.nn.bias_add(apply(x), bias)


def _suits_winograd(x, kernel) -> bool:
    fewest, most = WINOGRAD_PIXELS
    return (
        device.start().startswith("CPU")
        and min(kernel.shape[2:]) >= WINOGRAD_CHANNELS
        and fewest <= x.shape[1] * x.shape[2] <= most
    )


def max_pool(x):
    """2×2 max pooling with stride 2; an odd last row or column is dropped."""
    import tensorflow as tf

    return tf.nn.max_pool2d(x, 2, 2, "VALID")
