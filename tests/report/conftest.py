"""Made-up results of the report."""

import pytest

from explorer.report.figures import figures, tiled
from explorer.report.numbers import ALL, OF_MAPS
from explorer.report.results import Results

LITE = "efficientnet-lite0"


SECONDS = {"seconds_without": 1.0, "seconds_with": 1.0}


def made_up(value, tiles=SECONDS) -> Results:
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
        tiles={"recipe": tiled()[1].as_dict()} | tiles,
        device="a computer",
        versions={"explorer": "1"},
    )


@pytest.fixture(scope="session")
def results_of():
    """`made_up`."""
    return made_up
