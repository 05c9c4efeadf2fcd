"""The network that a page is about: chosen on the page, and kept in its address."""

from collections.abc import Callable, Mapping

import streamlit as st

from explorer.errors import InputError
from explorer.networks import DEFAULT_NETWORK, NETWORKS, load_network
from explorer.networks.network import Network
from explorer.recognition import recognizes, who_recognizes
from explorer.ui import steady
from explorer.ui.session import ask

Fill = Callable[[Mapping[str, str]], list[str]]
"""What `address.enter` fills a page with: sets its state from a link, returns complaints."""
OF_ONE_NETWORK = (
    *("layer", "channel", "position", "relu", "direction", "weight", "also"),
    "filter",
)
"""Parameters of an address that mean nothing to another network."""
NUMBERS = "filters"
"""A parameter that does not either, where it gives numbers of filters, not how many."""
KEPT_AS_SET = ("seed", "size")
"""Widgets of any network; the click may have changed them too, so that the address is behind."""


def of_link(page: str, link: Mapping[str, str], complaints: list[str]) -> Network:
    """The network that an address names, set as the page's; a complaint if there is none."""
    try:
        model = load_network(link.get("network", DEFAULT_NETWORK)[:40])
    except InputError as error:
        complaints.append(str(error))
        model = load_network()
    st.session_state[f"{page}:network"] = model.name
    return model


def as_link(model: Network) -> dict[str, str]:
    """The network in an address; the one that is meant without saying is left out."""
    return {} if model.name == DEFAULT_NETWORK else {"network": model.name}


def switch(page: str, fill: Fill, name: str) -> None:
    """Show a page's state with another network, as far as it has a meaning there."""
    state = st.session_state
    link = st.query_params.to_dict()
    lost = (*OF_ONE_NETWORK, NUMBERS) if link.get("mode") == "numbers" else OF_ONE_NETWORK
    link = {name: value for name, value in link.items() if name not in lost}
    now = {key: state[key] for each in KEPT_AS_SET if (key := f"{page}:{each}") in state}
    with steady.setting():
        fill(link | {"network": name})
        state.update(now)
    state[f"{page}:wanted"] = False


def choose(page: str, fill: Fill) -> Network:
    """Choose the network of a page."""
    key = f"{page}:network"

    def chosen() -> None:
        if not steady.overruled(key):
            switch(page, fill, st.session_state[key])

    st.segmented_control(
        "Network",
        NETWORKS,
        key=key,
        format_func=lambda name: load_network(name).title,
        required=True,
        on_change=chosen,
        label_visibility="collapsed",
    )
    return load_network(st.session_state[key])


def offer_classes(page: str, fill: Fill, model: Network) -> None:
    """Where a network's classes cannot be computed here, say so and offer one whose can."""
    other = None if recognizes(model) else who_recognizes(map(load_network, NETWORKS))
    if other is None:
        return
    st.caption(
        f"{model.title} cannot tell classes here, as the weights of its dense layers are missing; "
        f"{other.title} can."
    )

    def clicked():
        switch(page, fill, other.name)
        ask(page)

    st.button(f"Ask {other.title}", on_click=clicked, icon=":material/swap_horiz:")
