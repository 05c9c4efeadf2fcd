"""Memory after many page runs and renders: run pages and renders in one process, print growth."""

import gc
import os
import time
from pathlib import Path

from streamlit.testing.v1 import AppTest

from explorer.recipe import preset
from explorer.settings import Settings
from explorer.studio import LIVE, Studio
from explorer.targets import Target

ROOT = Path(__file__).parents[1]
PAGES = sorted(f"pages/{path.name}" for path in (ROOT / "pages").glob("*.py"))
PAGE_RUNS, RENDERS = 200, 50
LAYERS = ("conv1_2", "conv2_1", "conv3_1", "conv4_1", "conv5_1")


def resident_mb() -> float:
    """Resident memory of this process in MB."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


def run(page_runs: int, renders: int, first_seed: int) -> None:
    """Run pages in turn, and renders of other seeds, each to its end."""
    home = str(ROOT / "streamlit_app.py")
    apps = [AppTest.from_file(home, default_timeout=120).run() for _ in range(len(PAGES) + 1)]
    for app, page in zip(apps, PAGES, strict=False):
        app.switch_page(page)
    for i in range(page_runs):
        app = apps[i % len(apps)].run()
        assert not app.exception, app.exception
    for i in range(renders):
        recipe = preset(
            "report/4-small-norm",
            Target(LAYERS[i % len(LAYERS)], i % 64),
            steps=8,
            size=128,
            seed=first_seed + i,
        )
        ticket = STUDIO.submit("soak", [recipe])
        while ticket.view().status in LIVE:
            time.sleep(0.01)


STUDIO = Studio(Settings())

if __name__ == "__main__":
    run(2 * len(PAGES), len(LAYERS), 10_000)
    before = resident_mb()
    print(f"warm: {before:.0f} MB")
    run(PAGE_RUNS, RENDERS, 0)
    after = resident_mb()
    print(
        f"after {PAGE_RUNS} page runs and {RENDERS} renders: {after:.0f} MB, {after - before:+.0f}"
    )
