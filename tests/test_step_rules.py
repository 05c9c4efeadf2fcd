"""Step rules in closed form."""

import numpy as np
import pytest

from explorer.step_rules import STEP_RULES, plain, progress, rms


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
