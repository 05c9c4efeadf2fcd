"""Which processor computes, and Keras as this program needs it."""

import contextlib
import os
import threading
from collections.abc import Iterator
from functools import cache

from numpy._core._multiarray_umath import __cpu_features__

from explorer.errors import InputError
from explorer.networks import reclaim

_starting = threading.Lock()


def start() -> str:
    """Import TensorFlow, let a GPU's memory grow as needed, and say what computes.

    It is done once, whichever thread comes first; the others wait. Keras, where it is not imported
    yet, will be Keras 3 on TensorFlow, whatever its settings say.

    Returns:
        "GPU (name)" when TensorFlow sees one, else "CPU (2 cores)".

    Raises:
        InputError: TensorFlow cannot be imported.
    """
    with _starting:
        return _started()


@cache
def _started() -> str:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ["KERAS_BACKEND"] = "tensorflow"
    os.environ.pop("TF_USE_LEGACY_KERAS", None)
    reclaim.few_heaps()
    try:
        with reclaim.made_to_stay():
            import tensorflow as tf
    except ImportError as error:
        raise InputError(
            f"TensorFlow cannot be loaded ({error}): install this program's packages anew, "
            "pip install -r requirements.txt."
        ) from None
    tf.get_logger().setLevel("ERROR")
    reclaim.libraries()
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        with contextlib.suppress(RuntimeError):  # whoever has used it before us has decided
            tf.config.experimental.set_memory_growth(gpu, True)
    if gpus:
        return f"GPU ({tf.config.experimental.get_device_details(gpus[0]).get('device_name')})"
    cores = _cores()
    return f"CPU ({cores} core{'s' * (cores != 1)})"


def settle() -> None:
    """Give back the memory that importing TensorFlow, loading or a render took and nobody needs."""
    reclaim.libraries()
    reclaim.heap()


@contextlib.contextmanager
def keras_defaults() -> Iterator[None]:
    """While a model is built, Keras without what its user has set in `keras.json` or by hand.

    Raises:
        InputError: Keras was imported with another backend.
    """
    import tensorflow as tf

    config = tf.keras.config
    if config.backend() != "tensorflow":
        raise InputError(
            f"Keras is running on {config.backend()} in this process: set KERAS_BACKEND to "
            "tensorflow before it is imported."
        )
    before = config.floatx(), config.image_data_format(), config.dtype_policy()
    try:
        _configure("float32", "channels_last", "float32")
        yield
    finally:
        _configure(*before)


def _configure(floatx: str, image_data_format: str, dtype_policy) -> None:
    import tensorflow as tf

    tf.keras.config.set_floatx(floatx)
    tf.keras.config.set_image_data_format(image_data_format)
    tf.keras.config.set_dtype_policy(dtype_policy)


def _cores() -> int:
    """Cores that this process may use, as far as the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def on_cpu() -> bool:
    """Whether it is the CPU that computes."""
    return start().startswith("CPU")


@cache
def onednn() -> bool:
    """Whether the CPU computes with oneDNN's operations; TensorFlow has other ones besides.

    It takes oneDNN's on x86 processors that multiply small numbers fast (AVX-VNNI and the like),
    and where `TF_ENABLE_ONEDNN_OPTS` says so.
    """
    start()
    from tensorflow.python.util import _pywrap_util_port

    return _pywrap_util_port.IsMklEnabled()


def out_of_memory(error: BaseException) -> bool:
    """Whether an error says so, of TensorFlow or of Python."""
    return type(error).__name__ in ("ResourceExhaustedError", "MemoryError")


def avx512() -> bool:
    """Whether the processor has instructions for 16 numbers at a time, and oneDNN may use them."""
    most = os.environ.get("ONEDNN_MAX_CPU_ISA", "DEFAULT").upper()
    return __cpu_features__.get("AVX512F", False) and most.startswith(
        ("DEFAULT", "AVX512", "AVX10")
    )
