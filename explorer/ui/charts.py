"""The structure page's charts, written in Vega-Lite: Altair takes too long to import there."""

import io
import json
from collections.abc import Iterable

import pyarrow as pa
from pyarrow.json import read_json

from explorer.networks.layers import Layer
from explorer.networks.network import Network
from explorer.palette import KINDS

GRAY = "#808080"
"""Of what must be read on light and on dark."""
MOST_WIDE_BARS = 30
"""More bars than these are thin."""


def amount(number: float, unit: str = "") -> str:
    """A count with three digits and a prefix, and its unit: "138 M", "1.79 k"."""
    for size, prefix in ((1e9, " G"), (1e6, " M"), (1e3, " k")):
        if number >= size:
            number /= size
            return f"{number:.{2 if number < 10 else 1 if number < 100 else 0}f}{prefix}{unit}"
    return f"{number:,.0f}{' ' * bool(unit)}{unit}"


def total(network: Network, quantity: str) -> int:
    """The sum of a column over all layers."""
    return sum(getattr(layer, quantity) for layer in network.layers)


def arrow(rows: Iterable[dict]) -> pa.Table:
    """Rows of plain values as the table that Streamlit sends to the browser.

    From Python values, PyArrow and Streamlit make one with the help of pandas, which takes longer
    to import than all the rest of the page; from JSON they need none.
    """
    return read_json(io.BytesIO("\n".join(map(json.dumps, rows)).encode()))


def bars(network: Network, quantity: str, title: str, chosen: Layer) -> dict:
    """A bar for each layer that has any of this quantity, as a Vega-Lite chart."""
    values = [
        {
            "layer": layer.paper_name,
            "kind": layer.kind,
            "value": getattr(layer, quantity),
            "text": amount(getattr(layer, quantity)),
            "share": getattr(layer, quantity) / total(network, quantity),
            "chosen": layer is chosen,
        }
        for layer in network.layers
        if getattr(layer, quantity)
    ]
    kinds = list(dict.fromkeys(row["kind"] for row in values))
    longest = max(row["value"] for row in values)
    colors = {"domain": kinds, "range": [KINDS[kind] for kind in kinds]}
    bare = {"ticks": False, "domain": False}
    step, size = (21, 11) if len(values) <= MOST_WIDE_BARS else (14, 9.5)
    return {
        "data": {"values": arrow(values)},
        "height": {"step": step},
        "encoding": {
            "y": {
                "field": "layer",
                "type": "nominal",
                "sort": None,
                "title": None,
                "axis": {
                    **bare,
                    "labelOverlap": False,
                    "labelFlush": False,
                    "labelFontSize": size,
                },
            },
            "x": {
                "field": "value",
                "type": "quantitative",
                "title": title,
                "scale": {"domain": [0, 1.15 * longest], "nice": False},
                "axis": {**bare, "labels": False, "grid": False},
            },
            "tooltip": [
                {"field": "layer"},
                {"field": "value", "type": "quantitative", "title": title, "format": ","},
                {"field": "share", "type": "quantitative", "title": "of all", "format": ".1%"},
            ],
        },
        "layer": [
            {
                "mark": {"type": "bar", "cornerRadiusEnd": 2},
                "encoding": {
                    "color": {
                        "field": "kind",
                        "type": "nominal",
                        "scale": colors,
                        "legend": {"orient": "top", "title": None},
                    },
                    "opacity": {
                        "condition": {"test": "datum.chosen", "value": 1},
                        "value": 0.6,
                    },
                },
            },
            {
                "mark": {
                    "type": "text",
                    "align": "left",
                    "dx": 4,
                    "fontSize": size,
                    "color": GRAY,
                },
                "encoding": {"text": {"field": "text", "type": "nominal"}},
            },
        ],
    }


def weights_chart(bins: list[dict], mean: float) -> dict:
    """The histogram with a line at the mean, as a Vega-Lite chart."""
    ends = {"type": "quantitative", "format": ".3~g"}
    return {
        "data": {"values": arrow(bins)},
        "height": 400,
        "layer": [
            {
                "mark": {"type": "rect", "color": KINDS["convolution"]},
                "encoding": {
                    "x": {
                        "field": "from",
                        "type": "quantitative",
                        "title": "weight",
                        "axis": {"format": ".3~g", "tickCount": 7},
                    },
                    "x2": {"field": "drawn to"},
                    "y": {
                        "field": "weights",
                        "type": "quantitative",
                        "title": "number of weights",
                        "axis": {"labelExpr": "format(datum.value, ',d')", "tickCount": 6},
                    },
                    "y2": {"datum": 0},
                    "tooltip": [
                        {"field": "from", **ends},
                        {"field": "to", **ends},
                        {"field": "weights", "type": "quantitative", "format": ","},
                    ],
                },
            },
            {
                "data": {"values": [{"mean": mean}]},
                "mark": {"type": "rule", "strokeDash": [4, 3], "color": GRAY},
                "encoding": {"x": {"field": "mean", "type": "quantitative"}},
            },
        ],
    }
