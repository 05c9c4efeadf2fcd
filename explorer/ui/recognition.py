"""What a network takes a photo for, on the activations page."""

import streamlit as st

from explorer.errors import InputError
from explorer.images import Photo
from explorer.links import completed
from explorer.networks.network import Network
from explorer.recognition import Guess, guesses, recognizes
from explorer.ui import activations, networks

WHY = "why"
"""The place on the page where a class is followed back to the pixels."""


def best(model: Network, photo: Photo) -> list[Guess]:
    """The classes that a network finds most probable, the best first; none if it cannot tell.

    Raises:
        InputError: the weights that it needs are damaged.
    """
    if not recognizes(model):
        return []
    last = model.layers[-1]
    return guesses(activations.answers(model, photo, [last])[last.name])


def show(model: Network, photo: Photo) -> None:
    """The five best classes with their probabilities, or which network could tell them."""
    if not recognizes(model):
        return networks.offer_classes(activations.PAGE, activations.fill, model)
    try:
        found = best(model, photo)
    except InputError as error:
        return st.info(str(error))
    st.markdown(f"**What {model.title} takes it for**")
    with st.container(key="guesses"):
        for guess in found:
            st.progress(guess.probability, text=f"{guess.name} · {guess.probability:.1%}")
    st.markdown(f"[Which pixels speak for a class ↓](#{WHY})")
    st.page_link(
        "pages/3_Feature_visualization.py",
        label=f"Draw what {found[0].name} looks like to it",
        icon=":material/palette:",
        query_params=completed(networks.as_link(model) | {"class": str(found[0].number)}),
    )
