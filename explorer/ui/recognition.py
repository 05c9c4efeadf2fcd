"""What a network takes a photo for, on the activations page."""

import streamlit as st

from explorer.errors import InputError
from explorer.images import Photo
from explorer.networks.network import Network
from explorer.recognition import Guess, guesses, recognizes
from explorer.ui import activations, networks
from explorer.ui.plain import literal


def show(model: Network, photo: Photo) -> list[Guess]:
    """The best classes with their probabilities, or which network could tell them.

    Returns:
        The classes, the best first; none if the network cannot tell them here.
    """
    if not recognizes(model):
        networks.offer_classes(activations.PAGE, activations.fill, model)
        return []
    last = model.layers[-1]
    try:
        found = guesses(model, activations.answers(model, photo, [last])[last.name])
    except InputError as error:
        st.info(literal(error))
        return []
    st.markdown(f"**What {model.title} takes it for**")
    with st.container(key="guesses"):
        for guess in found:
            st.progress(guess.probability, text=f"{guess.name} · {guess.probability:.1%}")
    st.markdown(f"[Which pixels speak for a class ↓](#{activations.CLASS_ANCHOR})")
    st.page_link(
        "pages/3_Feature_visualization.py",
        label=f"Draw what {found[0].name} looks like to it",
        icon=":material/palette:",
        query_params=networks.as_link(model) | {"class": str(found[0].number)},
    )
    return found
