"""Which filters to show, in what colors, and which part of the photo they see."""

import numpy as np
import pytest

from explorer.activations import (
    has_maps,
    is_about_border,
    map_layer,
    means,
    numbers_in,
    overlay,
    statistics,
    strongest,
    tops,
)
from explorer.networks import load_network
from explorer.sheets import heat_map

VGG16, EFFNET = load_network("vgg16"), load_network("efficientnet-lite0")
CONV1 = VGG16.layer("conv1_1")


def an_answer(height=3, width=4, channels=6, seed=0) -> np.ndarray:
    values = np.random.default_rng(seed).normal(0, 5, (height, width, channels))
    return np.maximum(values, 0).astype(np.float32)


# ---- Layers and filters


def test_layers_with_maps_are_the_convolutions_and_poolings():
    assert [layer.kind for layer in VGG16.layers if has_maps(layer)].count("convolution") == 13
    assert [layer.kind for layer in VGG16.layers if has_maps(layer)].count("pooling") == 5
    assert map_layer(VGG16, "block3_conv1").paper_name == "conv3_1"


@pytest.mark.parametrize("network", [VGG16, EFFNET], ids=lambda network: network.name)
def test_a_row_of_layers_is_early_to_late_and_has_maps(network):
    layers = [map_layer(network, name) for name in network.row]
    assert [layer.paper_name for layer in layers] == list(network.row)
    assert sorted(layers, key=network.layers.index) == layers
    assert all(layer.channels >= 5 for layer in layers)
    assert has_maps(network.layer(network.first_layer))


@pytest.mark.parametrize("name", ["input", "flatten", "fc_1", "softmax", "conv9_9", ""])
def test_layers_without_maps_are_refused(name, refused):
    with refused():
        map_layer(VGG16, name)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("3", [3]),
        ("3, 17, 40-44", [3, 17, 40, 41, 42, 43, 44]),
        ("5 4;3", [5, 4, 3]),
        ("2 - 4 , 3,2", [2, 3, 4]),
        ("4–2", [2, 3, 4]),
        (" 63 ,", [63]),
        ("0-47", list(range(48))),
    ],
)
def test_filters_by_number(text, numbers):
    assert numbers_in(text, CONV1) == numbers


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "at least one"),
        (" , ", "at least one"),
        ("three", "three"),
        ("-1", "-1"),
        ("1.5", "1.5"),
        ("1--4", "1--4"),
        ("²", "²"),
        ("64", "0 to 63"),
        ("0-999999999", "0 to 63"),
        ("9" * 5000, "by number"),
        ("0-48", "At most 48"),
    ],
)
def test_nonsense_for_numbers_is_refused(text, reason, refused):
    with refused(reason):
        numbers_in(text, CONV1)


def test_the_strongest_have_the_highest_mean_and_ties_go_by_number():
    answer = np.zeros((2, 2, 4), np.float32)
    answer[0, 0] = (0, 8, 4, 0)
    answer[1, 1, 2] = 6
    assert means(answer).tolist() == [0, 2, 2.5, 0]
    assert strongest(answer, 3) == [2, 1, 0]
    assert strongest(answer, 99) == [2, 1, 0, 3]


def test_statistics_by_hand():
    values = np.array([[0, 1, 0, 3], [2, 0, 6, 0]], np.float32)
    found = statistics(values)
    assert (found.highest, found.mean, found.active_share) == (6, 1.5, 0.5)
    assert (found.row, found.column) == (1, 2)
    silent = statistics(np.zeros((3, 3), np.float32))
    assert (silent.highest, silent.mean, silent.active_share) == (0, 0, 0)


def test_of_equal_highest_places_the_one_among_high_ones_is_told():
    """As where ReLU6 lets through no more than 6."""
    values = np.zeros((6, 6), np.float32)
    values[0, 1] = values[3, 4] = values[3, 5] = 6
    values[4, 4:] = 5
    found = statistics(values)
    assert (found.row, found.column) == (3, 5) and found.places == 3
    values[0, 1] = 7
    found = statistics(values)
    assert (found.row, found.column) == (0, 1) and found.places == 1


# ---- Colors


def test_color_scales_by_hand():
    answers = {"a": an_answer(seed=1), "b": 3 * an_answer(channels=4, seed=2)}
    chosen = {"a": [2, 0], "b": [1]}
    highest = {name: float(answer.max()) for name, answer in answers.items()}
    assert tops(answers, chosen, "filter") == {
        (name, i): float(answers[name][..., i].max()) for name in chosen for i in chosen[name]
    }
    assert set(tops(answers, chosen, "layer").items()) == {
        (("a", 2), highest["a"]),
        (("a", 0), highest["a"]),
        (("b", 1), highest["b"]),
    }
    assert set(tops(answers, chosen, "global").values()) == {max(highest.values())}


def test_an_overlay_is_the_gray_photo_where_the_filter_is_silent():
    picture = np.random.default_rng(0).integers(0, 256, (32, 48, 3), dtype=np.uint8)
    gray = np.repeat((picture @ np.array((0.299, 0.587, 0.114)))[..., None], 3, axis=-1)
    silent = overlay(picture, np.zeros((4, 6), np.float32), 0.0)
    assert silent.dtype == np.uint8 and np.abs(silent - gray).max() <= 0.5
    loud = overlay(picture, np.full((4, 6), 7.0, np.float32), 7.0)
    bright = heat_map(np.ones((1, 1)), 0, 1)[0, 0]
    assert np.abs(loud - (0.2 * gray + 0.8 * bright)).max() <= 0.51


@pytest.mark.parametrize(("activation", "weight"), [(1, 0.2), (4, 0.4), (9, 0.6), (16, 0.8)])
def test_an_overlay_shows_weak_answers_too(activation, weight):
    """Its color weighs as the root of the activation, up to 0.8 at the top, 16."""
    values = np.full((4, 6), activation, np.float32)
    found = overlay(np.full((32, 48, 3), 90, np.uint8), values, 16.0)
    color = heat_map(np.full((1, 1), activation), 0, 16)[0, 0]
    assert np.abs(found - ((1 - weight) * 90 + weight * color)).max() <= 0.51


def test_an_overlay_lies_where_the_map_is():
    values = np.zeros((7, 7), np.float32)
    values[2, 5] = 1
    colored = overlay(np.zeros((224, 224, 3), np.uint8), values, 1.0).sum(axis=-1)
    row, column = np.unravel_index(np.argmax(colored), colored.shape)
    assert (row // 32, column // 32) == (2, 5)


# ---- At the border


@pytest.mark.parametrize(
    ("ring", "inside", "told"), [(4, 1, True), (3, 1, False), (1, 0, True), (0, 0, False)]
)
def test_what_responds_to_the_border_is_told(ring, inside, told):
    values = np.full((16, 20), float(ring))
    values[1:-1, 1:-1] = inside
    assert is_about_border(values) == told
    assert not is_about_border(values - 9), "what is below zero does not count"
    assert not is_about_border(values[:13]), "of a small map nothing can be said"


@pytest.mark.parametrize("place", [(0, 5), (15, 5), (5, 0), (5, 19)])
def test_the_border_has_four_sides(place):
    values = np.zeros((16, 20))
    values[place] = 1
    assert is_about_border(values)
    values[5, 5] = 9
    assert not is_about_border(values)
