"""Recursion blurs at the start of each round."""

import numpy as np
import pytest
from scipy import ndimage

from explorer.methods import Moment
from explorer.schedules import SCHEDULES, recursion


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


def test_the_table():
    assert [method.name for method in SCHEDULES] == ["recursion"]
