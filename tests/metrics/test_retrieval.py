"""Measures of rankings against trec_eval: what it printed, and pytrec_eval in this process."""

from __future__ import annotations

import math
import re
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Estimate, Status
from evalium.metrics import compute, merge, sums
from evalium.scorers import create
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra
from tests.scorers.records import record, scored

EXACT = 1e-12
CUTS = (5, 10, 15, 20, 30, 100, 200, 500, 1000)
MEASURES: dict[str, tuple[str, dict[str, Any]]] = {
    # trec_eval's name: ours, options
    "map": ("map", {}),
    "recip_rank": ("mrr", {}),
    "Rprec": ("r_precision", {}),
    "bpref": ("bpref", {}),
    "ndcg": ("ndcg", {}),
    **{f"P_{k}": ("precision_at_k", {"k": k}) for k in CUTS},
    **{f"recall_{k}": ("recall_at_k", {"k": k}) for k in CUTS},
    **{f"ndcg_cut_{k}": ("ndcg", {"k": k}) for k in CUTS},
    **{f"map_cut_{k}": ("map", {"k": k}) for k in CUTS},
    **{f"success_{k}": ("success_at_k", {"k": k}) for k in (1, 5, 10)},
}
Judged = dict[str, dict[str, int]]
Run = dict[str, dict[str, float]]


@pytest.fixture(scope="module")
def trec(shared_data: Path) -> tuple[Judged, Run]:
    judged: Judged = defaultdict(dict)
    for line in (shared_data / "trec_eval" / "qrels.test").read_text().splitlines():
        topic, _, document, grade = line.split()
        judged[topic][document] = int(grade)
    run: Run = defaultdict(dict)
    for line in (shared_data / "trec_eval" / "results.test").read_text().splitlines():
        topic, _, document, _, score, _ = line.split()
        run[topic][document] = float(score)
    return judged, {topic: run[topic] for topic in sorted(run)}


def one(*given: Any, **options: Any) -> Estimate:
    found = compute(*given, **options)
    assert isinstance(found, Estimate)
    return found


def ours(judged: Judged, run: Run, measure: str, **more: Any) -> float:
    name, options = MEASURES[measure]
    given = list(run.values()), [judged[topic] for topic in run]
    return one(name, *given, ci=None, no_relevant="zero", **options, **more).value


@pytest.mark.parametrize("printed", ["out.test.a", "out.test.aq"])
def test_what_trec_eval_printed(shared_data: Path, trec: tuple[Judged, Run], printed: str) -> None:
    judged, run = trec
    compared = 0
    for line in (shared_data / "trec_eval" / printed).read_text().splitlines():
        measure, topic, value = line.split()
        if measure in MEASURES:
            part = run if topic == "all" else {topic: run[topic]}
            assert f"{ours(judged, part, measure):.4f}" == value, (measure, topic)
            compared += 1
    assert compared == len(MEASURES) * (1 if printed == "out.test.a" else 4)


def theirs(judged: Judged, run: Run, level: int = 1) -> dict[str, dict[str, float]]:
    pytrec = require_extra("pytrec_eval")
    names = {"map", "recip_rank", "Rprec", "bpref", "ndcg"}
    cut = ",".join(map(str, CUTS))
    wanted = names | {f"{name}.{cut}" for name in ("P", "recall", "ndcg_cut", "map_cut")} | {"success.1,5,10"}
    found: dict[str, dict[str, float]] = pytrec.RelevanceEvaluator(judged, wanted, relevance_level=level).evaluate(run)
    return found


@pytest.mark.parametrize("level", [1, 2])
def test_every_measure_equals_pytrec_eval(trec: tuple[Judged, Run], level: int) -> None:
    judged, run = trec
    expected = theirs(judged, run, level)
    for measure in MEASURES:
        mean = sum(expected[topic][measure] for topic in run) / len(run)
        assert ours(judged, run, measure, relevance_level=level) == pytest.approx(mean, abs=EXACT), measure


