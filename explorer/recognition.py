"""What a network takes a picture for: its best classes; no TensorFlow."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from explorer.errors import MissingWeights
from explorer.networks.network import Network

BEST = 5


@dataclass(frozen=True)
class Guess:
    """A class and how probable the network finds it.

    Attributes:
        number: of the class, from 0.
        name: its first name.
        probability: after softmax, 0 to 1.
    """

    number: int
    name: str
    probability: float


def guesses(network: Network, probabilities: np.ndarray, count: int = BEST) -> list[Guess]:
    """The most probable classes, the best first, from what the last layer answers: (classes,)."""
    order = np.argsort(-probabilities, kind="stable")[:count].tolist()
    return [Guess(i, network.class_name(i), float(probabilities[i])) for i in order]


def recognizes(network: Network) -> bool:
    """Whether the weights that a network needs for its classes are here."""
    try:
        size = (network.input_size, network.input_size)
        network.require(network.layers[-1], size, "Recognizing")
    except MissingWeights:
        return False
    return True


def who_recognizes(networks: Iterable[Network]) -> Network | None:
    """The first of these networks that can tell classes here."""
    return next(filter(recognizes, networks), None)
