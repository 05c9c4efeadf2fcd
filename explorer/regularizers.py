"""Regularizers: what happens to the picture after the step.

Each takes the picture (h, w, 3), centered on the mean color and in gray levels, the `Moment`
and its strengths, and returns a picture. They act in the order of the table, which is that of
Yosinski et al. (2015) with the clip last, so that the next step begins with a valid picture.
"""

from explorer.methods import Method, Parameter
from explorer.smoothing import gaussian_blur


def decay(x, moment, strength):
    """Every pixel a little closer to the mean color."""
    return x * (1.0 - strength)


def blur(x, moment, sigma, every):
    """A Gaussian blur after each `every`-th step."""
    import tensorflow as tf

    due = tf.equal((moment.step + 1) % every, 0)
    return tf.cond(due, lambda: gaussian_blur(x, sigma), lambda: x)


def small_norm(x, moment, percentile):
    """Pixels whose norm over RGB is below the percentile become the mean color."""
    import tensorflow as tf

    return _keep_above(x, tf.norm(x, axis=-1), percentile)


def small_contribution(x, moment, percentile):
    """Pixels that add least to the score, by |Σ −x·g| over RGB, become the mean color."""
    import tensorflow as tf

    return _keep_above(x, tf.abs(tf.reduce_sum(-x * moment.gradient, axis=-1)), percentile)


def clip(x, moment):
    """Pixels back into 0–255."""
    import tensorflow as tf

    return tf.clip_by_value(x, -moment.mean, 255.0 - moment.mean)


def _keep_above(x, size, percentile):
    """Zero the pixels whose `size` (h, w) is below its percentile (linear, as `np.percentile`)."""
    import tensorflow as tf

    ordered = tf.sort(tf.reshape(size, [-1]))
    position = percentile / 100.0 * (ordered.shape[0] - 1)
    below = tf.cast(tf.floor(position), tf.int32)
    above = tf.minimum(below + 1, ordered.shape[0] - 1)
    share = position - tf.floor(position)
    threshold = ordered[below] * (1 - share) + ordered[above] * share
    threshold = tf.minimum(threshold, ordered[above])  # rounding would clear equal pixels
    return tf.where((size >= threshold)[..., None], x, 0.0)


REGULARIZERS = (
    Method(
        "decay",
        "L2 decay",
        "image",
        "Pulls every pixel towards the mean color, and a spectrum towards medium gray, so that "
        "only what is renewed stays.",
        decay,
        (Parameter("strength", 0.02, 0, 1, "of the value", "Share removed at each step."),),
        needs=("mean color",),
        flattens="strength",
    ),
    Method(
        "blur",
        "Gaussian blur",
        "image",
        "Blurs the picture now and then: fine grain cannot build up.",
        blur,
        (
            Parameter("sigma", 0.5, 0, 16, "px", "Standard deviation of the Gaussian."),
            Parameter("every", 4, 1, 1000, "steps", "Blur after every so many steps.", whole=True),
        ),
        needs=("pixels",),
        flattens="sigma",
        period="every",
    ),
    Method(
        "small-norm",
        "Small-norm clip",
        "image",
        "Sets the pixels nearest to the mean color to it: only the main object stays.",
        small_norm,
        (Parameter("percentile", 20, 0, 100, "%", "Share of the pixels that are set."),),
        needs=("pixels", "rgb"),
        flattens="percentile",
    ),
    Method(
        "small-contribution",
        "Small-contribution clip",
        "image",
        "Sets pixels that matter least to the score to the mean color (Yosinski).",
        small_contribution,
        (Parameter("percentile", 20, 0, 100, "%", "Share of the pixels that are set."),),
        needs=("pixels", "rgb"),
        flattens="percentile",
    ),
    Method(
        "clip",
        "Clip to 0–255",
        "image",
        "Keeps every pixel a real color; the network never sees values that no photo has.",
        clip,
        needs=("pixels", "rgb"),
    ),
)
