"""The address of a page holds its whole state; widgets and address are kept equal here."""

from collections.abc import Callable, Mapping

import streamlit as st

from explorer.links import YOURS
from explorer.ui import fields, messages, steady
from explorer.ui.photos import own_photo

Link = dict[str, str]
STOPPED = {"stopped": "yes"}
"""In an address, that its render was stopped."""
LONGEST = 300
LONGEST_TEXT = 20_000
"""Characters of a parameter, and of those that say a lot; a longer one is not even looked at."""
WORDY = ("recipe", "direction", "also")
"""How the names of such parameters begin."""


def enter(page: str, fill: Callable[[Mapping[str, str]], list[str]]) -> tuple[list[str], bool]:
    """Fill a page's widgets when it is opened, by link or from another page.

    While a page is open, its address changes by `write` or by going back and forward. An address
    that differs from the one written without that comes from a browser that has not applied it
    yet, or from a run that a click ended before it came to `write`: it must not undo the click.

    Args:
        page: its name.
        fill: sets the widgets' session state from a link; returns complaints.

    Returns:
        The complaints, and whether a link from outside was opened just now, to begin with what it
        asks for; not so what was stopped, as when a browser comes back after a long time, or what
        is about a photo that is not here.
    """
    steady.begin()
    state = st.session_state
    given, written = st.query_params.to_dict(), state.get(f"{page}:link")
    fresh = state.get("page") != page
    known = given == written and _own_photo_in(given) == state.get(f"{page}:own photo")
    if returned := messages.by_history():
        state[f"{page}:returned"] = True
    opened = bool(given) and not known and (fresh or returned)
    if opened or fresh:
        fields.forget()
        link, complaints = _of_sensible_length(given or written or {})
        state[f"{page}:arrived stopped"] = STOPPED.items() <= link.items()
        opened &= YOURS not in link.values() or own_photo() is not None
        with steady.setting():
            complaints += fill(link)
        state[f"{page}:complaints"] = complaints
        state[f"{page}:corrected"] = True
    state["page"] = page
    return state.get(f"{page}:complaints", []), opened and not state[f"{page}:arrived stopped"]


def _own_photo_in(link: Link) -> str | None:
    """Which photo of the visitor's own a link is about; it does not say by itself."""
    own = own_photo()
    return own.name if own and YOURS in link.values() else None


def leave() -> None:
    """The visitor is on a page without a state of its own; Streamlit has dropped all widgets."""
    st.session_state["page"] = None


def _of_sensible_length(link: Link) -> tuple[Link, list[str]]:
    limits = {name: LONGEST_TEXT if name.startswith(WORDY) else LONGEST for name in link}
    kept = {name: value for name, value in link.items() if len(value) <= limits[name]}
    complaints = [
        f"What the address gives as {name[:40]} is longer than {limits[name]:,} characters and "
        "was left out."
        for name in link
        if name not in kept
    ]
    return kept, complaints


def _settings(link: Link) -> Link:
    """What the visitor set, without how far it came."""
    return {name: value for name, value in link.items() if name not in STOPPED}


def write(page: str, link: Link) -> None:
    """Put a page's state into the address; complaints about an older address go.

    What nobody chose, such as that a render was stopped, is put there in place, so that one does
    not go back to it. Streamlit does not see that, and takes such an address for the one before.
    Where the visitor went back or forward, the address that was written last may have reached the
    browser only after that: then it is put right.
    """
    state = st.session_state
    returned = state.pop(f"{page}:returned", False)
    corrected = state.pop(f"{page}:corrected", False)  # by the program, not by the visitor
    before = state.get(f"{page}:link")
    changed = not corrected and before is not None and _settings(before) != _settings(link)
    state[f"{page}:link"] = link
    state[f"{page}:own photo"] = _own_photo_in(link)
    outdated = returned or st.query_params.to_dict() != link
    if outdated and changed:
        st.query_params.from_dict(link)
    elif outdated or before not in (None, link):
        messages.complete_address(link, before or {})
    if changed and state.get(f"{page}:complaints"):
        state[f"{page}:complaints"] = []
        st.rerun()
