"""Photos of any kind become RGB, or a sentence; PNG files carry notes."""

import hashlib
import io
import json
import shutil
import struct
import subprocess
import sys
import tracemalloc
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from explorer import images
from explorer.images import (
    KEPT_SIDE,
    SAMPLES,
    Photo,
    gif_bytes,
    jpeg_bytes,
    photo_named,
    png_bytes,
    read_note,
    read_photo,
    sample_photo,
)

ROOT = Path(images.__file__).parents[1]
HEIC = Path(__file__).parent / "data" / "photo.heic"
RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)


def corners(height=12, width=20) -> np.ndarray:
    """A picture whose four corners differ: red, green / blue, white."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[: height // 2, : width // 2] = RED
    pixels[: height // 2, width // 2 :] = GREEN
    pixels[height // 2 :, : width // 2] = BLUE
    pixels[height // 2 :, width // 2 :] = WHITE
    return pixels


def gradient(height=8, width=16) -> np.ndarray:
    """Gray levels rising from left to right, 0 to 255: uint8 (h, w)."""
    return np.tile(np.linspace(0, 255, width).round().astype(np.uint8), (height, 1))


def encoded(image: Image.Image, kind: str = "PNG", **options) -> bytes:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return buffer.getvalue()


def exif(orientation: int) -> Image.Exif:
    entries = Image.Exif()
    entries[0x0112] = orientation
    return entries


# What must be done to the stored pixels to see them upright (EXIF 2.3, tag 274).
UPRIGHT = {
    1: lambda p: p,
    2: lambda p: p[:, ::-1],
    3: lambda p: p[::-1, ::-1],
    4: lambda p: p[::-1],
    5: lambda p: p.swapaxes(0, 1),
    6: lambda p: p.swapaxes(0, 1)[:, ::-1],
    7: lambda p: p.swapaxes(0, 1)[::-1, ::-1],
    8: lambda p: p.swapaxes(0, 1)[::-1],
}


@pytest.mark.parametrize("orientation", UPRIGHT)
@pytest.mark.parametrize("kind", ["PNG", "JPEG", "TIFF", "WEBP"])
def test_exif_orientation_is_applied(kind, orientation):
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    options |= {"lossless": True} if kind == "WEBP" else {}
    stored = corners(16, 32)
    data = encoded(Image.fromarray(stored), kind, exif=exif(orientation), **options)
    found = read_photo(data).pixels
    wanted = UPRIGHT[orientation](stored)
    assert found.shape == wanted.shape
    assert np.abs(found.astype(int) - wanted).max() <= (4 if kind == "JPEG" else 0)


@pytest.mark.parametrize("orientation", [3, 6])
def test_exif_orientation_is_applied_to_16_bits_too(orientation):
    stored = gradient().astype(np.uint16) * 257
    data = encoded(Image.fromarray(stored), "PNG", exif=exif(orientation))
    wanted = UPRIGHT[orientation](gradient())
    found = read_photo(data).pixels
    assert found.shape[:2] == wanted.shape
    assert np.array_equal(found[..., 0], wanted)


@pytest.mark.parametrize("kind", ["PNG", "TIFF"])
def test_16_bits_are_reduced_to_8(kind):
    data = encoded(Image.fromarray(gradient().astype(np.uint16) * 257), kind)
    found = read_photo(data).pixels
    assert np.array_equal(found, np.repeat(gradient()[..., None], 3, axis=-1))


def test_32_bit_integers():
    data = encoded(Image.fromarray(gradient().astype(np.int32) * 257), "TIFF")
    found = read_photo(data).pixels.astype(int)
    assert np.abs(found - gradient()[..., None]).max() <= 1


@pytest.mark.parametrize("highest", [255.0, 65535.0, 1.0])
def test_floating_point_tiff_keeps_its_grays(highest):
    """Floats come on the scale of 8 bits, of 16 bits, or from 0 to 1, as most programs write."""
    values = gradient().astype(np.float32) / 255 * highest
    found = read_photo(encoded(Image.fromarray(values), "TIFF")).pixels.astype(int)
    assert np.abs(found - gradient()[..., None]).max() <= 1


@pytest.mark.parametrize("beyond", [1.02, 300.0, -300.0, np.inf, -np.inf, np.nan])
def test_a_few_values_beyond_the_range_change_no_others(beyond):
    grays = np.tile(gradient(), (16, 16))
    values = grays.astype(np.float32) / 255
    values[0, :2] = beyond
    found = read_photo(encoded(Image.fromarray(values), "TIFF")).pixels.astype(int)
    assert np.abs(found - grays[..., None])[1:].max() <= 1


@pytest.mark.parametrize("place", [(0, 0), (3, 5)])
@pytest.mark.parametrize("missing", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_does_not_tell_the_scale(missing, place):
    """A map with nothing at its corner."""
    values = gradient().astype(np.float32) / 255 * 65535
    values[place] = missing
    found = read_photo(encoded(Image.fromarray(values), "TIFF")).pixels.astype(int)
    others = np.isfinite(values)
    assert np.abs(found - gradient()[..., None])[others].max() <= 1


def test_gray_and_black_and_white():
    found = read_photo(encoded(Image.fromarray(gradient()))).pixels
    assert np.array_equal(found, np.repeat(gradient()[..., None], 3, axis=-1))
    bits = gradient() > 100
    found = read_photo(encoded(Image.fromarray(bits))).pixels
    assert np.array_equal(found, np.repeat(bits[..., None], 3, axis=-1) * 255)


@pytest.mark.parametrize("kind", ["JPEG", "TIFF"])
def test_cmyk(kind):
    stored = Image.fromarray(corners(16, 32)).convert("CMYK")
    options = {"quality": 100, "subsampling": 0} if kind == "JPEG" else {}
    found = read_photo(encoded(stored, kind, **options)).pixels.astype(int)
    assert np.abs(found - corners(16, 32)).max() <= 6


def test_transparency_lies_on_gray():
    pixels = np.zeros((2, 3, 4), np.uint8)
    pixels[:, 0] = (255, 0, 0, 255)
    pixels[:, 1] = (255, 0, 0, 0)
    pixels[:, 2] = (255, 0, 0, 127)
    found = read_photo(encoded(Image.fromarray(pixels))).pixels.astype(int)
    half = np.round(127 / 255 * np.array(RED) + 128 / 255 * 128)
    assert np.array_equal(found[0, 0], RED)
    assert np.array_equal(found[0, 1], (128, 128, 128))
    assert np.abs(found[0, 2] - half).max() <= 1


def test_gray_with_transparency():
    pixels = np.array([[[200, 255], [200, 0]]], np.uint8)
    found = read_photo(encoded(Image.fromarray(pixels, "LA"))).pixels
    assert found.tolist() == [[[200] * 3, [128] * 3]]


def test_palette_with_a_transparent_color():
    image = Image.new("P", (2, 1))
    image.putpalette([*RED, *BLUE])
    image.putdata([0, 1])
    found = read_photo(encoded(image, transparency=1)).pixels
    assert found.tolist() == [[list(RED), [128, 128, 128]]]


def test_rgb_with_a_transparent_color():
    image = Image.fromarray(corners())
    found = read_photo(encoded(image, transparency=GREEN)).pixels
    assert found[0, 0].tolist() == list(RED)
    assert found[0, -1].tolist() == [128, 128, 128]


def test_animation_gives_its_first_picture():
    frames = [Image.new("RGB", (9, 7), color) for color in (RED, GREEN, BLUE)]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert np.array_equal(read_photo(data).pixels, np.broadcast_to(np.uint8(RED), (7, 9, 3)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF"])
def test_every_format_is_read_by_a_process_that_has_read_nothing_before(kind, tmp_path):
    """Pillow knows some formats only once its plugins are loaded."""
    path = tmp_path / f"photo.{kind.lower()}"
    path.write_bytes(encoded(Image.fromarray(corners()), kind))
    code = f"from explorer import read_photo; print(read_photo({str(path)!r}).pixels.shape)"
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert (found.stdout.strip(), found.stderr) == ("(12, 20, 3)", "")


def test_photos_of_phones_in_heic(refused):
    """The file has `corners(64, 96)`, encoded by pillow-heif."""
    found = read_photo(HEIC).pixels.astype(int)
    assert np.abs(found - corners(64, 96))[4:28, 4:44].max() < 20
    assert np.abs(found - corners(64, 96)).mean() < 3
    data = HEIC.read_bytes()
    for part in (data[: len(data) // 2], data[:-20]):
        with refused("damaged|incomplete|not a picture"):
            read_photo(part)


def test_pictures_of_two_lens_cameras():
    """MPO: several JPEGs in one file."""
    pictures = [Image.fromarray(corners(16, 32)), Image.new("RGB", (32, 16))]
    data = encoded(pictures[0], "MPO", save_all=True, append_images=pictures[1:])
    found = read_photo(data).pixels
    assert found.shape == (16, 32, 3) and found[2, 2, 0] > 200 > 60 > found[2, 2, 2]


def test_one_pixel():
    photo = read_photo(encoded(Image.new("RGB", (1, 1), BLUE)))
    assert photo.pixels.tolist() == [[list(BLUE)]]
    assert np.array_equal(photo.fitted((33, 47)), np.broadcast_to(np.uint8(BLUE), (33, 47, 3)))


@pytest.mark.parametrize("mode", ["1", "P", "L", "RGB"])
def test_large_photos_are_shrunk_by_averaging(mode):
    board = np.indices((2 * KEPT_SIDE, 2 * KEPT_SIDE)).sum(axis=0) % 2 * 255
    image = Image.fromarray(board.astype(np.uint8)).convert(mode)
    found = read_photo(encoded(image)).pixels.astype(int)
    assert found.shape == (KEPT_SIDE, KEPT_SIDE, 3)
    assert np.abs(found[8:-8, 8:-8] - 127.5).max() <= 2


def test_large_photos_of_floats_keep_their_scale_and_take_little_memory():
    """The scale is told by the highest value of all, which shrinking may average away."""
    values = np.full((KEPT_SIDE // 2, 8 * KEPT_SIDE), 30_000, np.float32)
    values[0, 0] = 65_535
    values[0, 1:9] = 0
    data = encoded(Image.fromarray(values), "TIFF", compression="tiff_deflate")
    tracemalloc.start()
    found = read_photo(data).pixels
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert found.shape == (KEPT_SIDE // 16, KEPT_SIDE, 3)
    assert np.abs(found[4:, 4:].astype(int) - 30_000 / 257).max() <= 1
    assert most < values.nbytes


def test_the_scale_of_floats_is_told_before_large_photos_are_shrunk():
    """One point of 300 says that the values are of 16 bits; shrunk, little of it is left."""
    values = np.full((KEPT_SIDE // 2, 8 * KEPT_SIDE), 100, np.float32)
    values[0, 0] = 300
    data = encoded(Image.fromarray(values), "TIFF", compression="tiff_deflate")
    assert read_photo(data).pixels.max() <= 1


def test_large_photos_are_shrunk_and_keep_their_proportions():
    pixels = np.repeat(np.repeat(corners(2, 4), 1200, axis=0), 1200, axis=1)
    found = read_photo(encoded(Image.fromarray(pixels))).pixels
    assert found.shape == (KEPT_SIDE // 2, KEPT_SIDE, 3)
    assert found[5, 5].tolist() == list(RED) and found[-5, -5].tolist() == list(WHITE)


def test_fitted_takes_the_center_of_the_longer_side():
    """Left and right thirds are red and green and must go; blue fills the square."""
    pixels = np.zeros((100, 300, 3), np.uint8)
    pixels[:, :100], pixels[:, 100:200], pixels[:, 200:] = RED, BLUE, GREEN
    fitted = Photo("x", pixels).fitted((50, 50))
    assert fitted.shape == (50, 50, 3) and fitted.dtype == np.uint8
    assert np.array_equal(fitted[:, 3:-3], np.broadcast_to(np.uint8(BLUE), (50, 44, 3)))
    assert Photo("x", pixels.swapaxes(0, 1)).fitted((60, 40)).shape == (60, 40, 3)


# ---- Refusals


def png_declaring(width: int, height: int) -> bytes:
    """A PNG of a few bytes that says it is this large."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    body = chunk(b"IDAT", zlib.compress(b"\0" * 1000)) + chunk(b"IEND", b"")
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + body


