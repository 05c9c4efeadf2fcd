"""The drawing is to scale and names every layer."""

import re
from xml.etree import ElementTree

import pytest

from explorer.networks import NETWORKS, load_network
from explorer.report.drawing import HIGHEST, as_svg


@pytest.mark.parametrize("name", NETWORKS)
def test_a_box_for_each_layer(name):
    network = load_network(name)
    svg = ElementTree.fromstring(as_svg(network))
    boxes = svg.findall("g")
    assert [box.find("text").text.strip() for box in boxes] == [
        layer.paper_name for layer in network.layers
    ]
    ends = [float(b.find("rect").get("x")) + float(b.find("rect").get("width")) for b in boxes]
    assert ends == sorted(ends) and ends[-1] <= float(svg.get("viewBox").split()[2])


def test_boxes_are_to_scale():
    network = load_network("vgg16")
    heights = {
        box.find("text").text.strip(): float(box.find("rect").get("height"))
        for box in ElementTree.fromstring(as_svg(network)).findall("g")
    }
    assert heights["conv1_1"] == HIGHEST
    assert heights["conv3_1"] == pytest.approx(HIGHEST / 4, abs=0.1)
    assert heights["pool5"] == pytest.approx(HIGHEST / 32, abs=0.1)
    assert "7×7×512" in re.sub("<[^>]*>", "", as_svg(network))
