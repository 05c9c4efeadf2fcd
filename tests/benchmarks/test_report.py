"""Arithmetic on numbers small enough to follow by hand."""

import math

from benchmarks.report import (
    Channel,
    pictures_table,
    quality_table,
    speed_table,
)

FAST = Channel("conv3_1 1", 10.0, 100.0, 15.0, [(1.0, 0.0), (2.0, 12.0), (4.0, 30.0)])
SLOW = Channel(
    "conv4_1 2", 10.0, 200.0, 40.0, [(1.0, 0.0), (40.0, 10.0), (59.0, 20.0), (61.0, 99.0)]
)
NEVER = Channel("conv5_1 3", 10.0, 50.0, 0.0, [(1.0, 0.0), (3.0, 5.0)])


def test_the_score_counts_until_the_budget_is_used_up():
    assert FAST.reached == (4.0, 30.0)
    assert SLOW.reached == (59.0, 20.0)
    assert Channel("late", 1.0, 1.0, 1.0, [(61.0, 5.0)]).score == 0


def test_ratios():
    assert FAST.times_score == 3
    assert SLOW.times_score == 2
    assert NEVER.times_score == 0.5
    assert (FAST.times_prepared, SLOW.times_prepared, NEVER.times_prepared) == (2, 0.5, math.inf)
    assert Channel("dead", 0.0, 1.0, 1.0, [(1.0, 5.0)]).times_score == math.inf


def test_time_to_the_peers_score():
    assert (FAST.seconds_to_peer, FAST.share_of_time) == (2.0, 0.02)
    assert (SLOW.seconds_to_peer, SLOW.share_of_time) == (40.0, 0.2)
    assert NEVER.seconds_to_peer == NEVER.share_of_time == math.inf


def cells(table):
    return [[cell.strip() for cell in row.strip("|").split("|")] for row in table.splitlines()]


def test_quality_table():
    heading, rule, *rows, middle = cells(quality_table([FAST, SLOW, NEVER]))
    first = ["conv3_1 1", "10.0", "100", "30.0", "4", "3.00", "15.0", "2.00", "2.0", "2.0 %"]
    last = ["conv5_1 3", "10.0", "50", "5.0", "3", "0.50", "0.0", "∞", "∞", "∞"]
    medians = ["**median**", "", "100", "", "4", "**2.00**", "", "**2.00**", "40.0", "**20.0 %**"]
    assert (rows[0], rows[2], middle) == (first, last, medians)
    assert {len(row) for row in (heading, rule, *rows, middle)} == {10}


def test_speed_table():
    seconds = {"this program": 0.2, "a peer": 0.5}
    table = cells(speed_table({"conv5_1": seconds, "conv5_3": {"this program": 1, "a peer": 1}}))
    assert table[0] == ["one step", "conv5_1", "conv5_3"]
    assert table[2:] == [
        ["this program", "0.200 s", "1.000 s"],
        ["a peer", "0.500 s (2.50 times)", "1.000 s (1.00 times)"],
    ]


def test_pictures_table():
    assert "| conv3_1 1 | ![](a.png) | ![](b.png) |" in pictures_table(
        [("conv3_1 1", "a.png", "b.png")]
    )
