"""What the pages prepare in the background."""

import subprocess
import sys

import pytest

ENDS_AMID_LOADING = """
import atexit, sys, threading
from explorer.ui import session

def slow_end():
    for thread in threading.enumerate():
        if thread is not threading.current_thread():
            thread.join(60)
    print("tensorflow" in sys.modules)

atexit.register(slow_end)
session.{warm_up}("vgg16")
"""


def _end(warm_up: str) -> subprocess.CompletedProcess:
    script = ENDS_AMID_LOADING.format(warm_up=warm_up)
    return subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)


@pytest.mark.slow
def test_python_ends_well_amid_the_loading_of_a_network():
    ended = _end("warm_up")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "True\n"
    assert "Traceback" not in ended.stderr


def test_what_was_to_be_loaded_later_is_not_loaded_when_python_ends():
    ended = _end("warm_up_later")
    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "False\n"
