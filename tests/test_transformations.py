"""Transformations: where pixels go, and that the gradient comes back to the pixels it is of."""

import itertools

import numpy as np
import pytest
from scipy import ndimage

from explorer.methods import Moment
from explorer.transformations import TRANSFORMATIONS, Draw, turn, warp, zoom

MEAN = np.float32([120, 110, 100])


def pictures(count=1, size=(33, 47), seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(0, 255, (count, *size, 3)).astype(np.float32)


def moment(step=0, steps=10):
    import tensorflow as tf

    return Moment(tf.constant(step), tf.constant(steps), None, tf.constant(MEAN), tf.constant(1))


def applied(name, image, seed=0, step=0, steps=10, **strengths):
    import tensorflow as tf

    method = next(method for method in TRANSFORMATIONS if method.name == name)
    strengths = {p.name: p.default for p in method.parameters} | strengths
    draw = Draw(tf.constant(seed, tf.int64), tf.constant(step))
    return method.apply(tf.constant(image), draw, moment(step, steps), **strengths).numpy()


def jacobian(function, size):
    """The matrix of a linear function of one gray picture; each pixel alone is one color."""
    count = size[0] * size[1]
    pixels = np.eye(count, dtype=np.float32).reshape(1, *size, count)
    return np.reshape(function(pixels), (count, count))


def gradient_of(function, size, upstream):
    import tensorflow as tf

    image = tf.zeros((1, *size, 1))
    with tf.GradientTape() as tape:
        tape.watch(image)
        value = tf.reduce_sum(function(image) * upstream)
    return tape.gradient(value, image).numpy()


# ---- Seeds


@pytest.mark.parametrize("method", TRANSFORMATIONS, ids=lambda method: method.name)
def test_a_view_is_given_by_seed_and_step(method):
    image = pictures()
    one = applied(method.name, image, seed=5, step=3)
    assert np.array_equal(one, applied(method.name, image, seed=5, step=3))
    if method.name != "pad":
        assert not np.array_equal(one, applied(method.name, image, seed=5, step=4))
        assert not np.array_equal(one, applied(method.name, image, seed=6, step=3))


def test_draws_of_one_step_differ_and_fill_their_range():
    import tensorflow as tf

    draw = Draw(tf.constant(2**32 - 1, tf.int64), tf.constant(9_999))
    first, second = draw.uniform((4000,)).numpy(), draw.uniform((4000,)).numpy()
    assert abs(np.corrcoef(first, second)[0, 1]) < 0.1
    assert first.min() < -0.99 and first.max() > 0.99 and abs(first.mean()) < 0.05
    normal = draw.normal((4000,)).numpy()
    assert abs(normal.mean()) < 0.08 and normal.std() == pytest.approx(1, abs=0.05)


# ---- One by one


def test_padding_is_the_mean_color():
    image = pictures(2)
    found = applied("pad", image, width=5)
    assert found.shape == (2, 43, 57, 3)
    assert np.allclose(found[:, 5:-5, 5:-5], image, atol=1e-4)
    found[:, 5:-5, 5:-5] = MEAN
    assert np.allclose(found, MEAN)


def test_jitter_moves_by_whole_pixels_and_mirrors_beyond_the_border():
    """Each view is a window of the picture with mirrored margins."""
    image, reach, seen = pictures(2), 3, set()
    margins = ((0, 0), (reach, reach), (reach, reach), (0, 0))
    padded = np.pad(image, margins, mode="reflect")
    windows = {
        (down, right): padded[:, down : down + 33, right : right + 47]
        for down in range(2 * reach + 1)
        for right in range(2 * reach + 1)
    }
    for step in range(60):
        view = applied("jitter", image, step=step, reach=reach)
        seen |= {shift for shift, window in windows.items() if np.array_equal(view, window)}
    assert len(seen) > 25
    assert {down for down, _ in seen} == {right for _, right in seen} == set(range(7))


def test_jitter_further_than_the_picture_is_wide():
    """It is mirrored as often as it takes, as NumPy's padding is."""
    image, reach = pictures(size=(32, 32)), 64
    padded = np.pad(image, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="reflect")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (32, 32), axis=(1, 2))
    windows = np.moveaxis(windows[0], 2, -1)
    for step in range(8):
        view = applied("jitter", image, step=step, reach=reach)
        assert np.any(np.all(windows == view[0], axis=(2, 3, 4)))


@pytest.mark.parametrize("degrees", [0, 5, -30])
@pytest.mark.parametrize("factor", [1.0, 1.1, 0.9])
@pytest.mark.parametrize("shift", [(0, 0), (4, -2.5)])
def test_a_warp_is_scipys_affine_transform(degrees, factor, shift):
    import tensorflow as tf

    image, size = pictures()[0], (33, 47)
    angle = np.radians(degrees)
    turns = turn(size, tf.constant([angle], tf.float32), tf.constant([factor]), shift)
    found = warp(tf.constant(image[None]), turns).numpy()[0]
    cos, sin = np.cos(angle) / factor, np.sin(angle) / factor
    matrix, middle = np.array([[cos, sin], [-sin, cos]]), (np.array(size) - 1) / 2
    offset = middle + shift[::-1] - matrix @ middle
    wanted = [
        ndimage.affine_transform(
            image[..., i].astype(float), matrix, offset, order=1, mode="reflect"
        )
        for i in range(3)
    ]
    assert np.abs(found - np.stack(wanted, axis=-1)).max() < 0.05


@pytest.mark.parametrize("size", [(33, 47), (32, 32), (48, 31)])
def test_a_zoom_is_that_warp(size):
    import tensorflow as tf

    image = tf.constant(pictures(4, size))
    factors = tf.constant([1.1, 0.5, 2.0, 4.0])
    shifts = tf.constant([0.0, 9.0, 5.0, -6.0]), tf.constant([0.0, -2.0, 4.0, 3.0])
    wanted = warp(image, turn(size, 0.0 * factors, factors, shifts))
    assert np.abs(zoom(image, factors, shifts) - wanted).max() < 0.01


