"""Tables as text, and files in which they stand."""

import pytest

from explorer.tables import aligned, markdown, places, replaced

ROWS = [("one step", "here", "there"), ("conv3_1", "0.066 s", "1 s"), ("x", "1", "")]


def test_columns_are_aligned():
    assert (
        aligned(ROWS) == "one step     here  there\nconv3_1   0.066 s    1 s\nx               1\n"
    )


def test_markdown():
    assert markdown(ROWS[:2]) == (
        "| one step | here | there |\n| --- | --- | --- |\n| conv3_1 | 0.066 s | 1 s |\n"
    )


def test_a_marked_place_is_replaced_and_nothing_else():
    text = "one\n<!-- quality -->\nold\n<!-- /quality -->\ntwo\n<!-- speed -->\n"
    new = "one\n<!-- quality -->\n| a |\n<!-- /quality -->\ntwo\n<!-- speed -->\n"
    assert places(text) == ["quality", "speed"]
    assert replaced(text, "quality", "| a |\n") == new
    assert replaced(new, "quality", "| a |\n") == new


@pytest.mark.parametrize("text", ["", "<!-- quality -->", "<!-- /quality --> <!-- quality -->"])
def test_a_missing_place_is_refused(text, refused):
    with refused("quality"):
        replaced(text, "quality", "new")
