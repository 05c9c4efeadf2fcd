"""Make docs/best-channels.jpg and docs/best-classes.jpg: the preset `best`, many times over."""

import argparse
from pathlib import Path

import numpy as np
from PIL import Image

from explorer import Target, load_network, preset
from explorer.render import render
from explorer.sheets import sheet

DOCS = Path(__file__).parents[1] / "docs"
LAYERS = (
    *("conv2_2", "conv3_1", "conv3_3", "conv4_1", "conv4_2", "conv4_3", "conv5_1", "conv5_3"),
    *("conv1_1", "conv1_2", "conv2_1"),
)
OF_EACH = 6
CLASSES = (
    *(1, 9, 22, 71, 99, 130, 144, 207, 270, 292, 323, 340, 388, 417, 483, 510, 561, 604, 698, 757),
    *(817, 937, 963, 980),
)
SEED = 7
"""Of the channels that are drawn."""
COLUMNS = 8


def channels() -> list[list[tuple[np.ndarray, str]]]:
    """Rows of pictures of channels drawn at random, a row for each layer.

    Those of conv1_1, which before ReLU only adds up colors, are taken after it.
    """
    network, random, rows = load_network("vgg16"), np.random.default_rng(SEED), {}
    for name in LAYERS:
        count, after = network.layer(name).channels, name == "conv1_1"
        drawn = sorted(random.choice(count, OF_EACH, replace=False).tolist())
        targets = [Target(name, i, after_relu=after) for i in drawn]
        rows[name] = [(picture(network, each), f"{name}, {each.channel}") for each in targets]
    return [rows[name] for name in sorted(rows)]


def classes() -> list[list[tuple[np.ndarray, str]]]:
    """Rows of pictures of classes."""
    network = load_network("efficientnet-lite0")
    names = {number: f"{network.class_name(number)} ({number})" for number in CLASSES}
    cells = [(picture(network, Target(class_=i)), name) for i, name in names.items()]
    return [cells[i : i + COLUMNS] for i in range(0, len(cells), COLUMNS)]


def picture(network, target: Target) -> np.ndarray:
    """The kept picture of the preset `best`."""
    recipe = preset("best", target, network=network.name, size=SIZE[network.name])
    *_, frame = render(network, recipe)
    print(recipe.caption, f"score {frame.kept.score:.0f}", flush=True)
    return frame.kept.image


SIZE = {"vgg16": 128, "efficientnet-lite0": 224}
SHEETS = {"channels": channels, "classes": classes}


def main() -> None:
    """Render and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sheets", nargs="*", default=list(SHEETS), help=", ".join(SHEETS))
    for name in parser.parse_args().sheets:
        page = Image.fromarray(sheet(SHEETS[name](), side=128))
        page.save(DOCS / f"best-{name}.jpg", quality=85, optimize=True)


if __name__ == "__main__":
    main()
