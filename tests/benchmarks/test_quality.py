"""Drawing and timing: what is stored of a peer's picture and of this program's."""

import numpy as np
import pytest
from PIL import Image

from benchmarks import quality
from benchmarks.store import Store
from explorer import Recipe, Target, read_photo, render
from explorer.recipe import from_dict

FOUND = {
    "versions": {"tf-keras-vis": "0"},
    "step_seconds": [9.0, 0.25, 0.75, 0.5, 0.5, 0.1],
    "cpu_seconds": 20.5,
    "own_score": 7.0,
}


class Peer:
    """Stands where `Environments` stands; draws gray."""

    def __init__(self, **changes):
        self.found = FOUND | changes
        self.options = []

    def run(self, peer, *options):
        self.options.append(options)
        if "--picture" in options:
            path = options[options.index("--picture") + 1]
            Image.new("RGB", (224, 224), (9, 9, 9)).save(path)
        return self.found


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


@pytest.fixture
def mean_as_score(monkeypatch):
    monkeypatch.setattr(quality, "robust", lambda layer, channel, image: float(image.mean()))


def test_the_peers_picture_and_times_are_stored(store, mean_as_score, capsys):
    peer = Peer()
    quality.draw_peer(store, peer, "block3_conv1", 218)
    assert peer.options[0][:6] == ("--layer", "block3_conv1", "--channel", 218, "--steps", 200)
    assert store.drawn("tf-keras-vis", "block3_conv1", 218)
    assert store.channels("tf-keras-vis")["block3_conv1-218"] == {
        "seconds": 100.0,
        "step_seconds": FOUND["step_seconds"],
        "wall_seconds": 11.1,
        "cpu_seconds": 20.5,
        "own_score": 7.0,
        "picture": "tf-keras-vis/block3_conv1-218.png",
    }
    assert quality.stored_score(store, "tf-keras-vis", "block3_conv1", 218) == 9


def test_the_peer_with_the_right_input_is_stored_apart(store, mean_as_score, capsys):
    peer, part = Peer(), "tf-keras-vis-prepared"
    quality.draw_peer(store, peer, "block3_conv1", 218, part=part)
    assert peer.options[0][-1] == "--prepared"
    assert store.drawn(part, "block3_conv1", 218)
    assert not store.drawn("tf-keras-vis", "block3_conv1", 218)
    assert quality.stored_score(store, part, "block3_conv1", 218) == 9


def test_timing_only_keeps_the_picture_and_what_it_took(store, capsys):
    quality.draw_peer(store, Peer(), "block3_conv1", 218)
    again = Peer(step_seconds=[9.0, 3.0, 1.0, 1.0], cpu_seconds=1.0, own_score=1.0)
    quality.draw_peer(store, again, "block3_conv1", 218, steps=3)
    assert "--picture" not in again.options[0] and again.options[0][5] == 3 + 1
    entry = store.channels("tf-keras-vis")["block3_conv1-218"]
    assert (entry["seconds"], entry["step_seconds"]) == (200.0, [9.0, 3.0, 1.0, 1.0])
    assert (entry["wall_seconds"], entry["cpu_seconds"], entry["own_score"]) == (11.1, 20.5, 7.0)
    assert store.drawn("tf-keras-vis", "block3_conv1", 218)


@pytest.mark.parametrize(("every", "steps"), [(2, [0, 2, 4, 5]), (5, [0, 5]), (9, [0, 5])])
def test_this_programs_picture_and_its_curve(
    tiny, store, mean_as_score, monkeypatch, capsys, every, steps
):
    monkeypatch.setattr(quality, "SIZE", 32)
    recipe = Recipe(
        target=Target("one", 1),
        network="tiny",
        steps=5,
        size=32,
        methods={"noise": {"deviation": 10}, "rms": {"size": 4}, "clip": {}},
    )
    quality.draw_own(store, "one", 1, recipe, every)
    frames = list(render(tiny, recipe))
    entry = store.channels("explorer")["one-1"]
    assert from_dict(entry["recipe"]) == recipe and entry["preset"] is None
    assert [row[0] for row in entry["curve"]] == steps
    scores = [round(float(frames[step].image.mean()), 3) for step in steps]
    assert [row[2] for row in entry["curve"]] == scores
    seconds = [row[1] for row in entry["curve"]]
    assert seconds == sorted(seconds) and entry["seconds"] == seconds[-1]
    stored = read_photo(quality.picture_of(store, "explorer", "one", 1)).pixels
    assert np.array_equal(stored, frames[-1].image)
