"""Regression metrics against scikit-learn and scipy, and the published correlations of metrics with human ratings."""

from __future__ import annotations

import gzip
import json
import math
import warnings
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from evalium.core import ConfigError, Record, Status
from evalium.metrics import Metric
from evalium.metrics.fit import R2, Concordance, ExplainedVariance, Pearson
from evalium.metrics.quantile_loss import Pinball
from evalium.metrics.rank_correlation import Kendall, Spearman
from evalium.metrics.regression import Bias, Mae, Mape, Mse, Rmse, Smape
from evalium.metrics.worst_error import MaxError, MedianAbsoluteError
from evalium.scorers.number import number
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import Array, by_case, numbers, only

sk = require_extra("sklearn.metrics")

ORACLES: list[tuple[Metric, Callable[[Array, Array], float]]] = [
    (Mae(scorer="s"), sk.mean_absolute_error),
    (Mse(scorer="s"), sk.mean_squared_error),
    (Rmse(scorer="s"), sk.root_mean_squared_error),
    (MedianAbsoluteError(scorer="s"), sk.median_absolute_error),
    (MaxError(scorer="s"), sk.max_error),
    (Pinball(scorer="s"), partial(sk.mean_pinball_loss, alpha=0.5)),
    (Pinball(scorer="s", quantile=0.9), partial(sk.mean_pinball_loss, alpha=0.9)),
    (Bias(scorer="s"), lambda t, p: float(np.mean(p - t))),
    (Smape(scorer="s"), lambda t, p: _smape(t, p)),
]
"""Defined for any numbers."""
OF_VARIATION: list[tuple[Metric, Callable[[Array, Array], float]]] = [
    (R2(scorer="s"), sk.r2_score),
    (ExplainedVariance(scorer="s"), sk.explained_variance_score),
    (Pearson(scorer="s"), lambda t, p: stats.pearsonr(t, p)[0]),
    (Spearman(scorer="s"), lambda t, p: stats.spearmanr(t, p)[0]),
    (Kendall(scorer="s"), lambda t, p: stats.kendalltau(t, p)[0]),
    (Concordance(scorer="s"), lambda t, p: 2 * np.cov(t, p, ddof=0)[0, 1] / _apart(t, p)),
]
"""Defined where predictions and targets vary."""
EXACT = pytest.approx


def _smape(t: Array, p: Array) -> float:
    size = np.abs(t) + np.abs(p)
    return float(np.mean([2 * abs(a - b) / s if s else 0.0 for a, b, s in zip(t, p, size, strict=True)]))


def _apart(t: Array, p: Array) -> float:
    return float(t.var() + p.var() + (t.mean() - p.mean()) ** 2)


def check(pairs: list[tuple[int, int]]) -> None:
    p, t = (np.array(column, dtype=float) / 4 for column in zip(*pairs, strict=True))
    frame = numbers(p, t)
    for metric, oracle in ORACLES:
        assert only(metric, frame).value == EXACT(oracle(t, p), rel=1e-9, abs=1e-12), metric
    if np.ptp(p) == 0 or np.ptp(t) == 0:
        for metric in (Pearson(scorer="s"), Spearman(scorer="s"), Kendall(scorer="s")):
            found = only(metric, frame)
            assert math.isnan(found.value) and "equal" in (found.reason or "")
        return
    for metric, oracle in OF_VARIATION:
        assert only(metric, frame).value == EXACT(oracle(t, p), rel=1e-9, abs=1e-9), metric


PAIRS = st.lists(st.tuples(st.integers(-20, 20), st.integers(-20, 20)), min_size=2, max_size=40)


@settings(max_examples=200)
@given(PAIRS)
def test_equals_the_oracles(pairs: list[tuple[int, int]]) -> None:
    check(pairs)


