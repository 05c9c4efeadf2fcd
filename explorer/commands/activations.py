"""Draw how filters answer to a photo, as a sheet of heat maps."""

import numpy as np

from explorer.commands.options import add_network, photo_of, print_json, ready
from explorer.errors import InputError
from explorer.images import SAMPLES, check_writable, png_bytes, write_whole
from explorer.networks import load_network
from explorer.sheets import heat_map, sheet

REPORT_LAYERS = "conv1_1,conv2_1,conv3_1,conv4_1,conv5_1"


def add(parser):
    """Options."""
    add_network(parser)
    parser.add_argument("photo", help=f"a file, or one of {', '.join(SAMPLES)}")
    parser.add_argument("--layers", default=REPORT_LAYERS, help="names, separated by commas")
    parser.add_argument("--filters", type=int, default=5, help="how many of each layer")
    parser.add_argument(
        "--strongest", action="store_true", help="those of the highest mean instead of the first"
    )
    parser.add_argument(
        "--scale",
        choices=("filter", "layer", "global"),
        default="filter",
        help="what shares one color scale",
    )
    parser.add_argument("-o", "--output", required=True, help="the PNG to write")


def run(arguments):
    """Compute and write the sheet."""
    path = check_writable(arguments.output)
    network = load_network(arguments.network)
    layers = [network.layer(name) for name in arguments.layers.split(",")]
    if arguments.filters < 1:
        raise InputError(f"--filters must be at least 1, not {arguments.filters}.")
    for layer in layers:
        if not layer.spatial or layer.kind == "input":
            raise InputError(f"{layer.paper_name} has no maps to draw: choose conv or pool layers.")
    photo = photo_of(arguments.photo)
    image = photo.fitted((network.input_size, network.input_size))
    answers = ready(network.name).activations(image, [layer.name for layer in layers])
    rows, results = [], []
    highest = max(float(answer.max()) for answer in answers.values())
    for layer in layers:
        answer = answers[layer.name]
        means = answer.mean(axis=(0, 1))
        order = np.argsort(-means, kind="stable") if arguments.strongest else np.arange(len(means))
        chosen = order[: arguments.filters]
        cells, filters = [(image, "photo")], []
        for channel in chosen:
            values = answer[..., channel]
            top = {"filter": values.max(), "layer": answer.max(), "global": highest}
            picture = heat_map(values, 0.0, float(top[arguments.scale]))
            cells.append((picture, f"filter {channel}\nmax {values.max():.1f}"))
            filters.append(
                {
                    "channel": int(channel),
                    "mean": float(values.mean()),
                    "max": float(values.max()),
                    "active_share": float((values > 0).mean()),
                }
            )
        rows.append(cells)
        results.append({"layer": layer.name, "shape": list(answer.shape), "filters": filters})
    headings = [
        f"{layer.paper_name} · {' × '.join(map(str, layer.output_shape))}" for layer in layers
    ]
    write_whole(path, png_bytes(sheet(rows, headings, side=160)))
    if arguments.json:
        print_json(
            {
                "network": network.name,
                "photo": photo.name,
                "scale": arguments.scale,
                "layers": results,
                "output": str(path),
            }
        )
