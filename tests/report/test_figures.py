"""The table is complete, and every recipe can be opened and typed."""

import re

import pytest

from explorer.catalogue import METHODS
from explorer.links import link_of, recipes_in
from explorer.presets import PRESETS
from explorer.report import figures as module
from explorer.report.figures import (
    NAIVE_LAYERS,
    class_network,
    figures,
    naive,
    sections,
    targets,
    tiled,
)
from explorer.report.statements import SECTIONS, STATEMENTS

LITE = "efficientnet-lite0"
ALL = figures(LITE)


def test_every_preset_of_the_report_is_drawn_for_channel_and_class():
    report = {name for name in PRESETS if name.startswith("report/")}
    for subject in targets(LITE):
        assert {f.recipe.preset for f in ALL if f.subject == subject} == report


def test_naive_pictures_of_the_layers():
    found = [f for f in ALL if f.subject == "layers"]
    assert [f.about for f in found] == [f"{layer}, channel 1" for layer in NAIVE_LAYERS]
    assert {f.recipe.preset for f in found} == {"report/naive"}
    assert naive("conv3_1") in found


def test_steps_and_size_are_the_reports():
    for figure in ALL:
        assert figure.recipe.size == (224, 224)
        roots = [part for part in figure.recipe.lineage if not part.parents]
        assert {root.steps for root in roots} == {200}
    rounds = {f.recipe.preset: f.recipe.steps for f in ALL if "recursive" in f.recipe.preset}
    assert rounds == {"report/b-recursive-1": 40, "report/c-recursive-5": 200}


def test_parents_come_before_children_and_keys_are_file_names():
    recipes = [figure.recipe for figure in ALL]
    for place, recipe in enumerate(recipes):
        assert all(parent in recipes[:place] for parent in recipe.parents)
    assert len({figure.key for figure in ALL}) == len(ALL)
    assert all(re.fullmatch(r"[\w.+-]+", figure.key) for figure in ALL)


@pytest.mark.parametrize("figure", ALL, ids=lambda figure: figure.key)
def test_a_link_opens_exactly_this_recipe(figure):
    recipes, complaints = recipes_in(link_of([figure.recipe]))
    assert recipes == [figure.recipe] and not complaints


def test_without_its_weights_vgg_draws_no_class(tmp_path, monkeypatch):
    assert class_network() == LITE
    monkeypatch.setattr(module, "who_recognizes", next)
    assert class_network() == "vgg16"
    vgg = [f for f in figures("vgg16") if f.subject == "class"]
    assert {f.recipe.network for f in vgg} == {"vgg16"}
    assert len(vgg) == len([f for f in ALL if f.subject == "class"])


def test_sections_and_statements_go_together():
    assert set(sections(LITE)) <= set(SECTIONS)
    assert {statement.section for statement in STATEMENTS} == set(SECTIONS)


def test_tiles_are_timed_where_there_are_any():
    if "tiles" not in METHODS:
        assert tiled() is None
    else:
        without, tiles = tiled()
        assert "tiles" in tiles.methods and "tiles" not in without.methods
        assert without.changed(methods=tiles.methods) == tiles
