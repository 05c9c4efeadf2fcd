"""How much memory a process holds, as the system counts it."""

import resource
import sys
from pathlib import Path

STATUS = Path("/proc/self/status")
UNIT = 1 if sys.platform == "darwin" else 1024
"""Bytes that `ru_maxrss` counts in."""


def resident_mb() -> float:
    """Resident memory of this process in MB of 10**6 bytes; the peak where only that is known."""
    return _status("VmRSS") or peak_mb()


def peak_mb() -> float:
    """The most memory that was resident in this process at once, in MB of 10**6 bytes."""
    usage = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * UNIT / 1e6
    return _status("VmHWM") or usage  # the latter may count the program that started this one


def _status(name: str) -> float | None:
    if STATUS.exists():
        for line in STATUS.read_text(encoding="utf-8").splitlines():
            if line.startswith(f"{name}:"):
                return int(line.split()[1]) * 1024 / 1e6
    return None
