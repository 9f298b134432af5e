"""Laws that hold for every registered metric: a new metric gets these tests with its line in the table."""

from __future__ import annotations

import math
from dataclasses import fields, replace

import numpy as np
import pytest

from evalium.core import Estimate
from evalium.metrics import (
    Frame,
    FrameMetric,
    How,
    Metric,
    SumMetric,
    WeightedMetric,
    create,
    describe,
    estimate,
    evaluate,
    needed_columns,
    paired,
    registry,
)
from evalium.metrics.units import SumUnits
from tests.metrics.frames import SCORERS, built_in, rich_columns, rich_frame

BUILT_IN = [name for name in registry.names() if registry._lazy.get(name, "").startswith("evalium.")]
HOW = How(bootstrap=200, seed=("laws",))
SUMS = [name for name in BUILT_IN if isinstance(built_in(name), SumMetric)]
OF_UNITS = [name for name in BUILT_IN if not isinstance(built_in(name), FrameMetric)]
"""Metrics of units rather than of the run as a whole, which has no weights and no clusters."""
RATES = {"error_rate", "timeout_rate", "refused_rate", "truncated_rate", "unparsed_rate", "missing_rate"}
NO_BEST = {
    *("min", "max", "bias", "lift", "gain", "best_threshold", "calibration_slope", "calibration_intercept"),
    *("threshold_at_precision", "threshold_at_recall", "threshold_at_fpr"),
    *(
        "aov",
        "catalogue_coverage",
        "exposure_gini",
        "intra_list_diversity",
        "novelty",
        "popularity_bias",
        "serendipity",
    ),
    *("inception_score", "inception_score_splits", "kid", "generative_density", "quality_per_dollar"),
}
"""Metrics without a best value that a perfect model reaches: some describe, some depend on the data or see no truth."""
OF_QUALITY = {name for name in BUILT_IN if built_in(name).options.get("scorer")} - NO_BEST
OF_THE_SET = {"inception_score_splits", "image_to_text_recall_at_k", "text_to_image_recall_at_k"}
"""Metrics in which units compete with each other or have an order, so that a unit twice is no weight of two."""
OF_COPIES = {
    *("distinct_1", "distinct_2", "distinct_n", "self_bleu"),
    *("generative_precision", "generative_recall", "generative_density", "generative_coverage", "kid"),
    *OF_THE_SET,
}
"""Metrics that measure, among other things, how alike units are: repeating them changes the number."""
IDENTITY = {
    **{"log_loss": 2.3e-16, "perplexity": 1.0, "word_perplexity": 1.0},
    **{"length_ratio": 1.0, "conversation_score": 1.0, "turn_score": 1.0},
}
"""Best values of metrics without a finite bound on the good side, or where clipping moves it."""
OF_OUR_OWN = {
    *("AmountMean", "AmountTotal", "CostPerSuccess", "TimePerSuccess", "MachineCost", "QualityPerDollar", "Aov"),
    *("PromptCacheRate", "MissingRate", "UnparsedRate", "Mean", "Min", "Max", "Composite"),
    *("ConversationScore", "TurnScore", "Steps", "RecoveryRate", "ArgumentExactness", "LanguageMatch"),
}
"""Classes of metrics that are plain arithmetic on what was stored and follow no paper, standard or implementation."""


def one(metric: Metric, frame: Frame, how: How = HOW) -> Estimate:
    """The estimate; of several outputs the first."""
    return next(iter(estimate(metric, frame, how).values()))


def close(first: Estimate, second: Estimate) -> bool:
    """Whether two values are the same number but for rounding."""
    return first.value == pytest.approx(second.value, rel=1e-9, abs=1e-12, nan_ok=True)


@pytest.fixture(scope="module")
def frame() -> Frame:
    return rich_frame(240)


@pytest.mark.parametrize("name", BUILT_IN)
def test_says_what_it_is(name: str) -> None:
    metric = built_in(name)
    assert type(metric).__doc__ and len(type(metric).__doc__ or "") > 60
    assert metric.unit and metric.key == name
    assert metric.low is None or metric.high is None or metric.low < metric.high
    for option in fields(metric):
        assert option.name in {"key", "usual"} or f"{option.name}:" in _docs_of(type(metric)), option.name


@pytest.mark.parametrize("name", BUILT_IN)
def test_its_card_is_complete(name: str) -> None:
    card = describe(name)
    assert card.definition and "nterval" in f"{card.what} {card.definition}", "say the formula and the interval"
    assert card.not_for, "say 'When not to use it: ...' in its docstring"
    assert bool(card.reference) != (type(built_in(name)).__name__ in OF_OUR_OWN), "name the source in `reference`"


