"""Stopping on a plateau: histories whose end is known."""

import pytest

from explorer.stopping import plateau


def history(*scores, every=10):
    return [(every * i, score) for i, score in enumerate(scores)]


def test_who_rises_goes_on():
    assert plateau(history(1, 2, 3, 4, 5, 6), 20, 1.0) is None


def test_a_history_shorter_than_the_patience_goes_on():
    assert plateau(history(5, 5, 5), 21, 1.0) is None
    assert plateau(history(5, 5, 5), 20, 1.0)


@pytest.mark.parametrize(("last", "ends"), [(100.9, True), (101.5, False)])
def test_the_gain_is_a_share_of_the_best(last, ends):
    assert bool(plateau(history(0, 100, 100.5, last), 20, 1.0)) is ends


@pytest.mark.parametrize(
    ("now", "gain", "ends"),
    [
        (1.8, 50, False),
        (1.4, 50, True),
        (1.5, 50, False),
        (5, 100, False),
        (2, 100, False),
        (1.9, 100, True),
    ],
)
def test_the_gain_is_a_share_of_what_was_before(now, gain, ends):
    assert bool(plateau([(0, 1.0), (60, now)], 60, gain)) is ends


def test_a_score_that_stays_zero_has_not_risen():
    """As after a ReLU that lets nothing pass."""
    assert plateau(history(0, 0, 0, 0), 20, 1.0)
    assert plateau(history(0, 0, 0, 1e-9), 20, 1.0) is None
    assert plateau(history(0, 0, 0, 0), 20, 0.0) is None, "nothing less than no rise"


def test_the_best_counts_and_not_the_last():
    """A dip does not end it, nor does a return to what was reached already go on."""
    assert plateau(history(0, 10, 1, 20), 20, 1.0) is None
    assert plateau(history(0, 20, 1, 19), 20, 1.0)


def test_scores_below_zero_rise_too():
    assert plateau(history(-100, -90, -80, -70), 10, 5.0) is None
    assert plateau(history(-100, -90, -89.9, -89.8), 10, 5.0)


def test_the_reason_is_said():
    reason = plateau(history(5, 5, 5), 20, 2.5)
    assert reason == "the best score rose by less than 2.5 % in 20 steps"
