"""What `bench` measures and prints; never how fast it is."""

import json

import numpy as np
import pytest

from explorer import bench
from explorer.commands import main
from explorer.networks import load_network

SPEED = bench.Speed(
    layer="block3_conv1",
    seconds_engine=0.5,
    seconds_keras_eager=1.5,
    seconds_keras_function=0.75,
    seconds_matrix_product=0.25,
    seconds_trace=2.0,
    direct_operations=2**32,
)


def test_ratios_and_rates():
    assert SPEED.times_keras_eager == 3
    assert SPEED.times_keras_function == 1.5
    assert SPEED.matrix_product_rate == 2 * 2048**3 / 0.25
    assert SPEED.share_of_matrix_product_rate == pytest.approx(2**33 / 2**36)


def test_direct_operations_by_hand():
    network = load_network("vgg16")

    def operations(name, size):
        return bench.direct_operations(network, network.layer(name), size)

    first = 32 * 32 * 9 * 3 * 64
    assert operations("conv1_1", 32) == 4 * first
    assert operations("conv2_1", 32) == 4 * (first + 32 * 32 * 9 * 64 * 64 + 16 * 16 * 9 * 64 * 128)
    whole = sum(layer.multiply_adds for layer in network.layers if layer.kind == "convolution")
    assert operations("conv5_3", 224) == 4 * whole

    network = load_network("efficientnet-lite0")
    whole = sum(layer.multiply_adds for layer in network.layers)
    assert operations("logits", 224) == 4 * whole
    assert operations("stem", 33) == 4 * 17 * 17 * 9 * 3 * 32


@pytest.mark.parametrize(
    ("network", "name", "activation"),
    [
        ("vgg", "block1_conv1", "relu"),
        ("vgg", "block3_conv1", "relu"),
        ("effnet", "block2a_dwconv", "relu6"),
        ("effnet", "block3b_expand_conv", "relu6"),
        ("effnet", "predictions", "linear"),
    ],
)
def test_both_ways_take_the_same_step(request, network, name, activation):
    import tensorflow as tf

    network = request.getfixturevalue(network)
    layer = network.layer(name)
    image = tf.constant(np.random.default_rng(0).normal(128, 20, (1, 48, 48, 3)), tf.float32)
    before = {each.name: each.output for each in network.model.layers}
    engine = bench._engine_step(network, layer)(image, tf.constant(2))
    keras = bench._keras_step(network, layer)(image, tf.constant(2))
    assert np.abs(engine - keras).max() < 1e-3 < np.abs(engine - image).max()
    assert network.model.get_layer(name).activation.__name__ == activation
    assert before.keys() == {each.name for each in network.model.layers}


def test_json(vgg, capsys):
    status = main(
        ["bench", "--layers", "conv1_1,block1_conv2", "--size", "32", "--repeats", "2", "--json"]
    )
    printed = capsys.readouterr()
    found = json.loads(printed.out)
    assert not status and "6/6" in printed.err
    results = found.pop("results")
    assert found.pop("device").startswith(("CPU", "GPU"))
    assert found == {"network": "vgg16", "size": 32, "repeats": 2}
    assert [result["layer"] for result in results] == ["block1_conv1", "block1_conv2"]
    for result in results:
        seconds = {name: value for name, value in result.items() if name.startswith("seconds_")}
        assert len(seconds) == 5 and all(value > 0 for value in seconds.values())
        engine = result["seconds_engine"]
        assert result["times_keras_eager"] == result["seconds_keras_eager"] / engine
        assert result["times_keras_function"] == result["seconds_keras_function"] / engine
        rate = result["matrix_product_gigaflops"] * 1e9
        assert rate == pytest.approx(2 * 2048**3 / result["seconds_matrix_product"])
        share = result["direct_operations"] / engine / rate
        assert result["share_of_matrix_product_rate"] == pytest.approx(share)


def test_layers_measured_by_default(vgg, capsys):
    assert not main(["bench", "--size", "32", "--repeats", "1", "--json"])
    found = json.loads(capsys.readouterr().out)
    layers = [result["layer"] for result in found["results"]]
    assert layers == ["block3_conv1", "block5_conv1", "block5_conv3"]


def test_lines_for_people(vgg, capsys):
    assert not main(["bench", "--layers", "conv1_1", "--size", "32", "--repeats", "1"])
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("VGG16, 32×32 pixels, ") and len(lines) == 3
    assert "conv1_1: " in lines[1] and "Keras eager" in lines[1] and "GFLOP/s" in lines[2]


def test_without_layers_those_of_the_network_are_measured(effnet, capsys):
    command = ["bench", "--network", "efficientnet-lite0", "--size", "32", "--repeats", "1"]
    assert not main([*command, "--json"])
    found = json.loads(capsys.readouterr().out)
    names = [result["layer"] for result in found["results"]]
    assert names == [effnet.layer(name).name for name in effnet.benchmarks]
    assert "predictions" in names


@pytest.mark.parametrize(
    "options",
    [
        ["--repeats", "0"],
        ["--repeats", "some"],
        ["--size", "31"],
        ["--size", "1025"],
        ["--layers", "pool1"],
        ["--network", "efficientnet-lite0", "--layers", "block2b_add"],
        ["--layers", "fc1"],
        ["--layers", "conv9_9"],
        ["--layers", ""],
        ["--network", "vgg17"],
    ],
)
def test_refusals(options, capsys, sentence):
    assert main(["bench", *options]) == 2
    printed = capsys.readouterr()
    sentence(printed.err)
    assert not printed.out
