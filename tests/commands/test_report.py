"""`python -m explorer report`, as a person uses it."""

import json
import shutil
from pathlib import Path

import pytest

from explorer.commands import main
from explorer.report import making
from explorer.report.figures import figures
from explorer.report.results import FILE, read, stored

LITE = "efficientnet-lite0"


@pytest.fixture
def run(capsys, tmp_path, monkeypatch):
    """Run the command in an empty folder; returns its status, standard output and error."""
    monkeypatch.chdir(tmp_path)

    def command(*arguments):
        status = main(["report", *map(str, arguments)])
        said = capsys.readouterr()
        return status, said.out, said.err

    return command


@pytest.mark.parametrize(
    ("output", "words"),
    [
        ("nowhere/deep", "does not exist"),
        ("file.txt", "is a file"),
        ("file.txt/in", "file.txt"),
        ("x" * 300, "xxx"),
    ],
)
def test_a_bad_folder_is_told_in_a_sentence(run, tmp_path, sentence, output, words):
    (tmp_path / "file.txt").write_text("mine")
    status, out, err = run("-o", output)
    assert (status, out) == (2, "")
    sentence(err)
    assert words in err
    assert [path.name for path in tmp_path.iterdir()] == ["file.txt"]


def test_without_a_folder_it_says_what_is_missing(run, sentence):
    status, _, err = run()
    assert status == 2 and "--output" in err
    sentence(err)


@pytest.mark.slow
def test_what_is_finished_is_only_gathered(
    run, tmp_path, finished_folder, vgg, effnet, monkeypatch
):
    """Numbers, verdicts and page from a folder in which no picture is missing."""
    folder = tmp_path / "out"
    shutil.copytree(finished_folder, folder)

    def render(*arguments, **options):
        raise AssertionError("drawn again")

    monkeypatch.setattr(making, "render", render)
    monkeypatch.setattr(making, "_seconds_a_step", lambda recipe: 1.0)
    status, out, _ = run("-o", folder, "--json")
    assert status == 0
    told = json.loads(out)
    assert told["figures"] == json.loads(json.dumps(stored().as_json()))["figures"]
    assert [row["number"] for row in told["statements"]] == [str(i) for i in range(12)]
    assert {row["verdict"] for row in told["statements"]} <= {
        *("holds", "holds in part", "does not hold"),
    }
    for mine, kept in zip(told["layers"], stored().layers, strict=True):
        assert mine["measures"] == pytest.approx(kept["measures"], rel=1e-3)
    assert Path(told["output"]) == folder / "index.html"
    page = (folder / "index.html").read_text()
    assert page.startswith("<!doctype html>") and "http://localhost:8501/" in page
    assert read(folder).figures == stored().figures


def test_a_stop_says_how_far_it_came(run, tmp_path, monkeypatch, sentence):
    def stopped(*arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr(making, "make", stopped)
    monkeypatch.setattr("explorer.commands.report.ready", lambda name: None)
    status, out, err = run("-o", "out")
    assert (status, out) == (130, "")
    assert f"Stopped; 0 of {len(figures(LITE))} pictures are finished" in err
    assert list((tmp_path / "out").iterdir()) == []


@pytest.mark.parametrize("name", ["index.html", FILE])
def test_what_cannot_be_written_at_the_end_is_refused_at_the_beginning(tmp_path, capsys, name):
    (tmp_path / name).mkdir()
    assert main(["report", "-o", str(tmp_path)]) == 2
    assert f"{name}' is a folder" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == [name]
