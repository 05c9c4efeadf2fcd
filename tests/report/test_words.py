"""What people read agrees with the numbers."""

import json
import re
from pathlib import Path

import pytest

import explorer
from explorer.recipe import preset
from explorer.report.figures import drawn, naive
from explorer.report.results import stored
from explorer.report.statements import FAILS, HOLDS, IN_PART, SECTIONS, STATEMENTS
from explorer.report.words import about_classes, name_of, numbers_of, steps_of, table, verdicts
from explorer.targets import Target

ROOT = Path(explorer.__file__).parents[1]
LITE = "efficientnet-lite0"


def test_the_readme_has_the_table_of_the_stored_results():
    text = (ROOT / "README.md").read_text()
    found = re.search("<!-- report -->\n(.*?)<!-- /report -->", text, re.DOTALL)[1]
    assert found == table(stored())
    assert "python -m explorer report -o FOLDER" in text


def test_steps_are_told_with_those_before_them():
    target = Target("conv3_1", 1)
    told = {
        name: steps_of(preset(f"report/{name}", target, steps=20))
        for name in ("naive", "d-laplacian-4", "f-laplacian-4+5")
    }
    assert told["naive"] == "20 steps"
    before = preset("report/d-laplacian-4", target, steps=20).parents[0].steps
    assert told["d-laplacian-4"] == f"20 steps after {before}"
    whole = preset("report/f-laplacian-4+5", target, steps=20).total_steps
    assert told["f-laplacian-4+5"] == f"a blend after {whole} steps"


def test_the_table_has_a_row_for_each_section_and_all_statements(results_of):
    rows = table(results_of(lambda *_: 1.0)).splitlines()[2:]
    assert len(rows) == len(SECTIONS) == 6
    assert re.findall(r"\((\d+)\) [a-z]", "\n".join(rows)) == [str(i) for i in range(1, 12)]


def test_verdicts_say_what_was_measured():
    rows = verdicts(stored())
    assert [row["number"] for row in rows] == [statement.number for statement in STATEMENTS]
    for row in rows:
        held = [check["holds"] for check in row["checks"]]
        expected = HOLDS if all(held) else IN_PART if any(held) else FAILS
        assert row["verdict"] == expected
        assert row["held"] == sum(held)


def test_numbers_beside_a_figure(results_of):
    results = results_of(lambda key, measure: 0.25)
    channel = numbers_of(drawn("channel", "report/naive", LITE), results)
    assert channel["score"] == "0.25" and channel["fine grain"] == "25.0 %"
    assert "rank" not in channel and "robust score" in channel
    of_class = numbers_of(drawn("class", "report/naive", LITE), results)
    assert of_class["probability"] == "25.0 %" and "rank" in of_class


def test_names():
    assert name_of(naive("conv2_1")) == "conv2_1, channel 1"
    assert name_of(drawn("channel", "report/1-clip", LITE)) == "Clip"


@pytest.mark.parametrize(("classes", "words"), [(LITE, "not here"), ("vgg16", "VGG16's own")])
def test_whose_class_it_is(results_of, classes, words):
    results = results_of(lambda *_: 1.0)
    assert words in about_classes(type(results)(**results.as_json() | {"classes": classes}))


def test_verdicts_are_plain_values():
    """As `report --json` prints them."""
    rows = verdicts(stored())
    assert json.loads(json.dumps(rows)) == rows
