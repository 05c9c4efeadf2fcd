"""Convolution and pooling: Keras's values, and gradients that are fast on a CPU.

For an odd 'SAME' convolution with stride 1 the gradient with respect to its input is itself a
convolution, with the kernel turned by 180° and its channels swapped; none is computed for the
weights. Winograd's method, where it is faster still, is for gradients only: going forward, its
rounding would move values across zero and break ties of the pooling, and gradients jump there; they
would differ from Keras's by percents.
"""

from contextlib import nullcontext
from functools import cached_property, partial

from explorer.networks import device, winograd
from explorer.networks.gradients import with_gradient
from explorer.networks.layers import Layer

WIDE = 128 * 256
"""A kernel with more weights than this at each place is split, by output channels, where oneDNN
computes with AVX-512: it reads a kernel as it lies in memory, and there its long rows drive each
other out of the cache. Not so a 1×1 kernel, which is read but once; nor does it pay with shorter
registers."""
PARTS = 32, 64
"""Output channels of a part, the best first: the narrower changes bits at fewer sizes and is as
fast. Some change the order of oneDNN's sums, and with it the last bit of values; where these are as
near to zero, or to their neighbors in a pooling, gradients jump. So the first is taken that changes
no bit on this processor at the network's own size, and none if all do."""
FEW = 4
"""With so few output channels, four pixels are computed as if they were channels of one pixel: that
fills the registers."""
WINOGRAD_CHANNELS, WINOGRAD_CHANNELS_WITHOUT_ONEDNN = 64, 128
"""With fewer, in or out, the transformations cost what the products save; the second where oneDNN
does not compute, as small matrices are then multiplied at half the rate of large ones."""
WINOGRAD_PIXELS = 256 * 256
"""On a larger map, the tiles take too much memory."""
SMALL_MAP = 20
"""Side of a map for which reading a kernel that was transformed for tiles of 4×4 takes longer than
tiles of 2×2 cost."""


class Convolution:
    """An odd 'SAME' convolution with stride 1 and fixed weights, before its activation.

    Args:
        kernel: (side, side, in, out).
        bias: (out,).
        map_side: of its map on pictures of the network's own size; see `SMALL_MAP`, `PARTS`.
    """

    def __init__(self, kernel, bias, map_side: int = 28):
        self.kernel, self.bias, self.map_side = kernel, bias, map_side

    def __call__(self, x, rectify: bool = False):
        """(b, h, w, in) -> (b, h, w, out).

        Args:
            x: what comes in.
            rectify: pass it through a ReLU first. The way back through both is faster so than
                through one after the other.
        """
        import tensorflow as tf

        @with_gradient
        def apply(x):
            x = tf.nn.relu(x) if rectify else x
            outputs = [
                tf.nn.bias_add(tf.nn.conv2d(x, kernel, 1, "SAME"), bias)
                for kernel, bias in zip(self._kernels, self._biases, strict=True)
            ]
            return _joined(outputs), partial(self._gradient, rectified=x if rectify else None)

        return apply(x)

    def channel(self, number) -> "Convolution":
        """The convolution to one of the output channels; `number` is an int32 scalar."""
        import tensorflow as tf

        return Convolution(
            tf.gather(self.kernel, [number], axis=-1), tf.gather(self.bias, [number])
        )

    def _gradient(self, upstream, rectified):
        import tensorflow as tf

        if self._suits_winograd(upstream):
            return winograd.convolution(upstream, self._transformed, rectified)
        if self.kernel.shape[2] <= FEW and self._three_wide:
            gradient = _by_fours(upstream, self._turned)
        else:
            gradient = tf.nn.conv2d(upstream, self._turned, 1, "SAME")
        if rectified is None:
            return gradient
        return tf.raw_ops.ReluGrad(gradients=gradient, features=rectified)

    @property
    def _three_wide(self) -> bool:
        return tuple(self.kernel.shape[:2]) == (3, 3)

    def _suits_winograd(self, upstream) -> bool:
        channels = WINOGRAD_CHANNELS if device.onednn() else WINOGRAD_CHANNELS_WITHOUT_ONEDNN
        return (
            device.on_cpu()
            and self._three_wide
            and min(self.kernel.shape[2:]) >= channels
            and upstream.shape[1] * upstream.shape[2] <= WINOGRAD_PIXELS
        )

    # What the weights are made into, once, when it is first needed.

    @cached_property
    def _kernels(self) -> list:
        with _outside(self.kernel):
            return _in_parts(self.kernel, self._part)

    @cached_property
    def _biases(self) -> list:
        with _outside(self.kernel):
            return _in_parts(self.bias, self._part)

    @cached_property
    def _part(self) -> int:
        """Output channels of a part; see `PARTS`."""
        import tensorflow as tf

        inputs, outputs = self.kernel.shape[2:]
        if not _pays_in_parts(self.kernel):
            return outputs
        x = tf.random.stateless_uniform((1, self.map_side, self.map_side, inputs), (0, 0))
        whole = tf.nn.conv2d(x, self.kernel, 1, "SAME")
        for part in PARTS:
            kernels = _in_parts(self.kernel, part)
            found = _joined([tf.nn.conv2d(x, kernel, 1, "SAME") for kernel in kernels])
            if tf.reduce_all(found == whole):
                return part
        return outputs

    @cached_property
    def _turned(self):
        with _outside(self.kernel):
            return turned(self.kernel)

    @cached_property
    def _transformed(self):
        with _outside(self.kernel):
            step = 2 if self.map_side < SMALL_MAP else 4
            return winograd.transformed(self.kernel, step, turned=True)


