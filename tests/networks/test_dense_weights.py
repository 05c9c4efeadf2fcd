"""The dense layers' weight file: where it is looked for, what is refused, how it is downloaded."""

import hashlib
import os
import signal
import socket
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import h5py
import numpy as np
import pytest

from explorer.errors import InputError
from explorer.networks import dense_weights

SHAPES = {"fc1": ((6, 4), (4,)), "fc2": ((4, 4), (4,)), "predictions": ((4, 3), (3,))}
OLD_STYLE = ("{0}_W_1:0", "{0}_b_1:0")
NEW_STYLE = ("{0}/kernel:0", "{0}/bias:0")
PREVIOUS = b"what was there before"


@pytest.fixture(autouse=True)
def small_world(monkeypatch, tmp_path):
    """Tiny layers, no proxy, and neither Keras's real cache nor the user's variable."""
    import keras  # noqa: F401  Before KERAS_HOME is set: Keras reads it once, when imported.

    monkeypatch.setattr(dense_weights, "SHAPES", SHAPES)
    monkeypatch.setattr(dense_weights, "SIZE_MB", 1)
    monkeypatch.setenv("KERAS_HOME", str(tmp_path / "keras"))
    monkeypatch.setenv("no_proxy", "*")
    monkeypatch.delenv("VGG16_WEIGHTS", raising=False)


def arrays(shapes=SHAPES, dtype="float32"):
    """Different weights for each layer."""
    random = np.random.default_rng(0)
    return {
        layer: tuple(random.normal(size=shape).astype(dtype) for shape in both)
        for layer, both in shapes.items()
    }


