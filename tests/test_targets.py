"""Targets: checked against the network, put into words and into text."""

import json

import numpy as np
import pytest

from explorer.networks import load_network
from explorer.targets import (
    MOST_TERMS,
    Target,
    describe,
    direction_of,
    direction_text,
    from_json,
    place,
    term_of,
    term_text,
)

SIZE = (224, 224)


def resolved(size=SIZE, **target):
    return Target(**target).resolved(load_network("vgg16"), size)


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        (Target("conv3_1", 1), Target("block3_conv1", 1)),
        (Target(" POOL5 ", 511), Target("block5_pool", 511)),
        (Target("fc8", 7), Target("predictions", 7)),
        (Target(class_="flamingo"), Target("predictions", 130)),
        (Target(class_=130), Target("predictions", 130)),
        (Target("conv1_1", np.int64(3)), Target("block1_conv1", 3)),
        (Target("conv3_1", 1, [55, 0]), Target("block3_conv1", 1, (55, 0))),
        (Target("conv3_1", 1, "center", True), Target("block3_conv1", 1, "center", True)),
        (Target("conv3_1"), Target("block3_conv1")),
        (Target("conv3_1", photo="cat"), Target("block3_conv1", photo="cat")),
        (
            Target("conv3_1", direction={7: -1, 1: 0.5}),
            Target("block3_conv1", direction=((1, 0.5), (7, -1.0))),
        ),
        (Target("conv3_1", 1, weight=-1), Target("block3_conv1", 1, weight=-1.0)),
        (
            Target("conv3_1", 1, also=[Target(class_="flamingo", weight=2)]),
            Target("block3_conv1", 1, also=(Target("predictions", 130, weight=2.0),)),
        ),
    ],
)
def test_targets_become_canonical(given, canonical):
    found = given.resolved(load_network("vgg16"), SIZE)
    assert found == canonical
    assert type(found.channel) in (int, type(None)) and type(found.weight) is float
    assert found.resolved(load_network("vgg16"), SIZE) == found


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ({}, "Say what to excite"),
        ({"channel": 1}, "Say what to excite"),
        ({"layer": "conv9_9", "channel": 1}, "no layer"),
        ({"layer": "conv3_1", "channel": 256}, "no channel 256: they count from 0 to 255"),
        ({"layer": "conv3_1", "channel": -1}, "no channel -1"),
        ({"layer": "conv3_1", "channel": 1.0}, "needs a channel"),
        ({"layer": "conv3_1", "channel": "1"}, "needs a channel"),
        ({"layer": "conv3_1", "channel": True}, "needs a channel"),
        ({"layer": "input", "channel": 1}, "no channels to excite"),
        ({"layer": "flatten", "channel": 1}, "no channels to excite"),
        ({"layer": "softmax", "channel": 1}, "no channels to excite"),
        ({"layer": "fc_1", "channel": 4096}, "no channel 4096"),
        ({"layer": "conv3_1", "channel": 1, "class_": 130}, "not both"),
        ({"layer": "conv3_1", "class_": 130}, "not both"),
        ({"class_": 1000}, "no class 1000"),
        ({"class_": "flamingos"}, "did you mean flamingo"),
        ({"class_": 130, "after_relu": True}, "before softmax"),
        ({"class_": 130, "position": "center"}, "no positions"),
        ({"layer": "fc_1", "channel": 1, "position": (0, 0)}, "no positions"),
        ({"layer": "conv3_1", "channel": 1, "position": (56, 0)}, "56×56 positions"),
        ({"layer": "conv3_1", "channel": 1, "position": (0, -1)}, "56×56 positions"),
        ({"layer": "conv3_1", "channel": 1, "position": (1,)}, "a row and a column"),
        ({"layer": "conv3_1", "channel": 1, "position": (1, 2, 3)}, "a row and a column"),
        ({"layer": "conv3_1", "channel": 1, "position": "middle"}, "a row and a column"),
        ({"layer": "conv3_1", "channel": 1, "position": 3}, "a row and a column"),
        ({"layer": "conv3_1", "position": "center"}, "Only a channel has a position"),
        ({"layer": "input"}, "no channels to excite"),
        ({"layer": "conv3_1", "channel": 1, "direction": {1: 1}}, "a channel or a direction"),
        ({"layer": "conv3_1", "channel": 1, "photo": "cat"}, "a channel or a photo"),
        ({"layer": "conv3_1", "direction": {1: 1}, "photo": "cat"}, "a direction or a photo"),
        ({"class_": 130, "direction": {1: 1}}, "not both"),
        ({"class_": 130, "photo": "cat"}, "not both"),
        ({"layer": "conv3_1", "direction": {}}, "with one at least"),
        ({"layer": "conv3_1", "direction": "1:2"}, "table of channels"),
        ({"layer": "conv3_1", "direction": 3}, "table of channels"),
        ({"layer": "conv3_1", "direction": {256: 1}}, "no channel 256"),
        ({"layer": "conv3_1", "direction": {"1": 1}}, "needs a channel"),
        ({"layer": "conv3_1", "direction": {1: 0}}, "weight of a channel"),
        ({"layer": "conv3_1", "direction": {1: float("nan")}}, "weight of a channel"),
        ({"layer": "conv3_1", "photo": 3}, "must be a name"),
        ({"layer": "conv3_1", "photo": ""}, "must be a name"),
        ({"layer": "fc_1", "photo": "cat"}, "no map to compare"),
        ({"layer": "conv3_1", "after_relu": True}, "always after ReLU"),
        ({"layer": "conv3_1", "photo": "cat", "after_relu": True}, "always after ReLU"),
        ({"layer": "conv3_1", "direction": ((1, 1.0), (7, 1), (1, 2.0))}, "and 1 has several"),
        ({"layer": "conv3_1", "direction": ((1, 10**400),)}, "weight of a channel"),
        ({"layer": "conv3_1", "channel": 1, "weight": 0}, "not 0"),
        ({"layer": "conv3_1", "channel": 1, "weight": 1e-320}, "nor nearer to it than 1e-09"),
        ({"layer": "conv3_1", "direction": {1: 1e-50}}, "nor nearer to it than 1e-09"),
        ({"layer": "conv3_1", "channel": 1, "weight": 10**400}, "weight of a target"),
        ({"layer": "conv3_1", "channel": 1, "weight": "1"}, "weight of a target"),
        ({"layer": "conv3_1", "channel": 1, "weight": True}, "weight of a target"),
        ({"layer": "conv3_1", "channel": 1, "weight": 1001}, "weight of a target"),
        ({"layer": "conv3_1", "channel": 1, "also": "conv4_1:6"}, "single targets"),
        ({"layer": "conv3_1", "channel": 1, "also": (3,)}, "single targets"),
        ({"layer": "conv3_1", "channel": 1, "also": (Target(class_="flaminga"),)}, "flamingo"),
        (
            {"layer": "conv3_1", "also": (Target("conv3_1", also=(Target("conv3_1"),)),)},
            "single targets",
        ),
        ({"layer": "conv3_1", "also": (Target("conv3_1"),) * MOST_TERMS}, "At most 8"),
    ],
    ids=str,
)
def test_what_does_not_exist_is_refused(target, reason, refused):
    with refused(reason):
        resolved(**target)


