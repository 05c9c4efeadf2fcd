"""The networks to explore."""

from functools import cache

from explorer.errors import InputError, did_you_mean
from explorer.networks.efficientnet_lite0 import EfficientNetLite0
from explorer.networks.network import Network
from explorer.networks.vgg16 import VGG16

NETWORKS: dict[str, type[Network]] = {
    network.name: network for network in (VGG16, EfficientNetLite0)
}
"""Every network by name; a further one is a class in a file of its own, and an entry here."""

DEFAULT_NETWORK = "vgg16"
"""The one that is meant where none is named."""


def load_network(name: str = DEFAULT_NETWORK) -> Network:
    """The network of this name, the same object at every call.

    Its structure is there at once; weights are loaded by the first computation.

    Raises:
        InputError: there is no such network.
    """
    if not isinstance(name, str) or name not in NETWORKS:
        hint = did_you_mean(name, NETWORKS)
        raise InputError(f"There is no network called '{name}': {hint}")
    return _network(name)


@cache
def _network(name: str) -> Network:
    return NETWORKS[name]()
