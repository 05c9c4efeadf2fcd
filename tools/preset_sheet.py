"""Make docs/presets.jpg: every preset on a channel of conv3_1, conv4_1 and conv5_1."""

import argparse
from pathlib import Path

from PIL import Image

from explorer import Target, load_network, preset
from explorer.presets import PRESETS
from explorer.render import render
from explorer.sheets import sheet
from explorer.targets import describe

TARGETS = (Target("conv3_1", 7), Target("conv4_1", 1), Target("conv5_1", 1))


def main() -> None:
    """Render and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("-o", "--output", default="docs/presets.jpg", type=Path)
    parser.add_argument(
        "--steps",
        type=int,
        default=60,
        help="of each preset; what it starts from is shortened alike",
    )
    parser.add_argument("--size", type=int, default=112)
    parser.add_argument("--presets", default=",".join(PRESETS))
    arguments = parser.parse_args()
    network, pool, rows, headings = load_network(), {}, [], []
    names = arguments.presets.split(",")
    for target in TARGETS:
        cells = []
        for name in names:
            recipe = preset(name, target, steps=arguments.steps, size=arguments.size)
            for frame in render(network, recipe, pool=pool):
                pass
            cells.append((frame.kept.image, f"{PRESETS[name].title}\nscore {frame.kept.score:.0f}"))
            print(recipe.caption, f"{frame.kept.score:.1f}")
        half = -(-len(cells) // 2)
        rows += [cells[:half], cells[half:]]
        headings += [describe(network, recipe.target), ""]
    page = Image.fromarray(sheet(rows, headings, side=150))
    page.save(arguments.output, quality=88, optimize=True)


if __name__ == "__main__":
    main()
