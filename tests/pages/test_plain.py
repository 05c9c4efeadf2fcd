"""Sentences that quote what somebody wrote."""

import pytest
from streamlit.testing.v1 import AppTest

from explorer.ui.plain import LONGEST, literal

PAGE = "../../pages/3_Feature_visualization.py"


MEANINGFUL = (
    "![x](http://example.org/a.png)",
    "[sign in](https://example.org)",
    ":red-background[x]",
    ":material/delete:",
    "see :tada: and :+1:",
    "$x$",
    "`x`",
    "<b>x</b>",
    "*x* or _x_ or __x__",
    "~~x~~",
    "# x",
    "1. x",
    "- x",
    "a -> b -- c >= d",
    "see https://example.org",
    "see WWW.example.org",
    "a.b@example.org",
    "&lt;",
    "\\",
)
"""Texts that Streamlit would not show as they are; the browser tests look at what it shows."""


@pytest.mark.parametrize("text", MEANINGFUL)
def test_no_sign_of_a_sentence_has_a_meaning(text):
    """CommonMark: a backslash before punctuation takes its meaning away and is not shown."""
    shown = literal(text)
    assert shown != text
    plain = shown.replace("\\\\", "\0").replace("\\", "").replace("\0", "\\")
    assert plain.replace("\N{WORD JOINER}", "") == text


def test_plain_sentences_stay_as_they_are():
    text = "VGG16 has no layer 'conv9_9': did you mean conv5_1? It has 3×3 px, or 1:0.5,7:-1."
    assert literal(text) == text


def test_what_is_endless_or_no_text_is_cut():
    assert literal("x" * 10_000) == "x" * LONGEST + " …"
    assert literal("a\n\n  b") == "a b"
    assert literal("layer \ud800") == "layer ?"


def test_an_address_brings_no_link_into_a_page():
    app = AppTest.from_file(PAGE, default_timeout=90)
    app.query_params["layer"] = "[sign in](https://example.org)"
    app.query_params["stopped"] = "yes"
    app.run()
    (told,) = app.warning
    assert "\\[sign in\\]\\(https" in told.value
