"""The command line, as a person uses it."""

import io
import json
import os
import re
import signal
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

import explorer
from explorer.attribution import ATTRIBUTIONS, attribution, cautions
from explorer.catalogue import METHODS, TABLES, checked_methods
from explorer.commands import COMMANDS, main
from explorer.diagnosis import Case, diagnosed
from explorer.errors import InputError
from explorer.excitation import score_and_gradient
from explorer.images import png_bytes, read_note, read_photo, sample_photo
from explorer.measures import in_words, judged, mean_likeness, standings
from explorer.notes import read_picture
from explorer.presets import PRESETS
from explorer.receptive_fields import receptive_square
from explorer.recipe import preset
from explorer.render import render
from explorer.targets import Target

ROOT = Path(explorer.__file__).parents[1]
NAIVE = "render --layer conv3_1 --channel 1 --preset report/naive --steps 3 --size 64 --seed 0"
TINY = ["--network", "tiny", "--layer", "two", "--channel", "1", "--size", "32"]


def in_a_process(*arguments, **options):
    """`python -m explorer` as another program sees it."""
    return subprocess.run(
        [sys.executable, "-m", "explorer", *map(str, arguments)],
        **{"capture_output": True, "text": True, "cwd": ROOT, "timeout": 120} | options,
    )


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run a command in an empty folder; returns its status, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        capsys.readouterr()
        status = main([str(argument) for argument in arguments])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


def pixels(path) -> np.ndarray:
    return np.asarray(Image.open(path).convert("RGB"))


# ---- Rejections


