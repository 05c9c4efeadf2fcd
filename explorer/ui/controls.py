"""Controls that make recipes: target, ascent, and every method with its strengths."""

import random

import streamlit as st

from explorer.catalogue import METHODS, TABLES
from explorer.errors import InputError
from explorer.images import SAMPLES, Photo
from explorer.methods import Method, Parameter
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.presets import DEFAULT_PRESET, PRESETS
from explorer.recipe import PhotoStart, Recipe, preset
from explorer.targets import EXCITABLE, Target
from explorer.ui.session import settings

SIZES = (96, 128, 160, 224, 288, 320, 384, 448, 512)
LONGEST_SLIDER = 600
"""Steps that the slider offers; an address may ask for more."""
NO_PHOTO = ""
MEAN = "mean"
KEEP = {"last": "The last", "best": "The best score"}
GROUPS = {
    "gradient": "On the gradient",
    "step": "On the step",
    "image": "On the picture, after each step",
    "start": "At the start",
    "parametrization": "What is optimized instead of pixels",
    "view": "On what the network sees",
    "score": "On the score",
    "end": "When to stop",
}
"""Headings of what methods act on, in the order of the page."""
STEP_RULES = tuple(rule.name for rule in TABLES["step rule"])


def fill_shared(page: str, recipe: Recipe) -> None:
    """Set what all recipes of a page share: network, target, steps, size, seed and photo."""
    state, target, network = st.session_state, recipe.target, load_network(recipe.network)
    state[f"{page}:network"] = network.name
    of_class = target.layer == network.class_layer
    state[f"{page}:kind"] = "Class" if of_class else "Channel"
    if of_class:
        state[f"{page}:class"] = target.channel
    else:
        state[f"{page}:layer"] = network.layer(target.layer).paper_name
        state[f"{page}:channel"] = target.channel
    position = target.position or MEAN
    given = isinstance(position, str)
    state[f"{page}:where"] = position if given else ",".join(map(str, position))
    state[f"{page}:relu"] = target.after_relu
    state[f"{page}:steps"] = recipe.steps or recipe.parents[0].steps
    state[f"{page}:size"] = recipe.size
    state[f"{page}:seed"] = recipe.seed
    start = recipe.start
    state[f"{page}:photo"] = start.photo if isinstance(start, PhotoStart) else NO_PHOTO


def fill_recipe(slot: str, recipe: Recipe) -> None:
    """Set the controls of one recipe: preset, methods, and which picture to keep."""
    st.session_state[f"{slot}:preset"] = recipe.preset
    st.session_state[f"{slot}:keep"] = recipe.keep
    _fill_methods(slot, recipe.methods)


def shown(recipe: Recipe, photo: Photo | None) -> Recipe:
    """A recipe from elsewhere as the controls can show it.

    Raises:
        InputError: it starts from a photo that is not here, or from pictures of its own.
    """
    own = [name for name in recipe.photos if name not in SAMPLES]
    if own and (photo is None or own != [photo.name]):
        raise InputError(
            "This picture started from a person's own photo: upload that photo on the page "
            "Filter activations first."
        )
    name = recipe.preset if recipe.preset in PRESETS else DEFAULT_PRESET
    again = preset(
        name,
        recipe.target,
        network=recipe.network,
        steps=recipe.steps or recipe.parents[0].steps,
        size=recipe.size,
        seed=recipe.seed,
        methods={method: recipe.methods.get(method) for method in METHODS},
        photo=recipe.start.photo if isinstance(recipe.start, PhotoStart) else None,
        keep=recipe.keep,
    )
    if again != recipe:
        raise InputError(
            "This picture started from other pictures in a way that the controls cannot show: "
            "make it again with python -m explorer replay."
        )
    return again


def target(page: str, network: Network) -> Target:
    """Choose what to excite."""
    state = st.session_state
    kind = st.segmented_control(
        "Excite", ("Channel", "Class"), key=f"{page}:kind", required=True, width="stretch"
    )
    if kind == "Class":
        state.setdefault(f"{page}:class", 130)
        number = st.selectbox(
            "Class",
            range(len(network.classes)),
            format_func=lambda i: f"{network.classes[i]} ({i})",
            key=f"{page}:class",
            help="Type a part of the name. The score is the value before softmax.",
        )
        return Target(class_=number)
    names = [layer.paper_name for layer in network.layers if _exciting(layer, network)]
    if state.get(f"{page}:layer") not in names:
        state[f"{page}:layer"] = network.first_layer
    layer = network.layer(
        st.selectbox("Layer", names, key=f"{page}:layer", help="Early layers first.")
    )
    last = layer.channels - 1
    state[f"{page}:channel"] = min(state.get(f"{page}:channel", 1), last)
    st.number_input(f"Channel, 0 to {last}", 0, last, step=1, key=f"{page}:channel")

    def move(by: int | None) -> None:
        moved = random.randrange(last + 1) if by is None else state[f"{page}:channel"] + by
        state[f"{page}:channel"] = moved % (last + 1)
        state[f"{page}:wanted"] = True

    with st.container(horizontal=True, gap="small"):
        for label, by, key in (("Previous", -1, "P"), ("Next", 1, "N"), ("Random", None, "X")):
            st.button(label, on_click=move, args=(by,), key=f"{page}:{label}", shortcut=key)
    with st.expander("Where, and before or after ReLU"):
        position = _place(page) if layer.spatial else None
        after_relu = st.toggle(
            "After ReLU",
            key=f"{page}:relu",
            disabled=layer.activation == "linear",
            help="A channel that is zero everywhere then has no gradient and stays gray."
            if layer.activation != "linear"
            else f"No ReLU follows {layer.paper_name}.",
        )
        after_relu = after_relu and layer.activation != "linear"
    return Target(layer.name, state[f"{page}:channel"], position, after_relu)


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


