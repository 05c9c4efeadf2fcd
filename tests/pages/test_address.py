"""The address and the state of a page, where a run is cut short."""

import numpy as np
from streamlit.testing.v1 import AppTest

from explorer.images import Photo
from explorer.ui import messages


def a_page():
    """One control; "stop" in its state ends a run before the address is written."""
    import streamlit as st

    from explorer.ui import address

    def fill(link):
        st.session_state["p:name"] = link.get("name", "first")
        st.session_state["filled"] = st.session_state.get("filled", 0) + 1
        return [] if link.get("name") != "odd" else ["Odd."]

    complaints, opened = address.enter("p", fill)
    st.session_state["opened"] = opened
    for sentence in complaints:
        st.warning(sentence)
    st.text_input("Name", key="p:name")
    if not st.session_state.get("stop"):
        address.write("p", {"name": st.session_state["p:name"]})


def opened(name: str, stop: bool) -> AppTest:
    app = AppTest.from_function(a_page)
    app.query_params["name"] = name
    app.session_state["stop"] = stop
    app.run()
    assert not app.exception and app.session_state["opened"]
    return app


def test_a_click_before_the_address_is_written_is_not_lost():
    app = opened("second", stop=True)
    app.text_input[0].set_value("third").run()
    assert app.session_state["p:name"] == "third" and app.session_state["filled"] == 1
    app.session_state["stop"] = False
    app.run()
    assert app.query_params["name"] == "third" and app.session_state["filled"] == 1


def test_going_back_fills_the_page_again(monkeypatch):
    app = opened("second", stop=False)
    app.text_input[0].set_value("third").run()
    monkeypatch.setattr(messages, "by_history", lambda: True)
    app.query_params["name"] = "second"
    app.run()
    assert app.session_state["p:name"] == "second"
    assert app.session_state["opened"] and app.session_state["filled"] == 2


def test_a_complaint_stays_when_a_page_is_entered_again():
    """Although what it complains of is not in the corrected address."""
    app = opened("second", stop=False)
    app.session_state["page"] = "another"
    app.query_params["name"] = "odd"
    app.run()
    assert [warning.value for warning in app.warning] == ["Odd."]
    app.text_input[0].set_value("third").run()
    assert not app.warning


def test_a_link_to_ones_own_photo_is_another_with_another_photo():
    app = AppTest.from_function(a_page)
    for name, wanted in (("a", True), ("a", False), ("b", True), (None, False)):
        app.session_state["page"] = "another"
        app.query_params["name"] = "yours"
        if name:
            app.session_state["own photo"] = Photo(name, np.zeros((2, 2, 3), np.uint8))
        app.run()
        assert not app.exception and app.session_state["opened"] == wanted


def test_a_browser_that_still_has_the_address_before_undoes_nothing():
    app = opened("second", stop=False)
    app.text_input[0].set_value("third").run()
    app.query_params["name"] = "second"
    app.text_input[0].set_value("fourth").run()
    assert app.session_state["p:name"] == app.query_params["name"] == "fourth"
    assert not app.session_state["opened"] and app.session_state["filled"] == 1


def test_coming_from_another_page_the_same_link_is_opened():
    app = opened("second", stop=True)
    app.session_state["page"] = "other"
    app.text_input[0].set_value("third").run()
    assert app.session_state["p:name"] == "second" and app.session_state["opened"]


def test_a_complaint_stays_until_the_first_change():
    app = opened("odd", stop=False)
    assert [warning.value for warning in app.warning] == ["Odd."]
    app.run()
    assert app.warning
    app.text_input[0].set_value("third").run()
    assert not app.warning
