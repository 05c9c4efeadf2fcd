"""Errors that are meant to be read by a person."""


class InputError(ValueError):
    """A request that cannot be met; its text is one sentence saying why and what to do."""


class MissingWeights(InputError):
    """A layer or class whose weights are not on this machine."""
