"""Plots hold the numbers, and their SVG takes the color around it."""

from xml.etree import ElementTree

from explorer.report import plots
from explorer.report.figures import sections
from explorer.report.results import stored
from explorer.report.words import name_of

LITE = "efficientnet-lite0"


def test_a_line_for_each_figure():
    row = sections(LITE)["regularized"][0]
    names = {figure.key: name_of(figure) for figure in row}
    plot = plots.spectra(row, stored(), names)
    lines, quarter = plot["layer"]
    values = lines["data"]["values"]
    assert {value["picture"] for value in values} == set(names.values())
    first = [[v["frequency"], v["energy"]] for v in values if v["picture"] == "Naive ascent"]
    assert first == stored().figures[row[0].key]["spectrum"]
    assert quarter["data"]["values"] == [{"at": 0.25}]


def test_the_svg_is_whole_and_has_no_color_of_its_own_for_text():
    text = plots.as_svg(plots.activations(stored()))
    svg = ElementTree.fromstring(text)
    words = [node for node in svg.iter() if node.tag.endswith("text")]
    labels = {"".join(node.itertext()) for node in words}
    assert {"conv1_1", "conv5_1", "likeness", "detail", "active places"} <= labels
    assert {node.get("fill") for node in words} == {"currentColor"}


def test_no_energy_is_drawn_at_the_bottom():
    """Its logarithm would be nowhere."""
    plot = plots.of_spectra({"picture": [(0.1, 1.0), (0.4, 0.0)]})
    values = plot["layer"][0]["data"]["values"]
    assert [value["energy"] for value in values] == [1.0, 1e-7]
