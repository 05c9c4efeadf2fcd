"""Fields for numbers that say what is wrong with a number beyond their range.

A field that knows its range keeps such a number to itself: the browser shows it and sends nothing,
so that the page goes on with another number than the person sees. So it still is with whole numbers
of more than 15 digits, which a browser does not send at all.
"""

import streamlit as st

from explorer.ui import steady

BEYOND = ":beyond"
"""Of the keys of what is to be told."""


def number_field(label: str, low: float, high: float, key: str, **options) -> float:
    """A field that takes the nearest number of its range, and tells so below it.

    Args:
        label: what stands above the field.
        low, high: the range, both of it; whole or not as these are.
        key: of the widget, whose value stands in the session's state already.
        **options: of `st.number_input`.
    """
    state, told = st.session_state, f"{key}{BEYOND}"

    def bring_back() -> None:
        asked = state[key]
        nearest = min(max(asked, low), high)
        state.pop(told, None)
        if nearest != asked:
            state[told] = asked, nearest, (low, high)
            with steady.setting():
                state[key] = nearest

    value = st.number_input(
        label, step=1 if isinstance(low, int) else None, key=key, on_change=bring_back, **options
    )
    asked, *taken = state.get(told, (None,))
    if taken == [value, (low, high)]:
        words = ",d" if isinstance(low, int) else ",.10g"
        st.warning(
            f"There is no {asked:{words}} here: numbers go from {low:{words}} to {high:{words}}, "
            f"and {value:{words}} is taken."
        )
    else:
        state.pop(told, None)
    return value


def forget() -> None:
    """Tell no more of numbers that were brought back: the page is another one, or set by a link."""
    state = st.session_state
    for key in [key for key in state if str(key).endswith(BEYOND)]:
        del state[key]
