"""Make docs/dreams.jpg: what layers dream of a photo, by each preset for dreams."""

from pathlib import Path

from PIL import Image

from explorer import Target, load_network, preset
from explorer.render import render
from explorer.sheets import sheet

DOCS = Path(__file__).parents[1] / "docs"
PRESETS = ("deepdream", "hvass")
LAYERS = ("conv4_3", "conv5_2")
PHOTO, SIDE = "cat", 288


def main() -> None:
    """Render and write."""
    network, cells = load_network("vgg16"), []
    for name in PRESETS:
        for layer in LAYERS:
            recipe = preset(name, Target(layer), size=SIDE, photo=PHOTO)
            *_, frame = render(network, recipe)
            cells.append((frame.kept.image, f"{name}, {layer}"))
    page = Image.fromarray(sheet([cells], side=SIDE))
    page.save(DOCS / "dreams.jpg", quality=85)


if __name__ == "__main__":
    main()