def check_batch(rng: Rng, n: int) -> int:
    """Cases of `n` units, some of few different numbers; the oracles take one case a column where they can."""
    reach = rng.choice([1, 3, 20], (2, BATCH, 1))
    p, t = rng.integers(-reach, reach + 1, (2, BATCH, n)) / 4
    varied = (np.ptp(p, axis=1) > 0) & (np.ptp(t, axis=1) > 0)
    frame, cases = numbers(p.ravel(), t.ravel()), np.arange(BATCH * n).reshape(BATCH, n)

    def same(metric: Metric, oracle: Callable[..., Any], known: Array, atol: float, columns: bool) -> None:
        found = by_case([metric], frame, cases[known])[0]
        expected = (
            oracle(t[known].T, p[known].T, multioutput="raw_values")
            if columns
            else [oracle(*pair) for pair in zip(t[known], p[known], strict=True)]
        )
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=atol, err_msg=metric.name)

    for metric, oracle in ORACLES:
        same(metric, oracle, np.full(BATCH, True), 1e-12, metric.name not in ("max_error", "bias", "smape"))
    for metric, oracle in OF_VARIATION:
        same(metric, oracle, varied, 1e-9, metric.name in ("r2", "explained_variance"))
    for kind in (Pearson, Spearman, Kendall):
        assert np.isnan(by_case([kind(scorer="s")], frame, cases[~varied])).all()
    return BATCH


@pytest.mark.slow
def test_equals_the_oracles_ten_thousand_times() -> None:
    ten_thousand(check_batch, n=st.integers(2, 40))


@pytest.mark.parametrize(("metric", "oracle"), [*ORACLES, *OF_VARIATION], ids=lambda x: getattr(x, "name", ""))
def test_weights_are_repeats(metric: Metric, oracle: Callable[[Array, Array], float]) -> None:
    rng = np.random.default_rng(3)
    t = np.round(rng.normal(size=200), 1)
    p = np.round(t + rng.normal(size=200), 1)
    times = rng.integers(0, 4, 200)
    frame = numbers(p, t).take(times > 0)
    object.__setattr__(frame, "weights", times[times > 0].astype(float))
    expected = oracle(np.repeat(t, times), np.repeat(p, times))
    assert only(metric, frame).value == EXACT(expected, rel=1e-9)


def test_a_target_of_zero_has_no_percentage() -> None:
    found = only(Mape(scorer="s"), numbers([1.0, 3.0], [0.0, 2.0]))
    assert (found.value, found.n, found.n_missing) == (0.5, 1, 1)
    rng = np.random.default_rng(1)
    t, p = rng.normal(size=(2, 50))
    assert only(Mape(scorer="s"), numbers(p, t)).value == EXACT(sk.mean_absolute_percentage_error(t, p), rel=1e-12)


@pytest.mark.parametrize("bad", [None, math.nan, math.inf, -math.inf])
def test_what_is_no_number_is_missing(bad: float | None) -> None:
    for metric, _ in [*ORACLES, *OF_VARIATION]:
        found = only(metric, numbers([1.0, 2.0, 4.0, bad], [1.0, 3.0, 3.5, 5.0]))
        assert (found.n, found.n_missing) == (3, 1), metric


def test_r2_of_a_constant_target_is_undefined() -> None:
    found = only(R2(scorer="s"), numbers([1.0, 2.0], [0.1 + 0.2, 0.3]))
    assert math.isnan(found.value) and "all targets are equal" in (found.reason or "")


def test_says_when_digits_are_lost() -> None:
    t = 1e5 + np.arange(20.0)
    assert "cancellation" in only(R2(scorer="s"), numbers(t + 1, t)).flags
    assert not only(R2(scorer="s"), numbers(t - 1e5 + 1, t - 1e5)).flags


def test_refuses_a_quantile_outside_of_zero_and_one() -> None:
    with pytest.raises(ConfigError, match="'quantile' must lie in"):
        Pinball(scorer="s", quantile=90)


def published(path: Path) -> Any:
    with gzip.open(path, "rt", encoding="utf-8") as file:
        return json.load(file)


TOPICAL_CHAT = {
    "naturalness": (0.443666, 0.513986, 0.373973),
    "coherence": (0.595143, 0.612942, 0.465915),
    "engagingness": (0.556510, 0.604739, 0.455941),
    "groundedness": (0.536209, 0.574954, 0.451533),
    "understandability": (0.380038, 0.467807, 0.360741),
    "overall": (0.632796, 0.662583, 0.487272),
}


