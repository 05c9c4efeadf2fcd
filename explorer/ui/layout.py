"""What every page has: its frame, its style, and small pieces of text."""

import re
from collections.abc import Iterable
from urllib.parse import quote

import streamlit as st

from explorer.errors import InputError
from explorer.ui import glossary
from explorer.ui.plain import literal
from explorer.ui.session import settings

LONGEST_NAME = 60
"""Characters of a file's name."""
ICON = "data:image/svg+xml," + quote(
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32" fill="none" stroke="#c2622b">'
    '<circle cx="13" cy="13" r="9.5" stroke-width="4"/>'
    '<path d="M20.5 20.5 29 29" stroke-width="5" stroke-linecap="round"/>'
    '<path d="M9 13h8M13 9v8" stroke-width="2.5" stroke-linecap="round"/></svg>'
)
"""Of the page in its tab."""
STYLE = """
<style>
.block-container { padding-top: 4rem; max-width: 1320px; }
[data-testid="stImage"] img, [data-testid="stImageContainer"] img { border-radius: 6px; }
h1 { padding-bottom: 0.2rem !important; }
[data-testid="stMain"]:focus-visible { outline: none !important; box-shadow: none !important; }
:focus-visible:not([data-testid="stMain"]), label:has(input[type="checkbox"]:focus-visible) {
  outline: 2px solid #c2622b !important; outline-offset: 2px; }
[data-testid="stSelectbox"] input:focus-visible { outline: none !important; }
[data-testid="stButtonGroup"] button { padding-inline: 0.5rem; }
[data-testid="stCaptionContainer"] code { font-size: 0.8rem; }
[data-testid="stSidebarNavItems"] li:first-child a > * { display: none; }
[data-testid="stSidebarNavItems"] li:first-child a::after { content: "Home"; font-size: 0.875rem; }
[data-testid="stCaptionContainer"] { opacity: 0.8; }
[data-testid="stBaseButton-primary"]:enabled { color: light-dark(#fff, #16110d) !important; }
[data-testid="stFileChip"][aria-invalid="true"] { flex-wrap: wrap; height: auto; max-width: none; }
[data-testid="stFileChip"] [role="alert"] { position: static; width: 100%; height: auto; margin: 0;
  clip: auto; clip-path: none; white-space: normal; font-size: 0.875rem; }
[data-testid="stPageLink-NavLink"] p { white-space: normal; }
[class*="st-key-pick-"] { position: relative; gap: 0.25rem; }
[class*="st-key-pick-"] :is([data-testid="stElementContainer"], [data-testid="stPageLink"],
  .stButton, button, a) { position: static; }
[class*="st-key-pick-"] :is(button, a)::after { content: ""; position: absolute; inset: 0; }
[class*="st-key-pick-"]:hover img { filter: brightness(1.12); }
[class*="st-key-pick-"] [data-testid="stElementToolbar"] { display: none; }
[class*="st-key-progress-"] [data-testid="stHorizontalBlock"] { flex-wrap: nowrap; }
[class*="st-key-progress-"] [data-testid="stColumn"] { min-width: 0; }
[class*="st-key-progress-"] [data-testid="stColumn"]:has(button) { min-width: 6.5rem; }
[class*="st-key-progress-"] [data-retained="true"] { display: none; }
.st-key-hidden, .st-key-hidden-address { display: none; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }
[data-testid="stMain"] { scroll-padding-block: 8rem 5rem; }
div:has(> .st-key-draw), .st-key-draw { position: sticky; bottom: 0; top: 3.75rem; z-index: 2;
  padding-block: 0.4rem; background: light-dark(#fff, #171614); }
.st-key-draw { box-shadow: 0 -0.6rem 0.6rem -0.6rem rgba(128, 128, 128, 0.5); }
.st-key-measures [data-testid="stMetricValue"] { font-size: 1.35rem; }
.waiting { aspect-ratio: 1; border-radius: 6px; background: rgba(128, 128, 128, 0.18); }
.st-key-heading [data-testid="stColumn"]:has([data-testid="stPopover"]) { min-width: 7rem; }
[class*="st-key-point-"] { display: none; }
@media (max-width: 1000px) {
  [class*="st-key-point-"] { display: flex; }
  .st-key-stage > div > [data-testid="stHorizontalBlock"],
  .st-key-stage > [data-testid="stHorizontalBlock"] { flex-direction: column-reverse; }
  :is(.st-key-stage, [class*="st-key-stacked-"]) > div > [data-testid="stHorizontalBlock"]
    > [data-testid="stColumn"] { min-width: 100%; }
}
@media (max-width: 640px) {
  [class*="st-key-pictures-"] [data-testid="stColumn"] { min-width: 0;
    flex: 0 0 calc(50% - 0.5rem); }
}
@media print {
  [data-testid="stSidebar"], [data-testid="stHeader"], [data-testid="stExpander"],
  [data-testid="stPopover"], [data-testid="stFileUploader"], [data-testid="stButton"],
  [data-testid="stDownloadButton"], [data-testid="stPageLink"], [data-testid="stButtonGroup"],
  [data-testid="stCheckbox"], [data-testid="stSelectbox"], [data-testid="stNumberInput"],
  [data-testid="stTextInput"], [data-testid="stSlider"], [data-testid="stProgress"],
  [data-testid="stMultiSelect"], [data-testid="stCode"], .st-key-draw, [role="tablist"] {
    display: none !important; }
  [data-testid="stAppViewContainer"], [data-testid="stMain"], [data-testid="stApp"] {
    position: static !important; overflow: visible !important; height: auto !important; }
  .block-container { padding-block: 0 !important; }
  [data-testid="stColumn"], [data-testid="stImage"], img { break-inside: avoid; }
}
@media (hover: none) {
  [data-testid="stBaseButton-secondary"] kbd { display: none; }
  [data-testid="stPageLink-NavLink"], [data-testid="stBaseButton-tertiary"] { min-height: 2.5rem; }
  button[aria-label^="Help for"] { padding: 10px; margin: -10px; }
}
</style>
"""
"""In a container whose key begins with "pick-", a picture and its button or link are one thing to
click on."""


