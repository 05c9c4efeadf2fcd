"""What is changed of methods: as a mapping, and as `METHOD.PARAMETER=VALUE`, `METHOD=on` or `=off`.

A mapping of changes goes from methods to the strengths that are changed, or to None for a method
that is switched off; see `explorer.recipe.preset`.
"""

from collections.abc import Iterable, Mapping

from explorer.catalogue import ALTERNATIVES, METHODS, find_method
from explorer.errors import InputError
from explorer.wording import exact

Strengths = Mapping[str, float]
Changes = dict[str, dict[str, float] | None]


def difference(base: Mapping[str, Strengths], methods: Mapping[str, Strengths]) -> Changes:
    """What has to be changed of `base` to get `methods`."""
    changes: Changes = {}
    for name in METHODS:
        before, after = base.get(name), methods.get(name)
        if after is None and before is not None:
            changes[name] = None
        elif after is not None and after != before:
            changes[name] = {k: v for k, v in after.items() if not before or before[k] != v}
    return changes


def merged(methods: Mapping, changes: Mapping) -> dict:
    """Methods with changes laid over them; a change of None switches the method off.

    Switching on one step rule, or one spectrum, switches the others off.

    Raises:
        InputError: there is no such method.
    """
    if not isinstance(changes, Mapping):
        raise InputError("Changes of methods are a table of names and strengths.")
    result = {name: dict(strengths) for name, strengths in methods.items()}
    for name, strengths in changes.items():
        find_method(name)
        if not isinstance(strengths, Mapping | None):
            raise InputError(f"The strengths of {name} must be a table, or None to switch it off.")
        if strengths is None:
            result.pop(name, None)
            continue
        for rivals in ALTERNATIVES:
            if name in rivals:
                result = {k: v for k, v in result.items() if k == name or k not in rivals}
        result[name] = result.get(name, {}) | dict(strengths)
    return result


def written(changes: Changes) -> list[str]:
    """Changes as texts, one for each strength and switch."""
    texts = []
    for method, strengths in changes.items():
        if not strengths:
            texts.append(f"{method}={'off' if strengths is None else 'on'}")
        else:
            texts += [f"{method}.{name}={exact(value)}" for name, value in strengths.items()]
    return texts


def series(text: str) -> list[str]:
    """`METHOD.PARAMETER=VALUE,VALUE` and so on, as one change for each value.

    Raises:
        InputError: it is not of this form.
    """
    name, _, values = text.partition("=")
    found = [value.strip() for value in values.split(",") if value.strip()]
    if "." not in name or not found:
        raise InputError(
            f"A series is told by METHOD.PARAMETER=VALUE,VALUE,VALUE, not by '{text[:60]}'."
        )
    return [f"{name}={value}" for value in found]


def read(texts: Iterable[str]) -> dict[str, dict[str, str] | None]:
    """The changes that texts tell, with strengths as they are written; the later ones count.

    Raises:
        InputError: one is not of a form that `written` gives.
    """
    changes: dict = {}
    for text in texts:
        name, equals, value = text.partition("=")
        method, dot, parameter = name.partition(".")
        if not equals or not (parameter if dot else value in ("on", "off")):
            raise InputError(
                "Methods are changed by METHOD.PARAMETER=VALUE, METHOD=on or METHOD=off, not by "
                f"'{text[:60]}'."
            )
        if not dot and value == "off":
            changes[method] = None
        else:
            strengths = {parameter: value} if dot else {}
            changes[method] = (changes.get(method) or {}) | strengths
    return changes