@pytest.mark.parametrize("position", ["12", (1.5, 2), (float("inf"), 0), (float("nan"), 0)])
def test_positions_are_whole_numbers(position, refused):
    with refused():
        resolved(layer="conv3_1", channel=1, position=position)


def test_positions_count_in_the_layer_at_this_size(refused):
    assert resolved((97, 131), layer="conv3_1", channel=1, position=(23, 31)).position == (23, 31)
    with refused("24×32 positions"):
        resolved((97, 131), layer="conv3_1", channel=1, position=(24, 0))


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target("conv3_1", 1), "conv3_1, channel 1"),
        (Target("conv3_1", 1, after_relu=True), "conv3_1, channel 1, after ReLU"),
        (Target("conv3_1", 1, "center"), "conv3_1, channel 1, center neuron"),
        (Target("conv3_1", 1, (3, 4)), "conv3_1, channel 1, neuron at row 3, column 4"),
        (Target("fc_1", 8), "fc_1, unit 8"),
        (Target(class_="Flamingo"), "class 130 (flamingo)"),
        (Target("conv3_1"), "all of conv3_1"),
        (Target("conv3_1", photo="cat"), "conv3_1 as for the photo cat"),
        (Target("conv3_1", photo="sha256:12"), "conv3_1 as for the photo a person's own"),
        (Target("conv3_1", direction={7: -1, 1: 0.5}), "conv3_1, channels 0.5·1 −1·7"),
        (Target("conv3_1", 1, weight=-1), "not conv3_1, channel 1"),
        (Target("conv3_1", 1, weight=-0.5), "−0.5 × conv3_1, channel 1"),
        (
            Target("conv3_1", 1, also=(Target("conv4_1", 6, weight=-2), Target("pool5"))),
            "conv3_1, channel 1, minus 2 × conv4_1, channel 6, plus all of pool5",
        ),
    ],
)
def test_words(target, words):
    network = load_network("vgg16")
    assert describe(network, target.resolved(network, SIZE)) == words


