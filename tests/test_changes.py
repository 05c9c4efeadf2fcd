"""What is changed of methods, as a mapping and as texts."""

import pytest

from explorer.changes import difference, merged, read, series, written

BASE = {"noise": {"deviation": 10.0}, "rms": {"size": 2.0}, "clip": {}}


@pytest.mark.parametrize(
    ("methods", "texts"),
    [
        (BASE, []),
        ({"noise": {"deviation": 10.0}, "rms": {"size": 2.0}}, ["clip=off"]),
        (BASE | {"rms": {"size": 3.5}}, ["rms.size=3.5"]),
        (BASE | {"decorrelated-color": {}}, ["decorrelated-color=on"]),
        (BASE | {"jitter": {"reach": 8}}, ["jitter.reach=8"]),
    ],
)
def test_a_difference_is_written_and_laid_over_what_it_differs_from(methods, texts):
    changes = difference(BASE, methods)
    assert written(changes) == texts
    assert merged(BASE, changes) == methods


def test_switching_on_a_step_rule_or_a_spectrum_switches_the_others_off():
    assert set(merged({"rms": {}, "clip": {}}, {"plain": {"rate": 1}})) == {"plain", "clip"}
    assert set(merged({"fourier": {}, "adam": {}}, {"maco": {}})) == {"maco", "adam"}


def test_what_is_written_is_read_and_the_later_counts():
    texts = [
        "rms.size=3",
        "clip=off",
        "jitter.reach=8",
        "jitter.reach=4",
        "decorrelated-color=on",
        "noise=off",
    ]
    assert read(texts) == {
        "rms": {"size": "3"},
        "clip": None,
        "jitter": {"reach": "4"},
        "decorrelated-color": {},
        "noise": None,
    }
    assert read(["jitter=off", "jitter.reach=4"]) == {"jitter": {"reach": "4"}}
    assert read(["jitter.reach=4", "jitter=on"]) == {"jitter": {"reach": "4"}}


@pytest.mark.parametrize("text", ["", "jitter", "jitter=banana", "jitter=", "jitter.=4", ".reach"])
def test_nonsense_is_refused(text, refused):
    with refused("METHOD.PARAMETER=VALUE"):
        read([text])


def test_a_series_is_a_change_for_each_value():
    assert series("blur.sigma=0, 1,2.5") == ["blur.sigma=0", "blur.sigma=1", "blur.sigma=2.5"]
    assert series("rms.size=4") == ["rms.size=4"]


@pytest.mark.parametrize("text", ["", "blur=on", "blur.sigma", "blur.sigma=", "blur.sigma=,"])
def test_no_series_is_refused(text, refused):
    with refused("METHOD.PARAMETER=VALUE,VALUE"):
        series(text)
