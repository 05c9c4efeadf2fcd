"""The app on a free port, as `streamlit run` serves it, for as long as it is wanted."""

import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[1]
COMMAND = (sys.executable, "-m", "streamlit", "run", "streamlit_app.py")
PATIENCE = 60


@contextmanager
def served(log: Path, **environment: str) -> Iterator[tuple[str, subprocess.Popen]]:
    """Start the app and wait until it answers; gives its address and process, and ends it after.

    Args:
        log: file for what it prints.
        environment: variables to set, such as EXPLORER_GRACE_SECONDS.

    Raises:
        TimeoutError: it does not answer.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = [f"--server.port={port}", "--server.headless=true", "--server.address=127.0.0.1"]
    with log.open("w") as file:
        process = subprocess.Popen(
            [*COMMAND, *options], cwd=ROOT, stdout=file, stderr=file, env=os.environ | environment
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/_stcore/health", log)
        yield address, process
    finally:
        process.terminate()
        process.wait(20)


def _wait_for(address: str, log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        try:
            urllib.request.urlopen(address, timeout=1).close()
            return
        except OSError:
            time.sleep(0.05)
    raise TimeoutError(f"The server did not start:\n{log.read_text()}")
