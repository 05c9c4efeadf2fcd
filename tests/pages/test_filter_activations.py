"""The states of the activations page."""

import asyncio
import io
import re
import time

import numpy as np
import pytest
import streamlit as st
from PIL import Image
from streamlit.testing.v1 import AppTest

from explorer.images import SAMPLES
from explorer.ui.photos import PROMISE
from tests_of_photos import BAD, GOOD, encoded

PAGE = "pages/2_Filter_activations.py"


@pytest.fixture(autouse=True)
def quiet(monkeypatch, vgg):
    """One network for all tests, and caches that start and end empty."""
    st.cache_resource.clear()
    st.cache_data.clear()
    yield
    st.cache_resource.clear()
    st.cache_data.clear()


def opened(**parameters) -> AppTest:
    app = AppTest.from_file("../../streamlit_app.py", default_timeout=60).run()
    app.switch_page(PAGE)
    for name, value in parameters.items():
        app.query_params[name] = value
    return sound(app.run())
