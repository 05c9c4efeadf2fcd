"""Series to compare: of presets, and of one strength at several values."""

import streamlit as st

from explorer.catalogue import METHODS
from explorer.errors import InputError
from explorer.presets import IMPROVED, REGULARIZED
from explorer.ui import controls, steady
from explorer.ui.plain import literal
from explorer.ui.session import settings

OF_PRESETS = {
    "The report's four regularizations": REGULARIZED,
    "The report's improved methods": (
        REGULARIZED[-1],
        *(name for name in IMPROVED if name != "report/e-laplacian-5"),
    ),
    "Other tools, and the best here": ("tf-keras-vis", "lucid", "maco", "best"),
    "Yosinski's four sets": ("yosinski/1", "yosinski/2", "yosinski/3", "yosinski/4"),
}
STRENGTHS = {
    (method.name, parameter.name): f"{method.title}: {parameter.name.replace('_', ' ')}"
    + (f" ({parameter.unit})" if parameter.unit else "")
    for method in METHODS.values()
    for parameter in method.parameters
}
"""Method and parameter -> what the page calls it."""
USUAL = ("blur", "sigma")


def offer(page: str) -> None:
    """Buttons that set a page's recipes to a series, and render them."""
    with st.container(horizontal=True, gap="small"):
        for title, names in OF_PRESETS.items():
            too_many = len(names) > settings().recipes
            st.button(title, on_click=_of_presets, args=(page, names), disabled=too_many)
        with st.popover("One strength at several values", icon=":material/tune:", width="content"):
            _choose_strength(page)


def _of_presets(page: str, names: tuple[str, ...]) -> None:
    state = st.session_state
    with steady.setting():
        for i, name in enumerate(names):
            state[f"{page}{i}:preset"] = name
            controls.preset_chosen(f"{page}{i}")
        state[f"{page}:count"] = len(names)
    state[f"{page}:wanted"] = True


def _choose_strength(page: str) -> None:
    st.markdown("Every picture is drawn with the settings of recipe 1, but for this strength.")
    st.session_state.setdefault(f"{page}:strength", USUAL)
    method, parameter = st.selectbox(
        "Strength", STRENGTHS, format_func=STRENGTHS.get, key=f"{page}:strength"
    )
    number = METHODS[method].parameter(parameter)
    text = st.text_input(
        "Its values, with commas between them",
        placeholder="0, 1, 2, 4",
        key=f"{page}:values",
        max_chars=100,
        help=f"{number.help} From {number.low:g} to {number.high:g}.",
    )
    st.caption(f"From 2 to {settings().recipes} values.")
    try:
        values = values_in(text, method, parameter)
    except InputError as error:
        values = []
        st.error(literal(error))
    st.button(
        "Draw the series",
        type="primary",
        on_click=_of_strengths,
        args=(page, method, parameter, values),
    )


def values_in(text: str, method: str, parameter: str) -> list[float]:
    """The values of a strength that a text tells; none if it is empty.

    Raises:
        InputError: one is not a number, or out of range, or there are too few or too many.
    """
    parts = [part.strip() for part in text.split(",") if part.strip()]
    number, most = METHODS[method].parameter(parameter), settings().recipes
    values = [number.checked(method, part) for part in parts]
    if values and not 2 <= len(values) <= most:
        raise InputError(f"Between 2 and {most} values can be compared here, not {len(values)}.")
    return values


def _of_strengths(page: str, method: str, parameter: str, values: list[float]) -> None:
    if not values:  # which is told, or there are none yet
        return
    slots = [f"{page}{i}" for i in range(len(values))]
    with steady.setting():
        controls.vary(slots, method, parameter, values)
        st.session_state[f"{page}:count"] = len(values)
    st.session_state[f"{page}:wanted"] = True
