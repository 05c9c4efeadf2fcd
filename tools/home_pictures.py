"""Make the home page's pictures, explorer/data/home/*.jpg, as explorer/ui/home.py says."""

from pathlib import Path

from explorer.images import jpeg_bytes
from explorer.links import recipes_in
from explorer.networks import load_network
from explorer.render import render
from explorer.ui.home import PICTURES

FOLDER = Path(__file__).parents[1] / "explorer" / "data" / "home"


def main() -> None:
    """Render and write."""
    FOLDER.mkdir(exist_ok=True)
    for picture in PICTURES:
        (recipe,), complaints = recipes_in(picture.link)
        assert not complaints, complaints
        *_, frame = render(load_network(recipe.network), recipe)
        (FOLDER / picture.file).write_bytes(jpeg_bytes(frame.kept.image, 90))
        print(picture.file, recipe.caption, f"score {frame.kept.score:.0f}")


if __name__ == "__main__":
    main()
