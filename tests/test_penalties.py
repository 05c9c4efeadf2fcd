"""Penalties: in closed form."""

import numpy as np
import pytest

from explorer.penalties import PENALTIES, Sight, diversity, likeness, norm, total_variation

SCORES = np.float32([300.0, 500.0])


def sight(picture, features=None):
    import tensorflow as tf

    return Sight(
        tf.constant(picture, tf.float32), lambda: tf.constant(features, tf.float32), SCORES
    )


def noise(count=2, size=(17, 23)):
    return np.random.default_rng(0).normal(0, 50, (count, *size, 3)).astype(np.float32)


def test_total_variation_is_the_mean_difference_of_neighbors():
    x = noise()
    down = np.abs(np.diff(x, axis=1)).sum(axis=(1, 2, 3))
    right = np.abs(np.diff(x, axis=2)).sum(axis=(1, 2, 3))
    wanted = 2.5 * (down + right) / (17 * 23 * 3)
    assert np.allclose(total_variation(sight(x), 2.5), wanted, rtol=1e-5)
    assert np.all(np.asarray(total_variation(sight(np.ones((2, 8, 8, 3))), 2.5)) == 0)


@pytest.mark.parametrize("power", [1.0, 2.0, 6.0])
def test_a_norm_is_the_distance_from_the_mean_color(power):
    x = noise()
    wanted = 0.3 * (np.abs(x.astype(np.float64)) ** power).mean(axis=(1, 2, 3)) ** (1 / power)
    assert np.allclose(norm(sight(x), 0.3, power), wanted, rtol=1e-4)


@pytest.mark.parametrize("power", [1.0, 1.5, 8.0])
def test_a_norm_has_a_slope_even_where_there_is_nothing(power):
    import tensorflow as tf

    x = tf.zeros((1, 8, 8, 3))
    with tf.GradientTape() as tape:
        tape.watch(x)
        value = norm(Sight(x, None, SCORES), 1.0, power)
    assert np.all(np.isfinite(tape.gradient(value, x)))


def test_likeness_is_the_cosine_of_gram_matrices():
    features = np.random.default_rng(1).normal(size=(3, 4, 5, 6)).astype(np.float32)
    found = likeness(features).numpy()
    grams = [np.einsum("hwc,hwd->cd", f, f).ravel() for f in features.astype(np.float64)]
    grams = [gram / np.linalg.norm(gram) for gram in grams]
    assert found.shape == (3, 2)
    for i, others in enumerate(((1, 2), (0, 2), (0, 1))):
        assert np.allclose(found[i], [grams[i] @ grams[j] for j in others], atol=1e-5)


def test_equal_pictures_are_wholly_alike_wherever_their_features_are():
    one = np.random.default_rng(1).uniform(0, 1, (4, 5, 6)).astype(np.float32)
    assert np.allclose(likeness(np.stack([one, one, one[::-1, ::-1] * 3])), 1, atol=1e-6)


def test_pictures_of_other_channels_are_not_alike():
    features = np.zeros((2, 4, 5, 6), np.float32)
    features[0, ..., :3] = 1
    features[1, ..., 3:] = 1
    assert np.allclose(likeness(features), 0)


def test_diversity_costs_what_pictures_have_in_common():
    features = np.random.default_rng(1).normal(size=(4, 20, 6)).astype(np.float32)
    wanted = 0.07 * 400 * likeness(features).numpy().mean(axis=1)
    assert np.allclose(diversity(sight(noise(4), features), 4, 7.0), wanted)
    nothing = diversity(sight(noise(2), np.zeros((2, 20, 6))), 2, 7.0)
    assert np.allclose(nothing, 0)


def test_every_penalty_is_one_number_a_picture():
    for method in PENALTIES:
        strengths = {parameter.name: parameter.default for parameter in method.parameters}
        features = np.random.default_rng(1).normal(size=(4, 20, 6))
        assert np.shape(method.apply(sight(noise(4), features), **strengths)) == (4,)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_what_being_alike_costs_is_no_way_to_a_score(sign):
    """It is above zero whatever the scores' sign, and has no slope towards them."""
    import tensorflow as tf

    features = np.random.default_rng(1).uniform(size=(2, 9, 6))
    scores = tf.constant(sign * SCORES)
    with tf.GradientTape() as tape:
        tape.watch(scores)
        seen = Sight(None, lambda: tf.constant(features, tf.float32), scores)
        cost = diversity(seen, pictures=2, strength=25.0)
    assert np.all(cost > 0) and tape.gradient(cost, scores) is None
