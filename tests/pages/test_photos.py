"""The photos that visitors bring."""

import threading
import time

import pytest

from explorer.ui import photos


def test_photos_are_decoded_one_at_a_time(monkeypatch):
    """A few hundred kilobytes can unfold to half a gigabyte: not for everybody at once."""
    now, most = [], []

    def decode(data: bytes) -> bytes:
        now.append(data)
        most.append(len(now))
        time.sleep(0.05)
        now.remove(data)
        return data

    monkeypatch.setattr(photos, "read_photo", decode)
    visitors = [threading.Thread(target=photos.take, args=(b"%d" % i,)) for i in range(4)]
    for each in visitors:
        each.start()
    for each in visitors:
        each.join()
    assert most == [1, 1, 1, 1]


@pytest.mark.parametrize(("more", "words"), [(0, "read"), (1, "more than 20 MB")])
def test_a_megabyte_is_what_the_uploader_says(monkeypatch, more, words):
    monkeypatch.setattr(photos, "upload_mb", lambda: 20)
    monkeypatch.setattr(photos, "read_photo", lambda data: "read")
    assert words in (photos.take(bytes(20 * 2**20 + more)) or "read")


@pytest.mark.parametrize(
    ("address", "there"),
    [
        (None, True),
        ("https://example.org/Filter_activations", True),
        ("http://localhost:8501/Filter_activations", True),
        ("http://127.0.0.1:8501/", True),
        ("http://[::1]:8501/", True),
        ("http://192.168.0.7:8501/Filter_activations", False),
        ("http://example.org/", False),
    ],
)
def test_browsers_give_their_camera_to_secure_pages(address, there):
    assert photos.has_camera(address) is there
