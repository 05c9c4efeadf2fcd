"""The weights of VGG16's three dense layers: where they are, if they are sound, how to get them.

They come from the file that `keras.applications.VGG16(weights="imagenet")` loads; address, checksum
and name are those of keras/src/applications/vgg16.py. Keras and h5py are imported only when needed.
"""

import contextlib
import os
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import HTTPError, URLError

import numpy as np

from explorer.errors import InputError, MissingWeights
from explorer.networks import device

if TYPE_CHECKING:
    import h5py

FILE_NAME = "vgg16_weights_tf_dim_ordering_tf_kernels.h5"
ORIGIN = "https://storage.googleapis.com/tensorflow/keras-applications/vgg16/" + FILE_NAME
MD5 = "64373286793e3c8b2b4e3219cbf3544b"
SIZE_MB = 528  # of 2**20 bytes
ENVIRONMENT_VARIABLE = "VGG16_WEIGHTS"
COMMAND = "python -m explorer weights --download"

# Layer: shape of the kernel (inputs, units), shape of the bias (units,).
SHAPES = {
    "fc1": ((25088, 4096), (4096,)),
    "fc2": ((4096, 4096), (4096,)),
    "predictions": ((4096, 1000), (1000,)),
}

SILENT_SECONDS = 60
"""For which a server may send nothing, before a download is given up."""
ROWS_OF_A_PIECE = 1024
"""Of a kernel's rows, those read at a time: at most 16 MB."""

_REMEDY = f"{COMMAND}, or set {ENVIRONMENT_VARIABLE} to the path of {FILE_NAME}."
_ABSENT = "it does not exist"


@dataclass(frozen=True)
class Found:
    """What `find` met.

    Attributes:
        path: the first usable file, or None.
        refused: the files refused before it, each with the reason, a phrase ("it is truncated").
    """

    path: Path | None
    refused: tuple[tuple[Path, str], ...]


def keras_cache() -> Path:
    """The folder where Keras keeps the weights of its applications; it need not exist.

    As in keras/src/backend/config.py: below KERAS_HOME, else ~/.keras, else, where the home folder
    cannot be written, /tmp/.keras.
    """
    home = os.path.expanduser("~")
    default = Path(home if os.access(home, os.W_OK) else "/tmp", ".keras")
    return Path(os.path.expanduser(os.environ.get("KERAS_HOME") or default), "models")


def candidates() -> tuple[Path, ...]:
    """Where the file is looked for: the path in VGG16_WEIGHTS, if set, then Keras's cache."""
    named = os.environ.get(ENVIRONMENT_VARIABLE)
    cached = keras_cache() / FILE_NAME
    return (Path(os.path.expanduser(named)), cached) if named else (cached,)


def problem(path: Path) -> str | None:
    """Why a file cannot be used, in a phrase ("it is truncated"), or None if it can.

    Only HDF5 metadata are looked at, not the weights. Nothing is raised, however bad the file.
    """
    import h5py

    try:
        if not path.exists():
            return _ABSENT
        if not path.is_file():
            return "it is a folder" if path.is_dir() else "it is not a regular file"
        path.open("rb").close()  # The system's words are clearer than HDF5's.
        with h5py.File(path, "r") as file:
            if "block5_conv4" in file:
                return "it holds VGG19, whose dense layers have the same shapes"
            for layer, shapes in SHAPES.items():
                if layer not in file or "weight_names" not in file[layer].attrs:
                    return f"it has no layer {layer}, so it is not the full VGG16 of Keras"
                found = [f"{array.dtype} {array.shape}" for array in _kernel_and_bias(file[layer])]
                wanted = [f"float32 {shape}" for shape in shapes]
                if found != wanted:
                    return f"its layer {layer} holds {found} instead of {wanted}".replace("'", "")
    except Exception as error:  # noqa: BLE001 - h5py raises many kinds for a damaged file
        return _refusal(error)
    return None


def find() -> Found:
    """Look for a usable file among `candidates`.

    A file absent from Keras's cache is not a refusal; an absent one that VGG16_WEIGHTS names is.
    """
    *named, cached = candidates()
    refused = {}
    for path in (*named, cached):
        reason = problem(path)
        if reason is None:
            return Found(path, tuple(refused.items()))
        if path in named or reason != _ABSENT:
            refused[path] = reason
    return Found(None, tuple(refused.items()))


def required(what: str) -> Path:
    """The usable file; `MissingWeights`, saying that `what` needs it, if there is none."""
    found = find()
    if found.path is None:
        raise MissingWeights(missing_message(found, what))
    return found.path


def missing_message(found: Found, what: str) -> str:
    """One sentence saying that something ("Class flamingo") needs the file, and how to get it."""
    refused = " and ".join(f"{path} was refused because {reason}" for path, reason in found.refused)
    return (
        f"{what} needs VGG16's dense layers, whose weights ({SIZE_MB} MB) are not on this machine"
        f"{f' ({refused})' if refused else ''}; get them with: {_REMEDY}"
    )