TARGET = ["--layer", "conv3_1", "--channel", "1"]
OUT = ["-o", "a.png"]
RENDER = ["render", *TARGET, *OUT]
LAYER = ["render", "--layer", "conv3_1"]
SPECTRUM = ["--preset", "report/naive", "--set", "fourier=on", "--set", "adam=on"]
ATTRIBUTE = ["attribute", "cat", "--layer", "conv5_1", "--channel", "11"]
EXEMPLARS = ["exemplars", "--layer", "conv3_1", "--channel", "1"]
QUALITY = ["quality", "--layers", "conv3_1", "--channels", "1"]
REJECTIONS = {
    "unknown layer": (["render", "--layer", "conv9_9", "--channel", "1", *OUT], "conv9_9"),
    "channel out of range": (["render", "--layer", "conv3_1", "--channel", "256", *OUT], "255"),
    "channel below zero": (["render", "--layer", "conv3_1", "--channel=-1", *OUT], "255"),
    "channel is no number": (["render", "--layer", "conv3_1", "--channel", "one", *OUT], "one"),
    "layer without channels": (["render", "--layer", "flatten", "--channel", "0", *OUT], "flatten"),
    "channel and direction": ([*RENDER, "--direction", "1:2"], "a channel or a direction"),
    "channel and photo": ([*RENDER, "--of", "cat"], "a channel or a photo"),
    "class and photo": (["render", "--class", "flamingo", "--of", "cat", *OUT], "not both"),
    "direction is nonsense": ([*LAYER, "--direction", "1=2", *OUT], "CHANNEL:WEIGHT"),
    "direction is empty": ([*LAYER, "--direction", "", *OUT], "CHANNEL:WEIGHT"),
    "direction out of range": ([*LAYER, "--direction", "256:1", *OUT], "no channel 256"),
    "direction without layer": (["render", "--direction", "1:1", *OUT], "Say what to excite"),
    "direction of nothing": ([*LAYER, "--direction", "1:0", *OUT], "weight of a channel"),
    "of a missing photo": ([*LAYER, "--of", "missing.jpg", *OUT], "missing.jpg"),
    "of what is no photo": ([*LAYER, "--of", "text.jpg", *OUT], "text.jpg"),
    "of two own photos": (
        [*LAYER, "--of", "plain.png", "--photo", "other.png", *OUT],
        "Only one photo can be your own",
    ),
    "of a photo in crops": ([*LAYER, "--of", "cat", *SPECTRUM, "--set", "crops=on", *OUT], "crops"),
    "neuron with padding": ([*RENDER, "--position=center", "--set", "pad=on"], "pad does not go"),
    "position without channel": ([*LAYER, "--position", "center", *OUT], "Only a channel"),
    "layer after ReLU": ([*LAYER, "--after-relu", *OUT], "always after ReLU"),
    "weight of nothing": ([*RENDER, "--weight", "0"], "not 0"),
    "weight is no number": ([*RENDER, "--weight", "heavy"], "heavy"),
    "weight is not finite": ([*RENDER, "--weight", "nan"], "weight"),
    "also nonsense": ([*RENDER, "--also", "conv4_1:six"], "further target"),
    "also nothing": ([*RENDER, "--also", ""], "further target"),
    "also unknown": ([*RENDER, "--also", "conv9_9:1"], "conv9_9"),
    "also too many": ([*RENDER, *["--also", "conv4_1:6"] * 8], "At most 8"),
    "also a class without weights": ([*RENDER, "--also", "class:flamingo"], "528 MB"),
    "two spectra": ([*RENDER, *SPECTRUM, "--set", "blur=on"], "blur does not go with fourier"),
    "recipe and direction": (
        ["render", "--recipe", "text.jpg", "--direction", "1:1", *OUT],
        "leave out --direction",
    ),
    "recipe and further target": (
        ["render", "--recipe", "text.jpg", "--also", "conv3_1", *OUT],
        "leave out --also",
    ),
    "recipe and weight": (["render", "--recipe=text.jpg", "--weight=2", *OUT], "out --weight"),
    "no target": (["render", *OUT], "Say what to excite"),
    "unknown class": (["render", "--class", "flaminga", *OUT], "flamingo"),
    "class out of range": (["render", "--class", "1000", *OUT], "999"),
    "class that is odd": (["render", "--class=--5", *OUT], "no class"),
    "class and layer": ([*RENDER, "--class", "flamingo"], "not both"),
    "ambiguous class": (["render", "--class", "crane", *OUT], "134"),
    "empty preset": ([*RENDER, "--preset", ""], "report/"),
    "unknown preset": ([*RENDER, "--preset", "report/nice"], "report/"),
    "unknown network": ([*RENDER, "--network", "vgg19"], "vgg16"),
    "zero steps": ([*RENDER, "--steps", "0"], "10,000"),
    "zero steps of a blend": ([*RENDER, "--preset", "report/f-laplacian-4+5", "--steps=0"], "1"),
    "too many steps": ([*RENDER, "--steps", "10001"], "10,000"),
    "steps are no number": ([*RENDER, "--steps", "ten"], "ten"),
    "size too small": ([*RENDER, "--size", "31"], "32"),
    "size too large": ([*RENDER, "--size", "1025"], "1,024"),
    "size of three sides": ([*RENDER, "--size", "64x64x3"], "height and a width"),
    "size is no number": ([*RENDER, "--size", "large"], "large"),
    "size with a missing side": ([*RENDER, "--size", "64x"], "HEIGHTxWIDTH, not '64x'"),
    "direction with a channel twice": ([*LAYER, "--direction", "1:1,1:2", *OUT], "1 has several"),
    "seed below zero": ([*RENDER, "--seed=-1"], "seed"),
    "keep nothing": ([*RENDER, "--keep", "first"], "first"),
    "position outside": ([*RENDER, "--position", "99,0"], "56×56"),
    "position is no pair": ([*RENDER, "--position", "1"], "row and a column"),
    "position is no number": ([*RENDER, "--position", "a,b"], "ROW,COLUMN"),
    "photo missing": ([*RENDER, "--photo", "missing.jpg"], "missing.jpg"),
    "photo is none": ([*RENDER, "--photo", "text.jpg"], "text.jpg"),
    "photo is a folder": ([*RENDER, "--photo", "folder"], "folder"),
    "photo with a long name": ([*RENDER, "--photo", "x" * 300], "xxx"),
    "photo for an overlay": (
        [*RENDER, "--preset", "report/f-laplacian-4+5", "--photo=cat"],
        "cannot start from a photo",
    ),
    "folder missing": (["render", *TARGET, "-o", "nowhere/a.png"], "nowhere"),
    "output is a folder": (["render", *TARGET, "-o", "folder.png"], "folder.png"),
    "output with a long name": (["render", *TARGET, "-o", "x" * 300 + ".png"], "xxx"),
    "output is no PNG": (["render", *TARGET, "-o", "a.jpg"], ".png"),
    "output with a slash": (["render", *TARGET, "-o", "plain.png/"], "'plain.png/' is a folder"),
    "output is a link to nowhere": (["render", *TARGET, "-o", "link.png"], "cannot be written"),
    "output is no file": (["render", *TARGET, "-o", "pipe.png"], "not a regular file"),
    "quality into a folder": ([*QUALITY, "-o", "folder/"], "needs a name"),
    "quality without a name": ([*QUALITY, "-o", ".png"], "needs a name"),
    "channel of many digits": (["render", "--layer=conv3_1", "--channel", "9" * 400, *OUT], "..."),
    "recipe that cannot be read": (["render", "--recipe", "folder", *OUT], "cannot be read: Is a"),
    "output without a name": (["render", *TARGET, "-o", ".png"], "needs a name"),
    "quality to nothing": ([*QUALITY, "-o", ""], "needs a name"),
    "quality to this folder": ([*QUALITY, "-o", "."], "needs a name"),
    "quality to the folder above": ([*QUALITY, "-o", ".."], "needs a name"),
    "report to nothing": (["report", "-o", ""], "its name is empty"),
    "photo without a name": (["activations", "", *OUT], "There is no file ''"),
    "replay of a folder": (["replay", "folder", *OUT], "'folder' is a folder: please give a file"),
    "no output": (["render", *TARGET], "--output"),
    "class without weights": (["render", "--class", "flamingo", *OUT], "weights --download"),
    "unit without weights": (["render", "--layer=fc_1", "--channel=1", *OUT], "528 MB"),
    "set nonsense": ([*RENDER, "--set", "blur"], "METHOD.PARAMETER=VALUE"),
    "set nothing": ([*RENDER, "--set", ""], "METHOD.PARAMETER=VALUE"),
    "set unknown method": ([*RENDER, "--set", "blurr.sigma=1"], "did you mean blur"),
    "set unknown parameter": ([*RENDER, "--set", "blur.radius=1"], "sigma, every"),
    "set a parameter of none": ([*RENDER, "--set", "clip.x=1"], "it has none"),
    "set no number": ([*RENDER, "--set", "blur.sigma=wide"], "wide"),
    "set empty": ([*RENDER, "--set", "blur.sigma="], "number"),
    "set not finite": ([*RENDER, "--set", "blur.sigma=nan"], "nan"),
    "set out of range": ([*RENDER, "--set", "blur.sigma=17"], "0 to 16"),
    "set a fraction": ([*RENDER, "--set", "blur.every=1.5"], "whole"),
    "set no step rule": ([*RENDER, "--set", "adam=off"], "step rule"),
    "line break in a name": (["render", "--layer", "conv\n3", *OUT], "conv 3"),
    "recipe with an empty name": (["render", "--recipe", "", *OUT], "file with a recipe"),
    "recipe without end": (["render", "--recipe", "/dev/zero", *OUT], "not valid JSON"),
    "recipe missing": (["render", "--recipe", "missing.json", *OUT], "missing.json"),
    "recipe is none": (["render", "--recipe", "text.jpg", *OUT], "recipe"),
    "recipe in a plain PNG": (["render", "--recipe", "plain.png", *OUT], "carries no recipe"),
    "recipe and target": ([*RENDER, "--recipe", "text.jpg"], "leave out --layer"),
    "recipe and network": (
        ["render", "--recipe", "text.jpg", "--network", "vgg16", *OUT],
        "leave out --network",
    ),
    "empty network": ([*RENDER, "--network", ""], "vgg16"),
    "option cut short": (["compare", *TARGET, "--preset", "report/naive", *OUT], "--preset"),
    "compare unknown preset": (["compare", *TARGET, "--presets", "report/nice", *OUT], "report/"),
    "series of two presets": (
        ["compare", *TARGET, "--series", "blur.sigma=1,2", "--presets", "best,lucid", *OUT],
        "one preset",
    ),
    "series of nothing": (["compare", *TARGET, "--series", "blur", *OUT], "VALUE,VALUE"),
    "series of an unknown preset": (
        ["compare", *TARGET, "--presets", "nice", "--series", "blur.sigma=1,2", *OUT],
        "no preset",
    ),
    "nothing to leave out": (
        ["compare", *TARGET, "--presets", "report/naive", "--leave-one-out", *OUT],
        "no method that can be left out",
    ),
    "nothing to leave out of a blend": (
        ["compare", *TARGET, "--presets", "report/f-laplacian-4+5", "--leave-one-out", *OUT],
        "no method that can be left out",
    ),
    "two series at once": (
        ["compare", *TARGET, "--leave-one-out", "--series", "blur.sigma=1,2", *OUT],
        "do not go together",
    ),
    "series out of range": (
        ["compare", *TARGET, "--presets", "report/3-blur", "--series", "blur.sigma=1,x", *OUT],
        "blur.sigma",
    ),
    "compare nothing": (["compare", *TARGET, "--presets", ",", *OUT], "--presets"),
    "compare to nowhere": (["compare", *TARGET, "-o", "nowhere/a.png"], "nowhere"),
    "compare without weights": (["compare", "--class", "flamingo", *OUT], "528 MB"),
    "activations of no photo": (["activations", "text.jpg", *OUT], "text.jpg"),
    "activations of nothing": (["activations", "missing.jpg", *OUT], "missing.jpg"),
    "activations of no layer": (["activations", "cat", "--layers", "conv9_9", *OUT], "conv9_9"),
    "activations of nothing named": (["activations", "cat", "--layers", ",", *OUT], "needs names"),
    "activations without maps": (["activations", "cat", "--layers", "fc_1", *OUT], "fc_1"),
    "activations of no filter": (["activations", "cat", "--filters", "0", *OUT], "--filters"),
    "activations of words": (["activations", "cat", "--filters", "five", *OUT], "whole number"),
    "activations to nowhere": (["activations", "cat", "-o", "nowhere/a.png"], "nowhere"),
    "activations in odd colors": (["activations", "cat", "--scale", "loud", *OUT], "loud"),
    "attribute nothing": (["attribute", "cat", *OUT], "Say what to excite"),
    "attribute of no layer": ([*ATTRIBUTE[:2], "--layer=conv9_9", "--channel=1", *OUT], "conv9_9"),
    "attribute of no channel": ([*ATTRIBUTE[:4], *OUT], "Say which channel"),
    "attribute of a channel too many": ([*ATTRIBUTE[:4], "--channel=512", *OUT], "0 to 511"),
    "attribute by magic": ([*ATTRIBUTE, "--methods", "gradient,magic", *OUT], "guided"),
    "attribute by nothing": ([*ATTRIBUTE, "--methods", ",", *OUT], "--methods needs"),
    "attribute outside": ([*ATTRIBUTE, "--position", "14,0", *OUT], "14×14"),
    "attribute nowhere": ([*ATTRIBUTE, "--position", "nowhere", *OUT], "--position is"),
    "attribute of no photo": (["attribute", "text.jpg", *ATTRIBUTE[2:], *OUT], "text.jpg"),
    "attribute without weights": (["attribute", "cat", "--class=flamingo", *OUT], "528 MB"),
    "attribute to nowhere": ([*ATTRIBUTE, "-o", "nowhere/a.png"], "nowhere"),
    "attribute without output": (ATTRIBUTE, "--output"),
    "exemplars of nothing": (["exemplars", *OUT], "Say what to excite"),
    "exemplars of a layer": ([*EXEMPLARS[:3], *OUT], "--channel beside --layer"),
    "exemplars of a channel too many": ([*EXEMPLARS[:-1], "256", *OUT], "0 to 255"),
    "exemplars of no photo": ([*EXEMPLARS, "cat", "text.jpg", *OUT], "text.jpg"),
    "exemplars of no photos": ([*EXEMPLARS, "folder", *OUT], "no photos in it"),
    "exemplars of no number": ([*EXEMPLARS, "--count", "0", *OUT], "--count must"),
    "exemplars too many": ([*EXEMPLARS, "--count", "201", *OUT], "from 1 to 200"),
    "exemplars to nowhere": ([*EXEMPLARS, "-o", "nowhere/a.png"], "nowhere"),
    "exemplars without weights": (["exemplars", "--class", "flamingo", *OUT], "528 MB"),
    "series of an empty text": (["compare", *TARGET, "--series", "", *OUT], "VALUE,VALUE"),
    "series and the same set": (
        ["compare", *TARGET, "--series", "decay.strength=0,0.1", "--set", "decay=off", *OUT],
        "--series and --set decay say",
    ),
    "output is the photo": (["activations", "plain.png", "-o", "plain.png"], "what is read"),
    "output is the first picture": (
        [*RENDER[:-1], "plain.png", "--photo=plain.png"],
        "what is read",
    ),
    "output is what is seen": ([*LAYER, "--of=plain.png", "-o", "plain.png"], "what is read"),
    "output is an exemplar": ([*EXEMPLARS, "plain.png", "-o", "plain.png"], "what is read"),
    "recipe of no recipe": (["render", "--recipe", "other.json", *OUT], "no recipe of this"),
    "repeats are no number": (["bench", "--repeats", "often"], "whole number, not 'often'"),
    "a very long name": (["render", "--layer", "x" * 9999, "--channel=1", *OUT], " … "),
    "replay missing": (["replay", "missing.png", *OUT], "missing.png"),
    "replay over itself": (["replay", "plain.png", "-o", "plain.png"], "what is read"),
    "replay plain": (["replay", "plain.png", *OUT], "carries no recipe"),
    "replay text": (["replay", "text.jpg", *OUT], "not a PNG"),
    "replay to nowhere": (["replay", "plain.png", "-o", "nowhere/a.png"], "nowhere"),
    "layers of no network": (["layers", "--network", "vgg19"], "vgg16"),
    "nothing to download": (
        ["weights", "--network", "efficientnet-lite0", "--download"],
        "all its weights are embedded",
    ),
    "quality of nothing": (["quality", "-o", "sheet"], "Say which targets"),
    "quality of layers alone": (["quality", "--layers", "conv3_1", "-o", "sheet"], "--channels"),
    "quality of channels alone": (["quality", "--channels", "1", "-o", "sheet"], "--layers"),
    "quality of two kinds": ([*QUALITY, "--classes", "flamingo", "-o", "s"], "Say which targets"),
    "quality of commas": (["quality", "--classes", ",", "-o", "sheet"], "--classes needs"),
    "quality of no number": ([*QUALITY[:-1], "1,two", "-o", "sheet"], "two"),
    "quality of a channel too many": ([*QUALITY[:-1], "256", "-o", "sheet"], "0 to 255"),
    "quality of no preset": ([*QUALITY, "--presets", "report/nice", "-o", "sheet"], "report/"),
    "quality with another ending": ([*QUALITY, "-o", "sheet.jpg"], "without an ending"),
    "quality to nowhere": ([*QUALITY, "-o", "nowhere/sheet"], "nowhere"),
    "quality without weights": (["quality", "--classes", "flamingo", "-o", "sheet"], "528 MB"),
    "unknown command": (["rendre"], "rendre"),
    "unknown option": ([*RENDER, "--sharpen"], "--sharpen"),
    "no command": ([], "COMMAND"),
}