def test_places():
    network = load_network("vgg16")
    assert place(network, Target("block3_conv1", 1), SIZE) == (0, 0)
    assert place(network, Target("block3_conv1", 1, (3, 4)), SIZE) == (3, 4)
    assert place(network, Target("block3_conv1", 1, "center"), SIZE) == (28, 28)
    assert place(network, Target("block3_conv1", 1, "center"), (97, 131)) == (12, 16)


# ---- Kinds, and forms


EVERY_KIND = {
    "channel": Target("block3_conv1", 1),
    "neuron": Target("block3_conv1", 1, (3, 4), after_relu=True),
    "direction": Target("block3_conv1", direction=((1, 0.5), (7, -1.0)), after_relu=True),
    "photo": Target("block3_conv1", photo="sha256:" + "a" * 64, weight=-0.25),
    "layer": Target("block3_conv1", also=(Target("block5_pool", 3, "center", weight=2.0),)),
}


@pytest.mark.parametrize(("kind", "target"), EVERY_KIND.items())
def test_kinds_survive_json(kind, target):
    assert target.kind == kind
    assert target == target.resolved(load_network("vgg16"), SIZE)
    assert from_json(json.loads(json.dumps(target.as_json()))) == target
    hash(target)


def test_a_plain_channel_is_as_it_was_in_json():
    """What older pictures carry."""
    values = {"layer": "block3_conv1", "channel": 1, "position": None, "after_relu": False}
    assert Target("block3_conv1", 1).as_json() == values
    assert from_json(values) == Target("block3_conv1", 1)


def test_terms_and_photos():
    target = Target("conv3_1", photo="cat", also=(Target("pool5", photo="coffee"), Target("pool5")))
    assert [term.also for term in target.terms] == [()] * 3
    assert target.photos == ("cat", "coffee")


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Target("block4_conv1", 6), "conv4_1:6"),
        (Target("block4_conv1", 6, weight=-0.5), "-0.5*conv4_1:6"),
        (Target("block4_conv1", weight=1e-5), "1e-05*conv4_1"),
        (Target("block4_conv1", weight=-0.000123456789012), "-0.000123456789012*conv4_1"),
        (
            Target("block3_conv1", 2, weight=-0.00012345678901234567),
            "-0.00012345678901234567*conv3_1:2",
        ),
        (Target("predictions", 130, weight=2.0), "2*class:130"),
        (Target("predictions"), "fc_3"),
    ],
)
def test_terms_as_text(target, text):
    network = load_network("vgg16")
    assert term_text(network, target) == text
    assert term_of(text).resolved(network, SIZE) == target


@pytest.mark.parametrize(
    ("text", "target"),
    [
        (" - 1 * conv4_1:6", None),
        ("-1 * conv4_1:6 ", Target("conv4_1", 6, weight=-1.0)),
        ("class:Flamingo", Target(class_="Flamingo")),
        ("class:crane, bird", Target(class_="crane, bird")),
        *((text, None) for text in ("", "conv4_1:", "conv4_1:six", "*conv4_1", "1.2.3*conv4_1")),
        *((text, None) for text in ("conv4_1:1.5", "a b", "2**x", "nan*conv4_1")),
    ],
)
def test_terms_as_people_write_them(text, target, refused):
    if target is None:
        with refused("A further target is written like"):
            term_of(text)
    else:
        assert term_of(text) == target


def test_directions_as_text(refused):
    pairs = ((1, 0.5), (7, -1.0), (12, 1e-6))
    assert direction_text(pairs) == "1:0.5,7:-1,12:1e-06"
    assert direction_of(direction_text(pairs)) == dict(pairs)
    for text in ("", "1", "1:", "a:1", "1:2:3", "1:2,", "1.5:2"):
        with refused("A direction is written"):
            direction_of(text)
    with refused("one weight for each channel, and 7 has several"):
        direction_of("7:1,1:0.5,07:2")


# ---- NumPy's numbers


def test_numbers_may_be_numpys():
    """As they come from activations and from `np.unravel_index`."""
    network, size = load_network(), (224, 224)
    for weight in (np.float32(0.5), np.float64(0.5)):
        assert Target("conv3_1", 1, weight=weight).resolved(network, size).weight == 0.5
        found = Target("conv3_1", direction={np.int64(7): weight}).resolved(network, size)
        assert found.direction == ((7, 0.5),)
    for position in (np.unravel_index(60, (56, 56)), np.array([1, 4]), [1, 4]):
        found = Target("conv3_1", 1, position=position).resolved(network, size)
        assert found.position == (1, 4)
        json.dumps(found.as_json())


@pytest.mark.parametrize(
    "position",
    [(True, 1), (1.0, 2), np.array([1.5, 2.5]), "middle", 3, np.array(5)],
)
def test_positions_of_other_kinds_are_refused(position, refused):
    with refused("A position is"):
        Target("conv3_1", 1, position=position).resolved(load_network(), (224, 224))
