"""Sentences that quote what somebody wrote, shown as they are and not as Markdown."""

import re

LONGEST = 600
"""Characters that are shown of a sentence."""
JOINER = "\N{WORD JOINER}"
"""Takes no room, and parts what Streamlit would take for an address, an icon or an arrow."""
_MEANINGFUL = re.compile(
    r"[\[\]\\`*~$<>#|&@]|--(?!\w)|:[\w/+-]+:|://|www|(?<!\w)_|_(?!\w)|^\s*([-+>]|\d+\.)", re.I
)
"""What would begin a link, a picture, code, emphasis, a formula, HTML, a color, an icon, a list."""
_SIGNS = re.compile(r"[!-/:-@\[-`{-~]")
"""All punctuation of ASCII, which a backslash before it makes plain (CommonMark)."""


def literal(sentence: object) -> str:
    """A sentence for Streamlit's texts: no sign of it has a meaning, and it is not endless."""
    text = " ".join(str(sentence).encode("utf-8", "replace").decode().split())
    if len(text) > LONGEST:
        text = text[:LONGEST] + " …"
    if not _MEANINGFUL.search(text):
        return text
    text = _SIGNS.sub(lambda sign: f"\\{sign[0]}" + JOINER * (sign[0] in ":@-<>=~"), text)
    return re.sub("(www)", rf"\1{JOINER}", text, flags=re.IGNORECASE)
