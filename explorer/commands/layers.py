"""Show a network's structure, layer by layer."""

from argparse import ArgumentParser, Namespace

from explorer.commands.options import add_network, print_json
from explorer.networks import load_network


def add(parser: ArgumentParser) -> None:
    """Options."""
    add_network(parser)


def run(arguments: Namespace) -> int | None:
    """Print the table."""
    network = load_network(arguments.network)
    if arguments.json:
        rows = [layer.as_json() for layer in network.layers]
        return print_json({"network": network.name, "layers": rows})
    names, papers, kinds = (
        max(len(getattr(layer, column)) for layer in network.layers)
        for column in ("name", "paper_name", "kind")
    )
    line = (
        f"{{:{names}}} {{:{papers}}} {{:{kinds}}} "
        "{:>15} {:>6} {:>6} {:>12} {:>15} {:>9} {:>8}"
    )
    print(
        line.format(
            *("layer", "paper", "kind", "output", "kernel", "stride"),
            *("parameters", "multiply-adds", "field px", "step px"),
        )
    )
    for layer in network.layers:
        print(
            line.format(
                layer.name,
                layer.paper_name,
                layer.kind,
                "×".join(map(str, layer.output_shape)),
                "×".join(map(str, layer.kernel)) if layer.kernel else "–",
                layer.stride or "–",
                f"{layer.parameters:,}",
                f"{layer.multiply_adds:,}",
                layer.receptive_field,
                layer.receptive_stride,
            )
        )
    parameters = sum(layer.parameters for layer in network.layers)
    multiply_adds = sum(layer.multiply_adds for layer in network.layers)
    print(f"{network.title}: {parameters:,} parameters, {multiply_adds:,} multiply-adds a picture")
