"""Controls that say what to excite."""

import math
import random
from collections.abc import Callable, Iterable
from dataclasses import replace

import streamlit as st

from explorer.errors import InputError
from explorer.images import SAMPLES, Photo
from explorer.links import BETWEEN_TERMS, terms_of, terms_text
from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.targets import (
    EXCITABLE,
    LARGEST_WEIGHT,
    Target,
    direction_of,
    direction_text,
    is_plain,
    only_adds_colors,
)
from explorer.ui import messages, steady
from explorer.ui.fields import number_field
from explorer.ui.plain import literal
from explorer.ui.session import ask

KINDS = {
    "Channel": "One channel of a layer: its mean over the map, or one neuron.",
    "Class": "One of the 1,000 classes, before softmax.",
    "Layer": "A whole layer: whatever it already responds to grows (DeepDream).",
    "Photo": "What a layer sees in a photo, drawn anew (a caricature).",
    "Direction": "A mixture of a layer's channels, in which the picture should make it answer.",
}
"""What can be excited, each with a line on it."""
DRAWN = {
    "Channel": ("layer", "channel", "where", "relu", "mix", "second", "share"),
    "Class": ("class",),
    "Layer": ("layer",),
    "Photo": ("layer", "of"),
    "Direction": ("layer", "direction", "relu"),
}
"""Widgets of each kind; what the others hold is kept until they are drawn again."""
MEAN = "mean"
DIGITS = 12
"""To which the share of the first of two channels is rounded."""


# ---- From a target to the controls


def fill(page: str, network: Network, target: Target) -> None:
    """Set the controls to a resolved target."""
    state = st.session_state
    kind = _kind(network, target)
    second, others = _mixed(target)
    state[f"{page}:kind"] = kind
    if kind == "Class":
        state[f"{page}:class"] = target.channel
    else:
        state[f"{page}:layer"] = network.layer(target.layer).paper_name
        state[f"{page}:channel"] = target.channel or 0
    position = target.position or MEAN
    given = isinstance(position, str)
    state[f"{page}:where"] = position if given else ",".join(map(str, position))
    state[f"{page}:relu"] = target.after_relu
    state[f"{page}:of"] = target.photo or next(iter(SAMPLES))
    state.pop(f"{page}:direction", None)
    if target.direction:
        state[f"{page}:direction"] = direction_text(target.direction)
    state[f"{page}:down"] = target.weight < 0
    state[f"{page}:mix"] = second is not None
    state[f"{page}:second"] = second.channel if second else 0
    state[f"{page}:share"] = abs(second.weight) if second else 0.5
    state[f"{page}:weight"] = 1.0 if second else abs(target.weight)
    state[f"{page}:also"] = terms_text(network, others)


def can_show(target: Target) -> bool:
    """Whether controls and addresses can say this target: further ones are plain."""
    return all(is_plain(term) for term in target.also)


def _kind(network: Network, target: Target) -> str:
    if target.channel is None:
        return target.kind.capitalize()
    return "Class" if target.layer == network.class_layer else "Channel"


def _mixed(target: Target) -> tuple[Target | None, tuple[Target, ...]]:
    """The second of two channels between which a target lies, and the targets beside them."""
    if not target.also:
        return None, ()
    second, *others = target.also
    alike = replace(second, channel=target.channel, weight=target.weight)
    between = (
        target.kind == "channel"
        and second.channel is not None
        and alike == replace(target, also=())
        and target.weight * second.weight > 0
        and math.isclose(abs(target.weight + second.weight), 1)
    )
    return (second, tuple(others)) if between else (None, target.also)


# ---- From the controls to a target


