"""Words for a class, a click away from where they appear."""

import streamlit as st

WORDS = {
    "Layer": "A step of the network; each works on what the one before it passed on.",
    "Weight": "One of the numbers that training has set. A filter of 3×3 places has nine for each "
    "channel that it looks at.",
    "Filter": "A pattern that a layer has learned, in the form of weights.",
    "Channel": "What one filter finds, as a map; it has the filter's number.",
    "Neuron": "One place of a channel's map; it sees its receptive field and nothing else.",
    "Activation": "How strongly a filter responds at a place; after ReLU it is never below zero.",
    "Convolution": "A layer that slides small filters over what it gets, and notes at each place "
    "how well they fit.",
    "Padding": "Zeros around what a convolution gets, so that its maps keep their size; some "
    "filters respond to that border.",
    "ReLU": "Sets what is negative to zero (ReLU6 also cuts at 6). Where all is zero, there is no "
    "gradient to follow.",
    "Pooling": "Halves width and height by keeping the strongest of every four values; "
    "EfficientNet-Lite0's averages whole maps.",
    "Receptive field": "The square of the photo that one value can see.",
    "Score": "What gradient ascent raises: the mean of a channel over its map before ReLU, or a "
    "class's value before softmax.",
    "Gradient": "How the score would change with each color of each pixel.",
    "Gradient ascent": "Changes a picture, step by step along the gradient, so that a score grows.",
    "Seed": "The number that the noise at the start is made from: the same seed, the same noise.",
    "Softmax": "Turns the scores of all classes into probabilities that add up to 1.",
    "Multiply-add": "One multiplication and one addition; how many a layer takes says how much it "
    "has to compute.",
    "Robust score": "The mean score of a picture moved and scaled a little; what only "
    "fine noise brings about is lost then.",
    "Spectrum": "How much of a picture is coarse and how much fine; fine grain is what is finer "
    "than four pixels a cycle.",
    "Jitter": "Moves the picture a little at each step, so that it must excite the target wherever "
    "it lies.",
    "Octave": "One of several sizes at which a picture is drawn, the small ones first.",
    "Attribution": "Which pixels of a photo count for a filter or a class.",
    "Grad-CAM": "Where in a photo the network sees a class: its last maps, weighed by how much "
    "each raises the score.",
    "Regularization": "Whatever keeps the growing picture natural: smooth, clipped, without grain.",
    "Preset": "A named recipe to start from; it says which source it follows.",
    "Recipe": "Everything that determines a picture; the same recipe gives the same picture.",
}


def offer() -> None:
    """A small button that opens the glossary."""
    with st.popover("Glossary", icon=":material/menu_book:", width="content"):
        for word, meaning in WORDS.items():
            st.markdown(f"**{word}**: {meaning}")
