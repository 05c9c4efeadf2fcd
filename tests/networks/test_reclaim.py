"""Memory given back: what may be let go of, and that everything still works."""

import sys
from pathlib import Path

import numpy as np
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
00a00000-00b00000 r-xp 00000000 00:00 0          [vdso]
Anonymous:             0 kB
00b00000-00c00000 r--p 00000000 00:00 0
Anonymous:             0 kB
"""


def test_only_what_is_as_in_the_file_is_let_go_of(tmp_path, monkeypatch):
    listing = tmp_path / "smaps"
    listing.write_text(LISTING)
    monkeypatch.setattr(reclaim, "MAPPINGS", listing)
    found = list(reclaim._unchanged(Path("/lib/flow")))
    assert found == [(0x400000, 0x500000), (0x700000, 0x800000)]
    monkeypatch.setattr(reclaim, "MAPPINGS", tmp_path / "absent")
    assert not list(reclaim._unchanged(Path("/lib/flow")))


@pytest.mark.skipif(sys.platform != "linux", reason="of Linux")
def test_libraries_work_on_and_take_less_memory(vgg, picture_of):
    import tensorflow as tf

    folder, image = Path(tf.__file__).parent, picture_of("photo", (32, 32))
    before = vgg.activations(image, ["conv2_1"])["block2_conv1"]
    mappings = list(reclaim._unchanged(folder))
    assert sum(end - start for start, end in mappings) > 100e6
    reclaim.libraries(folder)
    reclaim.heap()
    assert np.array_equal(vgg.activations(image, ["conv2_1"])["block2_conv1"], before)
