"""Pictures in and out: photos of any kind to RGB, PNG files that carry a note."""

import base64
import hashlib
import io
import json
import os
import warnings
from dataclasses import dataclass
from numbers import Integral
from pathlib import Path

import numpy as np
from pi_heif import register_heif_opener
from PIL import Image, ImageOps, PngImagePlugin, UnidentifiedImageError

from explorer.errors import InputError

SAMPLES = {path.stem: path for path in sorted(Path(__file__).parent.glob("data/photos/*.jpg"))}
"""The embedded photos by name."""

register_heif_opener()  # what iPhones save

FORMATS = {
    "JPEG": (".jpg", ".jpeg"),
    "HEIF": (".heic", ".heif"),
    "PNG": (".png",),
    "WEBP": (".webp",),
    "GIF": (".gif",),
    "BMP": (".bmp",),
    "TIFF": (".tif", ".tiff"),
}
"""What is read, and how names of files in a folder end that are taken for photos."""
READABLE = "JPEG, HEIC, PNG, WebP, GIF, BMP or TIFF"
"""The same, as people call them."""
MEGABYTE = 2**20
"""Bytes, as Streamlit counts them for uploads."""
LARGEST_FILE = 50 * MEGABYTE
"""Bytes of a photo's file."""
LARGEST_FITTED = 8192
"""Pixels of a side to which a photo is fitted at most."""
LARGEST_PHOTO = 60_000_000
"""Pixels of a photo before it is decoded."""
OWN = "sha256:"
"""What the names of photos begin with that are not samples; the digest of the file follows."""
KEPT_SIDE = 2048
"""A photo is shrunk so that its longer side has at most so many pixels."""
GRAY = (128, 128, 128)
"""What shows through where a photo is transparent."""
SEAM = 4
"""Pixels between the pictures of one render."""
NOTE = "explorer"
"""Keyword of the PNG text chunk that carries the note."""


@dataclass(frozen=True, eq=False)
class Photo:
    """A photo in memory.

    Attributes:
        name: of a sample photo, or "sha256:" and the digest of the file for any other.
        pixels: uint8 RGB (height, width, 3), upright.
    """

    name: str
    pixels: np.ndarray

    def fitted(self, size: int | tuple[int, int]) -> np.ndarray:
        """The center of the photo at this (height, width): uint8 RGB, shorter side fitted.

        Raises:
            InputError: it is neither one whole number nor two, or not from 1 to 8,192.
        """
        sides = tuple(size) if isinstance(size, tuple | list) else (size, size)
        if len(sides) != 2 or not all(map(_is_side, sides)):
            raise InputError(
                "A photo is fitted to a height and a width in whole pixels, from 1 to "
                f"{LARGEST_FITTED:,}."
            )
        height, width = sides
        image = Image.fromarray(self.pixels)
        return np.asarray(ImageOps.fit(image, (width, height), Image.Resampling.BICUBIC))


def _is_side(number: object) -> bool:
    whole = isinstance(number, Integral) and not isinstance(number, bool)
    return whole and 1 <= number <= LARGEST_FITTED


def sample_photo(name: str) -> Photo:
    """An embedded photo; `InputError` if there is none of this name."""
    if name not in SAMPLES:
        raise InputError(f"There is no sample photo '{name}': choose from {', '.join(SAMPLES)}.")
    return Photo(name, read_photo(SAMPLES[name]).pixels)


def photo_named(name: str, own: Photo | None) -> Photo:
    """The sample photo of this name, or the person's own; `InputError` if it is not given."""
    if not name.startswith(OWN):
        return sample_photo(name)
    if own is None or own.name != name:
        given = "another photo was given" if own else "it was not given"
        raise InputError(
            f"The recipe needs a person's own photo ({name[:15]}…), and {given}: please give "
            "that file."
        )
    return own


def read_photo(source: str | Path | bytes) -> Photo:
    """Read a photo of any mode and orientation.

    The format and the number of pixels are looked at before anything is decoded. EXIF
    orientation is applied, transparency laid on gray, 16 bits reduced to 8, of an animation the
    first picture taken, and what is very large shrunk.

    Args:
        source: a path, or the bytes of a file.

    Raises:
        InputError: there is no such file, it is not a photo, is damaged, or too large.
    """
    if not isinstance(source, bytes | str | Path):
        raise InputError("A photo is read from a path, or from the bytes of a file.")
    what = "The photo" if isinstance(source, bytes) else f"'{source}'"
    data = source if isinstance(source, bytes) else _file_bytes(source, what)
    if len(data) > LARGEST_FILE:
        raise InputError(f"{what} is too large: the limit is {LARGEST_FILE / MEGABYTE:.0f} MB.")
    most = f"the limit is {LARGEST_PHOTO / 1e6:.0f} million pixels, so please make it smaller."
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=tuple(FORMATS))
            width, height = image.size
            if width * height > LARGEST_PHOTO:
                raise InputError(f"{what} has {width}×{height} pixels: {most}")
            pixels = _upright_rgb(image)
    except Image.DecompressionBombError:
        raise InputError(f"{what} has too many pixels: {most}") from None
    except UnidentifiedImageError:
        raise InputError(f"{what} is not a picture that can be read: use a {READABLE}.") from None
    except InputError:
        raise
    except MemoryError:
        raise InputError(f"Memory ran out while {what} was read: use a smaller one.") from None
    except Exception:  # noqa: BLE001 - Pillow raises many kinds
        raise InputError(f"{what} is damaged or incomplete: please use another file.") from None
    return Photo(OWN + hashlib.sha256(data).hexdigest(), pixels)


