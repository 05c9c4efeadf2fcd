"""Memory given back to the system: what was needed only to load, and what was computed with."""

import contextlib
import ctypes
import gc
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MAPPINGS = Path("/proc/self/smaps")
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+\s+(/.*)")
FIXED = ("r-xp", "r--p")
"""Permissions of a mapping that nobody writes to."""
DONT_NEED = 4
"""`MADV_DONTNEED`, see madvise(2)."""


def heap() -> None:
    """Give back what nobody refers to any more, where the C library can (glibc)."""
    gc.collect()
    with contextlib.suppress(AttributeError):
        _system().malloc_trim(0)


def libraries(folder: Path) -> None:
    """Let go of the pages of a folder's shared libraries; those used again come back by themselves.

    Loading TensorFlow reads tables and start-up code that nothing reads again, a quarter of a
    gigabyte. Pages of their own that a process has changed are left alone. Linux only.
    """
    for start, end in _unchanged(folder):
        _system().madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONT_NEED)


def _unchanged(folder: Path) -> Iterator[tuple[int, int]]:
    """Addresses of the libraries' mappings that hold nothing but what is in the file."""
    text = MAPPINGS.read_text(encoding="utf-8") if MAPPINGS.exists() else ""
    mapping = None
    for line in text.splitlines():
        if found := MAPPING.fullmatch(line):
            start, end, permissions, path = found.groups()
            inside = permissions in FIXED and Path(path).is_relative_to(folder)
            mapping = (int(start, 16), int(end, 16)) if inside and ".so" in path else None
        elif line.startswith("Anonymous:") and mapping and int(line.split()[1]) == 0:
            yield mapping


@cache
def _system() -> ctypes.CDLL:
    """The C library."""
    return ctypes.CDLL(None)
