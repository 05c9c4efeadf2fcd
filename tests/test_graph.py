"""The graph for TensorBoard, read back without TensorBoard."""

import json
import shlex

import pytest

from explorer import graph
from explorer.commands import main
from explorer.networks import VGG16, load_network

LAYERS = VGG16.layers


def events_in(path) -> list:
    """The events of a file, read as TensorBoard's own format says."""
    import tensorflow as tf

    return list(tf.compat.v1.train.summary_iterator(str(path)))


def graph_in(path):
    """The GraphDef of an event file that holds one graph and nothing else."""
    import tensorflow as tf

    version, event = events_in(path)
    assert version.file_version == "brain.Event:2"
    return tf.compat.v1.GraphDef.FromString(event.graph_def)


@pytest.fixture(scope="module")
def file(tmp_path_factory):
    path = tmp_path_factory.mktemp("graph") / graph.file_name(load_network())
    path.write_bytes(graph.event_file(load_network()))
    return path


@pytest.fixture(scope="module")
def nodes(file):
    """The nodes by name."""
    return {node.name: node for node in graph_in(file).node}


def sizes(node) -> list[int]:
    """The shape that a node says its first output has."""
    return [dim.size for dim in node.attr["_output_shapes"].list.shape[0].dim]


def scope(layer) -> str:
    block = layer.name.partition("_")[0]
    return f"{block}/{layer.paper_name}" if block.startswith("block") else layer.paper_name


def test_every_layer_is_a_box_and_nothing_else_is(nodes):
    boxes = {name.rpartition("/")[0] for name in nodes}
    assert boxes == {scope(layer) for layer in LAYERS}


def test_what_leaves_a_box_has_the_layers_shape(nodes):
    for layer in LAYERS:
        inside = {name for name in nodes if name.startswith(f"{scope(layer)}/")}
        leaving = {
            source for node in nodes.values() for source in node.input if node.name not in inside
        } & inside
        if layer is LAYERS[-1]:
            assert not leaving
            leaving = {f"{scope(layer)}/Softmax"}
        assert len(leaving) == 1, layer.name
        assert sizes(nodes[leaving.pop()]) == [1, *layer.output_shape]


def test_the_weights_are_placeholders_of_their_shapes(nodes):
    empty = [name for name, node in nodes.items() if node.op == "Placeholder"]
    with_weights = [layer for layer in LAYERS if layer.parameters]
    assert len(empty) == 2 * len(with_weights) + 1  # The picture.
    for layer in with_weights:
        kernel, bias = (sizes(nodes[f"{scope(layer)}/{name}"]) for name in ("kernel", "bias"))
        count = 1
        for size in kernel:
            count *= size
        assert count + bias[0] == layer.parameters


def test_the_graph_is_a_chain_of_real_operations(nodes):
    import tensorflow as tf

    drawn = tf.compat.v1.GraphDef(node=nodes.values())
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(drawn, name="")
    operations = [op.type for op in imported.get_operations()]
    assert operations.count("Conv2D") == 13 and operations.count("MaxPool") == 5
    assert operations.count("MatMul") == 3 and operations[-1] == "Softmax"
    assert not {"Identity", "IdentityN"} & set(operations)


def test_it_computes_what_the_network_computes(vgg, nodes, picture_of, embedded, relative):
    """The drawn graph, fed with the weights, gives the network's activations."""
    import tensorflow as tf

    drawn = tf.compat.v1.GraphDef(node=nodes.values())
    image = picture_of("photo", (224, 224))
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(drawn, name="")
        feed = {"input/image:0": image[None]}
        for layer in LAYERS:
            if layer.kind == "convolution":
                kernel, bias = embedded[layer.name]
                feed |= {f"{scope(layer)}/kernel:0": kernel, f"{scope(layer)}/bias:0": bias}
        with tf.compat.v1.Session(graph=imported) as session:
            found = session.run("flatten/Relu:0", feed)[0]
    assert relative(found, vgg.activations(image, ["pool5"])["block5_pool"].ravel()) < 1e-4


