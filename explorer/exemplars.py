"""Photos that excite a target most, and where: what it meets in the world, beside what is drawn.

Pictures that are drawn show what excites a filter beyond all photos; photos help people more to say
what it is (Borowski et al., “Exemplary Natural Images Explain CNN Activations Better than
State-of-the-Art Feature Visualization”, 2021).
"""

from dataclasses import dataclass, replace

import numpy as np

from explorer.activations import statistics
from explorer.attribution import seen_by
from explorer.errors import InputError
from explorer.images import Photo
from explorer.networks.network import Network
from explorer.receptive_fields import Square
from explorer.targets import Target, is_class


@dataclass(frozen=True, eq=False)
class Exemplar:
    """A photo that excites a target.

    Attributes:
        photo: its name.
        score: the highest activation in the photo, after ReLU; a class's score before softmax.
        square: what is seen there of the photo at the network's own input size; all of it, if the
            target has no map.
        patch: the photo there: uint8 RGB (h, w, 3).
    """

    photo: str
    score: float
    square: Square
    patch: np.ndarray


def has_exemplars(target: Target) -> bool:
    """Whether photos can be ranked by a target: it is a single channel, a neuron or a class.

    A target that is held down has none, as most photos leave most filters silent somewhere.
    """
    single = target.channel is not None or target.class_ is not None
    return single and target.weight > 0 and not target.also


def exemplar(network: Network, target: Target, photo: Photo) -> Exemplar | None:
    """What of a photo excites a target most; None where it is silent on the photo.

    Of a neuron only the channel counts: the photo is looked through at every place.

    Args:
        target: a channel, a neuron or a class; resolved or not.

    Raises:
        InputError: there is no such target, it is another kind of target, or weights are missing.
    """
    side = network.input_size
    target = target.resolved(network, (side, side))
    if not has_exemplars(target):
        raise InputError("Photos are ranked by a single channel or class that is not held down.")
    layer, image = network.layer(target.layer), photo.fitted(side)
    values = network.activations(image, [layer.name])[layer.name][..., target.channel]
    score = float(values.max())
    if score <= 0 and not is_class(network, target):
        return None
    highest = statistics(values) if layer.spatial else None
    place = highest and (highest.row, highest.column)
    square = seen_by(network, replace(target, position=place), (side, side))
    return Exemplar(photo.name, score, square, square.cut(image))
