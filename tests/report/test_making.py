"""What is finished is kept; what is missing, damaged or foreign is drawn again."""

import numpy as np
import pytest
from PIL import Image

from explorer.images import png_bytes, read_note
from explorer.recipe import preset
from explorer.report import making
from explorer.report.figures import Figure
from explorer.report.making import NOTE, finished, left_to_do, make
from explorer.targets import Target


@pytest.fixture
def table(tiny, monkeypatch):
    """Three tiny figures, two of which start from the first; and the recipes that are drawn."""
    monkeypatch.setattr(tiny, "row", ("two",), raising=False)
    shape = {"network": "tiny", "size": 32}
    names = {"first": "report/4-small-norm", "second": "report/d-laplacian-4"}
    names["third"] = "report/a-blurred-gradient"
    figures = tuple(
        Figure(key, "channel", preset(name, Target("two", 1), steps=3, **shape))
        for key, name in names.items()
    )
    drawn = []

    def render(network, recipe, **options):
        drawn.append(recipe)
        return making_render(network, recipe, **options)

    making_render = making.render
    monkeypatch.setattr(making, "render", render)
    monkeypatch.setattr(making, "figures", lambda classes: figures)
    monkeypatch.setattr(making, "NETWORK", "tiny")
    plain = preset("report/naive", Target("two", 1), network="tiny", size=32, steps=20)
    monkeypatch.setattr(making, "tiled", lambda: (plain, plain.changed(seed=1)))
    return figures, drawn


def follow(what, done):
    """Told, and silent."""


def test_everything_is_drawn_measured_and_kept(table, tmp_path):
    figures, drawn = table
    results = make(tmp_path, "tiny", follow)
    assert drawn == [figure.recipe for figure in figures]
    assert left_to_do(tmp_path, "tiny") == []
    for figure in figures:
        entry = results.figures[figure.key]
        assert results.recipe(figure.key) == figure.recipe
        assert entry == read_note(tmp_path / f"{figure.key}.png")[NOTE]
        assert entry["measures"]["robust_score"] is not None and len(entry["spectrum"]) > 5
    assert results.layers[0]["layer"] == "two" and len(results.layers[0]["filters"]) == 5
    assert (tmp_path / "map-two-4.png").is_file()
    assert not list(tmp_path.glob(".*"))


def test_what_is_finished_is_not_redone(table, tmp_path):
    _, drawn = table
    first = make(tmp_path, "tiny", follow)
    drawn.clear()
    assert make(tmp_path, "tiny", follow).figures == first.figures
    assert drawn == []


def spoilt(path):
    """Ways in which a file is not the finished picture, by name -> bytes."""
    data, note = path.read_bytes(), read_note(path)
    pixels = np.asarray(Image.open(path))
    entry = note[NOTE]
    other = note["recipe"] | {"seed": 1}
    lame = entry | {"measures": {k: v for k, v in entry["measures"].items() if k != "pitch"}}
    flipped = bytearray(data)
    flipped[len(data) - 60] ^= 0xFF
    stopped = {"stopped_at": {"part": 0, "step": 1}}
    return {
        "truncated": data[: len(data) * 2 // 3],
        "a flipped bit": bytes(flipped),
        "empty": b"",
        "no picture": b"not a picture",
        "no recipe": png_bytes(pixels),
        "another recipe": png_bytes(pixels, note | {"recipe": other}),
        "another recipe measured": png_bytes(pixels, note | {NOTE: entry | {"recipe": other}}),
        "not measured": png_bytes(pixels, {k: v for k, v in note.items() if k != NOTE}),
        "a measure missing": png_bytes(pixels, note | {NOTE: lame}),
        "numbers of no kind": png_bytes(pixels, note | {NOTE: entry | {"spectrum": [1, "a"]}}),
        "another size": png_bytes(pixels[:16], note),
        "stopped early": png_bytes(pixels, note | stopped),
    }


def test_damaged_and_foreign_files_are_redone(table, tmp_path):
    figures, drawn = table
    make(tmp_path, "tiny", follow)
    path = tmp_path / f"{figures[1].key}.png"
    whole = np.asarray(Image.open(path))
    for name, data in spoilt(path).items():
        path.write_bytes(data)
        assert finished(path, figures[1].recipe) is None, name
        assert left_to_do(tmp_path, "tiny") == [figures[1]], name
    drawn.clear()
    make(tmp_path, "tiny", follow)
    assert drawn == [figures[1].recipe]
    np.testing.assert_array_equal(np.asarray(Image.open(path)), whole)


def test_a_missing_file_is_not_finished(table, tmp_path):
    assert finished(tmp_path / "nothing.png", table[0][0].recipe) is None
    assert finished(tmp_path, table[0][0].recipe) is None


def test_a_stop_keeps_what_is_finished(table, tmp_path):
    figures, drawn = table

    def stop(what, done):
        if what == figures[1].recipe.caption and done:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        make(tmp_path, "tiny", stop)
    assert [path.name for path in tmp_path.iterdir()] == ["first.png"]
    drawn.clear()
    make(tmp_path, "tiny", follow)
    assert drawn == [figure.recipe for figure in figures[1:]]


def test_going_on_from_a_file_gives_the_same_picture(table, tmp_path):
    """A child of a finished picture is that of one go, to the bit."""
    figures, _ = table
    *_, frame = making.render(making.load_network("tiny"), figures[2].recipe)
    make(tmp_path, "tiny", follow)
    (tmp_path / "third.png").unlink()
    make(tmp_path, "tiny", follow)
    found = np.asarray(Image.open(tmp_path / "third.png"))
    np.testing.assert_array_equal(found, frame.kept.image)


def test_progress_adds_up_to_the_work(table, tmp_path):
    figures, _ = table
    told = []
    make(tmp_path, "tiny", lambda what, done: told.append(done))
    assert sum(told) == pytest.approx(sum(making.work(figure.recipe) for figure in figures))


def test_tiles_are_timed_without_and_with(table, tmp_path):
    tiles = make(tmp_path, "tiny", follow).tiles
    assert tiles["seconds_without"] > 0 and tiles["seconds_with"] > 0
    assert tiles["recipe"]["seed"] == 1