@pytest.mark.parametrize(("arguments", "reason"), REJECTIONS.values(), ids=REJECTIONS)
def test_rejections_are_one_sentence(run, tmp_path, sentence, arguments, reason):
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder.png").mkdir()
    os.mkfifo(tmp_path / "pipe.png")
    (tmp_path / "link.png").symlink_to(tmp_path / "nowhere" / "a.png")
    (tmp_path / "text.jpg").write_text("no photo")
    (tmp_path / "other.json").write_text("{}")
    (tmp_path / "plain.png").write_bytes(png_bytes(np.zeros((8, 8, 3), np.uint8)))
    (tmp_path / "other.png").write_bytes(png_bytes(np.ones((8, 8, 3), np.uint8)))
    before = sorted(tmp_path.rglob("*"))
    status, out, err = run(*arguments)
    assert status == 2
    assert out == ""
    sentence(err)
    assert reason in err
    assert sorted(tmp_path.rglob("*")) == before


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        ((*NAIVE.split(), "--channel", "999", "-o", "a.png"), "from 0 to 255"),
        (("render", "--class", "flamingo", "--json", "-o", "a.png"), "528 MB"),
        (("activations", "README", "-o", "a.png"), "README"),
    ],
)
def test_rejections_of_a_real_process(tmp_path, sentence, arguments, reason):
    found = in_a_process(*arguments[:-1], tmp_path / arguments[-1])
    assert found.returncode == 2 and found.stdout == ""
    sentence(found.stderr)
    assert reason in found.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_forged_recipe_is_refused(run, sentence, tmp_path):
    recipe = preset("report/naive", Target("conv3_1", 1)).as_dict()
    for forged in (
        recipe | {"format": 0},
        recipe | {"steps": 0},
        recipe | {"target": recipe["target"] | {"after_relu": [1]}},
        recipe | {"methods": {"rms": {"size": 10**400}}},
    ):
        (tmp_path / "recipe.json").write_text(json.dumps(forged))
        status, out, err = run("render", "--recipe", "recipe.json", "-o", "a.png")
        assert (status, out) == (2, "")
        sentence(err)
        assert not (tmp_path / "a.png").exists()


# ---- Tables


def test_layers(run):
    status, out, _ = run("layers", "--json")
    told = json.loads(out)
    assert status == 0 and set(told) == {"network", "layers"}
    assert set(told["layers"][0]) == {
        *("name", "paper_name", "kind", "output_shape", "kernel", "stride", "parameters"),
        *("multiply_adds", "receptive_field", "receptive_stride"),
    }
    assert sum(row["parameters"] for row in told["layers"]) == 138_357_544
    status, out, _ = run("layers")
    (row,) = (line.split() for line in out.splitlines() if " conv3_1 " in line)
    assert row[3:] == ["56×56×256", "3×3", "1", "295,168", "924,844,032", "24", "4"]
    assert status == 0 and "138,357,544" in out
    assert all(row["name"] in out and row["paper_name"] in out for row in told["layers"])


def test_layers_of_another_network(run):
    _, out, _ = run("layers", "--network", "efficientnet-lite0", "--json")
    told = json.loads(out)
    assert told["network"] == "efficientnet-lite0"
    assert sum(row["parameters"] for row in told["layers"]) == 4_631_000
    rows = run("layers", "--network", "efficientnet-lite0")[1].splitlines()
    assert len(rows) == len(told["layers"]) + 2
    assert len({len(row) for row in rows[:-1]}) == 1, "columns are not aligned"


def test_presets(run):
    _, out, _ = run("presets", "--json")
    told = {row["name"]: row for row in json.loads(out)["presets"]}
    assert list(told) == list(PRESETS)
    for name, row in told.items():
        assert row["methods"] == {k: dict(v) for k, v in PRESETS[name].methods.items()}
        assert row["steps"] == PRESETS[name].steps and row["source"]
        assert row["keep"] == PRESETS[name].keep
        assert row["starts_from"] == [list(part) for part in PRESETS[name].starts_from]
        for kind, variant in row["variants"].items():
            steps, methods = PRESETS[name].variants[kind]
            assert variant == {"steps": steps, "methods": {k: dict(v) for k, v in methods.items()}}
        assert row["variants"].keys() == PRESETS[name].variants.keys()
    assert told["yosinski/1"]["keep"] == "best" and told["best"]["variants"]
    status, out, _ = run("presets")
    assert status == 0 and all(name in out for name in PRESETS)
    assert "For a class, 160 steps: fourier deviation=0.01" in out
    assert "report/a-blurred-gradient: Blurred gradient, 100 steps after report/4-small-norm" in out


def test_methods(run):
    """With what they say, every method can be set."""
    _, out, _ = run("methods", "--json")
    told = {row["name"]: row for row in json.loads(out)["methods"]}
    assert list(told) == list(METHODS)
    for name, row in told.items():
        strengths = {each["name"]: each["high"] for each in row["parameters"]}
        rule = {} if METHODS[name] in TABLES["step rule"] else {"rms": {}}
        assert checked_methods(rule | {name: strengths})[name] == strengths
    status, out, _ = run("methods")
    assert status == 0
    assert "    blur.sigma: 0 to 16, default 0.5 px. " in out


def test_version(run, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["--version"])
    assert ended.value.code == 0
    assert capsys.readouterr().out == f"explorer {explorer.__version__}\n"


def test_weights(run):
    status, out, _ = run("weights", "--json")
    assert status == 0
    assert json.loads(out) == {"network": "vgg16", "dense_weights": None, "refused": []}
    assert "weights --download" in run("weights")[1]


def test_weights_of_a_network_that_is_all_there(run):
    network = ["--network", "efficientnet-lite0"]
    told = {"network": "efficientnet-lite0", "dense_weights": "embedded", "refused": []}
    assert json.loads(run("weights", *network, "--json")[1]) == told
    assert "all embedded" in run("weights", *network)[1]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(capsys, command):
    with pytest.raises(SystemExit) as ended:
        main([command, "--help"])
    assert ended.value.code == 0
    assert COMMANDS[command].__doc__.splitlines()[0] in " ".join(capsys.readouterr().out.split())


# ---- Render


@pytest.fixture(scope="module")
def fresh(tmp_path_factory):
    """The report's picture rendered by a real process: what it said, and the file."""
    path = tmp_path_factory.mktemp("fresh") / "a.png"
    return in_a_process(*NAIVE.split(), "--json", "-o", path), path


