"""The structure of VGG16 against Keras's model and published numbers; the arithmetic of chains."""

import math

import numpy as np
import pytest

from explorer.networks import load_network
from explorer.networks.layers import Row, chain
from explorer.networks.network import stored_weights

# Receptive fields and strides as published, e.g. by Araujo et al., Distill 2019.
FIELDS = {
    **{"conv1_1": (3, 1), "conv1_2": (5, 1), "pool1": (6, 2)},
    **{"conv2_1": (10, 2), "conv2_2": (14, 2), "pool2": (16, 4)},
    **{"conv3_1": (24, 4), "conv3_2": (32, 4), "conv3_3": (40, 4), "pool3": (44, 8)},
    **{"conv4_1": (60, 8), "conv4_2": (76, 8), "conv4_3": (92, 8), "pool4": (100, 16)},
    **{"conv5_1": (132, 16), "conv5_2": (164, 16), "conv5_3": (196, 16), "pool5": (212, 32)},
    "fc_1": (404, 32),
}


@pytest.fixture(scope="module")
def full_model(whole_keras_vgg):
    """Keras's VGG16 with its top; its weights are never looked at."""
    return whole_keras_vgg()


def test_one_row_each():
    layers = load_network("vgg16").layers
    kinds = [layer.kind for layer in layers]
    counts = {kind: kinds.count(kind) for kind in dict.fromkeys(kinds)}
    assert counts == {
        **{"input": 1, "convolution": 13, "pooling": 5, "flatten": 1, "dense": 3, "softmax": 1}
    }
    assert layers[0].output_shape == (224, 224, 3)


def test_parameters():
    layers = load_network("vgg16").layers
    assert sum(layer.parameters for layer in layers) == 138_357_544
    convolutions = [layer for layer in layers if layer.kind == "convolution"]
    assert sum(layer.parameters for layer in convolutions) == 14_714_688


def test_rows_are_those_of_keras(full_model):
    """Same names in the same order, same shapes and parameters."""
    rows = [layer for layer in load_network("vgg16").layers if layer.kind != "input"]
    theirs = full_model.layers[1:]
    assert [row.name for row in rows if row.kind != "softmax"] == [layer.name for layer in theirs]
    for row, layer in zip(rows, theirs, strict=False):
        assert row.output_shape == tuple(layer.output.shape[1:]), row.name
        assert row.parameters == layer.count_params(), row.name
        if row.kind == "convolution":
            assert row.kernel == layer.kernel_size and (row.stride,) * 2 == layer.strides
        if row.kind == "pooling":
            assert row.kernel == layer.pool_size and (row.stride,) * 2 == layer.strides


def test_multiply_adds(full_model):
    """15.3 billion in the convolutions (He et al. 2015), each from Keras's own shapes."""
    layers = load_network("vgg16").layers
    wanted = {}
    for layer in full_model.layers:
        if hasattr(layer, "kernel"):
            places = layer.output.shape[1:-1]  # of a dense layer: none
            wanted[layer.name] = math.prod((*layer.kernel.shape, *places))
    assert {layer.name: layer.multiply_adds for layer in layers if layer.multiply_adds} == wanted
    assert 15.3e9 < sum(layer.multiply_adds for layer in layers) < 15.5e9


@pytest.mark.parametrize("paper_name", FIELDS)
def test_receptive_fields(paper_name):
    layer = load_network("vgg16").layer(paper_name)
    assert (layer.receptive_field, layer.receptive_stride) == FIELDS[paper_name]


@pytest.mark.parametrize("name", ["conv1_2", "pool1", "conv3_1"])
def test_receptive_fields_are_what_the_gradient_reaches(vgg, name, picture_of):
    """One neuron depends on a square of that side and, but for rounding, on nothing else."""
    import numpy as np

    from explorer.excitation import score_and_gradient
    from explorer.targets import Target

    layer = vgg.layer(name)
    reached = np.zeros((97, 131), bool)
    for channel in range(12):
        target = Target(name, channel, position="center")
        _, gradient = score_and_gradient(vgg, picture_of("noise", (97, 131)), target)
        reached |= (np.abs(gradient) > 1e-5 * np.abs(gradient).max()).any(axis=-1)
    rows, columns = np.nonzero(reached.any(axis=1))[0], np.nonzero(reached.any(axis=0))[0]
    sides = (rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1)
    assert sides == (layer.receptive_field, layer.receptive_field)


