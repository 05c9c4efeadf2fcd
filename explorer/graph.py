"""A network's TensorFlow graph, in a file that TensorBoard draws.

Weights are placeholders of their shapes, so the file is small, and whole where weights are missing.
"""

import copy
import re
import shlex
import tempfile
from collections.abc import Mapping
from pathlib import Path

from explorer.networks import device
from explorer.networks.layers import Layer
from explorer.networks.network import Network

ACTIVATIONS = ("Relu", "Relu6")
"""Operations drawn with the layer whose output they take."""
FORWARDING = ("Identity", "IdentityN")
"""Operations that steer gradients and compute nothing; left out."""


def file_name(network: Network) -> str:
    """A name by which TensorBoard knows an event file; always the same, so that one stays one."""
    return f"events.out.tfevents.{network.name}"


def command(folder: str | Path) -> str:
    """What opens the graph in TensorBoard."""
    return f"tensorboard --logdir {shlex.quote(str(folder))}"


def event_file(network: Network) -> bytes:
    """An event file with the graph of one forward pass, input to output."""
    device.start()
    import tensorflow as tf

    graph_def = forward_graph(network).SerializeToString(deterministic=True)
    events = (
        tf.compat.v1.Event(file_version="brain.Event:2"),
        tf.compat.v1.Event(graph_def=graph_def),
    )
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, file_name(network))
        with tf.io.TFRecordWriter(str(path)) as writer:
            for event in events:
                writer.write(event.SerializeToString())
        return path.read_bytes()


def forward_graph(network: Network):
    """The GraphDef of one forward pass; names are `block/layer/operation`."""
    import tensorflow as tf

    traced = copy.copy(network)
    graph = tf.Graph()
    with graph.as_default():
        traced._tensors = network.placeholders()
        side = network.input_size
        image = tf.compat.v1.placeholder(tf.float32, (1, side, side, 3), "image")
        outputs = traced.outputs(image, network.layers[-1].name)
    owners = _owners(outputs)
    needed = [op for op in graph.get_operations() if op in owners]
    names = _names({op: network.layer(owners[op]) for op in needed})
    whole = graph.as_graph_def(add_shapes=True)
    nodes = {node.name: node for node in whole.node}
    drawn = tf.compat.v1.GraphDef(versions=whole.versions)
    for op in needed:
        node = drawn.node.add()
        node.CopyFrom(nodes[op.name])
        node.name = names[op]
        sources = [_source(tensor) for tensor in op.inputs]
        node.input[:] = [
            names[source.op] + (f":{source.value_index}" if source.value_index else "")
            for source in sources
        ]
    return drawn


def _source(tensor):
    """Where a tensor really comes from."""
    while tensor.op.type in FORWARDING:
        tensor = tensor.op.inputs[tensor.value_index]
    return tensor


def _owners(outputs: Mapping) -> dict:
    """Operation -> name of the layer that needs it first, or that it activates."""
    owners: dict = {}
    for layer, output in outputs.items():
        waiting = [_source(output).op]
        while waiting:
            op = waiting.pop()
            if op not in owners:
                owners[op] = layer
                waiting += [_source(tensor).op for tensor in op.inputs]
    for op in owners:
        if op.type in ACTIVATIONS:
            owners[op] = owners[_source(op.inputs[0]).op]
    return owners


def _names(layers: Mapping) -> dict:
    """Operation -> its name; TensorBoard draws a box for what stands before a slash."""
    names: dict = {}
    for op, layer in layers.items():
        plain = re.sub(r"_\d+$", "", op.name.rsplit("/")[-1])
        name, number = f"{_scope(layer)}/{plain}", 1
        while name in names.values():
            name, number = f"{_scope(layer)}/{plain}_{number}", number + 1
        names[op] = name
    return names


def _scope(layer: Layer) -> str:
    """`block3/conv3_1` for `block3_conv1`; a layer outside the blocks stands alone."""
    block = layer.name.partition("_")[0]
    return f"{block}/{layer.paper_name}" if block.startswith("block") else layer.paper_name
