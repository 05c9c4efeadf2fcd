"""The first thing people see."""

import subprocess
import sys

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.bench.pages import PAGES
from explorer.links import recipes_in
from explorer.ui.home import DOORS, FOLDER, PICTURES


def test_it_opens_with_pictures_and_doors():
    app = AppTest.from_file("../../streamlit_app.py", default_timeout=60).run()
    assert not app.exception
    assert app.title[0].value == "What does a network look for?"


def test_every_picture_exists_and_its_link_draws_it():
    for picture in PICTURES:
        assert (FOLDER / picture.file).is_file()
        (recipe,), complaints = recipes_in(picture.link)
        assert not complaints
        assert picture.file.startswith(picture.link["layer"])
        assert recipe.caption.startswith(picture.caption.partition(":")[0].partition(", dream")[0])


def test_every_door_leads_to_a_page(request):
    for door in DOORS:
        assert (request.config.rootpath / door.page).is_file()


@pytest.mark.parametrize("page", PAGES)
def test_a_setting_that_is_nonsense_is_told_on_every_page(monkeypatch, page):
    monkeypatch.setenv("EXPLORER_STEPS", "many")
    st.cache_resource.clear()
    app = AppTest.from_file(f"../../{page}", default_timeout=60).run()
    (error,) = app.error
    assert error.value.startswith("EXPLORER_STEPS must be a whole number, not 'many'.")
    assert not app.exception and not app.button
    st.cache_resource.clear()


@pytest.mark.parametrize("page", PAGES[1:])
def test_from_a_page_home_and_back_the_page_is_as_it_was(vgg, page):
    """On Home, Streamlit forgets the widgets of the page before."""
    st.cache_resource.clear()
    app = AppTest.from_file("../../streamlit_app.py", default_timeout=60)
    app.switch_page(page).run()
    for _ in range(2):
        left = dict(app.query_params)
        app.query_params.clear()
        app.switch_page(PAGES[0]).run()
        app.switch_page(page).run()
        assert not app.exception, app.exception
        assert dict(app.query_params) == left
    st.cache_resource.clear()


def test_it_needs_no_tensorflow():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; from explorer.ui import session; "
        "session.DELIVERY_SECONDS = 600; "
        "app = AppTest.from_file('streamlit_app.py', default_timeout=60).run(); "
        "assert not app.exception; "
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)


@pytest.mark.slow
def test_tensorflow_comes_in_the_background_once_the_page_is_there():
    code = """
import os, sys, threading, time
from streamlit.testing.v1 import AppTest
from explorer.ui import session

def waiting():  # Streamlit's own spinners are timers too
    timers = [each for each in threading.enumerate() if isinstance(each, threading.Timer)]
    return [timer for timer in timers if timer.interval == session.DELIVERY_SECONDS]

session.DELIVERY_SECONDS = 5
app = AppTest.from_file("streamlit_app.py", default_timeout=60).run()
assert "tensorflow" not in sys.modules
(timer,) = waiting()
app.run()
assert waiting() == [timer]
end = time.monotonic() + 60
while "tensorflow" not in sys.modules:
    assert time.monotonic() < end
    time.sleep(0.05)
os._exit(0)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
