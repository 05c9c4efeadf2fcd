"""Memory given back: what may be let go of, and that everything still works."""

import gc
import subprocess
import sys
import weakref
from types import SimpleNamespace

import pytest

from explorer.networks import reclaim

LISTING = """\
00400000-00500000 r-xp 00000000 fe:00 11         /lib/flow/libone.so.2
Rss:                 900 kB
Anonymous:             0 kB
00500000-00600000 r--p 00100000 fe:00 11         /lib/flow/libone.so.2
Anonymous:             4 kB
00600000-00700000 rw-p 00200000 fe:00 11         /lib/flow/libone.so.2
Anonymous:             0 kB
00700000-00800000 r--p 00000000 fe:00 12         /lib/flow/deep/two words.so
Anonymous:             0 kB
00800000-00900000 r-xp 00000000 fe:00 13         /lib/flower/three.so
Anonymous:             0 kB
00900000-00a00000 r--p 00000000 fe:00 14         /lib/flow/table.txt
Anonymous:             0 kB
00d00000-00e00000 r--p 00300000 fe:00 11         /lib/flow/libone.so.2
Anonymous:             8 kB
00e00000-00f00000 rw-p 00000000 00:00 0
Anonymous:             0 kB
00a00000-00b00000 r-xp 00000000 00:00 0          [vdso]
Anonymous:             0 kB
00b00000-00c00000 r--p 00000000 00:00 0
Anonymous:             0 kB
"""


def test_only_what_is_as_in_the_file_is_let_go_of(tmp_path, monkeypatch):
    listing = tmp_path / "smaps"
    listing.write_text(LISTING)
    monkeypatch.setattr(reclaim, "MAPPINGS", listing)
    found = list(reclaim._unchanged())
    assert found == [(0x400000, 0x500000), (0x700000, 0x800000), (0x800000, 0x900000)]
    monkeypatch.setattr(reclaim, "MAPPINGS", tmp_path / "absent")
    assert not list(reclaim._unchanged())


def test_a_library_that_may_still_be_loading_is_left_alone(monkeypatch):
    let_go, now, there = [], 0.0, [(1, 3)]

    class System:
        def madvise(self, start, length, advice):
            let_go.append((start.value, start.value + length.value))

    monkeypatch.setattr(reclaim, "_system", System)
    monkeypatch.setattr(reclaim, "_unchanged", lambda: there)
    monkeypatch.setattr(reclaim, "_first_seen", {})
    monkeypatch.setattr(reclaim, "time", SimpleNamespace(monotonic=lambda: now))
    reclaim.libraries()
    assert let_go == []
    now, there = 2 * reclaim.SETTLED, [(1, 3), (5, 9)]
    reclaim.libraries()
    assert let_go == [(1, 3)]
    now, there = 2.5 * reclaim.SETTLED, [(5, 7)]
    reclaim.libraries()
    assert let_go == [(1, 3)], "what was mapped is something else now"
    now = 4 * reclaim.SETTLED
    reclaim.libraries()
    assert let_go == [(1, 3), (5, 7)]
    there = [(1, 3)]
    reclaim.libraries()
    assert let_go == [(1, 3), (5, 7)], "it was away, and may be another library"


USED_AND_LET_GO = """
import ctypes, time
import numpy as np
from explorer import load_network
from explorer.bench.memory import resident_mb
from explorer.networks import reclaim

network, image = load_network(), np.random.default_rng(0).integers(0, 256, (32, 32, 3), np.uint8)
before = network.activations(image, ["conv2_1"])["block2_conv1"]
reclaim.libraries()
start, end = max(reclaim._unchanged(), key=lambda mapping: mapping[1] - mapping[0])
ctypes.string_at(start, end - start)  # now the largest is read as a whole
time.sleep(1.1 * reclaim.SETTLED)
resident = resident_mb()
reclaim.libraries()
reclaim.heap()
assert resident_mb() < resident - 0.9 * (end - start) / 1e6
assert np.array_equal(network.activations(image, ["conv2_1"])["block2_conv1"], before)
import scipy.sparse.csgraph  # what is loaded afterwards finds the others whole
"""


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_libraries_work_on_and_take_less_memory():
    """In a process of its own: here, renders of other tests may let go of them meanwhile."""
    subprocess.run([sys.executable, "-c", USED_AND_LET_GO], check=True, timeout=120)


def test_threads_share_few_heaps():
    """Each of many threads would have one of its own, with gaps that cannot be given back."""
    code = """
import ctypes, threading
from explorer.networks import reclaim

def arenas(count):
    stop, malloc = threading.Event(), ctypes.CDLL(None).malloc
    threads = [threading.Thread(target=lambda: (malloc(64), stop.wait())) for _ in range(count)]
    before = heaps()
    for thread in threads:
        thread.start()
    found = heaps() - before
    stop.set()
    return len(found)

def heaps():
    with open("/proc/self/maps") as maps:  # a heap of a thread begins at a multiple of 64 MB
        starts = [int(line.split("-")[0], 16) for line in maps]
    return {start for start in starts if start % 2**26 == 0}

reclaim.few_heaps()
print(arenas(24))
"""
    if not reclaim.MAPPINGS.exists():
        pytest.skip("only Linux says where heaps are")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert int(done.stdout) <= reclaim.ARENAS


class Node:
    """Of a cycle, which only a search frees."""

    def __init__(self):
        self.itself = self


@pytest.fixture
def thawed():
    """What a test has frozen is searched again after it."""
    yield
    gc.enable()
    gc.unfreeze()


def test_what_is_made_to_stay_is_not_searched(thawed):
    garbage = weakref.ref(Node())
    with reclaim.made_to_stay():
        assert garbage() is None, "what was garbage before does not stay"
        assert not gc.isenabled()
        made = [Node() for _ in range(1000)]
    assert gc.isenabled()
    searched = {id(each) for each in gc.get_objects()}
    assert not searched & {id(node) for node in made}


@pytest.mark.parametrize("enabled", [True, False])
def test_searching_is_as_it_was_even_after_an_error(thawed, enabled):
    (gc.enable if enabled else gc.disable)()
    with pytest.raises(ImportError), reclaim.made_to_stay():
        raise ImportError
    assert gc.isenabled() == enabled
