"""Published model outputs give the published figures when scored again."""

from __future__ import annotations

import gzip
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

from evalium.core import Status
from evalium.scorers import create

from .records import record, scored

GSM8K = {"6b_finetuning": 286, "6b_verification": 515, "175b_finetuning": 458, "175b_verification": 742}


@pytest.mark.parametrize("extract", [None, r"A: (.+)"])
@pytest.mark.parametrize(("model", "right"), GSM8K.items())
def test_gsm8k(shared_data: Path, model: str, right: int, extract: str | None) -> None:
    with gzip.open(shared_data / "gsm8k" / "example_model_solutions.jsonl.gz", "rt", encoding="utf-8") as lines:
        rows = [json.loads(line) for line in lines]
    answers = (shared_data / "gsm8k" / "test.jsonl").read_text(encoding="utf-8").splitlines()
    scorer = create("numeric", extract=extract)
    judged = [
        scored(scorer, record(row[model]["solution"], json.loads(line)["answer"])).value == 1.0
        for row, line in zip(rows, answers, strict=True)
    ]
    assert sum(judged) == right
    assert judged == [row[model]["is_correct"] for row in rows]


BBH = {
    "cot": {
        "boolean_expressions": 92.8,
        "date_understanding": 87.2,
        "sports_understanding": 97.6,
        "word_sorting": 40.4,
    },
    "direct": {
        "boolean_expressions": 88.4,
        "date_understanding": 63.6,
        "sports_understanding": 72.8,
        "word_sorting": 50.4,
    },
}


@pytest.mark.parametrize("task", BBH["cot"])
@pytest.mark.parametrize("way", BBH)
def test_big_bench_hard(shared_data: Path, way: str, task: str) -> None:
    folder = shared_data / "bbh" / f"code-davinci-002-{way}"
    outputs = json.loads(gzip.decompress((folder / f"{task}.json.gz").read_bytes()))["outputs"]
    printed = json.loads((folder / f"{task}_eval_metrics.jsonl").read_text(encoding="utf-8"))["accuracy"]
    scorer = create({"exact": {"after": "answer is", "line": "first", "strip": ".", "case": "ignore"}})
    values = [scored(scorer, record(each["prediction"], each["target"])).value for each in outputs]
    assert None not in values
    accuracy = 100 * sum(value == 1.0 for value in values) / len(values)
    assert accuracy == pytest.approx(printed) == BBH[way][task]


MMLU_PRO = {
    # model: right by the published pred, right by the patterns, same pred, letters beyond the options
    "Phi-3-mini-4k-instruct": (4991, 4992, 12017, 3),
    "Mistral-7B-Instruct-v0.2": (3460, 3461, 12030, 12),
}
PATTERNS = [r"answer is \(?([A-J])\)?", r"[aA]nswer:\s*([A-J])"]


def mmlu_pro(shared_data: Path, model: str) -> list[dict[str, Any]]:
    with zipfile.ZipFile(shared_data / "mmlu_pro_outputs" / f"model_outputs_{model}_5shots.zip") as archive:
        rows: list[dict[str, Any]] = json.loads(archive.read(archive.namelist()[0]))
    assert len(rows) == 12032
    return rows


@pytest.mark.parametrize("model", MMLU_PRO)
def test_mmlu_pro_by_the_published_pred(shared_data: Path, model: str) -> None:
    scorer = create({"label": {"labels": [*"ABCDEFGHIJ"]}})
    scores = [scored(scorer, record(row["pred"] or "", row["answer"])) for row in mmlu_pro(shared_data, model)]
    assert sum(score.value == 1.0 for score in scores) == MMLU_PRO[model][0]
    assert {score.status for score in scores} == {Status.OK, Status.UNPARSED}


@pytest.mark.parametrize("model", MMLU_PRO)
def test_mmlu_pro_by_patterns(shared_data: Path, model: str) -> None:
    _, right, same, beyond = MMLU_PRO[model]
    scorer = create({"choice": {"patterns": PATTERNS, "take": "first", "target_is": "letter"}})
    agree = too_far = correct = 0
    for row in mmlu_pro(shared_data, model):
        options = tuple(row["options"])
        score = scored(scorer, record(row["generated_text"], row["answer"], choices=options))
        assert score.status in (Status.OK, Status.UNPARSED), score.explanation
        correct += score.value == 1.0
        agree += score.label == row["pred"]
        # The published pred may be a letter that this question does not have; that is no answer here.
        captured = next((m[1] for p in PATTERNS if (m := re.search(p, row["generated_text"]))), None)
        too_far += captured is not None and captured == row["pred"] and ord(captured) - ord("A") >= len(options)
    assert (correct, agree + too_far, too_far) == (right, same, beyond)


@pytest.mark.parametrize(("model", "least"), [("Phi-3-mini-4k-instruct", 0.99), ("Mistral-7B-Instruct-v0.2", 0.985)])
def test_mmlu_pro_without_patterns(shared_data: Path, model: str, least: float) -> None:
    scorer = create({"choice": {"take": "first", "target_is": "letter"}})
    rows = [row for row in mmlu_pro(shared_data, model) if row["pred"] is not None]
    scores = [scored(scorer, record(r["generated_text"], r["answer"], choices=tuple(r["options"]))) for r in rows]
    same = sum(score.label == row["pred"] for score, row in zip(scores, rows, strict=True))
    assert same / len(rows) >= least
