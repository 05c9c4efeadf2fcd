"""What passes between browser and server where Streamlit has no word for it."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.state.common import user_key_from_element_id

_COMPLETE = """
const sorted = (entries) => String(new URLSearchParams([...new Map(entries)].sort()));
export default function ({ data }) {
  const shown = [...new URLSearchParams(window.location.search)];
  const embed = shown.filter(([name]) => name.startsWith("embed"));
  const rest = shown.filter(([name]) => !name.startsWith("embed"));
  const known = [data.given, data.before].map((query) => sorted(new URLSearchParams(query)));
  if (!known.includes(sorted(rest))) return;
  const whole = new URLSearchParams([...new URLSearchParams(data.query), ...embed]);
  window.history.replaceState({}, "", `${window.location.pathname}?${whole}`);
}
"""
_complete = st.components.v2.component("address", html="<i></i>", js=_COMPLETE)


def by_history() -> bool:
    """Whether the page runs because somebody went back or forward in the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def of_a_part() -> bool:
    """Whether only a part of the page (a Streamlit fragment) runs, as when it polls."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)


def sent() -> dict[str, Any]:
    """What the browser sent last of its widgets, by their keys; those that it has not are left out.

    The values are raw, such as the label of what is selected. `st.session_state` has a value of a
    widget also where the browser has sent none.
    """
    context = get_script_run_ctx()
    states = context.session_state.get_widget_states() if context else ()
    return {
        user_key_from_element_id(state.id): getattr(state, kind)
        for state in states
        if (kind := state.WhichOneof("value"))
    }


def complete_address(parameters: Mapping[str, str], before: Mapping[str, str]) -> None:
    """Give the address of a page all its parameters, in place.

    `st.query_params` would add an entry to the browser's history, and going back from the page
    would first come to the page itself.

    Args:
        before: to what it may have been set in place while this run was asked for.
    """
    context = get_script_run_ctx()
    given, before = urlencode(st.query_params.to_dict()), urlencode(before)
    with context.session_state.query_params() as known:
        known.clear_with_no_forward_msg(preserve_embed=True)
        for name, value in parameters.items():
            known.set_with_no_forward_msg(name, value)
    context.query_string = urlencode(parameters)
    with st.container(key="hidden-address"):
        _complete(  # texts only: for a list Streamlit would import pandas
            data={"given": given, "before": before, "query": context.query_string}, key="address"
        )
