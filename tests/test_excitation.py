"""How much pictures excite targets: against activations, closed forms and plain NumPy."""

import numpy as np
import pytest

from explorer.excitation import score_and_gradient
from explorer.targets import Target


def test_one_trace_serves_every_channel_and_place(tiny, monkeypatch):
    from explorer import excitation

    found = []
    compiled = excitation._compiled
    monkeypatch.setattr(
        excitation, "_compiled", lambda *key: found.append(compiled(*key)) or found[-1]
    )
    image = np.random.default_rng(0).integers(0, 256, (33, 47, 3), dtype=np.uint8)
    for channel in range(5):
        for position in ((0, 0), (15, 22), "center"):
            score_and_gradient(tiny, image, Target("second", channel, position))
    assert len(set(map(id, found))) == 1
    assert found[0].experimental_get_tracing_count() == 1
    score_and_gradient(tiny, image, Target("second", 0))
    assert len(set(map(id, found))) == 2


def test_scores_are_means_over_space_of_activations(vgg, picture_of):
    image = picture_of("photo", (97, 131))
    answers = vgg.activations(image, ["conv2_1"])["block2_conv1"]
    after, _ = score_and_gradient(vgg, image, Target("conv2_1", 3, after_relu=True))
    assert after == pytest.approx(answers[..., 3].mean(), rel=1e-4)
    neuron, _ = score_and_gradient(vgg, image, Target("conv2_1", 3, (5, 60), after_relu=True))
    assert neuron == pytest.approx(answers[5, 60, 3], rel=1e-4, abs=1e-4)
    before, _ = score_and_gradient(vgg, image, Target("conv2_1", 3))
    assert before < after