def begin(title: str, lead: str) -> None:
    """Set up a page and write its title and one sentence below it."""
    st.set_page_config(page_title=f"{title} · VGG16 explorer", page_icon=ICON, layout="wide")
    st.html(STYLE)
    try:
        settings()
    except InputError as error:
        st.error(f"{literal(error)} Whoever runs this server can set it right, and start it again.")
        st.stop()
    with st.container(key="heading"):
        heading, words = st.columns((5, 1), vertical_alignment="center")
    heading.title(title)
    with words, st.container(horizontal_alignment="right"):
        glossary.offer()
    st.markdown(lead)


def stage(controls: int = 5, picture: int = 7):
    """Two columns, controls and picture, of these shares; on a phone the picture comes first.

    Where there is no room for both, on a tablet with its menu open, it is as on a phone.
    """
    with st.container(key="stage"):
        return st.columns((controls, picture), gap="large")


def point(words: str, name: str) -> None:
    """A link to a landmark, only where columns are stacked and it is out of sight."""
    with st.container(key=f"point-{name}"):
        st.markdown(f"[{words}](#{name})")


def draw_bar():
    """Where the button stands that draws: it stays in sight while its controls are."""
    return st.container(key="draw")


def landmark(name: str) -> None:
    """A place on the page that `point` leads to."""
    st.html(f'<span id="{name}"></span>')


def complain(sentences: Iterable[str]) -> None:
    """Say what was not understood, above the page's content."""
    for sentence in sentences:
        st.warning(literal(sentence), icon=":material/warning:")


def file_name(words: str) -> str:
    """Words as the name of a file, without its ending: "conv3_1-channel-1"."""
    return "-".join(re.findall(r"[\w.−]+", words)).replace("−", "minus-")[:LONGEST_NAME].strip("-")


def duration(seconds: float) -> str:
    """Seconds for people: "8 s", "2 min 5 s"."""
    whole = max(1, round(seconds))
    return f"{whole} s" if whole < 90 else f"{whole // 60} min {whole % 60} s"