DOCUMENTS = [f"d{i}" for i in range(12)] + ["é", "𝒳", "D1"]
# pytrec_eval 0.5 may never return where a grade is negative.
GRADES = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 3), min_size=1)
SCORES = st.dictionaries(
    st.sampled_from(DOCUMENTS),
    st.one_of(st.integers(-2, 2).map(float), st.floats(0.9999999, 1.0), st.floats(-1e6, 1e6)),
    min_size=1,
)
VALUES = {
    "map": "average_precision",
    "recip_rank": "reciprocal_rank",
    "Rprec": "r_precision",
    "bpref": "bpref",
    "ndcg": "ndcg",
}


def check_a_case(grades: dict[str, int], scores: dict[str, float], level: int) -> None:
    expected = theirs({"q": grades}, {"q": scores}, level)["q"]
    score = scored(
        create({"retrieval": {"relevance_level": level, "no_relevant": "zero"}}),
        record(None, grades, data={"ranking": scores}),
    )
    assert score.status is Status.OK, score.explanation
    for measure, name in VALUES.items():
        assert score.values[name] == pytest.approx(expected[measure], abs=EXACT), measure


@settings(max_examples=200, deadline=None)
@given(GRADES, SCORES, st.integers(1, 3))
def test_any_ranking_equals_pytrec_eval(grades: dict[str, int], scores: dict[str, float], level: int) -> None:
    check_a_case(grades, scores, level)


def drawn(rng: Rng) -> tuple[dict[str, int], dict[str, float], int]:
    """Grades, and scores that are often equal in full or but for the last digits."""
    judged, ranked = (rng.permutation(DOCUMENTS)[: rng.integers(1, len(DOCUMENTS) + 1)].tolist() for _ in range(2))
    grades, size = rng.integers(0, 4, len(judged)).tolist(), len(ranked)
    kinds = [rng.integers(-2, 3, size), 1 - rng.integers(0, 5, size) * 2.0**-53, rng.uniform(-1e6, 1e6, size)]
    scores = np.choose(rng.integers(0, 3, size), kinds).astype(float).tolist()
    return dict(zip(judged, grades, strict=True)), dict(zip(ranked, scores, strict=True)), int(rng.integers(1, 4))


@pytest.mark.slow
def test_ten_thousand_rankings_equal_pytrec_eval() -> None:
    ten_thousand(each(check_a_case, drawn))


@settings(max_examples=100, deadline=None)
@given(
    st.lists(st.tuples(GRADES, SCORES), min_size=1, max_size=5),
    st.sampled_from(sorted(set(MEASURES) - set(VALUES))),
)
def test_any_cut_equals_pytrec_eval(queries: list[tuple[dict[str, int], dict[str, float]]], measure: str) -> None:
    judged = {str(i): grades for i, (grades, _) in enumerate(queries)}
    run = {str(i): scores for i, (_, scores) in enumerate(queries)}
    expected = theirs(judged, run)
    mean = sum(expected[topic][measure] for topic in run) / len(run)
    assert ours(judged, run, measure) == pytest.approx(mean, abs=EXACT)


@pytest.mark.parametrize(
    "ranking",
    [
        ["b", "a", "c"],
        [["a", 1], ["b", 2], ["c", 0.5]],
        {"a": 0.5, "b": 0.9, "c": 0.25},
        [{"id": "b"}, {"id": "a"}, {"id": "c"}],
        [{"id": "c", "score": -1}, {"id": "a", "score": 2}, {"id": "b", "score": 3, "text": "..."}],
        '["b", "a", "c"]',
        '{"c": 1, "b": 3, "a": 2}',
    ],
)
def test_forms_of_a_ranking(ranking: Any) -> None:
    about = record(ranking, ["a"]) if isinstance(ranking, str) else record(None, ["a"], data={"ranking": ranking})
    assert scored("retrieval", about).values["reciprocal_rank"] == 0.5


