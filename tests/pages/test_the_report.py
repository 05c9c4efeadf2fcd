"""The report page's states."""

import re
import subprocess
import sys
import time

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from explorer.networks import load_network
from explorer.recipe import preset
from explorer.report import figures
from explorer.report.results import stored
from explorer.report.statements import SECTIONS
from explorer.report.words import verdicts

HOME, PAGE = "../../streamlit_app.py", "pages/5_The_report.py"


@pytest.fixture(autouse=True)
def fresh():
    """Caches that outlive a session are emptied."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def short(monkeypatch):
    """Recipes of two steps on small pictures, so that drawing takes no time."""

    def recipe(name, network, target):
        return preset(name, target, network=network, steps=2, size=32)

    monkeypatch.setattr(figures, "_recipe", recipe)


def opened(**parameters) -> AppTest:
    app = AppTest.from_file(HOME, default_timeout=60)
    app.switch_page(PAGE)
    for name, value in parameters.items():
        app.query_params[name] = value
    return app.run()


def words_of(app: AppTest) -> str:
    return "\n".join(entry.value for entry in (*app.markdown, *app.caption, *app.info))


def test_it_opens_with_every_statement_and_its_verdict():
    app = opened()
    assert not app.exception and not app.warning
    for row in verdicts(stored()):
        assert row["said"] in words_of(app) and f"-badge[{row['verdict']}]" in words_of(app)
    assert app.query_params["section"] == "verdicts"


@pytest.mark.parametrize("section", ["activations", "naive", "regularized"])
def test_every_number_beside_a_figure_is_explained(section):
    app = opened(section=section)
    (explained,) = (each for each in app.expander if each.label == "What the numbers mean")
    (meanings,) = (each.value for each in explained.markdown)
    shown = {
        title for html in app.get("html") for title in re.findall("<dt>(.*?)</dt>", html.value)
    }
    assert len(shown) >= 3
    for title in shown:
        assert re.search(rf"^- \*\*{title}\*\*: [A-Z].+\.$", meanings, re.M), title


@pytest.mark.parametrize(
    ("limit", "words"),
    [("STEPS", "More than 100 steps"), ("PIXELS", "224×224 pixels is too large")],
)
def test_what_takes_more_than_is_allowed_is_not_offered(monkeypatch, limit, words):
    monkeypatch.setenv(f"EXPLORER_{limit}", "100")
    st.cache_resource.clear()
    offers = [each for each in opened(section="naive").button if each.label == "Draw it now"]
    assert offers and all(each.disabled and words in each.help for each in offers)


def test_numbers_are_explained_only_where_there_are_some():
    labels = [each.label for each in opened(section="structure").expander]
    assert "What the numbers mean" not in labels


@pytest.mark.parametrize("section", SECTIONS)
def test_every_section_shows_its_statements(section):
    app = opened(section=section)
    assert not app.exception and not app.warning
    rows = [row for row in verdicts(stored()) if row["section"] == section]
    for row in rows:
        assert f"{row['said']}** :" in words_of(app)
    checks = sum(len(row["checks"]) for row in rows)
    assert sum(len(table.value) for table in app.table) == checks
    count = sum(map(len, figures.sections("efficientnet-lite0").get(section, ())))
    assert len([code for code in app.code if "explorer render" in code.value]) == count


def test_a_door_leads_to_the_section():
    app = opened()
    app.button(key="report:to 8").click().run()
    assert not app.exception
    assert app.query_params["section"] == "improved"


def test_an_unknown_section_is_told():
    app = opened(section="nonsense")
    assert "no section 'nonsense'" in app.warning[0].value
    assert app.query_params["section"] == "verdicts"


def test_a_figure_is_drawn_on_the_spot(short):
    app = opened(section="regularized")
    app.button(key="report:draw conv5_2-1-clip").click().run()
    assert not app.exception
    ticket = app.session_state["report:ticket"]
    (recipe,) = ticket.recipes
    assert recipe.preset == "report/1-clip"
    assert app.button(key="report:draw conv5_2-1-clip").disabled
    end = time.monotonic() + 90
    while ticket.view().status in ("waiting", "running"):
        assert time.monotonic() < end
        time.sleep(0.05)
    app.run()
    assert ticket.view().status == "finished", ticket.view().error
    assert "Step 2 · score" in words_of(app)
    assert words_of(app).count("Of the stored picture (") == 1
    other = app.button(key="report:draw conv5_2-2-decay")
    assert not other.disabled
    other.click().run()
    assert app.session_state["report:ticket"].recipes[0].preset == "report/2-decay"
    assert "Step 2 · score" not in words_of(app)
    held = app.session_state["report:ticket"]
    app.button(key="report:stored conv5_2-2-decay").click().run()
    assert not app.exception and held.view().status in ("stopped", "finished")
    assert "report:ticket" not in app.session_state
    assert "Of the stored picture (" not in words_of(app)


def test_without_stored_results_it_says_so_and_still_draws(short, monkeypatch):
    monkeypatch.setattr("explorer.report.results.stored", lambda: None)
    app = opened()
    assert not app.exception
    assert "stored results are not here" in app.warning[0].value
    for section in SECTIONS:
        app = opened(section=section)
        assert not app.exception, section
        assert not app.table
    app = opened(section="naive")
    app.button(key="report:draw conv1_1-naive").click().run()
    assert not app.exception
    assert app.session_state["report:ticket"].recipes[0].target.layer == "block1_conv1"


def test_with_vggs_weights_its_own_flamingo_is_drawn(monkeypatch):
    monkeypatch.setattr("explorer.ui.report.class_network", lambda: "vgg16")
    monkeypatch.setattr(load_network("vgg16").__class__, "require", lambda *_: None)
    app = opened(section="regularized")
    assert not app.exception
    assert "draws its own" in words_of(app)
    commands = [code.value for code in app.code]
    assert any("--class 130" in command and "--network" not in command for command in commands)


def test_it_opens_without_tensorflow():
    code = (
        "import sys; from streamlit.testing.v1 import AppTest; "
        "app = AppTest.from_file('streamlit_app.py', default_timeout=60); "
        "app.switch_page('pages/5_The_report.py'); "
        "app.query_params['section'] = 'regularized'; app.run(); "
        "assert not app.exception; "
        "assert 'tensorflow' not in sys.modules and 'keras' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=120)