@pytest.mark.parametrize("factor", [0.9, 1.05, 4.0])
def test_the_gradient_of_a_zoom_is_its_transposed(factor):
    import tensorflow as tf

    size = (14, 17)

    def function(image):
        return zoom(tf.constant(image), tf.constant([factor]), (2.3, -1.0))

    upstream = np.random.default_rng(1).normal(size=(1, *size, 1)).astype(np.float32)
    found = gradient_of(function, size, upstream)
    wanted = jacobian(function, size).T @ upstream.ravel()
    assert np.abs(found.ravel() - wanted).max() < 1e-4


def test_scale_stays_within_its_spread():
    """A ramp about the center becomes that ramp, less steep where the picture is enlarged."""
    line = np.arange(33, dtype=np.float32) - 16
    image = np.broadcast_to(line[None, :, None, None], (3, 33, 33, 3)).copy()
    slopes = []
    for step in range(30):
        view = applied("scale", image, step=step, spread=20)
        slopes.extend(view[:, 20, 16, 0] / 4)
        assert np.allclose(view[:, 16], 0, atol=1e-4)
    factors = 1 / np.array(slopes)
    assert factors.min() > 0.8 - 1e-3 and factors.max() < 1.2 + 1e-3
    assert factors.min() < 0.85 and factors.max() > 1.15
    assert len(set(np.round(factors, 5))) > 80, "pictures of one step are scaled alike"


def test_rotation_stays_within_its_degrees():
    """A ramp to the right turns into one that leans."""
    line = np.arange(33, dtype=np.float32) - 16
    image = np.broadcast_to(line[None, None, :, None], (3, 33, 33, 3)).copy()
    angles = []
    for step in range(30):
        view = applied("rotation", image, step=step, degrees=20)
        angles.extend(np.degrees(np.arctan2(view[:, 20, 16, 0], view[:, 16, 20, 0])))
    angles = np.array(angles)
    assert np.abs(angles).max() < 20.1 and angles.min() < -15 and angles.max() > 15


def test_crops_are_enlarged_parts_that_become_smaller():
    """Of ramps, so that a crop's slope tells its size and its middle its place."""
    side, line = 64, np.arange(64, dtype=np.float32)
    image = np.zeros((2, side, side, 3), np.float32)
    image[..., 0], image[..., 1] = line[:, None], line
    shares = {0: [], 9: []}
    for step, seed in itertools.product(shares, range(4)):
        view = applied("crops", image, seed, step, count=16, largest=60, smallest=20)
        assert view.shape == (32, side, side, 3)
        rows, columns = view[..., 0], view[..., 1]
        slope = (rows[:, 40, 32] - rows[:, 24, 32]) / 16
        assert np.allclose(slope, (columns[:, 32, 40] - columns[:, 32, 24]) / 16, atol=1e-3)
        shares[step].extend(slope)
        assert rows.min() >= 0 and rows.max() <= side - 1
        assert np.ptp(rows[:, 32, 32]) > 10 and np.ptp(columns[:, 32, 32]) > 10
    assert np.median(shares[0]) == pytest.approx(0.6, rel=0.1)
    assert np.median(shares[9]) == pytest.approx(0.6 - 0.4 * 0.9, rel=0.1)
    for found in shares.values():
        assert np.std(found) / np.mean(found) == pytest.approx(0.2, rel=0.2), "they vary in size"


@pytest.mark.parametrize("size", [(40, 96), (96, 40)])
def test_crops_of_an_oblong_picture_reach_its_borders_and_not_beyond(size):
    """Of ramps, which would fall again where a picture is mirrored."""
    image = np.zeros((1, *size, 3), np.float32)
    image[0, ..., :2] = np.moveaxis(np.mgrid[: size[0], : size[1]], 0, -1)
    view = applied("crops", image, count=128, largest=50)
    for axis, side in enumerate(size):
        ramps = view[..., axis]
        assert np.diff(ramps, axis=1 + axis).min() > -1e-3
        assert ramps.min() < 0.05 * side and ramps.max() > 0.95 * side


def test_crops_of_a_picture_stay_together():
    image = np.zeros((2, 32, 32, 3), np.float32)
    image[1] = 200
    view = applied("crops", image, count=3)
    assert np.allclose(view[:3], 0) and np.allclose(view[3:], 200, atol=1e-3)


def test_the_gradient_of_a_crop_stays_in_the_crop():
    import tensorflow as tf

    size, step = (32, 32), 2
    method = next(method for method in TRANSFORMATIONS if method.name == "crops")

    def function(image):
        draw = Draw(tf.constant(0, tf.int64), tf.constant(step))
        return method.apply(tf.constant(image), draw, moment(step), 1, 40.0, 40.0)

    touched = gradient_of(function, size, 1.0)[0, ..., 0]
    wanted = jacobian(function, size).sum(axis=0).reshape(size)
    assert np.abs(touched - wanted).max() < 1e-3
    assert (touched > 0).mean() < 0.35


def test_grain_is_normal_noise():
    image = np.full((1, 64, 64, 3), 100, np.float32)
    noise = applied("grain", image, deviation=12) - image
    assert noise.std() == pytest.approx(12, rel=0.03) and abs(noise.mean()) < 0.5


def test_no_two_draws_are_alike_neither_of_a_step_nor_of_neighbors():
    found = []
    for step in range(4):
        draw = Draw(5, step)
        found += [tuple(draw.uniform((3,)).numpy().tolist()) for _ in range(6)]
    assert len(set(found)) == len(found)