def test_render_says_one_json_object(fresh, keras_vgg):
    found, path = fresh
    assert found.returncode == 0
    told = json.loads(found.stdout)
    wanted = {"layer": "block3_conv1", "channel": 1, "class": None, "steps": 3}
    assert {key: told[key] for key in wanted} == wanted
    assert told["seconds"] >= 0
    assert told["seconds_per_step"] == pytest.approx(told["seconds"] / told["steps"], abs=0.002)
    assert told["preset"] == "report/naive" and told["stopped"] is False
    assert told["output"] == str(path) and told["device"]
    assert told["recipe"] == read_note(path)["recipe"]
    made = preset("report/naive", Target("conv3_1", 1), steps=3, size=64)
    assert told["recipe"] == made.as_dict()
    shown, _ = keras_vgg.score_and_gradient(pixels(path), "block3_conv1", 1)
    assert told["score"] == pytest.approx(shown, rel=1e-4)
    assert told["first_score"] < told["best_score"] and told["score"] <= told["best_score"]


def test_progress_goes_to_standard_error(fresh):
    found, _ = fresh
    assert "3/3" in found.stderr and "step" in found.stderr
    assert "Traceback" not in found.stderr and "oneDNN" not in found.stderr


def test_identical_files_twice_and_in_another_process(fresh, run, vgg, tmp_path):
    _, path = fresh
    for name in ("b.png", "c.png"):
        status, out, _ = run(*NAIVE.split(), "-o", name)
        assert (status, out) == (0, "")
        assert (tmp_path / name).read_bytes() == path.read_bytes()


def test_the_file_holds_what_render_gives(fresh, vgg):
    made = preset("report/naive", Target("conv3_1", 1), steps=3, size=64)
    *_, last = render(vgg, made)
    assert np.array_equal(pixels(fresh[1]), last.image)


def test_json_scores_are_those_of_the_frames(run, tiny):
    command = ["render", *TINY, "--preset", "report/d-laplacian-4", "--steps", "6", *OUT]
    _, out, _ = run(*command, "--json")
    told = json.loads(out)
    made = preset("report/d-laplacian-4", Target("two", 1), network="tiny", size=32, steps=6)
    frames = [frame for frame in render(tiny, made) if frame.recipe == made]
    scores = [frame.score for frame in frames]
    assert told["first_score"] == scores[0] and told["best_score"] == max(scores)
    assert told["score"] == scores[-1]
    assert told["steps"] == 6 and told["steps_done"] == told["total_steps"] == made.total_steps


def test_options_reach_the_recipe(run, tiny, tmp_path):
    status, *_ = run(
        *("render", "--network", "tiny", "--layer", "TWO", "--channel", "2", "--position", "3,4"),
        *("--after-relu", "--steps", "2", "--size", "36x48", "--seed", "9", "--keep", "best"),
        *("--set", "blur.sigma=1.5", "--set", "blur.every=2", "--set", "noise.deviation=50"),
        *("--set", "small-norm=off", "--set", "progress=on", "--photo", "cat"),
        *("--preset", "report/4-small-norm", "-o", "a.png"),
    )
    assert status == 0
    recipe, _ = read_picture(tmp_path / "a.png")
    assert recipe.target == Target("second", 2, (3, 4), after_relu=True)
    assert (recipe.steps, recipe.size, recipe.seed, recipe.keep) == (2, (36, 48), 9, "best")
    assert recipe.photos == ("cat",)
    assert dict(recipe.methods["blur"]) == {"sigma": 1.5, "every": 2}
    assert recipe.methods["noise"]["deviation"] == 50
    assert "small-norm" not in recipe.methods and "rms" not in recipe.methods
    assert "progress" in recipe.methods and pixels(tmp_path / "a.png").shape == (36, 48, 3)


def test_a_recipe_from_a_file(run, tiny, tmp_path):
    command = ["render", *TINY, "--preset", "report/1-clip", "--steps", "2"]
    run(*command, "-o", "a.png")
    recipe, _ = read_picture(tmp_path / "a.png")
    (tmp_path / "recipe.json").write_text(json.dumps(recipe.as_dict()))
    (tmp_path / "marked.json").write_text(json.dumps(recipe.as_dict()), encoding="utf-8-sig")
    for source in ("recipe.json", "marked.json", "a.png"):
        assert run("render", "--recipe", source, "-o", "b.png")[0] == 0
        assert (tmp_path / "b.png").read_bytes() == (tmp_path / "a.png").read_bytes()


# ---- Targets of every kind, and what the picture is worth


KINDS = {
    "layer": (["--layer", "two"], Target("second")),
    "direction": (
        ["--layer", "two", "--direction", "1:0.5,3:-1"],
        Target("second", direction=((1, 0.5), (3, -1.0))),
    ),
    "photo": (["--layer", "two", "--of", "cat"], Target("second", photo="cat")),
    "negative": ([*TINY[2:6], "--weight", "-1"], Target("second", 1, weight=-1.0)),
    "several": (
        [*TINY[2:6], "--also", "one:2", "--also=-0.5*pooled"],
        Target("second", 1, also=(Target("first", 2), Target("pool", weight=-0.5))),
    ),
}
SMALL = ["--network", "tiny", "--size", "32", "--preset", "report/1-clip", "--steps", "3"]


@pytest.mark.parametrize(("options", "target"), KINDS.values(), ids=KINDS)
def test_every_kind_of_target(run, tiny, tmp_path, options, target):
    status, out, _ = run("render", *SMALL, *options, "--json", "-o", "a.png")
    assert status == 0
    told = json.loads(out)
    recipe, _ = read_picture(tmp_path / "a.png")
    assert recipe.target == target and told["recipe"] == recipe.as_dict()
    score, _ = score_and_gradient(tiny, pixels(tmp_path / "a.png"), target)
    assert told["score"] == pytest.approx(score, rel=1e-5)
    assert (told["layer"], told["channel"], told["class"]) == ("second", target.channel, None)
    assert run("replay", "a.png", "-o", "b.png")[0] == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_the_channel_of_a_layer_alone_is_none_even_for_classes(run, effnet):
    command = ["render", "--network", "efficientnet-lite0", "--layer", "fc", *SMALL[2:]]
    command[4] = effnet.class_layer
    told = json.loads(run(*command, "--json", "-o", "a.png")[1])
    assert (told["channel"], told["class"]) == (None, None) and "standings" not in told


def test_a_persons_own_photo_as_target(run, tiny, tmp_path, sentence):
    noise = np.random.default_rng(0).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "mine.jpg")
    command = ["render", *SMALL, "--layer", "two", "--of", "mine.jpg"]
    for photo in ([], ["--photo", "cat"], ["--photo", "mine.jpg"]):
        assert run(*command, *photo, "-o", "a.png")[0] == 0
        saved = (tmp_path / "a.png").read_bytes()
        assert b"mine" not in saved and b'"photo": "sha256:' in saved
        for again in (["replay", "a.png"], ["render", "--recipe", "a.png"]):
            status, _, err = run(*again, "-o", "b.png")
            assert status == 2 and "own photo" in err
            sentence(err)
            assert run(*again, "--photo", "mine.jpg", "-o", "b.png")[0] == 0
            assert (tmp_path / "b.png").read_bytes() == saved
            (tmp_path / "b.png").unlink()


def test_measures_are_those_of_the_picture(run, tiny, tmp_path):
    told = json.loads(run("render", *SMALL, *TINY[2:6], "--json", "-o", "a.png")[1])
    image, target = pixels(tmp_path / "a.png"), Target("second", 1).resolved(tiny, (32, 32))
    assert told["measures"] == judged(tiny, target, image)
    assert told["ending"] == "All 3 steps are done."
    tiniest = {"network": "tiny", "size": 32, "steps": 2}
    overlay = json.dumps(preset("report/f-laplacian-4+5", Target("two", 1), **tiniest).as_dict())
    (tmp_path / "overlay.json").write_text(overlay)
    blended = json.loads(run("render", "--recipe", "overlay.json", "--json", "-o", "b.png")[1])
    assert blended["ending"] == "The pictures are blended." and blended["steps_done"] > 0
    assert "standings" not in told and "pictures" not in told and "likeness" not in told


def test_a_diagnosis_is_said_and_told(run, tiny, tmp_path):
    """A few steps, each as large as gray is from black."""
    command = ["render", *SMALL, *TINY[2:6], "--set", "rms.size=100", "-o", "a.png"]
    status, out, err = run(*command, "--json")
    diagnosis = json.loads(out)["diagnosis"]
    assert status == 0 and "saturated" in diagnosis
    made = read_picture(tmp_path / "a.png")[0]
    curve = [(frame.step, frame.score) for frame in render(tiny, made)]
    image = pixels(tmp_path / "a.png")
    wanted = diagnosed(Case(made, image, judged(tiny, made.target, image), curve))
    assert diagnosis == wanted
    assert all(text in err for text in wanted.values())
    status, out, err = run(*command)
    assert (status, out) == (0, "") and all(text in err for text in wanted.values())


