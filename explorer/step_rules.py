"""Step rules: how the filtered gradient moves what is optimized.

Each takes the gradient (…, h, w, 3) or that of a spectrum, and its strength, and returns what is
added; for pixels that is in gray levels. A rule with a memory takes its tensors after the
gradient, and the number of the step, from 0, and returns the step and the new memory. A recipe
has exactly one.
"""

from collections.abc import Iterable

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
    height, width = gradient.shape[-3:-1]
    return rate * height * width * gradient


def adam(gradient, memory, step, rate):
    """Mean gradient over its deviation (Kingma and Ba 2015), β 0.9 and 0.999, ε 1e-8."""
    return _adam(gradient, memory, step, rate, ahead=False)


def nadam(gradient, memory, step, rate):
    """Adam that looks one step ahead (Dozat 2016), with a constant momentum."""
    return _adam(gradient, memory, step, rate, ahead=True)


def _adam(gradient, memory, step, rate, ahead: bool):
    import tensorflow as tf

    count = tf.cast(step + 1, tf.float32)
    mean = MOMENTUM * memory[0] + (1 - MOMENTUM) * gradient
    square = SQUARES * memory[1] + (1 - SQUARES) * gradient**2
    if ahead:
        direction = MOMENTUM * mean / (1 - MOMENTUM ** (count + 1))
        direction += (1 - MOMENTUM) * gradient / (1 - MOMENTUM**count)
    else:
        direction = mean / (1 - MOMENTUM**count)
    deviation = tf.sqrt(square / (1 - SQUARES**count))
    return rate * direction / (deviation + 1e-8), (mean, square)


def rmsprop(gradient, memory, step, rate, rho):
    """The gradient over the root of its running mean square, not corrected for its start."""
    import tensorflow as tf

    square = rho * memory[0] + (1 - rho) * gradient**2
    return rate * gradient / tf.sqrt(square + 1e-7), (square,)


MOMENTUM, SQUARES = 0.9, 0.999


def _rate(usual: float, help: str) -> Parameter:
    """The rate of a rule that fits its steps to the gradient's size, whatever is optimized."""
    return Parameter("rate", usual, 1e-4, 100, "a step", help)


STEP_RULES = (
    Method(
        "rms",
        "Steps of equal size",
        "step",
        "Divides the gradient by its root mean square, so every step moves pixels equally far.",
        rms,
        (
            Parameter(
                "size",
                4.0,
                0.01,
                100,
                "gray levels",
                "Typical change of a pixel in a step. A spectrum has other numbers: try 0.05.",
            ),
        ),
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
        needs=("pixel rate",),
    ),
    Method(
        "adam",
        "Adam",
        "step",
        "Remembers the gradient's mean and size, and moves every number about equally far (Lucid).",
        adam,
        (_rate(0.05, "How far a number moves at most, about."),),
        memory=2,
    ),
    Method(
        "nadam",
        "NAdam",
        "step",
        "Adam that looks one step ahead (MACO).",
        nadam,
        (_rate(1.0, "How far a number moves at most, about; half as far again at first."),),
        memory=2,
    ),
    Method(
        "rmsprop",
        "RMSprop",
        "step",
        "Divides the gradient by its size over many steps (tf-keras-vis).",
        rmsprop,
        (
            _rate(
                1.0,
                "How far a number moves, about; further at first, up to 1/√(1 − rho) times. Where "
                "gradients are below 3e-4, it moves less.",
            ),
            Parameter("rho", 0.999, 0, 0.9999, "", "How much is remembered at each step."),
        ),
        memory=1,
    ),
)


def rule_of(methods: Iterable[str]) -> Method:
    """The step rule among the methods of a recipe, which has exactly one."""
    names = set(methods)
    (rule,) = (rule for rule in STEP_RULES if rule.name in names)
    return rule
