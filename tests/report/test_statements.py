"""A verdict comes from numbers, and can come out either way."""

from collections import defaultdict
from types import SimpleNamespace

import numpy as np
import pytest
import scipy

from explorer.images import SAMPLES, sample_photo
from explorer.measures import fine_share
from explorer.report import statements
from explorer.report.figures import NAIVE_LAYERS, drawn, naive
from explorer.report.numbers import ALL
from explorer.report.statements import (
    FAILS,
    HOLDS,
    IN_PART,
    STATEMENTS,
    WITH_DEPTH,
    Check,
    between_layers,
    falls,
    finer_than_photos,
    grows_with_depth,
    highest_of_layers,
    not_better,
    rises,
    stays,
    verdict,
)

YES, NO = Check("a", "1", True), Check("b", "2", False)
BEFORE, AFTER = "report/1-clip", "report/2-decay"


@pytest.mark.parametrize(
    ("checks", "expected"),
    [([YES, YES], HOLDS), ([YES, NO], IN_PART), ([NO], FAILS)],
)
def test_verdict(checks, expected):
    assert verdict(checks) == expected


def test_all_eleven_are_there_and_the_poolings():
    assert [statement.number for statement in STATEMENTS] == [str(i) for i in range(12)]


def test_every_check_can_come_out_either_way(results_of, monkeypatch):
    """Over made-up numbers each holds for some and not for others."""
    random = np.random.default_rng(0)
    outcomes, verdicts = defaultdict(set), defaultdict(set)
    for _ in range(120):
        table = defaultdict(lambda: float(random.random() * random.choice([0.1, 1, 3])))
        poolings = int(random.integers(4, 6))
        layers = [SimpleNamespace(kind="pooling")] * poolings
        monkeypatch.setattr(
            statements, "load_network", lambda name, found=layers: SimpleNamespace(layers=found)
        )
        tiles = {"seconds_without": 1.0, "seconds_with": float(random.random() * 2)}
        results = results_of(lambda *key, found=table: found[key], tiles)
        for statement in STATEMENTS:
            checks = statement.checks(results)
            verdicts[statement.number].add(verdict(checks))
            for check in checks:
                outcomes[statement.number, check.words].add(check.holds)
    assert {key for key, found in outcomes.items() if found != {True, False}} == set()
    for statement in STATEMENTS:
        several = len(statement.checks(results)) > 1
        assert verdicts[statement.number] & ({IN_PART} if several else {HOLDS, FAILS})


def numbers(results_of, before, after):
    names = {drawn("channel", BEFORE, "efficientnet-lite0").key: before}
    names[drawn("channel", AFTER, "efficientnet-lite0").key] = after
    return results_of(lambda key, measure: names.get(key, 1.0))


@pytest.mark.parametrize(
    ("before", "after", "fell", "rose"),
    [(10, 9, 1, 0), (10, 9.6, 0, 0), (10, 10.4, 0, 0), (10, 11, 0, 1), (0, 0, 0, 0)],
)
def test_a_change_must_be_noticeable(results_of, before, after, fell, rose):
    results = numbers(results_of, before, after)
    for claim, held in ((falls, fell), (rises, rose)):
        (check,) = claim("spread", BEFORE, AFTER, ("channel",))(results)
        assert check.holds == held
        assert check.found == f"{before:g} → {after:g}"
        assert ALL["spread"].title in check.words and "clip" in check.words
        assert "by more than 5 %" in check.words


@pytest.mark.parametrize(
    ("times", "more", "held"),
    [(1, 9, False), (1, 10.4, False), (1, 10.6, True), (2, 20.4, False), (2, 20.6, True)],
)
def test_one_layer_must_have_noticeably_more_than_another(results_of, times, more, held):
    values = {naive("conv1_1").key: 10.0, naive("conv3_1").key: more}
    results = results_of(lambda key, measure: values.get(key, 1.0))
    (check,) = between_layers("spread", "conv1_1", "conv3_1", times)(results)
    assert check.holds == held


