"""Sentences that quote what somebody wrote, shown as they are and not as Markdown."""

import re

LONGEST = 600
"""Characters that are shown of a sentence."""
_SIGNS = re.compile(r"[\[\]\\`*~$<]|:(?=[a-z_]+[:/\[])|(?<=http):|(?<=https):|(?<=www)\.")
"""What would begin a link, a picture, code, emphasis, a formula, HTML, a color or an icon."""


def literal(sentence: object) -> str:
    """A sentence for Streamlit's texts: no sign of it has a meaning, and it is not endless."""
    text = str(sentence).encode("utf-8", "replace").decode()
    if len(text) > LONGEST:
        text = text[:LONGEST] + " …"
    return _SIGNS.sub(lambda sign: f"\\{sign[0]}", text)
