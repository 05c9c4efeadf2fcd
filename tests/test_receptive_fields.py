"""Which part of a picture the values of a layer see."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from explorer.activations import statistics
from explorer.networks import load_network
from explorer.receptive_fields import Square, framed, receptive_square

VGG16, EFFNET = load_network("vgg16"), load_network("efficientnet-lite0")


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


# ---- Frames


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


def test_what_is_outside_of_a_frame_can_be_dimmed():
    picture = np.full((20, 30, 3), 200, np.uint8)
    large = framed(picture, Square(5, 10, 10, 20), 60, dim=True)
    assert (large[11:19, 21:39] == 200).all()
    assert (large[:6] == 134).all() and (large[24:] == 134).all()
    assert (framed(0 * picture, Square(5, 10, 10, 20), 60, dim=True)[:6] == 44).all()