def _docs_of(kind: type) -> str:
    return "".join(base.__doc__ or "" for base in kind.__mro__)


@pytest.mark.parametrize("name", BUILT_IN)
def test_value_lies_in_its_range_and_its_interval(name: str, frame: Frame) -> None:
    metric, found = built_in(name), one(built_in(name), frame)
    assert found.defined and found.n > 0 and found.unit == metric.unit
    assert metric.low is None or found.value >= metric.low
    assert metric.high is None or found.value <= metric.high
    assert found.signature.startswith(metric.signature)
    assert not (found.low > found.value or found.high < found.value)


@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - {"inception_score_splits"}))
def test_order_of_units_does_not_matter(name: str, frame: Frame) -> None:
    shuffled = frame.take(np.random.default_rng(1).permutation(frame.n))
    assert close(one(built_in(name), frame), one(built_in(name), shuffled))


@pytest.mark.parametrize("name", BUILT_IN)
def test_same_seed_same_interval(name: str, frame: Frame) -> None:
    first, second = one(built_in(name), frame), one(built_in(name), rich_frame(240))
    assert repr(first) == repr(second)


@pytest.mark.parametrize("name", BUILT_IN)
def test_more_confidence_is_a_wider_interval(name: str, frame: Frame) -> None:
    narrow = one(built_in(name), frame, replace(HOW, level=0.8))
    wide = one(built_in(name), frame, replace(HOW, level=0.99))
    assert not (wide.low > narrow.low or narrow.low > narrow.high or narrow.high > wide.high)


@pytest.mark.parametrize("name", [name for name in BUILT_IN if name in RATES or name in OF_QUALITY])
def test_perfect_is_best(name: str) -> None:
    metric, perfect = built_in(name), Frame.from_columns(rich_columns(120, perfect=True))
    best = metric.high if metric.higher_is_better else metric.low
    expected = IDENTITY.get(name, 0.0 if name == "ece_debiased" else best)
    assert one(metric, perfect).value == pytest.approx(expected, abs=1e-12)
    worse = one(metric, rich_frame(120)).value
    assert name in RATES or (worse < expected if metric.higher_is_better else worse > expected)


@pytest.mark.parametrize("name", SUMS)
def test_shards_add_up_to_the_whole(name: str, frame: Frame) -> None:
    metric = built_in(name)
    assert isinstance(metric, SumMetric)
    shards = [frame.take(np.arange(i, frame.n, 3)) for i in range(3)]
    total = np.sum([SumUnits.of(metric, shard).total for shard in shards], axis=0)
    assert np.atleast_1d(metric.value(total))[0] == pytest.approx(one(metric, frame).value, rel=1e-9)


@pytest.mark.parametrize("name", sorted(set(OF_UNITS) - OF_THE_SET))
def test_a_weight_of_two_is_the_unit_twice(name: str, frame: Frame) -> None:
    metric = built_in(name)
    weights = np.random.default_rng(2).integers(0, 4, frame.n)
    repeated = frame.take(np.repeat(np.arange(frame.n), weights))
    if isinstance(metric, WeightedMetric):
        direct = metric.value(metric.columns(frame), weights.astype(float))
        assert float(np.atleast_1d(direct)[0]) == pytest.approx(one(metric, repeated).value, rel=1e-9)
        return
    kept = frame.take(weights > 0)
    weighted = replace(kept, weights=weights[weights > 0].astype(float))
    assert close(one(metric, weighted), one(metric, repeated))


# A failed call breaks a service level agreement and uses up an error budget.
@pytest.mark.parametrize("name", sorted(set(BUILT_IN) - {"sla_attainment", "error_budget"}))
def test_failed_calls_are_missing_and_never_wrong(name: str) -> None:
    metric, whole = built_in(name), rich_frame(120)
    columns = rich_columns(120)
    lost = {
        key: [*list(values)[:100], *(["missing" if key.endswith(".status") else None] * 20)]
        for key, values in columns.items()
        if key != "status"
    }
    failed = Frame.from_columns({**lost, "status": ["ok"] * 100 + ["timeout"] * 20})
    kept, found = one(metric, whole.take(np.arange(100))), one(metric, failed)
    if name in RATES:
        assert found.n == 120 and found.n_missing == 0
        assert found.value == pytest.approx(20 / 120 if name in {"timeout_rate", "missing_rate"} else 0.0)
        return
    assert close(kept, found)
    assert (found.n, found.n_missing) == (kept.n, kept.n_missing + 20)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_slice_is_the_metric_of_the_subset(name: str, frame: Frame) -> None:
    metric = built_in(name)
    results = evaluate([metric], frame, bootstrap=100, slices=["lang"], tables=False)
    assert set(results.slices["lang"]) == {"en", "de", "fr"}
    for cut in frame.slices("lang"):
        subset = estimate(metric, frame.take(cut.index), HOW)
        for key, found in results.slices["lang"][cut.value].items():
            assert close(found, subset[key]), key
            assert (found.n, found.n_missing) == (subset[key].n, subset[key].n_missing)


