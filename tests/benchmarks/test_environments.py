"""Environments are made once, outside the repository; a peer's failure is told in a sentence."""

import sys
from pathlib import Path

import pytest

from benchmarks import environments
from benchmarks.environments import FOLDER, ROOT, SCRIPTS, Environments, Failed


@pytest.fixture
def calls(monkeypatch):
    """Commands that would have been run; nothing is installed."""
    made = []

    def create(home, **_):
        (home / "bin").mkdir(parents=True, exist_ok=True)

    monkeypatch.setattr(environments.venv, "create", create)
    monkeypatch.setattr(environments, "_run", lambda command, who: made.append((who, command)))
    return made


def test_every_peer_has_its_script_and_pins():
    for peer, script in SCRIPTS.items():
        assert (FOLDER / script).is_file()
        lines = (FOLDER / f"{peer}.txt").read_text().split()
        assert lines and all("==" in line for line in lines)


def test_packages_are_installed_once_and_again_when_their_pins_change(
    calls, tmp_path, monkeypatch, capsys
):
    pins = tmp_path / "pins"
    pins.mkdir()
    (pins / "pytorch.txt").write_text("torch==1\n")
    monkeypatch.setattr(environments, "FOLDER", pins)
    made = Environments(tmp_path / "made")
    for _ in range(2):
        python = made.python("pytorch")
    assert python == tmp_path / "made/pytorch/bin/python"
    assert [command[0] for _, command in calls] == [python]
    assert calls[0][1][-2:] == ["--requirement", pins / "pytorch.txt"]
    (pins / "pytorch.txt").write_text("torch==2\n")
    made.python("pytorch")
    assert len(calls) == 2
    assert capsys.readouterr().err.count("installing") == 2


@pytest.mark.parametrize("inside", [".", "benchmarks/somewhere", "../" + ROOT.name])
def test_a_folder_in_the_repository_is_refused(refused, inside):
    with refused("outside"):
        Environments(ROOT / inside)


def test_a_peer_gets_the_weights_and_gives_its_numbers(tmp_path, monkeypatch):
    script = tmp_path / "script.py"
    script.write_text(
        "import argparse, json, pathlib\n"
        "p = argparse.ArgumentParser()\n"
        "[p.add_argument(name) for name in ('--weights', '--json', '--layer')]\n"
        "a = p.parse_args()\n"
        "found = {'layer': a.layer, 'bytes': pathlib.Path(a.weights).stat().st_size}\n"
        "pathlib.Path(a.json).write_text(json.dumps(found))\n"
    )
    monkeypatch.setattr(environments, "FOLDER", tmp_path)
    monkeypatch.setitem(SCRIPTS, "peer", "script.py")
    monkeypatch.setattr(Environments, "python", lambda self, peer: Path(sys.executable))
    found = Environments(tmp_path).run("peer", "--layer", "block3_conv1")
    assert found == {"layer": "block3_conv1", "bytes": environments.WEIGHTS.stat().st_size}


def test_a_failure_names_the_peer_and_the_reason():
    code = "import sys; print('chatter', file=sys.stderr); sys.exit('no such layer')"
    with pytest.raises(Failed, match=r"^peer could not be run: no such layer$"):
        environments._run([sys.executable, "-c", code], "peer")
    with pytest.raises(Failed, match="no reason given"):
        environments._run([sys.executable, "-c", "raise SystemExit(3)"], "peer")
