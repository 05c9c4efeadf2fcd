"""The ImageNet classes by number and name."""

import pytest

from explorer import load_network
from explorer.networks.classes import class_number, imagenet


def test_there_are_a_thousand():
    assert len(imagenet()) == 1000


@pytest.mark.parametrize(
    ("number", "name"),
    [
        *((0, "tench"), (1, "goldfish"), (130, "flamingo"), (207, "golden retriever")),
        *((283, "Persian cat"), (404, "airliner"), (954, "banana"), (999, "toilet tissue")),
    ],
)
def test_known_numbers(number, name):
    assert load_network().class_name(number) == name
    for said in (number, str(number), name, name.upper(), f"  {name} "):
        assert class_number(said) == number


def test_synonyms():
    assert class_number("Carassius auratus") == 1


def test_every_unambiguous_name_is_found():
    everything = [part.lower() for name in imagenet() for part in name.split(", ")]
    for number, names in enumerate(imagenet()):
        for name in names.split(", "):
            if everything.count(name.lower()) == 1:
                assert class_number(name) == number


@pytest.mark.parametrize("number", [-1, 1000, "-5", "4000"])
def test_numbers_out_of_range_are_refused(number, refused):
    with refused("from 0 to 999"):
        class_number(number)


def test_names_of_several_classes_are_refused(refused):
    """A crane is a bird and a machine."""
    with refused(r"134 \(.*517 \("):
        class_number("crane")


@pytest.mark.parametrize("text", ["flaminga", "xyzzy", "", "--5", "²", "1.5", "9" * 5000])
def test_unknown_names_are_refused(text, refused):
    with refused("no class|Several"):
        class_number(text)
