"""Gradient filters: what happens to the gradient before the step.

Each takes the gradient (h, w, 3), the `Moment` and its strengths, and returns a gradient.
Distill's "Feature Visualization" (2017) calls this preconditioning: it changes the path, not
the optimum.
"""

from explorer.methods import Method, Parameter
from explorer.smoothing import (
    blur_across_colors,
    gaussian_blur,
    laplacian_bands,
    merged_bands,
)


def blurred(gradient, moment, sigma_from, sigma_to, colors):
    """The gradient blurred at σ, 2σ and σ/2, and added; σ goes from one value to the other."""
    sigma = sigma_from + (sigma_to - sigma_from) * moment.progress

    def at(width):
        plane = gaussian_blur(gradient, width)
        return blur_across_colors(plane, width) if colors else plane

    return sum(at(sigma * scale) for scale in (1.0, 2.0, 0.5))


def laplacian(gradient, moment, splits):
    """Every band of the gradient's Laplacian pyramid brought to the same rms."""
    import tensorflow as tf

    bands = laplacian_bands(gradient, splits)
    even = [band / tf.maximum(tf.sqrt(tf.reduce_mean(band**2)), 1e-10) for band in bands]
    return merged_bands(even)


GRADIENT_FILTERS = (
    Method(
        "blurred-gradient",
        "Blurred gradient",
        "gradient",
        "Adds the gradient blurred at three widths: broad shapes win over fine grain (Hvass).",
        blurred,
        (
            Parameter("sigma_from", 0.5, 0, 16, "px", "σ at the first step of a round."),
            Parameter("sigma_to", 4.5, 0, 16, "px", "σ towards the last step of a round."),
            Parameter(
                "colors",
                0,
                0,
                1,
                "",
                "At 1 it blurs across red, green and blue too, by the same σ (Hvass): grayer.",
                whole=True,
                structural=True,
            ),
        ),
    ),
    Method(
        "laplacian",
        "Laplacian pyramid",
        "gradient",
        "Gives coarse and fine detail the same weight, band by band (TensorFlow DeepDream, 2016).",
        laplacian,
        (
            Parameter(
                "splits",
                4,
                1,
                8,
                "bands",
                "How often the gradient is halved.",
                whole=True,
                structural=True,
            ),
        ),
    ),
)
