"""Numbers as text: what is exact can be read again, and what is for people is short."""

import pytest

from explorer.wording import exact, number, rounded, signed


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.5, "0.5"), (60, "60"), (-2.0, "-2"), (1e-9, "1e-09"), (1 / 3, "0.3333333333333333")],
)
def test_exact_is_read_as_the_same_number(value, text):
    assert exact(value) == text
    assert float(text) == value


@pytest.mark.parametrize(
    ("value", "short", "text"),
    [
        (0, 0, "0"),
        (0.12345, 0.123, "0.123"),
        (99.96, 100, "100"),
        (1234.6, 1235, "1,235"),
        (-0.5, -0.5, "−0.5"),
        (-1234.6, -1235, "−1,235"),
    ],
)
def test_numbers_have_as_many_digits_as_mean_something(value, short, text):
    assert rounded(value) == short
    assert number(value) == text


def test_minus_is_a_real_one_in_exponents_too():
    assert signed("-0.25") == "−0.25"
    assert number(1e-5) == "1e−05"
    assert number(-1e-5) == "−1e−05"