def test_ties_go_to_the_later_id_and_scores_are_single_precision() -> None:
    tied = scored("retrieval", record(None, ["a"], data={"ranking": {"a": 1.0, "b": 1.0}}))
    assert tied.values["ranks"] == [2.0]
    close = scored("retrieval", record(None, ["a"], data={"ranking": {"a": 1.0 + 1e-12, "b": 1.0}}))
    assert close.values["ranks"] == [2.0]
    given_order = scored("retrieval", record(None, ["a"], data={"ranking": ["a", "b"]}))
    assert given_order.values["ranks"] == [1.0]


@pytest.mark.parametrize(
    ("ranking", "reason"),
    [
        (["a", "a"], "'a' twice"),
        ([["a", math.nan]], "finite number"),
        ([["a", 1], "b"], "2 documents and 1 scores"),
        ([["a"]], r"expected \[id, score\]"),
        ([1.5], "text or a whole number"),
        ([None], "place 1"),
        ({"a": "high"}, "score"),
        (7, "expected a list"),
        ([{"score": 1}], "no 'id'"),
    ],
)
def test_what_is_no_ranking_is_unparsed_with_the_reason(ranking: Any, reason: str) -> None:
    score = scored("retrieval", record(None, ["a"], data={"ranking": ranking}))
    assert score.status is Status.UNPARSED and score.value is None
    assert re.search(reason, score.explanation or "")


def test_a_negative_grade_is_no_judgement() -> None:
    ranking = ["x", "y", "a"]
    judged = scored("retrieval", record(None, {"a": 1, "x": -1, "y": 0, "z": 0}, data={"ranking": ranking}))
    without = scored("retrieval", record(None, {"a": 1, "y": 0, "z": 0}, data={"ranking": ranking}))
    assert judged.values == without.values and judged.values["bpref"] == 0.0


def test_empty_sides() -> None:
    nothing = record(None, ["a"], data={"ranking": []})
    assert scored("retrieval", nothing).value == 0.0
    assert scored({"retrieval": {"complete": False}}, nothing).status is Status.MISSING
    for target in ([], {"b": 0}):
        unanswerable = record(None, target, data={"ranking": ["a"]})
        assert scored("retrieval", unanswerable).status is Status.MISSING
        assert scored({"retrieval": {"no_relevant": "zero"}}, unanswerable).value == 0.0
    assert scored("retrieval", record(None, None, data={"ranking": ["a"]})).status is Status.MISSING
    assert scored("retrieval", record(None, ["a"])).status is Status.MISSING


def test_queries_that_say_nothing_are_missing_and_not_0() -> None:
    found = one("recall_at_k", [["a"], ["a"], None], [["a"], [], ["a"]], k=1)
    assert (found.value, found.n, found.n_missing) == (1.0, 1, 2)
    with_zero = one("recall_at_k", [["a"], ["a"]], [["a"], []], k=1, no_relevant="zero")
    assert (with_zero.value, with_zero.n) == (0.5, 2)


def test_max_results_cuts_every_measure() -> None:
    whole = one("map", [["x", "a"]], [["a"]])
    cut = one("map", [["x", "a"]], [["a"]], max_results=1)
    assert (whole.value, cut.value) == (0.5, 0.0)
    assert "max_results:1" in cut.signature


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("recall_at_k", {"k": 0}),
        ("ndcg", {"k": -1}),
        ("mrr", {"k": 1.5}),
        ("map", {"max_results": 0}),
        ("map", {"relevance_level": 0}),
        ("map", {"no_relevant": "nan"}),
    ],
)
def test_wrong_options_name_themselves(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        one(name, [["a"]], [["a"]], **options)


def test_hits_are_proportions() -> None:
    found = one("hit_rate_at_k", [["a"], ["b"], ["a"]], [["a"]] * 3, k=1)
    assert found.method == "wilson" and found.value == pytest.approx(2 / 3)


def test_shards_merge_to_the_whole() -> None:
    runs, targets = [["a", "b"], ["b", "a"], ["c"]], [["a"], ["a"], ["a"]]
    parts = [sums("mrr", runs[:1], targets[:1]), sums("mrr", runs[1:], targets[1:])]
    whole = one("mrr", runs, targets)
    assert merge(parts).value == pytest.approx(whole.value)
