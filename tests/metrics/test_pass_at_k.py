"""pass@k and pass^k against HumanEval's product form, brute force and the laws of problems."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Estimate
from evalium.metrics import Frame, How, Metric, estimate
from evalium.metrics.pass_at_k import PassAtK, PassHatK


def one(metric: Metric, frame: Frame, how: How | None = None) -> Estimate:
    return estimate(metric, frame, how)[metric.key]


def humaneval(n: int, c: int, k: int) -> float:
    """The estimator of openai/human-eval, as its paper prints it: a product of small factors."""
    if n - c < k:
        return 1.0
    return float(1.0 - np.prod(1.0 - k / np.arange(n - c + 1, n + 1)))


def frame_of(problems: list[list[int]], **more: Any) -> Frame:
    passed = [p for problem in problems for p in problem]
    codes = [i for i, problem in enumerate(problems) for _ in problem]
    return Frame.from_columns({"it.value": passed, "cluster": codes, **more})


@pytest.mark.parametrize("n", [1, 2, 5, 20, 200])
def test_equals_the_product_form(n: int) -> None:
    for k in sorted({1, 2, n // 2, n - 1, n} & set(range(1, n + 1))):
        metric = PassAtK(scorer="it", k=k)
        worst = max(abs(metric.chance(n, c) - humaneval(n, c, k)) for c in range(n + 1))
        assert worst <= 1e-12


@pytest.mark.parametrize(("n", "k"), [(1, 1), (4, 2), (5, 3), (6, 6)])
def test_equals_drawing_every_subset(n: int, k: int) -> None:
    for c in range(n + 1):
        draws = list(itertools.combinations([1] * c + [0] * (n - c), k))
        assert PassAtK(scorer="it", k=k).chance(n, c) == pytest.approx(np.mean([max(d) for d in draws]), abs=1e-12)
        assert PassHatK(scorer="it", k=k).chance(n, c) == pytest.approx(np.mean([min(d) for d in draws]), abs=1e-12)


problem_lists = st.lists(st.lists(st.integers(0, 1), min_size=1, max_size=12), min_size=1, max_size=12)


@given(problem_lists, st.integers(1, 12))
@settings(max_examples=200)
def test_is_the_mean_over_problems(problems: list[list[int]], k: int) -> None:
    enough = [p for p in problems if len(p) >= k]
    how = How(interval=False)
    found = one(PassAtK(scorer="it", k=k), frame_of(problems), how)
    hat = one(PassHatK(scorer="it", k=k), frame_of(problems), how)
    if not enough:
        assert not found.defined and not hat.defined
        return
    assert found.value == pytest.approx(np.mean([humaneval(len(p), sum(p), k) for p in enough]), abs=1e-12)
    assert hat.value <= found.value + 1e-12
    assert found.n + found.n_missing == sum(map(len, problems))
    assert found.n == sum(map(len, enough))
    assert ("fewer_than_k_answers" in found.flags) == (len(enough) < len(problems))


@pytest.mark.slow
def test_product_form_of_ten_thousand() -> None:
    rng = np.random.default_rng(0)
    for n in rng.integers(1, 300, 10_000).tolist():
        c, k = int(rng.integers(0, n + 1)), int(rng.integers(1, n + 1))
        assert PassAtK(scorer="it", k=k).chance(n, c) == pytest.approx(humaneval(n, c, k), abs=1e-12)


def test_more_k_than_answers_is_undefined_with_the_way_out() -> None:
    frame = frame_of([[1, 0], [1]])
    found = one(PassAtK(scorer="it", k=3), frame)
    assert not found.defined and "fewer_than_k_answers" in found.flags
    assert found.reason == "no problem has 3 scored answers: raise the number of epochs to at least 3"


@pytest.mark.parametrize("k", [0, -1])
def test_refuses_k(k: int) -> None:
    with pytest.raises(ConfigError, match="'k'"):
        PassAtK(scorer="it", k=k)


def test_refuses_grades() -> None:
    with pytest.raises(ConfigError, match="0 or 1"):
        one(PassAtK(scorer="it"), Frame.from_columns({"it.value": [0.5, 1.0]}))


def test_failed_answers_do_not_count() -> None:
    failed = Frame.from_columns({"it.value": [1, 0, None, 1, 1], "cluster": [0, 0, 0, 1, 1]})
    assert (
        one(PassAtK(scorer="it", k=2), failed).value == one(PassAtK(scorer="it", k=2), frame_of([[1, 0], [1, 1]])).value
    )
    assert not one(PassAtK(scorer="it", k=3), failed).defined


def test_problems_are_what_varies() -> None:
    """Ten times the answers to the same problems is no more evidence; ten times the problems is."""
    rng = np.random.default_rng(1)
    problems = [[int(x) for x in rng.random(10) < p] for p in rng.beta(1, 1, 30)]
    base = one(PassAtK(scorer="it"), frame_of(problems))
    longer = one(PassAtK(scorer="it"), frame_of([p * 10 for p in problems]))
    more = one(PassAtK(scorer="it"), frame_of(problems * 10))
    assert base.n_clusters == longer.n_clusters == 30 and more.n_clusters == 300
    assert longer.high - longer.low == pytest.approx(base.high - base.low, rel=1e-9)
    assert more.high - more.low < 0.4 * (base.high - base.low)


def test_all_right_is_no_certainty() -> None:
    found = one(PassAtK(scorer="it", k=2), frame_of([[1, 1]] * 20))
    assert found.value == found.high == 1.0 and 0.8 < found.low < 0.9


def test_problems_inside_larger_clusters() -> None:
    """Where clusters are more than problems, the column `sample` says which answers belong together."""
    columns = {"it.value": [1, 0, 0, 0, 1, 1, 0, 0], "cluster": [0, 0, 0, 0, 1, 1, 1, 1]}
    found = one(PassAtK(scorer="it", k=2), Frame.from_columns({**columns, "sample": [0, 0, 1, 1, 2, 2, 3, 3]}))
    assert found.value == pytest.approx((1 + 0 + 1 + 0) / 4) and found.n_clusters == 2


def test_interval_covers() -> None:
    """Coverage of the mean over problems, 300 seeded runs of 60 problems with 5 answers."""
    rng = np.random.default_rng(7)
    hit = 0
    chances = rng.beta(0.7, 0.7, 200_000)
    truth = float(np.mean(1 - (1 - chances) ** 2))
    for _ in range(300):
        p = rng.beta(0.7, 0.7, 60)
        found = one(PassAtK(scorer="it", k=2), frame_of((rng.random((60, 5)) < p[:, None]).astype(int).tolist()))
        hit += found.low <= truth <= found.high
    assert hit / 300 > 0.95 - 3 * (0.95 * 0.05 / 300) ** 0.5
