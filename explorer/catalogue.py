"""Every method there is, in the order in which they act; no TensorFlow."""

from collections.abc import Container, Iterable, Iterator, Mapping
from itertools import combinations, product

from explorer.errors import Clash, InputError, did_you_mean
from explorer.gradient_filters import GRADIENT_FILTERS
from explorer.methods import Method
from explorer.parametrizations import PARAMETRIZATIONS, SPECTRA
from explorer.penalties import PENALTIES
from explorer.regularizers import REGULARIZERS
from explorer.schedules import SCHEDULES
from explorer.starts import STARTS
from explorer.step_rules import STEP_RULES
from explorer.stopping import STOPPINGS
from explorer.tiles import TILES
from explorer.transformations import TRANSFORMATIONS

TABLES: dict[str, tuple[Method, ...]] = {
    "start": STARTS,
    "parametrization": PARAMETRIZATIONS,
    "schedule": SCHEDULES,
    "transformation": TRANSFORMATIONS,
    "penalty": PENALTIES,
    "tiling": TILES,
    "gradient filter": GRADIENT_FILTERS,
    "step rule": STEP_RULES,
    "regularizer": REGULARIZERS,
    "stopping": STOPPINGS,
}

METHODS: dict[str, Method] = {method.name: method for table in TABLES.values() for method in table}

ALTERNATIVES = (tuple(rule.name for rule in STEP_RULES), SPECTRA)
"""Methods of which a recipe has at most one."""


def needing(what: str) -> tuple[str, ...]:
    """The methods that need one of `explorer.methods.NEEDS`."""
    return tuple(name for name, method in METHODS.items() if what in method.needs)


CLASHES: tuple[tuple[tuple[str, ...], tuple[str, ...], str], ...] = (
    *(
        ((one,), (other,), "each says what is optimized, and only one can")
        for one, other in combinations(SPECTRA, 2)
    ),
    (SPECTRA, needing("pixels"), "it acts on pixels, and a spectrum has none to set"),
    (SPECTRA, needing("pixel rate"), "its rate is for pixels; choose adam"),
    (("maco",), needing("mean color"), "a phase has no mean color to go to"),
    (("decorrelated-color",), needing("rgb"), "it looks at red, green and blue"),
    (("tiles",), needing("whole pictures"), "it compares whole pictures"),
)
"""Which methods do not combine: any of the first with any of the second, and why."""


TARGET_CLASHES: tuple[tuple[str, tuple[str, ...], str], ...] = (
    ("neuron", ("pad", "crops"), "its place is one in the whole picture"),
    (
        "photo",
        ("pad", "crops", "tiles"),
        "the whole picture is compared with the photo, place by place",
    ),
    ("neuron", ("tiles",), "all but one tile would be empty"),
    ("class or dense unit", ("tiles",), "it has no map to cut"),
)
"""Which kinds of targets do not combine with which methods, and why."""


OF_EACH_PICTURE = ("noise", "fourier", "maco", "scale", "rotation", "crops", "grain")
"""Methods that draw by lot for each of several pictures, which would else be the same; by as much
as their first strength says, if they have one."""


def dispensable(methods: Iterable[str]) -> list[str]:
    """Those that a recipe can do without: neither its start, its spectrum, nor its step rule."""
    given = set(methods).difference(*ALTERNATIVES)
    return [name for name, method in METHODS.items() if name in given and method.acts_on != "start"]


def find_method(name: str) -> Method:
    """The method of this name; `InputError` if there is none."""
    if name in METHODS:
        return METHODS[name]
    raise InputError(f"There is no method called '{name}': {did_you_mean(name, METHODS)}")


def checked_methods(methods: dict[str, dict]) -> dict[str, dict[str, float]]:
    """Methods in their order, with every strength a valid number and none left out.

    Raises:
        InputError: an unknown method or parameter, a value out of range, methods that do not
            combine, or not exactly one step rule.
    """
    if not isinstance(methods, dict):
        raise InputError("The methods of a recipe must be a table of names and strengths.")
    for name in methods:
        find_method(name)
    checked = {}
    for name, method in METHODS.items():
        if name not in methods:
            continue
        strengths = methods[name]
        if not hasattr(strengths, "items"):
            raise InputError(f"The strengths of {name} must be a table of names and numbers.")
        for parameter in strengths:
            method.parameter(parameter)
        checked[name] = {
            parameter.name: parameter.checked(
                name, strengths.get(parameter.name, parameter.default)
            )
            for parameter in method.parameters
        }
    rules = [rule.name for rule in STEP_RULES if rule.name in checked]
    if len(rules) != 1:
        known = ", ".join(rule.name for rule in STEP_RULES)
        given = " and ".join(rules) or "none"
        raise InputError(f"A recipe needs exactly one step rule of {known}, but has {given}.")
    for one, other, reason in _clashes_in(checked):
        raise Clash(f"{other} does not go with {one}: {reason}.", other, one)
    return checked


def goes_with(name: str, methods: Iterable[str]) -> bool:
    """Whether a method combines with those of a recipe."""
    return not any(_clashes_in({*methods, name}))


def _clashes_in(methods: Container[str]) -> Iterator[tuple[str, str, str]]:
    for ones, others, reason in CLASHES:
        for one, other in product(ones, others):
            if one in methods and other in methods:
                yield one, other, reason


def check_pictures_differ(
    methods: Mapping[str, Mapping[str, float]], from_noise: bool = True
) -> None:
    """Refuse several pictures that would all be the same; `InputError`.

    Args:
        methods: of the recipe.
        from_noise: not from a picture, whose phases `maco` would give to each.
    """
    drawn = [name for name in OF_EACH_PICTURE if from_noise or name != "maco"]
    given = (methods[name] for name in drawn if name in methods)
    if "diversity" in methods and not any(next(iter(each.values()), 1) for each in given):
        raise InputError(
            "diversity needs a method by which its pictures differ, or all would be the same: "
            "switch on noise too."
        )


def check_target_clashes(methods: Iterable[str], kinds: Iterable[str]) -> None:
    """Refuse methods that make no sense for these kinds of targets, see `Target.kind`.

    Raises:
        Clash: there is such a pair.
    """
    methods, kinds = set(methods), set(kinds)
    for kind, others, reason in TARGET_CLASHES:
        for name in others:
            if name in methods and kind in kinds:
                sentence = f"{name} does not go with a {kind} as target: {reason}."
                raise Clash(sentence, name)
