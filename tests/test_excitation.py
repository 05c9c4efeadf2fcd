"""How much pictures excite targets: against activations, closed forms and plain NumPy."""

import numpy as np
import pytest

from explorer.excitation import LEAST_COSINE, deepest, numbers_of, score_and_gradient
from explorer.images import sample_photo
from explorer.networks.network import KEPT_FUNCTIONS
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


# ---- Every kind, from the activations alone


SIZE = (22, 27)


def noise(seed=0):
    return np.random.default_rng(seed).uniform(0, 255, (*SIZE, 3)).astype(np.float32)


def answers(network, image):
    """Layer -> its values before and after ReLU, float64."""
    values = {}
    after = network.activations(image, ["first", "pool", "second"])
    before = network.outputs(image[None], "second")
    for name, answer in after.items():
        values[name] = (before[name][0].numpy().astype(float), answer.astype(float))
    return values


def of_direction(values, vector):
    vector = np.asarray(vector) / np.linalg.norm(vector)
    along = values @ vector
    cosine = along / np.maximum(np.linalg.norm(values, axis=-1), 1e-6)
    return (along * np.maximum(cosine, LEAST_COSINE)).mean()


def of_photo(values, goal):
    goal = goal / np.linalg.norm(goal)
    along = (values * goal).sum()
    return along * max(along / np.linalg.norm(values), LEAST_COSINE)


KINDS = {
    "layer": Target("second"),
    "pooling layer": Target("pool"),
    "direction": Target("second", direction={1: 0.5, 4: -2}),
    "direction after ReLU": Target("first", direction={0: 1, 3: 1}, after_relu=True),
    "photo": Target("second", photo="cat"),
    "negative": Target("second", 2, weight=-1),
    "several": Target(
        "first", 3, (2, 5), also=(Target("second", 1, weight=-0.5), Target("pool", weight=0.01))
    ),
}


def by_hand(network, target, image):
    total = 0
    for term in target.terms:
        before, after = answers(network, image)[term.layer]
        values = after if term.after_relu else before
        if term.kind == "layer":
            score = (after**2).mean()
        elif term.kind == "direction":
            vector = np.zeros(values.shape[-1])
            for channel, weight in term.direction.items():
                vector[channel] = weight
            score = of_direction(values, vector)
        elif term.kind == "photo":
            photo = sample_photo(term.photo).fitted(SIZE)
            score = of_photo(after, answers(network, photo.astype(np.float32))[term.layer][1])
        elif term.kind == "neuron":
            score = values[*term.position, term.channel]
        else:
            score = values[..., term.channel].mean()
        total += term.weight * score
    return total


@pytest.mark.parametrize("target", KINDS.values(), ids=KINDS)
def test_scores_are_what_numpy_makes_of_the_activations(tiny, target):
    score, _ = score_and_gradient(tiny, noise(), target)
    assert score == pytest.approx(by_hand(tiny, target, noise()), rel=1e-3)


@pytest.mark.parametrize("target", KINDS.values(), ids=KINDS)
def test_gradients_are_those_of_finite_differences(tiny, target):
    """Along the gradient, and along a direction that has nothing to do with it."""
    image = noise()
    _, gradient = score_and_gradient(tiny, image, target)
    slope = gradient.astype(float)
    assert np.abs(slope).max() > 0
    for direction in (slope, noise(1) - 127):
        direction = direction / np.abs(direction).max()
        ahead, behind = (
            by_hand(tiny, target, image + np.float32(way * direction)) for way in (0.25, -0.25)
        )
        wanted = (slope * direction).sum()
        scale = np.linalg.norm(slope) * np.linalg.norm(direction)
        assert abs((ahead - behind) / 0.5 - wanted) < 0.03 * scale


def test_a_direction_has_a_slope_where_nothing_answers(tiny):
    """After ReLU, many places of the tiny network's first layer are all zero."""
    target = Target("first", direction={0: 1}, after_relu=True)
    image = np.zeros((*SIZE, 3), np.float32)
    for level in range(0, 256, 15):
        image[:, level % SIZE[1]] = level
    dark = -50 * np.ones((*SIZE, 3), np.float32)
    for shown in (image, dark, 300 + image, 20 * image):
        score, gradient = score_and_gradient(tiny, shown, target)
        assert np.isfinite(score) and np.all(np.isfinite(gradient))


def test_a_direction_of_nothing_has_no_nan(tiny, monkeypatch):
    """Where every channel is exactly zero, the angle to the direction is not defined."""

    class Silent(type(tiny)):
        def outputs(self, image, last):
            return {name: 0.0 * values for name, values in super().outputs(image, last).items()}

    score, gradient = score_and_gradient(Silent(), noise(), Target("second", direction={1: 1}))
    assert score == 0 and np.all(gradient == 0)


def test_a_photo_excites_most_as_itself(tiny):
    target = Target("second", photo="cat")
    photo = sample_photo("cat").fitted(SIZE)
    as_itself, _ = score_and_gradient(tiny, photo, target)
    goal = tiny.activations(photo, ["second"])["second"]
    assert as_itself == pytest.approx(np.linalg.norm(goal), rel=1e-4)


def test_several_reach_as_deep_as_the_deepest(tiny):
    target = Target("second", 0, also=(Target("first", 1),)).resolved(tiny, SIZE)
    assert deepest(tiny, target) == "second"
    assert deepest(tiny, Target("first", 1, also=(Target("pool"),)).resolved(tiny, SIZE)) == "pool"


def test_a_neuron_keeps_its_place_in_a_small_view(tiny):
    for position, wanted in (((0, 0), (0, 0)), ((20, 31), (10, 15)), ((39, 63), (19, 31))):
        target = Target("second", 0, position).resolved(tiny, (80, 128))
        (entry,) = numbers_of(tiny, target, (80, 128), (40, 64))
        assert tuple(entry["position"].numpy()) == wanted
    center = Target("second", 0, "center").resolved(tiny, (80, 128))
    assert tuple(numbers_of(tiny, center, (80, 128), (40, 64))[0]["position"].numpy()) == (10, 16)


def test_however_many_sizes_there_are_few_traces_stay(vgg, traces):
    for side in range(32, 32 + KEPT_FUNCTIONS + 4):
        score_and_gradient(vgg, np.zeros((side, 24, 3), np.uint8), Target("conv1_2", 1))
    assert 0 < traces() <= KEPT_FUNCTIONS


def test_a_tenth_of_the_slope_is_left_where_answers_point_elsewhere():
    """Lucid's cosine similarity is taken as a tenth at least."""
    assert LEAST_COSINE == 0.1
