"""Which processor computes."""

import os
from functools import cache


@cache
def start() -> str:
    """Import TensorFlow, let a GPU's memory grow as needed, and say what computes.

    Returns:
        "GPU (name)" when TensorFlow sees one, else "CPU (2 cores)".
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    import tensorflow as tf

    tf.get_logger().setLevel("ERROR")
    gpus = tf.config.list_physical_devices("GPU")
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)
    if gpus:
        return f"GPU ({tf.config.experimental.get_device_details(gpus[0]).get('device_name')})"
    return f"CPU ({len(os.sched_getaffinity(0))} cores)"


def on_cpu() -> bool:
    """Whether it is the CPU that computes."""
    return start().startswith("CPU")
