"""How weights are spread, counted piece by piece."""

import numpy as np
import pytest

from explorer.errors import InputError, MissingWeights
from explorer.networks import load_network
from explorer.weight_counts import BINS, SPREAD, count

SKEWED = np.random.default_rng(0).gamma(2, 0.01, 20_000).astype(np.float32)


@pytest.mark.parametrize("parts", [1, 7])
def test_pieces_are_counted_as_the_whole(parts):
    found = count(lambda: np.array_split(SKEWED, parts))
    mean, deviation = SKEWED.mean(dtype=np.float64), SKEWED.std(dtype=np.float64)
    reach = SPREAD * deviation
    counts, edges = np.histogram(SKEWED, BINS, (mean - reach, mean + reach))
    assert (found.weights, found.low, found.high) == (20_000, SKEWED.min(), SKEWED.max())
    assert found.mean == pytest.approx(mean, rel=1e-9)
    assert found.deviation == pytest.approx(deviation, rel=1e-6)
    assert found.edges == pytest.approx(edges, rel=1e-6)
    assert np.abs(np.subtract(found.counts, counts)).max() <= 1
    assert found.beyond == pytest.approx(np.mean(np.abs(SKEWED - mean) > reach), abs=1e-4)


def test_equal_weights_have_no_spread():
    found = count(lambda: [np.full(5, 0.5, np.float32)])
    assert (found.deviation, sum(found.counts), found.beyond) == (0, 5, 0)


@pytest.mark.parametrize(
    ("network", "layer"), [("vgg16", "block3_conv1"), ("efficientnet-lite0", "logits")]
)
def test_embedded_weights_are_all_counted(network, layer):
    model = load_network(network)
    layer = model.layer(layer)
    kernel, _ = model.embedded_weights(layer)
    found = count(lambda: model.kernel_pieces(layer))
    assert found.weights == np.prod(layer.weights_shape)
    assert found.mean == pytest.approx(kernel.mean(dtype=np.float64), rel=1e-6)


def test_what_has_no_weights_says_so(refused):
    model = load_network()
    with refused("pool1 has no weights"):
        list(model.kernel_pieces(model.layer("pool1")))
    with pytest.raises(MissingWeights, match="get them with"):
        count(lambda: model.kernel_pieces(model.layer("fc_1")))
    assert issubclass(MissingWeights, InputError)
