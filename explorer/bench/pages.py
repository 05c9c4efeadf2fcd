"""How long each page takes, without a browser: `measure` runs it in a fresh process."""

from dataclasses import dataclass
from pathlib import Path

from explorer.bench.fresh import in_fresh_process

ROOT = Path(__file__).parents[2]
PAGES = ("streamlit_app.py", *sorted(f"pages/{path.name}" for path in ROOT.glob("pages/*.py")))
"""Paths from the project's folder; the first is the home page."""


@dataclass(frozen=True)
class Page:
    """A page's script from start to end, run by Streamlit's own testing tool.

    What travels to the browser, and what it draws, is not in it.

    Attributes:
        page: see `PAGES`.
        seconds_first: in a fresh process, with what the page imports and loads.
        seconds: for a further visitor, a median.
    """

    page: str
    seconds_first: float
    seconds: float


def measure(page: str, repeats: int) -> Page:
    """Measure one page."""
    return Page(page, **in_fresh_process("explorer.bench.visit", page, str(repeats)))