def test_a_class_has_standings(run, effnet, tmp_path):
    command = ["render", "--network", "efficientnet-lite0", "--class", "flamingo", *SMALL[2:]]
    command[-1] = "1"
    told = json.loads(run(*command, "--json", "-o", "a.png")[1])
    found = standings(effnet, 130, pixels(tmp_path / "a.png"))
    assert told["standings"] == {name: asdict(standing) for name, standing in found.items()}
    assert told["measures"]["probability"] == found["shown"].probability
    assert told["class"] == "flamingo"


def test_several_pictures_are_measured_each(run, tiny):
    options = ["--set", "diversity.pictures=3", "--set", "diversity.strength=5"]
    command = ["render", *SMALL, *TINY[2:6], *options]
    told = json.loads(run(*command, "--json", "-o", "a.png")[1])
    made = preset(
        *("report/1-clip", Target("two", 1)),
        **{"network": "tiny", "size": 32, "steps": 3},
        methods={"diversity": {"pictures": 3, "strength": 5}},
    )
    *_, last = render(tiny, made)
    assert [entry["score"] for entry in told["pictures"]] == list(last.scores)
    for entry, picture in zip(told["pictures"], last.pictures, strict=True):
        assert entry["measures"] == judged(tiny, made.target, picture)
    for name, value in told["measures"].items():
        assert value == pytest.approx(
            np.mean([entry["measures"][name] for entry in told["pictures"]])
        )
    assert told["likeness"] == mean_likeness(tiny, made.target, last.pictures)
    assert told["score"] == pytest.approx(np.mean(last.scores))


def test_a_plateau_is_told(run, tiny, tmp_path):
    options = ["--set", "plateau.patience=5", "--set", "plateau.gain=50", "--set", "rms.size=0.01"]
    command = ["render", *SMALL, *TINY[2:6], "--steps", "60", *options]
    _, out, err = run(*command, "--json", "-o", "a.png")
    told = json.loads(out)
    assert told["ending"].startswith("Stopped at step 5 of 60: the best score rose by less")
    assert told["ending"] in err.splitlines()
    assert (told["steps"], told["steps_done"], told["stopped"]) == (60, 5, False)
    assert run("replay", "a.png", "-o", "b.png")[0] == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_recipe_that_overflows_is_told_beside_the_others(run, tiny):
    changes = ["--set", "rms=off", "--set", "plain.rate=100", "--set", "norm.power=8"]
    command = ["compare", *TINY, "--steps", "20", "--presets", "report/naive", *changes]
    code, out, err = run(*command, "--series", "norm.strength=0,1000", "--json", "-o", "a.png")
    calm, wild = json.loads(out)["results"]
    assert code == 0 and calm["ending"] == f"All {calm['steps']} steps are done."
    assert "the numbers overflowed at step" in wild["ending"] and wild["stopped"] is False
    assert [line for line in err.splitlines() if wild["ending"] in line]
    assert not [line for line in err.splitlines() if calm["ending"] in line]


# ---- Quality


def test_quality(run, tiny, tmp_path):
    command = ["quality", "--network", "tiny", "--layers", "one,two", "--channels", "1,2"]
    command += ["--presets", "report/naive,report/1-clip", "--steps", "3", "--size", "32"]
    status, out, err = run(*command, "--seed", "4", "--json", "-o", "sheet")
    assert status == 0 and "24/24" in err
    told, table = json.loads(out), json.loads((tmp_path / "sheet.json").read_text())
    assert told.pop("output") == ["sheet.png", "sheet.json"]
    assert told == table and table["network"] == "tiny" and table["stopped"] is False
    grid = [
        (layer, channel, name)
        for layer in ("first", "second")
        for channel in (1, 2)
        for name in ("report/naive", "report/1-clip")
    ]
    assert len(table["results"]) == 8
    for (layer, channel, name), result in zip(grid, table["results"], strict=True):
        made = preset(name, Target(layer, channel), network="tiny", size=32, steps=3, seed=4)
        *_, last = render(tiny, made)
        assert result["recipe"] == made.as_dict() and result["score"] == last.score
        assert result["measures"] == judged(tiny, made.target, last.image)
        assert result["ending"] == "All 3 steps are done." and result["seconds"] >= 0
    for name in ("report/naive", "report/1-clip"):
        scores = [r["measures"]["robust_score"] for r in table["results"] if r["preset"] == name]
        assert table["medians"][name]["robust_score"] == np.median(scores)
    noted = read_note(tmp_path / "sheet.png")["recipes"]
    assert [recipe["preset"] for recipe in noted] == [entry[2] for entry in grid]
    height, width, _ = pixels(tmp_path / "sheet.png").shape
    assert 2 * 224 < width < 3 * 224 and height > 4 * 224
    assert sorted(path.name for path in tmp_path.iterdir()) == ["sheet.json", "sheet.png"]


def test_quality_is_a_markdown_table_for_people(run, tiny, tmp_path):
    command = ["quality", "--network", "tiny", "--layers=two", "--channels=0,1,2", "--size=32"]
    status, out, _ = run(*command, "--steps=2", "--presets=report/1-clip", "-o", "here.PNG")
    assert status == 0 and {p.name for p in tmp_path.iterdir()} == {"here.PNG", "here.json"}
    table = json.loads((tmp_path / "here.json").read_text())
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in out.splitlines()]
    assert len(rows) == 2 + 3 + 1 and len({len(row) for row in rows}) == 1
    assert rows[0][:2] == ["target", "preset"] and "robust score" in rows[0]
    assert [row[0] for row in rows[2:]] == [*(f"two, channel {c}" for c in range(3)), "median"]
    column = rows[0].index("robust score")
    for row, result in zip(rows[2:5], table["results"], strict=True):
        assert row[column] == in_words("robust_score", result["measures"]["robust_score"])
    median = table["medians"]["report/1-clip"]["robust_score"]
    assert rows[5][1] == "report/1-clip" and rows[5][column] == in_words("robust_score", median)


def test_quality_of_classes(run, effnet, tmp_path):
    command = ["quality", "--network", "efficientnet-lite0", "--classes", "flamingo,285"]
    options = ["--steps=1", "--size=32", "--presets=report/1-clip", "--json", "-o", "sheet.png"]
    told = json.loads(run(*command, *options)[1])
    assert [result["target"]["channel"] for result in told["results"]] == [130, 285]
    for result in told["results"]:
        assert set(result["standings"]) == {"shown", "saved", "mirrored", "larger", "smaller"}
        assert result["measures"]["margin"] == result["standings"]["shown"]["margin"]


@pytest.mark.parametrize("frames", [2, 7])
def test_a_stopped_quality_keeps_what_is_finished(run, tiny, tmp_path, monkeypatch, frames):
    """Each picture has four frames: stopped in the first, or in the second."""
    from explorer.commands import quality as command

    seen = []

    def interrupted(*arguments):
        for frame in render(*arguments):
            seen.append(frame)
            if len(seen) == frames:
                raise KeyboardInterrupt
            yield frame

    monkeypatch.setattr(command, "render", interrupted)
    grid = ["--network", "tiny", "--layers", "two", "--channels", "1,2", "--steps=3", "--size=32"]
    status, out, err = run("quality", *grid, "--presets=report/1-clip", "--json", "-o", "sheet")
    assert status == 130 and "Traceback" not in err
    if frames == 2:
        assert out == "" and list(tmp_path.iterdir()) == []
        return
    assert "are kept" in err and json.loads(out)["stopped"] is True
    assert len(json.loads((tmp_path / "sheet.json").read_text())["results"]) == 1
    assert (tmp_path / "sheet.png").exists()


# ---- Replay


@pytest.mark.parametrize("extra", [[], ["--keep", "best"], ["--photo", "cat"]], ids=str)
@pytest.mark.parametrize("name", ["report/naive", "report/c-recursive-5", "yosinski/4"])
def test_replay_gives_the_same_file(run, tiny, tmp_path, name, extra):
    run("render", *TINY, "--preset", name, "--steps", "5", *extra, "-o", "a.png")
    status, out, _ = run("replay", "a.png", "--json", "-o", "b.png")
    assert status == 0 and json.loads(out)["steps"] == 5
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_replay_of_the_real_network(fresh, run, vgg, tmp_path):
    assert run("replay", fresh[1], "-o", "b.png")[0] == 0
    assert (tmp_path / "b.png").read_bytes() == fresh[1].read_bytes()