def test_reproduces_unieval_on_topical_chat(shared_data: Path) -> None:
    rows = published(shared_data / "unieval_topical_chat" / "topical_chat_result.json.gz")
    for dimension, printed in TOPICAL_CHAT.items():
        frame = numbers([r["predict_scores"][dimension] for r in rows], [r["scores"][dimension] for r in rows])
        found = [only(kind(scorer="s"), frame).value for kind in (Pearson, Spearman, Kendall)]
        assert found == EXACT(printed, abs=1e-6), dimension


def test_reproduces_qags(shared_data: Path) -> None:
    rows = published(shared_data / "qags" / "qags_xsum_result.json.gz")
    frame = numbers([r["predict_scores"]["consistency"] for r in rows], [r["scores"]["consistency"] for r in rows])
    found = [only(kind(scorer="s"), frame).value for kind in (Pearson, Spearman, Kendall)]
    assert found == EXACT((0.461376, 0.487920, 0.399218), abs=1e-6)


FRANK = {
    "Bleu": (0.2540, 0.1014),
    "Rouge 1": (0.3345, 0.1367),
    "Rouge 2": (0.2915, 0.1190),
    "Rouge L": (0.1753, 0.1309),
    "Meteor": (0.3717, 0.1370),
    "FactCC": (0.5998, 0.2039),
    "FEQA": (0.5588, 0.0045),
    "QAGS": (0.5784, 0.0650),
    "Dep Entail": (0.1107, 0.1624),
    "BertScore P Art": (0.6163, 0.2711),
}
"""Correlation with factuality, and what is left of it within the systems: most of it tells systems apart."""


def within(values: Sequence[float], groups: Sequence[str]) -> list[float]:
    """Values less the mean of their group."""
    means = {g: float(np.mean([v for v, of in zip(values, groups, strict=True) if of == g])) for g in set(groups)}
    return [v - means[g] for v, g in zip(values, groups, strict=True)]


@pytest.mark.parametrize("name", FRANK)
def test_reproduces_frank(name: str, shared_data: Path) -> None:
    human = published(shared_data / "frank" / "human_annotations.json.gz")
    by_key = {(r["hash"], r["model_name"]): r["Factuality"] for r in human}
    outputs = published(shared_data / "frank" / "baseline_factuality_metrics_outputs.json.gz")
    kept = [r for r in outputs if r.get(name) is not None and (r["hash"], r["model_name"]) in by_key]
    systems = [r["model_name"] for r in kept]
    p, t = [r[name] for r in kept], [by_key[r["hash"], r["model_name"]] for r in kept]
    whole = only(Pearson(scorer="s"), numbers(p, t)).value
    partial = only(Pearson(scorer="s"), numbers(within(p, systems), within(t, systems))).value
    assert (whole, partial) == EXACT(FRANK[name], abs=6e-5)


@settings(max_examples=200)
@given(st.floats(allow_nan=False, allow_infinity=False), st.floats(allow_nan=False, allow_infinity=False))
def test_number_scorer_reads_what_was_given(answer: float, target: float) -> None:
    verdict = number().score(_record(data={"number": answer}, target=target))
    assert verdict.values == {"prediction": answer, "target": target}


def test_number_scorer_reads_text_and_says_what_is_missing() -> None:
    read = number(units={"km": 1000.0, "m": 1.0}).score
    verdict = read(_record(output="It is 1.5 km.", target="1450 m"))
    assert verdict.value == EXACT(50.0) and verdict.values == {"prediction": 1500.0, "target": 1450.0}
    assert read(_record(output="no idea", target=1)).status is Status.UNPARSED
    assert read(_record(output="3", target=None)).status is Status.MISSING
    assert read(_record(output="3", target="none")).status is Status.MISSING
    assert read(_record(output=None, target=3)).status is Status.MISSING


def _record(**fields: Any) -> Record:
    return Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK, **fields)


def test_kendall_of_many_units_is_exact() -> None:
    rng = np.random.default_rng(5)
    t = rng.integers(0, 300, 20_000).astype(float)
    p = t + rng.integers(-50, 50, 20_000)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        expected = stats.kendalltau(t, p)[0]
    assert only(Kendall(scorer="s"), numbers(p, t)).value == EXACT(expected, rel=1e-12)
