"""Controls that make recipes: ascent, and every method with its strengths."""

import math
from collections.abc import Iterator, Mapping, Sequence

import streamlit as st

from explorer.catalogue import METHODS, TABLES, checked_methods
from explorer.errors import Clash, InputError
from explorer.images import SAMPLES, Photo
from explorer.links import preset_of
from explorer.methods import Method, Parameter
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.presets import PRESETS, usual_steps
from explorer.recipe import LARGEST_SEED, PhotoStart, Recipe, kind_of, preset
from explorer.targets import Target
from explorer.ui import excite, steady
from explorer.ui.fields import number_field
from explorer.ui.plain import literal
from explorer.ui.session import largest_side, settings

SIZES = (96, 128, 160, 224, 288, 320, 384, 448, 512)
LONGEST_SLIDER = 600
"""Steps that the slider offers; an address may ask for more."""
NO_PHOTO = ""
OTHER_SEED = "Another seed starts from other noise, and may give another picture."
KEEP = {"last": "The last", "best": "The best score"}
GROUPS = {
    "start": "At the start",
    "parametrization": "What is optimized instead of pixels",
    "view": "On what the network sees",
    "score": "On the score",
    "gradient": "On the gradient",
    "step": "On the step",
    "image": "On the picture, after each step",
    "end": "When to stop",
}
"""Headings of what methods act on, in the order of the page."""
STEP_RULES = tuple(rule.name for rule in TABLES["step rule"])


def fill_shared(page: str, recipe: Recipe) -> None:
    """Set what all recipes of a page share: network, target, steps, size, seed and photo."""
    state, network = st.session_state, load_network(recipe.network)
    state[f"{page}:network"] = network.name
    excite.fill(page, network, recipe.target)
    state[f"{page}:steps"] = recipe.steps or recipe.parents[0].steps
    state[f"{page}:size"] = recipe.size
    state[f"{page}:seed"] = recipe.seed
    start = recipe.start
    state[f"{page}:photo"] = start.photo if isinstance(start, PhotoStart) else NO_PHOTO


def shorten(page: str) -> None:
    """Take no more steps than may be taken here, where nobody has asked for so many."""
    state = st.session_state
    state[f"{page}:steps"] = min(state[f"{page}:steps"], settings().steps)


def keep_limits(page: str, link: Mapping[str, str]) -> None:
    """Take no more steps, nor more pixels, than may be taken here, where a link asks for none."""
    if not asks_for_steps(link):
        shorten(page)
    size = st.session_state[f"{page}:size"]
    if "size" not in link and math.prod(size) > settings().pixels:
        st.session_state[f"{page}:size"] = (largest_side(), largest_side())


def asks_for_steps(link: Mapping[str, str]) -> bool:
    """Whether a link says how many steps to take, not only a preset that has its own number."""
    return any("steps=" in text for name, text in link.items() if name.startswith("recipe"))


def fill_recipe(slot: str, recipe: Recipe) -> None:
    """Set the controls of one recipe: preset, methods, and which picture to keep."""
    with steady.setting(*_method_keys(slot)):
        st.session_state[f"{slot}:preset"] = recipe.preset
        kind = kind_of(recipe.target, recipe.network, recipe.size)
        st.session_state[f"{slot}:preset for"] = kind
        st.session_state[f"{slot}:keep"] = recipe.keep
        _fill_methods(slot, recipe.methods)


def shown(recipe: Recipe, photo: Photo | None) -> Recipe:
    """A recipe from elsewhere as the controls can show it.

    Raises:
        InputError: it needs a photo that is not here, or starts from pictures of its own, or has
            further targets that are more than a channel, a class or a layer.
    """
    own = recipe.own_photos
    if own and (photo is None or own != (photo.name,)):
        raise InputError(
            "This picture needs a person's own photo: upload that photo on the page "
            "Filter activations first."
        )
    again = preset(
        preset_of(recipe),
        recipe.target,
        network=recipe.network,
        steps=recipe.steps or recipe.parents[0].steps,
        size=recipe.size,
        seed=recipe.seed,
        methods={method: recipe.methods.get(method) for method in METHODS},
        photo=recipe.start.photo if isinstance(recipe.start, PhotoStart) else None,
        keep=recipe.keep,
    )
    if again != recipe or not excite.can_show(recipe.target):
        what = "excites several targets" if again == recipe else "started from other pictures"
        raise InputError(
            f"This picture {what} in a way that the controls cannot show: make it again with "
            "python -m explorer replay."
        )
    return again


