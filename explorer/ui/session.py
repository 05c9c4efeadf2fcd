"""Who is visiting, and the one studio that renders for everybody."""

import threading
import uuid

import streamlit as st

from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.settings import Settings, from_environment
from explorer.studio import Studio


@st.cache_resource
def settings() -> Settings:
    """The limits in force."""
    return from_environment()


def upload_mb() -> int:
    """Megabytes that an upload may have: what is set here, and no more than the server takes."""
    return min(settings().upload_mb, st.get_option("server.maxUploadSize"))


@st.cache_resource
def studio() -> Studio:
    """The studio of this server."""
    return Studio(settings())


@st.cache_resource(max_entries=4)
def network(name: str) -> Network:
    """A network, one object for everybody."""
    return load_network(name)


@st.cache_resource(max_entries=4)
def warm_up(name: str) -> threading.Thread:
    """Load a network in the background, for a page whose visitor will soon need it."""
    thread = threading.Thread(target=lambda: load_network(name).tensors, daemon=True)
    thread.start()
    return thread


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