def _file_bytes(path: str | Path, what: str) -> bytes:
    """What a file holds; of one that is too large, or has no end, one byte more than allowed."""
    if "\0" in os.fspath(path):
        raise InputError("The name of a file cannot have a zero character in it.")
    try:
        if os.path.isdir(path):
            raise InputError(f"{what} is a folder: please give a file.")
        with open(path, "rb") as file:
            return file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise InputError(f"There is no file {what}.") from None
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror}.") from None


def _upright_rgb(image: Image.Image) -> np.ndarray:
    image.draft("RGB", (KEPT_SIDE, KEPT_SIDE))
    ImageOps.exif_transpose(image, in_place=True)
    small = (KEPT_SIDE, KEPT_SIDE), Image.Resampling.BICUBIC
    if image.mode in ("1", "P", "PA"):  # which would be shrunk by leaving pixels out
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in ("I", "F"):
        highest, floating = _highest(image), image.mode == "F"
        image.thumbnail(*small)
        values = np.nan_to_num(np.asarray(image, np.float64))
        image = Image.fromarray(_eight_bits(values, highest, floating))
    image.thumbnail(*small)
    if image.has_transparency_data:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, (*GRAY, 255)), image)
    return np.asarray(image.convert("RGB"))


def _highest(image: Image.Image) -> float:
    """The highest number in a picture of mode I or F that is one."""
    _, highest = image.getextrema()
    if np.isfinite(highest):
        return highest
    pixels = np.asarray(image)
    return float(np.max(pixels, where=np.isfinite(pixels), initial=0))


def _eight_bits(values: np.ndarray, highest: float, floating: bool) -> np.ndarray:
    """Gray values of 0–65,535, of 0–255, or, if floating, of 0–1, as uint8.

    Of values from 0 to 1 a hundredth may lie beyond, where a picture was sharpened or shrunk.
    """
    scale = 1 / 257 if highest > 255 else 1
    if floating and np.percentile(values, 99) <= 1:
        scale = 255
    return np.clip(values * scale, 0, 255).round().astype(np.uint8)


def png_bytes(pixels: np.ndarray, note: dict | None = None) -> bytes:
    """A PNG of uint8 RGB (h, w, 3) pixels, with a note as JSON in a text chunk."""
    info = PngImagePlugin.PngInfo()
    if note is not None:
        info.add_itxt(NOTE, json.dumps(note, sort_keys=True))
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "PNG", pnginfo=info)
    return buffer.getvalue()


def jpeg_bytes(pixels: np.ndarray, quality: int = 88) -> bytes:
    """A JPEG of uint8 RGB (h, w, 3) pixels, for showing; its colors are as fine as its light."""
    buffer = io.BytesIO()
    Image.fromarray(pixels).save(buffer, "JPEG", quality=quality, subsampling=0)
    return buffer.getvalue()


def data_url(jpeg: bytes) -> str:
    """An address that holds a JPEG itself, so that showing it needs no file beside."""
    return "data:image/jpeg;base64," + base64.b64encode(jpeg).decode()


def gif_bytes(pictures: list[bytes], seconds: float = 4.0) -> bytes:
    """An animation of encoded pictures, evenly over `seconds`; the last is held for a while.

    Those of another size are brought to that of the last.
    """
    frames = [Image.open(io.BytesIO(data)).convert("RGB") for data in pictures]
    frames = [ImageOps.pad(frame, frames[-1].size) for frame in frames]  # some are of one picture
    each = max(20, round(1000 * seconds / len(frames)))
    buffer = io.BytesIO()
    frames[0].save(
        buffer,
        "GIF",
        save_all=True,
        append_images=frames[1:],
        duration=[each] * (len(frames) - 1) + [1500],
        loop=0,
    )
    return buffer.getvalue()


def read_note(source: str | Path | bytes) -> dict:
    """The note in a PNG that `png_bytes` wrote.

    Raises:
        InputError: the file is not a PNG, or carries no such note.
    """
    what = "The picture" if isinstance(source, bytes) else f"'{source}'"
    data = source if isinstance(source, bytes) else _file_bytes(source, what)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            image = Image.open(io.BytesIO(data), formats=("PNG",))
        text = image.info.get(NOTE)
    except Exception:  # noqa: BLE001 - as above
        raise InputError(f"{what} is not a PNG: use a picture saved by this program.") from None
    if text is None:
        raise InputError(f"{what} carries no recipe: use a PNG saved by this program.")
    try:
        note = json.loads(text)
    except (ValueError, RecursionError):
        note = None
    if not isinstance(note, dict):
        raise InputError(f"{what} carries a recipe that cannot be read.")
    return note


def tiled(pictures: np.ndarray) -> np.ndarray:
    """Pictures (n, h, w, 3) of one size in a grid, as square as can be: uint8 RGB."""
    count, height, width, _ = pictures.shape
    columns = int(np.ceil(count**0.5))
    rows = -(-count // columns)
    page = np.full(
        (rows * (height + SEAM) - SEAM, columns * (width + SEAM) - SEAM, 3), 255, np.uint8
    )
    for i, picture in enumerate(pictures):
        top, left = i // columns * (height + SEAM), i % columns * (width + SEAM)
        page[top : top + height, left : left + width] = picture
    return page
