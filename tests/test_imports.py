"""What needs no TensorFlow does not import it; nothing but the pages imports Streamlit."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

import explorer

ROOT = Path(explorer.__file__).parents[1]
TABLES = """
from explorer.attribution import ATTRIBUTIONS
from explorer.catalogue import METHODS
from explorer.networks import load_network
from explorer.networks.classes import imagenet
from explorer.presets import PRESETS
assert ATTRIBUTIONS and METHODS and PRESETS and load_network().layers and imagenet()
"""
RECIPES = """
from explorer import Recipe, Target, preset
from explorer.recipe import from_json
recipe = preset("report/f-laplacian-4+5", Target("conv3_1", 1))
assert from_json(recipe.to_json()) == recipe and recipe.caption
"""
PHOTOS = """
from explorer.images import png_bytes, sample_photo
assert png_bytes(sample_photo("cat").fitted((64, 64)), {})
"""
REJECTION = """
from explorer.commands import main
assert main(["render", "--layer", "conv9_9", "--channel", "1", "-o", "a.png"]) == 2
"""


def loaded_after(code: str) -> set[str]:
    """The top-level modules in a fresh process after running this code."""
    code += "\nimport sys, json; print(json.dumps(sorted({m.split('.')[0] for m in sys.modules})))"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stderr
    return set(json.loads(found.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    "code",
    ["import explorer", TABLES, RECIPES, PHOTOS, REJECTION],
    ids=["package", "tables", "recipes", "photos", "rejection"],
)
def test_light(code):
    loaded = loaded_after(code)
    assert "explorer" in loaded
    assert not loaded & {"tensorflow", "keras", "h5py", "streamlit"}


@pytest.mark.parametrize("command", [["layers", "--json"], ["presets", "--json"], ["--help"]])
def test_commands_that_only_tell_are_light(command):
    code = f"""
import contextlib, io
from explorer.commands import main
with contextlib.redirect_stdout(io.StringIO()) as said, contextlib.suppress(SystemExit):
    main({command!r})
assert len(said.getvalue()) > 500
"""
    assert not loaded_after(code) & {"tensorflow", "keras", "streamlit"}


def test_the_module_is_light_too():
    """As a person runs it, by the list of imports that Python itself prints."""
    found = subprocess.run(
        [sys.executable, "-X", "importtime", "-m", "explorer", "layers", "--json"],
        capture_output=True,
        text=True,
        cwd=ROOT,
    )
    assert found.returncode == 0
    assert json.loads(found.stdout)["network"] == "vgg16"
    imported = {line.split("|")[-1].strip() for line in found.stderr.splitlines()}
    assert "explorer.networks.vgg16" in imported
    assert not imported & {"tensorflow", "keras", "streamlit"}


def test_computing_needs_no_streamlit():
    code = """
import numpy as np
from explorer import load_network
load_network().activations(np.zeros((32, 32, 3), np.uint8), ["conv1_1"])
"""
    loaded = loaded_after(code)
    assert "tensorflow" in loaded and "streamlit" not in loaded


def test_the_stable_surface():
    assert set(explorer.__all__) >= {"Recipe", "Target", "load_network", "preset", "render"}
    assert all(hasattr(explorer, name) for name in explorer.__all__)
