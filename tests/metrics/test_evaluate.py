"""Evaluations as a whole: slices, worst slices, tables."""

from __future__ import annotations

import math

import msgspec
import numpy as np
import pytest

from evalium.core import ConfigError
from evalium.metrics import (
    ClassReport,
    Confusion,
    Curve,
    Frame,
    Histogram,
    Reliability,
    Results,
    ScorerInfo,
    create_all,
    defaults,
    evaluate,
)
from evalium.stats import wilson
from tests.metrics.frames import SCORERS, rich_frame


@pytest.fixture(scope="module")
def results() -> Results:
    return evaluate(defaults(SCORERS, streamed=True), rich_frame(400), bootstrap=200)


def test_keys_come_in_the_order_of_the_metrics(results: Results) -> None:
    # No machine of this frame has a price by the hour.
    keys = [m.key for m in defaults(SCORERS, streamed=True) if m.key != "machine_cost_per_call"]
    assert list(results.overall) == keys
    assert all(list(found) == keys for values in results.slices.values() for found in values.values())
    assert results.n == 400 and set(results.slices) == {"lang", "long"}


def test_order_of_metrics_changes_no_number(results: Results) -> None:
    turned = evaluate(list(reversed(defaults(SCORERS, streamed=True))), rich_frame(400), bootstrap=200, tables=False)
    assert turned.overall == {k: results.overall[k] for k in turned.overall}
    assert turned.slices["lang"] == results.slices["lang"]


def test_everything_is_json_and_back(results: Results) -> None:
    again = msgspec.json.decode(msgspec.json.encode(results))
    assert again["overall"]["right"]["value"] == results.overall["right"].value
    assert msgspec.convert(again["tables"]["intent.confusion"], Confusion) == results.tables["intent.confusion"]


def test_slices_hold_each_unit_once(results: Results) -> None:
    for values in results.slices.values():
        assert sum(found["error_rate"].n for found in values.values()) == 400


def test_worst_slice_goes_by_direction(results: Results) -> None:
    for key, worst in results.worst.items():
        all_slices = [found[key] for values in results.slices.values() for found in values.values()]
        pick = min if worst.estimate.higher_is_better else max
        assert worst.estimate.value == pick(e.value for e in all_slices)
        assert results.slices[worst.attribute][worst.value][key] == worst.estimate and worst.n_slices == 5
    directed = {key for key, found in results.overall.items() if found.higher_is_better is not None and found.defined}
    assert set(results.worst) == directed


def test_small_slices_are_never_the_worst() -> None:
    frame = Frame.from_columns({"s.value": [0] * 5 + [1, 0] * 40, "attributes.g": ["tiny"] * 5 + ["big"] * 80})
    worst = evaluate(create_all(["s"], [ScorerInfo("s")]), frame).worst["s"]
    assert (worst.value, worst.n_slices) == ("big", 1)


def test_attributes_of_many_values_show_the_frequent_ones() -> None:
    groups = [f"g{i}" for i in range(300)] + ["often"] * 7
    frame = Frame.from_columns({"s.value": [1.0] * 307, "attributes.g": groups})
    found = evaluate(create_all(["s"], [ScorerInfo("s")]), frame)
    assert len(found.slices["g"]) == 200 and found.omitted_slices == {"g": 101}
    assert next(iter(found.slices["g"])) == "often"


def test_positive_class_that_does_not_occur() -> None:
    frame = Frame.from_columns({"c.label": ["a", "b"], "c.target": ["a", "a"]})
    [metric] = create_all([{"f1": {"average": "binary", "positive": "bb"}}], [ScorerInfo("c", "label")])
    with pytest.raises(ConfigError, match="option 'positive': the data has no class 'bb'"):
        evaluate([metric], frame)
    with pytest.raises(ConfigError, match="needs the option 'positive'"):
        evaluate(create_all([{"f1": {"average": "binary"}}], SCORERS), rich_frame(50))


def test_confusion_matrix(results: Results) -> None:
    table = results.tables["intent.confusion"]
    assert isinstance(table, Confusion) and table.classes == ("a", "b", "c") and not table.unparsed
    frame = rich_frame(400)
    true, guess = frame.category("intent.target").codes, frame.category("intent.label").codes
    for i, row in enumerate(table.counts):
        for j, count in enumerate(row):
            assert count == int(np.sum((true == i) & (guess == j)))
            share, expected = table.shares[i][j], wilson(count, int(np.sum(true == i)))
            assert (share.low, share.high) == pytest.approx((expected.low, expected.high))


