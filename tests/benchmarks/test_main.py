"""The one command: what it skips, what it writes, and what it refuses."""

import json

import pytest
from PIL import Image

import benchmarks.__main__ as program
from benchmarks import quality
from benchmarks.channels import CHANNELS
from benchmarks.environments import ROOT, Failed
from benchmarks.store import Store, key

PRESET = "report/1-clip"


@pytest.fixture
def folder(tmp_path):
    return tmp_path / "results"


@pytest.fixture
def drawn(monkeypatch):
    """The channels that a side has been asked for; each stores a gray picture at once."""
    asked = []

    def store_picture(store, part, layer, channel, **entry):
        asked.append((part, layer, channel))
        path = quality.picture_of(store, part, layer, channel)
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.new("RGB", (32, 32), (100, 100, 100)).save(path)
        picture = str(path.relative_to(store.folder))
        store.put_channel(part, {}, key(layer, channel), {"picture": picture} | entry)

    def peer(store, environments, layer, channel, steps=None, part=quality.PEER):
        store_picture(store, part, layer, channel, seconds=100.0)

    def own(store, layer, channel, recipe, every):
        entry = {"curve": [[0, 1.0, 50.0], [5, 4.0, 250.0]], "recipe": quality.plain(recipe)}
        store_picture(store, quality.OWN, layer, channel, **entry)

    monkeypatch.setattr(quality, "draw_peer", peer)
    monkeypatch.setattr(quality, "draw_own", own)
    monkeypatch.setattr(quality, "robust", lambda layer, channel, image: float(image.mean()))
    return asked


def run(folder, *options):
    return program.main([*options, "--results", str(folder)])


def test_what_is_stored_is_skipped(folder, drawn):
    parts = [*quality.PARTS, "--preset", PRESET]
    assert run(folder, *parts) == 0
    assert drawn == [(part, *pair) for part in quality.PARTS for pair in CHANNELS]
    drawn.clear()
    assert run(folder, *parts) == 0 and drawn == []
    layer, channel = CHANNELS[4]
    quality.picture_of(Store(folder), quality.PEER, layer, channel).unlink()
    assert run(folder, *parts) == 0 and drawn == [(quality.PEER, layer, channel)]
    drawn.clear()
    assert run(folder, *parts, "--redo") == 0 and len(drawn) == 3 * len(CHANNELS)
    drawn.clear()
    assert run(folder, *parts, "--timing-only", "3") == 0
    assert drawn == [(quality.PEER, *pair) for pair in CHANNELS]


def test_another_recipe_is_drawn_again(folder, drawn):
    assert run(folder, quality.OWN, "--preset", PRESET) == 0
    drawn.clear()
    assert run(folder, quality.OWN, "--preset", "report/2-decay") == 0
    assert len(drawn) == len(CHANNELS)


def test_the_tables(folder, drawn, capsys, tmp_path, monkeypatch):
    readme = tmp_path / "README.md"
    readme.write_text("# a\n<!-- quality -->\n<!-- /quality -->\nend\n", encoding="utf-8")
    monkeypatch.setattr(program, "README", readme)
    seconds = {"block5_conv1": {"this program": [0.3, 0.1, 0.2], "a peer": [0.4, 0.5, 0.4]}}
    Store(folder).put("speed", {}, seconds=seconds)
    parts = [*quality.PARTS, "report", "--preset", PRESET, "--readme"]
    assert run(folder, *parts) == 0
    printed = capsys.readouterr().out
    assert "| a peer | 0.400 s (2.00 times) |" in printed
    middle = "| **median** |  | 100 |  | 4 | **2.50** |  | **2.50** | 4.0 | **4.0 %** |"
    written = (folder / "quality.md").read_text(encoding="utf-8")
    assert middle in printed and middle in written and middle in readme.read_text(encoding="utf-8")
    assert "![](explorer/block3_conv1-218.png)" in written
    assert readme.read_text(encoding="utf-8").endswith("<!-- /quality -->\nend\n")
    assert (folder / "speed.md").is_file()


@pytest.mark.parametrize("lacking", quality.PARTS)
def test_a_channel_that_one_side_lacks_is_left_out(folder, drawn, capsys, lacking):
    assert run(folder, *quality.PARTS, "--preset", PRESET) == 0
    store = Store(folder)
    data = store.read()
    del data[lacking]["channels"][key(*CHANNELS[0])]
    store.file.write_text(json.dumps(data), encoding="utf-8")
    assert run(folder, "report") == 0
    printed = capsys.readouterr().out
    assert "conv3_1 218" not in printed and "conv5_3 329" in printed


@pytest.mark.parametrize(
    "options",
    [
        ["explorer", "--preset", "bost"],
        ["report", "--readme"],
        ["report", "--environments", str(ROOT / "somewhere")],
    ],
)
def test_refusals(folder, drawn, capsys, sentence, options):
    assert run(folder, *options) == 2
    printed = capsys.readouterr()
    sentence(printed.err)
    assert not printed.out and not drawn and not folder.exists()


@pytest.mark.parametrize(
    "options", [["peers"], ["--every", "0"], ["--timing-only", "-1"], ["--every", "two"]]
)
def test_wrong_options(folder, capsys, options):
    with pytest.raises(SystemExit) as stopped:
        run(folder, *options)
    assert stopped.value.code == 2 and "Traceback" not in capsys.readouterr().err


def test_a_failed_peer(folder, monkeypatch, capsys, sentence):
    def fail(*_):
        raise Failed("Tf-keras-vis could not be run: out of memory.")

    monkeypatch.setattr(quality, "draw_peer", fail)
    assert run(folder, quality.PEER) == 1
    sentence(capsys.readouterr().err)
