"""Say which weights are on this machine, or get the dense layers' (528 MB)."""

from argparse import ArgumentParser, Namespace

from explorer.commands.options import add_network, print_json, ready
from explorer.errors import InputError
from explorer.networks import dense_weights, load_network


def add(parser: ArgumentParser) -> None:
    """Options."""
    parser.add_argument("--download", action="store_true", help="get the dense layers' weights")
    add_network(parser)


def run(arguments: Namespace) -> int | None:
    """Download if asked, then say what is there."""
    network = load_network(arguments.network)
    if network.all_embedded:
        if arguments.download:
            raise InputError(f"{network.title} needs no download: all its weights are embedded.")
        if arguments.json:
            return print_json({"network": network.name, "dense_weights": "embedded", "refused": []})
        return print(f"{network.title}'s weights are all embedded.")
    if arguments.download:
        ready(network.name)
        dense_weights.download()
    found = dense_weights.find()
    if arguments.json:
        refused = [{"path": str(path), "reason": reason} for path, reason in found.refused]
        path = str(found.path) if found.path else None
        return print_json({"network": network.name, "dense_weights": path, "refused": refused})
    print(f"{network.title}'s convolutional layers are embedded.")
    for path, reason in found.refused:
        print(f"Not used: {path}, because {reason}.")
    if found.path:
        print(f"The dense layers are read from {found.path}.")
    else:
        print(f"The dense layers are missing; get them with: {dense_weights.COMMAND}")
