"""The table of methods: complete, in order, and strict."""

import math

import pytest

from explorer.catalogue import (
    ALTERNATIVES,
    CLASHES,
    METHODS,
    OF_EACH_PICTURE,
    TABLES,
    TARGET_CLASHES,
    check_pictures_differ,
    check_target_clashes,
    checked_methods,
    find_method,
    goes_with,
    needing,
)
from explorer.methods import ACTS_ON, NEEDS

EVERY_STRENGTH = [
    pytest.param(method, parameter, id=f"{method.name}.{parameter.name}")
    for method in METHODS.values()
    for parameter in method.parameters
]


def with_rule(methods):
    """Methods that are valid but for what the test changes."""
    rules = {rule.name for rule in TABLES["step rule"]}
    return methods if rules & set(methods) else {"rms": {}} | methods


def test_every_method_is_there():
    assert list(METHODS) == [
        *("noise", "fourier", "maco", "decorrelated-color", "recursion", "coarse-to-fine"),
        *("pad", "jitter", "scale", "rotation", "crops", "grain"),
        *("total-variation", "norm", "diversity", "tiles", "blurred-gradient", "laplacian"),
        *("rms", "progress", "plain", "adam", "nadam", "rmsprop"),
        *("decay", "blur", "small-norm", "small-contribution", "clip", "plateau"),
    ]
    assert all(METHODS[name].name == name for name in METHODS)


def test_texts_are_for_people():
    for method in METHODS.values():
        assert method.acts_on in ACTS_ON
        assert method.title[0].isupper() and method.summary.endswith(".")
        for parameter in method.parameters:
            assert parameter.help.endswith(".")


def test_what_a_method_says_of_itself_is_there():
    for method in METHODS.values():
        assert set(method.needs) <= set(NEEDS)
        for strength in (method.flattens, method.period):
            assert strength is None or method.parameter(strength)
    assert all(needing(what) for what in NEEDS)


@pytest.mark.parametrize(("method", "parameter"), EVERY_STRENGTH)
def test_defaults_and_limits_are_valid_and_all_else_is_not(method, parameter, refused):
    def check(value):
        checked = checked_methods(with_rule({method.name: {parameter.name: value}}))
        return checked[method.name][parameter.name]

    for value in (parameter.default, parameter.low, parameter.high):
        assert check(value) == value
    beyond = (parameter.low - 1, parameter.high * 1.01 + 1, math.nan, math.inf, -math.inf)
    for value in beyond:
        with refused(f"{method.name}.{parameter.name} must be from"):
            check(value)
    for value in ("many", None, [1]):
        with refused("must be a number"):
            check(value)
    if parameter.whole:
        with refused("whole number"):
            check(parameter.low + 0.5)


def test_methods_come_in_their_order_with_every_strength():
    shuffled = {"clip": {}, "blur": {"sigma": 2}, "rms": {}, "noise": {}}
    checked = checked_methods(shuffled)
    assert list(checked) == ["noise", "rms", "blur", "clip"]
    assert checked["blur"] == {"sigma": 2.0, "every": METHODS["blur"].parameter("every").default}
    assert checked["clip"] == {}


def test_exactly_one_step_rule(refused):
    with refused("exactly one step rule"):
        checked_methods({"clip": {}})
    with refused("rms and plain"):
        checked_methods({"rms": {}, "plain": {}})


def test_unknown_names_are_refused(refused):
    with refused("did you mean laplacian"):
        checked_methods({"rms": {}, "laplacien": {}})
    with refused("choose from noise"):
        find_method("xyzzy")
    with refused("blur has no parameter 'radius': it has sigma, every"):
        checked_methods({"rms": {}, "blur": {"radius": 1}})
    with refused("clip has no parameter 'low'"):
        checked_methods({"rms": {}, "clip": {"low": 1}})


@pytest.mark.parametrize("methods", [None, [], "rms", 3])
def test_what_is_no_table_is_refused(methods, refused):
    with refused():
        checked_methods(methods)


@pytest.mark.parametrize("strengths", [None, [], "4", 3, True])
def test_strengths_that_are_no_table_are_refused(strengths, refused):
    with refused("must be a table"):
        checked_methods({"rms": strengths})


@pytest.mark.parametrize("name", OF_EACH_PICTURE)
def test_diversity_needs_pictures_that_differ(name, refused):
    others = {"adam": {}, "diversity": {}, "pad": {"width": 12}, "jitter": {"reach": 8}}
    with refused("diversity needs a method by which its pictures differ"):
        check_pictures_differ(others)
    usual = {parameter.name: parameter.default for parameter in METHODS[name].parameters}
    check_pictures_differ(others | {name: usual})
    check_pictures_differ({"adam": {}})
    if usual:
        with refused("or all would be the same"):
            check_pictures_differ(others | {name: usual | {next(iter(usual)): 0}})


def test_phases_of_a_picture_are_the_same_in_all(refused):
    methods = {"maco": {}, "nadam": {}, "diversity": {}}
    check_pictures_differ(methods, from_noise=True)
    with refused("diversity needs a method by which its pictures differ"):
        check_pictures_differ(methods, from_noise=False)
    check_pictures_differ(methods | {"crops": {}}, from_noise=False)


PAIRS = (
    ("fourier", "maco recursion blur small-norm small-contribution clip plain"),
    ("maco", "recursion blur small-norm small-contribution clip plain decay"),
    ("decorrelated-color", "small-norm small-contribution clip"),
    ("tiles", "diversity"),
)
"""What does not combine, with what."""
TARGET_PAIRS = (
    ("neuron", "pad crops tiles"),
    ("photo", "pad crops tiles"),
    ("class or dense unit", "tiles"),
)


def single(pairs) -> list[tuple[str, str]]:
    return [(one, other) for one, others in pairs for other in others.split()]


def test_every_clash_is_in_the_tables_and_no_other():
    table = [(one, other) for ones, others, _ in CLASHES for one in ones for other in others]
    assert sorted(table) == sorted(single(PAIRS))
    of_targets = [(kind, other) for kind, others, _ in TARGET_CLASHES for other in others]
    assert sorted(of_targets) == sorted(single(TARGET_PAIRS))


@pytest.mark.parametrize(("one", "other"), single(PAIRS))
def test_what_does_not_combine_is_refused(one, other, refused):
    assert one in METHODS and other in METHODS
    rules = {rule.name for rule in TABLES["step rule"]}
    rule = {} if other in rules else {"adam": {}}
    with refused(f"{other} does not go with {one}: "):
        checked_methods(rule | {one: {}, other: {}})
    assert not goes_with(one, [other]) and not goes_with(other, [one])
    for alone in ({one: {}}, {other: {}}):
        assert goes_with("adam", alone) and goes_with("jitter", alone)
        checked_methods(alone if set(alone) & rules else {"adam": {}} | alone)


def test_of_several_clashes_with_a_target_always_the_same_is_told(refused):
    for methods in (["crops", "pad", "tiles"], ["tiles", "pad", "crops"]):
        with refused("pad does not go with a neuron"):
            check_target_clashes(methods, ["neuron"])


@pytest.mark.parametrize(("kind", "name"), single(TARGET_PAIRS))
def test_what_makes_no_sense_for_a_target_is_refused(kind, name, refused):
    with refused(f"{name} does not go with a {kind} as target: "):
        check_target_clashes({"rms", name}, {"channel", kind})
    check_target_clashes({"rms", name}, {"channel", "layer", "direction"})
    check_target_clashes({"rms", "jitter", "scale"}, {kind})


def test_alternatives_are_methods():
    assert all(name in METHODS for names in ALTERNATIVES for name in names)
