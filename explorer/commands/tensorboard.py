"""Write a network's TensorFlow graph for TensorBoard, and say how to open it."""

from argparse import ArgumentParser, Namespace

from explorer import graph
from explorer.commands.options import add_network, print_json, ready
from explorer.files import check_folder, made_folder, write_whole
from explorer.networks import load_network


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    parser.add_argument("-o", "--output", required=True, help="the folder for the event file")


def run(arguments: Namespace) -> int | None:
    """Write the event file."""
    network = load_network(arguments.network)
    folder = check_folder(arguments.output)
    data = graph.event_file(ready(network.name))
    path = made_folder(folder) / graph.file_name(network)
    write_whole(path, data)
    command = graph.command(folder)
    if arguments.json:
        print_json({"network": network.name, "output": str(path), "command": command})
    else:
        print(
            f"{network.title}'s graph is in {path}; open it (after pip install tensorboard) with:"
        )
        print(command)
