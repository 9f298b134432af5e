"""The example `summarisation`: its numbers, its rules, and advice that follows from the numbers."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

import evalium as ev
from evalium.core import Verdict, load_object
from tests.examples.folder import EXAMPLES, run_example
from tests.extras import require_extra

FOLDER = EXAMPLES / "summarisation"
MODELS = ("abstractive", "extractive")
TAGS = ("hallucination", "incoherence", "omission", "other", "fine")


def rows() -> list[dict[str, str]]:
    return [json.loads(line) for line in (FOLDER / "articles.jsonl").read_text(encoding="utf-8").splitlines()]


def part(file: str, name: str) -> Any:
    return load_object(f"{file}.py:{name}", FOLDER)


def percent(printed: str, name: str) -> list[float]:
    return [float(found) for found in re.findall(rf"^  {name} +([\d.]+) % \[", printed, re.MULTILINE)]


def test_it_recommends_by_errors_what_rouge_would_not(shared_data: Path, tmp_path: Path) -> None:
    printed = run_example("summarisation", tmp_path, shared_data)
    assert percent(printed, "hallucination")[:2] == [35.0, 0.0]
    assert re.search(r"^  hallucination +-0\.350 .*better$", printed, re.MULTILINE)
    for name in ("omission", "rouge_1", "rouge_2", "rouge_l", "semantic_similarity"):
        assert re.search(rf"^  {name} +[+-]0.* worse$", printed, re.MULTILINE)
    assert "Recommended: extractive." in printed
    assert "By rouge_1, rouge_2, rouge_l, semantic_similarity it would have been abstractive" in printed
    sampled = [int(n) for n in re.findall(r"summaries fail, (\d+) sampled", printed)]
    assert len(sampled) == 2 and all(20 <= n <= 30 for n in sampled)
    kappas = [float(found) for found in re.findall(r"kappa ([\d.]+)", printed)]
    assert len(kappas) == 2 and min(kappas) > 0.6
    # Of 123 summaries that people call false the rule flags 22, and 4 others
    assert "finds 17.9 % [" in printed and "84.6 % [" in printed
    analysis = (tmp_path / "checkout" / "examples" / "summarisation" / "out" / "analysis.md").read_text("utf-8")
    assert analysis.startswith("# Recommendation") and analysis.count("### ") == sum(sampled)


def test_without_the_public_data(tmp_path: Path) -> None:
    printed = run_example("summarisation", tmp_path, None)
    assert "the rule is not compared with QAGS" in printed
    assert "Recommended: extractive." in printed


@pytest.fixture(scope="module")
def plan() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((FOLDER / "plan.yaml").read_text(encoding="utf-8"))
    found["data"] = {**found["data"], "file": None, "items": rows()}
    return found


def advised(plan: dict[str, Any], workspace: Path, weights: dict[str, float]) -> str:
    [spec] = [scorer for scorer in plan["scorers"] if "errors.py:harm" in scorer]
    scorers = [{"errors.py:harm": {"weights": weights}} if scorer is spec else scorer for scorer in plan["scorers"]]
    runs = ev.run({**plan, "scorers": scorers}, base=FOLDER, workspace=workspace).runs
    compared = ev.compare([run.id for run in runs], workspace=workspace).runs[0]
    return "\n".join(part("advice", "advice")(runs[0].model, compared, weights))


def test_the_advice_follows_the_summaries(plan: dict[str, Any], tmp_path: Path) -> None:
    swapped = [
        {**row, "abstractive": row["extractive"], "extractive": row["abstractive"]} for row in plan["data"]["items"]
    ]
    weights = {"hallucination": 3, "omission": 1, "incoherence": 1}
    said = advised({**plan, "data": {**plan["data"], "items": swapped}}, tmp_path, weights)
    assert "Recommended: abstractive." in said
    assert "semantic_similarity it would have been extractive" in said
    assert "abstractive does less harm where a hallucination weighs more than 0.9 points; the plan says 3." in said


def test_the_advice_follows_the_weights(plan: dict[str, Any], tmp_path: Path) -> None:
    alike = advised(plan, tmp_path / "alike", {"hallucination": 1, "omission": 1, "incoherence": 1})
    assert "Recommended: neither, on these numbers." in alike
    lenient = advised(plan, tmp_path / "lenient", {"hallucination": 0, "omission": 1, "incoherence": 0})
    assert "Recommended: abstractive." in lenient and "It is not good yet: omission" in lenient


def test_rouge_is_rouge_scores(plan: dict[str, Any], tmp_path: Path) -> None:
    reference = require_extra("rouge_score.rouge_scorer").RougeScorer(["rouge1", "rouge2", "rougeL"], use_stemmer=True)
    result = ev.run(plan, base=FOLDER, workspace=tmp_path)
    for model in MODELS:
        scores = [reference.score(row["reference"], row[model]) for row in rows()]
        for ours, theirs in (("rouge_1", "rouge1"), ("rouge_2", "rouge2"), ("rouge_l", "rougeL")):
            mean = sum(score[theirs].fmeasure for score in scores) / len(scores)
            assert result[model][ours].value == pytest.approx(mean, abs=1e-12)


def test_tags_and_their_agreement(plan: dict[str, Any], tmp_path: Path) -> None:
    with (FOLDER / "hand_tags.csv").open(encoding="utf-8", newline="") as lines:
        hand = {row["id"]: row for row in csv.DictReader(lines)}
    assert [*hand] == [row["id"] for row in rows()]
    read = [
        each
        for run in ev.run(plan, base=FOLDER, workspace=tmp_path).runs
        for each in part("failures", "summaries")(run)
    ]
    assert {each.tag for each in read} == {each.hand for each in read} == set(TAGS)
    assert all(each.hand == hand[each.id][each.model] for each in read)
    kappa = require_extra("sklearn.metrics").cohen_kappa_score(
        [each.tag for each in read], [each.hand for each in read]
    )
    assert f"kappa {kappa:.2f} [" in part("failures", "agreement")(read)
    sample = part("failures", "sampled")(read)
    assert len(sample) == 25 and len({(each.model, each.id) for each in sample}) == 25
    counted = {line.split()[0]: int(line.split()[1]) for line in part("failures", "tag_table")(sample)[1:]}
    assert sum(counted.values()) == 25 and counted["fine"] == 0


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It cost £240,000 and 2.50 euros.", ["240000", "2.50"]),
        ("Forty-two of fifteen, one in six; the twenty-minute test", ["42", "15", "6", "20"]),
        ("won 2-1 in a 97-year history", ["2", "1", "97"]),
        ("No number, not one.", []),
    ],
)
def test_numbers(text: str, expected: list[str]) -> None:
    assert part("errors", "numbers")(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("The ferry to Orme's harbour. In May it stops.", ["Orme", "May"]),
        ("Maria Lindgren dug. Archaeologists watched.", ["Maria", "Lindgren"]),
        ("I was lucky, I said.", []),
    ],
)
def test_names(text: str, expected: list[str]) -> None:
    assert part("errors", "names")(text) == expected


ARTICLE = "In May the ferry to Orme broke down. Twelve people wait, says Ada Lind."


@pytest.mark.parametrize(
    ("rule", "output", "evidence"),
    [
        ("hallucination", "The ferry to Orme broke down and 12 people wait.", None),
        ("hallucination", "The ferry to Oban broke down and 13 people wait.", "not in the article: 13, Oban"),
        ("omission", "The ferry to Orme is broken.", None),
        ("omission", "It is raining.", "lacks 3 of 3: broke, ferry, orme"),
        ("incoherence", "The ferry broke down.", None),
        ("incoherence", "The ferry broke down in", "breaks off: broke down in"),
        ("incoherence", "The ferry broke down, the ferry broke down.", "says twice: the ferry broke down"),
        ("incoherence", "It broke down.", "begins with: it"),
        ("incoherence", "", "breaks off: "),
    ],
)
def test_rules(rule: str, output: str, evidence: str | None) -> None:
    given = {"hallucination": {"input": ARTICLE}, "omission": {"target": "The ferry to Orme broke."}}.get(rule, {})
    assert part("errors", rule)(output, **given) == Verdict(value=float(evidence is not None), explanation=evidence)
