"""What the program sets in widgets is not undone by a message from before."""

import pytest
from streamlit.testing.v1 import AppTest


def page():
    import streamlit as st

    from explorer.ui import steady

    steady.settle()
    state = st.session_state
    state.setdefault("number", 1)
    state.setdefault("kind", "plain")

    def advance():
        with steady.setting():
            state["number"] += 1

    def restore():
        with steady.setting():
            state["number"], state["kind"] = 50, "fancy"

    def kind_chosen():
        if not steady.overruled("kind"):
            with steady.setting():
                state["number"] = 100

    st.number_input("Number", 0, 200, key="number")
    st.selectbox("Kind", ("plain", "fancy"), key="kind", on_change=kind_chosen)
    st.button("Next", on_click=advance)
    st.button("Restore", on_click=restore)
    st.slider("Other", 0, 9, key="other")
    steady.echo()


@pytest.fixture
def app():
    return AppTest.from_function(page, default_timeout=30).run()


def button(app, label):
    return next(found for found in app.button if found.label == label)


def seen(app):
    return app.number_input(key="steady").value


def state(app):
    return app.number_input(key="number").value, app.selectbox(key="kind").value


def test_a_message_from_before_a_click_does_not_undo_it(app):
    before = seen(app)
    button(app, "Next").click().run()
    assert seen(app) > before and state(app)[0] == 2
    app.number_input(key="number").set_value(1)
    app.number_input(key="steady").set_value(before).run()
    assert state(app)[0] == 2
    button(app, "Next").click().run()
    assert state(app)[0] == 3


def test_a_click_that_comes_with_old_values_counts_from_the_new_ones(app):
    before = seen(app)
    button(app, "Next").click().run()
    app.number_input(key="number").set_value(1)
    app.number_input(key="steady").set_value(before)
    button(app, "Next").click().run()
    assert state(app)[0] == 3


def test_what_a_person_changes_stays(app):
    button(app, "Next").click().run()
    app.number_input(key="number").set_value(1).run()
    assert state(app)[0] == 1
    button(app, "Restore").click().run()
    app.selectbox(key="kind").set_value("plain").run()
    assert state(app) == (100, "plain")


def test_an_old_value_calls_no_callback(app):
    before = seen(app)
    button(app, "Restore").click().run()
    app.selectbox(key="kind").set_value("plain")
    app.number_input(key="number").set_value(1)
    app.number_input(key="steady").set_value(before).run()
    assert state(app) == (50, "fancy")


def test_a_change_beside_old_values_is_kept(app):
    before = seen(app)
    button(app, "Next").click().run()
    app.slider(key="other").set_value(7)
    app.number_input(key="number").set_value(1)
    app.number_input(key="steady").set_value(before).run()
    assert state(app)[0] == 2 and app.slider(key="other").value == 7


def test_all_that_was_set_since_is_set_again(app):
    before = seen(app)
    button(app, "Restore").click().run()
    button(app, "Next").click().run()
    app.selectbox(key="kind").set_value("plain")
    app.number_input(key="number").set_value(1)
    app.number_input(key="steady").set_value(before).run()
    assert state(app) == (51, "fancy")


def test_what_was_set_later_alone_is_set_again(app):
    button(app, "Restore").click().run()
    app.selectbox(key="kind").set_value("plain").run()
    before = seen(app)
    button(app, "Next").click().run()
    app.number_input(key="number").set_value(100)
    app.number_input(key="steady").set_value(before).run()
    assert state(app) == (101, "plain")


def refilled_page():
    import streamlit as st

    from explorer.ui import steady

    steady.begin()
    state = st.session_state
    if "one" not in state:
        with steady.setting("one", "two"):
            state["one"], state["two"] = 7, 8
    st.slider("One", 0, 9, key="one")
    st.slider("Two", 0, 9, key="two")
    steady.echo()


@pytest.mark.parametrize(("sent", "kept"), [((0, 0), (7, 8)), ((3, 8), (3, 8))])
def test_a_browser_that_has_not_taken_a_setting_does_not_undo_it(sent, kept):
    """It says that it has seen it; a person changes one widget at a time."""
    app = AppTest.from_function(refilled_page, default_timeout=30).run()
    one, two = app.slider(key="one"), app.slider(key="two")
    one.set_value(sent[0]), two.set_value(sent[1])
    app.run()
    assert (app.slider(key="one").value, app.slider(key="two").value) == kept
    app.run()
    app.slider(key="one").set_value(1), app.slider(key="two").set_value(2)
    app.run()
    assert (app.slider(key="one").value, app.slider(key="two").value) == (1, 2), "it has them now"


def nested_page():
    import streamlit as st

    from explorer.ui import steady

    steady.begin()
    state = st.session_state
    with steady.setting():
        state["outer"] = 1
        with steady.setting("inner"):
            state["inner"] = 2
    st.slider("Outer", 0, 9, key="outer")
    st.slider("Inner", 0, 9, key="inner")
    steady.echo()


def test_a_setting_around_another_records_widgets_and_not_its_record():
    """Or else each record would hold all those before it."""
    app = AppTest.from_function(nested_page, default_timeout=30).run().run()
    recorded = {name for _, values in app.session_state["steady:history"] for name in values}
    assert recorded == {"outer", "inner"}


def interrupted_page():
    import streamlit as st

    from explorer.ui import steady

    steady.begin()
    state = st.session_state
    first = "number" not in state
    if first:
        with steady.setting():
            state["number"] = 7
    st.slider("Number", 0, 9, key="number")
    if first:
        st.stop()  # as a message that arrives in the middle ends a run
    steady.echo()


def test_what_a_run_set_that_never_ended_is_sent_to_the_browser_again():
    """Else it shows, and sends, a slider's lowest value."""
    app = AppTest.from_function(interrupted_page, default_timeout=30).run().run()
    assert app.slider(key="number").proto.set_value
    assert app.slider(key="number").value == 7
    app.run()
    assert not app.slider(key="number").proto.set_value, "it was drawn"


def late_page():
    import streamlit as st

    from explorer.ui import steady

    steady.begin()
    state = st.session_state
    if "late" not in state:
        with steady.setting():
            state["late"] = 7
    st.slider("Late", 0, 9, key="late")
    st.slider("Other", 0, 9, key="other")
    steady.echo()


@pytest.mark.parametrize("missing", ["late", "steady"])
def test_a_setting_is_repeated_until_the_browser_has_the_widget(missing):
    """It draws a widget whose code comes late by what the last run told."""
    app = AppTest.from_function(late_page, default_timeout=30).run()
    for _ in range(3):
        sent = app._tree.get_widget_states()
        kept = [widget for widget in sent.widgets if not widget.id.endswith(f"-{missing}")]
        assert len(kept) == len(sent.widgets) - 1
        del sent.widgets[:]
        sent.widgets.extend(kept)
        app._run(sent)
        drawn = {"late": app.slider(key="late"), "steady": app.number_input(key="steady")}
        assert drawn[missing].proto.set_value and drawn["late"].value == 7
    app.run()
    assert not app.slider(key="late").proto.set_value, "what it has, it is not told again"
    app.slider(key="late").set_value(3).run()
    assert app.slider(key="late").value == 3
