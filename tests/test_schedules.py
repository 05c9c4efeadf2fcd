"""Recursion blurs at the start of each round; coarse to fine grows in equal ratios."""

import numpy as np
import pytest
from scipy import ndimage

from explorer.methods import Moment
from explorer.schedules import SCHEDULES, SMALLEST_VIEW, coarse_to_fine, recursion


@pytest.mark.parametrize(
    ("steps", "rounds", "starts"),
    [(10, 1, [0]), (10, 5, [0, 2, 4, 6, 8]), (7, 3, [0, 3, 6]), (3, 5, [0, 1, 2])],
)
def test_picture_is_blurred_before_each_round(steps, rounds, starts):
    import tensorflow as tf

    x = np.random.default_rng(0).normal(0, 50, (33, 47, 3)).astype(np.float32)
    blurred = ndimage.gaussian_filter(x.astype(np.float64), (1.5, 1.5, 0))
    for step in range(steps):
        moment = Moment(*(tf.constant(n) for n in (step, steps, 0, 0, rounds)))
        found = recursion(tf.constant(x), moment, tf.constant(rounds), 1.5).numpy()
        wanted = blurred if step in starts else x
        assert np.abs(found - wanted).max() < 1e-3


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
