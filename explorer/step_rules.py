"""Step rules: how the filtered gradient moves the picture.

Each takes the gradient (h, w, 3) and its strength, and returns what is added to the picture
in units of 1/255 of the full range. A recipe has exactly one.
"""

from explorer.methods import Method, Parameter


def rms(gradient, size):
    """The gradient divided by its root mean square, times `size`."""
    import tensorflow as tf

    return size * gradient / (tf.sqrt(tf.reduce_mean(gradient**2)) + 1e-12)


def progress(gradient, gain, largest_rate):
    """A rate that promises a certain gain of the score, min(largest_rate, gain/‖g‖²)."""
    import tensorflow as tf

    norm = tf.reduce_sum(gradient**2)
    return tf.minimum(largest_rate, gain / (norm + 1e-30)) * gradient


def plain(gradient, rate):
    """The gradient times a rate and the number of pixels, so that sizes behave alike."""
    height, width = gradient.shape[:2]
    return rate * height * width * gradient


STEP_RULES = (
    Method(
        "rms",
        "Steps of equal size",
        "step",
        "Divides the gradient by its root mean square, so every step moves pixels equally far.",
        rms,
        (Parameter("size", 4.0, 0.01, 100, "gray levels", "Typical change of a pixel in a step."),),
    ),
    Method(
        "progress",
        "Steps of equal gain",
        "step",
        "Chooses the rate that should raise the score equally at each step (Yosinski).",
        progress,
        (
            Parameter("gain", 2.0, 1e-3, 1e6, "score", "What each step should add to the score."),
            Parameter("largest_rate", 1e8, 1e-3, 1e12, "", "Upper bound on the rate."),
        ),
    ),
    Method(
        "plain",
        "Fixed rate",
        "step",
        "Adds the gradient times a fixed rate: small gradients make small steps.",
        plain,
        (Parameter("rate", 0.1, 1e-6, 1e6, "a pixel", "Times gradient and number of pixels."),),
    ),
)