def is_turnable(layer: Layer) -> bool:
    """Whether a layer is such a convolution."""
    return layer.kind == "convolution" and layer.stride == 1


def turned(kernel):
    """The kernel that carries a gradient back: (h, w, in, out) -> (h, w, out, in)."""
    import tensorflow as tf

    return tf.transpose(tf.reverse(kernel, [0, 1]), (0, 1, 3, 2))


def max_pool(x):
    """2×2 max pooling with stride 2; an odd last row or column is dropped."""
    import tensorflow as tf

    if device.onednn() or not device.on_cpu():
        return tf.nn.max_pool2d(x, 2, 2, "VALID")
    _, height, width, channels = x.shape
    rows, columns = height // 2, width // 2
    if height % 2 or width % 2:
        x = x[:, : 2 * rows, : 2 * columns]

    @with_gradient
    def apply(x):
        in_pairs = tf.reshape(x, (-1, 2, 2 * columns, channels))  # pictures that the cores share
        pooled = tf.nn.max_pool2d(in_pairs, 2, 2, "VALID")

        def gradient(upstream):
            fours = tf.reshape(x, (-1, 2, columns, 2, channels))
            largest, upstream = (
                tf.reshape(t, (-1, 1, columns, 1, channels)) for t in (pooled, upstream)
            )
            return tf.reshape(tf.where(_first_of_four(fours == largest), upstream, 0), x.shape)

        return tf.reshape(pooled, (-1, rows, columns, channels)), gradient

    return apply(x)


def _first_of_four(chosen):
    """The first that is chosen of each four, by rows, as in TensorFlow's own gradient of a pooling.

    That one takes twice as long as this where oneDNN does not compute.

    Args:
        chosen: (n, 2, columns, 2, channels).
    """
    import tensorflow as tf

    (a, b), (c, d) = (tf.unstack(row, axis=2) for row in tf.unstack(chosen, axis=1))
    top, three = a | b, a | b | c
    return tf.stack([tf.stack([a, b & ~a], 2), tf.stack([c & ~top, d & ~three], 2)], 1)


def _outside(kernel):
    """Where to compute with a kernel: at once, outside any trace, unless the trace made it."""
    import tensorflow as tf

    return nullcontext() if tf.is_symbolic_tensor(kernel) else tf.init_scope()


def _pays_in_parts(kernel) -> bool:
    """See `WIDE`."""
    import tensorflow as tf

    inputs, outputs = kernel.shape[2:]
    wide = inputs * outputs > WIDE and tuple(kernel.shape[:2]) != (1, 1)
    fast = device.on_cpu() and device.onednn() and device.avx512()
    return wide and fast and not tf.is_symbolic_tensor(kernel)


def _in_parts(weights, part: int) -> list:
    """Weights (..., out) in parts of so many output channels."""
    return [weights[..., i : i + part] for i in range(0, weights.shape[-1], part)]


def _joined(outputs: list):
    import tensorflow as tf

    return tf.concat(outputs, -1) if len(outputs) > 1 else outputs[0]


def _by_fours(x, kernel):
    """A 'SAME' convolution to few channels: of each 2×2 pixels at once; see `FEW`."""
    import tensorflow as tf

    height, width = x.shape[1:3]
    shifted = [
        tf.pad(kernel, ((down, 1 - down), (across, 1 - across), (0, 0), (0, 0)))
        for down in (0, 1)
        for across in (0, 1)
    ]
    padding = ((0, 0), (1, 1 + height % 2), (1, 1 + width % 2), (0, 0))
    fours = tf.nn.conv2d(x, tf.concat(shifted, -1), 2, padding)
    return tf.nn.depth_to_space(fours, 2)[:, :height, :width]
