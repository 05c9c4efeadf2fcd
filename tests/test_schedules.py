"""Recursion blurs at the start of each round; coarse to fine grows in equal ratios."""

import numpy as np
import pytest
from scipy import ndimage

from explorer.methods import Moment
from explorer.schedules import (
    SCHEDULES,
    SMALLEST_VIEW,
    coarse_to_fine,
    of_round,
    recursion,
    view_of,
)


@pytest.mark.parametrize(
    ("steps", "rounds", "starts"),
    [(10, 1, [0]), (10, 5, [0, 2, 4, 6, 8]), (7, 3, [0, 3, 6]), (3, 5, [0, 1, 2])],
)
def test_picture_is_blurred_before_each_round(steps, rounds, starts):
    import tensorflow as tf

    x = np.random.default_rng(0).normal(0, 50, (33, 47, 3)).astype(np.float32)
    blurred = ndimage.gaussian_filter(x.astype(np.float64), (1.5, 1.5, 0))
    for step in range(steps):
        moment = Moment(*(tf.constant(n) for n in (step, steps, 0, 0, rounds)), tf.constant(x))
        found = recursion(tf.constant(x), moment, tf.constant(rounds), 1.5, 100.0, 0.0).numpy()
        wanted = blurred if step in starts else x
        assert np.abs(found - wanted).max() < 1e-3


def test_some_of_the_start_comes_back_with_each_round():
    import tensorflow as tf

    x, start = np.random.default_rng(0).normal(0, 50, (2, 33, 47, 3)).astype(np.float32)
    mixed = 0.8 * x.astype(np.float64) + 0.2 * start
    for step in range(6):
        moment = Moment(*(tf.constant(n) for n in (step, 6, 0, 0, 3)), tf.constant(start))
        found = recursion(tf.constant(x), moment, tf.constant(3), 1.5, 70.0, 20.0).numpy()
        begun = ndimage.gaussian_filter(mixed if step else x, (1.5, 1.5, 0))
        assert np.abs(found - (x if step % 2 else begun)).max() < 1e-3


@pytest.mark.parametrize(
    ("steps", "rounds", "wanted"),
    [
        (12, 3, [50] * 4 + [100] * 4 + [200] * 4),
        (10, 4, [48] * 3 + [50] * 3 + [100] * 3 + [200]),
        (10, 6, [48] * 4 + [50] * 2 + [100] * 2 + [200] * 2),
        (1, 5, [200]),
        (5, 1, [200] * 5),
    ],
)
def test_each_round_sees_the_picture_larger_and_the_last_the_whole(steps, rounds, wanted):
    found = [of_round((200, 200), step, steps, rounds, 50) for step in range(steps)]
    assert found == [(side, side) for side in wanted]


def test_both_schedules_together():
    """Half of the side in the first round, and of that half at its first steps."""
    methods = {
        "recursion": {"rounds": 2, "sigma": 1.0, "rescale": 50, "blend": 0},
        "coarse-to-fine": {"smallest": 50, "until": 25, "stages": 1},
    }
    found = [view_of((400, 400), step, 8, methods)[0] for step in range(8)]
    assert found == [100, 100, 200, 200, 400, 400, 400, 400]
    assert view_of((400, 300), 0, 8, {}) == (400, 300)


@pytest.mark.parametrize(
    ("stages", "until", "wanted"),
    [
        (1, 50, {0: 50, 49: 50, 50: 200, 99: 200}),
        (2, 50, {0: 50, 24: 50, 25: 100, 49: 100, 50: 200, 99: 200}),
        (2, 100, {0: 50, 49: 50, 50: 100, 99: 100}),
    ],
)
def test_coarse_to_fine_grows_in_equal_ratios(stages, until, wanted):
    found = {step: coarse_to_fine((200, 200), step, 100, 25, until, stages) for step in wanted}
    assert found == {step: (side, side) for step, side in wanted.items()}


def test_coarse_to_fine_keeps_the_shape_and_has_a_least_size():
    assert coarse_to_fine((224, 448), 0, 10, 50, 60, 1) == (112, 224)
    assert coarse_to_fine((224, 448), 0, 10, 10, 60, 1) == (SMALLEST_VIEW, SMALLEST_VIEW)
    assert coarse_to_fine((32, 448), 0, 10, 50, 60, 1) == (32, 224)
    assert coarse_to_fine((32, 40), 0, 10, 10, 60, 2) == (32, 40)


def test_coarse_to_fine_of_everything_is_the_whole():
    assert {coarse_to_fine((97, 131), step, 7, 100, 60, 3) for step in range(8)} == {(97, 131)}


def test_the_table():
    assert [method.name for method in SCHEDULES] == ["recursion", "coarse-to-fine"]
