"""The note in a saved picture: recipe, versions, and where the render was stopped."""

import io
import math
from importlib.metadata import version

import numpy as np
import pytest
from PIL import Image

import explorer
from explorer.images import png_bytes, read_note
from explorer.notes import about_stop, picture_png, read_picture, sheet_png, stop_of, versions
from explorer.presets import PRESETS
from explorer.recipe import preset
from explorer.render import render
from explorer.targets import Target


def made(name="report/d-laplacian-4", **changes):
    values = {"network": "tiny", "size": 32, "steps": 3} | changes
    return preset(name, Target("second", 1), **values)


def test_a_finished_picture(tiny):
    recipe = made()
    *_, last = render(tiny, recipe)
    data = picture_png(recipe, last)
    note = read_note(data)
    assert read_picture(data) == (recipe, None)
    assert read_picture(data)[0].preset == "report/d-laplacian-4"
    assert note["stopped_at"] is None
    assert (note["score"], note["step"]) == (last.score, 3)
    assert stop_of(recipe, last) is None


def test_every_stop_is_told(tiny):
    """(part, step) of each frame: the parent's three steps, then the child's."""
    recipe = made()
    frames = list(render(tiny, recipe))
    stops = [read_picture(picture_png(recipe, frame))[1] for frame in frames]
    assert stops == [(0, 0), (0, 1), (0, 2), (0, 3), (1, 0), (1, 1), (1, 2), None]
    assert stops == [stop_of(recipe, frame) for frame in frames]


def test_the_picture_kept_is_the_one_saved(tiny):
    methods = {"rms": {"size": 100}, "small-contribution": {}, "noise": {"deviation": 60}}
    recipe = made("report/naive", methods=methods, keep="best", steps=12, seed=5)
    *_, last = render(tiny, recipe)
    assert last.kept.step < last.step, "the best was the last, so this shows nothing"
    data = picture_png(recipe, last)
    assert read_note(data)["step"] == last.kept.step
    assert read_note(data)["score"] == last.kept.score
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), last.kept.image)


def test_a_stop_is_told_with_whose_steps_it_is_about(tiny):
    recipe = made(steps=5)
    words = [about_stop(recipe, stop) for stop in ((0, 2), (1, 4))]
    assert "stopped at step 2 of 5 of report/4-small-norm, from which it starts." in words[0]
    assert "stopped at step 4 of 5." in words[1]


def test_versions_are_those_installed(tiny):
    found = versions()
    assert found["explorer"] == explorer.__version__
    for package in ("tensorflow", "keras", "numpy", "pillow"):
        assert found[package] == version(package)
    recipe = made("report/naive", steps=1)
    assert read_note(picture_png(recipe, next(render(tiny, recipe))))["versions"] == found


@pytest.mark.parametrize("name", PRESETS)
def test_every_preset_survives(tiny, name):
    recipe = made(name)
    frame = next(render(tiny, recipe))
    assert read_picture(picture_png(recipe, frame))[0] == recipe


PIXELS = np.zeros((8, 8, 3), np.uint8)


@pytest.mark.parametrize(
    "stopped",
    [
        *("here", 3, [], [0, 1], {}, {"part": 0}, {"part": 9, "step": 0}, {"part": 0, "step": 99}),
        *({"part": -1, "step": 0}, {"part": 0, "step": -1}, {"part": None, "step": 0}),
        *({"part": 0, "step": "x"}, {"part": math.inf, "step": 0}, {"part": 0, "step": math.nan}),
    ],
    ids=str,
)
def test_forged_stops_are_refused(tiny, stopped, refused):
    data = png_bytes(PIXELS, {"recipe": made().as_dict(), "stopped_at": stopped})
    with refused("stopped"):
        read_picture(data)


def test_a_sheet_is_told_from_a_picture(tiny, refused):
    with refused("sheet of several recipes"):
        read_picture(png_bytes(PIXELS, {"recipes": [made().as_dict(), made().as_dict()]}))


@pytest.mark.parametrize("note", [{}, {"recipe": None}, {"recipe": []}, {"recipe": {"format": 0}}])
def test_notes_without_a_recipe_are_refused(note, refused):
    with refused():
        read_picture(png_bytes(PIXELS, note))


def test_a_sheet_carries_recipes_and_versions():
    recipes = [preset(name, Target("conv3_1", 1), steps=2) for name in ("best", "lucid")]
    page = np.arange(8 * 8 * 3, dtype=np.uint8).reshape(8, 8, 3)
    data = sheet_png(page, recipes)
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), page)
    note = read_note(data)
    assert note == {"recipes": [recipe.as_dict() for recipe in recipes], "versions": versions()}
