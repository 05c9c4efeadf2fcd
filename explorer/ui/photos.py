"""A visitor's own photo: in memory only, and only in this visit."""

import streamlit as st

from explorer.errors import InputError
from explorer.images import Photo, read_photo
from explorer.ui.session import settings

PROMISE = "Photos stay in memory and are never stored."


def own_photo() -> Photo | None:
    """The photo that this visitor has uploaded, if any."""
    return st.session_state.get("own photo")


def take(data: bytes) -> str | None:
    """Read an upload and remember it for this visit; a sentence if it cannot be used."""
    limit = settings().upload_mb
    if len(data) > limit * 1e6:
        return f"The photo has {len(data) / 1e6:.0f} MB: the limit here is {limit} MB."
    try:
        st.session_state["own photo"] = read_photo(data)
    except InputError as error:
        return str(error)
    return None
