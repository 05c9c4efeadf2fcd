"""Contact sheets: pictures in a grid with captions; and numbers as colors."""

import unicodedata
from collections.abc import Sequence

import numpy as np
from cmap import Colormap
from PIL import Image, ImageDraw, ImageFont

COLORMAP = Colormap("viridis")
PAPER, INK, SOFT_INK = (255, 255, 255), (25, 28, 34), (95, 102, 115)
TEXT_SIZE, LINE, GAP = 13, 18, 10
WRITTEN = str.maketrans({"×": "x", "−": "-", "–": "-", "—": "-", "ß": "ss"})
"""Instead of signs that Pillow's own font does not have."""
KNOWN = "“”‘’·°±"
"""Signs beside ASCII's that it has."""


def heat_map(values: np.ndarray, low: float, high: float) -> np.ndarray:
    """Numbers (h, w) as viridis colors, `low` to `high`: uint8 RGB (h, w, 3)."""
    span = max(high - low, 1e-12)
    shares = np.clip((values - low) / span, 0, 1)
    return (COLORMAP(shares)[..., :3] * 255).round().astype(np.uint8)


def enlarged(pixels: np.ndarray, side: int) -> np.ndarray:
    """A picture at `side` pixels on its longer side; small ones keep hard pixel edges."""
    image = Image.fromarray(pixels)
    scale = side / max(image.size)
    size = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    small = scale > 1.5
    return np.asarray(
        image.resize(size, Image.Resampling.NEAREST if small else Image.Resampling.LANCZOS)
    )


def sheet(
    rows: Sequence[Sequence[tuple[np.ndarray, str]]],
    headings: Sequence[str] | None = None,
    title: str = "",
    side: int = 224,
) -> np.ndarray:
    """A grid of pictures.

    Args:
        rows: of (uint8 RGB picture, caption); a caption may have several lines.
        headings: one text for each row, set above it.
        title: above all.
        side: pixels of each cell's longer side.

    Returns:
        uint8 RGB.
    """
    font = ImageFont.load_default(TEXT_SIZE)
    columns = max(len(row) for row in rows)
    lines = max((caption.count("\n") + 1 if caption else 0 for row in rows for _, caption in row))
    cell = side + LINE * lines + GAP
    head = LINE + 4 if headings else 0
    top = GAP + (LINE + GAP if title else 0)
    width = GAP + columns * (side + GAP)
    page = Image.new("RGB", (width, top + len(rows) * (cell + head)), PAPER)
    draw = ImageDraw.Draw(page)
    if title:
        large = ImageFont.load_default(TEXT_SIZE + 3)
        draw.text((GAP, GAP), _fitting(title, large, width - 2 * GAP), INK, large)
    for i, row in enumerate(rows):
        y = top + i * (cell + head)
        if headings:
            draw.text((GAP, y), _fitting(headings[i], font, width), INK, font)
        for j, (pixels, caption) in enumerate(row):
            x = GAP + j * (side + GAP)
            page.paste(Image.fromarray(enlarged(pixels, side)), (x, y + head))
            for k, line in enumerate(caption.split("\n") if caption else ()):
                text = _fitting(line, font, side)
                ink = INK if k == 0 else SOFT_INK
                draw.text((x, y + head + side + 2 + k * LINE), text, ink, font)
    return np.asarray(page)


def _written(text: str) -> str:
    """A text in signs that Pillow's own font has: letters lose what is above or below them."""
    plain = unicodedata.normalize("NFKD", text.translate(WRITTEN))
    return "".join(
        sign if sign.isascii() or sign in KNOWN else "?"
        for sign in plain
        if not unicodedata.combining(sign)
    )


def _fitting(text: str, font, width: int) -> str:
    text = _written(text)
    if font.getlength(text) <= width:
        return text
    while text and font.getlength(text + "…") > width:
        text = text[:-1]
    return text + "…"
