"""Plots as Vega-Lite: for Streamlit as they are, and as SVG for the report's page of its own."""

from collections.abc import Iterable, Mapping, Sequence

from explorer.measures import QUARTER
from explorer.report.figures import Figure
from explorer.report.numbers import OF_MAPS
from explorer.report.results import Results

GRAY = "#808080"
"""Of what must be read on light and on dark."""
LEAST = 1e-7
"""Energy that is drawn; there is no logarithm of none."""
READING = (
    "Mean spectral energy by fineness, as a multiple of the mean of all; right of the dashed line, "
    "at ¼ cycle per pixel, is fine grain."
)
"""How a plot of spectra is read."""
WIDTH, HEIGHT = 560, 190
"""Pixels of an SVG, without its axes."""
AROUND = {
    "background": None,
    "config": {
        "view": {"stroke": None},
        "axis": {
            "labelColor": "currentColor",
            "titleColor": "currentColor",
            "gridColor": GRAY,
            "gridOpacity": 0.25,
            "domainColor": GRAY,
            "tickColor": GRAY,
            "titleFontWeight": "normal",
        },
        "legend": {"labelColor": "currentColor", "titleColor": "currentColor"},
        "font": "system-ui, sans-serif",
    },
}
"""What Streamlit's theme does there."""


def _is_uneven(measures: Mapping[str, float]) -> bool:
    """Whether a picture has a spectrum; that of an even one is what rounding leaves."""
    return measures["fine_share"] + measures["coarse_share"] > 0


def spectra(row: Sequence[Figure], results: Results, names: Mapping[str, str]) -> dict:
    """The radial spectra of a row of figures, but for even pictures, which have none.

    Args:
        names: of the lines, by the figures' keys.
    """
    entries = {names[figure.key]: results.figures[figure.key] for figure in row}
    return of_spectra(
        {
            name: entry["spectrum"]
            for name, entry in entries.items()
            if _is_uneven(entry["measures"])
        }
    )


def of_spectra(lines: Mapping[str, Iterable[tuple[float, float]]]) -> dict:
    """Radial spectra, a quarter cycle marked; a single line needs no legend.

    Args:
        lines: name of a picture -> cycles per pixel and energy, see
            `explorer.measures.radial_spectrum`.
    """
    values = [
        {"frequency": float(frequency), "energy": max(float(energy), LEAST), "picture": name}
        for name, spectrum in lines.items()
        for frequency, energy in spectrum
    ]
    order = list(lines)
    color = {
        "field": "picture",
        "type": "nominal",
        "sort": order,
        "scale": {"domain": order, "scheme": "tableau10"},
        "legend": {
            "title": None,
            "orient": "bottom",
            "columns": 2,
            "symbolType": "stroke",
            "labelLimit": 240,
        },
    }
    return {
        "height": HEIGHT,
        "layer": [
            {
                "data": {"values": values},
                "mark": {"type": "line", "strokeWidth": 1.8},
                "encoding": {
                    "x": {
                        "field": "frequency",
                        "type": "quantitative",
                        "title": "cycles per pixel",
                        "scale": {"domain": [0, 0.5]},
                        "axis": {"tickCount": 5},
                    },
                    "y": {
                        "field": "energy",
                        "type": "quantitative",
                        "title": "energy",
                        "scale": {"type": "log"},
                        "axis": {"format": "~g", "tickCount": 5},
                    },
                    **({"color": color} if len(order) != 1 else {}),
                    "tooltip": [
                        {"field": "picture"},
                        {"field": "frequency", "type": "quantitative", "format": ".3f"},
                        {"field": "energy", "type": "quantitative", "format": ".2~e"},
                    ],
                },
            },
            {
                "data": {"values": [{"at": QUARTER}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": GRAY},
                "encoding": {"x": {"field": "at", "type": "quantitative"}},
            },
        ],
    }


def activations(results: Results) -> dict:
    """The means over the filters of each layer, as lines from early to late."""
    layers = [entry["layer"] for entry in results.layers]
    values = [
        {"layer": entry["layer"], "measure": measure.title, "value": entry["measures"][name]}
        for entry in results.layers
        for name, measure in OF_MAPS.items()
    ]
    return {
        "height": HEIGHT,
        "data": {"values": values},
        "mark": {"type": "line", "strokeWidth": 1.8, "point": True},
        "encoding": {
            "x": {
                "field": "layer",
                "type": "ordinal",
                "sort": layers,
                "title": None,
                "axis": {"labelAngle": 0},
            },
            "y": {
                "field": "value",
                "type": "quantitative",
                "title": "mean over the filters",
                "scale": {"domain": [0, 1]},
            },
            "color": {
                "field": "measure",
                "type": "nominal",
                "sort": None,
                "scale": {"scheme": "tableau10"},
                "legend": {"title": None, "orient": "bottom", "symbolType": "stroke"},
            },
            "tooltip": [
                {"field": "layer"},
                {"field": "measure"},
                {"field": "value", "type": "quantitative", "format": ".3f"},
            ],
        },
    }


def as_svg(plot: Mapping) -> str:
    """A plot as an SVG element that takes the color of the text around it."""
    import vl_convert

    text = vl_convert.vegalite_to_svg(dict(plot) | {"width": WIDTH} | AROUND)
    return text[text.index("<svg") :]