def read(path: Path) -> dict[str, tuple[np.ndarray, np.ndarray]]:
    """Read the kernel (inputs, units) and the bias (units,) of each dense layer, as float32.

    Raises:
        InputError: the file has a `problem`, is damaged, or holds values that are not finite.
    """
    with _opened(path) as file:
        weights = {
            layer: tuple(array[()] for array in _kernel_and_bias(file[layer])) for layer in SHAPES
        }
        for arrays in weights.values():
            for array in arrays:
                _require_finite(array)
        return weights


def kernel_pieces(path: Path, layer: str) -> Iterator[np.ndarray]:
    """The kernel of a dense layer, some rows (inputs, units) at a time, as float32.

    Raises:
        InputError: as `read` does, of what it comes to.
    """
    with _opened(path) as file:
        kernel, _ = _kernel_and_bias(file[layer])
        for begin in range(0, len(kernel), ROWS_OF_A_PIECE):
            piece = kernel[begin : begin + ROWS_OF_A_PIECE]
            _require_finite(piece)
            yield piece


@contextlib.contextmanager
def _opened(path: Path) -> "Iterator[h5py.File]":
    """The file, for reading; what goes wrong with it ends in an `InputError`."""
    import h5py

    reason = problem(path)
    if not reason:
        try:
            with h5py.File(path, "r") as file:
                yield file
            return
        except Exception as error:  # noqa: BLE001 - as in `problem`
            reason = _refusal(error)
    raise InputError(
        f"The weights file {path} cannot be used because {reason}; get a sound one with: {_REMEDY}"
    )


def _require_finite(array: np.ndarray) -> None:
    if not np.isfinite(array).all():
        raise FloatingPointError("it holds values that are not finite")


def download(folder: Path | None = None, origin: str = ORIGIN, md5: str = MD5) -> Path:
    """Download the file with Keras's downloader, progress on stderr, and return its path.

    It takes its place in `folder` (default: `keras_cache`) only when it is complete and sound;
    until then, and after any failure or interruption, what was there stays as it was.

    Raises:
        InputError: no connection, a file that is cut, corrupted or not the right one, no
            permission, or too little room on the disk.
    """
    folder = folder or keras_cache()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if shutil.disk_usage(folder).free < SIZE_MB * 2**20:
            raise InputError(f"less than {SIZE_MB} MB are free there")
        with tempfile.TemporaryDirectory(prefix=".vgg16-", dir=folder) as temporary:
            path = _fetched(origin, md5, temporary)
            if reason := problem(path):
                raise InputError(f"what came was refused because {reason}")
            return path.replace(folder / FILE_NAME)
    except Exception as error:  # Keras raises plain Exception when an address fails.
        raise InputError(
            f"VGG16's dense layers could not be downloaded from {origin} to {folder}: "
            f"{_cause(error)}; try again with: {_REMEDY}"
        ) from error


def _fetched(origin: str, md5: str, folder: str) -> Path:
    """The file in this folder, downloaded by Keras, its progress on standard error."""
    device.start()
    from keras.utils import get_file

    patience = socket.getdefaulttimeout()
    socket.setdefaulttimeout(SILENT_SECONDS)
    try:
        with contextlib.redirect_stdout(sys.stderr):
            return Path(
                get_file(FILE_NAME, origin, cache_dir=folder, cache_subdir="", file_hash=md5)
            )
    except BaseException:
        print(file=sys.stderr)  # the bar has not ended its line
        raise
    finally:
        socket.setdefaulttimeout(patience)


def _kernel_and_bias(group: "h5py.Group") -> list["h5py.Dataset"]:
    """The arrays that a layer's `weight_names` lists, those of most dimensions first."""
    return sorted((group[name] for name in group.attrs["weight_names"]), key=lambda a: -a.ndim)


def _refusal(error: Exception) -> str:
    """The phrase for an error met while reading a file."""
    if "truncated" in str(error):
        return "it is truncated"
    if "signature not found" in str(error):
        return "it is not an HDF5 file"
    if isinstance(error, FloatingPointError):
        return str(error)
    if isinstance(error, MemoryError):
        return "there is not enough memory to read it"
    number = getattr(error, "errno", None)
    return f"it cannot be read: {os.strerror(number)}" if number else "it is damaged"


def _cause(error: Exception) -> str:
    """The phrase for an error met while downloading; Keras keeps urllib's error in the context."""
    if isinstance(error.__context__, URLError):
        error = error.__context__
        error = error if isinstance(error, HTTPError) else error.reason
    elif isinstance(error, OSError) and error.filename:
        return f"{error.filename}: {error.strerror}"
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return text.splitlines()[0].split(". ")[0].rstrip(".")
