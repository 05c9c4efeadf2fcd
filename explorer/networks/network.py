"""A network: its structure at once, its computations when first asked for."""

import threading
import zlib
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from pathlib import Path
from zipfile import BadZipFile

import numpy as np

from explorer.errors import InputError, did_you_mean
from explorer.networks import classes, device, reclaim
from explorer.networks.convolution import Convolution, is_turnable
from explorer.networks.layers import Layer

MOST_NAMED = 30
"""A network of more layers than these does not name them all in a sentence."""
KEPT_FUNCTIONS = 3
"""How many compiled functions of one kind a network keeps; the oldest are forgotten."""


class Network(ABC):
    """A trained network with fixed weights.

    Pictures are RGB on the 0–255 scale everywhere; what the network itself wants is the
    business of `preprocess`. Structure needs no TensorFlow; the first computation loads it.
    Methods that take tensors are for use inside a `tf.function`; they never touch Keras.
    """

    name: str
    title: str
    layers: tuple[Layer, ...]
    input_size: int
    """Side in pixels of the square picture that the network was trained on."""
    mean_color: tuple[float, float, float]
    """RGB, 0–255: what the network takes for neutral."""
    class_layer: str
    """Name of the layer whose units are the classes, before softmax."""
    all_embedded = True
    """Whether all its weights come with this program."""
    note = ""
    """What is to be known of its numbers, a sentence for people."""
    input_channels = "RGB"
    """Order of the colors in the input channels of the first layer's weights."""
    first_layer: str
    """Paper name of the layer that is looked at before another one is chosen."""
    first_target: tuple[str, int]
    """Layer and channel, or layer and class, that are drawn before others are chosen."""
    row: tuple[str, ...]
    """Paper names of layers, early to late, to look at side by side."""
    row_title = "Early to late"
    benchmarks: tuple[str, ...]
    """Paper names of the layers whose speed is measured."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tensors = None
        self._compiled_activations = lru_cache(KEPT_FUNCTIONS)(self._compile_activations)
        self._by_name = {
            name.lower(): layer
            for layer in self.layers
            for name in (layer.name, layer.paper_name, *layer.other_names)
        }

    def layer(self, name: str) -> Layer:
        """The layer with this canonical, paper or other name.

        Raises:
            InputError: there is none.
        """
        wanted = str(name).strip().lower()
        if wanted in self._by_name:
            return self._by_name[wanted]
        known = f"its layers are {', '.join(layer.paper_name for layer in self.layers)}."
        if len(self.layers) > MOST_NAMED:
            known = f"python -m explorer layers --network {self.name} lists its layers."
        hint = did_you_mean(wanted, self._by_name, known)
        raise InputError(f"{self.title} has no layer '{name}': {hint}")

    @property
    def lowest(self) -> Layer:
        """The first layer with weights, which looks at the picture itself."""
        return next(layer for layer in self.layers if layer.parameters)

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the classes by number."""
        return classes.imagenet()

    def class_name(self, number: int) -> str:
        """The first name of a class ("flamingo")."""
        return self.classes[number].split(", ")[0]

    def class_number(self, text: str | int) -> int:
        """The number of a class given by number or name; `InputError` if there is none."""
        return classes.class_number(text)

    @abstractmethod
    def output_size(self, layer: Layer, size: tuple[int, int]) -> tuple[int, int]:
        """(height, width) of a spatial layer's output for a picture of this (height, width)."""

    @abstractmethod
    def require(self, layer: Layer, size: tuple[int, int], what: str) -> None:
        """Check that `layer` can be computed here for pictures of this size.

        Raises:
            InputError: the size does not fit; `MissingWeights`: its weights are not here.
        """

    def check_computable(self, layer: Layer, size: tuple[int, int], what: str) -> None:
        """As `require`, and that something is left of a picture of this size at the layer."""
        self.require(layer, size, what)
        if layer.spatial and min(self.output_size(layer, size)) < 1:
            raise InputError(f"{what} needs a larger picture than {size[0]}×{size[1]}.")

    @abstractmethod
    def _load(self):
        """Build the Keras model with its weights and return the tensors to compute with."""

    def embedded_weights(self, layer: Layer) -> tuple[np.ndarray, np.ndarray] | None:
        """Kernel of `layer.weights_shape` and bias of a layer, float32, without TensorFlow.

        None if it has no weights, or they do not come with this program.
        """
        return None

    def kernel_pieces(self, layer: Layer) -> Iterator[np.ndarray]:
        """A layer's weights, biases apart, float32, in pieces that need little memory.

        It needs no TensorFlow.

        Raises:
            InputError: it has no weights, or they cannot be read; `MissingWeights`: they are not
                here.
        """
        if not layer.parameters:
            raise InputError(f"{layer.paper_name} has no weights.")
        kernel, _ = self.embedded_weights(layer)
        yield kernel

    def placeholders(self) -> dict:
        """What takes the place of `tensors` while the graph is drawn: shapes without values."""
        import tensorflow as tf

        tensors = {}
        for layer in self.layers:
            if layer.parameters:
                kernel = tf.compat.v1.placeholder(tf.float32, layer.weights_shape, "kernel")
                bias = tf.compat.v1.placeholder(tf.float32, (layer.channels,), "bias")
                made = Convolution(kernel, bias) if is_turnable(layer) else (kernel, bias)
                tensors[layer.name] = made
        return tensors

    @abstractmethod
    def preprocess(self, image):
        """(b, h, w, 3) RGB 0–255 -> what the first layer takes."""

    @abstractmethod
    def outputs(self, image, last: str, activate: Callable | None = None) -> dict:
        """Every layer up to `last`, by name: tensors for (b, h, w, 3) RGB 0–255.

        They are values before the layer's activation, see `activate`: (b, h, w, channels), or for a
        layer that is not spatial (b, units), or (b, h, w, units) where it runs at several places.

        Args:
            activate: called on the way in place of `activate`, as (layer, values); it returns the
                same values, and may send gradients back by another rule.
        """

    @abstractmethod
    def unit_map(self, image, layer: Layer, channel):
        """One channel of a layer before its activation: (b, h, w), or (b,) if not spatial."""

    def activate(self, layer: Layer, values):
        """What a layer passes on, from its values before the activation: any shape -> the same."""
        import tensorflow as tf

        return values if layer.activation == "linear" else getattr(tf.nn, layer.activation)(values)

    @property
    def tensors(self):
        """The weights as tensors."""
        self.load()
        return self._tensors

    def load(self) -> None:
        """Load the weights, if nobody has yet; to call before a trace or a clock begins."""
        with self._lock:
            if self._tensors is None:
                device.start()
                with device.keras_defaults(), reclaim.made_to_stay():
                    self._tensors = self._load()
                device.settle()

    def activations(self, image: np.ndarray, names: Iterable[str]) -> dict[str, np.ndarray]:
        """What layers answer to a picture.

        Args:
            image: uint8 (or 0–255 float) RGB, (height, width, 3).
            names: canonical or paper names of the layers wanted.

        Returns:
            Canonical name -> float32 (h, w, channels), or (units,), after the activation.
            `predictions` has the classes' scores before softmax, `softmax` their probabilities.
            Units that run at several places of a large picture answer with their mean.

        Raises:
            InputError: an unknown layer, a picture of the wrong shape, or missing weights.
        """
        size = size_of(image)
        listed = isinstance(names, Iterable) and not isinstance(names, str)
        wanted = [self.layer(name) for name in names] if listed else []
        if not wanted:
            raise InputError("Which layers are wanted must be a list with one name at least.")
        for layer in wanted:
            self.check_computable(layer, size, f"Layer {layer.paper_name}")
        if not (np.issubdtype(image.dtype, np.number) and np.isfinite(image).all()):
            raise InputError("A picture must consist of finite numbers, from 0 to 255.")
        order = [layer.name for layer in self.layers]
        names = tuple(sorted({layer.name for layer in wanted}, key=order.index))
        results = self._compiled_activations(names, size)(image[None].astype(np.float32))
        return {name: tensor[0].numpy() for name, tensor in zip(names, results, strict=True)}

    def _compile_activations(self, names: tuple[str, ...], size: tuple[int, int]):
        """For pictures of this size alone, as each further one would stay in memory too."""
        import tensorflow as tf

        self.load()

        @tf.function(autograph=False)
        def compute(image):
            outputs = self.outputs(image, names[-1])
            layers = [self.layer(name) for name in names]
            answers = [self.activate(layer, outputs[layer.name]) for layer in layers]
            return [
                values if layer.spatial else over_places(values)
                for layer, values in zip(layers, answers, strict=True)
            ]

        return compute


def stored_weights(path: Path, name: str) -> tuple[np.ndarray, np.ndarray]:
    """Kernel and bias of a layer from one of the files that come with this program, float32.

    Raises:
        InputError: the file is not there, or damaged.
    """
    try:
        with np.load(path) as arrays:
            return arrays[f"{name}/kernel"].astype(np.float32), arrays[f"{name}/bias"]
    except (OSError, EOFError, KeyError, ValueError, BadZipFile, zlib.error):
        raise InputError(
            f"The weights in {path.name} are missing or damaged: get this program anew."
        ) from None


def size_of(image: np.ndarray) -> tuple[int, int]:
    """(height, width) of a picture; `InputError` if it is not an array (h, w, 3)."""
    if not isinstance(image, np.ndarray):
        raise InputError("A picture must be an array; a photo is made one by `fitted`.")
    if image.ndim != 3 or image.shape[2] != 3:
        raise InputError(f"A picture must be RGB, of shape (height, width, 3), not {image.shape}.")
    return image.shape[:2]


def over_places(values):
    """The mean over the places of a map, if there are several: (b, h, w, c) or (b, c) -> (b, c)."""
    import tensorflow as tf

    return values if values.shape.rank == 2 else tf.reduce_mean(values, axis=(1, 2))