def test_accuracy_of_labels_comes_with_its_confusion_matrix() -> None:
    found = evaluate(create_all(["intent.accuracy", "right.accuracy"], SCORERS), rich_frame(50))
    assert set(found.tables) == {"intent.confusion", "intent.classes"}


def test_confusion_matrix_has_a_column_for_unparsed_and_leaves_out_rare_classes() -> None:
    from evalium.metrics.class_tables import class_report, confusion_matrix

    names = [f"{i:03d}" for i in range(130)]
    targets = [*names, *names[:100], "000"]
    frame = Frame.from_columns(
        {
            "c.label": [*targets[:-1], None],
            "c.target": targets,
            "c.status": ["ok"] * 230 + ["unparsed"],
        }
    )
    table = confusion_matrix(frame, "c")
    assert table.unparsed and table.omitted_classes == 30 and len(table.classes) == 100
    assert table.counts[0][0] == 2 and table.counts[0][-1] == 1 and sum(map(sum, table.counts)) == 201
    assert table.shares[0][-1].n == 3
    report = class_report(frame, "c")
    assert report.rows[0].name == "000" and report.rows[0].support == 3 and len(report.rows) == 100
    assert report.rows[0].recall.value == pytest.approx(2 / 3) and report.rows[0].precision.value == 1.0


def test_class_report_is_the_per_class_metrics(results: Results) -> None:
    report = results.tables["intent.classes"]
    assert isinstance(report, ClassReport) and [r.support for r in report.rows] == sorted(
        (r.support for r in report.rows), reverse=True
    )
    mean = np.mean([row.f1.value for row in report.rows])
    assert results.overall["f1_macro"].value == pytest.approx(mean)


def test_roc_and_pr_curves() -> None:
    p = np.random.default_rng(4).random(900)
    y = np.random.default_rng(5).random(900) < p**2
    frame = Frame.from_columns(
        {
            "s.probabilities": [{"no": 1 - x, "yes": x} for x in p.tolist()],
            "s.target": np.where(y, "yes", "no"),
        }
    )
    found = evaluate(create_all(["roc_auc", "pr_auc"], [ScorerInfo("s", "probability")]), frame, bootstrap=50)
    roc, pr = found.tables["s.roc"], found.tables["s.pr"]
    assert isinstance(roc, Curve) and isinstance(pr, Curve)
    assert (roc.positive, roc.positives, roc.negatives) == ("yes", int(y.sum()), int((~y).sum()))
    assert len(roc.points) == len(pr.points) == 200
    x, tpr = (np.array([getattr(point, c).value for point in roc.points]) for c in ("x", "y"))
    assert np.trapezoid([0, *tpr], [0, *x]) == pytest.approx(found.overall["roc_auc"].value, abs=0.01)
    last = roc.points[-1]
    assert last.x.value == last.y.value == 1.0 and last.y.low == wilson(y.sum(), y.sum()).low
    assert pr.points[-1].y.value == pytest.approx(y.mean())
    for point in roc.points[::40]:
        assert point.y.value == pytest.approx(np.mean(p[y] >= point.threshold))


def test_reliability_bins_make_the_calibration_error(results: Results) -> None:
    table = results.tables["prob.reliability"]
    assert isinstance(table, Reliability) and sum(b.count for b in table.bins) == 400
    error = sum(b.count / 400 * abs(b.accuracy.value - b.confidence.value) for b in table.bins)
    assert error == pytest.approx(results.overall["ece"].value)
    assert all(b.low < b.confidence.value <= b.high for b in table.bins)


def test_histograms(results: Results) -> None:
    table = results.tables["latency.histogram"]
    assert isinstance(table, Histogram) and sum(table.counts) == 400 and table.unit == "s"
    from evalium.metrics.histogram import histogram

    wide = histogram("x", np.array([0.001, 0.1, 10.0, math.nan]), "s")
    assert wide.log and sum(wide.counts) == 3 and wide.n_missing == 1
    assert histogram("x", np.array([2.0, 2.0]), "s").counts[0] == 2
    assert histogram("x", np.array([math.nan]), "s").counts == ()
    zeros = histogram("x", np.array([0.0, 5.0]), "s")
    assert not zeros.log and sum(zeros.counts) == 2
