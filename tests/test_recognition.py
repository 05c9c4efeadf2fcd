"""What a network takes a picture for."""

import numpy as np
import pytest

from explorer.networks import load_network
from explorer.networks.dense_weights import Found
from explorer.recognition import guesses, recognizes, who_recognizes


def test_the_best_come_first():
    probabilities = np.zeros(1000, np.float32)
    probabilities[[130, 7, 954]] = 0.5, 0.3, 0.1
    found = guesses(load_network(), probabilities, 3)
    assert [(guess.number, guess.name) for guess in found] == [
        *((130, "flamingo"), (7, "cock"), (954, "banana"))
    ]
    assert [guess.probability for guess in found] == pytest.approx([0.5, 0.3, 0.1])


def test_equal_ones_are_in_order_and_five_by_default():
    assert [guess.number for guess in guesses(load_network(), np.full(1000, 0.001))] == [
        0,
        1,
        2,
        3,
        4,
    ]


def test_a_network_recognizes_when_its_weights_are_there(monkeypatch, tmp_path):
    vgg, effnet = load_network("vgg16"), load_network("efficientnet-lite0")
    assert recognizes(effnet) and not recognizes(vgg)
    assert who_recognizes([vgg, effnet]) is effnet and who_recognizes([vgg]) is None
    found = Found(tmp_path / "weights.h5", ())
    monkeypatch.setattr("explorer.networks.dense_weights.find", lambda: found)
    assert recognizes(vgg)
    assert who_recognizes([vgg, effnet]) is vgg
