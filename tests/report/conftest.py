"""Made-up results of the report, and a folder in which every picture is finished."""

import numpy as np
import pytest
from PIL import Image

from explorer.images import png_bytes
from explorer.report.figures import figures
from explorer.report.making import NOTE
from explorer.report.numbers import ALL, OF_MAPS
from explorer.report.results import STORED, Results, map_key, stored

LITE = "efficientnet-lite0"


def made_up(value, tiles=None) -> Results:
    """Results whose every number is what `value` gives for its figure's key and measure."""
    return Results(
        classes=LITE,
        figures={
            figure.key: {
                "recipe": figure.recipe.as_dict(),
                "score": value(figure.key, "score"),
                "seconds": 1.0,
                "measures": {name: value(figure.key, name) for name in ALL if name not in OF_MAPS},
                "spectrum": [[0.1, 1.0], [0.2, 0.5]],
            }
            for figure in figures(LITE)
        },
        layers=[
            {
                "layer": layer,
                "measures": {name: value(layer, name) for name in OF_MAPS},
                "filters": [
                    {"channel": 0, "measures": {name: value(layer, name) for name in OF_MAPS}}
                ],
            }
            for layer in ("conv1_1", "conv5_1")
        ],
        tiles=tiles,
        device="a computer",
        versions={"explorer": "1"},
    )


@pytest.fixture(scope="session")
def results_of():
    """`made_up`."""
    return made_up


@pytest.fixture(scope="session")
def finished_folder(tmp_path_factory):
    """A folder as `make` leaves it: the stored pictures and numbers."""
    folder, results = tmp_path_factory.mktemp("finished"), stored()
    for figure in figures(LITE):
        pixels = np.asarray(Image.open(STORED / f"{figure.key}.jpg"))
        note = {"recipe": figure.recipe.as_dict(), NOTE: results.figures[figure.key]}
        (folder / f"{figure.key}.png").write_bytes(png_bytes(pixels, note))
    for entry in results.layers:
        for each in entry["filters"]:
            key = map_key(entry["layer"], each["channel"])
            (folder / f"{key}.png").write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8)))
    (folder / "cat.png").write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8)))
    return folder