def write(path: Path, weights=None, names=OLD_STYLE, bias_first=False, **options) -> Path:
    """A file as Keras writes it; `options` are those of h5py's `create_dataset`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with h5py.File(path, "w") as file:
        for layer, values in (weights or arrays()).items():
            group = file.create_group(layer)
            pairs = [(name.format(layer), value) for name, value in zip(names, values, strict=True)]
            for name, value in pairs:
                group.create_dataset(name, data=value, **options)
            listed = [name.encode() for name, _ in pairs]
            group.attrs["weight_names"] = np.array(listed[::-1] if bias_first else listed)
    return path


def is_one_sentence(text: str) -> bool:
    return text.endswith(".") and ". " not in text and "\n" not in text


# ---- Finding


def test_constants_are_those_of_keras():
    from keras.src.applications import vgg16

    source = Path(vgg16.__file__).read_text()
    assert dense_weights.ORIGIN == vgg16.WEIGHTS_PATH
    assert f'file_hash="{dense_weights.MD5}"' in source
    assert f'"{dense_weights.FILE_NAME}"' in source


def test_cache_folder(monkeypatch, tmp_path):
    assert dense_weights.keras_cache() == tmp_path / "keras" / "models"
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("KERAS_HOME", "~/elsewhere")
    assert dense_weights.keras_cache() == tmp_path / "elsewhere" / "models"
    monkeypatch.delenv("KERAS_HOME")
    assert dense_weights.keras_cache() == tmp_path / ".keras" / "models"
    monkeypatch.setenv("HOME", str(tmp_path / "absent"))
    assert dense_weights.keras_cache() == Path("/tmp/.keras/models")


def test_candidates_in_order(monkeypatch, tmp_path):
    cached = tmp_path / "keras" / "models" / dense_weights.FILE_NAME
    assert dense_weights.candidates() == (cached,)
    monkeypatch.setenv("VGG16_WEIGHTS", str(tmp_path / "mine.h5"))
    assert dense_weights.candidates() == (tmp_path / "mine.h5", cached)


def test_a_home_that_does_not_exist_is_told(monkeypatch):
    monkeypatch.setenv("VGG16_WEIGHTS", "~nobody-of-this-name/mine.h5")
    assert dense_weights.find().refused == (
        (Path("~nobody-of-this-name/mine.h5"), "it does not exist"),
    )


def test_first_usable_candidate_is_found(monkeypatch, tmp_path):
    assert dense_weights.find() == dense_weights.Found(None, ())
    cached = write(dense_weights.keras_cache() / dense_weights.FILE_NAME)
    assert dense_weights.find() == dense_weights.Found(cached, ())
    mine = tmp_path / "mine.h5"
    monkeypatch.setenv("VGG16_WEIGHTS", str(mine))
    refusal = (mine, "it does not exist")
    assert dense_weights.find() == dense_weights.Found(cached, (refusal,))
    write(mine)
    assert dense_weights.find() == dense_weights.Found(mine, ())
    mine.unlink()
    cached.write_bytes(b"")
    found = dense_weights.find()
    assert found.path is None
    assert found.refused == (refusal, (cached, "it is not an HDF5 file"))


def test_missing_message_is_one_sentence_with_the_remedy():
    found = dense_weights.Found(None, ())
    assert dense_weights.missing_message(found, "Class flamingo") == (
        "Class flamingo needs VGG16's dense layers, whose weights (1 MB) are not on this machine; "
        "get them with: python -m explorer weights --download, or set VGG16_WEIGHTS to the path of "
        "vgg16_weights_tf_dim_ordering_tf_kernels.h5."
    )
    found = dense_weights.Found(None, ((Path("/a.h5"), "it is truncated"),))
    text = dense_weights.missing_message(found, "Layer fc1")
    assert "/a.h5 was refused because it is truncated" in text
    assert is_one_sentence(text)


# ---- Refusing


def absent(path):
    pass


def folder(path):
    path.mkdir()


def text_file(path):
    path.write_text("Not weights at all.\n" * 100)


def truncated(path):
    data = write(path).read_bytes()
    path.write_bytes(data[: len(data) * 2 // 3])


def foreign(path):
    write(path, {"dense_1": arrays()["fc1"]})


def vgg19(path):
    write(path, arrays() | {"block5_conv4": arrays()["fc2"]})


def without_names(path):
    with h5py.File(path, "w") as file:
        file["fc1/kernel:0"] = np.zeros((6, 4), "float32")


def wrong_shape(path):
    write(path, arrays(SHAPES | {"fc2": ((4, 5), (5,))}))


def wrong_type(path):
    write(path, arrays(dtype="float64"))


def dangling_name(path):
    write(path)
    with h5py.File(path, "a") as file:
        del file["fc2"]["fc2_W_1:0"]


def endless_pipe(path):
    os.mkfifo(path)


REFUSALS = {
    absent: "it does not exist",
    folder: "it is a folder",
    endless_pipe: "it is not a regular file",
    text_file: "it is not an HDF5 file",
    truncated: "it is truncated",
    foreign: "it has no layer fc1, so it is not the full VGG16 of Keras",
    vgg19: "it holds VGG19, whose dense layers have the same shapes",
    without_names: "it has no layer fc1, so it is not the full VGG16 of Keras",
    wrong_shape: "its layer fc2 holds [float32 (4, 5), float32 (5,)] "
    "instead of [float32 (4, 4), float32 (4,)]",
    wrong_type: "its layer fc1 holds [float64 (6, 4), float64 (4,)] "
    "instead of [float32 (6, 4), float32 (4,)]",
    dangling_name: "it is damaged",
}


@pytest.mark.parametrize("make", REFUSALS, ids=lambda make: make.__name__)
def test_refusals(make, tmp_path):
    path = tmp_path / "weights.h5"
    make(path)
    reason = REFUSALS[make]
    assert dense_weights.problem(path) == reason
    with pytest.raises(InputError) as caught:
        dense_weights.read(path)
    text = str(caught.value)
    assert str(path) in text and reason in text and dense_weights.COMMAND in text
    assert is_one_sentence(text)


def test_the_system_refuses(monkeypatch, tmp_path):
    assert dense_weights.problem(tmp_path / ("x" * 300)) == "it cannot be read: File name too long"

    def forbidden(self, *arguments):
        raise PermissionError(13, "Permission denied", str(self))

    path = write(tmp_path / "weights.h5")
    monkeypatch.setattr(Path, "open", forbidden)
    assert dense_weights.problem(path) == "it cannot be read: Permission denied"


def test_damaged_metadata_never_raise(tmp_path):
    path = write(tmp_path / "weights.h5")
    data = path.read_bytes()
    for position in range(0, len(data), 61):
        path.write_bytes(data[:position] + b"\xff" + data[position + 1 :])
        assert isinstance(dense_weights.problem(path), str | None)


# ---- Reading


@pytest.mark.parametrize("bias_first", [False, True])
@pytest.mark.parametrize("names", [OLD_STYLE, NEW_STYLE], ids=["old", "new"])
def test_both_naming_styles_are_read(names, bias_first, tmp_path):
    path = write(tmp_path / "weights.h5", names=names, bias_first=bias_first)
    weights = dense_weights.read(path)
    assert list(weights) == list(SHAPES)
    for layer, expected in arrays().items():
        for value, original in zip(weights[layer], expected, strict=True):
            assert value.dtype == np.float32
            np.testing.assert_array_equal(value, original)


@pytest.mark.parametrize("value", [np.nan, np.inf, -np.inf])
def test_values_that_are_not_finite(value, tmp_path):
    weights = arrays()
    weights["predictions"][1][2] = value
    path = write(tmp_path / "weights.h5", weights)
    assert dense_weights.problem(path) is None
    with pytest.raises(InputError, match="not finite"):
        dense_weights.read(path)


@pytest.mark.parametrize("rows", [1, 4, 100])
def test_a_kernel_is_read_in_pieces(rows, monkeypatch, tmp_path):
    monkeypatch.setattr(dense_weights, "ROWS_OF_A_PIECE", rows)
    path = write(tmp_path / "full.h5", bias_first=True)
    for layer, (kernel, _) in arrays().items():
        pieces = list(dense_weights.kernel_pieces(path, layer))
        assert max(len(piece) for piece in pieces) <= rows
        assert np.array_equal(np.concatenate(pieces), kernel)


def test_pieces_that_are_not_finite_are_refused(tmp_path):
    weights = arrays()
    weights["fc2"][0][3, 0] = np.nan
    path = write(tmp_path / "full.h5", weights)
    assert list(dense_weights.kernel_pieces(path, "fc1"))
    with pytest.raises(InputError, match="not finite"):
        list(dense_weights.kernel_pieces(path, "fc2"))


def test_damaged_values(tmp_path):
    path = write(tmp_path / "weights.h5", fletcher32=True)
    kernel = arrays()["fc2"][0].tobytes()
    data = path.read_bytes()
    assert data.count(kernel) == 1
    path.write_bytes(data.replace(kernel, bytes(len(kernel))))
    assert dense_weights.problem(path) is None
    with pytest.raises(InputError, match="because it is damaged;"):
        dense_weights.read(path)


# ---- Downloading


class Handler(BaseHTTPRequestHandler):
    """Serves `server.content` as the path asks: /whole, /cut, /silent, /interrupt; else 404."""

    def do_GET(self):
        content = self.server.content
        if self.path not in ("/whole", "/cut", "/silent", "/interrupt"):
            self.send_error(404)
            return
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.path == "/whole":
            self.wfile.write(content)
            return
        self.wfile.write(content[: len(content) // 2])
        if self.path == "/silent":
            self.server.done.wait(10)
        if self.path == "/interrupt":
            deadline = time.monotonic() + 10
            while not self.server.partial() and time.monotonic() < deadline:
                time.sleep(0.01)
            self.server.seen = self.server.partial()
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
            self.server.done.wait(10)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def server(tmp_path):
    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.content = write(tmp_path / "served.h5").read_bytes()
        server.url = f"http://127.0.0.1:{server.server_port}"
        server.done = threading.Event()
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.done.set()
        server.shutdown()
        thread.join()


@pytest.fixture
def target(tmp_path):
    """The destination, where an earlier file is."""
    path = tmp_path / "models" / dense_weights.FILE_NAME
    path.parent.mkdir()
    path.write_bytes(PREVIOUS)
    return path


def md5(data: bytes) -> str:
    return hashlib.md5(data).hexdigest()


def is_untouched(target: Path) -> bool:
    return list(target.parent.iterdir()) == [target] and target.read_bytes() == PREVIOUS


def failure(target: Path, url: str, checksum: str) -> str:
    """The sentence of a download that must fail and leave everything as it was."""
    with pytest.raises(InputError) as caught:
        dense_weights.download(target.parent, url, checksum)
    assert is_untouched(target)
    text = str(caught.value)
    assert is_one_sentence(text)
    assert url in text and str(target.parent) in text and dense_weights.COMMAND in text
    return text


def test_good_download_replaces_the_file(server, target, capfd):
    path = dense_weights.download(target.parent, server.url + "/whole", md5(server.content))
    assert path == target
    assert list(target.parent.iterdir()) == [target]
    assert target.read_bytes() == server.content
    output = capfd.readouterr()
    assert output.out == ""
    size = len(server.content)
    assert server.url in output.err and f"{size}/{size}" in output.err


def test_download_to_keras_cache_by_default(server):
    path = dense_weights.download(origin=server.url + "/whole", md5=md5(server.content))
    assert path == dense_weights.keras_cache() / dense_weights.FILE_NAME
    assert dense_weights.find() == dense_weights.Found(path, ())


def test_corrupted_download(server, target):
    checksum = md5(server.content)
    server.content = server.content[:-1] + bytes([server.content[-1] ^ 1])
    assert "corrupted" in failure(target, server.url + "/whole", checksum)


def test_download_of_another_file(server, target, tmp_path):
    server.content = write(tmp_path / "foreign.h5", {"a": arrays()["fc1"]}).read_bytes()
    text = failure(target, server.url + "/whole", md5(server.content))
    assert "it has no layer fc1" in text


def test_cut_download(server, target, capfd):
    size = len(server.content)
    text = failure(target, server.url + "/cut", md5(server.content))
    assert capfd.readouterr().err.endswith("\n")  # what follows has a line of its own
    assert f"got only {size // 2} out of {size} bytes" in text


def test_a_server_that_falls_silent(server, target, monkeypatch):
    monkeypatch.setattr(dense_weights, "SILENT_SECONDS", 0.3)
    began = time.monotonic()
    assert "timed out" in failure(target, server.url + "/silent", md5(server.content))
    assert time.monotonic() - began < 8
    assert socket.getdefaulttimeout() is None


def test_absent_from_the_server(server, target):
    assert "HTTP Error 404" in failure(target, server.url + "/none", md5(server.content))


def test_refused_connection(target):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{closed.getsockname()[1]}/whole"
        assert ": Connection refused;" in failure(target, url, md5(b""))


def test_interrupted_download_leaves_nothing(server, target):
    server.partial = lambda: list(target.parent.glob("*/" + dense_weights.FILE_NAME))
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with pytest.raises(KeyboardInterrupt):
            dense_weights.download(target.parent, server.url + "/interrupt", md5(server.content))
    finally:
        signal.signal(signal.SIGINT, before)
    assert server.seen
    assert is_untouched(target)


def test_too_little_room(monkeypatch, server, target):
    monkeypatch.setattr(dense_weights, "SIZE_MB", 10**12)
    assert "MB are free there" in failure(target, server.url + "/whole", md5(server.content))


def test_unwritable_folder(server, target):
    with pytest.raises(InputError) as caught:
        dense_weights.download(target / "below", server.url + "/whole", md5(server.content))
    assert "Not a directory" in str(caught.value)
    assert is_one_sentence(str(caught.value))
    assert is_untouched(target)
