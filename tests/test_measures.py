"""Numbers about pictures, checked with pictures whose numbers are known."""

import numpy as np
import pytest

from explorer.measures import colorfulness, fine_share, measured, saturated_share


def waves(cycles_per_pixel, side=64):
    line = 127.5 + 100 * np.sin(2 * np.pi * cycles_per_pixel * np.arange(side))
    return np.repeat(np.tile(line, (side, 1))[..., None], 3, -1).round().astype(np.uint8)


def test_fine_share_tells_coarse_from_fine():
    assert fine_share(waves(4 / 64)) < 0.01
    assert fine_share(waves(28 / 64)) > 0.99


def test_fine_share_of_white_noise_is_the_area_outside_the_quarter_circle():
    noise = np.random.default_rng(0).integers(0, 256, (128, 128, 3), dtype=np.uint8)
    assert fine_share(noise) == pytest.approx(1 - np.pi / 16, abs=0.01)


def test_saturated_share_counts_black_and_full():
    image = np.full((4, 5, 3), 100, np.uint8)
    image[0] = 0
    image[1, :, 0] = 255
    assert saturated_share(image) == pytest.approx((15 + 5) / 60)


def test_colorfulness_of_gray_is_zero_and_of_two_colors_as_defined():
    assert colorfulness(waves(0.1)) == 0
    image = np.zeros((2, 2, 3), np.uint8)
    image[0, :, 0] = 200
    red_green, yellow_blue = np.array([200, 200, 0, 0]), np.array([100, 100, 0, 0])
    spread = np.hypot(red_green.std(), yellow_blue.std())
    offset = np.hypot(red_green.mean(), yellow_blue.mean())
    assert colorfulness(image) == pytest.approx(spread + 0.3 * offset)


def test_a_flat_picture_has_numbers_too():
    values = measured(np.full((8, 8, 3), 128, np.uint8))
    assert values == {"fine_share": 0, "saturated_share": 0, "colorfulness": 0}