@pytest.fixture
def interrupted(monkeypatch):
    """Renders during which somebody presses Ctrl-C before a certain frame."""
    from explorer.commands import render as command

    def before(frame):
        def frames(*arguments):
            for i, made in enumerate(render(*arguments)):
                if i == frame:
                    raise KeyboardInterrupt
                yield made

        monkeypatch.setattr(command, "render", frames)

    return before


@pytest.mark.parametrize("frame", [1, 3, 6, 7, 9])
@pytest.mark.parametrize("keep", ["last", "best"])
def test_a_stopped_render_keeps_its_picture_and_replays(
    run, tiny, tmp_path, interrupted, frame, keep
):
    """Five steps of the parent, then five of its own: stopped in either, or between."""
    interrupted(frame)
    command = ["render", *TINY, "--preset", "report/d-laplacian-4", "--steps", "5"]
    status, out, err = run(*command, "--keep", keep, "--json", "-o", "a.png")
    assert status == 130 and "kept" in err
    told = json.loads(out)
    assert told["stopped"] is True
    part, step = divmod(frame - 1, 6)
    assert read_note(tmp_path / "a.png")["stopped_at"] == {"part": part, "step": step}
    assert told["steps_done"] == part * 5 + step
    score, _ = score_and_gradient(tiny, pixels(tmp_path / "a.png"), Target("two", 1))
    assert told["score"] == pytest.approx(score, rel=1e-6)
    where = f"This picture was stopped at step {step} of 5"
    status, out, err = run("replay", "a.png", "--json", "-o", "b.png")
    assert status == 0 and where in err and json.loads(out)["stopped"] is True
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()
    interrupted(None)
    status, out, err = run("render", "--recipe", "a.png", "--json", "-o", "c.png")
    assert status == 0 and json.loads(out)["stopped"] is False
    assert where in err and "All steps are drawn here" in err


def test_stopped_before_the_first_picture(run, tiny, tmp_path, interrupted):
    interrupted(0)
    status, out, err = run("render", *TINY, "--steps", "5", "-o", "a.png")
    assert status == 130 and out == "" and "Traceback" not in err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_stopped_in_a_real_process(run, vgg, tmp_path, number):
    """The picture so far is kept, and this process replays it byte for byte."""
    command = "render --layer conv1_2 --channel 3 --preset report/1-clip --steps 5000 --size 48"
    process = subprocess.Popen(
        [sys.executable, "-m", "explorer", *command.split(), "-o", tmp_path / "a.png"],
        stderr=subprocess.PIPE,
        cwd=ROOT,
        preexec_fn=lambda: signal.signal(number, signal.SIG_DFL),  # whoever runs the tests
    )
    seen = b""
    while not (steps := re.findall(rb"(\d+)/5000", seen)) or int(steps[-1]) < 5:
        piece = process.stderr.read1(1000)
        assert piece, seen
        seen += piece
    process.send_signal(number)
    rest = process.stderr.read().decode()
    assert process.wait(60) == 130
    assert "Stopped; the picture so far is kept." in rest and "Traceback" not in rest
    stopped = read_note(tmp_path / "a.png")["stopped_at"]
    assert stopped["part"] == 0 and 5 <= stopped["step"] < 5000
    assert run("replay", "a.png", "-o", "b.png")[0] == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_persons_own_photo_must_be_given_again(run, tiny, tmp_path, sentence):
    noise = np.random.default_rng(0).integers(0, 256, (50, 40, 3), dtype=np.uint8)
    Image.fromarray(noise).save(tmp_path / "mine.jpg")
    Image.fromarray(noise[::-1]).save(tmp_path / "other.jpg")
    render_it = ["render", *TINY, "--preset", "report/naive", "--steps", "2"]
    assert run(*render_it, "--photo", "mine.jpg", "-o", "a.png")[0] == 0
    saved = (tmp_path / "a.png").read_bytes()
    assert b"mine" not in saved
    for arguments in ([], ["--photo", "other.jpg"], ["--photo", "cat"]):
        status, out, err = run("replay", "a.png", *arguments, "-o", "b.png")
        assert (status, out) == (2, "") and "own photo" in err
        sentence(err)
        assert not (tmp_path / "b.png").exists()
    assert run("replay", "a.png", "--photo", "mine.jpg", "-o", "b.png")[0] == 0
    assert (tmp_path / "b.png").read_bytes() == saved


def test_a_photo_that_is_not_used_is_refused(run, tiny, tmp_path, sentence):
    assert run("render", *TINY, "--steps", "1", "-o", "a.png")[0] == 0
    for command in (["replay", "a.png"], ["render", "--recipe", "a.png"]):
        status, out, err = run(*command, "--photo", "cat", "-o", "b.png")
        assert (status, out) == (2, "") and "does not start from this photo" in err
        sentence(err)
        assert not (tmp_path / "b.png").exists()


def test_a_persons_own_png_is_a_photo_too(run, tiny, tmp_path):
    Image.fromarray(sample_photo("cat").fitted((50, 70))).save(tmp_path / "mine.png")
    command = ["render", *TINY, "--preset", "report/naive", "--steps", "1"]
    assert run(*command, "--photo", "mine.png", "-o", "a.png")[0] == 0


def test_an_older_file_stays_when_a_render_is_refused(run, tmp_path):
    (tmp_path / "a.png").write_bytes(b"older")
    assert run(*RENDER, "--steps", "0")[0] == 2
    assert (tmp_path / "a.png").read_bytes() == b"older"


# ---- Compare and activations


def test_compare(run, tiny, tmp_path):
    names = ["report/naive", "report/d-laplacian-4", "report/f-laplacian-4+5"]
    command = ["compare", *TINY, "--steps", "3", "--presets", ",".join(names)]
    status, out, _ = run(*command, "--json", "-o", "sheet.png")
    told = json.loads(out)
    assert status == 0 and [result["preset"] for result in told["results"]] == names
    for name, result in zip(names, told["results"], strict=True):
        made = preset(name, Target("two", 1), network="tiny", size=32, steps=3)
        *_, last = render(tiny, made)
        assert result["score"] == last.score and result["recipe"] == made.as_dict()
        assert result["measures"] == judged(tiny, made.target, last.image)
        assert result["ending"] == last.ending and "diagnosis" in result
    note = read_note(tmp_path / "sheet.png")
    assert [recipe["preset"] for recipe in note["recipes"]] == names
    height, width, _ = pixels(tmp_path / "sheet.png").shape
    assert width > 3 * 224 and height > 224


def test_compare_a_series_of_one_strength(run, tiny, tmp_path):
    command = ["compare", *TINY, "--steps", "3", "--presets", "report/3-blur", "--json"]
    status, out, _ = run(*command, "--series", "blur.sigma=0,1,2", "-o", "sheet.png")
    told = json.loads(out)["results"]
    assert status == 0 and len(told) == 3
    for sigma, result in enumerate(told):
        changes = {"blur": {"sigma": sigma}}
        made = preset(
            "report/3-blur", Target("two", 1), network="tiny", size=32, steps=3, methods=changes
        )
        assert result["recipe"] == made.as_dict()
    note = read_note(tmp_path / "sheet.png")
    assert [recipe["methods"]["blur"]["sigma"] for recipe in note["recipes"]] == [0, 1, 2]


def test_compare_without_each_method(run, tiny, tmp_path):
    command = ["compare", *TINY, "--steps", "2", "--presets", "report/3-blur", "--json"]
    status, out, err = run(*command, "--set", "blur.sigma=1", "--leave-one-out", "-o", "sheet.png")
    told = json.loads(out)["results"]
    assert status == 0
    left_out = [None, "decay", "blur", "clip"]
    for name, result in zip(left_out, told, strict=True):
        changes = {"blur": {"sigma": 1}} | ({name: None} if name else {})
        made = preset(
            "report/3-blur", Target("two", 1), network="tiny", size=32, steps=2, methods=changes
        )
        assert result["recipe"] == made.as_dict()
    named = {line.partition(": ")[0] for line in err.splitlines() if ": The " in line}
    assert named <= {"Clip, decay, blur", *(f"Clip, decay, blur, without {n}" for n in left_out)}
    assert named, "no diagnosis was told, so this shows nothing"