@pytest.mark.parametrize("side", [8_000, 10_000, 20_000, 100_000])
def test_decompression_bombs_are_refused_before_they_are_decoded(side, refused):
    with refused("limit is 60 million pixels"):
        read_photo(png_declaring(side, side))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "TIFF", "BMP"])
def test_truncated_files_are_refused(kind, refused):
    noise = np.random.default_rng(0).integers(0, 256, (64, 64, 3), dtype=np.uint8)
    data = encoded(Image.fromarray(noise), kind)
    with refused("damaged|incomplete|not a picture"):
        read_photo(data[: len(data) // 2])


@pytest.mark.parametrize(
    "data", [b"", b"hello", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='x'/>", b"%PDF-1.4\n", b"\0" * 5000]
)
def test_what_is_no_picture_is_refused(data, refused, tmp_path):
    with refused():
        read_photo(data)
    (tmp_path / "x.png").write_bytes(data)
    with refused("x.png"):
        read_photo(tmp_path / "x.png")


def test_formats_outside_the_table_are_refused(refused):
    with refused("JPEG, HEIC, PNG"):
        read_photo(encoded(Image.new("RGB", (4, 4)), "ICO"))


def test_missing_files_and_folders_are_refused(refused, tmp_path):
    with refused("no file"):
        read_photo(tmp_path / "missing.jpg")
    with refused("folder"):
        read_photo(tmp_path)


def test_names_that_no_file_can_have_are_refused(refused, tmp_path):
    with refused():
        read_photo(tmp_path / ("x" * 300 + ".jpg"))


def test_memory_that_runs_out_is_no_damage(refused, monkeypatch):
    def too_much(image):
        raise MemoryError

    monkeypatch.setattr(images, "_upright_rgb", too_much)
    with refused("Memory ran out"):
        read_photo(encoded(Image.fromarray(corners(2, 2))))


def test_a_photo_that_is_no_ones_own_is_looked_for_among_the_samples(refused):
    with refused("no sample photo 'dgo': choose from"):
        photo_named("dgo", None)


def test_too_many_bytes_are_refused(refused, tmp_path, monkeypatch):
    monkeypatch.setattr(images, "LARGEST_FILE", 1_000_000)
    with refused("limit is 1 MB"):
        read_photo(b"\0" * 2_000_000)
    (tmp_path / "big.jpg").write_bytes(b"\0" * 2_000_000)
    with refused("limit is 1 MB"):
        read_photo(tmp_path / "big.jpg")
    (tmp_path / "endless.jpg").symlink_to("/dev/zero")
    with refused("limit is 1 MB"):
        read_photo(tmp_path / "endless.jpg")


# ---- Names


def test_samples_are_named_and_read():
    assert {"cat", "flower", "temple"} <= set(SAMPLES)
    for name in SAMPLES:
        photo = sample_photo(name)
        assert photo.name == name
        assert photo.pixels.ndim == 3 and photo.pixels.std() > 20


def test_unknown_sample_is_refused(refused):
    with refused("choose from astronaut"):
        sample_photo("dog")


def test_other_photos_are_named_by_digest(tmp_path):
    data = encoded(Image.fromarray(corners()))
    (tmp_path / "a.png").write_bytes(data)
    wanted = "sha256:" + hashlib.sha256(data).hexdigest()
    assert read_photo(data).name == read_photo(tmp_path / "a.png").name == wanted


# ---- Files


def test_notes_survive_and_pixels_too():
    note = {"word": "σ “quoted” ü", "number": 0.1, "list": [1, None, {"x": True}]}
    data = png_bytes(corners(), note)
    assert read_note(data) == note
    assert np.array_equal(np.asarray(Image.open(io.BytesIO(data))), corners())
    assert json.loads(Image.open(io.BytesIO(data)).text["explorer"]) == note


def test_what_carries_no_note_is_refused(refused, tmp_path):
    with refused("carries no recipe"):
        read_note(png_bytes(corners()))
    with refused("not a PNG"):
        read_note(encoded(Image.fromarray(corners()), "JPEG"))
    with refused("no file"):
        read_note(tmp_path / "missing.png")


@pytest.mark.parametrize("text", ["", "{", "[1]", "3", "[" * 100_000])
def test_damaged_notes_are_refused(text, refused):
    info = PngImagePlugin.PngInfo()
    info.add_itxt("explorer", text)
    with refused("recipe"):
        read_note(encoded(Image.fromarray(corners()), pnginfo=info))


def test_notes_hold_any_text():
    """Names in a forged recipe may hold halves of characters, which no file can as they are."""
    note = {"preset": "\ud800 “×” \0"}
    assert read_note(png_bytes(corners(), note)) == note


def test_a_jpeg_keeps_fine_colors():
    """Red and green of one lightness, in turn, as the pictures of early layers have them."""
    pixels = np.zeros((32, 32, 3), np.uint8)
    pixels[::2, ::2] = pixels[1::2, 1::2] = (180, 60, 60)
    pixels[::2, 1::2] = pixels[1::2, ::2] = (60, 121, 60)
    found = np.asarray(Image.open(io.BytesIO(jpeg_bytes(pixels)))).astype(int)
    assert np.abs(found - pixels).mean() < 4


def test_jpeg_looks_like_the_picture():
    pixels = sample_photo("cat").fitted((64, 64))
    found = np.asarray(Image.open(io.BytesIO(jpeg_bytes(pixels, quality=95)))).astype(int)
    assert found.shape == pixels.shape
    assert np.abs(found - pixels).mean() < 6


def test_an_animation_shows_all_of_pictures_of_several_sizes():
    """One picture first, then several beside one another."""
    small, large = (np.full((*size, 3), 200, np.uint8) for size in ((64, 64), (128, 192)))
    small[:, 32:] = 50
    animation = Image.open(io.BytesIO(gif_bytes([png_bytes(small), png_bytes(large)])))
    assert animation.size == (192, 128)
    first = np.asarray(animation.convert("L"))
    assert (first[:, 32:88] == 200).all() and (first[:, 104:160] == 50).all()
    assert not first[:, :32].any() and not first[:, 160:].any()
    animation.seek(1)
    assert (np.asarray(animation.convert("L")) == 200).all()


@pytest.mark.parametrize(("count", "each"), [(4, 1000), (50, 80), (400, 20)])
def test_an_animation_shows_pictures_evenly_and_holds_the_last(count, each):
    """Milliseconds; what is shorter than 20 is slow in browsers."""
    pictures = [np.full((8, 8, 3), i % 256, np.uint8) for i in range(count)]
    animation = Image.open(io.BytesIO(gif_bytes(list(map(png_bytes, pictures)))))
    assert (animation.n_frames, animation.info["loop"]) == (count, 0)
    shown = []
    for i, picture in enumerate(pictures):
        animation.seek(i)
        shown.append(animation.info["duration"])
        assert np.array_equal(np.asarray(animation.convert("RGB")), picture)
    assert shown == [each] * (count - 1) + [1500]


def test_every_format_is_read_first_thing(tmp_path):
    """In a fresh process, where Pillow knows no more formats than the program asks it to."""
    for name in {*images.FORMATS} - {"HEIF"}:
        Image.fromarray(corners(64, 96)).save(tmp_path / name, name)
    shutil.copy(HEIC, tmp_path / "HEIF")
    code = (
        "import sys; from pathlib import Path; from explorer.images import read_photo; "
        "print([read_photo(path).pixels.shape for path in sorted(Path(sys.argv[1]).iterdir())])"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    found = subprocess.run(command, capture_output=True, text=True, cwd=ROOT)
    assert found.returncode == 0, found.stderr
    assert found.stdout.strip() == str([(64, 96, 3)] * len(images.FORMATS))


@pytest.mark.parametrize("source", [None, 3, Image.new("RGB", (8, 8)), io.BytesIO(), "a\0b"])
def test_what_is_neither_a_path_nor_bytes_is_refused(source, refused):
    with refused():
        read_photo(source)


@pytest.mark.parametrize(
    "size", [(224.0, 224.0), (-1, 5), (0, 0), (1, 2, 3), "224", None, 1.5, True, 8193]
)
def test_a_photo_is_fitted_to_whole_pixels(size, refused):
    with refused("A photo is fitted to"):
        sample_photo("cat").fitted(size)


def test_one_number_fits_a_photo_to_a_square():
    assert np.array_equal(sample_photo("cat").fitted(64), sample_photo("cat").fitted((64, 64)))
