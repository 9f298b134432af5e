"""Rates of retrieval-augmented answers: RAGChecker's printed example, Ragas' definitions, citations."""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, Estimate, Status
from evalium.metrics import compute
from evalium.scorers import registry
from tests.batches import Rng, each, ten_thousand
from tests.scorers.records import record, scored

OVERALL = {"precision": "claim_precision", "recall": "claim_recall", "f1": "claim_f1"}
RATES: dict[str, tuple[str, dict[str, str]]] = {
    # RAGChecker's name: ours, options
    **{theirs: (ours, {}) for theirs, ours in OVERALL.items()},
    "claim_recall": ("context_recall", {}),
    "context_precision": ("context_precision", {"definition": "ragchecker"}),
    "context_utilization": ("context_utilisation", {}),
    "noise_sensitivity_in_relevant": ("noise_sensitivity", {"passages": "relevant"}),
    "noise_sensitivity_in_irrelevant": ("noise_sensitivity", {"passages": "irrelevant"}),
    "hallucination": ("hallucination", {}),
    "self_knowledge": ("self_knowledge", {}),
    "faithfulness": ("faithfulness", {}),
}


def judged(result: dict[str, Any]) -> dict[str, Any]:
    """RAGChecker's labels in the form that the scorer reads."""
    return {
        "response": [
            {"claim": " ".join(claim), "in_target": label, "in_context": passages}
            for claim, label, passages in zip(
                result["response_claims"], result["answer2response"], result["retrieved2response"], strict=True
            )
        ],
        "target": [
            {"claim": " ".join(claim), "in_response": label, "in_context": passages}
            for claim, label, passages in zip(
                result["gt_answer_claims"], result["response2answer"], result["retrieved2answer"], strict=True
            )
        ],
    }