def test_activations(run, vgg, keras_vgg, tmp_path):
    """The numbers told, by Keras's model."""
    import tensorflow as tf
    from keras.applications.vgg16 import preprocess_input

    command = ["activations", "cat", "--layers", "conv1_1,pool2", "--filters", "3"]
    status, out, _ = run(*command, "--strongest", "--json", "-o", "sheet.png")
    assert status == 0
    told = json.loads(out)
    assert told["photo"] == "cat" and told["network"] == "vgg16"
    photo = sample_photo("cat").fitted((224, 224))[None].astype(np.float32)
    image = tf.constant(preprocess_input(photo))
    for row in told["layers"]:
        layer = keras_vgg.model.get_layer(row["layer"])
        values = tf.keras.Model(keras_vgg.model.inputs, layer.output)(image)[0]
        means = values.numpy().mean(axis=(0, 1))
        assert row["shape"] == list(values.shape)
        order = np.argsort(-means)[:3]
        assert [entry["channel"] for entry in row["filters"]] == order.tolist()
        for entry in row["filters"]:
            answer = values[..., entry["channel"]].numpy()
            assert entry["mean"] == pytest.approx(answer.mean(), rel=1e-3)
            assert entry["max"] == pytest.approx(answer.max(), rel=1e-3)
            assert entry["active_share"] == pytest.approx((answer > 0).mean(), abs=2e-3)
    found = pixels(tmp_path / "sheet.png")
    assert found.shape[1] > 4 * 160 and found.std() > 20


def test_a_comma_too_many_is_no_layer(run, vgg):
    command = ["activations", "cat", "--layers", "conv1_1,, pool1,", "--filters", "1", "--json"]
    status, out, _ = run(*command, "-o", "sheet.png")
    assert status == 0
    assert [row["layer"] for row in json.loads(out)["layers"]] == ["block1_conv1", "block1_pool"]


def test_attribute(run, tiny, tmp_path):
    command = ["attribute", "cat", "--network", "tiny", "--layer", "two", "--channel", "1"]
    status, out, err = run(*command, "--json", "-o", "sheet.png")
    assert (status, err) == (0, "")
    told = json.loads(out)
    image = sample_photo("cat").fitted((16, 16))
    values = tiny.activations(image, ["two"])["second"][..., 1]
    row, column = np.unravel_index(values.argmax(), values.shape)
    assert told["position"] == [row, column] and told["layer"] == "second"
    assert told["activation"] == pytest.approx(float(values.max()))
    square = receptive_square(tiny, tiny.layer("two"), row, column, (16, 16)).within((16, 16))
    assert told["sees"] == asdict(square)
    assert [entry["method"] for entry in told["methods"]] == list(ATTRIBUTIONS)
    for entry in told["methods"]:
        target = Target("two", 1, (int(row), int(column)))
        strengths = np.abs(attribution(tiny, image, target, entry["method"])).max(axis=-1)
        assert entry["highest"] == strengths.max() == strengths[entry["row"], entry["column"]]
        assert entry["begins_as"] == ("one" if entry["method"] == "gradient" else "activation")
    assert told["cautions"] == list(cautions(tiny))
    assert run(*command, "-o", "sheet.png")[1].splitlines() == told["cautions"]
    note = read_note(tmp_path / "sheet.png")
    assert note["attribution"] | {"output": "sheet.png"} == told and "versions" in note
    assert pixels(tmp_path / "sheet.png").shape[1] > 4 * 224
    status, out, err = run("replay", "sheet.png", "-o", "again.png")
    assert (status, out) == (2, "") and "carries no recipe" in err


@pytest.mark.parametrize(
    ("position", "found"), [("everywhere", None), ("center", [4, 4]), ("2,3", [2, 3])]
)
def test_attribute_at_other_places(run, tiny, tmp_path, position, found):
    answer = tiny.activations(sample_photo("cat").fitted((16, 16)), ["two"])["second"]
    channel = int(answer[tuple(found or (4, 4))].argmax())
    command = ["attribute", "cat", "--network", "tiny", "--layer", "two", "--channel", channel]
    options = ["--position", position, "--methods", "guided", "--json", "-o", "sheet.png"]
    told = json.loads(run(*command, *options)[1])
    assert told["position"] == found
    places = answer[tuple(found)] if found else answer.max(axis=(0, 1))
    assert told["activation"] == pytest.approx(float(places[channel]))
    assert (told["sees"] == {"top": 0, "left": 0, "bottom": 16, "right": 16}) == (not found)
    assert 2 * 224 < pixels(tmp_path / "sheet.png").shape[1] < 3 * 224


def test_attribute_a_silent_filter(run, vgg, tmp_path, sentence):
    answer = vgg.activations(sample_photo("cat").fitted((224, 224)), ["conv5_3"])["block5_conv3"]
    silent = np.flatnonzero(answer.max(axis=(0, 1)) == 0)[0]
    command = ["attribute", "cat", "--layer", "conv5_3", "--channel", silent, "-o", "a.png"]
    status, out, err = run(*command)
    assert (status, out) == (2, "") and "no pixel excites it" in err
    sentence(err)
    assert list(tmp_path.iterdir()) == []


def test_attribute_a_class(run, effnet):
    command = ["attribute", "cat", "--network", "efficientnet-lite0", "--class", "Egyptian cat"]
    told = json.loads(run(*command, "--methods", "gradient", "--json", "-o", "sheet.png")[1])
    assert (told["class"], told["channel"], told["position"]) == ("Egyptian cat", 285, None)
    image = sample_photo("cat").fitted((224, 224))
    score, gradient = score_and_gradient(effnet, image, Target(class_=285))
    assert told["activation"] == pytest.approx(score, rel=1e-4)
    assert told["methods"][0]["begins_as"] == "one"
    assert told["methods"][0]["highest"] == pytest.approx(np.abs(gradient).max(), rel=1e-3)
    places = np.array(told["grad_cam"])
    bias = float(effnet.tensors["predictions"][1][285])
    assert places.shape == (7, 7) and places.sum() + bias == pytest.approx(score, abs=1e-2)


def test_activations_say_what_is_in_the_photo(run, effnet):
    command = ["activations", "cat", "--network", "efficientnet-lite0", "-o", "sheet.png"]
    told = json.loads(run(*command, "--json")[1])
    assert [row["layer"] for row in told["layers"]] == [effnet.layer(n).name for n in effnet.row]
    photo = sample_photo("cat").fitted((224, 224))
    probabilities = effnet.activations(photo, ["softmax"])["softmax"]
    best = np.argsort(-probabilities)[:5].tolist()
    assert [guess["number"] for guess in told["classes"]] == best
    assert told["classes"][0]["name"] == "Egyptian cat"
    for guess in told["classes"]:
        assert guess["probability"] == pytest.approx(float(probabilities[guess["number"]]))
    _, out, _ = run(*command)
    assert "EfficientNet-Lite0 sees: Egyptian cat 36.8%, tiger cat" in out


def test_without_its_dense_weights_vgg16_says_no_classes(run, vgg):
    command = ["activations", "cat", "--layers", "conv1_1", "-o", "sheet.png"]
    assert json.loads(run(*command, "--json")[1])["classes"] == []
    assert run(*command)[1] == ""


@pytest.mark.parametrize("scale", ["filter", "layer", "global"])
def test_color_scales(run, vgg, tmp_path, scale):
    """With a scale of its own each filter reaches the brightest color; with a shared one few do."""
    command = ["activations", "cat", "--layers", "conv4_1,conv5_1", "--filters", "4"]
    assert run(*command, "--strongest", "--scale", scale, "-o", "sheet.png")[0] == 0
    page = pixels(tmp_path / "sheet.png")
    middle = page.shape[0] // 2
    bright = [
        bool((row[:, 10 + 170 * j : 170 + 170 * j] == (253, 231, 37)).all(axis=-1).any())
        for row in (page[:middle], page[middle:])
        for j in range(1, 5)
    ]
    assert sum(bright) == 8 if scale == "filter" else sum(bright) < 4


def test_damaged_dense_weights_leave_the_maps(run, vgg, monkeypatch, sentence):
    """Which are of embedded layers."""

    def damaged(image, names):
        if "softmax" in names:
            raise InputError("The weights file x.h5 cannot be used because it is damaged.")
        return compute(image, names)

    compute = vgg.activations
    monkeypatch.setattr(vgg, "require", lambda *_: None)
    monkeypatch.setattr(vgg, "activations", damaged)
    arguments = ("activations", "cat", "--layers", "conv1_1", "--filters", "1", "-o", "sheet.png")
    status, out, err = run(*arguments)
    assert (status, out) == (0, "")
    sentence(err)
    assert "Without its classes: The weights file x.h5" in err


def test_what_is_at_the_end_of_a_link_is_written(run, tiny, tmp_path):
    (tmp_path / "there").mkdir()
    (tmp_path / "link.png").symlink_to(tmp_path / "there" / "a.png")
    arguments = ("--network", "tiny", "--layer", "TWO", "--channel", "2", "--steps", "1")
    assert run("render", *arguments, "--size", "32", "-o", "link.png")[0] == 0
    assert (tmp_path / "link.png").is_symlink()
    assert pixels(tmp_path / "there" / "a.png").shape == (32, 32, 3)


