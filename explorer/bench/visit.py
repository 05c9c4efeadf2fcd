"""How long a page's script takes, visitor after visitor: `python -m explorer.bench.visit PAGE N`.

Prints one JSON object: seconds for the first visitor in this process, and the median for N further
ones. PAGE is one of `explorer.bench.pages.PAGES`.
"""

import json
import sys
import time
from statistics import median

from streamlit.testing.v1 import AppTest

from explorer.bench.pages import PAGES, ROOT

TIMEOUT = 120


def visit(page: str) -> float:
    """Seconds that a new visitor's first view of a page takes."""
    app = AppTest.from_file(str(ROOT / PAGES[0]), default_timeout=TIMEOUT)
    if page != PAGES[0]:
        app.switch_page(page)
    start = time.perf_counter()
    app.run()
    seconds = time.perf_counter() - start
    assert not app.exception, app.exception
    return seconds


if __name__ == "__main__":
    page, repeats = sys.argv[1:]
    first, *further = (visit(page) for _ in range(int(repeats) + 1))
    print(json.dumps({"seconds_first": first, "seconds": median(further)}))
