"""Transformations: what happens to the picture on its way into the network.

Each takes pictures (b, h, w, 3), RGB 0–255, a `Draw` of random numbers, the `Moment` and its
strengths, and returns pictures. What the network must find after any of them is robust: fine
noise that needs every pixel in its place gains nothing (Olah et al., Distill 2017).
"""

from dataclasses import dataclass, field

import numpy as np

from explorer.methods import Method, Parameter


@dataclass
class Draw:
    """Random numbers that are the same for the same seed and step, tensors both."""

    seed: object
    step: object
    _count: int = field(default=0, init=False)

    def _next(self):
        import tensorflow as tf

        self._count += 1
        place = 64 * tf.cast(self.step, tf.int64) + self._count
        return tf.stack([tf.cast(self.seed, tf.int64), place])

    def uniform(self, shape, low=-1.0, high=1.0):
        """Uniform numbers, float32."""
        import tensorflow as tf

        return low + (high - low) * tf.random.stateless_uniform(shape, self._next())

    def normal(self, shape):
        """Normal numbers of mean 0 and deviation 1, float32."""
        import tensorflow as tf

        return tf.random.stateless_normal(shape, self._next())


def pad(image, draw, moment, width):
    """The network's mean color around the picture."""
    import tensorflow as tf

    margins = ((0, 0), (width, width), (width, width), (0, 0))
    return tf.pad(image - moment.mean, margins) + moment.mean


def jitter(image, draw, moment, reach):
    """Moved by whole pixels, up to `reach` each way; beyond the border it is mirrored."""
    import tensorflow as tf

    shift = tf.cast(tf.round(draw.uniform((2,)) * tf.cast(reach, tf.float32)), tf.int32)
    for axis in (0, 1):
        side = image.shape[1 + axis]
        at = tf.math.floormod(tf.range(side) + shift[axis], 2 * side - 2)
        image = tf.gather(image, tf.minimum(at, 2 * side - 2 - at), axis=1 + axis)
    return image


def scale(image, draw, moment, spread):
    """Larger or smaller about the center, by up to `spread` percent."""
    return zoom(image, 1.0 + spread / 100.0 * draw.uniform((image.shape[0],)))


def rotation(image, draw, moment, degrees):
    """Turned about the center, by up to `degrees` either way.

    Its gradient is TensorFlow's own, which near the border is not quite that of what is seen there.
    """
    angle = degrees * np.float32(np.pi / 180) * draw.uniform((image.shape[0],))
    return warp(image, turn(image.shape[1:3], angle, 0.0 * angle + 1.0))


def crops(image, draw, moment, count, largest, smallest):
    """Squares cut out at random and enlarged again; from large to small over the steps."""
    import tensorflow as tf

    image = tf.repeat(image, count, axis=0)
    number = image.shape[0]
    share = (largest + (smallest - largest) * moment.progress) / 100.0
    share = tf.clip_by_value(share * (1 + 0.2 * draw.normal((number,))), 0.02, 1.0)
    height, width = image.shape[1:3]
    room = (1.0 - share) / 2
    shift = draw.uniform((2, number))
    return zoom(image, 1.0 / share, (width * room * shift[0], height * room * shift[1]))


def grain(image, draw, moment, deviation):
    """Normal noise, new at each step."""
    return image + deviation * draw.normal(image.shape)


def turn(size, angle, factor, shift=(0.0, 0.0)):
    """Where each pixel of turned, enlarged and shifted pictures (h, w) comes from.

    Args:
        size: (height, width).
        angle, factor: (b,), in radians, and how much larger.
        shift: (right, down) in pixels of the picture that it comes from, each (b,) or a number.

    Returns:
        (b, 8), for `warp`.
    """
    import tensorflow as tf

    middle_y, middle_x = ((side - 1) / 2 for side in size)
    cos, sin, zero = tf.cos(angle) / factor, tf.sin(angle) / factor, tf.zeros_like(angle)
    x0 = middle_x + shift[0] - cos * middle_x + sin * middle_y
    y0 = middle_y + shift[1] - sin * middle_x - cos * middle_y
    return tf.stack([cos, -sin, x0, sin, cos, y0, zero, zero], axis=1)


def warp(image, transforms):
    """Pictures resampled bilinearly, mirrored beyond the border; see `turn`."""
    import tensorflow as tf

    return tf.raw_ops.ImageProjectiveTransformV3(
        images=image,
        transforms=transforms,
        output_shape=image.shape[1:3],
        interpolation="BILINEAR",
        fill_mode="REFLECT",
        fill_value=0.0,
    )


def zoom(image, factor, shift=(0.0, 0.0)):
    """Pictures enlarged about the center and shifted, resampled as by `warp`; see `turn`.

    Rows and columns are mixed by matrices, for the gradient's sake: TensorFlow carries that of
    `warp` back by the inverse transformation instead of the transposed one, which spreads the
    gradient of a crop, mirrored, over the whole picture.
    """
    import tensorflow as tf

    for move in (shift[1], shift[0]):
        count, side, other, colors = image.shape
        mixture = _interpolation(side, factor, move)
        mixed = tf.matmul(mixture, tf.reshape(image, (count, side, other * colors)))
        image = tf.transpose(tf.reshape(mixed, (count, side, other, colors)), (0, 2, 1, 3))
    return image


def _interpolation(side: int, factor, move):
    """How much of each pixel of a line is in each pixel of the zoomed line: (b, side, side)."""
    import tensorflow as tf

    middle, places = (side - 1) / 2, tf.range(side, dtype=tf.float32)
    at = tf.transpose(middle + move + (places[:, None] - middle) / factor)
    at = tf.math.floormod(at + 0.5, 2.0 * side)
    at = tf.clip_by_value(tf.minimum(at, 2.0 * side - at) - 0.5, 0.0, side - 1.0)
    return tf.maximum(0.0, 1.0 - tf.abs(at[..., None] - places))


TRANSFORMATIONS = (
    Method(
        "pad",
        "Padding",
        "view",
        "Puts a margin of the mean color around the picture, so that its border matters less.",
        pad,
        (Parameter("width", 12, 1, 64, "px", "Width of the margin.", whole=True, structural=True),),
    ),
    Method(
        "jitter",
        "Jitter",
        "view",
        "Moves the picture a little before every step, and back again: no pixel can rely on "
        "its place.",
        jitter,
        (Parameter("reach", 8, 1, 64, "px", "Largest shift each way.", whole=True),),
    ),
    Method(
        "scale",
        "Scale",
        "view",
        "Enlarges or shrinks what the network sees a little, differently at every step.",
        scale,
        (Parameter("spread", 10, 0, 50, "%", "Largest change of size."),),
    ),
    Method(
        "rotation",
        "Rotation",
        "view",
        "Turns what the network sees a little, differently at every step.",
        rotation,
        (Parameter("degrees", 5, 0, 180, "°", "Largest angle either way."),),
    ),
    Method(
        "crops",
        "Crops",
        "view",
        "Shows the network several enlarged parts of the picture at every step (MACO).",
        crops,
        (
            Parameter("count", 4, 1, 32, "a step", "How many.", whole=True, structural=True),
            Parameter("largest", 50, 2, 100, "% of the side", "Side of a crop at the first step."),
            Parameter("smallest", 25, 2, 100, "% of the side", "Side of a crop at the last step."),
        ),
    ),
    Method(
        "grain",
        "Grain",
        "view",
        "Adds new noise before every step: what is weaker than the noise gains nothing.",
        grain,
        (Parameter("deviation", 10, 0, 128, "gray levels", "Standard deviation."),),
    ),
)
