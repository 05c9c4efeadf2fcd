"""Step rules in closed form."""

import numpy as np
import pytest

from explorer.step_rules import STEP_RULES, adam, nadam, plain, progress, rms, rmsprop


def applied(rule, gradient, **strengths):
    """The first step of a rule, with or without a memory."""
    if not rule.memory:
        return rule.apply(gradient, **strengths)
    return rule.apply(gradient, (np.zeros_like(gradient),) * rule.memory, 0, **strengths)[0]


def gradient(deviation=1e-4):
    return np.random.default_rng(5).normal(0, deviation, (40, 56, 3)).astype(np.float32)


@pytest.mark.parametrize("deviation", [1e-8, 1e-4, 10])
def test_rms_makes_steps_of_equal_size(deviation):
    g = gradient(deviation)
    found = rms(g, 4.0).numpy().astype(np.float64)
    assert np.sqrt((found**2).mean()) == pytest.approx(4, rel=1e-3)
    assert np.allclose(found / np.abs(found).max(), g / np.abs(g).max(), atol=1e-5)


def test_progress_promises_a_gain():
    """To first order the score rises by ‖g‖ times the length of the step along g."""
    g = gradient()
    step = progress(g, 2.0, 1e8).numpy().astype(np.float64)
    assert (step * g).sum() == pytest.approx(2.0, rel=1e-4)


def test_progress_has_a_largest_rate():
    g = gradient()
    assert np.allclose(progress(g, 2.0, 10.0).numpy(), 10 * g, rtol=1e-6)


def test_plain_is_the_gradient_times_rate_and_pixels():
    g = gradient()
    assert np.allclose(plain(g, 0.25), 0.25 * 40 * 56 * g, rtol=1e-6)


@pytest.mark.parametrize("rule", STEP_RULES, ids=lambda rule: rule.name)
def test_no_gradient_no_step(rule):
    strengths = {parameter.name: parameter.default for parameter in rule.parameters}
    found = applied(rule, np.zeros((32, 32, 3), np.float32), **strengths)
    assert np.all(np.asarray(found) == 0)


@pytest.mark.parametrize("rule", STEP_RULES, ids=lambda rule: rule.name)
def test_every_rule_goes_uphill(rule):
    strengths = {parameter.name: parameter.default for parameter in rule.parameters}
    g = gradient()
    assert (np.asarray(applied(rule, g, **strengths), np.float64) * g).sum() > 0


# ---- Rules that remember


def run(rule, gradients, **strengths):
    """The steps that a rule makes of gradients, one after another."""
    import tensorflow as tf

    (method,) = (method for method in STEP_RULES if method.apply is rule)
    memory, steps = tuple(tf.zeros_like(gradients[0]) for _ in range(method.memory)), []
    for i, g in enumerate(gradients):
        step, memory = rule(tf.constant(g), memory, tf.constant(i), **strengths)
        steps.append(step.numpy())
    return steps


def by_keras(optimizer, gradients):
    """The same by one of Keras's optimizers, which goes downhill."""
    import keras

    place, steps = keras.Variable(np.zeros_like(gradients[0])), []
    for g in gradients:
        before = place.numpy()
        optimizer.apply([-g], [place])
        steps.append(place.numpy() - before)
    return steps


def several():
    random = np.random.default_rng(2)
    return [random.normal(0.3, 1, (4, 5, 3)).astype(np.float32) * s for s in (1, 1, 10, 0.1, 1, 0)]


def steps_of(rule, **strengths):
    """Each gradient and the step made of it."""
    return zip(several(), run(rule, several(), **strengths), strict=True)


def test_adam_in_numpy():
    mean = square = 0
    for count, (g, found) in enumerate(steps_of(adam, rate=0.05), 1):
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g.astype(np.float64) ** 2
        wanted = mean / (1 - 0.9**count) / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
        assert np.allclose(found, 0.05 * wanted, atol=1e-5)


def test_nadam_in_numpy():
    """With a constant momentum, which Keras's changes from step to step."""
    mean = square = 0
    for count, (g, found) in enumerate(steps_of(nadam, rate=2.0), 1):
        mean, square = 0.9 * mean + 0.1 * g, 0.999 * square + 0.001 * g.astype(np.float64) ** 2
        ahead = 0.9 * mean / (1 - 0.9 ** (count + 1)) + 0.1 * g / (1 - 0.9**count)
        wanted = ahead / (np.sqrt(square / (1 - 0.999**count)) + 1e-8)
        assert np.allclose(found, 2 * wanted, atol=1e-3)


def test_adam_is_kerass():
    import keras

    optimizer = keras.optimizers.Adam(0.05, 0.9, 0.999, epsilon=1e-8)
    assert np.allclose(run(adam, several(), rate=0.05), by_keras(optimizer, several()), atol=1e-5)


@pytest.mark.parametrize("rho", [0.9, 0.999])
def test_rmsprop_is_kerass(rho):
    import keras

    optimizer = keras.optimizers.RMSprop(0.5, rho, epsilon=1e-7)
    found = run(rmsprop, several(), rate=0.5, rho=rho)
    assert np.allclose(found, by_keras(optimizer, several()), atol=1e-3)


def test_a_step_of_a_spectrum_has_its_shape():
    g = np.random.default_rng(0).normal(size=(1, 2, 3, 8, 5)).astype(np.float32)
    for rule in (adam, nadam):
        assert run(rule, [g], rate=1.0)[0].shape == g.shape
    assert rms(g, 1.0).shape == progress(g, 1.0, 1.0).shape == g.shape
