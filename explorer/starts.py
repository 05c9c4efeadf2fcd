"""What is added to the picture that an ascent begins with."""

import numpy as np

from explorer.methods import Method, Parameter


def noise(seed: int, size: tuple[int, int], deviation: float) -> np.ndarray:
    """Normal noise, independent for each pixel and color.

    Args:
        seed: of NumPy's default generator; the same seed gives the same noise everywhere.
        size: (height, width) in pixels.
        deviation: standard deviation in gray levels.

    Returns:
        float32 (height, width, 3) in gray levels, mean 0.
    """
    generator = np.random.default_rng(seed)
    return deviation * generator.standard_normal((*size, 3), dtype=np.float32)


STARTS = (
    Method(
        "noise",
        "Noise",
        "start",
        "Adds seeded noise to the picture that the ascent starts from.",
        noise,
        (Parameter("deviation", 10.0, 0, 128, "gray levels", "Standard deviation."),),
        called=False,
    ),
)
