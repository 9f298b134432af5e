"""The functional door: columns of any kind in, estimates out; and partial sums merged."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Any

import msgspec
import numpy as np
import pyarrow as pa
import pytest

from evalium.core import ConfigError, Estimate, UnknownName
from evalium.metrics import (
    Frame,
    How,
    Need,
    Ragged,
    SumMetric,
    create,
    estimate,
    implied_scorers,
    merge,
    registry,
    sums,
)
from evalium.metrics import compute as door
from evalium.metrics import metric as own_metric

TRUE = ["a", "b", "a", "c", "b", "a", "c", "c"]
SAID = ["a", "b", "b", "c", "b", "a", "a", "c"]


def compute(name: str, *given: Any, **options: Any) -> Estimate:
    found = door(name, *given, **options)
    assert isinstance(found, Estimate)
    return found


@pytest.mark.parametrize("kind", ["list", "tuple", "numpy", "arrow", "pandas", "polars"])
def test_columns_of_every_kind(kind: str) -> None:
    def column(values: list[str]) -> Any:
        if kind == "arrow":
            return pa.chunked_array([values[:3], values[3:]])
        if kind in ("pandas", "polars"):
            return pytest.importorskip(kind).Series(values)
        return {"list": list, "tuple": tuple, "numpy": np.array}[kind](values)

    found = compute("f1_macro", column(SAID), column(TRUE), bootstrap=200)
    assert found.value == pytest.approx(compute("f1_macro", SAID, TRUE).value)
    assert found.n == 8 and found.low < found.value < found.high


def test_equals_the_metric_on_a_frame() -> None:
    frame = Frame.from_columns({"it.label": SAID, "it.target": TRUE})
    metric = create("it.mcc", [_info()])[0]
    direct = estimate(metric, frame, How(seed=("compute",)))["it.mcc"]
    assert repr(compute("mcc", SAID, TRUE)) == repr(msgspec.structs.replace(direct))


def _info() -> Any:
    from evalium.metrics import ScorerInfo

    return ScorerInfo("it", "label")


def test_without_an_interval() -> None:
    found = compute("roc_auc", [0.1, 0.4, 0.35, 0.8], [0, 0, 1, 1], ci=None)
    assert found.value == 0.75 and math.isnan(found.low) and found.method == "none"


def test_slices_clusters_and_weights() -> None:
    by = ["x", "x", "y", "y", "x", "x", "y", "y"]
    parts = door("accuracy", SAID, TRUE, by=by)
    assert isinstance(parts, dict) and {key: part.value for key, part in parts.items()} == {"x": 1.0, "y": 0.5}
    both = door("accuracy", SAID, TRUE, by={"group": by, "half": [1] * 4 + [2] * 4})
    assert both["half"]["1"].n == 4 and both["group"]["y"].value == 0.5
    clustered = compute("accuracy", SAID, TRUE, cluster=[1, 1, 2, 2, 3, 3, 4, 4])
    assert clustered.n_clusters == 4
    weighted = compute("accuracy", SAID, TRUE, weights=[1, 1, 2, 1, 1, 1, 2, 1])
    assert weighted.value == pytest.approx(6 / 10)


def test_several_numbers_are_a_mapping() -> None:
    found = door("f1_per_class", SAID, TRUE, bootstrap=100)
    assert isinstance(found, dict) and list(found) == ["a", "b", "c"]
    assert found["b"].value == pytest.approx(0.8)


def test_probabilities_in_every_form() -> None:
    p = np.array([[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.2, 0.2, 0.6]])
    expected = -np.log([0.7, 0.8, 0.6]).mean()
    rows = [dict(zip("abc", row, strict=True)) for row in p.tolist()]
    assert compute("log_loss", rows, ["a", "b", "c"]).value == pytest.approx(expected)
    assert compute("log_loss", p, ["a", "b", "c"], classes=["a", "b", "c"]).value == pytest.approx(expected)
    assert compute("brier", [0.8, 0.3], ["yes", "no"], classes=["no", "yes"]).n == 2
    assert compute("roc_auc", [0.8, 0.3, None], [True, False, True]).n_missing == 1


def test_a_scorer_is_the_mean_of_its_value() -> None:
    found = compute("exact", ["4", " 5", None], ["4", "6", "7"], case="ignore")
    assert found.value == 0.5 and found.n_missing == 1
    assert "exact" in found.signature


def test_the_mean_of_numbers_at_hand() -> None:
    found = compute("mean", [1.0, 3.0, 5.5, math.nan])
    assert found.value == pytest.approx(9.5 / 3) and found.n_missing == 1 and found.method == "t"
    assert compute("mean", [1, 0, 1, 1]).method == "wilson"


def test_record_columns() -> None:
    assert compute("latency_p50", columns={"latency": [1.0, 2.0, 3.0]}).value == 2.0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: door("acuracy", SAID, TRUE), UnknownName, "Did you mean 'accuracy'"),
        (lambda: door("accuracy", SAID, TRUE[:3]), ConfigError, "one length"),
        (lambda: door("exact", SAID, TRUE[:3]), ConfigError, "8 predictions and 3 references"),
        (lambda: door("accuracy", "abc", TRUE), ConfigError, "expected a column, got str"),
        (lambda: door("accuracy", SAID), ConfigError, "references are needed"),
        (lambda: door("accuracy", SAID, TRUE, ci="wald"), ConfigError, "ci must be"),
        (lambda: door("accuracy", SAID, TRUE, weights=[1]), ConfigError, "1 of them for 8 units"),
        (lambda: door("accuracy", SAID, TRUE, weights=[-1] * 8), ConfigError, "not negative"),
        (lambda: door("accuracy", SAID, TRUE, beta=2), ConfigError, "no option 'beta'"),
        (lambda: door("roc_auc", [0.1, 1.2], [0, 1]), ConfigError, r"must lie in \[0, 1\]"),
        (lambda: door("roc_auc", [0.1, 0.2, 0.3], ["a", "b", "c"]), ConfigError, "there are 3"),
        (lambda: door("latency_p50", [1.0]), ConfigError, "reads no predictions"),
        (lambda: sums("roc_auc", [0.1, 0.9], [0, 1]), ConfigError, "no formula on sums"),
        (lambda: merge([]), ConfigError, "at least one part"),
        (lambda: merge([sums("accuracy", SAID, TRUE), sums("mcc", SAID, TRUE)]), ConfigError, "made differently"),
    ],
)
def test_what_is_refused(call: Any, error: type[Exception], words: str) -> None:
    with pytest.raises(error, match=words):
        call()


@pytest.mark.parametrize("name", ["accuracy", "balanced_accuracy", "f1_macro", "mcc", "cohen_kappa"])
def test_parts_merge_to_the_whole(name: str) -> None:
    rng = np.random.default_rng(3)
    true = rng.integers(0, 3, 600)
    said = np.where(rng.random(600) < 0.7, true, rng.integers(0, 3, 600))
    whole = compute(name, said, true)
    parts = [sums(name, said[i : i + 200], true[i : i + 200]) for i in range(0, 600, 200)]
    sent = [msgspec.msgpack.decode(msgspec.msgpack.encode(part), type=type(part)) for part in parts]
    found = merge(sent)
    assert isinstance(found, Estimate)
    assert found.value == pytest.approx(whole.value, abs=1e-12) and found.n == 600
    assert found.low == pytest.approx(whole.low, abs=0.012) and found.high == pytest.approx(whole.high, abs=0.012)
    assert found.signature == whole.signature


def test_merged_clusters_are_counted_as_such() -> None:
    cluster = np.arange(8) // 2
    whole = compute("accuracy", SAID, TRUE, cluster=cluster)
    found = merge(
        [
            sums("accuracy", SAID[:4], TRUE[:4], cluster=cluster[:4]),
            sums("accuracy", SAID[4:], TRUE[4:], cluster=cluster[4:]),
        ]
    )
    assert isinstance(found, Estimate)
    assert (found.n_clusters, found.value) == (whole.n_clusters, whole.value)
    assert found.low == pytest.approx(whole.low, abs=0.05)


@pytest.fixture
def brought(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A metric that brings its scorer."""
    monkeypatch.setattr(registry, "_loaded", dict(registry._loaded))

    @own_metric(name="half_right", low=0.0, high=1.0)
    class HalfRight:
        scorer: str = ""
        fits = ("binary",)
        scored_by = "exact"
        name = "half_right"

        def needs(self) -> tuple[Need, ...]:
            return (Need("value", self.scorer),)

        def rows(self, frame: Frame) -> Any:
            return frame.number(f"{self.scorer}.value") / 2

    yield "half_right"