@pytest.mark.parametrize(("others", "held"), [(10.6, False), (9.4, True), (9.8, False)])
def test_the_highest_of_the_layers_leads_noticeably(results_of, others, held):
    values = {naive("conv3_1").key: 10.0}
    results = results_of(lambda key, measure: values.get(key, others))
    (check,) = highest_of_layers("waviness", "conv3_1")(results)
    assert check.holds == held


@pytest.mark.parametrize(("value", "held"), [(9, True), (10.4, True), (10.6, False)])
def test_no_better_is_within_the_margin_of_the_better_one(results_of, value, held):
    names = {"report/1-clip": 8.0, "report/2-decay": 10.0, "report/3-blur": value}
    values = {drawn("class", name, "efficientnet-lite0").key: v for name, v in names.items()}
    results = results_of(lambda key, measure: values.get(key, 1.0))
    (check,) = not_better("parts", "report/3-blur", ("report/1-clip", "report/2-decay"))(results)
    assert check.holds == held


def test_finer_than_the_finest_photo(results_of):
    """The finest of the six, computed here anew."""
    finest = max(fine_share(sample_photo(name).fitted((224, 224))) for name in SAMPLES)
    for value, held in ((finest * 1.001, True), (finest * 0.999, False)):
        (check,) = finer_than_photos(BEFORE)(results_of(lambda *_, found=value: found))
        assert check.holds == held


@pytest.mark.parametrize(
    ("values", "held"), [((3, 1, 2, 5, 4, 6), True), ((4, 1, 2, 3, 5, 6), False)]
)
def test_with_depth_means_a_strong_correlation(results_of, values, held):
    """Of 0.77 and 0.66."""
    table = {naive(layer).key: value for layer, value in zip(NAIVE_LAYERS, values, strict=True)}
    (check,) = grows_with_depth("spread")(results_of(lambda key, _: table.get(key, 1.0)))
    assert check.holds == held


def test_with_depth_is_a_rank_correlation(results_of):
    """SciPy's own, ties included."""
    random = np.random.default_rng(0)
    for _ in range(40):
        values = random.integers(1, 6, len(NAIVE_LAYERS)).astype(float)
        if len(set(values)) == 1:
            continue
        table = {naive(layer).key: value for layer, value in zip(NAIVE_LAYERS, values, strict=True)}
        results = results_of(lambda key, measure, table=table: table.get(key, 1.0))
        (check,) = grows_with_depth("spread")(results)
        wanted = scipy.stats.spearmanr(range(len(values)), values).statistic
        assert float(check.found.rpartition(": ")[2]) == pytest.approx(wanted, abs=0.005)
        assert check.holds == (wanted >= WITH_DEPTH - 1e-12)
    (check,) = grows_with_depth("spread")(results_of(lambda *_: 1.0))
    assert not check.holds and check.found.endswith(": 0.00")


@pytest.mark.parametrize(("after", "held"), [(8, False), (9, True), (14, True), (16, False)])
def test_staying_within_bounds(results_of, after, held):
    results = numbers(results_of, 10, after)
    (check,) = stays("spread", BEFORE, AFTER, 0.9, 1.5, ("channel",))(results)
    assert check.holds == held


def test_both_subjects_are_checked(results_of):
    checks = list(falls("spread", BEFORE, AFTER)(numbers(results_of, 10, 5)))
    assert [check.words.split(":")[0] for check in checks] == ["channel", "class"]
    assert [check.holds for check in checks] == [True, False]


@pytest.mark.parametrize(("seconds", "expected"), [(0.5, HOLDS), (0.99, FAILS), (2.0, FAILS)])
def test_tiles(results_of, seconds, expected):
    tiles = {"seconds_without": 1.0, "seconds_with": seconds}
    assert verdict(STATEMENTS[11].checks(results_of(lambda *_: 1.0, tiles))) == expected


def test_vgg16_has_five_poolings(results_of):
    (check,) = STATEMENTS[0].checks(results_of(lambda *_: 1.0))
    assert (check.found, check.holds) == ("5", False)
