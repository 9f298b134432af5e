"""Published outputs of benchmarks, run through plans, give the published figures."""

from __future__ import annotations

import ast
import json
import re
import zipfile
from pathlib import Path
from typing import Any

import pytest

import evalium as ev

MMLU_PRO = {
    # model: right by the published reading, its mean over categories in percent, without a readable letter
    "Phi-3-mini-4k-instruct": (4991, 43.2015, 1855),
    "Mistral-7B-Instruct-v0.2": (3460, 30.6713, 2237),
}
LOADER = '''
import json, zipfile

def rows(file):
    """Rows of MMLU-Pro outputs; a letter that could not be read is an empty answer, not a call that never was."""
    with zipfile.ZipFile(file) as archive:
        for row in json.loads(archive.read(archive.namelist()[0])):
            yield {**row, "pred": row["pred"] or ""}
'''


def of_mmlu_pro(shared_data: Path, model: str) -> str:
    return str(shared_data / "mmlu_pro_outputs" / f"model_outputs_{model}_5shots.zip")


@pytest.mark.parametrize("model", MMLU_PRO)
def test_mmlu_pro_by_the_published_letters(shared_data: Path, tmp_path: Path, model: str) -> None:
    (tmp_path / "mmlu_pro.py").write_text(LOADER, encoding="utf-8")
    plan = {
        "plan": "mmlu-pro",
        "data": {
            "python": "mmlu_pro.py:rows",
            "options": {"file": of_mmlu_pro(shared_data, model)},
            "id": "question_id",
            "input": "question",
            "choices": "options",
            "target": "answer",
            "attributes": ["category"],
        },
        "models": [{"id": "recorded/pred", "name": model}],
        "scorers": [{"label": {"labels": list("ABCDEFGHIJ")}}],
        "metrics": ["accuracy", "unparsed_rate", "missing_rate"],
    }
    run = ev.run(plan, base=tmp_path, workspace=tmp_path / "workspace").runs[0]
    right, macro, unread = MMLU_PRO[model]
    assert run["accuracy"].n == 12032
    assert round(run["accuracy"].value * 12032, 6) == right
    assert round(run["unparsed_rate"].value * 12032, 6) == unread
    assert run["missing_rate"].value == 0
    categories = run.slices["category"]
    assert len(categories) == 14
    assert sum(found["accuracy"].n for found in categories.values()) == 12032
    mean = 100 * sum(found["accuracy"].value for found in categories.values()) / 14
    assert mean == pytest.approx(macro, abs=5e-5)


@pytest.mark.parametrize(
    ("model", "right"), [("Phi-3-mini-4k-instruct", 4992), ("Mistral-7B-Instruct-v0.2", 3461)], ids=["phi", "mistral"]
)
def test_mmlu_pro_by_reading_the_texts(shared_data: Path, tmp_path: Path, model: str, right: int) -> None:
    patterns = [r"answer is \(?([A-J])\)?", r"[aA]nswer:\s*([A-J])"]
    plan = {
        "plan": "mmlu-pro-texts",
        "data": {
            "file": of_mmlu_pro(shared_data, model),
            "id": "question_id",
            "input": "question",
            "choices": "options",
            "target": "answer",
        },
        "models": [{"id": "recorded/generated_text", "name": model}],
        "scorers": [{"choice": {"patterns": patterns, "take": "first", "target_is": "letter"}}],
        "metrics": ["accuracy", "unparsed_rate"],
    }
    run = ev.run(plan, base=shared_data, workspace=tmp_path).runs[0]
    assert (run["accuracy"].n, round(run["accuracy"].value * 12032, 6)) == (12032, right)
    with zipfile.ZipFile(of_mmlu_pro(shared_data, model)) as archive:
        rows = json.loads(archive.read(archive.namelist()[0]))
    answered = sum(read(row, patterns) is not None for row in rows)
    assert round(run["unparsed_rate"].value * 12032, 6) == 12032 - answered


def read(row: dict[str, Any], patterns: list[str]) -> str | None:
    """The letter of an answer, by the first pattern that matches; none if the question has no such option."""
    letter = next((m[1] for p in patterns if (m := re.search(p, row["generated_text"]))), None)
    options = ast.literal_eval(row["options"]) if isinstance(row["options"], str) else row["options"]
    return letter if letter is not None and ord(letter) - ord("A") < len(options) else None


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
EXACT = {"strip": ".", "case": "ignore"}
READING: dict[str, dict[str, Any]] = {
    # Chains of thought end in "the answer is ..."; direct answers are the answer.
    "cot": {"extract": r"answer is([^\n]*)", "scorers": [{"exact": EXACT}]},
    "direct": {"scorers": [{"exact": {**EXACT, "after": "answer is", "line": "first"}}]},
}


@pytest.mark.parametrize("task", BBH["cot"])
@pytest.mark.parametrize("way", BBH)
def test_big_bench_hard(shared_data: Path, tmp_path: Path, way: str, task: str) -> None:
    folder = shared_data / "bbh" / f"code-davinci-002-{way}"
    plan = {
        "plan": f"bbh-{way}",
        "data": {"file": f"{task}.json.gz", "records": "outputs", "input": "input", "target": "target"},
        "models": [{"id": "recorded/prediction", "name": "code-davinci-002"}],
        "metrics": ["accuracy"],
        **READING[way],
    }
    accuracy = ev.run(plan, base=folder, workspace=tmp_path).runs[0]["accuracy"]
    printed = json.loads((folder / f"{task}_eval_metrics.jsonl").read_text(encoding="utf-8"))["accuracy"]
    assert (accuracy.n, accuracy.n_missing) == (250, 0)
    assert 100 * accuracy.value == pytest.approx(printed, abs=1e-9) == BBH[way][task]
    assert accuracy.low < accuracy.value < accuracy.high
