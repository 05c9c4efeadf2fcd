"""What the README shows can be typed as it stands."""

import re
import shlex
from dataclasses import fields
from pathlib import Path

import pytest

from explorer import commands
from explorer.settings import Settings

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
COMMANDS = re.findall(r"^python -m explorer (.+)$", README, re.MULTILINE)


def spoken(text: str) -> list[list[str]]:
    """The words of each command that a line shows: `a | b | c -o FOLDER` are three."""
    text = re.sub(r"\s+#.*", "", text).replace("[--json]", "--json").rstrip(".")
    return [shlex.split(part) for part in text.split("|")]


@pytest.mark.parametrize("line", COMMANDS)
def test_every_command_is_understood(line, monkeypatch):
    taken = []
    for module in commands.COMMANDS.values():
        monkeypatch.setattr(module, "run", taken.append)
    for words in spoken(line):
        assert commands.main(words) == 0, words
    assert [arguments.command for arguments in taken] == [words[0] for words in spoken(line)]


def test_every_limit_of_a_server_is_told():
    for entry in fields(Settings):
        row = (
            f"| `EXPLORER_{entry.name.upper()}` | {entry.default:,} | {entry.metadata['help']} |\n"
        )
        assert row in README, row


def test_all_commands_are_shown():
    assert {words[0] for line in COMMANDS for words in spoken(line)} >= set(commands.COMMANDS)


@pytest.mark.slow
def test_the_python_runs_as_it_stands(vgg, monkeypatch, capsys):
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    monkeypatch.chdir(ROOT)
    exec(compile(code, "README.md", "exec"), {})
    steps = capsys.readouterr().out.splitlines()
    assert steps[0].startswith("0 ") and steps[-1].startswith("128 ")
    assert all(line.endswith("(224, 224, 3)") for line in steps)
