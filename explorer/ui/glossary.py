"""Ten words for a class, a click away from where they appear."""

import streamlit as st

WORDS = {
    "Convolution": "slides small filters over a picture and notes at each place how well they fit.",
    "Layer": "a step of the network; each works on what the one before it passed on.",
    "Filter, channel": "a pattern that a layer has learned, and the map of where it was found.",
    "Activation": "how strongly a filter answers at a place; after ReLU it is never below zero.",
    "ReLU": "sets negative answers to zero (ReLU6 also cuts at 6); where all is zero, no gradient.",
    "Pooling": "halves width and height by keeping the strongest answer of every four.",
    "Receptive field": "the square of the photo that one answer can depend on.",
    "Gradient ascent": "changes the picture, step by step, so that a chosen answer grows.",
    "Regularization": "keeps the growing picture natural: smooth, clipped, without loud grain.",
    "Recipe": "everything that determines a picture; the same recipe gives the same picture.",
}


def offer() -> None:
    """A small button that opens the glossary."""
    with st.popover("Words", icon=":material/menu_book:", width="content"):
        for word, meaning in WORDS.items():
            st.markdown(f"**{word}**: {meaning}")