@pytest.mark.parametrize("name", BUILT_IN)
def test_reads_only_the_columns_that_it_declares(name: str, frame: Frame) -> None:
    """Runs load no others."""
    metric = built_in(name)
    needed = needed_columns([metric], [s.name for s in SCORERS])
    declared = {
        *needed.records,
        *(f"{scorer}.{column}" for scorer, columns in needed.scores.items() for column in columns),
    }

    def loaded(column: str) -> bool:
        return column in declared or (".values." in column and column.partition(".values.")[0] + ".values" in declared)

    narrow = replace(
        frame,
        numbers={k: v for k, v in frame.numbers.items() if loaded(k)},
        categories={k: v for k, v in frame.categories.items() if loaded(k)},
        probabilities={k: v for k, v in frame.probabilities.items() if f"{k}.probabilities" in declared},
    )
    assert repr(one(metric, narrow)) == repr(one(metric, frame))


@pytest.mark.parametrize("name", BUILT_IN)
def test_rebuilds_from_its_spec(name: str) -> None:
    metric = built_in(name)
    again = create(metric.spec, SCORERS)[0]
    assert again == metric and again.key == metric.key and again.signature == metric.signature
    assert again.unit == metric.unit and again.higher_is_better == metric.higher_is_better


@pytest.mark.parametrize("name", BUILT_IN)
def test_nothing_is_undefined_and_never_zero(name: str) -> None:
    metric, empty = built_in(name), rich_frame(120).take(np.arange(0))
    for found in estimate(metric, empty, HOW).values():
        assert math.isnan(found.value) and math.isnan(found.low) and found.n == 0
        assert found.reason and found.method == "undefined"


@pytest.mark.parametrize("name", BUILT_IN)
def test_one_unit_has_no_interval(name: str) -> None:
    found = one(built_in(name), rich_frame(120).take(np.arange(1)))
    assert math.isnan(found.low) and math.isnan(found.high)


# Debiasing takes the number of units for evidence, clustered or not; order statistics move by whole ranks.
@pytest.mark.parametrize(
    "name",
    [n for n in OF_UNITS if n not in {"ece_debiased", *OF_COPIES} and "quantiles" not in built_in(n).source()],
)
def test_repeating_units_inside_their_cluster_is_no_evidence(name: str) -> None:
    metric, frame = built_in(name), rich_frame(240, cluster=np.arange(240) // 8)
    twice = frame.take(np.repeat(np.arange(frame.n), 2))
    single, double = one(metric, frame), one(metric, twice)
    assert single.n_clusters == double.n_clusters == 30
    if name.endswith("_total"):
        assert double.value == pytest.approx(2 * single.value)
        return
    if single.method != "none":
        assert (double.high - double.low) == pytest.approx(single.high - single.low, rel=0.02)


@pytest.mark.parametrize("name", OF_UNITS)
def test_one_cluster_has_no_interval(name: str) -> None:
    metric = built_in(name)
    found = one(metric, rich_frame(60, cluster=["c"] * 60))
    assert found.defined and math.isnan(found.low)
    few = one(metric, rich_frame(60, cluster=np.arange(60) // 15))
    assert "few_clusters" in few.flags or few.method == "none"


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_run_does_not_differ_from_itself(name: str, frame: Frame) -> None:
    metric = built_in(name)
    for found in paired(metric, frame, frame, bootstrap=100).values():
        assert found.difference.value == 0.0
        assert found.a == found.b and found.n == found.a.n
        if not math.isnan(found.difference.low):
            assert found.difference.low <= 0.0 <= found.difference.high
            assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize("name", BUILT_IN)
def test_a_difference_turns_round_with_its_runs(name: str, frame: Frame) -> None:
    metric, other = built_in(name), rich_frame(240, seed=5)
    there, back = paired(metric, frame, other, bootstrap=400), paired(metric, other, frame, bootstrap=400)
    for key, found in there.items():
        assert found.difference.value == pytest.approx(-back[key].difference.value, nan_ok=True)
        # The bootstraps of the two draw other weights.
        chance = 0.15 if "bootstrap" in found.test else 1e-12
        assert found.p == pytest.approx(back[key].p, abs=chance, nan_ok=True)
        if not math.isnan(found.difference.low):
            assert found.difference.low <= found.difference.value <= found.difference.high
            width = found.difference.high - found.difference.low
            assert found.difference.low == pytest.approx(-back[key].difference.high, abs=chance * width + 1e-9)