def shared(page: str, photo: Photo | None) -> dict:
    """Choose steps, size, seed and start: what all recipes of a page have in common."""
    state = st.session_state
    longest = max(min(LONGEST_SLIDER, settings().steps), state[f"{page}:steps"])
    st.slider("Steps", 1, longest, key=f"{page}:steps")
    left, right = st.columns(2)
    now = state[f"{page}:size"]
    sizes = {(side, side) for side in SIZES if side * side <= settings().pixels}
    left.selectbox(
        "Size",
        sorted(sizes | {now}),
        key=f"{page}:size",
        format_func=lambda s: f"{s[0]} px" if s[0] == s[1] else f"{s[0]}×{s[1]} px",
        help="Side of the square, or height × width.",
    )
    with right:
        number_field("Seed", 0, LARGEST_SEED, f"{page}:seed", help=OTHER_SEED)
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


def choose_preset(slot: str, own_steps: bool = False) -> None:
    """Choose a recipe's preset; with `own_steps` it brings its number of steps too."""
    name = st.selectbox(
        "Preset",
        PRESETS,
        key=f"{slot}:preset",
        format_func=lambda name: f"{name} · {PRESETS[name].title}",
        on_change=preset_chosen,
        args=(slot, own_steps),
    )
    st.caption(f"{PRESETS[name].note} Source: {PRESETS[name].source}.")


def recipe(slot: str, wanted: Target | None, network: Network, common: dict) -> Recipe | None:
    """Choose the rest of a recipe: every strength, and which picture to keep.

    Where the choices do not fit together that is told here, and there is no recipe.
    """
    state, name = st.session_state, st.session_state[f"{slot}:preset"]
    told = st.container()
    st.segmented_control(
        "Keep which picture",
        KEEP,
        format_func=KEEP.get,
        key=f"{slot}:keep",
        required=True,
        width="stretch",
    )
    st.markdown("**Every method and its strength**")
    state[f"{slot}:usual"] = not _changed(slot)
    try:
        methods = _methods(slot)
        return wanted and preset(
            name,
            wanted,
            network=network.name,
            methods={method: methods.get(method) for method in METHODS},
            keep=state[f"{slot}:keep"],
            **common,
        )
    except InputError as error:
        told.error(literal(error))
        return None


def preset_chosen(slot: str, own_steps: bool = False) -> None:
    """Set the methods of a recipe, and maybe the steps, to those of its newly chosen preset."""
    if steady.overruled(f"{slot}:preset"):
        return
    state = st.session_state
    with steady.setting():
        state[f"{slot}:keep"] = PRESETS[state[f"{slot}:preset"]].keep
    _take_preset(slot, own_steps)


def suit(
    slot: str,
    wanted: Target | None,
    network: Network,
    size: tuple[int, int],
    own_steps: bool = False,
) -> None:
    """Give a recipe what its preset has for the kind of target that is wanted now.

    Methods, and with `own_steps` the steps, that are not the preset's own stay as they are; but
    where several have changed since they were drawn, no person did that, only a browser that
    missed what the program set. To be called before they are drawn.
    """
    state, name = st.session_state, st.session_state[f"{slot}:preset"]
    before = state[f"{slot}:preset for"]
    try:
        kind = kind_of(wanted, network.name, size) if wanted else before
    except InputError:
        return
    if kind == before:
        return
    changed = _changed(slot)
    usual = not changed or (changed > 1 and state.get(f"{slot}:usual", False))
    most = settings().steps
    usual_many = own_steps and state[f"{slot}:steps"] == min(usual_steps(name, before), most)
    state[f"{slot}:preset for"] = kind
    if usual:
        _take_preset(slot, usual_many)


def _take_preset(slot: str, own_steps: bool) -> None:
    """Set a recipe's methods, and maybe the steps, to those of its preset."""
    state = st.session_state
    with steady.setting(*_method_keys(slot)):
        _fill_methods(slot, _of_preset(slot))
        if own_steps:
            name, kind = state[f"{slot}:preset"], state[f"{slot}:preset for"]
            state[f"{slot}:steps"] = usual_steps(name, kind)
            shorten(slot)


def vary(slots: Sequence[str], method: str, parameter: str, values: Sequence[float]) -> None:
    """Set recipes to what the first of them is, but for one strength, which they have in turn."""
    switched_on = {"rule": method} if method in STEP_RULES else {method: True}
    _copy(slots[0], slots, [switched_on | {f"{method}.{parameter}": value} for value in values])


def leave_out(source: str, slots: Sequence[str], methods: Sequence[str]) -> None:
    """Set recipes to what one of them is, all but the first without one of the methods."""
    _copy(source, slots, [{}, *({method: False} for method in methods)])


def _copy(source: str, slots: Sequence[str], changes: Sequence[Mapping[str, object]]) -> None:
    """Set recipes to what one of them is, each with changes of its own: widget -> value."""
    state, prefix = st.session_state, f"{source}:"
    names = (f"{prefix}{name}" for name in ("preset", "preset for", "keep"))
    there = {
        key.removeprefix(prefix): state[key]
        for key in (*names, *_method_keys(source))
        if key in state
    }
    for slot, changed in zip(slots, changes, strict=True):
        with steady.setting(*_method_keys(slot)):
            settings_here = there | changed
            state.update({f"{slot}:{name}": value for name, value in settings_here.items()})


