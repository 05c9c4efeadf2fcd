"""The code that is shown makes what is on screen."""

import shlex

import numpy as np
import pytest
from PIL import Image

from explorer.attribution import ATTRIBUTIONS
from explorer.commands import main
from explorer.images import SAMPLES
from explorer.recipe import preset
from explorer.render import render
from explorer.snippets import code_of, code_of_maps, command_of
from explorer.targets import Target


@pytest.mark.parametrize(
    "options",
    [
        {"name": "report/naive"},
        {"name": "report/4-small-norm", "methods": {"decay": None, "blur": {"sigma": 0.9}}},
        {"name": "report/f-laplacian-4+5", "seed": 3},
        {"name": "yosinski/1", "photo": "coffee", "keep": "last"},
    ],
)
def test_the_code_runs_and_makes_the_same_picture(options, vgg, tmp_path, monkeypatch, capsys):
    recipe = preset(
        options.pop("name"), Target("conv2_1", 4, position="center"), steps=2, size=32, **options
    )
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of([recipe]), "snippet", "exec"), {})
    *_, last = render(vgg, recipe)
    assert np.array_equal(np.asarray(Image.open("picture.png")), last.kept.image)


def test_the_code_saves_the_picture_that_is_kept(tiny, tmp_path, monkeypatch, capsys):
    methods = {"rms": {"size": 100}, "small-contribution": {}, "noise": {"deviation": 60}}
    options = {"network": "tiny", "size": 32, "steps": 12, "seed": 5, "keep": "best"}
    recipe = preset("report/naive", Target("second", 1), methods=methods, **options)
    *_, last = render(tiny, recipe)
    assert last.kept.step < last.step, "the best was the last, so this shows nothing"
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of([recipe]), "snippet", "exec"), {})
    assert np.array_equal(np.asarray(Image.open("picture.png")), last.kept.image)


def test_a_preset_of_ones_own_has_code_too(vgg, tmp_path, monkeypatch, capsys):
    recipe = preset("report/naive", Target("conv1_2", 4), steps=2, size=32).changed(preset="mine")
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of([recipe]), "snippet", "exec"), {})
    *_, last = render(vgg, recipe)
    assert np.array_equal(np.asarray(Image.open("picture.png")), last.kept.image)


def test_several_recipes_make_several_files(vgg, tmp_path, monkeypatch, capsys):
    recipes = [
        preset(name, Target("conv1_2", 4), steps=1, size=32)
        for name in ("report/naive", "yosinski/3")
    ]
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of(recipes), "snippet", "exec"), {})
    assert sorted(path.name for path in tmp_path.iterdir()) == ["picture1.png", "picture2.png"]


def test_a_photo_of_ones_own_is_asked_for():
    recipe = preset("report/naive", Target("conv1_2", 4), photo="sha256:" + "0" * 64)
    code = code_of([recipe])
    assert "read_photo(" in code
    assert "render(network, recipe, photo)" in code


@pytest.mark.parametrize(
    ("target", "methods"),
    [
        (Target("two"), {}),
        (Target("two", direction={1: 0.5, 3: -1}, after_relu=True), {}),
        (Target("two", photo="cat"), {}),
        (Target("two", 1, weight=-0.5, also=(Target("one", 2), Target("two"))), {}),
        (Target("two", 1), {"diversity": {"pictures": 2}, "jitter": {}}),
        (
            Target("two", 1),
            {"fourier": {}, "adam": {}}
            | dict.fromkeys(("rms", "clip", "decay", "blur", "small-norm")),
        ),
    ],
)
def test_every_target_and_new_method_runs(target, methods, tiny, tmp_path, monkeypatch, capsys):
    recipe = preset(
        "report/4-small-norm", target, network="tiny", steps=2, size=32, methods=methods
    )
    monkeypatch.chdir(tmp_path)
    exec(compile(code_of([recipe]), "snippet", "exec"), {})
    *_, last = render(tiny, recipe)
    assert np.array_equal(np.asarray(Image.open("picture.png")), last.kept.image)


def test_an_own_photo_is_asked_for():
    recipe = preset("report/naive", Target("conv1_2", photo="sha256:" + "0" * 64))
    code = code_of([recipe])
    assert "photo=photo.name" in code and "read_photo(" in code


@pytest.mark.parametrize(
    "recipe",
    [
        preset("report/f-laplacian-4+5", Target("conv5_1", 1), steps=200),
        preset("best", Target(class_=130), network="efficientnet-lite0", size=(96, 128), seed=4),
        preset(
            "report/2-decay",
            Target("conv3_1", 7),
            keep="best",
            methods={"decay": {"strength": 0.05}, "clip": None, "blur": {}},
        ),
    ],
    ids=["overlay", "class", "changed"],
)
def test_the_command_says_the_whole_recipe(recipe, tmp_path, monkeypatch):
    """The shell's own options make an equal recipe of it."""
    asked = []
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(
        "explorer.commands.render.render_to", lambda path, recipe, *_: asked.append(recipe)
    )
    python, *arguments = shlex.split(command_of(recipe))
    assert (python, arguments[:2]) == ("python", ["-m", "explorer"])
    assert main(arguments[2:]) == 0
    assert asked == [recipe]


# ---- Of the activations of a photo


@pytest.mark.parametrize("scale", ["filter", "layer", "global"])
@pytest.mark.parametrize(
    ("photo", "choice", "lay_over"),
    [("cat", "range(2)", False), ("sha256:1", "strongest(answer, 2)", True), ("cat", "[3]", True)],
)
def test_the_code_shown_runs(tiny, tmp_path, monkeypatch, photo, choice, scale, lay_over):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "my-photo.jpg").write_bytes(SAMPLES["cat"].read_bytes())
    exec(code_of_maps(tiny, photo, ["one", "two"], choice, scale, lay_over), {})
    files = sorted(path.name for path in tmp_path.glob("*.png"))
    if choice.startswith("["):
        assert files == ["first-3.png", "second-3.png"]
    else:
        assert len(files) == 4


def test_the_code_shown_finds_the_pixels_too(tiny, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    exec(code_of_maps(tiny, "cat", ["one"], "[3]", "filter", False, Target("two", 1, (4, 5))), {})
    files = sorted(path.name for path in tmp_path.glob("*.png"))
    assert files == sorted(["first-3.png", *(f"{method}.png" for method in ATTRIBUTIONS)])