def choose(page: str, network: Network, photo: Photo | None) -> Target | None:
    """Choose what to excite; None where that is not understood, which is told beside it."""
    state = st.session_state
    kind = st.segmented_control("Excite", KINDS, key=f"{page}:kind", required=True, wrap=True)
    st.caption(KINDS[kind])
    hidden = {name for names in DRAWN.values() for name in names} - set(DRAWN[kind])
    steady.keep(*(f"{page}:{name}" for name in hidden))
    target = _KINDS[kind](page, network, photo)
    set_there = state.get(f"{page}:down"), state.get(f"{page}:also")
    opened = _open(f"{page}:against", set_there)
    with st.expander("Hold it down, or add others", expanded=opened, key=f"{page}:more"):
        down = st.toggle("Hold it down", key=f"{page}:down")
        st.caption("Draws what the target responds to least: its score is taken times −1.")
        plain = target and target.position is None and not target.after_relu
        mixed = kind == "Channel" and plain and bool(state.get(f"{page}:mix"))
        state.setdefault(f"{page}:weight", 1.0)
        weight = number_field(
            "Weight of this one",
            0.0,
            float(LARGEST_WEIGHT),
            f"{page}:weight",
            format="%g",
            disabled=mixed,
            help="Their scores are added, each times its weight.",
        )
        text = st.text_input(
            "Further targets",
            key=f"{page}:also",
            placeholder=f"{network.layer(network.first_layer).paper_name}:6 | -0.5*class:flamingo",
            help=f"WEIGHT*LAYER:CHANNEL, LAYER or class:NAME, with {BETWEEN_TERMS} between them; "
            "a weight below 0 holds that one down.",
        )
        also = _tried(lambda: terms_of(text))
    if target is None or also is None:
        return None
    sign = -1.0 if down else 1.0
    if mixed:
        between = tuple(replace(term, weight=sign * term.weight) for term in target.also)
        weight, also = target.weight, (*between, *also)
    return replace(target, weight=sign * weight, also=also)


def _open(name: str, set_there: Iterable) -> bool:
    """Whether an expander is open: once something in it was set, until the visit ends."""
    state = st.session_state
    state[f"{name}:open"] = state.get(f"{name}:open", False) or any(set_there)
    return state[f"{name}:open"]


def _tried(read):
    """What a text says, or None and why not below it."""
    try:
        return read()
    except InputError as error:
        st.error(literal(error))
        return None


def _class(page: str, network: Network, photo: Photo | None) -> Target:
    st.session_state.setdefault(f"{page}:class", 130)
    number = st.selectbox(
        "Class",
        range(len(network.classes)),
        format_func=lambda i: f"{network.classes[i]} ({i})",
        key=f"{page}:class",
        help="Type a part of the name. The score is the value before softmax.",
    )
    return Target(class_=number)


def _channel(page: str, network: Network, photo: Photo | None) -> Target:
    state = st.session_state
    layer = _layer_of(page, network, lambda layer: layer.name != network.class_layer)
    last = layer.channels - 1
    state[f"{page}:channel"] = min(state.get(f"{page}:channel", 1), last)
    channel = number_field(f"Channel, 0 to {last}", 0, last, f"{page}:channel")

    def move(by: int | None) -> None:
        if messages.of_a_part():  # a poll that left beside the click carries a copy of it
            return
        with steady.setting():
            moved = random.randrange(last + 1) if by is None else state[f"{page}:channel"] + by
            state[f"{page}:channel"] = moved % (last + 1)
        ask(page)

    with st.container(horizontal=True, gap="small"):
        for label, by, key in (("Previous", -1, "P"), ("Next", 1, "N"), ("Random", None, "X")):
            st.button(label, on_click=move, args=(by,), key=f"{page}:{label}", shortcut=key)
    elsewhere = state.get(f"{page}:where", MEAN) != MEAN
    set_there = elsewhere, state.get(f"{page}:relu"), state.get(f"{page}:mix")
    with st.expander("Where, ReLU, or a second channel", expanded=_open(f"{page}:how", set_there)):
        position = None
        if layer.spatial:
            position = _place(page)
        else:
            steady.keep(f"{page}:where")
        after_relu = _after_relu(page, layer)
        target = Target(layer.name, channel, position, after_relu)
        mixed = _mix(page, layer, target)
    if only_adds_colors(network, target):
        _advise_relu(page, layer)
    return mixed


def _mix(page: str, layer: Layer, target: Target) -> Target:
    """Choose a second channel to go towards; the target that lies between both, or the first."""
    state, last = st.session_state, layer.channels - 1
    whole = target.position is None and not target.after_relu
    mixed = st.toggle("Go towards a second channel", key=f"{page}:mix", disabled=not whole)
    st.caption(
        "Draws what lies between two channels of the layer."
        if whole
        else "Only between whole channels, before ReLU."
    )
    if not (mixed and whole):
        steady.keep(f"{page}:second", f"{page}:share")
        return target
    left, right = st.columns(2)
    state[f"{page}:second"] = min(state.get(f"{page}:second", 0), last)
    state.setdefault(f"{page}:share", 0.5)
    with left:
        second = number_field("Second channel", 0, last, f"{page}:second")
    share = right.slider(
        "Share of the second",
        0.0,
        1.0,
        step=0.05,
        key=f"{page}:share",
        help="0 is the first channel alone, 1 the second.",
    )
    parts = ((target.channel, round(1 - share, DIGITS)), (second, share))
    first, *also = (Target(layer.name, n, weight=weight) for n, weight in parts if weight)
    return replace(first, also=tuple(also))


