from __future__ import annotations

import asyncio
import csv
import gzip
import json
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalium.core import ConfigError, DataError, Model, Sample, Status, content_hash
from evalium.models.base import Adapter, KeyedByContent, Request, Response
from evalium.models.local._table import dig, read_table
from evalium.models.local.recorded import Recorded, RecordedError, recorded

FIELDS = {
    "model": {"answer": "4", "time": 1.25, "parts": ["a", "b"]},
    "tokens": 12,
    "error": None,
    "p": {"yes": 0.75, "no": 0.25},
    "dotted.key": "found",
}


def make(field: str, base: Path = Path("."), **options: Any) -> Recorded:
    return recorded(Model(id=f"recorded/{field}", options=options), field, base)


def ask(model: Recorded, fields: dict[str, Any] = FIELDS, sample_id: str = "1") -> Response:
    return asyncio.run(model.answer(Request(sample=Sample(id=sample_id, input="2 + 2?", fields=fields))))


def test_is_an_adapter_keyed_by_content() -> None:
    assert isinstance(make("x"), Adapter) and isinstance(make("x"), KeyedByContent)


def test_every_field() -> None:
    fields = {
        **FIELDS,
        "t1": 0.5,
        "t2": "0.25",
        "in": 3,
        "cached": 2.0,
        "reason": 1,
        "usd": 0.125,
        "class": 1,
        "how": "truncated",
    }
    response = ask(
        make(
            "model.answer",
            latency="model.time",
            ttft="t1",
            itl="t2",
            input_tokens="in",
            output_tokens="tokens",
            cached_tokens="cached",
            reasoning_tokens="reason",
            cost="usd",
            error="error",
            label="class",
            probabilities="p",
            status="how",
        ),
        fields,
    )
    assert msgspec.to_builtins(response) == {
        "output": "4",
        "status": "truncated",
        "label": "1",
        "probabilities": {"yes": 0.75, "no": 0.25},
        "input_tokens": 3,
        "output_tokens": 12,
        "cached_tokens": 2,
        "reasoning_tokens": 1,
        "ttft": 0.5,
        "itl": 0.25,
        "latency": 1.25,
        "cost": 0.125,
    }


@pytest.mark.parametrize(
    ("field", "output"),
    [("dotted.key", "found"), ("model.parts.1", "b"), ("tokens", "12"), ("p", '{"yes":0.75,"no":0.25}')],
)
def test_paths_and_values_that_are_no_text(field: str, output: str) -> None:
    assert ask(make(field)).output == output


def test_missing_and_empty_are_not_the_same() -> None:
    assert ask(make("a"), {"a": None}).status is Status.MISSING
    assert ask(make("a"), {"a": float("nan")}).status is Status.MISSING
    assert ask(make("a"), {"a": ""}) == Response(output="")
    assert ask(make("a", label="b"), {"a": None, "b": "spam"}).status is Status.OK


@pytest.mark.parametrize(("error", "code"), [(429, 429), ("500", 500), ("boom", None), (True, None), (7, None)])
def test_recorded_errors_stay_errors(error: Any, code: int | None) -> None:
    with pytest.raises(RecordedError, match="recorded error: ") as caught:
        ask(make("a", error="e", latency="gone"), {"e": error})
    assert (caught.value.kind, caught.value.status_code, caught.value.retryable) == ("recorded_error", code, False)


@pytest.mark.parametrize("error", [None, "", float("nan")])
def test_no_error_is_no_error(error: Any) -> None:
    assert ask(make("a", error="e"), {"a": "x", "e": error}).output == "x"


