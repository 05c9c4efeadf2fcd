"""What is stored is what is read, and one part does not disturb another."""

import json

import pytest

from benchmarks.store import Store, key, machine


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "results")


def test_empty(store):
    assert store.read() == store.part("peer") == store.channels("peer") == {}
    assert not store.drawn("peer", "conv", 1)


def test_parts_and_channels_are_kept_apart(store):
    other = Store(store.folder)
    store.put_channel("peer", {"a": "1"}, key("conv", 1), {"seconds": 1.5})
    other.put("speed", {"b": "2"}, seconds={"conv": [1.0]})
    store.put_channel("peer", {"a": "3"}, key("conv", 2), {"seconds": 2.5})
    assert store.read() == {
        "peer": {
            "machine": machine(),
            "versions": {"a": "3"},
            "channels": {"conv-1": {"seconds": 1.5}, "conv-2": {"seconds": 2.5}},
        },
        "speed": {"machine": machine(), "versions": {"b": "2"}, "seconds": {"conv": [1.0]}},
    }


def test_numbers_in_a_row_stand_in_a_row(store):
    values = {"plain": [0.1, 0.2, 0.3], "curve": [[0, 1.5], [5, 2.5]], "words": "a [b"}
    store.put("part", {}, **values)
    lines = [line.strip() for line in store.file.read_text("utf-8").splitlines()]
    assert '"plain": [ 0.1, 0.2, 0.3 ],' in lines and "[ 5, 2.5 ]" in lines
    assert json.loads(store.file.read_text("utf-8"))["part"].items() >= values.items()


def test_a_picture_counts_only_if_it_is_there(store):
    store.put_channel("peer", {}, key("conv", 1), {"picture": "conv-1.png"})
    assert not store.drawn("peer", "conv", 1)
    (store.folder / "conv-1.png").write_bytes(b"")
    assert store.drawn("peer", "conv", 1)
    store.put_channel("peer", {}, key("conv", 2), {"seconds": 1.0})
    assert not store.drawn("peer", "conv", 2)


def test_the_machine():
    found = machine()
    assert found["cores"] >= 1 and found["processor"]
