"""Counts and content of public data files, as their own documentation states them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from evalium import datasets
from evalium.core import Data, Sample


def read(data: Data, base: Path) -> list[Sample]:
    dataset = datasets.open(data, base)
    expected = dataset.count()
    samples = list(dataset)
    assert expected in {None, len(samples)}
    assert dataset.count() == len(samples)
    assert dataset.bad_rows == []
    return samples


def test_gsm8k_questions(shared_data: Path) -> None:
    samples = read(Data(file="gsm8k/test.jsonl"), shared_data)
    assert len(samples) == 1319
    assert all("#### " in s.target for s in samples)
    assert len({s.hash for s in samples}) == 1319


def test_gsm8k_nested_solutions(shared_data: Path) -> None:
    data = Data(
        file="gsm8k/example_model_solutions.jsonl.gz",
        input="question",
        target="ground_truth",
        context="175b_verification.solution",
        attributes={"right": "175b_verification.is_correct"},
    )
    samples = read(data, shared_data)
    assert len(samples) == 1319
    assert sum(s.attributes["right"] is True for s in samples) == 742
    assert all(len(s.context) == 1 for s in samples)


def test_the_same_questions_out_of_two_files_pair_up(shared_data: Path) -> None:
    one = read(Data(file="gsm8k/test.jsonl", input="question"), shared_data)
    two = read(Data(file="gsm8k/example_model_solutions.jsonl.gz", input="question"), shared_data)
    assert [s.hash for s in one] == [s.hash for s in two]


@pytest.mark.parametrize(
    ("model", "right"), [("Phi-3-mini-4k-instruct", 4991), ("Mistral-7B-Instruct-v0.2", 3460)], ids=["phi", "mistral"]
)
def test_mmlu_pro_zip(shared_data: Path, model: str, right: int) -> None:
    data = Data(
        file=f"mmlu_pro_outputs/model_outputs_{model}_5shots.zip",
        input="question",
        target="answer",
        choices="options",
        id="question_id",
        attributes=("category", "pred"),
    )
    samples = read(data, shared_data)
    assert len(samples) == 12032
    assert sum(s.attributes["pred"] == s.target for s in samples) == right
    assert max(len(s.choices) for s in samples) == 10


def test_bbh_inside_documents(shared_data: Path) -> None:
    for task in ("boolean_expressions", "date_understanding", "word_sorting", "sports_understanding"):
        assert len(read(Data(file=f"bbh/{task}.json", records="examples"), shared_data)) == 250
        data = Data(
            file=f"bbh/code-davinci-002-cot/{task}.json.gz",
            records="outputs",
            input="input",
            target="target",
            context="prediction",
        )
        assert len(read(data, shared_data)) == 250


def test_banking77_csv_and_its_gz(shared_data: Path) -> None:
    test = read(Data(file="banking77/test.csv", input="text", target="category"), shared_data)
    train = read(Data(file="banking77/train.csv.gz", input="text", target="category"), shared_data)
    assert (len(test), len(train)) == (3080, 10003)
    assert len({s.target for s in test}) == len({s.target for s in train}) == 77
    both = Data(file=("banking77/test.csv", "banking77/train.csv.gz"), input="text", target="category")
    assert [s.hash for s in datasets.open(both, shared_data)] == [s.hash for s in test + train]


@pytest.mark.parametrize("name", ["imdb", "amazon_cells"])
def test_sentiment_sentences(shared_data: Path, name: str) -> None:
    data = Data(file=f"sentiment_sentences/{name}_labelled.txt", format="tsv", columns=("text", "label"))
    samples = read(data, shared_data)
    assert Counter(s.target for s in samples) == {"0": 500, "1": 500}


def test_llmperf_lists(shared_data: Path) -> None:
    sizes = {}
    for path in sorted((shared_data / "llmperf" / "individual").glob("*.json")):
        data = Data(file=f"llmperf/individual/{path.name}", input="{{ row | tojson }}", target="ttft_s")
        sizes[path.name.removesuffix("_70b.json")] = len(read(data, shared_data))
    assert sizes.pop("replicate") == 145
    assert len(sizes) == 7 and set(sizes.values()) == {150}
    glob = Data(file="llmperf/individual/*.json", input="{{ row | tojson }}")
    assert len(read(glob, shared_data)) == 7 * 150 + 145


def test_json_lines_under_the_name_json(shared_data: Path) -> None:
    data = Data(file="halueval/general_data.json.gz", input="user_query", target="hallucination")
    assert Counter(s.target for s in read(data, shared_data)) == {"yes": 815, "no": 3692}


def test_quoted_csv(shared_data: Path) -> None:
    data = Data(
        file="truthfulqa/TruthfulQA.csv",
        input="Question",
        target="{{ row['Correct Answers'].split('; ') }}",
        attributes=("Category",),
    )
    samples = read(data, shared_data)
    assert len(samples) == 817
    assert len({s.attributes["Category"] for s in samples}) == 38
    assert all(isinstance(s.target, list) for s in samples)


def test_tsv_and_other_tables(shared_data: Path) -> None:
    assert len(read(Data(file="partiprompts/PartiPrompts.tsv.gz", input="Prompt"), shared_data)) == 1632
    assert len(read(Data(file="mmlu_routing/mmlu_*.csv", input="prompt"), shared_data)) == 6124
    hate = Data(file="hatecheck/test_suite_cases.csv.gz", input="test_case", target="label_gold")
    assert Counter(s.target for s in read(hate, shared_data)) == {"hateful": 2563, "non-hateful": 1165}
    bbq = Data(file="bbq/preds_Religion.jsonl.gz", input="question", choices=("ans0", "ans1", "ans2"), target="label")
    assert all(len(s.choices) == 3 for s in read(bbq, shared_data))
