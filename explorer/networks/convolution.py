"""Convolution and pooling whose gradients are fast on a CPU.

For a 3×3 'SAME' convolution with stride 1 the gradient with respect to its input is itself a
convolution, with the kernel turned by 180° and its channels swapped; TensorFlow's forward
convolution is the better optimized of the two. Only gradients with respect to the input exist.
"""

import numpy as np


def turned(kernel):
    """The kernel that carries a gradient back: (h, w, in, out) -> (h, w, out, in)."""
    if isinstance(kernel, np.ndarray):
        return np.ascontiguousarray(kernel[::-1, ::-1].transpose(0, 1, 3, 2))
    import tensorflow as tf

    return tf.transpose(tf.reverse(kernel, [0, 1]), (0, 1, 3, 2))


def convolution(x, kernel, bias, turned_kernel):
    """'SAME' convolution with stride 1: (b, h, w, in) -> (b, h, w, out), before ReLU."""
    import tensorflow as tf

    @tf.custom_gradient
    def apply(x):
        def gradient(upstream):
            return tf.nn.conv2d(upstream, turned_kernel, 1, "SAME")

        return tf.nn.conv2d(x, kernel, 1, "SAME") + bias, gradient

    return apply(x)


def max_pool(x):
    """2×2 max pooling with stride 2; an odd last row or column is dropped.

    The gradient goes where the maximum was, found by comparing with it. Only where several
    values of one window tie does TensorFlow's slower gradient decide: it takes the first.
    """
    import tensorflow as tf

    window = [1, 2, 2, 1]

    @tf.custom_gradient
    def apply(x):
        y = tf.nn.max_pool2d(x, 2, 2, "VALID")
        batch, height, width, channels = y.shape

        def gradient(upstream):
            cropped = x[:, : 2 * height, : 2 * width]
            windows = tf.reshape(cropped, (batch, height, 2, width, 2, channels))
            largest = windows == y[:, :, None, :, None, :]
            ties = tf.math.count_nonzero(largest, dtype=tf.int32) > y.shape.num_elements()

            def first_of_ties():
                return tf.raw_ops.MaxPoolGrad(
                    orig_input=cropped,
                    orig_output=y,
                    grad=upstream,
                    ksize=window,
                    strides=window,
                    padding="VALID",
                )

            def at_the_largest():
                spread = tf.where(largest, upstream[:, :, None, :, None, :], 0.0)
                return tf.reshape(spread, cropped.shape)

            inside = tf.cond(ties, first_of_ties, at_the_largest)
            odd_row, odd_column = x.shape[1] - 2 * height, x.shape[2] - 2 * width
            return tf.pad(inside, ((0, 0), (0, odd_row), (0, odd_column), (0, 0)))

        return y, gradient

    return apply(x)
