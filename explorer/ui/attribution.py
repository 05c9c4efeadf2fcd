"""Which pixels of the photo excite a filter, or speak for a class: three methods side by side."""

from collections.abc import Sequence

import numpy as np
import streamlit as st

from explorer.activations import silence, statistics
from explorer.attribution import (
    ATTRIBUTIONS,
    attribution,
    cautions,
    seen_by,
    signed_picture,
    strength_picture,
)
from explorer.errors import InputError
from explorer.grad_cam import cam_picture, grad_cam
from explorer.images import Photo, data_url, jpeg_bytes
from explorer.networks import load_network
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.recognition import Guess
from explorer.sheets import enlarged
from explorer.targets import Target, is_class
from explorer.ui.activations import CLASS_ANCHOR, LARGE, PAGE
from explorer.ui.photo_cache import remembered
from explorer.ui.plain import literal

STYLE = """
<style>
[class*="st-key-attributions"] { display: grid; gap: 1rem;
  grid-template-columns: repeat(auto-fit, minmax(min(13rem, 45%), 1fr)); }
[class*="st-key-attributions"] > div { width: auto; }
</style>
"""
HELP = (
    "For the place where the photo excites it most. The gradient says which pixels would raise or "
    "lower the activation there; deconvnet and guided backpropagation, beside it, draw sharper "
    "patterns, but do not say what would change it."
)
CLASS_HELP = (
    "The gradient says which pixels would raise or lower the score of the class, before softmax; "
    "deconvnet and guided backpropagation, beside it, draw sharper patterns, but do not say what "
    "would change it."
)
READING = (
    "In the upper pictures gray is nothing. In the gradient's, more red than gray means that more "
    "red counts for it, less that it counts against it, and so for green and blue; of the other "
    "two only the pattern can be read. The lower ones say how much each pixel counts, whichever "
    "way. Each picture has its own range of colors."
)
CAM_READING = (
    " Below the photo, where it sees the class (Grad-CAM, Selvaraju et al. 2017): the channels of "
    "its last map, each weighed by how much it raises the score, as color over the gray photo."
)


def offer(layer: Layer, answer: np.ndarray) -> tuple[Target | None, object]:
    """Ask whether to show it.

    Args:
        answer: of the layer that is looked at.

    Returns:
        The filter at the place where the photo excites it most, or None if nothing is to be shown;
        and the room to `show` it in.
    """
    state = st.session_state
    wanted = st.toggle("Which pixels excite it", key=f"{PAGE}:pixels")
    st.caption(HELP)
    room, channel = st.container(), state[f"{PAGE}:filter"]
    numbers = statistics(answer[..., channel])
    if wanted and numbers.highest <= 0:
        room.info(f"No pixel does: the filter is {silence(layer)} on the photo.")
    if not wanted or numbers.highest <= 0:
        return None, room
    return Target(layer.paper_name, channel, (numbers.row, numbers.column)), room


def offer_classes(model: Network, found: Sequence[Guess]) -> tuple[Target | None, object]:
    """Ask for which class of a photo to show it.

    Args:
        found: the classes that the network takes the photo for; none if it cannot tell them here.

    Returns:
        The class, resolved, or None if nothing is to be shown; and the room to `show` it in.
    """
    state = st.session_state
    if not found:
        return None, None
    st.subheader("Which pixels speak for a class?", anchor=CLASS_ANCHOR)
    numbers = [guess.number for guess in found]
    if state.get(f"{PAGE}:class") not in (None, *numbers):
        numbers.append(state[f"{PAGE}:class"])
    st.pills("Choose a class", numbers, format_func=model.class_name, key=f"{PAGE}:class")
    st.caption(CLASS_HELP)
    number, room = state[f"{PAGE}:class"], st.container()
    if number is None:
        return None, room
    size = (model.input_size, model.input_size)
    return Target(class_=number).resolved(model, size), room


def show(room, model: Network, photo: Photo, target: Target) -> None:
    """The part of the photo that the target sees, and what each method finds in it."""
    size = (model.input_size, model.input_size)
    where, place = _in_words(model, target), "What it sees there"
    if target.position:
        row, column = target.position
        seen = f"At row {row}, column {column} of its map. "
        alt = f"The part of the photo that {where} sees at row {row}, column {column}"
    else:
        place, seen, alt = "The photo", "", "The photo"
    reading = READING + CAM_READING * (target.position is None)
    with room:
        st.html(STYLE)
        try:
            with st.spinner(f"Following {where} back to the pixels …"):
                cam, found = _pictures(photo, model.name, target)
        except InputError as error:
            st.error(literal(error))
            return
        with st.container(horizontal=True, key=f"attributions-{target.kind}"):
            with st.container():
                patch = seen_by(model, target, size).cut(photo.fitted(size))
                st.markdown(f"**{place}**")
                st.image(_url(patch), width="stretch", alt=alt)
                if cam:
                    st.image(cam, width="stretch", alt=f"Grad-CAM: where the photo shows {where}")
                st.caption(f"{seen}The lower picture: where it sees the class." if cam else seen)
            for name, method in ATTRIBUTIONS.items():
                signed, strong = found[name]
                with st.container():
                    st.markdown(f"**{method.title}**")
                    st.image(
                        signed, width="stretch", alt=f"{method.title}: which pixels excite {where}"
                    )
                    st.image(
                        strong,
                        width="stretch",
                        alt=f"{method.title}: how much each pixel counts, over the photo",
                    )
                    st.caption(f"{method.help} Each ReLU passes back {method.rule}.")
        st.caption(" ".join([reading, *cautions(model)]))


def _in_words(model: Network, target: Target) -> str:
    """A filter or a class in words: "conv3_1, filter 1", "class tabby"."""
    if is_class(model, target):
        return f"class {model.class_name(target.channel)}"
    return f"{model.layer(target.layer).paper_name}, filter {target.channel}"


@remembered(max_size="24MB")
def _pictures(
    photo: Photo, network: str, target: Target
) -> tuple[str | None, dict[str, tuple[str, str]]]:
    """Addresses of pictures: a class's Grad-CAM, and each method's signs and strengths."""
    model = load_network(network)
    size = (model.input_size, model.input_size)
    image, square, pictures, cam = photo.fitted(size), seen_by(model, target, size), {}, None
    if is_class(model, target):
        cam = _url(cam_picture(image, grad_cam(model, image, target)))
    for method in ATTRIBUTIONS:
        values = square.cut(attribution(model, image, target, method))
        over = strength_picture(square.cut(image), values)
        pictures[method] = _url(signed_picture(values)), _url(over)
    return cam, pictures


def _url(pixels: np.ndarray) -> str:
    return data_url(jpeg_bytes(enlarged(pixels, LARGE), 90))
