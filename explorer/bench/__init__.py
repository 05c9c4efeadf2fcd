"""How fast this program is here and how much memory it takes: one measurement in each file."""

REPEATS = 9
"""How often what takes seconds is measured, unless a person says otherwise."""
