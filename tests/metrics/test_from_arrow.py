"""Frames out of stored records and scores."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, DataError, Record, Score, Status
from evalium.metrics import Frame, ScorerInfo, align, create_all, estimate, evaluate, needed_columns
from evalium.metrics.frame import STATUS_CODE


def records(n: int, **changed: Any) -> pa.Table:
    columns = {
        "sample": [f"s{i}" for i in range(n)],
        "epoch": pa.array([0] * n, pa.int32()),
        "status": pa.array(["ok"] * n).dictionary_encode(),
        "latency": [0.1 * i for i in range(n)],
        "input_tokens": pa.array(range(n), pa.int64()),
        "cached": [False] * n,
        "attributes": [json.dumps({"lang": "de" if i % 2 else "en", "hard": i % 3 == 0}) for i in range(n)],
        "probability": [1.0] * n,
    }
    return pa.table({**columns, **changed})


def scores(samples: list[str], values: list[float | None], **changed: Any) -> pa.Table:
    return pa.table(
        {
            "sample": samples,
            "epoch": pa.array([0] * len(samples), pa.int32()),
            "status": ["ok" if v is not None else "unparsed" for v in values],
            "value": pa.array(values, pa.float64()),
            "signature": ["exact|v:1"] * len(samples),
            **changed,
        }
    )


def test_scores_join_by_sample_in_any_order() -> None:
    frame = Frame.from_arrow(records(4), {"exact": scores(["s3", "s0", "s1"], [0.3, 0.0, None])})
    assert frame.number("exact.value").tolist() == pytest.approx([0.0, np.nan, np.nan, 0.3], nan_ok=True)
    codes = [STATUS_CODE[s] for s in (Status.OK, Status.UNPARSED, Status.MISSING, Status.OK)]
    assert frame.scored("exact").tolist() == codes
    assert frame.signatures == {"exact": "exact|v:1"}
    assert frame.number("input_tokens").tolist() == [0, 1, 2, 3] and frame.number("cached").tolist() == [0] * 4


@given(st.permutations(list(range(6))), st.integers(1, 3))
def test_join_is_the_naive_one(order: list[int], epochs: int) -> None:
    units = [(f"s{i % 2}", i // 2) for i in range(2 * epochs)]
    about = records(len(units), sample=[s for s, _ in units], epoch=pa.array([e for _, e in units], pa.int32()))
    kept = [units[i] for i in order if i < len(units)]
    value = {unit: float(i) for i, unit in enumerate(kept)}
    table = scores([s for s, _ in kept], list(value.values()), epoch=pa.array([e for _, e in kept], pa.int32()))
    frame = Frame.from_arrow(about, {"x": table})
    assert frame.number("x.value").tolist() == [value[u] for u in units]


def test_attributes_of_every_scalar_type() -> None:
    texts = ['{"a": true, "b": 1}', '{"a": false, "b": 1.0}', '{"b": 2.5}', None, '{"a": null, "c": "x\\u0000y"}']
    for column in (pa.array(texts), pa.array(texts).dictionary_encode(), pa.chunked_array([texts[:2], texts[2:]])):
        frame = Frame.from_arrow(records(5, attributes=column))
        assert frame.attributes == ("a", "b", "c")
        assert [(s.value, s.index.tolist()) for s in frame.slices("b")] == [("1", [0, 1]), ("2.5", [2])]
        assert {s.value for s in frame.slices("a")} == {"true", "false"}
        assert [s.value for s in frame.slices("c")] == ["x\0y"]


def test_unknown_attribute_names_the_nearest() -> None:
    with pytest.raises(ConfigError, match="'langg'. Did you mean 'lang'"):
        evaluate([], Frame.from_arrow(records(3)), slices=["langg"])


def test_steps_and_other_roles_are_no_units() -> None:
    about = records(4, kind=["trace", "step", "call", "call"], role=["subject", "subject", "subject", "judge"])
    assert Frame.from_arrow(about).number("latency").tolist() == pytest.approx([0.0, 0.2])


def test_clusters_declared_or_by_repetition() -> None:
    assert Frame.from_arrow(records(4)).clusters is None
    assert Frame.from_arrow(records(4, cluster=["a", "b", "c", "d"])).clusters is None
    declared = Frame.from_arrow(records(4, cluster=["u", None, "u", None])).clusters
    assert declared is not None and declared[0] == declared[2] and len(set(declared.tolist())) == 3
    repeated = records(4, sample=["p", "p", "q", "q"], epoch=pa.array([0, 1, 0, 1], pa.int32()))
    clusters = Frame.from_arrow(repeated).clusters
    assert clusters is not None and clusters[0] == clusters[1] != clusters[2] == clusters[3]


def test_labels_and_targets_share_their_classes_in_order_of_size() -> None:
    table = scores(
        ["s0", "s1", "s2"],
        [1.0, 0.0, None],
        label=pa.array(["10", "9", None]).dictionary_encode(),
        target=pa.array(["10", "2", "9"]).dictionary_encode(),
    )
    frame = Frame.from_arrow(records(4), {"c": table})
    label, target = frame.category("c.label"), frame.category("c.target")
    assert label.values == target.values == ("2", "9", "10")
    assert label.codes.tolist() == [2, 1, -1, -1] and target.codes.tolist() == [2, 0, 1, -1]


def test_probabilities_and_further_values() -> None:
    table = scores(
        ["s1", "s0"],
        [0.7, 0.2],
        probabilities=['{"a": 0.7, "b": 0.3}', '{"b": 0.2, "c": 0.8}'],
    ).append_column("values", pa.array(['{"recall": 0.5}', None]))
    frame = Frame.from_arrow(records(3), {"p": table})
    assert frame.probabilities["p"].classes == ("a", "b", "c")
    expected = [[0.0, 0.2, 0.8], [0.7, 0.3, 0.0], [np.nan] * 3]
    assert np.array_equal(frame.probabilities["p"].values, expected, equal_nan=True)
    assert np.array_equal(frame.number("p.values.recall"), [np.nan, 0.5, np.nan], equal_nan=True)


def test_mixed_signatures_are_named() -> None:
    table = scores(["s0", "s1"], [1.0, 0.0], signature=["exact|v:1", "exact|v:2"])
    assert Frame.from_arrow(records(2), {"exact": table}).signatures == {"exact": "exact|v:1 & exact|v:2"}


def test_a_unit_twice_is_an_error_that_names_it() -> None:
    with pytest.raises(DataError, match="records: sample 's1', epoch 0 occurs more than once"):
        Frame.from_arrow(records(3, sample=["s0", "s1", "s1"]))
    with pytest.raises(DataError, match="scores of 'exact': sample 's0'"):
        Frame.from_arrow(records(3), {"exact": scores(["s0", "s0"], [1.0, 0.0])})


def test_sampling_probability_becomes_a_weight() -> None:
    assert Frame.from_arrow(records(2)).weights is None
    weights = Frame.from_arrow(records(2, probability=[1.0, 0.25])).weights
    assert weights is not None and weights.tolist() == [1.0, 4.0]
    with pytest.raises(DataError, match="'probability' must lie in"):
        Frame.from_arrow(records(2, probability=[1.0, 0.0]))


def test_nothing_at_all() -> None:
    frame = Frame.from_arrow(records(0), {"exact": scores([], [])})
    assert frame.n == 0 and frame.attributes == ()
    assert evaluate(create_all(["exact"], [ScorerInfo("exact")]), frame).overall["exact"].reason


def test_stored_structs_go_all_the_way(tmp_path: Any) -> None:
    """Through the real store: what metrics ask for is what the tables hold."""
    from evalium.store import Workspace

    made = create_all(
        ["accuracy", "c.f1_macro", "latency_p50", "cost_per_call"], [ScorerInfo("exact"), ScorerInfo("c", "label")]
    )
    needed = needed_columns(made, ["exact", "c"], keys=True)
    workspace = Workspace.open(tmp_path / "ws")
    columns = set(workspace.records([], columns=needed.records).column_names)
    assert set(needed.records) <= columns
    assert set(needed.any_score) <= set(workspace.scores([], columns=needed.any_score).column_names)
    assert {f for f in needed.records} <= set(Record.__struct_fields__) | {"written_at"}
    assert set(needed.any_score) <= set(Score.__struct_fields__)


def test_keys_pair_runs_by_content() -> None:
    first = records(4, sample_hash=["aa" * 16, "bb" * 16, "aa" * 16, "not hex"])
    second = records(3, sample=["x", "y", "z"], sample_hash=["not hex", "aa" * 16, "aa" * 16], latency=[9.0, 8.0, 7.0])
    pair = align(Frame.from_arrow(first, keys=True), Frame.from_arrow(second, keys=True))
    assert pair.a.number("latency").tolist() == pytest.approx([0.0, 0.2, 0.3])
    assert pair.b.number("latency").tolist() == [8.0, 7.0, 9.0]
    assert (pair.only_a, pair.only_b) == (1, 0)
    with pytest.raises(DataError, match="keys=True"):
        align(Frame.from_arrow(first), Frame.from_arrow(second))


def test_accuracy_of_stored_scores() -> None:
    frame = Frame.from_arrow(records(3), {"exact": scores(["s0", "s1"], [1.0, None])})
    [metric] = create_all(["accuracy"], [ScorerInfo("exact")])
    found = estimate(metric, frame)["accuracy"]
    assert (found.value, found.n, found.n_missing) == (0.5, 2, 1)
    assert found.signature == "accuracy|by:value|unparsed:wrong|v:1|scorer:[exact|v:1]"
