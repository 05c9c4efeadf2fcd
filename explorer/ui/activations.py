"""The filter activations page: its address, what it computes, and its controls."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from explorer.activations import (
    MODES,
    MOST_FILTERS,
    REPORT_FILTERS,
    SCALES,
    has_maps,
    map_layer,
    means,
    numbers_in,
    strongest,
)
from explorer.errors import InputError
from explorer.images import SAMPLES, Photo
from explorer.links import YOURS, photo_in, whole
from explorer.networks import load_network
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.ui import networks, steady
from explorer.ui.photo_cache import remembered
from explorer.ui.photos import FIRST_SAMPLE, own_photo
from explorer.ui.plain import literal
from explorer.ui.session import warm_up

PAGE = "activations"
VIEWS = ("layer", "row")
SWITCHES = ("overlay", "pixels")
MODE_WORDS = {"first": "First", "strongest": "Strongest", "numbers": "By number"}
SCALE_WORDS = {"filter": "Per filter", "layer": "Per layer", "global": "Global"}
DEFAULTS = {"view": "layer", "mode": MODES[0], "scale": SCALES[0]}
FIRST_NUMBERS = "0-4"
LARGE = 448
"""Pixels of a side of a large picture."""
ANCHOR, CLASS_ANCHOR = "one-filter", "why"


# ---- The address


def fill(link: Mapping[str, str]) -> list[str]:
    """Set the page's controls from an address; returns complaints."""
    state, complaints = st.session_state, []
    model = networks.of_link(PAGE, link, complaints)

    def tried(read: Callable, otherwise):
        try:
            return read()
        except InputError as error:
            complaints.append(str(error))
            return otherwise

    for name, known in (("view", VIEWS), ("mode", MODES), ("scale", SCALES)):
        value = link.get(name, DEFAULTS[name])
        if value not in known:
            complaints.append(f"The {name} is one of {', '.join(known)}, not '{value[:40]}'.")
            value = DEFAULTS[name]
        state[f"{PAGE}:{name}"] = value
    first = model.layer(model.first_layer)
    layer = tried(lambda: map_layer(model, link.get("layer", first.name)), first)
    state[f"{PAGE}:layer"] = layer.paper_name
    state[f"{PAGE}:count"], state[f"{PAGE}:numbers"] = REPORT_FILTERS, FIRST_NUMBERS
    if text := link.get("filters"):
        if state[f"{PAGE}:mode"] == "numbers":
            valid = tried(lambda: bool(numbers_in(text, layer)), False)
            state[f"{PAGE}:numbers"] = text if valid else FIRST_NUMBERS
        else:
            state[f"{PAGE}:count"] = tried(
                lambda: whole(text, "number of filters", 1, MOST_FILTERS), REPORT_FILTERS
            )
    for name in SWITCHES:
        read = partial(whole, link.get(name, "0"), name, 0, 1)
        state[f"{PAGE}:{name}"] = bool(tried(read, 0))
    last = layer.channels - 1
    state[f"{PAGE}:filter"] = None
    if dict(link) != state.get(f"{PAGE}:link"):  # else the page comes back as it was left
        state[f"{PAGE}:found"] = None
    if "filter" in link:
        read = partial(whole, link["filter"], "filter", 0, last)
        state[f"{PAGE}:filter"] = tried(read, None)
    state[f"{PAGE}:class"] = None
    if "class" in link:
        read = partial(model.class_number, link["class"])
        state[f"{PAGE}:class"] = tried(read, None)
    if photo := link.get("photo", link.get("own")):
        own = own_photo() and own_photo().name
        state[f"{PAGE}:photo"] = tried(lambda: photo_in(photo, own), FIRST_SAMPLE)
    return complaints


def link() -> dict[str, str]:
    """What the page shows, as its address; of one's own photo it says only that it is that."""
    state = st.session_state
    entries = networks.as_link(load_network(state[f"{PAGE}:network"]))
    entries |= {name: state[f"{PAGE}:{name}"] for name in ("view", "layer", "photo", "mode")}
    if entries["photo"] not in SAMPLES:
        del entries["photo"]
        entries["own"] = YOURS
    if entries["view"] == "layer":
        of = "numbers" if entries["mode"] == "numbers" else "count"
        entries["filters"] = str(state[f"{PAGE}:{of}"])
    entries["scale"] = state[f"{PAGE}:scale"]
    entries |= {name: "1" for name in SWITCHES if state[f"{PAGE}:{name}"]}
    if state.get(f"{PAGE}:class") is not None:
        entries["class"] = str(state[f"{PAGE}:class"])
    return entries | {"filter": str(state[f"{PAGE}:filter"])}


# ---- What is computed


