"""Draw how filters respond to a photo, as a sheet of heat maps; say what is in it."""

import sys
from argparse import ArgumentParser, Namespace
from dataclasses import asdict

import numpy as np

from explorer.activations import (
    REPORT_FILTERS,
    SCALES,
    map_layer,
    statistics,
    strongest,
    tops,
)
from explorer.commands.options import (
    add_network,
    names_in,
    output_of,
    photo_of,
    print_json,
    ready,
    whole_number,
)
from explorer.errors import InputError
from explorer.files import write_whole
from explorer.images import SAMPLES, png_bytes
from explorer.networks import load_network
from explorer.networks.network import Network
from explorer.recognition import guesses, recognizes
from explorer.sheets import heat_map, sheet


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)
    parser.add_argument("photo", help=f"a file, or one of {', '.join(SAMPLES)}")
    parser.add_argument("--layers", help="names, separated by commas (default: early to late)")
    parser.add_argument(
        "--filters", type=whole_number, default=REPORT_FILTERS, help="how many of each layer"
    )
    parser.add_argument(
        "--strongest", action="store_true", help="those of the highest mean instead of the first"
    )
    parser.add_argument(
        "--scale",
        choices=SCALES,
        default=SCALES[0],
        help="what shares one color scale",
    )
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def _answers(network: Network, image: np.ndarray, layers: list[str]):
    """The layers' maps by name, and the best classes, if they can be told here."""
    if recognizes(network):
        last = network.layers[-1].name
        try:
            answers = network.activations(image, [*layers, last])
            return answers, guesses(network, answers.pop(last))
        except InputError as error:  # damaged weights, which the layers may do without
            print(f"Without its classes: {error}", file=sys.stderr)
    return network.activations(image, layers), []


def run(arguments: Namespace) -> int | None:
    """Compute and write the sheet."""
    path = output_of(arguments)
    network = load_network(arguments.network)
    given = arguments.layers
    names = network.row if given is None else names_in("--layers", given)
    layers = list(dict.fromkeys(map_layer(network, name) for name in names))
    if arguments.filters < 1:
        raise InputError(f"--filters must be at least 1, not {arguments.filters}.")
    photo = photo_of(arguments.photo)
    image = photo.fitted((network.input_size, network.input_size))
    answers, found = _answers(ready(network.name), image, [layer.name for layer in layers])
    chosen = {
        name: strongest(answer, arguments.filters)
        if arguments.strongest
        else list(range(answer.shape[-1]))[: arguments.filters]
        for name, answer in answers.items()
    }
    ends = tops(answers, chosen, arguments.scale)
    rows, results = [], []
    for layer in layers:
        answer = answers[layer.name]
        cells, filters = [(image, "photo")], []
        for channel in chosen[layer.name]:
            values = answer[..., channel]
            numbers = statistics(values)
            picture = heat_map(values, 0.0, ends[layer.name, channel])
            cells.append((picture, f"filter {channel}\nmax {numbers.highest:.1f}"))
            filters.append(
                {
                    "channel": channel,
                    "mean": numbers.mean,
                    "max": numbers.highest,
                    "active_share": numbers.active_share,
                }
            )
        rows.append(cells)
        results.append({"layer": layer.name, "shape": list(answer.shape), "filters": filters})
    headings = [
        f"{layer.paper_name} · {' × '.join(map(str, layer.output_shape))}" for layer in layers
    ]
    write_whole(path, png_bytes(sheet(rows, headings, side=160)))
    if arguments.json:
        return print_json(
            {
                "network": network.name,
                "photo": photo.name,
                "classes": [asdict(guess) for guess in found],
                "scale": arguments.scale,
                "layers": results,
                "output": str(path),
            }
        )
    if found:
        words = ", ".join(f"{guess.name} {guess.probability:.1%}" for guess in found)
        print(f"{network.title} sees: {words}")
