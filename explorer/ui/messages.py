"""What a browser's message is, where Streamlit's pages are not told."""

from streamlit.runtime.scriptrunner import get_script_run_ctx


def by_history() -> bool:
    """Whether the page runs because somebody went back or forward in the browser's history."""
    context = get_script_run_ctx()
    return context is not None and context.is_history_navigation


def of_a_part() -> bool:
    """Whether only a part of the page (a Streamlit fragment) runs, as when it polls."""
    context = get_script_run_ctx()
    return context is not None and bool(context.fragment_ids_this_run)
