"""A number beyond a field's range is told, and the nearest taken."""

from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from explorer.ui import steady
    from explorer.ui.fields import number_field

    steady.begin()
    st.session_state.setdefault("whole", 3)
    st.session_state.setdefault("part", 0.5)
    st.write(number_field("Channel", 0, 255, "whole"), number_field("Share", 0.0, 1.5, "part"))
    steady.echo()


def after(key, value):
    app = AppTest.from_function(page).run()
    assert not app.warning
    app.number_input(key=key).set_value(value).run()
    assert not app.exception
    return app


def test_the_nearest_number_is_taken_and_told():
    app = after("whole", 3000)
    assert app.number_input(key="whole").value == 255
    (told,) = app.warning
    assert told.value == "There is no 3,000 here: numbers go from 0 to 255, and 255 is taken."
    assert app.markdown[0].value == "`255` `0.5`"
    app.number_input(key="whole").set_value(7).run()
    assert not app.warning and app.number_input(key="whole").value == 7


def test_numbers_that_are_not_whole():
    app = after("part", -2.0)
    assert app.number_input(key="part").value == 0.0
    assert app.warning[0].value.startswith("There is no -2 here: numbers go from 0 to 1.5")


def test_numbers_of_the_range_are_taken_as_they_are():
    for value in (0, 255, 17):
        app = after("whole", value)
        assert not app.warning and app.number_input(key="whole").value == value


def test_it_is_told_only_as_long_as_the_nearest_number_stands():
    app = after("whole", 3000)
    for value in (7, 255):
        app.number_input(key="whole").set_value(value).run()
        assert not app.warning


def test_large_numbers_are_told_with_all_their_digits():
    app = after("part", 1000001.5)
    assert app.warning[0].value.startswith("There is no 1,000,001.5 here: numbers go from 0 to 1.5")


def test_what_the_program_sets_afterwards_is_not_blamed():
    app = after("whole", 3000)
    app.session_state["whole"] = 8
    app.run()
    assert not app.warning and app.number_input(key="whole").value == 8
    app.session_state["whole"] = 255
    assert not app.run().warning, "also not when it comes to the limit by itself"
