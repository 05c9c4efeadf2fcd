"""Choosing a photo: a sample, or a visitor's own, in memory only and only in this visit."""

import threading
from collections.abc import Callable
from urllib.parse import urlsplit

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx
from streamlit.runtime.uploaded_file_manager import UploadedFile

from explorer.errors import InputError
from explorer.images import (
    MEGABYTE,
    READABLE,
    SAMPLES,
    Photo,
    data_url,
    jpeg_bytes,
    read_photo,
    sample_photo,
)
from explorer.ui import uploads
from explorer.ui.photo_cache import forget_own
from explorer.ui.plain import literal
from explorer.ui.session import upload_mb

PROMISE = "Photos stay in memory and are never stored."
FIRST_SAMPLE = "cat"
THUMBNAIL = (112, 112)
STYLE = """
<style>
.st-key-photos { display: grid; gap: 0.5rem; align-content: start;
  grid-template-columns: repeat(auto-fill, minmax(4.1rem, 1fr)); }
[class*="st-key-pick-"] button { width: 100%; min-height: 1.9rem; padding: 0 0.25rem; }
.st-key-photos button p { font-size: 0.8rem; }
</style>
"""

_one_at_a_time = threading.Lock()
"""Photos are decoded in turn: a few hundred kilobytes can unfold to half a gigabyte."""

uploads.bound()


def own_photo() -> Photo | None:
    """The photo that this visitor has uploaded, if any."""
    return st.session_state.get("own photo")


def take(data: bytes) -> str | None:
    """Read an upload and remember it for this visit; a sentence if it cannot be used."""
    limit = upload_mb()
    if len(data) > limit * MEGABYTE:
        return f"The photo has more than {limit} MB, which is the limit here."
    try:
        with _one_at_a_time:
            st.session_state["own photo"] = read_photo(data)
    except InputError as error:
        return str(error)
    return None


@st.cache_resource(max_entries=len(SAMPLES))
def sample(name: str) -> Photo:
    """A sample photo, read once for everybody."""
    return sample_photo(name)


def choose_photo(page: str, *forgotten: Callable[[], None]) -> Photo:
    """Choose a photo of a page: samples to click on, an upload, the camera.

    Args:
        page: its name; `f"{page}:photo"` holds the name of the chosen photo.
        forgotten: are called when the visitor wants their own photo forgotten, and with it what
            was found in it.
    """
    state, own = st.session_state, own_photo()
    names = [*SAMPLES, *([own.name] if own else [])]
    if state.get(f"{page}:photo") not in names:
        state[f"{page}:photo"] = FIRST_SAMPLE
    st.html(STYLE)
    left, right = st.columns((7, 5), gap="medium")
    with left, st.container(horizontal=True, key="photos"):
        for name in names:
            _thumbnail(page, name, own)
    with right:
        _bring_own(page, own is not None, forgotten)
    chosen = state[f"{page}:photo"]
    return sample(chosen) if chosen in SAMPLES else own


def _thumbnail(page: str, name: str, own: Photo | None) -> None:
    state = st.session_state
    photo = sample(name) if name in SAMPLES else own
    label = name.capitalize() if name in SAMPLES else "Yours"
    with st.container(key=f"pick-photo-{label}"):
        alt = f"Sample photo: {name}" if name in SAMPLES else "Your photo"
        st.image(data_url(jpeg_bytes(photo.fitted(THUMBNAIL))), width="stretch", alt=alt)
        st.button(
            label,
            key=f"{page}:pick {label}",
            type="primary" if name == state[f"{page}:photo"] else "secondary",
            on_click=_choose,
            args=(page, name),
            width="stretch",
        )


def _choose(page: str, name: str) -> None:
    st.session_state[f"{page}:photo"] = name
    st.session_state["own photo:complaint"] = None


def _bring_own(page: str, there: bool, forgotten: tuple[Callable[[], None], ...]) -> None:
    state = st.session_state
    turn = state.setdefault("own photo:turn", 0)
    key = f"own photo:file {turn}"
    st.file_uploader(
        "Your own photo",
        key=key,
        max_upload_size=upload_mb(),
        on_change=_received,
        args=(page, key),
    )
    reachable, camera = has_camera(st.context.url), False
    from_phone = " On a phone, uploading offers its camera too." * (not reachable)
    st.caption(f"A {READABLE}. {PROMISE}{from_phone}")
    with st.container(horizontal=True, vertical_alignment="center"):
        if reachable:
            camera = st.toggle("Use the camera", key=f"own photo:camera {turn}")
        if there:
            st.button("Forget my photo", on_click=_forget, args=(page, forgotten))
    if camera:
        key = f"own photo:shot {turn}"
        st.camera_input("Take a photo", key=key, on_change=_received, args=(page, key))
    if complaint := state.get("own photo:complaint"):
        st.error(literal(complaint))


def has_camera(address: str | None) -> bool:
    """Whether a browser gives its camera to a page at this address: not without encryption."""
    parts = urlsplit(address or "")
    return parts.scheme != "http" or parts.hostname in ("localhost", "127.0.0.1", "::1")


def _received(page: str, key: str) -> None:
    """Read what came, show it, and let go of the file itself."""
    state = st.session_state
    file = state[key]
    if not isinstance(file, UploadedFile):
        return
    if complaint := take(file.getvalue()):
        state["own photo:complaint"] = complaint
    else:
        _choose(page, own_photo().name)
    state["own photo:turn"] += 1
    context = get_script_run_ctx()
    if hasattr(context.uploaded_file_mgr, "remove_file"):
        context.uploaded_file_mgr.remove_file(context.session_id, file.file_id)


def _forget(page: str, forgotten: tuple[Callable[[], None], ...]) -> None:
    st.session_state.pop("own photo", None)
    _choose(page, FIRST_SAMPLE)
    forget_own()
    for forget in forgotten:
        forget()
