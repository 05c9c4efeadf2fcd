"""Measure speed on this machine, side by side with plain Keras."""


def add(parser):
    """Options."""


def run(arguments):
    """Measure."""