def test_a_field_that_no_row_has_is_an_error_and_one_that_some_rows_lack_is_missing() -> None:
    with pytest.raises(ConfigError, match="recorded output: sample '1' has no field 'model.anser'. Did you mean"):
        ask(make("model.anser"))
    with pytest.raises(ConfigError, match="recorded latency: sample '1' has no field 'tme'"):
        ask(make("model.answer", latency="tme"))
    model = make("a")
    assert ask(model, {"a": "x"}).output == "x"
    assert ask(model, {"b": "x"}).status is Status.MISSING


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"latency": "bad"}, "recorded latency of sample '1' is 'soon'"),
        ({"latency": "negative"}, "recorded latency of sample '1' is -1"),
        ({"output_tokens": "flag"}, "recorded output_tokens of sample '1' is True"),
        ({"probabilities": "bad"}, "no mapping of class to number: 'soon'"),
        ({"status": "bad"}, "recorded status of sample '1' is 'soon'"),
    ],
)
def test_values_of_the_wrong_kind(options: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        ask(make("a", **options), {"a": "x", "bad": "soon", "negative": -1, "flag": True})


def test_content_follows_the_recorded_values() -> None:
    model = make("a", latency="t")

    def key(**fields: Any) -> str:
        return content_hash(model.content(Request(sample=Sample(id="1", input="?", fields=fields))))

    assert key(a="x", t=1, unrelated=1) == key(a="x", t=1, unrelated=2)
    assert len({key(a="x", t=1), key(a="y", t=1), key(a="x", t=2)}) == 3


def test_probabilities_out_of_a_csv_cell() -> None:
    assert ask(make("a", probabilities="p"), {"a": "x", "p": '{"0": 0.5, "1": "0.5"}'}).probabilities == {
        "0": 0.5,
        "1": 0.5,
    }


def write(folder: Path, suffix: str, rows: list[dict[str, Any]]) -> str:
    path = folder / f"outputs{suffix}"
    kind = suffix.removesuffix(".gz")
    if kind in (".csv", ".tsv"):
        with path.with_suffix("").open("w", newline="", encoding="utf-8") as file:
            writer = csv.DictWriter(file, list(rows[0]), delimiter="\t" if kind == ".tsv" else ",")
            writer.writeheader()
            writer.writerows(rows)
        text = path.with_suffix("").read_text(encoding="utf-8")
    else:
        text = json.dumps(rows) if kind == ".json" else "".join(json.dumps(row) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if suffix.endswith(".gz") else text.encode())
    return path.name


@pytest.mark.parametrize("suffix", [".jsonl", ".json", ".csv", ".tsv", ".jsonl.gz", ".json.gz", ".csv.gz"])
def test_answers_in_a_file_of_their_own(tmp_path: Path, suffix: str) -> None:
    rows = [{"qid": 2, "reply": "two,\nlines \u2028 and é", "s": 0.5}, {"qid": "1", "reply": "one", "s": 1.5}]
    name = write(tmp_path, suffix, rows)
    model = make("reply", tmp_path, file=name, id="qid", latency="s")
    assert ask(model, {}, "1") == Response(output="one", latency=1.5)
    assert ask(model, {}, "2") == Response(output="two,\nlines \u2028 and é", latency=0.5)
    missing = ask(model, {}, "3")
    assert missing.status is Status.MISSING and "no row for id '3'" in missing.data["missing"]
    assert model.content(Request(sample=Sample(id="3", input="?"))) is None


def test_files_that_do_not_fit(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="'file' and 'id' come together"):
        make("a", file="x.jsonl")
    good = write(tmp_path, ".jsonl", [{"id": 1, "a": "x"}])
    with pytest.raises(ConfigError, match="no file of recorded answers .*Did you mean 'outputs.jsonl'"):
        make("a", tmp_path, file="output.jsonl", id="id")
    with pytest.raises(DataError, match="row 1: no field 'idd'. Did you mean 'id'"):
        make("a", tmp_path, file=good, id="idd")
    write(tmp_path, ".jsonl", [{"id": 1}, {"id": "1"}])
    with pytest.raises(DataError, match="row 2: the id '1' stands there a second time"):
        make("a", tmp_path, file=good, id="id")
    for text, message in ((b"{]", "row 1: JSON is malformed"), (b"[1]", "row 1: Expected `object`"), (b"\xff", "read")):
        (tmp_path / "bad.jsonl").write_bytes(text)
        with pytest.raises(DataError, match=message):
            read_table(tmp_path / "bad.jsonl", "id")
    (tmp_path / "cut.jsonl.gz").write_bytes(gzip.compress(b'{"id": 1}' * 50)[:30])
    with pytest.raises(DataError, match="cut.jsonl.gz cannot be read"):
        read_table(tmp_path / "cut.jsonl.gz", "id")
    (tmp_path / "x.xlsx").write_bytes(b"")
    with pytest.raises(ConfigError, match="not 'x.xlsx'"):
        read_table(tmp_path / "x.xlsx", "id")


@pytest.mark.parametrize(("row", "path"), [({}, "a"), ({"a": 1}, "a.b"), ({"a": [1]}, "a.1"), ({"a": [1]}, "a.x")])
def test_dig_raises_for_what_is_not_there(row: Any, path: str) -> None:
    with pytest.raises(KeyError):
        dig(row, path)


def test_gsm8k_accuracy_is_that_of_the_source(shared_data: Path) -> None:
    rows = read_table(shared_data / "gsm8k" / "example_model_solutions.jsonl.gz", "question")
    model = make("175b_verification.solution")

    async def count() -> int:
        right = 0
        for question, row in rows.items():
            sample = Sample(id=question, input=question, fields=row)
            output = (await model.answer(Request(sample=sample))).output or ""
            truth = row["ground_truth"].rpartition("A: ")[2].replace(",", "")
            right += output.rpartition("A: ")[2].replace(",", "") == truth
        return right

    assert len(rows) == 1319
    assert asyncio.run(count()) == 742


def test_llmperf_errors_and_times_are_those_of_the_source(shared_data: Path) -> None:
    rows = json.loads((shared_data / "llmperf" / "individual" / "bedrock_70b.json").read_text(encoding="utf-8"))
    rows = rows if isinstance(rows, list) else list(rows.values())
    model = make("number_output_tokens", ttft="ttft_s", latency="end_to_end_latency_s", error="error_code")

    async def count() -> tuple[int, list[float]]:
        errors, times = 0, []
        for number, row in enumerate(rows):
            try:
                response = await model.answer(Request(sample=Sample(id=str(number), input="", fields=row)))
            except RecordedError:
                errors += 1
            else:
                times.append(response.ttft or 0.0)
        return errors, sorted(times)

    errors, times = asyncio.run(count())
    assert errors == 49
    assert len(times) == len(rows) - 49
    middle = (times[(len(times) - 1) // 2] + times[len(times) // 2]) / 2
    assert round(middle, 4) == 0.3877
