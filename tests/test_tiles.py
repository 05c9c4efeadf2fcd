"""Tiles against the whole: the same gradient where windows are wide enough, and no seams."""

import itertools

import numpy as np
import pytest

from explorer import Recipe, Target, preset, render
from explorer.excitation import excitation, numbers_of, score_and_gradient, structure_of
from explorer.images import sample_photo
from explorer.networks import load_network
from explorer.tiles import in_turn, line, lines, offsets, tiles
from explorer.transformations import Draw


def in_tiles(network, image, target, side, halo, seed=0):
    """Score and gradient in tiles."""
    import tensorflow as tf

    size = image.shape[:2]
    target = target.resolved(network, size)
    numbers = numbers_of(network, target, size, size)
    structure = structure_of(target)
    layers = {network.layer(term.layer) for term in target.terms}
    network.load()

    @tf.function(autograph=False)
    def compute(x):
        def excite(window, weights):
            return excitation(network, structure, window, numbers, weights=weights)

        with tf.GradientTape() as tape:
            tape.watch(x)
            score = tiles(x, Draw(seed, 0), excite, network, layers, side, halo)
        return score, tape.gradient(score, x)

    score, gradient = compute(tf.constant(image, tf.float32)[None])
    return float(score[0]), gradient[0].numpy()


# ---- How a picture is cut


def borders(cut, offset: int) -> list[int]:
    """Where one tile ends and the next begins, if the first sticks out by `offset`."""
    return [i * cut.tile - offset for i in range(1, cut.count)]


@pytest.mark.parametrize(
    ("side", "stride", "reach", "tile", "halo"),
    list(itertools.product((300, 512, 1000), (1, 8, 32), (10, 98), (64, 200), (0, 50, 100))),
)
def test_tiles_cover_the_picture_wherever_they_begin(side, stride, reach, tile, halo):
    cut = line(side, stride, reach, tile, halo)
    assert cut.count == 1 or (cut.side - cut.window) % stride == 0
    for offset in {0, cut.slack} if cut.count > 1 else {0}:
        ends = [0 - offset, *borders(cut, offset), cut.count * cut.tile - offset]
        assert all(end % stride == 0 for end in ends) or cut.count == 1
        assert ends[0] <= 0 and ends[-1] >= side - side % stride
        for begin, end in itertools.pairwise(ends):
            start = min(max(begin - cut.margin, 0), side - cut.window)
            assert start <= max(0, begin - cut.margin)
            assert start + cut.window >= min(side, end + cut.margin)
    assert cut.count == 1 or cut.margin >= reach * halo / 100
    assert cut.window <= side


def test_a_picture_no_larger_than_a_window_is_one_tile(tiny):
    cut = lines(tiny, [tiny.layer("second")], (64, 300), 128, 50)
    assert [each.count for each in cut] == [1, 3]
    assert cut[0].window == cut[0].tile == 64


def test_borders_lie_elsewhere_at_each_step(tiny):
    cut = lines(tiny, [tiny.layer("second")], (400, 300), 64, 50)
    found = {tuple(offsets(cut, Draw(3, step)).numpy().tolist()) for step in range(50)}
    assert len(found) > 40
    for axis, each in enumerate(cut):
        places = [offset[axis] for offset in found]
        assert min(places) >= 0 and max(places) <= each.slack
        assert all(place % each.stride == 0 for place in places)
        assert max(places) - min(places) > each.slack / 2


def test_tiles_use_all_of_their_slack(tiny):
    cut = lines(tiny, [tiny.layer("second")], (400, 300), 64, 50)
    found = np.array([offsets(cut, Draw(3, step)).numpy() for step in range(400)])
    assert found.min(axis=0).tolist() == [0, 0]
    assert found.max(axis=0).tolist() == [each.slack for each in cut]


# ---- The same gradient

TARGETS = [
    Target("second", 1),
    Target("first", 2, after_relu=True),
    Target("second"),
    Target("second", direction=((0, 1.0), (3, -2.0))),
    Target("second", 1, also=(Target("first", 2, weight=-0.5),)),
]


@pytest.mark.parametrize("target", TARGETS, ids=str)
@pytest.mark.parametrize("seed", range(3))
def test_with_the_whole_reach_the_gradient_is_exact(tiny, relative, target, seed):
    """On a picture whose sides fit neither the tiles nor the stride."""
    image = np.random.default_rng(seed).uniform(0, 255, (171, 150, 3)).astype(np.float32)
    wanted = score_and_gradient(tiny, image, target)
    found = in_tiles(tiny, image, target, 64, 100, seed)
    assert found[0] == pytest.approx(wanted[0], rel=1e-4)
    assert relative(found[1], wanted[1]) < 1e-5


