"""How long people wait in a browser: for the first pages, and for the first picture.

Each case has a server of its own, just started. Needs Chromium and requirements-dev.txt.
"""

import argparse
import re
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, sync_playwright

from explorer.tables import aligned, markdown, replaced
from tools.server import served

CHROMIUM = "/usr/bin/chromium"
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
TIMEOUT = 120_000
COMPLETE = """() =>
  document.querySelector('[data-testid="stApp"][data-test-script-state="notRunning"]')
  && document.querySelector("h1") && [...document.images].every(image => image.complete)"""
PICTURE = "/Feature_visualization?layer=conv5_1&channel=1&seed=0&recipe=best"
PAUSE = 6.0
"""Seconds that somebody looks at the home page before going through a door."""
WARM_REPEATS = 5


def complete(page: Page, address: str) -> float:
    """Seconds from the request until all of a page is there."""
    start = time.perf_counter()
    page.goto(address)
    page.wait_for_function(COMPLETE, timeout=TIMEOUT)
    return time.perf_counter() - start


def picture(page: Page, act: Callable, words: str = "") -> float:
    """Seconds from an act until there is a picture whose description has these words."""
    start = time.perf_counter()
    act()
    found = page.get_by_alt_text(re.compile(f"Picture that excites .*{words}"))
    found.first.wait_for(timeout=TIMEOUT)
    return time.perf_counter() - start


def has_tensorflow(process) -> bool:
    """Whether a process has TensorFlow in memory."""
    return "libtensorflow" in Path(f"/proc/{process.pid}/maps").read_text()


@contextmanager
def fresh(browser: Browser, folder: Path) -> Iterator[tuple[Page, str, object, float]]:
    """A visitor of a server just started: page, address, process, and when it was started."""
    start = time.perf_counter()
    with served(folder / "log.txt") as (address, process):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        yield context.new_page(), address, process, start
        context.close()


def measure(browser: Browser, folder: Path) -> Iterator[tuple[str, str, str]]:
    """What is measured, how long it took, and the goal."""
    for name, path in (("home", "/"), ("structure", "/Model_structure")):
        with fresh(browser, folder) as (page, address, process, _):
            seconds = complete(page, address + path)
            assert not has_tensorflow(process), f"{name} waits for TensorFlow"
            yield f"{name} complete, the server's first page", f"{seconds:.2f} s", "1.5 s"
            if path != "/":
                continue
            page.wait_for_timeout(1_000 * PAUSE)
            door = page.get_by_role("link", name=re.compile("draw it")).last
            seconds = picture(page, door.click)
            yield (
                f"first picture after {PAUSE:.0f} s on home and a click, nothing traced",
                f"{seconds:.2f} s",
                "–",
            )
    with fresh(browser, folder) as (page, address, _, start):
        picture(page, lambda: page.goto(address + PICTURE))
        seconds = time.perf_counter() - start
        yield "first picture after streamlit run", f"{seconds:.2f} s", "12 s"
        page.get_by_text(re.compile(r"^Step (1[6-9]|[2-9]\d) of")).wait_for(timeout=TIMEOUT)
        waits = [
            picture(page, lambda: page.keyboard.press("n"), f"channel {channel} ")
            for channel in range(2, 2 + WARM_REPEATS)
        ]
        told = f"{median(waits):.2f} s, at most {max(waits):.2f} s"
        yield "first picture of the next channel, traced", told, "2 s"
    with fresh(browser, folder) as (page, address, *_):
        picture(page, lambda: page.goto(address + PICTURE))
        start = time.perf_counter()
        page.get_by_text(re.compile("^Finished: ")).wait_for(timeout=TIMEOUT)
        seconds = time.perf_counter() - start
        yield "from there to the last of its 128 steps, watched", f"{seconds:.0f} s", "–"


def main() -> None:
    """Measure, print, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--readme", type=Path, metavar="FILE", help="also put the table between <!-- browser --> …"
    )
    arguments = parser.parse_args()
    rows = [("in Chromium", "took", "at most")]
    with sync_playwright() as playwright, tempfile.TemporaryDirectory() as folder:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        rows.extend(measure(browser, Path(folder)))
        browser.close()
    print(aligned(rows), end="")
    if file := arguments.readme:
        text = replaced(file.read_text(encoding="utf-8"), "browser", markdown(rows))
        file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
