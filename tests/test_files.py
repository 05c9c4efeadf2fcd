"""Paths are checked first, and files are written whole or not at all."""

import os

import pytest

from explorer.files import check_folder, check_writable, write_whole


def test_writable_paths(refused, tmp_path):
    assert check_writable(tmp_path / "a.png") == tmp_path / "a.png"
    assert check_writable(str(tmp_path / "A.PNG")) == tmp_path / "A.PNG"
    assert list(tmp_path.iterdir()) == []
    with refused("does not exist"):
        check_writable(tmp_path / "nowhere" / "a.png")
    with refused("must end in .png"):
        check_writable(tmp_path / "a.gif")
    for nameless in ("", ".", "..", "/", ".png", tmp_path / ".PNG", tmp_path / "...png"):
        with refused("needs a name and must end in .png"):
            check_writable(nameless)
    (tmp_path / "folder.png").mkdir()
    with refused("is a folder"):
        check_writable(tmp_path / "folder.png")
    with refused():
        check_writable(tmp_path / ("x" * 300 + ".png"))
    with refused("/proc/a.png' cannot be written"):  # closed to everybody, root included
        check_writable("/proc/a.png")


def test_files_are_written_whole_or_not_at_all(tmp_path, monkeypatch, refused):
    path = tmp_path / "a.png"
    write_whole(path, b"old")
    assert path.read_bytes() == b"old"
    write_whole(path, b"new")
    assert path.read_bytes() == b"new"

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with refused("No space left"):
        write_whole(path, b"half")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]

    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        write_whole(path, b"half")
    assert path.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["a.png"]


def test_what_may_not_be_changed_is_not(tmp_path, refused, monkeypatch):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    asked = []
    monkeypatch.setattr(os, "access", lambda *given: asked.append(given))  # root may do all
    with refused("may not be changed"):
        check_writable(path)
    assert asked == [(path, os.W_OK)]


def test_what_is_written_anew_stays_private(tmp_path):
    path = tmp_path / "a.png"
    path.write_bytes(b"old")
    path.chmod(0o600)
    write_whole(path, b"new")
    assert path.read_bytes() == b"new" and path.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("mask", [0o022, 0o077, 0o002])
def test_written_files_have_ordinary_permissions(tmp_path, mask):
    before = os.umask(mask)
    try:
        write_whole(tmp_path / "a.png", b"x")
        (tmp_path / "b.png").write_bytes(b"x")
    finally:
        os.umask(before)
    assert (tmp_path / "a.png").stat().st_mode == (tmp_path / "b.png").stat().st_mode


@pytest.mark.parametrize("folder", ["", "/proc"])
def test_a_folder_that_cannot_be_written_to_is_refused_at_once(folder, refused):
    """/proc is closed to everybody; an empty name is one that somebody forgot."""
    with refused("output"):
        check_folder(folder)
