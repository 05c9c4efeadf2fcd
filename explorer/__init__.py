"""See what a trained convolutional network looks for.

The names below are the package's stable surface. TensorFlow is imported only inside the
functions that compute with it, so that `import explorer` stays light.
"""

from explorer.errors import InputError
from explorer.excitation import score_and_gradient
from explorer.images import read_photo
from explorer.networks import load_network
from explorer.recipe import Recipe, preset
from explorer.render import render
from explorer.targets import Target

__all__ = [
    "InputError",
    "Recipe",
    "Target",
    "load_network",
    "preset",
    "read_photo",
    "render",
    "score_and_gradient",
]
__version__ = "0.1.0"
