"""What is found in a photo is found once: in a sample for everybody, in one's own for a visit."""

import threading
from types import SimpleNamespace

import numpy as np
import pytest
import streamlit as st
from streamlit.runtime.caching import clear_session_data_cache
from streamlit.runtime.scriptrunner import add_script_run_ctx

from explorer.images import OWN, Photo
from explorer.ui.photo_cache import forget_own, remembered

SAMPLE, OTHER_SAMPLE, MINE = (Photo(n, np.ones((2, 3, 3))) for n in ("cat", "coffee", f"{OWN}1"))

computed = []


@remembered(max_size="1MB")
def height(photo: Photo, unit: str, scale: int) -> tuple[int, str]:
    computed.append(("height", photo.name, unit, scale))
    return photo.pixels.shape[0] * scale, unit


@remembered(max_size="1MB")
def width(photo: Photo, unit: str, scale: int) -> tuple[int, str]:
    computed.append(("width", photo.name, unit, scale))
    return photo.pixels.shape[1] * scale, unit


@pytest.fixture(autouse=True)
def fresh():
    st.cache_data.clear()
    computed.clear()
    yield
    st.cache_data.clear()


def visiting(who: str, call, *arguments):
    """What a call returns in a visit, which Streamlit knows by the context of its thread."""
    returned = []
    thread = threading.Thread(target=lambda: returned.append(call(*arguments)))
    context = SimpleNamespace(session_id=who, gather_usage_stats=False, yield_check=lambda: None)
    add_script_run_ctx(thread, context).start()
    thread.join()
    (value,) = returned
    return value


@pytest.mark.parametrize("photo", [SAMPLE, MINE], ids=["sample", "own"])
def test_each_key_is_computed_once(photo):
    for _ in range(2):
        assert visiting("ann", height, photo, "px", 1) == (2, "px")
        assert visiting("ann", height, photo, "px", 10) == (20, "px")
        assert visiting("ann", height, photo, "mm", 1) == (2, "mm")
    name = photo.name
    assert [key for _, *key in computed] == [[name, "px", 1], [name, "px", 10], [name, "mm", 1]]


@pytest.mark.parametrize("photo", [SAMPLE, MINE], ids=["sample", "own"])
def test_functions_with_equal_keys_do_not_meet(photo):
    for _ in range(2):
        assert visiting("ann", height, photo, "px", 1) == (2, "px")
        assert visiting("ann", width, photo, "px", 1) == (3, "px")
    assert [name for name, *_ in computed] == ["height", "width"]


def test_photos_do_not_meet():
    for photo in (SAMPLE, OTHER_SAMPLE, MINE, Photo(f"{OWN}2", MINE.pixels)):
        visiting("ann", height, photo, "px", 1)
    assert [photo for _, photo, *_ in computed] == ["cat", "coffee", f"{OWN}1", f"{OWN}2"]


@pytest.mark.parametrize("photo", [SAMPLE, MINE], ids=["sample", "own"])
def test_a_photo_is_known_by_its_name_and_its_pixels_are_not_looked_at(photo):
    visiting("ann", height, photo, "px", 1)
    assert visiting("ann", height, Photo(photo.name, None), "px", 1) == (2, "px")
    assert len(computed) == 1


def test_samples_are_shared_among_visits():
    assert [visiting(who, height, SAMPLE, "px", 1) for who in ("ann", "bob")] == 2 * [(2, "px")]
    assert len(computed) == 1


def test_ones_own_photo_is_not_shared_even_if_another_brings_the_same():
    for who in ("ann", "bob", "ann", "bob"):
        visiting(who, height, MINE, "px", 1)
    assert len(computed) == 2


def test_a_visitor_forgets_all_that_was_found_in_their_own_photo_and_nothing_else():
    def ask_everything():
        computed.clear()
        for who in ("ann", "bob"):
            for find in (height, width):
                for photo in (SAMPLE, MINE):
                    visiting(who, find, photo, "px", 1)
        return [(name, photo) for name, photo, *_ in computed]

    ask_everything()
    assert ask_everything() == []
    visiting("ann", forget_own)
    assert ask_everything() == [("height", MINE.name), ("width", MINE.name)]


def test_what_was_found_in_ones_own_photo_ends_with_the_visit():
    for photo in (SAMPLE, MINE):
        visiting("ann", height, photo, "px", 1)
        visiting("bob", height, photo, "px", 1)
    computed.clear()
    clear_session_data_cache("ann")
    for who in ("ann", "bob"):
        for photo in (SAMPLE, MINE):
            visiting(who, height, photo, "px", 1)
    assert [photo for _, photo, *_ in computed] == [MINE.name]