def _advise_relu(page: str, layer: Layer) -> None:
    """Say why a first layer's picture is one color, with a way to another one."""

    def take() -> None:
        with steady.setting():
            st.session_state[f"{page}:relu"] = True
        ask(page)

    st.caption(
        f"Before ReLU, {layer.paper_name} only adds up colors, so that the best picture for the "
        "mean of its map is one color. After it, a filter for edges gets edges."
    )
    st.button("Take it after ReLU", on_click=take, key=f"{page}:take after")


def _layer(page: str, network: Network, photo: Photo | None) -> Target:
    return Target(_layer_of(page, network).name)


def _photo(page: str, network: Network, photo: Photo | None) -> Target:
    state = st.session_state
    names = [*SAMPLES, *([photo.name] if photo else [])]
    if state.get(f"{page}:of") not in names:
        state[f"{page}:of"] = names[0]
    layer = _layer_of(page, network, lambda layer: layer.spatial)
    of = st.selectbox(
        "What it sees in",
        names,
        key=f"{page}:of",
        format_func=lambda name: f"photo: {name}" if name in SAMPLES else "your photo",
        help="A photo of your own can be brought on the page Filter activations.",
    )
    return Target(layer.name, photo=of)


def _direction(page: str, network: Network, photo: Photo | None) -> Target | None:
    state = st.session_state
    layer = _layer_of(page, network)
    channel = min(state.get(f"{page}:channel", 1), layer.channels - 1)
    state.setdefault(f"{page}:direction", f"{channel}:1")
    text = st.text_input(
        "Channels and their weights",
        key=f"{page}:direction",
        placeholder="1:0.5, 7:-1",
        help=f"CHANNEL:WEIGHT with commas between them; channels are 0 to {layer.channels - 1}, "
        "and those left out are 0.",
    )
    direction = _tried(lambda: direction_of(text))
    after_relu = _after_relu(page, layer)
    return direction and Target(layer.name, direction=direction, after_relu=after_relu)


_KINDS = {
    "Channel": _channel,
    "Class": _class,
    "Layer": _layer,
    "Photo": _photo,
    "Direction": _direction,
}


def _layer_of(page: str, network: Network, fits: Callable[[Layer], bool] = bool) -> Layer:
    """Choose one of the layers that can be excited and that fit."""
    names = [
        layer.paper_name for layer in network.layers if layer.kind in EXCITABLE and fits(layer)
    ]
    if st.session_state.get(f"{page}:layer") not in names:
        st.session_state[f"{page}:layer"] = network.first_layer
    name = st.selectbox(
        "Layer",
        names,
        key=f"{page}:layer",
        help="From the first to the last: early ones look for edges and colors, middle ones for "
        "textures, late ones for parts of things.",
    )
    return network.layer(name)


def _place(page: str) -> tuple[int, int] | str | None:
    """Choose the mean over the map, its center neuron, or the neuron that a link named."""
    now = st.session_state.get(f"{page}:where", MEAN)
    words = {MEAN: "the mean over the whole map", "center": "the center neuron only"}
    if now not in words:
        words[now] = f"the neuron at row, column {now}"
    chosen = st.selectbox("What to raise", words, key=f"{page}:where", format_func=words.get)
    if chosen == MEAN:
        return None
    return chosen if chosen == "center" else tuple(int(part) for part in chosen.split(","))


def _after_relu(page: str, layer: Layer) -> bool:
    follows = layer.activation != "linear"
    after = st.toggle(
        "After ReLU",
        key=f"{page}:relu",
        disabled=not follows,
    )
    st.caption(
        "A channel that is zero everywhere then has no gradient and stays gray."
        if follows
        else f"No ReLU follows {layer.paper_name}."
    )
    return after and follows
