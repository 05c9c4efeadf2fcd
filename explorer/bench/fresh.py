"""What a fresh process takes to get ready, and how much memory: `measure` starts such a process."""

import json
import subprocess
import sys
import time
from dataclasses import asdict, dataclass

STEPS = 10


@dataclass(frozen=True)
class Start:
    """A process that loads a network, renders, and computes activations of all layers.

    Attributes:
        network: its name.
        seconds_import: of `explorer` and TensorFlow.
        seconds_load: of the weights.
        seconds_first_frame: from the call of `render`, nothing traced.
        loaded_mb: resident memory after loading.
        peak_mb: the most that was resident at once until the end.
    """

    network: str
    seconds_import: float
    seconds_load: float
    seconds_first_frame: float
    loaded_mb: float
    peak_mb: float


def in_fresh_process(module: str, *arguments: str) -> dict:
    """The JSON object that `python -m module arguments` prints last.

    Raises:
        RuntimeError: it failed; the text is what it wrote to standard error.
    """
    command = [sys.executable, "-m", module, *arguments]
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(network: str) -> Start:
    """Measure a network in a process of its own."""
    return Start(**in_fresh_process("explorer.bench.fresh", network))


def _measured(name: str) -> Start:
    start = time.perf_counter()
    from explorer import Target, load_network, preset, render
    from explorer.bench import answers, memory
    from explorer.networks import device

    device.start()
    imported = time.perf_counter()
    network = load_network(name)
    network.load()
    loaded, loaded_mb = time.perf_counter(), memory.resident_mb()
    target = Target(*network.first_target)
    frames = render(network, preset("best", target, network=name, steps=STEPS))
    next(frames)
    first = time.perf_counter()
    list(frames)
    answers.measure(network, 1)
    return Start(
        name, imported - start, loaded - imported, first - loaded, loaded_mb, memory.peak_mb()
    )


if __name__ == "__main__":
    print(json.dumps(asdict(_measured(*sys.argv[1:]))))