@pytest.fixture(scope="module")
def ragchecker(shared_data: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((shared_data / "ragchecker" / "checking_outputs.json").read_text("utf-8"))
    return found


def one(name: str, predictions: list[Any], **options: Any) -> Estimate:
    found = compute(name, predictions, [None] * len(predictions), **options)
    assert isinstance(found, Estimate)
    return found


def test_what_ragchecker_printed(ragchecker: dict[str, Any]) -> None:
    printed = {name: value for part in ragchecker["metrics"].values() for name, value in part.items()}
    assert set(printed) == set(RATES)
    answers = [judged(result) for result in ragchecker["results"]]
    for theirs, (ours, options) in RATES.items():
        assert round(100 * one(ours, answers, **options).value, 1) == printed[theirs], theirs


def test_every_answer_as_ragchecker_counted_it(ragchecker: dict[str, Any]) -> None:
    for result in ragchecker["results"]:
        assert set(result["metrics"]) == set(RATES)
        for theirs, (ours, options) in RATES.items():
            assert one(ours, [judged(result)], **options).value == pytest.approx(result["metrics"][theirs], abs=1e-15)


VERDICTS = st.booleans()


@st.composite
def structures(draw: Any) -> dict[str, Any]:
    passages = draw(st.integers(1, 4))
    row = st.lists(VERDICTS, min_size=passages, max_size=passages)
    claims = st.integers(1, 5)
    return {
        "response": [{"in_target": draw(VERDICTS), "in_context": draw(row)} for _ in range(draw(claims))],
        "target": [{"in_response": draw(VERDICTS), "in_context": draw(row)} for _ in range(draw(claims))],
        "context": [{"useful": draw(VERDICTS)} for _ in range(passages)],
    }


def by_matrices(told: dict[str, Any]) -> dict[str, float]:
    """The definitions of the two papers, written on boolean matrices."""
    correct = np.array([claim["in_target"] for claim in told["response"]])
    grounded = np.array([claim["in_context"] for claim in told["response"]])
    recalled = np.array([claim["in_response"] for claim in told["target"]])
    found = np.array([claim["in_context"] for claim in told["target"]])
    relevant, faithful, covered = found.any(axis=0), grounded.any(axis=1), found.any(axis=1)
    by_relevant, by_irrelevant = grounded[:, relevant].any(axis=1), grounded[:, ~relevant].any(axis=1)
    useful = np.array([passage["useful"] for passage in told["context"]], dtype=float)
    at = np.cumsum(useful) / np.arange(1, len(useful) + 1)
    return {
        "precision": correct.mean(),
        "recall": recalled.mean(),
        "faithfulness": faithful.mean(),
        "hallucination": (~faithful & ~correct).mean(),
        "self_knowledge": (~faithful & correct).mean(),
        "noise_relevant": (by_relevant & ~correct).mean(),
        "noise_irrelevant": (by_irrelevant & ~by_relevant & ~correct).mean(),
        "context_recall": covered.mean(),
        "context_utilisation": recalled[covered].mean() if covered.any() else math.nan,
        "ranked_precision": (at * useful).sum() / (useful.sum() + 1e-10),
        "relevant_share": useful.mean(),
    }


def check_a_structure(told: dict[str, Any]) -> None:
    score = scored("rag", record(None, data={"claims": told}))
    assert score.status is Status.OK
    for name, expected in by_matrices(told).items():
        assert score.values.get(name, math.nan) == pytest.approx(expected, abs=1e-9, nan_ok=True), name
    assert score.value == score.values["faithfulness"]
    parts = [score.values[name] for name in ("hallucination", "self_knowledge", "faithfulness")]
    assert sum(parts) == pytest.approx(1.0)  # type: ignore[arg-type]


@settings(max_examples=200, deadline=None)
@given(structures())
def test_rates_equal_their_definitions(told: dict[str, Any]) -> None:
    check_a_structure(told)


def drawn(rng: Rng) -> tuple[dict[str, Any]]:
    passages, responses, targets = rng.integers(1, [5, 6, 6]).tolist()
    likely = rng.choice([0.1, 0.5, 0.9])

    def claims(n: int, what: str) -> list[dict[str, Any]]:
        return [{what: row[0], "in_context": row[1:]} for row in (rng.random((n, passages + 1)) < likely).tolist()]

    useful = (rng.random(passages) < likely).tolist()
    response, target = claims(responses, "in_target"), claims(targets, "in_response")
    return ({"response": response, "target": target, "context": [{"useful": each} for each in useful]},)


@pytest.mark.slow
def test_ten_thousand_structures() -> None:
    ten_thousand(each(check_a_structure, drawn))


def test_what_was_not_judged_is_undefined_and_not_0() -> None:
    only_response = scored("rag", record(None, data={"claims": {"response": [{"in_target": True}]}}))
    assert only_response.values == {"precision": 1.0} and only_response.value is None
    no_claims = scored("rag", record(None, data={"claims": {"response": [], "target": []}}))
    assert no_claims.status is Status.MISSING
    uncovered = {"target": [{"in_response": True, "in_context": [False]}]}
    found = one("context_utilisation", [uncovered])
    assert math.isnan(found.value) and found.n_missing == 1
    assert one("context_recall", [uncovered]).value == 0.0
    assert one("context_precision", [{"context": [False, False]}]).value == 0.0


def test_answer_relevancy_is_0_only_when_every_question_is_evaded() -> None:
    def asked(*evaded: bool) -> dict[str, Any]:
        return {"questions": [{"similarity": 0.5, "noncommittal": e} for e in evaded]}

    assert one("answer_relevancy", [asked(True, False)]).value == 0.5
    assert one("answer_relevancy", [asked(True, True)]).value == 0.0
    assert math.isnan(one("answer_relevancy", [{"questions": []}]).value)


@pytest.mark.parametrize(
    ("told", "reason"),
    [
        ([], "expected a mapping"),
        ({"answer": []}, "known: response"),
        ({"response": [{"in_targt": True}]}, "in_targt"),
        ({"response": [{"in_target": True}, {}]}, "response 2 has no 'in_target'"),
        ({"response": [{"in_target": "maybe"}]}, "response 1, in_target"),
        ({"response": [{"in_context": True}]}, "expected a list"),
        ({"response": [{"in_context": [True]}], "target": [{"in_context": [True, False]}]}, "1 and 2 passages"),
        ({"context": [{"good": True}]}, "context 1"),
        ({"questions": [{"similarity": 1.5}]}, r"in \[-1, 1\]"),
    ],
)
def test_another_form_is_unparsed_with_the_reason(told: Any, reason: str) -> None:
    score = scored("rag", record(None, data={"claims": told}))
    assert score.status is Status.UNPARSED
    with pytest.raises(ValueError, match=reason):
        raise ValueError(score.explanation)


def test_claims_and_rag_read_the_same() -> None:
    told = {"response": [{"in_target": True, "in_context": [True]}], "target": [{"in_response": False}]}
    rag, claims = (scored(name, record(None, data={"claims": told})) for name in ("rag", "claims"))
    assert {name: rag.values[name] for name in claims.values} == claims.values
    assert claims.value == claims.values["f1"]
    assert registry.get("claims")().kind == "claims"


def test_the_output_may_be_the_structure() -> None:
    assert scored("rag", record('{"response": [{"in_context": ["Entailment"]}]}')).value == 1.0
    assert scored("rag", record("I cannot judge that")).status is Status.UNPARSED


CLAIMS = st.lists(st.lists(VERDICTS, max_size=4), min_size=1, max_size=4)


@settings(max_examples=100, deadline=None)
@given(st.lists(CLAIMS, min_size=1, max_size=4), st.integers(1, 4))
def test_citations_equal_their_definition(answers: list[list[list[bool]]], k: int) -> None:
    told = [[{"citations": claim} for claim in answer] for answer in answers]
    each = [[sum(claim[:k]) / min(k, len(claim)) for claim in answer if claim] for answer in answers]
    means = [sum(shares) / len(shares) for shares in each if shares]
    expected = sum(means) / len(means) if means else math.nan
    found = one("citation_precision_at_k", told, k=k, ci=None)
    assert found.value == pytest.approx(expected, abs=1e-12, nan_ok=True)
    assert found.n_missing == len(answers) - len(means)
    recall = [sum(any(claim) for claim in answer) / len(answer) for answer in answers]
    assert one("citation_recall", told, ci=None).value == pytest.approx(sum(recall) / len(recall))
    coverage = [sum(bool(claim) for claim in answer) / len(answer) for answer in answers]
    assert one("citation_coverage", told, ci=None).value == pytest.approx(sum(coverage) / len(coverage))


def test_citations_together_may_support_what_none_does_alone() -> None:
    told = [
        {"claim": "c", "citations": [{"id": "d1", "entails": False}, {"id": "d2", "entails": 0}], "supported": True}
    ]
    assert one("citation_recall", [told]).value == 1.0
    assert one("citation_precision_at_k", [told]).value == 0.0
    assert scored("citations", record(None, data={"citations": []})).status is Status.MISSING
    for wrong in ([{"supported": True}], [{"cited": []}], {"a": 1}, [{"citations": [{"id": "d1"}]}], [7]):
        assert scored("citations", record(None, data={"citations": wrong})).status is Status.UNPARSED


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("context_precision", {"definition": "other"}),
        ("noise_sensitivity", {"passages": "all"}),
        ("citation_precision_at_k", {"k": 0}),
    ],
)
def test_wrong_options_name_themselves(name: str, options: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(options))):
        one(name, [{}], **options)