@pytest.mark.parametrize(
    ("layer", "size", "side"), [("conv3_1", (203, 250), 96), ("conv4_1", (260, 330), 96)]
)
def test_the_gradient_of_vgg16_is_exact_too(vgg, relative, layer, size, side):
    image = sample_photo("coffee").fitted(size).astype(np.float32)
    target = Target(layer, 1)
    cut = lines(vgg, [vgg.layer(layer)], size, side, 100)
    assert min(each.count for each in cut) >= 2
    wanted = score_and_gradient(vgg, image, target)
    found = in_tiles(vgg, image, target, side, 100)
    assert found[0] == pytest.approx(wanted[0], rel=1e-4)
    assert relative(found[1], wanted[1]) < 1e-4


def test_the_gradient_of_a_network_with_strided_convolutions_is_exact_too(relative):
    network = load_network("efficientnet-lite0")
    layer = "block3a_project_conv"
    image = sample_photo("cat").fitted((235, 301)).astype(np.float32)
    target = Target(layer, 3)
    cut = lines(network, [network.layer(layer)], (235, 301), 96, 100)
    assert min(each.count for each in cut) >= 2
    wanted = score_and_gradient(network, image, target)
    found = in_tiles(network, image, target, 96, 100)
    assert found[0] == pytest.approx(wanted[0], rel=1e-4)
    assert relative(found[1], wanted[1]) < 1e-4


def test_with_less_the_gradient_is_close_inside(vgg):
    image = sample_photo("coffee").fitted((200, 240)).astype(np.float32)
    wanted = score_and_gradient(vgg, image, Target("conv3_1", 1))[1]
    found = in_tiles(vgg, image, Target("conv3_1", 1), 80, 0)[1]
    assert np.abs(found - wanted).max() > 0
    assert np.corrcoef(found.ravel(), wanted.ravel())[0, 1] > 0.95


# ---- Pictures one after the other


def test_pictures_in_turn_have_the_scores_and_gradients_of_each(tiny, relative):
    import tensorflow as tf

    images = np.random.default_rng(1).uniform(0, 255, (3, 33, 40, 3)).astype(np.float32)
    target = Target("second", 1).resolved(tiny, (33, 40))
    numbers = numbers_of(tiny, target, (33, 40), (33, 40))

    @tf.function(autograph=False)
    def compute(x, weights):
        with tf.GradientTape() as tape:
            tape.watch(x)
            scores = in_turn(x, lambda picture: excitation(tiny, target, picture, numbers))
            whole = tf.reduce_sum(weights * scores)
        return scores, tape.gradient(whole, x)

    weights = np.float32([1, -2, 0.5])
    scores, gradients = compute(tf.constant(images), tf.constant(weights))
    for image, weight, score, gradient in zip(images, weights, scores, gradients, strict=True):
        wanted = score_and_gradient(tiny, image, target)
        assert float(score) == pytest.approx(wanted[0], rel=1e-5)
        assert relative(gradient.numpy(), weight * wanted[1]) < 1e-5


# ---- In a recipe


def test_a_recipe_in_tiles_draws_the_picture_of_the_whole(tiny):
    """To rounding; scores are those of the pictures shown."""
    methods = {"noise": {"deviation": 20}, "rms": {"size": 6}}
    whole = Recipe(Target("second", 1), network="tiny", steps=8, size=(140, 171), methods=methods)
    cut = whole.changed(methods=methods | {"tiles": {"side": 64, "halo": 100}})
    wanted, found = (list(render(tiny, made))[-1] for made in (whole, cut))
    assert np.abs(wanted.image.astype(int) - found.image).max() <= 2
    score, _ = score_and_gradient(tiny, found.image.astype(np.float32), Target("second", 1))
    assert found.score == pytest.approx(score, rel=1e-5)


def seams(image: np.ndarray, cut) -> float:
    """Mean absolute difference across the borders of tiles, over that between other neighbors."""
    picture, across, inside = image.astype(float), [], []
    for axis, each in enumerate(cut):
        change = np.abs(np.diff(picture, axis=axis)).mean(axis=(1 - axis, 2))
        at = np.zeros(len(change), bool)
        at[[border - 1 for border in borders(each, 0) if border < each.side]] = True
        across.append(change[at])
        inside.append(change[~at])
    return np.concatenate(across).mean() / np.concatenate(inside).mean()


@pytest.mark.slow
def test_no_seams_grow(vgg):
    """Across the borders of the fixed tiling, pixels differ as they do elsewhere: within 5 %."""
    made = preset("report/2-decay", Target("conv3_1", 1), size=(352, 384), steps=24)
    made = made.changed(methods=made.methods | {"tiles": {"side": 96, "halo": 25}})
    picture = list(render(vgg, made))[-1].kept.image
    cut = lines(vgg, [vgg.layer("conv3_1")], made.size, 96, 25)
    assert min(each.count for each in cut) >= 3
    assert seams(picture, cut) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        (Target("conv3_1", 1, position=(3, 3)), "neuron"),
        (Target("conv3_1", photo="cat"), "photo"),
        (Target(class_=130), "class or dense unit"),
    ],
    ids=str,
)
def test_what_cannot_be_cut_is_refused(refused, target, reason):
    with refused(f"tiles does not go with a {reason} as target"):
        Recipe(target, methods={"rms": {}, "tiles": {}})
