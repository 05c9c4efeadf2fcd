"""Which filters to show, in what colors, and which part of the photo they see."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from explorer.activations import (
    Square,
    code_of,
    framed,
    has_maps,
    map_layer,
    means,
    numbers_in,
    overlay,
    receptive_square,
    statistics,
    strongest,
    tops,
)
from explorer.attribution import ATTRIBUTIONS
from explorer.images import SAMPLES
from explorer.networks import load_network
from explorer.sheets import heat_map
from explorer.targets import Target

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


# ---- Where


@pytest.mark.parametrize("name", ["one", "pooled", "two"])
@pytest.mark.parametrize("place", ["corner", "inside", "end"])
def test_a_value_depends_on_all_pixels_of_its_square_and_on_no_other(tiny, name, place):
    """By brute force: change one pixel after the other."""
    layer = tiny.layer(name)
    height, width, _ = layer.output_shape
    row, column = {"corner": (0, 0), "inside": (3, 4), "end": (height - 1, width - 1)}[place]
    square = receptive_square(tiny, layer, row, column).within((16, 16))
    picture = np.random.default_rng(1).integers(90, 150, (16, 16, 3)).astype(np.float32)
    seen = np.zeros((16, 16), bool)
    for y in range(16):
        for x in range(16):
            values = []
            for change in (-60, 0, 60):
                changed = picture.copy()
                changed[y, x] += change
                values.append(_before_relu(tiny, layer, changed)[row, column])
            seen[y, x] = not np.array_equal(values[0], values[1]) or not np.array_equal(
                values[1], values[2]
            )
    inside = np.zeros_like(seen)
    inside[square.top : square.bottom, square.left : square.right] = True
    assert not (seen & ~inside).any()
    assert _box(seen) == square


def _box(seen: np.ndarray) -> Square:
    rows, columns = np.flatnonzero(seen.any(axis=1)), np.flatnonzero(seen.any(axis=0))
    return Square(int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)


def _before_relu(tiny, layer, picture):
    """All channels of a layer, in NumPy: (h, w, c)."""
    x = picture - np.float32(tiny.mean_color)
    arrays = tiny.arrays()
    for _, after in pairwise(tiny.layers[: tiny.layers.index(layer) + 1]):
        if after.kind == "pooling":
            height, width, channels = x.shape
            x = np.maximum(x, 0).reshape(height // 2, 2, width // 2, 2, channels).max(axis=(1, 3))
        else:
            kernel, bias = arrays[after.name]
            padded = np.pad(x, ((1, 1), (1, 1), (0, 0)))
            windows = np.lib.stride_tricks.sliding_window_view(padded, (3, 3), axis=(0, 1))
            x = np.einsum("hwcij,ijco->hwo", windows, kernel) + bias
    return x


def test_outside_the_square_a_vgg16_activation_does_not_change(vgg, picture_of):
    picture = picture_of("photo", (224, 224))
    layer = vgg.layer("conv3_1")
    values = vgg.activations(picture, ["conv3_1"])["block3_conv1"][..., 4]
    found = statistics(values)
    square = receptive_square(vgg, layer, found.row, found.column)
    assert square.size == (24, 24)
    other = picture_of("noise", (224, 224)).copy()
    inside = square.within((224, 224))
    part = np.s_[inside.top : inside.bottom, inside.left : inside.right]
    other[part] = picture[part]
    again = vgg.activations(other, ["conv3_1"])["block3_conv1"][found.row, found.column, 4]
    assert again == pytest.approx(found.highest, rel=1e-4)


@pytest.mark.parametrize(
    ("name", "row", "column", "square"),
    [
        ("conv1_1", 0, 0, Square(-1, -1, 2, 2)),
        ("conv1_1", 10, 20, Square(9, 19, 12, 22)),
        ("pool1", 0, 1, Square(-2, 0, 4, 6)),
        ("conv5_3", 7, 7, Square(-90 + 112, -90 + 112, 106 + 112, 106 + 112)),
        ("pool5", 6, 6, Square(102, 102, 314, 314)),
    ],
)
def test_squares_of_vgg16_by_hand(name, row, column, square):
    assert receptive_square(VGG16, VGG16.layer(name), row, column) == square


@cache
def seen_on_a_line(network, length: int) -> dict[str, list[tuple[int, int]]]:
    """First and last pixel that each value of each spatial layer depends on.

    By sending a light at each pixel through kernels of ones, and averages in place of the highest.
    """
    import tensorflow as tf

    x, passed = tf.eye(length)[..., None], {}
    for layer in network.layers:
        if layer.kind == "pooling":
            x = tf.nn.avg_pool1d(x, layer.kernel[0], layer.stride, "VALID")
        elif layer.kernel:
            side = layer.kernel[0]
            x = tf.nn.conv1d(x, tf.ones((side, 1, 1)) / side, layer.stride, "SAME")
        elif layer.adds:
            x += passed[layer.adds]
        elif not layer.spatial:
            break
        passed[layer.name] = x
    seen = {}
    for name, answers in passed.items():
        pixels = [np.flatnonzero(column) for column in answers.numpy()[..., 0].T]
        seen[name] = [(int(found[0]), int(found[-1])) for found in pixels]
    return seen


@pytest.mark.parametrize("size", [(224, 224), (97, 131), (32, 225)], ids=str)
@pytest.mark.parametrize("network", [VGG16, EFFNET], ids=lambda network: network.name)
def test_a_square_is_all_that_a_value_sees_at_any_size(network, size):
    for layer in network.layers:
        if not layer.spatial:
            continue
        height, width = network.output_size(layer, size)
        down, across = (seen_on_a_line(network, length)[layer.name] for length in size)
        assert (len(down), len(across)) == (height, width)
        for row, column in {(0, 0), (height // 2, width // 2), (height - 1, width - 1)}:
            square = receptive_square(network, layer, row, column, size)
            assert square.size == (layer.receptive_field,) * 2
            (top, bottom), (left, right) = down[row], across[column]
            assert square.within(size) == Square(top, left, bottom + 1, right + 1), layer.name


def test_the_size_is_that_of_the_network_unless_told():
    layer = EFFNET.layer("block3b_expand")
    assert receptive_square(EFFNET, layer, 2, 3) == receptive_square(
        EFFNET, layer, 2, 3, (224, 224)
    )
    assert receptive_square(EFFNET, layer, 2, 3) != receptive_square(EFFNET, layer, 2, 3, (225, 97))


def test_a_square_is_clipped_at_the_border():
    picture = np.arange(5 * 6 * 3, dtype=np.uint8).reshape(5, 6, 3)
    assert Square(-2, 4, 2, 9).within((5, 6)) == Square(0, 4, 2, 6)
    assert np.array_equal(Square(-2, 4, 2, 9).cut(picture), picture[:2, 4:])
    assert Square(1, 2, 3, 4).cut(picture).shape == (2, 2, 3)


def test_a_frame_lies_around_its_square_and_the_rest_is_the_picture():
    picture = np.full((20, 30, 3), 90, np.uint8)
    large = framed(picture, Square(5, 10, 10, 20), 60)
    assert large.shape == (40, 60, 3)
    changed = (large != 90).any(axis=-1)
    rows, columns = np.flatnonzero(changed.any(axis=1)), np.flatnonzero(changed.any(axis=0))
    assert (rows[0], rows[-1], columns[0], columns[-1]) == (7, 22, 17, 42)
    assert not changed[11:19, 21:39].any()


def test_a_frame_at_the_border_stays_inside():
    large = framed(np.full((8, 8, 3), 90, np.uint8), Square(-4, -4, 12, 5), 40)
    assert large.shape == (40, 40, 3) and (large[0, 0] != 90).all()


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


def test_an_overlay_lies_where_the_map_is():
    values = np.zeros((7, 7), np.float32)
    values[2, 5] = 1
    colored = overlay(np.zeros((224, 224, 3), np.uint8), values, 1.0).sum(axis=-1)
    row, column = np.unravel_index(np.argmax(colored), colored.shape)
    assert (row // 32, column // 32) == (2, 5)


# ---- The code shown


@pytest.mark.parametrize("scale", ["filter", "layer", "global"])
@pytest.mark.parametrize(
    ("photo", "choice", "lay_over"),
    [("cat", "range(2)", False), ("sha256:1", "strongest(answer, 2)", True), ("cat", "[3]", True)],
)
def test_the_code_shown_runs(tiny, tmp_path, monkeypatch, photo, choice, scale, lay_over):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-photo.jpg").write_bytes(SAMPLES["cat"].read_bytes())
    exec(code_of(tiny, photo, ["one", "two"], choice, scale, lay_over), {})
    files = sorted(path.name for path in tmp_path.glob("*.png"))
    if choice.startswith("["):
        assert files == ["first-3.png", "second-3.png"]
    else:
        assert len(files) == 4


def test_the_code_shown_finds_the_pixels_too(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(code_of(tiny, "cat", ["one"], "[3]", "filter", False, Target("two", 1, (4, 5))), {})
    files = sorted(path.name for path in tmp_path.glob("*.png"))
    assert files == sorted(["first-3.png", *(f"{method}.png" for method in ATTRIBUTIONS)])
