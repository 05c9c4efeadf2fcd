"""Penalties: what is subtracted from the score, so that the gradient shuns it.

Each takes what there is to judge, a `Sight`, and its strengths, and returns a number for each
picture, (b,) or a scalar.
"""

from collections.abc import Callable
from dataclasses import dataclass

from explorer.methods import Method, Parameter


@dataclass(frozen=True)
class Sight:
    """What a penalty can look at.

    Attributes:
        picture: (b, h, w, 3), centered on the mean color, gray levels.
        features: a function that returns what the target's layer answers, (b, n, c); of all the
            views of a picture.
        scores: (b,), of the target.
    """

    picture: object
    features: Callable
    scores: object


def total_variation(sight, strength):
    """Mean differences between neighbors, across and down, added as `tf.image.total_variation`."""
    import tensorflow as tf

    values = sight.picture.shape[1] * sight.picture.shape[2] * 3
    return strength * tf.image.total_variation(sight.picture) / values


def norm(sight, strength, power):
    """Lp norm, per value: (mean |x|^p)^(1/p), the distance from the mean color."""
    import tensorflow as tf

    mean = tf.reduce_mean((tf.abs(sight.picture) + 1e-6) ** power, axis=(1, 2, 3))
    return strength * (mean + 1e-30) ** (1.0 / power)


def diversity(sight, pictures, strength):
    """How alike the pictures are to the network, as a mean over all pairs, times a cost.

    Two pictures are alike where the same channels answer together: the cosine of their Gram
    matrices (Olah et al., Distill 2017). The cost is `strength` percent of the mean score, as
    scores differ a thousandfold from layer to layer.
    """
    import tensorflow as tf

    cost = strength / 100.0 * tf.abs(tf.stop_gradient(tf.reduce_mean(sight.scores)))
    return cost * tf.reduce_mean(likeness(sight.features()), axis=1)


def likeness(features):
    """Cosine of the Gram matrices of features (b, …, c), each against all others: (b, b − 1)."""
    import tensorflow as tf

    count, channels = features.shape[0], features.shape[-1]
    flat = tf.reshape(features, (count, -1, channels))
    gram = tf.reshape(tf.matmul(flat, flat, transpose_a=True), (count, -1))
    gram = tf.math.l2_normalize(gram, axis=1)
    cosines = tf.matmul(gram, gram, transpose_b=True)
    return tf.stack(
        [tf.concat([cosines[i, :i], cosines[i, i + 1 :]], axis=0) for i in range(count)]
    )


PENALTIES = (
    Method(
        "total-variation",
        "Total variation",
        "score",
        "Makes differences between neighbors cost score: smooth areas win.",
        total_variation,
        (
            Parameter(
                "strength",
                1.0,
                0,
                1000,
                "score a gray level",
                "Of the mean differences across and down.",
            ),
        ),
    ),
    Method(
        "norm",
        "Lp norm",
        "score",
        "Makes distance from the mean color cost score; with p = 1 most pixels stay gray.",
        norm,
        (
            Parameter("strength", 0.3, 0, 1000, "score a gray level", "What the distance costs."),
            Parameter("power", 1.0, 1, 8, "p", "1 adds distances, 6 sees only the largest."),
        ),
    ),
    Method(
        "diversity",
        "Diversity",
        "score",
        "Draws several pictures at once and makes it cost score that they are alike (Lucid).",
        diversity,
        (
            Parameter("pictures", 4, 2, 6, "pictures", "How many.", whole=True, structural=True),
            Parameter(
                "strength",
                25.0,
                0,
                1000,
                "% of the score",
                "What being all alike would cost. 25 keeps nearly all of the score; 100 to 200 "
                "bring out other sides of what is looked for, for a part of it.",
            ),
        ),
        needs=("whole pictures",),
    ),
)
