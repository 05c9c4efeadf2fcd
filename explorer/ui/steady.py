"""What the program sets in widgets stays, whatever a browser that has not seen it yet may send.

A browser sends the values of all its widgets with each message, also when a page only polls. A
message that was under way while the program set a widget, such as the channel for a click on
"Next", would set it back. So every setting has a number, which the browser echoes in a hidden
widget: what comes with an older number is stale, and all that was set since is set again.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

ECHO, HISTORY, DRAWN, TOGETHER = "steady", "steady:history", "steady:drawn", "steady:together"
HIDDEN, HIDING = "steady:hidden", "steady:hiding"
OWN = (ECHO, HISTORY, DRAWN, TOGETHER, HIDDEN, HIDING)
"""What is kept here, which a setting around others does not record."""
REMEMBERED = 20
"""Settings that a browser may not have seen yet, at most."""


def echo() -> None:
    """The hidden widget; a page that polls ends with it, after all the others."""
    st.session_state.setdefault(ECHO, _latest())
    with st.container(key="hidden"):
        st.number_input("Settings seen", 0, key=ECHO)
    st.session_state[DRAWN] = _latest()
    st.session_state[HIDDEN] = st.session_state.pop(HIDING, set())


def begin() -> None:
    """Settle, at the start of a page, before anything is drawn.

    What was set for a run that ended before it came to `echo` may never have reached the browser,
    which would take a slider's lowest value for it; so that is set once more, as it is now. And a
    browser may have seen a setting without taking all of its values, when one follows another
    quickly: as long as more of the widgets that were set together differ than the one that a person
    can have changed, they are set once more.
    """
    settle()
    state = st.session_state
    state[HIDDEN] = state.get(HIDDEN, set()) | state.pop(HIDING, set())
    _set_again(state[HIDDEN])
    drawn = state.get(DRAWN, 0)
    for number, values in state.get(HISTORY, ()):
        if number > drawn:
            _set_again(values)
    number, together = state.get(TOGETHER, (0, {}))
    if number and drawn >= number:
        if sum(state[key] != value for key, value in together.items() if key in state) > 1:
            state.update(together)
        else:
            del state[TOGETHER]


def keep(*keys: str) -> None:
    """Keep the values of widgets that are not drawn now, which Streamlit would forget.

    When one is drawn again, `begin` has set it once more, else the browser would not be told its
    value and take a default.
    """
    st.session_state.setdefault(HIDING, set()).update(keys)
    _set_again(keys)


def _set_again(keys: Iterable[str]) -> None:
    state = st.session_state
    state.update({key: state[key] for key in keys if key in state})


def settle() -> None:
    """Set again what the browser had not seen."""
    state, seen = st.session_state, st.session_state.get(ECHO, _latest())
    stale = [values for number, values in state.get(HISTORY, ()) if number > seen]
    for values in stale:
        state.update(values)
    if stale:
        state[ECHO] = _latest()


def overruled(key: str) -> bool:
    """Settle; whether what the browser sent of a widget was stale, so that nobody changed it."""
    sent = st.session_state[key]
    settle()
    return st.session_state[key] != sent


@contextmanager
def setting(*keys: str) -> Iterator[None]:
    """Within it, widgets are set by the program; never after they are drawn.

    Args:
        keys: of widgets that are set together, even where they keep their value; see `begin`.
    """
    settle()
    state = st.session_state
    before = dict(state.items())
    yield
    changed = {
        name: value
        for name, value in state.items()
        if name not in OWN and (name in keys or name not in before or before[name] != value)
    }
    state[HISTORY] = [*state.get(HISTORY, ()), (_latest() + 1, changed)][-REMEMBERED:]
    if keys:
        _, waiting = state.get(TOGETHER, (0, {}))
        state[TOGETHER] = _latest(), waiting | {key: state[key] for key in keys if key in state}
    state[ECHO] = _latest()


def _latest() -> int:
    history = st.session_state.get(HISTORY)
    return history[-1][0] if history else 0
