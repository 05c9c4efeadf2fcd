"""The network that a page is about: chosen on the page, and kept in its address."""

from collections.abc import Callable, Mapping

import streamlit as st

from explorer.errors import InputError
from explorer.networks import DEFAULT_NETWORK, NETWORKS, load_network
from explorer.networks.network import Network
from explorer.ui.session import network

OF_ONE_NETWORK = ("layer", "channel", "position", "relu", "filter", "filters")
"""Parameters of an address that mean nothing to another network."""


def of_link(page: str, link: Mapping[str, str], complaints: list[str]) -> Network:
    """The network that an address names, set as the page's; a complaint if there is none."""
    name = link.get("network", DEFAULT_NETWORK)
    try:
        load_network(name[:40])
    except InputError as error:
        complaints.append(str(error))
        name = DEFAULT_NETWORK
    st.session_state[f"{page}:network"] = name
    return network(name)


def as_link(model: Network) -> dict[str, str]:
    """The network in an address; the one that is meant without saying is left out."""
    return {} if model.name == DEFAULT_NETWORK else {"network": model.name}


def switch(page: str, fill: Callable[[Mapping[str, str]], list[str]], name: str) -> None:
    """Show a page's state with another network, as far as it has a meaning there."""
    link = {k: v for k, v in st.session_state[f"{page}:link"].items() if k not in OF_ONE_NETWORK}
    fill(link | {"network": name})


def choose(page: str, fill: Callable[[Mapping[str, str]], list[str]]) -> Network:
    """Choose the network of a page; `fill` is what `address.enter` fills it with."""
    key = f"{page}:network"
    st.segmented_control(
        "Network",
        NETWORKS,
        key=key,
        format_func=lambda name: load_network(name).title,
        required=True,
        on_change=lambda: switch(page, fill, st.session_state[key]),
        label_visibility="collapsed",
    )
    return network(st.session_state[key])
