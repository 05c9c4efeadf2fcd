"""Where results are written: paths checked before any work, files whole or not at all."""

import os
import secrets
import stat
import tempfile
from pathlib import Path

from explorer.errors import InputError


def check_writable(path: str | Path, suffixes: tuple[str, ...] = (".png",)) -> Path:
    """The path, if a file of this kind can be written there, checked before any long work.

    Raises:
        InputError: its folder does not exist or is closed, the file is read-only, or the ending is
            wrong.
    """
    text, path = os.fspath(path), Path(path)
    if not path.stem.strip(".") or path.name.lower() in suffixes:
        raise InputError(
            f"The output needs a name and must end in {' or '.join(suffixes)}, unlike '{text}'."
        )
    if text.endswith(("/", os.sep)):
        raise InputError(f"The output '{text}' is a folder: please give a file name.")
    if path.suffix.lower() not in suffixes:
        raise InputError(f"The output '{path}' must end in {' or '.join(suffixes)}.")
    try:
        if not path.parent.is_dir():
            raise InputError(f"The output folder '{path.parent}' does not exist: make it first.")
        if path.is_dir():
            raise InputError(f"The output '{path}' is a folder: please give a file name.")
        if path.exists() and not path.is_file():
            raise InputError(f"The output '{path}' is there and is not a regular file.")
        if path.exists() and not os.access(path, os.W_OK):
            raise InputError(f"The output '{path}' is there and may not be changed.")
        with tempfile.TemporaryFile(dir=Path(os.path.realpath(path)).parent):
            return path
    except OSError as error:
        raise InputError(f"The output '{path}' cannot be written: {error.strerror}.") from None


def write_whole(path: Path, data: bytes) -> None:
    """Write a file so that it is there either whole or not at all; of a link, what it leads to.

    Who may read and write it stays as it was.
    """
    path = Path(os.path.realpath(path))
    part = path.with_name(f".{secrets.token_hex(8)}.part")
    try:
        try:
            with part.open("xb") as file:
                if path.exists():
                    part.chmod(stat.S_IMODE(path.stat().st_mode))
                file.write(data)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
    except OSError as error:
        raise InputError(f"'{path}' cannot be written: {error.strerror}.") from None


def check_folder(path: str | Path) -> Path:
    """The path, if it is a folder that can be written to, or can be made.

    Raises:
        InputError: it is a file, is closed, or what it should be in does not exist.
    """
    if not str(path):
        raise InputError("The output must be a folder, and its name is empty.")
    path = Path(path)
    try:
        if path.exists() and not path.is_dir():
            raise InputError(f"The output '{path}' is a file: please give a folder.")
        there = path if path.exists() else path.parent
        if not there.is_dir():
            raise InputError(f"The output folder '{there}' does not exist: please make it first.")
        with tempfile.TemporaryFile(dir=there):
            return path
    except OSError as error:
        raise InputError(f"The output folder '{path}' cannot be used: {error.strerror}.") from None


def made_folder(folder: Path) -> Path:
    """The folder, made if it is not there; see `check_folder`."""
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise InputError(
            f"The output folder '{folder}' cannot be made: {error.strerror}."
        ) from None
    return folder
