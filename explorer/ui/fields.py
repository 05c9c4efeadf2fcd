"""Fields for numbers that say what is wrong with a number beyond their range.

A field that knows its range keeps such a number to itself: the browser shows it and sends nothing,
so that the page goes on with another number than the person sees.
"""

import streamlit as st

from explorer.ui import steady


def number_field(label: str, low: float, high: float, key: str, **options) -> float:
    """A field that takes the nearest number of its range, and tells so below it.

    Args:
        label: what stands above the field.
        low, high: the range, both of it; whole or not as these are.
        key: of the widget, whose value stands in the session's state already.
        **options: of `st.number_input`.
    """
    state, told = st.session_state, f"{key}:beyond"

    def bring_back() -> None:
        asked = state[key]
        nearest = min(max(asked, low), high)
        state[told] = asked, nearest
        if nearest != asked:
            with steady.setting():
                state[key] = nearest

    value = st.number_input(
        label, step=1 if isinstance(low, int) else None, key=key, on_change=bring_back, **options
    )
    asked, nearest = state.get(told, (value, value))
    if asked != nearest == value:
        words = ",d" if isinstance(low, int) else "g"
        st.warning(
            f"There is no {asked:{words}} here: numbers go from {low:{words}} to {high:{words}}, "
            f"and {nearest:{words}} is taken."
        )
    return value
