"""Measure speed on this machine, side by side with plain Keras."""

import sys
from dataclasses import asdict

from tqdm import tqdm

from explorer import bench
from explorer.commands.options import add_network, print_json, ready
from explorer.networks import device, load_network


def add(parser):
    """Options."""
    add_network(parser)
    parser.add_argument("--layers", help="separated by commas (default: a few of the network's)")
    parser.add_argument("--size", type=int, default=224, help="side of the picture in pixels")
    parser.add_argument(
        "--repeats", type=int, default=bench.REPEATS, help="how often; medians are reported"
    )


def run(arguments):
    """Measure and print."""
    size, repeats = arguments.size, arguments.repeats
    network = load_network(arguments.network)
    names = network.benchmarks if arguments.layers is None else arguments.layers.split(",")
    layers = bench.check(network, names, size, repeats)
    network = ready(arguments.network)
    with tqdm(total=len(layers) * (repeats + 1), file=sys.stderr, dynamic_ncols=True) as bar:
        speeds = [bench.measure(network, layer, size, repeats, bar.update) for layer in layers]
    if arguments.json:
        results = [
            asdict(speed)
            | {
                "times_keras_eager": speed.times_keras_eager,
                "times_keras_function": speed.times_keras_function,
                "matrix_product_gigaflops": speed.matrix_product_rate / 1e9,
                "share_of_matrix_product_rate": speed.share_of_matrix_product_rate,
            }
            for speed in speeds
        ]
        return print_json(
            {
                "network": network.name,
                "device": device.start(),
                "size": size,
                "repeats": repeats,
                "results": results,
            }
        )
    print(f"{network.title}, {size}×{size} pixels, {device.start()}, median of {repeats}")
    for speed in speeds:
        print(
            f"{network.layer(speed.layer).paper_name}: {speed.seconds_engine:.3f} s a step; "
            f"Keras eager {speed.seconds_keras_eager:.3f} s ({speed.times_keras_eager:.2f} times), "
            f"in tf.function {speed.seconds_keras_function:.3f} s "
            f"({speed.times_keras_function:.2f} times)\n"
            f"    direct-convolution work at {speed.share_of_matrix_product_rate:.0%} of the "
            f"matrix product's {speed.matrix_product_rate / 1e9:.0f} GFLOP/s; "
            f"traced in {speed.seconds_trace:.1f} s"
        )
