"""How a sentence ends that there is nothing of a name."""

import pytest

from explorer.errors import did_you_mean

NAMES = ("blur", "decay", "rotation")


@pytest.mark.parametrize(
    ("name", "more", "words"),
    [
        ("blurr", {}, "did you mean blur?"),
        ("xyz", {}, "choose from blur, decay, rotation."),
        ("xyz", {"otherwise": "give a name."}, "give a name."),
        ("blurdecay", {"most": 3}, "did you mean decay or blur?"),
        (7, {}, "choose from blur, decay, rotation."),
    ],
)
def test_did_you_mean(name, more, words):
    assert did_you_mean(name, NAMES, **more) == words


def test_names_that_have_the_word_come_before_those_spelled_like_it():
    known = ("crate", "coast", "tiger cat", "cat-flap", "caterpillar")
    assert did_you_mean("cat", known, most=3) == "did you mean tiger cat or cat-flap or crate?"
    assert did_you_mean("cat", known) == "did you mean tiger cat?"