def held(slot: str) -> dict[str, dict[str, float]]:
    """The methods that are chosen for a recipe, as far as its widgets were drawn or set."""
    state = st.session_state
    on = [name for name in METHODS if state.get(f"{slot}:{name}") or state[f"{slot}:rule"] == name]
    return {
        name: {
            parameter.name: state.get(f"{slot}:{name}.{parameter.name}", parameter.default)
            for parameter in METHODS[name].parameters
        }
        for name in on
    }


def keep_hidden(slot: str) -> None:
    """Keep the choices of a recipe that is not drawn now."""
    steady.keep(f"{slot}:preset", f"{slot}:keep", *_method_keys(slot))


def _method_keys(slot: str) -> list[str]:
    """Of the widgets that hold a recipe's methods."""
    names = [name for name in METHODS if name not in STEP_RULES]
    strengths = [key for method in METHODS.values() for key in _strength_keys(slot, method)]
    return [f"{slot}:rule", *(f"{slot}:{name}" for name in names), *strengths]


def _strength_keys(slot: str, method: Method) -> list[str]:
    return [f"{slot}:{method.name}.{parameter.name}" for parameter in method.parameters]


def _of_preset(slot: str) -> dict[str, dict[str, float]]:
    """The methods of a recipe's preset, for the kind of target that the recipe was set for."""
    state = st.session_state
    entry = PRESETS[state[f"{slot}:preset"]].of_kind(state[f"{slot}:preset for"])
    return checked_methods(entry.methods)


def _changed(slot: str) -> int:
    """How many widgets of a recipe's methods are not as its preset has them."""
    state, methods = st.session_state, _of_preset(slot)
    settings = _settings_of(slot, methods)
    off = {key for name in METHODS.keys() - methods for key in _strength_keys(slot, METHODS[name])}
    return sum(state.get(key, settings[key]) != settings[key] for key in settings.keys() - off)


def _fill_methods(slot: str, methods: Mapping[str, Mapping[str, float]]) -> None:
    st.session_state.update(_settings_of(slot, methods))


def _settings_of(slot: str, methods: Mapping[str, Mapping[str, float]]) -> dict[str, object]:
    """What the widgets of a recipe's methods hold for these."""
    settings: dict[str, object] = {}
    for name, method in METHODS.items():
        if name not in STEP_RULES:
            settings[f"{slot}:{name}"] = name in methods
        elif name in methods:
            settings[f"{slot}:rule"] = name
        for parameter in method.parameters:
            value = methods.get(name, {}).get(parameter.name, parameter.default)
            kind = int if parameter.whole else float
            settings[f"{slot}:{name}.{parameter.name}"] = kind(value)
    return settings


def _methods(slot: str) -> dict[str, dict[str, float]]:
    """A switch for each method, and its strengths when it is on.

    Raises:
        InputError: some do not combine (a `Clash`, which is told beside each of them too).
    """
    chosen, beside = {}, {}
    in_use = st.empty()
    for group, heading in GROUPS.items():
        with st.expander(heading, key=f"{slot}:on {group}"):
            for name, method in _switched(slot, group):
                chosen[name] = _strengths(slot, method)
                beside[name] = st.empty()
    in_use.caption("In use: " + ", ".join(METHODS[name].title for name in chosen))
    try:
        checked_methods(chosen)
    except Clash as error:
        for name in error.methods:
            beside[name].warning(literal(error))
        raise
    return chosen


def _switched(slot: str, group: str) -> Iterator[tuple[str, Method]]:
    """Show a group's switches; after each that is on comes its method."""
    if group == "step":
        rule = st.selectbox(
            "Step rule",
            STEP_RULES,
            key=f"{slot}:rule",
            format_func=lambda name: METHODS[name].title,
        )
        st.caption(METHODS[rule].summary)
        for other in set(STEP_RULES) - {rule}:
            steady.keep(*_strength_keys(slot, METHODS[other]))
        yield rule, METHODS[rule]
    for name, method in METHODS.items():
        if method.acts_on == group and name not in STEP_RULES:
            on = st.toggle(method.title, key=f"{slot}:{name}")
            st.caption(method.summary)
            if on:
                yield name, method
            else:
                steady.keep(*_strength_keys(slot, method))


def _strengths(slot: str, method: Method) -> dict[str, float]:
    return {p.name: _strength(f"{slot}:{method.name}.{p.name}", p) for p in method.parameters}


def _strength(key: str, parameter: Parameter) -> float:
    kind = int if parameter.whole else float
    low, high = kind(parameter.low), kind(parameter.high)
    st.session_state.setdefault(key, kind(parameter.default))
    if high - low <= 200:
        step = 1 if parameter.whole else 0.001 if high <= 1 else 0.05
        return st.slider(parameter.label, low, high, step=step, key=key, help=parameter.help)
    return number_field(parameter.label, low, high, key, help=parameter.help)