def shared(page: str, photo: Photo | None) -> dict:
    """Choose steps, size, seed and start: what all recipes of a page have in common."""
    state = st.session_state
    longest = max(LONGEST_SLIDER, state[f"{page}:steps"])
    st.slider("Steps", 1, min(longest, settings().steps), key=f"{page}:steps")
    left, right = st.columns(2)
    now = state[f"{page}:size"]
    sizes = {(side, side) for side in SIZES if side * side <= settings().pixels}
    left.selectbox(
        "Size",
        sorted(sizes | {now}),
        key=f"{page}:size",
        format_func=lambda s: f"{s[1]} px" if s[0] == s[1] else f"{s[1]}×{s[0]} px",
    )
    right.number_input("Seed", 0, 2**32 - 1, step=1, key=f"{page}:seed", help="Of the noise.")
    options = [NO_PHOTO, *SAMPLES, *([photo.name] if photo else [])]
    if state.get(f"{page}:photo") not in options:
        state[f"{page}:photo"] = NO_PHOTO

    def words(name: str) -> str:
        if name == NO_PHOTO:
            return "noise, as the preset says"
        return f"photo: {name}" if name in SAMPLES else "your photo"

    st.selectbox("Start from", options, key=f"{page}:photo", format_func=words)
    chosen = {name: state[f"{page}:{name}"] for name in ("steps", "size", "seed", "photo")}
    return chosen | {"photo": chosen["photo"] or None}


def recipe(
    slot: str, wanted: Target, network: Network, common: dict, own_steps: bool = False
) -> Recipe:
    """Choose one recipe: preset, every strength, and which picture to keep.

    With `own_steps` a newly chosen preset brings its number of steps too.

    Raises:
        InputError: the choices do not fit together.
    """
    state = st.session_state
    name = st.selectbox(
        "Preset",
        PRESETS,
        key=f"{slot}:preset",
        format_func=lambda name: f"{name} · {PRESETS[name].title}",
        on_change=preset_chosen,
        args=(slot, own_steps),
    )
    st.caption(f"{PRESETS[name].note} Source: {PRESETS[name].source}.")
    st.segmented_control(
        "Keep which picture",
        KEEP,
        format_func=KEEP.get,
        key=f"{slot}:keep",
        required=True,
        width="stretch",
    )
    with st.expander("Every method and its strength"):
        methods = _methods(slot)
    return preset(
        name,
        wanted,
        network=network.name,
        methods={method: methods.get(method) for method in METHODS},
        keep=state[f"{slot}:keep"],
        **common,
    )


def _exciting(layer, network: Network) -> bool:
    return layer.kind in EXCITABLE and layer.name != network.class_layer


def preset_chosen(slot: str, own_steps: bool = False) -> None:
    """Set the methods of a recipe, and maybe the steps, to those of its newly chosen preset."""
    made = preset(st.session_state[f"{slot}:preset"], Target("conv3_1", 1))
    fill_recipe(slot, made)
    if own_steps:
        st.session_state[f"{slot}:steps"] = made.steps or made.parents[0].steps


def _fill_methods(slot: str, methods) -> None:
    state = st.session_state
    for name, method in METHODS.items():
        state[f"{slot}:{name}"] = name in methods
        if name in STEP_RULES and name in methods:
            state[f"{slot}:rule"] = name
        for parameter in method.parameters:
            value = methods.get(name, {}).get(parameter.name, parameter.default)
            kind = int if parameter.whole else float
            state[f"{slot}:{name}.{parameter.name}"] = kind(value)


def _methods(slot: str) -> dict[str, dict[str, float]]:
    """A switch for each method, and its strengths when it is on."""
    chosen = {}
    for group, heading in GROUPS.items():
        st.markdown(f"**{heading}**")
        if group == "step":
            rule = st.selectbox(
                "Step rule",
                STEP_RULES,
                key=f"{slot}:rule",
                format_func=lambda name: METHODS[name].title,
            )
            st.caption(METHODS[rule].summary)
            chosen[rule] = _strengths(slot, METHODS[rule])
        for name, method in METHODS.items():
            if method.acts_on == group and name not in STEP_RULES:
                on = st.toggle(method.title, key=f"{slot}:{name}")
                st.caption(method.summary)
                if on:
                    chosen[name] = _strengths(slot, method)
    return chosen


def _strengths(slot: str, method: Method) -> dict[str, float]:
    return {p.name: _strength(f"{slot}:{method.name}.{p.name}", p) for p in method.parameters}


def _strength(key: str, parameter: Parameter) -> float:
    kind = int if parameter.whole else float
    label = parameter.name.replace("_", " ") + (f" ({parameter.unit})" if parameter.unit else "")
    low, high = kind(parameter.low), kind(parameter.high)
    st.session_state.setdefault(key, kind(parameter.default))
    if high - low <= 200:
        step = 1 if parameter.whole else 0.001 if high <= 1 else 0.05
        return st.slider(label, low, high, step=step, key=key, help=parameter.help)
    return st.number_input(label, low, high, key=key, help=parameter.help)
