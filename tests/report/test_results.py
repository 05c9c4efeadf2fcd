"""The stored results are of the recipes that the program has now."""

import json

import numpy as np
import pytest
from PIL import Image

from explorer.recipe import from_dict
from explorer.report.figures import PHOTO, figures, tiled
from explorer.report.numbers import chroma
from explorer.report.results import FILE, STORED, Results, map_key, read, stored
from explorer.report.words import verdicts

LITE = "efficientnet-lite0"
LARGEST = 4_000_000
"""Bytes of all that is stored."""


def test_the_stored_recipes_are_those_of_the_presets_now():
    results = stored()
    now = {figure.key: figure.recipe for figure in figures(results.classes)}
    assert set(results.figures) == set(now)
    for key, recipe in now.items():
        found = results.recipe(key)
        assert found == recipe, f"{key}: make the stored results anew"
        assert Results.is_entry(results.figures[key], recipe), key


def test_the_stored_tiles_are_those_of_now():
    assert from_dict(stored().tiles["recipe"]) == tiled()[1]


def test_every_picture_is_stored_and_all_is_small():
    results = stored()
    keys = [*results.figures, PHOTO]
    keys += [map_key(e["layer"], each["channel"]) for e in results.layers for each in e["filters"]]
    assert {path.stem for path in STORED.glob("*.jpg")} == set(keys)
    for key in keys:
        with Image.open(STORED / f"{key}.jpg") as image:
            assert image.size == (224, 224)
    assert sum(path.stat().st_size for path in STORED.iterdir()) < LARGEST


def test_stored_numbers_are_those_of_the_stored_pictures():
    """As far as a JPEG still tells: contrast and color are what the picture has."""
    for key, entry in stored().figures.items():
        image = Image.open(STORED / f"{key}.jpg")
        gray, measures = np.asarray(image.convert("L"), np.float64), entry["measures"]
        assert gray.std() == pytest.approx(measures["contrast"], rel=0.1, abs=1.5), key
        assert chroma(np.asarray(image)) == pytest.approx(measures["chroma"], rel=0.05, abs=7), key


def test_what_is_written_is_read(results_of, tmp_path):
    results = results_of(lambda *_: 1.5, {"seconds_without": 1.0, "seconds_with": 2.0})
    text = json.dumps(results.as_json() | {"statements": verdicts(results)})
    (tmp_path / FILE).write_text(text)
    assert read(tmp_path) == results


@pytest.mark.parametrize("text", [None, "", "[]", "{}", '{"classes": "vgg16"}', "[1"])
def test_damaged_results_are_refused(tmp_path, text, refused):
    if text is not None:
        (tmp_path / FILE).write_text(text)
    with refused("no results"):
        read(tmp_path)
