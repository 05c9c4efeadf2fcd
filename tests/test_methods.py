"""Strengths are checked; a moment knows where its round stands."""

import math

import pytest

from explorer.methods import Method, Moment, Parameter

SIZE = Parameter("size", 4.0, 0.5, 100, "px", "How large.")
COUNT = Parameter("count", 4, 1, 8, "", "How many.", whole=True)


@pytest.mark.parametrize("value", [0.5, 100, 4, "4.5", " 7 ", "1e1"])
def test_numbers_in_range_pass(value):
    checked = SIZE.checked("rms", value)
    assert checked == float(value) and type(checked) is float


@pytest.mark.parametrize("value", [0.49, 100.01, -1, math.inf, -math.inf, math.nan, "1e999"])
def test_numbers_out_of_range_are_refused(value, refused):
    with refused(r"rms\.size must be from 0\.5 to 100"):
        SIZE.checked("rms", value)


@pytest.mark.parametrize("value", ["", "four", None, [], {}, "4,5", "0x10"])
def test_what_is_no_number_is_refused(value, refused):
    with refused(r"rms\.size must be a number"):
        SIZE.checked("rms", value)


def test_a_number_too_large_for_a_float_is_refused(refused):
    with refused(r"rms\.size"):
        SIZE.checked("rms", 10**400)


@pytest.mark.parametrize("value", [1, 8, 3.0, "5"])
def test_whole_numbers_become_integers(value):
    checked = COUNT.checked("laplacian", value)
    assert checked == int(value) and type(checked) is int


@pytest.mark.parametrize("value", [1.5, "2.25"])
def test_fractions_of_whole_numbers_are_refused(value, refused):
    with refused("whole number"):
        COUNT.checked("laplacian", value)


def test_parameters_by_name(refused):
    method = Method("rms", "Steps", "step", "Steps.", lambda: None, (SIZE, COUNT))
    assert method.parameter("count") is COUNT
    with refused("rms has no parameter 'sice': it has size, count"):
        method.parameter("sice")
    with refused("clip has no parameter 'x': it has none"):
        Method("clip", "Clip", "image", "Clips.", lambda: None).parameter("x")


@pytest.mark.parametrize(("steps", "rounds"), [(10, 1), (10, 5), (10, 3), (7, 7), (3, 5), (1, 1)])
def test_rounds_share_the_steps(steps, rounds):
    """Every round but the last has the same length, ceil(steps / rounds)."""
    import tensorflow as tf

    length = math.ceil(steps / rounds)
    for step in range(steps):
        moment = Moment(tf.constant(step), tf.constant(steps), None, None, tf.constant(rounds))
        assert int(moment.round_length) == length
        assert float(moment.progress) == pytest.approx(step % length / length)


def test_there_is_no_negative_zero():
    """Equal recipes must have the same text and picture."""
    checked = Parameter("shift", 0.0, -1, 1, "", "Where to.").checked("move", -0.0)
    assert math.copysign(1, checked) == 1
