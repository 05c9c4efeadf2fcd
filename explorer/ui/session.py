"""Who is visiting, and the one studio that renders for everybody."""

import threading
import uuid
from math import isqrt

import streamlit as st

from explorer.networks import load_network
from explorer.recipe import SMALLEST_SIDE
from explorer.settings import Settings, from_environment
from explorer.studio import Studio
from explorer.ui import reruns

reruns.leave_keras_alone()

DELIVERY_SECONDS = 1.0
"""From the end of a page's script until the browser has drawn it, generously."""


@st.cache_resource
def settings() -> Settings:
    """The limits in force."""
    return from_environment()


def upload_mb() -> int:
    """Megabytes that an upload may have: what is set here, and no more than the server takes."""
    return min(settings().upload_mb, st.get_option("server.maxUploadSize"))


def largest_side() -> int:
    """Of a square picture that may be drawn here, in pixels; no less than any has."""
    return max(SMALLEST_SIDE, isqrt(settings().pixels))


@st.cache_resource
def studio() -> Studio:
    """The studio of this server."""
    return Studio(settings())


@st.cache_resource(max_entries=4)
def warm_up(name: str) -> threading.Thread:
    """Load a network in the background, for a page whose visitor will soon need it."""
    return _loading(name)


@st.cache_resource(max_entries=4)
def warm_up_later(name: str) -> threading.Timer:
    """As `warm_up`, once a page that does without the network is complete in the browser."""
    timer = threading.Timer(DELIVERY_SECONDS, _loading, (name,))
    timer.daemon = True
    timer.start()
    return timer


def _loading(name: str) -> threading.Thread:
    """A thread that Python waits for before it ends: amid its import, HDF5 would crash."""
    thread = threading.Thread(target=_load, args=(name,), daemon=False)
    thread.start()
    return thread


def _load(name: str) -> None:
    if threading.main_thread().is_alive():
        load_network(name).load()


def visitor() -> str:
    """A name for this browser tab; asking for it says that the visitor is here."""
    name = st.session_state.setdefault("visitor", uuid.uuid4().hex)
    _presence(name)
    studio().here(name)
    return name


@st.cache_resource(scope="session", on_release=lambda name: studio().leaving(name))
def _presence(name: str) -> str:
    """Lives as long as the visitor's connection; its end is how the studio hears of it."""
    return name


def ask(page: str, at_rest: bool = False) -> None:
    """In the callback of a click: have a page draw what its controls will say.

    With `at_rest`, what has a picture already is only shown.
    """
    st.session_state[f"{page}:wanted"] = "at rest" if at_rest else True
    studio().expect(visitor())
