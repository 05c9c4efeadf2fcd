"""Each measurement on something small: what it reports, and never how fast."""

import pytest

from explorer.bench import (
    answers,
    frames,
    fresh,
    memory,
    pages,
    report,
    scaling,
    together,
    visitors,
)


def cells(rows):
    heading, *others = rows
    assert all(len(row) == len(heading) for row in others)
    assert all(isinstance(cell, str) for row in rows for cell in row)
    return others


@pytest.fixture
def small(monkeypatch):
    """Everything that renders is small and short."""
    for module in (frames, together, visitors):
        monkeypatch.setattr(module, "LAYER", "conv1_2")
        monkeypatch.setattr(module, "SIZE", 32)
    monkeypatch.setattr(together, "STEPS", 2)
    monkeypatch.setattr(visitors, "SECONDS_EACH", 0.7)
    monkeypatch.setattr(visitors, "ROUNDS", 1)


def test_first_frames(vgg, small):
    found = frames.measure(vgg, "report/4-small-norm", 2)
    assert found.seconds_cold > found.seconds_warm > 0
    ((name, *_),) = cells(report.first_frames([found]))
    assert name == "report/4-small-norm, VGG16 conv1_2, 32 px"


@pytest.mark.slow
def test_side_by_side(vgg, small):
    rounds = []
    found = together.measure(2, lambda: rounds.append(None))
    assert len(rounds) == 3 and found.seconds_together > 0 and found.seconds_alone > 0
    assert cells(report.side_by_side([found]))[0][0] == "4 of 2 steps"


def test_side_by_side_compares_all_at_once_with_the_sum_of_each_alone(monkeypatch):
    calls = []

    def seconds(_, recipes):
        calls.append(len(recipes))
        rounds = (len(calls) - 1) // 5
        return {1: 1.0, 4: (99.0, 4.0, 8.0, 4.4)[rounds]}[len(recipes)]

    monkeypatch.setattr(together, "_seconds", seconds)
    found = together.measure(3)
    assert calls == [4, 1, 1, 1, 1, *[1, 1, 1, 1, 4], *[4, 1, 1, 1, 1], *[1, 1, 1, 1, 4]]
    assert (found.seconds_together, found.seconds_alone, found.times) == (4.4, 4.0, 1.1)


def test_activations_of_all_layers(effnet):
    found = answers.measure(effnet, 2)
    assert found.layers == len(effnet.layers)
    assert found.seconds_first > found.seconds > 0
    assert cells(report.activations([found]))[0][0] == f"EfficientNet-Lite0, {found.layers} layers"


def test_layers_without_weights_are_left_out(vgg):
    spatial = [layer for layer in vgg.layers if layer.spatial or layer.kind == "flatten"]
    assert answers.measure(vgg, 1).layers == len(spatial)


@pytest.mark.parametrize("name", scaling.SERIES)
def test_series(vgg, name):
    first, second = [("conv1_1", 32, 1), ("conv1_2", 48, 2)]
    found = scaling.measure(vgg, [first, second], 1)
    assert [(case.layer, case.size, case.batch) for case in found] == [
        ("block1_conv1", 32, 1),
        ("block1_conv2", 48, 2),
    ]
    rows = cells(report.series(name, found))
    assert rows[1][0] == {"pixels": "48×48 px", "batch": "2 at once", "layer": "conv1_2"}[name]
    each = f"{1e6 * found[1].seconds / (2 * 48 * 48):.2f} µs"
    assert rows[1][2] == each


def test_visitors_get_turns(vgg, small):
    (found,) = visitors.measure((2,))
    assert found.visitors == 2 and found.steps_per_second > 0
    assert 0 < found.least_steps <= found.most_steps
    assert found.newcomer_seconds > 0 and found.share_of_one > 0
    assert cells(report.visitors([found]))[0][0] == "2"


@pytest.mark.parametrize("page", pages.PAGES[:2])
def test_a_page_in_a_process_of_its_own(page):
    found = pages.measure(page, 1)
    assert found.page == page and found.seconds_first > found.seconds > 0


def test_a_process_that_fails_says_why():
    with pytest.raises(RuntimeError, match="nowhere"):
        fresh.in_fresh_process("explorer.bench.nowhere")


def test_pages_have_names():
    names = [row[0] for row in cells(report.pages([pages.Page(p, 1, 1) for p in pages.PAGES]))]
    assert names[:2] == ["Home", "Model structure"] and len(names) == len(pages.PAGES) > 2


@pytest.mark.slow
def test_a_fresh_process():
    found = fresh.measure("efficientnet-lite0")
    assert found.network == "efficientnet-lite0"
    assert min(found.seconds_import, found.seconds_load, found.seconds_first_frame) > 0
    assert 100 < found.loaded_mb <= found.peak_mb
    assert cells(report.start([found]))[0][0] == "EfficientNet-Lite0"


def test_memory():
    before, peak = memory.resident_mb(), memory.peak_mb()
    assert 20 < before <= peak * 1.001
    held = bytearray(b"1") * 100_000_000
    assert memory.resident_mb() > before + 80
    assert memory.peak_mb() >= peak
    del held