@pytest.mark.parametrize(
    ("said", "name"),
    [
        *(("conv3_1", "block3_conv1"), ("block3_conv1", "block3_conv1"), ("pool5", "block5_pool")),
        *(("fc_1", "fc1"), ("fc_2", "fc2"), ("fc_3", "predictions"), ("fc3", "predictions")),
        *(("fc6", "fc1"), ("fc7", "fc2"), ("fc8", "predictions"), ("prob", "softmax")),
        *((" CONV5_3 ", "block5_conv3"), ("Predictions", "predictions"), ("input", "input")),
    ],
)
def test_names(said, name):
    assert load_network("vgg16").layer(said).name == name


def test_unknown_layers_are_refused(refused):
    network = load_network("vgg16")
    with refused("no layer 'conv3_9': did you mean conv3_"):
        network.layer("conv3_9")
    with refused("its layers are input, conv1_1"):
        network.layer("xyzzy")
    for odd in (None, 3, ["conv1_1"], ""):
        with refused("has no layer"):
            network.layer(odd)


def test_unknown_network_is_refused(refused):
    with refused("did you mean vgg16"):
        load_network("vgg19")


def test_the_same_network_at_every_call():
    assert load_network("vgg16") is load_network()


def test_chain_by_hand():
    """A 5×5 convolution with stride 2, a pooling that drops a row, a dense layer over the map."""
    rows = (
        Row("c", "c", "convolution", 4, kernel=5, stride=2),
        Row("p", "p", "pooling", kernel=2, stride=2),
        Row("f", "f", "flatten"),
        Row("d", "d", "dense", 10),
    )
    start, c, p, f, d = chain((21, 21, 3), rows)
    assert (c.output_shape, p.output_shape, f.output_shape) == ((11, 11, 4), (5, 5, 4), (100,))
    assert c.parameters == 5 * 5 * 3 * 4 + 4 and c.multiply_adds == 5 * 5 * 3 * 4 * 121
    assert (c.receptive_field, c.receptive_stride) == (5, 2)
    assert (p.receptive_field, p.receptive_stride) == (7, 4)
    assert d.parameters == 1010 and d.multiply_adds == 1000
    assert d.receptive_field == 7 + 4 * 4
    assert (start.receptive_field, start.channels) == (1, 3)


def test_json_rows():
    row = load_network("vgg16").layer("conv3_1").as_json()
    assert row == {
        "name": "block3_conv1",
        "paper_name": "conv3_1",
        "kind": "convolution",
        "output_shape": [56, 56, 256],
        "kernel": [3, 3],
        "stride": 1,
        "parameters": 3 * 3 * 128 * 256 + 256,
        "multiply_adds": 3 * 3 * 128 * 256 * 56 * 56,
        "receptive_field": 24,
        "receptive_stride": 4,
    }


@pytest.mark.parametrize("names", [[], (), iter(()), "conv1_1", 5, None])
def test_which_layers_are_wanted_must_be_a_list(names, refused):
    with refused("must be a list with one name at least"):
        load_network("vgg16").activations(np.zeros((32, 32, 3), np.uint8), names)


def test_names_in_an_array_are_a_list_too(vgg):
    names = np.array(["conv1_1", "pool1"])
    assert len(vgg.activations(np.zeros((32, 32, 3), np.uint8), names)) == 2


@pytest.mark.parametrize(("shape", "name"), [((0, 224, 3), "conv1_1"), ((16, 16, 3), "pool5")])
def test_a_picture_of_which_nothing_is_left_is_refused(vgg, shape, name, refused):
    with refused("needs a larger picture"):
        vgg.activations(np.zeros(shape, np.uint8), [name])


@pytest.mark.parametrize("content", [None, b"", b"version https://git-lfs", b"PK\x03\x04 cut"])
def test_damaged_embedded_weights_are_told(tmp_path, content, refused):
    path = tmp_path / "weights.npz"
    if content is not None:
        path.write_bytes(content)
    with refused("weights.npz are missing or damaged"):
        stored_weights(path, "block1_conv1")


def test_cut_embedded_weights_are_told(tmp_path, refused):
    path = tmp_path / "weights.npz"
    np.savez_compressed(path, **{"one/kernel": np.ones((3, 3, 8, 8)), "one/bias": np.ones(8)})
    assert stored_weights(path, "one")[0].dtype == np.float32
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with refused("missing or damaged"):
        stored_weights(path, "one")
