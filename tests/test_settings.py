"""Limits come from one table and the environment."""

from dataclasses import fields

import pytest

from explorer.settings import Settings, from_environment


def test_without_variables_the_table_holds():
    assert from_environment({}) == Settings()


@pytest.mark.parametrize("name", [entry.name for entry in fields(Settings)])
def test_each_limit_can_be_set(name):
    assert getattr(from_environment({f"EXPLORER_{name.upper()}": "7"}), name) == 7


@pytest.mark.parametrize("value", ["many", "", "-1"])
def test_nonsense_is_refused(value, refused):
    with refused("EXPLORER_STEPS"):
        from_environment({"EXPLORER_STEPS": value})


@pytest.mark.parametrize("name", ["STEPS", "RECIPES"])
def test_of_steps_and_recipes_two_are_the_least(name, refused):
    assert from_environment({f"EXPLORER_{name}": "2"})
    with refused("at least 2"):
        from_environment({f"EXPLORER_{name}": "1"})


def test_seconds_may_have_fractions():
    assert from_environment({"EXPLORER_GRACE_SECONDS": "0.5"}).grace_seconds == 0.5


@pytest.mark.parametrize(
    ("name", "value"),
    [("TURN_SECONDS", "inf"), ("TURN_SECONDS", "61"), ("GRACE_SECONDS", "20000000000")],
)
def test_what_would_never_end_is_refused(name, value, refused):
    with refused(f"EXPLORER_{name} must be at most"):
        from_environment({f"EXPLORER_{name}": value})


def test_what_is_no_number_is_refused(refused):
    """A turn of such a length would never end."""
    with refused("EXPLORER_TURN_SECONDS must be at least"):
        from_environment({"EXPLORER_TURN_SECONDS": "nan"})