def answers(model: Network, photo: Photo, layers: Sequence[Layer]) -> dict[str, np.ndarray]:
    """What layers answer to a photo; computed once and remembered for a while."""
    loading = warm_up(model.name).is_alive()
    words = (
        f"Loading TensorFlow and {model.title}: this happens once and takes some ten seconds …"
        if loading
        else f"Showing the photo to {model.title} …"
    )
    with st.spinner(words):
        return _answers(photo, model.name, tuple(layer.name for layer in layers))


@remembered(max_size="48MB")
def _answers(photo: Photo, network: str, layers: tuple[str, ...]) -> dict[str, np.ndarray]:
    model = load_network(network)
    return model.activations(photo.fitted((model.input_size, model.input_size)), layers)


# ---- Controls


def choose_layers(model: Network) -> list[Layer]:
    """Choose the view and the layer; returns the layers to show."""
    left, right = st.columns((7, 5), gap="medium", vertical_alignment="bottom")
    view = left.segmented_control(
        "View",
        VIEWS,
        format_func={"layer": "One layer", "row": model.row_title}.get,
        key=f"{PAGE}:view",
        required=True,
        help=f"{model.row_title}: {', '.join(model.row)}.",
    )
    layer = right.selectbox(
        "Layer" if view == "layer" else "Layer of the chart and of the single filter below",
        [layer.paper_name for layer in model.layers if has_maps(layer)],
        key=f"{PAGE}:layer",
        format_func=lambda name: f"{name} · {dimensions(model.layer(name))}",
        on_change=_layer_chosen,
    )
    return [model.layer(name) for name in (model.row if view == "row" else [layer])]


def _layer_chosen() -> None:
    if not steady.overruled(f"{PAGE}:layer"):
        with steady.setting():
            st.session_state[f"{PAGE}:filter"] = None


def choose_filters(layers: Sequence[Layer]) -> tuple[Callable[[np.ndarray], list[int]], str]:
    """Choose which filters of the layers to show.

    Returns:
        A function from an answer to channels, and the same as a Python expression.
    """
    state = st.session_state
    single = state[f"{PAGE}:view"] == "layer"
    modes = [mode for mode in MODES if single or mode != "numbers"]
    if state[f"{PAGE}:mode"] not in modes:
        state[f"{PAGE}:mode"] = modes[0]
    mode = st.segmented_control(
        "Filters",
        modes,
        format_func=MODE_WORDS.get,
        key=f"{PAGE}:mode",
        required=True,
        wrap=True,
        help="The strongest are those with the highest mean activation for this photo.",
    )
    count = REPORT_FILTERS
    fields = {"numbers": mode == "numbers", "count": mode != "numbers" and single}
    steady.keep(*(f"{PAGE}:{name}" for name, drawn in fields.items() if not drawn))
    if mode == "numbers":
        text = st.text_input(
            f"Their numbers, from 0 to {layers[0].channels - 1}",
            key=f"{PAGE}:numbers",
            placeholder="3, 17, 40-44",
            max_chars=300,
        )
        try:
            numbers = numbers_in(text, layers[0])
            return lambda answer: numbers, str(numbers)
        except InputError as error:
            st.error(literal(error))
    elif single:
        most = min(MOST_FILTERS, layers[0].channels)
        state[f"{PAGE}:count"] = min(state[f"{PAGE}:count"], most)
        count = st.slider("How many filters", 1, most, key=f"{PAGE}:count")
    if mode == "strongest":
        return lambda answer: strongest(answer, count), f"strongest(answer, {count})"
    return lambda answer: list(range(answer.shape[-1]))[:count], f"range({count})"


def choose_colors() -> tuple[str, bool]:
    """Choose the color scale, and whether the maps lie over the photo."""
    scale = st.segmented_control(
        "Color scale",
        SCALES,
        format_func=SCALE_WORDS.get,
        key=f"{PAGE}:scale",
        required=True,
        wrap=True,
        help="Each runs from 0 to the highest activation: of the filter, so that maps cannot be "
        "compared by their brightness, of all filters of its layer, or of all layers shown.",
    )
    return scale, st.toggle("Overlay on the photo", key=f"{PAGE}:overlay")


def settle_filter(answer: np.ndarray, shown: Sequence[int]) -> None:
    """The filter looked at; until one is chosen, the strongest of those shown, of any photo."""
    state, strengths = st.session_state, means(answer)
    if state.get(f"{PAGE}:filter") in (None, state.get(f"{PAGE}:found")):
        among = shown or range(len(strengths))
        found = int(max(among, key=lambda channel: strengths[channel]))
        state[f"{PAGE}:filter"] = state[f"{PAGE}:found"] = found


def dimensions(layer: Layer) -> str:
    """The shape of a layer's maps, in words."""
    height, width, channels = layer.output_shape
    return f"{height} × {width} positions, {channels} filters"