def test_a_metric_brings_its_scorer(brought: str) -> None:
    assert issubclass(registry.get(brought), SumMetric)
    assert compute(brought, ["A", "b"], ["a", "x"], case="ignore").value == 0.25
    assert implied_scorers([{brought: {"case": "ignore"}}], []) == [{"exact": {"case": "ignore"}}]
    from evalium.metrics import ScorerInfo

    assert implied_scorers([brought], [ScorerInfo("exact")]) == []
    with pytest.raises(ConfigError, match="give 'case' to the scorer 'exact'"):
        implied_scorers([{brought: {"case": "ignore"}}], [ScorerInfo("exact")])


def test_ragged_columns() -> None:
    ragged = Ragged.of([[1, 2], None, [3], []])
    assert len(ragged) == 4 and ragged.lengths.tolist() == [2, 0, 1, 0] and ragged.units.tolist() == [0, 0, 2]
    assert ragged.take(np.array([True, False, True, False])).values.tolist() == [1, 2, 3]
    assert ragged.take(np.array([2, 2, 0])).values.tolist() == [3, 3, 1, 2]
    frame = Frame.from_columns({"s.value": [1, 0, 1], "s.values.scores": [[0.5], [0.25, 1], None]})
    assert frame.several("s.values.scores").take(np.array([1])).values.tolist() == [0.25, 1]
    assert frame.take(np.array([2, 1])).several("s.values.scores").lengths.tolist() == [0, 2]
    assert len(frame.several("s.values.none")) == 3
    table = pa.table(
        {"sample": ["a", "b"], "status": ["ok", "ok"], "value": [1.0, 0.0], "values": ['{"x":[1,2],"y":3}', None]}
    )
    stored = Frame.from_arrow(pa.table({"sample": ["b", "a"], "status": ["ok", "ok"]}), {"s": table})
    assert stored.several("s.values.x").lengths.tolist() == [0, 2]
    assert stored.number("s.values.y").tolist()[1] == 3
