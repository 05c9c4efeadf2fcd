"""The report as one HTML page that needs nothing beside it: pictures, plots, numbers, recipes."""

import re
from functools import cache
from pathlib import Path
from urllib.parse import urlencode

import jinja2
import numpy as np
from markupsafe import Markup, escape
from PIL import Image

from explorer.images import data_url, jpeg_bytes
from explorer.links import link_of
from explorer.networks import load_network
from explorer.report import drawing, plots
from explorer.report.figures import NETWORK, PHOTO, Figure, sections
from explorer.report.results import Results, map_key
from explorer.report.statements import SECTIONS
from explorer.report.words import (
    EXPLAINED,
    about_classes,
    name_of,
    numbers_of,
    of_maps,
    shape_of,
    title_of,
    verdicts,
)
from explorer.snippets import command_of

APP = "http://localhost:8501"
"""Where the app is that the links open: the address that Streamlit gives it by default."""
FEATURE_PAGE = "Feature_visualization"
QUALITY = 92
"""Of the JPEGs in the page."""


def as_html(results: Results, folder: Path, app: str = APP) -> str:
    """The page.

    Args:
        results: what was measured.
        folder: where the pictures are, as `explorer.report.making.make` leaves them.
        app: address of a running app, for the links that open a recipe in it.
    """
    rows = {
        key: [
            {
                "figures": [_card(figure, results, folder, app) for figure in row],
                "title": title_of(row),
                "plot": _plot(row, results),
            }
            for row in section
        ]
        for key, section in sections(results.classes).items()
    }
    return _template().render(
        sections=SECTIONS,
        rows=rows,
        verdicts=verdicts(results),
        about_classes=about_classes(results),
        network=Markup(drawing.as_svg(load_network(NETWORK))),
        layers=_maps(results, folder),
        photo=_picture(folder, PHOTO),
        activations_plot=Markup(plots.as_svg(plots.activations(results))),
        measures=EXPLAINED,
        tiles=results.tiles,
        device=results.device,
        versions=results.versions,
        seconds=sum(entry["seconds"] for entry in results.figures.values()),
    )


def _card(figure: Figure, results: Results, folder: Path, app: str) -> dict:
    return {
        "key": figure.key,
        "name": name_of(figure),
        "about": figure.about,
        "picture": _picture(folder, figure.key),
        "numbers": numbers_of(figure, results),
        "command": command_of(figure.recipe, f"{figure.key}.png"),
        "link": f"{app.rstrip('/')}/{FEATURE_PAGE}?{urlencode(link_of([figure.recipe]))}",
        "seconds": results.figures[figure.key]["seconds"],
    }


def _plot(row: tuple[Figure, ...], results: Results) -> Markup:
    names = {figure.key: name_of(figure) for figure in row}
    return Markup(plots.as_svg(plots.spectra(row, results, names)))


def _maps(results: Results, folder: Path) -> list[dict]:
    return [
        {
            "layer": entry["layer"],
            "shape": shape_of(load_network(NETWORK).layer(entry["layer"])),
            "numbers": of_maps(entry["measures"]),
            "filters": [
                {
                    "channel": each["channel"],
                    "picture": _picture(folder, map_key(entry["layer"], each["channel"])),
                    "numbers": of_maps(each["measures"]),
                }
                for each in entry["filters"]
            ],
        }
        for entry in results.layers
    ]


def _picture(folder: Path, key: str) -> str:
    """A picture of the folder as a data address."""
    with Image.open(folder / f"{key}.png") as image:
        return data_url(jpeg_bytes(np.asarray(image.convert("RGB")), QUALITY))


def _with_code(words: str) -> Markup:
    """Words as HTML; what stands between backticks is code."""
    return Markup(re.sub("`(.*?)`", r"<code>\1</code>", str(escape(words))))


@cache
def _template() -> jinja2.Template:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    environment.filters["code"] = _with_code
    environment.globals["slug"] = lambda words: words.replace(" ", "-")
    return environment.get_template("document.html.jinja")
