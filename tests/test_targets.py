"""Targets: checked against the network, put into words and into text."""

import numpy as np
import pytest

from explorer.networks import load_network
from explorer.targets import Target, describe, place

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
    ],
)
def test_targets_become_canonical(given, canonical):
    found = given.resolved(load_network("vgg16"), SIZE)
    assert found == canonical
    assert type(found.channel) is int
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
