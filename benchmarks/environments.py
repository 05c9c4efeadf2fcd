"""The peers, each in a virtual environment of its own with pinned packages."""

import json
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from explorer.errors import InputError

ROOT = Path(__file__).parents[1]
FOLDER = Path(__file__).parent / "peers"
WEIGHTS = ROOT / "explorer/data/vgg16_conv.npz"

SCRIPTS = {"tf-keras-vis": "run_tf_keras_vis.py", "pytorch": "run_pytorch.py"}
"""Peer -> the script that runs in its environment; NAME.txt beside it pins its packages."""


class Failed(RuntimeError):
    """A peer, or what it needs, could not be run; the text is for people."""


class Environments:
    """Makes each peer's environment when it is first needed."""

    def __init__(self, folder: Path):
        if folder.resolve().is_relative_to(ROOT):
            raise InputError("The environments' folder must lie outside the repository.")
        self.folder = folder

    def python(self, peer: str) -> Path:
        """The peer's interpreter, with its pinned packages installed."""
        home, wanted = self.folder / peer, FOLDER / f"{peer}.txt"
        python, installed = home / "bin/python", home / "installed.txt"
        if not installed.is_file() or installed.read_text() != wanted.read_text():
            print(f"{peer}: installing its packages in {home}", file=sys.stderr)
            venv.create(home, clear=True, with_pip=True)
            _run([python, "-m", "pip", "install", "--quiet", "--requirement", wanted], peer)
            installed.write_text(wanted.read_text())
        return python

    def run(self, peer: str, *options: object) -> dict:
        """Run the peer's script on this program's weights; what it measured.

        Raises:
            Failed: its packages could not be installed, or it ended with an error.
        """
        with tempfile.TemporaryDirectory() as folder:
            found = Path(folder) / "found.json"
            script = FOLDER / SCRIPTS[peer]
            given = ["--weights", WEIGHTS, "--json", found, *options]
            _run([self.python(peer), "-I", script, *given], peer)
            return json.loads(found.read_text(encoding="utf-8"))


def own_step(layer: str, repeats: int) -> float:
    """Median seconds of this program's step on a layer, in a process of its own like the peers."""
    options = ["--layer", layer, "--repeats", repeats]
    found = _run([sys.executable, "-m", "benchmarks.own_step", *options], "this program")
    return json.loads(found)["seconds"]


def _run(command: list, who: str) -> str:
    """Standard output of a command that must succeed."""
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True, cwd=ROOT)
    if done.returncode:
        reason = (done.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise Failed(f"{who} could not be run: {reason}")
    return done.stdout
