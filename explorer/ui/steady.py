"""What the program sets in widgets stays, whatever a browser that has not seen it yet may send.

A browser sends the values of all its widgets with each message, also when a page only polls. A
message that was under way while the program set a widget, such as the channel for a click on
"Next", would set it back. So every setting has a number, which the browser echoes in a hidden
widget: what comes with an older number is stale, and all that was set since is set again.

And a browser draws a widget only once its code has come, by what it was told last: a setting that
later runs do not repeat would be lost, and the widget would show, and send, its lowest value. So a
setting is repeated until the browser has sent a value of the widget itself.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

import streamlit as st

from explorer.ui import messages

ECHO, HISTORY, UNHEARD, TOGETHER = "steady", "steady:history", "steady:unheard", "steady:together"
HIDDEN, HIDING = "steady:hidden", "steady:hiding"
OWN = (ECHO, HISTORY, UNHEARD, TOGETHER, HIDDEN, HIDING)
"""What is kept here, which a setting around others does not record."""
REMEMBERED = 20
"""Settings that a browser may not have seen yet, at most."""


def echo() -> None:
    """The hidden widget; a page that polls ends with it, after all the others."""
    st.session_state.setdefault(ECHO, _latest())
    with st.container(key="hidden"):
        st.number_input("Settings seen", 0, key=ECHO)
    st.session_state[HIDDEN] = st.session_state.pop(HIDING, set())


def begin() -> None:
    """Settle, at the start of a page, before anything is drawn, and repeat what is unheard.

    A browser may have seen a setting without taking all of its values, when one follows another
    quickly: as long as more of the widgets that were set together differ than the one that a person
    can have changed, they are set once more.
    """
    settle()
    state = st.session_state
    state[HIDDEN] = state.get(HIDDEN, set()) | state.pop(HIDING, set())
    _set_again(state[HIDDEN])
    sent = messages.sent()
    seen = sent.get(ECHO, 0)
    number, together = state.get(TOGETHER, (0, {}))
    if seen >= number:
        heard = [key for key in together if key in sent]
        if sum(state[key] != together[key] for key in heard) > 1:
            state.update(together)
        else:
            state[TOGETHER] = number, {k: v for k, v in together.items() if k not in heard}
    state[UNHEARD] = {
        key: set_by
        for key, set_by in state.get(UNHEARD, {}).items()
        if key not in sent or set_by > seen
    }
    _set_again(state[UNHEARD])


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
    state[UNHEARD] = state.get(UNHEARD, {}) | dict.fromkeys([*changed, ECHO], _latest())
    if keys:
        _, waiting = state.get(TOGETHER, (0, {}))
        state[TOGETHER] = _latest(), waiting | {key: state[key] for key in keys if key in state}
    state[ECHO] = _latest()


def _latest() -> int:
    history = st.session_state.get(HISTORY)
    return history[-1][0] if history else 0