EFFNET = load_network("efficientnet-lite0")


@pytest.fixture(scope="module")
def second(tmp_path_factory):
    """The nodes of EfficientNet-Lite0's graph by name."""
    path = tmp_path_factory.mktemp("graph") / graph.file_name(EFFNET)
    path.write_bytes(graph.event_file(EFFNET))
    return {node.name: node for node in graph_in(path).node}


def test_the_second_network_is_drawn_with_all_its_layers(second):
    assert {name.rpartition("/")[0] for name in second} == {scope(layer) for layer in EFFNET.layers}
    for layer in EFFNET.layers:
        if layer.parameters:
            shape = sizes(second[f"{scope(layer)}/kernel"])
            assert tuple(shape) == layer.weights_shape, layer.name
    operations = [node.op for node in second.values()]
    assert operations.count("Conv2D") == 33 and operations.count("Relu6") == 33
    assert operations.count("DepthwiseConv2dNative") == 16 and operations.count("Mean") == 1
    assert not {"Identity", "IdentityN", "Relu"} & set(operations)


def test_the_second_graph_computes_what_the_network_computes(effnet, second, picture_of, relative):
    import tensorflow as tf

    image = picture_of("photo", (224, 224))
    with tf.Graph().as_default() as imported:
        tf.import_graph_def(tf.compat.v1.GraphDef(node=second.values()), name="")
        feed = {"input/image:0": image[None]}
        for layer in EFFNET.layers:
            if layer.parameters:
                kernel, bias = effnet.embedded_weights(layer)
                feed |= {f"{scope(layer)}/kernel:0": kernel, f"{scope(layer)}/bias:0": bias}
        with tf.compat.v1.Session(graph=imported) as session:
            found = session.run("softmax/Softmax:0", feed)[0]
    assert relative(found, effnet.activations(image, ["softmax"])["softmax"]) < 1e-4


def test_the_file_is_small_and_always_the_same(file):
    assert file.stat().st_size < 100_000
    assert file.read_bytes() == graph.event_file(load_network())


def test_the_network_still_computes_with_its_own_weights(vgg, picture_of):
    image = picture_of("photo", (64, 64))
    before = vgg.activations(image, ["conv1_1"])["block1_conv1"]
    graph.event_file(vgg)
    assert (vgg.activations(image, ["conv1_1"])["block1_conv1"] == before).all()


# ---- The command


def test_the_command_writes_the_file_and_says_how_to_open_it(tmp_path, capsys):
    folder = tmp_path / "my graphs"
    assert main(["tensorboard", "-o", str(folder)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert shlex.split(said[-1]) == ["tensorboard", "--logdir", str(folder)]
    assert main(["tensorboard", "-o", str(folder), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [str(path) for path in folder.iterdir()] == [told["output"]]
    assert "tfevents" in told["output"] and told["command"] == said[-1]
    assert graph_in(told["output"]).node


@pytest.mark.parametrize("kind", ["file", "nowhere", "long", "below a file"])
def test_a_folder_that_cannot_be_used(tmp_path, capsys, sentence, kind):
    (tmp_path / "file").write_text("")
    bad = {
        "file": tmp_path / "file",
        "nowhere": tmp_path / "not" / "there",
        "long": tmp_path / ("x" * 300),
        "below a file": tmp_path / "file" / "folder",
    }[kind]
    assert main(["tensorboard", "-o", str(bad)]) == 2
    said = capsys.readouterr()
    assert said.out == "" and str(tmp_path) in said.err
    sentence(said.err)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def test_an_unknown_network(tmp_path, capsys, sentence):
    assert main(["tensorboard", "--network", "vgg19", "-o", str(tmp_path)]) == 2
    sentence(capsys.readouterr().err)
    assert not list(tmp_path.iterdir())
