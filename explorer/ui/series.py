"""Series to compare: of presets, of one strength at several values, and without each method."""

from dataclasses import dataclass

import streamlit as st

from explorer.catalogue import METHODS, checked_methods, dispensable
from explorer.errors import InputError
from explorer.presets import IMPROVED, PRESETS, REGULARIZED
from explorer.ui import controls, steady
from explorer.ui.plain import literal
from explorer.ui.session import ask, settings
from explorer.wording import exact


@dataclass(frozen=True)
class Series:
    """Presets to compare: their names, and what to look at."""

    presets: tuple[str, ...]
    help: str


OF_PRESETS = {
    "The report's four regularizations": Series(
        REGULARIZED,
        "One method more with each picture: clip, decay, blur, small-norm clip. Naive ascent "
        "leaves 0–255 and is scored as it is shown, cut to that: so clip mostly raises the score, "
        "and the others lower it again, for calmer pictures. Compare fine grain too.",
    ),
    "The report's improved methods": Series(
        (REGULARIZED[-1], *(name for name in IMPROVED if name != "report/e-laplacian-5")),
        "All go on from the first picture, that of the four regularizations, without blur and "
        "small-norm clip. The one with a single round starts from a picture of five times as many "
        "steps.",
    ),
    "Other tools, and the best here": Series(
        ("tf-keras-vis", "lucid", "maco", "best"),
        "What other programs do by default, beside this one's default.",
    ),
    "Yosinski's four sets": Series(
        ("yosinski/1", "yosinski/2", "yosinski/3", "yosinski/4"),
        "The four sets of strengths that Yosinski et al. (2015) found by a random search.",
    ),
}
"""By the words on their buttons."""
STRENGTHS = {
    (method.name, parameter.name): f"{method.title}: {parameter.label}"
    for method in METHODS.values()
    for parameter in method.parameters
}
"""Method and parameter -> what the page calls it."""
USUAL = ("blur", "sigma")


def offer(page: str) -> None:
    """Buttons that set a page's recipes to a series, and render them."""
    with st.container(horizontal=True, gap="small"):
        for title, series in OF_PRESETS.items():
            st.button(
                title,
                on_click=_of_presets,
                args=(page, series.presets),
                disabled=len(series.presets) > settings().recipes,
                help=series.help,
            )
        with st.popover("One strength at several values", icon=":material/tune:", width="content"):
            _choose_strength(page)
        if found := _left_out(page):
            titles = ", ".join(METHODS[name].title for name in found[1])
            st.button(
                "Each method left out",
                icon=":material/layers_clear:",
                on_click=_without_each,
                args=(page,),
                help=f"Recipe {found[0] + 1}, and beside it the same without one of these at a "
                f"time: {titles}.",
            )


def _of_presets(page: str, names: tuple[str, ...]) -> None:
    state = st.session_state
    with steady.setting():
        for i, name in enumerate(names):
            state[f"{page}{i}:preset"] = name
            controls.preset_chosen(f"{page}{i}")
        state[f"{page}:count"] = len(names)
    ask(page)


def _left_out(page: str) -> tuple[int, list[str]] | None:
    """The first recipe with methods that can be left out, and as many as can be compared."""
    state = st.session_state
    for i in range(state[f"{page}:count"]):
        methods = dispensable(controls.held(f"{page}{i}"))
        if methods and PRESETS[state[f"{page}{i}:preset"]].steps:
            return i, methods[: settings().recipes - 1]
    return None


def _without_each(page: str) -> None:
    state, (number, methods) = st.session_state, _left_out(page)
    slots = [f"{page}{i}" for i in range(1 + len(methods))]
    with steady.setting():
        controls.leave_out(f"{page}{number}", slots, methods)
        state[f"{page}:count"] = len(slots)
    ask(page)


def _choose_strength(page: str) -> None:
    st.markdown("Every picture is drawn with the settings of recipe 1, but for this strength.")
    method, parameter = st.selectbox(
        "Strength",
        STRENGTHS,
        index=list(STRENGTHS).index(USUAL),  # a state that is set would be lost in a closed popover
        format_func=STRENGTHS.get,
        key=f"{page}:strength",
    )
    number = METHODS[method].parameter(parameter)
    st.text_input(
        "Its values, with commas or semicolons between them",
        placeholder="0, 1, 2, 4",
        key=f"{page}:values",
        max_chars=100,
        help=number.help,
    )
    st.caption(f"Up to {settings().recipes} values, each from {number.low:,g} to {number.high:,g}.")
    if st.session_state.pop(f"{page}:no values", False):
        st.error("First type the values to compare, such as 0, 1, 2, 4.")
    try:
        if values := _values_of(page):
            st.caption(f"{len(values)} pictures: {' · '.join(map(exact, values))}")
    except InputError as error:
        st.error(literal(error))
    st.button("Draw the series", type="primary", on_click=_of_strengths, args=(page,))


def _values_of(page: str) -> list[float]:
    """The values that were typed, if recipe 1 can have them; see `values_in`."""
    state = st.session_state
    method, parameter = state[f"{page}:strength"]
    values = values_in(state[f"{page}:values"], method, parameter)
    methods = controls.held(f"{page}0")
    if method in controls.STEP_RULES:
        methods = {name: methods[name] for name in methods if name not in controls.STEP_RULES}
    for value in values:
        checked_methods(methods | {method: methods.get(method, {}) | {parameter: value}})
    return values


def values_in(text: str, method: str, parameter: str) -> list[float]:
    """The values of a strength that a text tells; none if it is empty.

    Between semicolons a comma is a decimal one.

    Raises:
        InputError: one is not a number, or out of range, or there are too few or too many.
    """
    if ";" in text:
        text = text.replace(",", ".").replace(";", ",")
    parts = [part.strip() for part in text.split(",") if part.strip()]
    number, most = METHODS[method].parameter(parameter), settings().recipes
    values = [number.checked(method, part) for part in parts]
    if values and not 2 <= len(values) <= most:
        raise InputError(f"Between 2 and {most} values can be compared here, not {len(values)}.")
    return values


def _of_strengths(page: str) -> None:
    """Draw what was typed, which a click may follow before the page has been drawn again."""
    state = st.session_state
    try:
        values = _values_of(page)
    except InputError:  # which is told
        return
    slots = [f"{page}{i}" for i in range(len(values))]
    state[f"{page}:no values"] = not slots
    if slots:
        with steady.setting():
            controls.vary(slots, *state[f"{page}:strength"], values)
            state[f"{page}:count"] = len(values)
        ask(page)
