"""A real server and a real browser."""

import os
import time
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect, sync_playwright

from tools.server import ROOT, served

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]

expect.set_options(timeout=150_000)


class Server(str):
    """The app's address, which also knows the process behind it."""

    def __new__(cls, address: str, pid: int):
        server = super().__new__(cls, address)
        server.pid = pid
        return server

    def load(self, seconds: float = 2.0) -> float:
        """Processors that the server keeps busy, on average over some seconds."""
        before = self._cpu_seconds()
        time.sleep(seconds)
        return (self._cpu_seconds() - before) / seconds

    def _cpu_seconds(self) -> float:
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@pytest.fixture(scope="session")
def server(tmp_path_factory):
    """The app on a free port, with a short grace period; its address."""
    log = tmp_path_factory.mktemp("server") / "log.txt"
    limits = {"EXPLORER_GRACE_SECONDS": "2", "EXPLORER_VISITOR_RENDERS": "3"}
    with served(log, **limits) as (address, process):
        yield Server(address, process.pid)
    ours = [line for line in log.read_text().splitlines() if f'File "{ROOT}' in line]
    assert not ours, f"A page failed:\n{log.read_text()}"


@pytest.fixture(scope="session")
def browser():
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield opened
        opened.close()


@pytest.fixture
def page(browser) -> Page:
    """A fresh browser at laptop width."""
    context = browser.new_context(
        viewport={"width": 1440, "height": 900}, accept_downloads=True, color_scheme="light"
    )
    yield context.new_page()
    context.close()
