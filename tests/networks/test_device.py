"""What computes is said; Keras is what the program needs, however its user has set it up."""

import json
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

import explorer
from explorer import Target, preset, render
from explorer.networks import device

ROOT = Path(explorer.__file__).parents[1]
DRAW = """
import numpy as np, sys
from explorer import Target, load_network, preset, render
recipe = preset("report/naive", Target("conv2_1", 3), size=32, steps=1)
*_, last = render(load_network(), recipe)
np.save(sys.argv[1], last.image)
"""


@pytest.fixture
def started_anew():
    """`device.start` asks again, now and after the test."""
    device._started.cache_clear()
    yield
    device._started.cache_clear()


def test_without_tensorflow_there_is_a_sentence(started_anew, monkeypatch, refused):
    monkeypatch.setitem(sys.modules, "tensorflow", None)  # as if it were not installed
    with refused("TensorFlow cannot be loaded"):
        device.start()


def test_cores_are_those_of_this_process(started_anew):
    assert device.start() == f"CPU ({len(os.sched_getaffinity(0))} cores)"


def test_where_the_system_tells_no_cores_of_a_process(started_anew, monkeypatch):
    """As on macOS and Windows."""
    monkeypatch.delattr(os, "sched_getaffinity")
    assert device.start() == f"CPU ({os.cpu_count()} cores)"


@pytest.fixture
def one_gpu(monkeypatch):
    """TensorFlow as if it saw a GPU; what was asked of it."""
    import tensorflow as tf

    asked = []
    experimental = tf.config.experimental
    monkeypatch.setattr(tf.config, "list_physical_devices", lambda kind: ["first"])
    monkeypatch.setattr(experimental, "get_device_details", lambda gpu: {"device_name": "Fast"})
    monkeypatch.setattr(experimental, "set_memory_growth", lambda *call: asked.append(call))
    device._started.cache_clear()  # a thread of an earlier test may have asked meanwhile
    return asked


def test_the_memory_of_a_gpu_grows(started_anew, one_gpu):
    assert device.start() == "GPU (Fast)"
    assert one_gpu == [("first", True)]


def test_threads_that_start_at_once_start_it_once(started_anew, one_gpu):
    with ThreadPoolExecutor(8) as threads:
        told = list(threads.map(lambda _: device.start(), range(8)))
    assert set(told) == {"GPU (Fast)"}
    assert one_gpu == [("first", True)]


def test_a_gpu_in_use_already_stays_as_it_is(started_anew, one_gpu, monkeypatch):
    import tensorflow as tf

    def refuse(gpu, grows):
        raise RuntimeError("Physical devices cannot be modified after being initialized")

    monkeypatch.setattr(tf.config.experimental, "set_memory_growth", refuse)
    assert device.start() == "GPU (Fast)"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("settings", "variables"),
    [
        ({"backend": "torch", "image_data_format": "channels_first", "floatx": "float16"}, {}),
        ({"floatx": "float64"}, {"KERAS_BACKEND": "jax", "TF_USE_LEGACY_KERAS": "1"}),
    ],
    ids=["keras.json", "variables"],
)
def test_pictures_do_not_depend_on_how_keras_is_set_up(vgg, tmp_path, settings, variables):
    (tmp_path / "keras.json").write_text(json.dumps(settings))
    variables = os.environ | variables | {"KERAS_HOME": str(tmp_path)}
    command = [sys.executable, "-c", DRAW, tmp_path / "picture.npy"]
    found = subprocess.run(command, env=variables, cwd=ROOT, capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    *_, last = render(vgg, preset("report/naive", Target("conv2_1", 3), size=32, steps=1))
    assert np.array_equal(np.load(tmp_path / "picture.npy"), last.image)


def test_the_settings_come_back():
    import tensorflow as tf

    config = tf.keras.config
    before = config.floatx(), config.image_data_format(), config.dtype_policy()
    try:
        config.set_floatx("float64")
        config.set_image_data_format("channels_first")
        config.set_dtype_policy("mixed_float16")
        with device.keras_defaults():
            assert config.floatx() == "float32"
            assert config.image_data_format() == "channels_last"
            assert config.dtype_policy().name == "float32"
        assert config.floatx() == "float64"
        assert config.image_data_format() == "channels_first"
        assert config.dtype_policy().name == "mixed_float16"
    finally:
        device._configure(*before)


def test_keras_on_something_else_is_refused(refused, monkeypatch):
    """As in a notebook where Keras came first."""
    import tensorflow as tf

    monkeypatch.setattr(tf.keras.config, "backend", lambda: "torch")
    with refused("Keras is running on torch"), device.keras_defaults():
        pass


@pytest.mark.slow
@pytest.mark.parametrize("said", ["0", "1"])
def test_whose_operations_tensorflow_takes(said):
    code = "from explorer.networks import device; print(int(device.onednn()))"
    environment = os.environ | {"TF_ENABLE_ONEDNN_OPTS": said}
    command = [sys.executable, "-c", code]
    told = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == said


@pytest.mark.skipif(not Path("/proc/cpuinfo").exists(), reason="the system does not tell")
def test_the_processors_instructions_are_those_that_the_system_tells(monkeypatch):
    monkeypatch.delenv("ONEDNN_MAX_CPU_ISA", raising=False)
    flags = re.search(r"^flags\s*:(.*)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    assert device.avx512() == ("avx512f" in (flags[1].split() if flags else ()))


@pytest.mark.parametrize(
    ("most", "allowed"),
    [
        ("SSE41", False),
        ("AVX", False),
        ("avx2", False),
        ("AVX2_VNNI", False),
        ("AVX512_CORE", True),
    ],
)
def test_instructions_that_onednn_may_not_use_do_not_count(most, allowed, monkeypatch):
    monkeypatch.setattr(device, "__cpu_features__", {"AVX512F": True})
    monkeypatch.setenv("ONEDNN_MAX_CPU_ISA", most)
    assert device.avx512() == allowed


def test_threads_share_few_heaps_once_tensorflow_is_there(monkeypatch):
    called = []
    monkeypatch.setattr(device.reclaim, "few_heaps", lambda: called.append(True))
    device._started.cache_clear()
    assert device.start() and called