@pytest.mark.slow
def test_help_without_docstrings():
    """As `python -OO` leaves them out."""
    command = [sys.executable, "-OO", "-m", "explorer", "--help"]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert (found.returncode, found.stderr) == (0, "") and "render" in found.stdout


def test_what_render_says_is_a_recipe_too(run, tiny, tmp_path):
    options = ["--network", "tiny", "--layer", "TWO", "--channel", "2", "--steps", "2"]
    _, told, _ = run("render", *options, "--size", "32", "--json", "-o", "a.png")
    (tmp_path / "told.json").write_text(told)
    assert run("render", "--recipe", "told.json", "-o", "b.png")[0] == 0
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_closed_pipe_is_no_error():
    """`python -m explorer layers | head -1`."""
    command = f"{sys.executable} -m explorer presets --json | head -1"
    found = subprocess.run(command, shell=True, capture_output=True, text=True, cwd=ROOT)
    assert found.stdout.strip() == "{" and found.stderr == ""


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="it is Linux's")
def test_output_that_cannot_be_written_is_told(sentence):
    with open("/dev/full", "w") as full:
        found = in_a_process("layers", "--json", stdout=full, capture_output=False, stderr=-1)
    assert found.returncode == 2
    sentence(found.stderr.strip())


@pytest.mark.slow
@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="it is Linux's")
@pytest.mark.parametrize("gone", ["2>/dev/full", "2> >(head -c 5 > /dev/null)", "2>&1 | head -c 9"])
def test_no_work_is_lost_when_nobody_reads_its_progress(tmp_path, gone):
    path = tmp_path / "a.png"
    for arguments, status in ((f"{NAIVE} -o {path}", 0), (f"{NAIVE} -o nowhere/a.png", 2)):
        command = f"{sys.executable} -m explorer {arguments} {gone}; exit ${{PIPESTATUS[0]}}"
        done = subprocess.run(["bash", "-c", command], capture_output=True, cwd=ROOT)
        assert done.returncode == status
    assert pixels(path).shape == (64, 64, 3) and read_picture(path)


@pytest.mark.slow
@pytest.mark.parametrize("closed", [">&-", "2>&-", ">&- 2>&-", "<&-", "<&- 2>&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error(tmp_path, closed):
    """And nothing that was to be said goes into the file that takes a stream's number."""
    command = f"{sys.executable} -m explorer {NAIVE} -o {tmp_path / 'a.png'} {closed}"
    assert subprocess.run(command, shell=True, capture_output=True, cwd=ROOT).returncode == 0
    assert pixels(tmp_path / "a.png").shape == (64, 64, 3) and read_picture(tmp_path / "a.png")


STOPPED_AT_AN_IMPORT = """
import os, runpy, signal, sys

class Interrupting:
    def find_spec(self, name, *_):
        if name == "explorer.activations":  # which the first of the commands imports
            os.kill(os.getpid(), signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Interrupting())
sys.argv = ["explorer", "layers"]
runpy.run_module("explorer", run_name="__main__")
"""


def test_stopped_before_it_has_begun():
    """While it imports what it needs."""
    found = subprocess.run(
        [sys.executable, "-c", STOPPED_AT_AN_IMPORT], capture_output=True, text=True, cwd=ROOT
    )
    assert (found.returncode, found.stdout, found.stderr) == (130, "", "Stopped.\n")


@pytest.mark.parametrize("command", [["layers"], ["presets"], ["presets", "--json"]], ids=str)
def test_a_terminal_that_lacks_signs(command):
    """Such as one that knows ASCII only."""
    environment = os.environ | {"PYTHONIOENCODING": "ascii"}
    found = in_a_process(*command, env=environment)
    assert (found.returncode, found.stderr) == (0, "")
    if "--json" in command:
        assert any("“" in preset["source"] for preset in json.loads(found.stdout)["presets"])


def test_png_readers_see_a_plain_picture(fresh):
    image = Image.open(io.BytesIO(fresh[1].read_bytes()))
    assert (image.format, image.mode, image.size) == ("PNG", "RGB", (64, 64))


@pytest.mark.parametrize("kind", ["tensorflow", "python"])
def test_running_out_of_memory_is_a_sentence(run, tiny, monkeypatch, kind):
    import tensorflow as tf

    def failing(*values, **options):
        if kind == "python":
            raise MemoryError
        raise tf.errors.ResourceExhaustedError(None, None, "OOM when allocating")

    monkeypatch.setattr(COMMANDS["render"], "watch", failing)
    status, out, err = run("render", *TINY, "--steps", "2", "-o", "a.png")
    assert (status, out) == (2, "") and err == "Memory ran out: choose a smaller picture.\n"


# ---- Exemplars


def test_exemplars_are_the_best_of_files_and_folders(run, tiny, tmp_path):
    inside = tmp_path / "photos" / "deeper"
    inside.mkdir(parents=True)
    (inside / "damaged.jpg").write_text("no photo")
    (inside / "notes.txt").write_text("no photo either")
    (inside / "folder.png").mkdir()
    os.mkfifo(inside / "pipe.jpg")
    cat = sample_photo("cat").fitted(64)
    for name, turned in (("mirrored.PNG", cat[:, ::-1]), ("upside down.png", cat[::-1])):
        (inside / name).write_bytes(png_bytes(turned))
    command = ["exemplars", "--network", "tiny", "--layer", "two", "--channel", 1, "--count", 3]
    status, out, err = run(*command, "photos", "cat", "rocket", "cat", "--json", "-o", "a.png")
    told = json.loads(out)
    assert status == 0 and told["photos"] == 4, (
        "one that is damaged, and one given twice, do not count"
    )
    assert told["class"] is None
    assert "Left out: 'photos/deeper/damaged.jpg'" in err
    highest = {
        name: float(tiny.activations(photo.fitted(16), ["two"])["second"][..., 1].max())
        for name, photo in {
            "cat": sample_photo("cat"),
            "rocket": sample_photo("rocket"),
            "photos/deeper/mirrored.PNG": read_photo(inside / "mirrored.PNG"),
            "photos/deeper/upside down.png": read_photo(inside / "upside down.png"),
        }.items()
    }
    best = sorted(highest, key=highest.get, reverse=True)[:3]
    assert [entry["file"] for entry in told["exemplars"]] == best
    assert [entry["score"] for entry in told["exemplars"]] == [highest[name] for name in best]
    assert set(told["exemplars"][0]["square"]) == {"top", "left", "bottom", "right"}
    assert pixels(tmp_path / "a.png").shape[1] > 3 * 160


def test_exemplars_that_there_are_none_of(run, tiny, tmp_path, sentence, monkeypatch):
    monkeypatch.setattr(
        type(tiny), "activations", lambda *_: {"second": np.zeros((8, 8, 5), np.float32)}
    )
    command = ["exemplars", "--network", "tiny", "--layer", "two", "--channel", 1]
    status, out, err = run(*command, "-o", "a.png")
    assert (status, out) == (2, "")
    sentence(err.splitlines()[-1])
    assert "None of the photos excites two, channel 1" in err


def test_exemplars_of_photos_that_cannot_be_read(run, tiny, tmp_path):
    (tmp_path / "photos").mkdir()
    (tmp_path / "photos" / "broken.jpg").write_bytes(b"no photo")
    command = ["exemplars", "photos", "--network", "tiny", "--layer", "two", "--channel", 1]
    status, out, err = run(*command, "-o", "a.png")
    assert (status, out) == (2, "")
    assert err.splitlines()[-1] == "None of the photos could be read."
    assert not (tmp_path / "a.png").exists()


def test_a_folder_that_may_not_be_read_is_not_called_empty(run, tmp_path, sentence, monkeypatch):
    (tmp_path / "locked").mkdir()
    allowed = os.access  # who runs the tests may be allowed everything
    monkeypatch.setattr(os, "access", lambda path, *a: path != "locked" and allowed(path, *a))
    status, out, err = run(*EXEMPLARS, "locked", *OUT)
    assert (status, out) == (2, "")
    sentence(err)
    assert "'locked' may not be read" in err


def test_exemplars_tell_a_folder_inside_that_may_not_be_read(run, tiny, tmp_path, monkeypatch):
    (tmp_path / "photos" / "locked").mkdir(parents=True)
    Image.new("RGB", (64, 64), "red").save(tmp_path / "photos" / "red.png")
    allowed = os.access
    monkeypatch.setattr(os, "access", lambda path, *a: "locked" not in path and allowed(path, *a))
    command = ["exemplars", "photos", "--network", "tiny", "--layer", "two", "--channel", 1]
    status, out, err = run(*command, "--json", "-o", "a.png")
    assert status == 0 and json.loads(out)["photos"] == 1
    assert "Left out: the folder 'photos/locked' may not be read." in err
