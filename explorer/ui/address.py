"""The address of a page holds its whole state; widgets and address are kept equal here."""

from collections.abc import Callable, Mapping

import streamlit as st

Link = dict[str, str]


def enter(page: str, fill: Callable[[Mapping[str, str]], list[str]]) -> tuple[list[str], bool]:
    """Fill a page's widgets when it is opened, by link or from another page.

    Args:
        page: its name.
        fill: sets the widgets' session state from a link; returns complaints.

    Returns:
        The complaints, and whether a link from outside was opened just now.
    """
    state = st.session_state
    given, written = st.query_params.to_dict(), state.get(f"{page}:link")
    opened = bool(given) and given != written
    if opened or state.get("page") != page:
        state[f"{page}:complaints"] = fill(given or written or {})
    state["page"] = page
    return state.get(f"{page}:complaints", []), opened


def write(page: str, link: Link) -> None:
    """Put a page's state into the address; complaints about an older address go."""
    state = st.session_state
    changed = state.get(f"{page}:link") not in (None, link)
    state[f"{page}:link"] = link
    if st.query_params.to_dict() != link:
        st.query_params.from_dict(link)
    if changed and state.get(f"{page}:complaints"):
        state[f"{page}:complaints"] = []
        st.rerun()
