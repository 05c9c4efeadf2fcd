"""Memory given back to the system: what was needed only to load, and what was computed with."""

import contextlib
import ctypes
import gc
import re
import time
from collections.abc import Iterator
from functools import cache
from pathlib import Path

MAPPINGS = Path("/proc/self/smaps")
MAPPING = re.compile(r"([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ \S+ *(.*)")
FIXED = ("r-xp", "r--p")
"""Permissions of a mapping that nobody writes to."""
SETTLED = 0.5
"""Seconds after which a library is surely loaded; its parts are mapped within milliseconds."""
DONT_NEED = 4
"""`MADV_DONTNEED`, see madvise(2)."""
ARENAS = 2
"""Heaps among which threads are shared out. A heap can be given back only from its end and by whole
pages; of many, each keeps gaps of its own."""
ARENA_MAX = -8
"""`M_ARENA_MAX`, see mallopt(3)."""

_first_seen: dict[tuple[int, int], float] = {}
"""When each of the libraries' mappings was seen for the first time."""


def few_heaps() -> None:
    """From now on let threads share `ARENAS` heaps, or those there are, where the C library can."""
    with contextlib.suppress(AttributeError):
        _system().mallopt(ARENA_MAX, ARENAS)


@contextlib.contextmanager
def made_to_stay() -> Iterator[None]:
    """While an import or a load makes what stays: Python searches none of it for garbage.

    It would again and again, and find next to nothing: importing TensorFlow takes a fifth longer.
    """
    gc.collect()  # for what is garbage already would stay too
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()


def heap() -> None:
    """Give back what nobody refers to any more, where the C library can (glibc)."""
    gc.collect()
    with contextlib.suppress(AttributeError):
        _system().malloc_trim(0)


def libraries() -> None:
    """Let go of the pages of shared libraries; those that are used again come back by themselves.

    Loading TensorFlow and others reads tables and start-up code that nothing reads again, a third
    of a gigabyte. Pages of their own that a process has changed are left alone, and so is what was
    not there `SETTLED` ago: another thread may be loading a library, and for a moment the whole of
    it looks like what nobody writes to. Linux only.
    """
    now = time.monotonic()
    seen = {mapping: _first_seen.get(mapping, now) for mapping in _unchanged()}
    _first_seen.clear()
    _first_seen.update(seen)
    for (start, end), since in seen.items():
        if now - since >= SETTLED:
            _system().madvise(ctypes.c_void_p(start), ctypes.c_size_t(end - start), DONT_NEED)


def _unchanged() -> Iterator[tuple[int, int]]:
    """Addresses of the libraries' mappings that hold nothing but what is in the file."""
    text = MAPPINGS.read_text(encoding="utf-8") if MAPPINGS.exists() else ""
    mapping = None
    for line in text.splitlines():
        if found := MAPPING.fullmatch(line):
            start, end, permissions, path = found.groups()
            library = permissions in FIXED and ".so" in Path(path).name
            mapping = (int(start, 16), int(end, 16)) if library else None
        elif line.startswith("Anonymous:") and mapping and int(line.split()[1]) == 0:
            yield mapping


@cache
def _system() -> ctypes.CDLL:
    """The C library."""
    return ctypes.CDLL(None)
