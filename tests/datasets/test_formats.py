"""The same content in every format gives the same samples."""

from __future__ import annotations

import gzip
import json
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from evalium import datasets
from evalium.core import ConfigError, Data, DataError, Sample

ROWS = [{"question": f'What is {i} + {i}, "exactly"?', "answer": str(2 * i)} for i in range(30)]
LINES = "".join(json.dumps(row) + "\n" for row in ROWS)


def read(data: Data, base: Path) -> list[Sample]:
    return list(datasets.open(data, base))


def table(rows: list[dict[str, Any]]) -> str:
    import csv
    import io

    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def _parquet(path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    pq.write_table(pa.Table.from_pylist(ROWS), path, row_group_size=7)


def _zip(path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("readme.txt", "nothing to read")
        archive.writestr("inner/rows.jsonl", LINES)


TSV = "question\tanswer\n" + "".join(f"{r['question']}\t{r['answer']}\r\n" for r in ROWS)
WRITERS: dict[str, Callable[[Path], Any]] = {
    "rows.jsonl": lambda p: p.write_text(LINES, encoding="utf-8"),
    "rows.ndjson": lambda p: p.write_bytes(b"\xef\xbb\xbf" + LINES.replace("\n", "\r\n\n").encode()),
    "lines.json": lambda p: p.write_text("\n" + LINES.rstrip(), encoding="utf-8"),
    "rows.json": lambda p: p.write_text(json.dumps(ROWS, indent=2), encoding="utf-8"),
    "rows.csv": lambda p: p.write_text(table(ROWS), encoding="utf-8-sig", newline=""),
    "rows.tsv": lambda p: p.write_text(TSV, encoding="utf-8", newline=""),
    "rows.jsonl.gz": lambda p: p.write_bytes(gzip.compress(LINES[:500].encode()) + gzip.compress(LINES[500:].encode())),
    "rows.csv.gz": lambda p: p.write_bytes(gzip.compress(table(ROWS).encode())),
    "rows.json.zst": lambda p: p.write_bytes(zstandard.compress(json.dumps(ROWS).encode())),
    "rows.jsonl.zst": lambda p: p.write_bytes(
        zstandard.compress(LINES[:500].encode()) + zstandard.compress(LINES[500:].encode())
    ),
    "rows.zip": _zip,
    "rows.parquet": _parquet,
}


@pytest.mark.parametrize("name", WRITERS)
def test_every_format_gives_the_same_samples(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    dataset = datasets.open(Data(file=name), tmp_path)
    reference = datasets.open(Data(items=tuple(ROWS)), tmp_path)
    assert dataset.count() == 30
    assert list(dataset) == list(reference) == list(dataset)
    assert dataset.hash == reference.hash is not None
    assert dataset.fields == ("question", "answer")
    assert [s.id for s in dataset] == [str(i) for i in range(1, 31)]


@pytest.mark.parametrize("name", [n for n in WRITERS if n != "rows.zip"])
def test_shuffle_reads_the_same_rows_in_every_format(name: str, tmp_path: Path) -> None:
    WRITERS[name](tmp_path / name)
    samples = read(Data(file=name, shuffle=3), tmp_path)
    assert samples == read(Data(items=tuple(ROWS), shuffle=3), tmp_path)
    assert samples != read(Data(file=name), tmp_path)
    assert sorted(int(s.id) for s in samples) == list(range(1, 31))


def test_types_count(tmp_path: Path) -> None:
    text, number = read(Data(items=({"input": "a", "target": "1"}, {"input": "a", "target": 1})), tmp_path)
    assert (text.target, number.target) == ("1", 1)
    assert text.hash != number.hash


def test_several_files_and_globs_are_one_dataset(tmp_path: Path) -> None:
    for i in (2, 0, 1):
        (tmp_path / f"part{i}.jsonl").write_text(json.dumps({"input": f"q{i}", "target": i}) + "\n", encoding="utf-8")
    assert [s.input for s in read(Data(file="part*.jsonl"), tmp_path)] == ["q0", "q1", "q2"]
    listed = read(Data(file=("part2.jsonl", "part?.jsonl")), tmp_path)
    assert [(s.id, s.input) for s in listed] == [("1", "q2"), ("2", "q0"), ("3", "q1")]
    (tmp_path / "odd[1].jsonl").write_text('{"input": "x"}\n', encoding="utf-8")
    assert [s.input for s in read(Data(file="odd[1].jsonl"), tmp_path)] == ["x"]


def test_csv_cells_with_line_breaks_keep_their_line_numbers(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text('text,label\n"one\ntwo",x\n\n"three ""3""",y\nbad\n', encoding="utf-8")
    dataset = datasets.open(Data(file="a.csv"), tmp_path, skip_bad_rows=True)
    assert [(s.input, s.target) for s in dataset] == [("one\ntwo", "x"), ('three "3"', "y")]
    assert [(b.line, b.reason) for b in dataset.bad_rows] == [(6, "1 cells, but the header has 2")]
    shuffled = datasets.open(Data(file="a.csv", shuffle=1), tmp_path, skip_bad_rows=True)
    assert {s.input for s in shuffled} == {"one\ntwo", 'three "3"'}


def test_an_empty_csv_cell_is_no_value(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("text,label,group\na,,\n,x,g\n", encoding="utf-8")
    first, second = read(Data(file="a.csv", input="text", target="label", attributes=("group",)), tmp_path)
    assert (first.target, first.attributes) == (None, {"group": None})
    assert (second.input, second.target) == ("", "x")


def test_csv_without_header_and_nameless_columns(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("a,1\nb,2\n", encoding="utf-8")
    assert [s.input for s in read(Data(file="a.csv", columns=("text", "label")), tmp_path)] == ["a", "b"]
    (tmp_path / "b.csv").write_text(",text\n0,a\n", encoding="utf-8")
    assert datasets.open(Data(file="b.csv"), tmp_path).fields == ("column_1", "text")


@pytest.mark.parametrize("encoding", ["cp1252", "utf-16", "latin-1"])
@pytest.mark.parametrize("name", ["a.csv", "a.jsonl", "a.json", "a.tsv"])
def test_other_encodings(name: str, encoding: str, tmp_path: Path) -> None:
    content = {
        "a.csv": "text,label\ncafé,1\nnaïve,2\n",
        "a.tsv": "text\tlabel\ncafé\t1\nnaïve\t2\n",
        "a.jsonl": '{"text": "café"}\n{"text": "naïve"}\n',
        "a.json": '[{"text": "café"}, {"text": "naïve"}]',
    }[name]
    (tmp_path / name).write_text(content, encoding=encoding)
    data = Data(file=name, encoding=encoding)
    assert [s.input for s in read(data, tmp_path)] == ["café", "naïve"]
    assert {s.input for s in read(Data(file=name, encoding=encoding, shuffle=1), tmp_path)} == {"café", "naïve"}


def test_parquet_keeps_types(tmp_path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = [{"text": "a", "label": 1, "parts": ["x", "y"], "more": {"deep": [1.5, None]}}]
    pq.write_table(pa.Table.from_pylist(rows), tmp_path / "a.parquet")
    data = Data(file="a.parquet", input="text", target="label", choices="parts", attributes={"d": "more.deep.0"})
    (sample,) = read(data, tmp_path)
    assert (sample.target, sample.choices, sample.attributes) == (1, ("x", "y"), {"d": 1.5})
    items = Data(items=tuple(rows), input="text", target="label", choices="parts")
    assert sample.hash == read(items, tmp_path)[0].hash


def test_parquet_times(tmp_path: Path) -> None:
    import datetime as dt

    import pyarrow as pa
    import pyarrow.parquet as pq

    at = pa.array([1_700_000_000_123_456_789], pa.timestamp("ns", "UTC"))
    pq.write_table(pa.table({"text": ["a"], "at": at}), tmp_path / "a.parquet")
    (sample,) = read(Data(file="a.parquet", target="at"), tmp_path)
    assert sample.target == dt.datetime(2023, 11, 14, 22, 13, 20, 123456, tzinfo=dt.UTC)
    assert type(sample.target) is dt.datetime and len(sample.hash) == 32


def test_options_that_do_not_fit_the_format(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}", encoding="utf-8")
    (tmp_path / "a.dat").write_text("{}", encoding="utf-8")
    for data, words in [
        (Data(file="a.jsonl", columns=("a",)), "data.columns"),
        (Data(file="a.jsonl", records="a"), "data.records"),
        (Data(file="a.dat"), "set data.format"),
        (Data(file="a.jsonl", encoding="utf-99"), "unknown encoding 'utf-99'"),
        (Data(items=({},), records="x"), "data.records goes with data.file"),
        (Data(items=({},), options={"x": 1}), "data.options"),
        (Data(), "exactly one of"),
        (Data(file="a.jsonl", name="iris"), "given: file and name"),
        (Data(file="a.jsonl", limit=0), "data.limit"),
        (Data(file=()), "empty list"),
    ]:
        with pytest.raises(ConfigError, match=words):
            datasets.open(data, tmp_path)


def test_records_paths(tmp_path: Path) -> None:
    document = {"meta": {"n": 1}, "data": {"train": [{"input": "a"}], "test": [{"input": "b"}, {"input": "c"}]}}
    (tmp_path / "a.json").write_text(json.dumps(document), encoding="utf-8")
    assert [s.input for s in read(Data(file="a.json", records="data.test"), tmp_path)] == ["b", "c"]
    for records, words in [
        (None, "one JSON object, not a list of rows; it holds no list"),
        ("data", "set data.records to the list in it: 'data.train' or 'data.test'"),
        ("data.tets", "no key 'tets' at 'data'. Did you mean 'test'"),
        ("data.test.0", "Expected `object`, got `array` at 'data.test'"),
        ("meta.n", "not a list of rows"),
    ]:
        with pytest.raises(DataError, match=words):
            read(Data(file="a.json", records=records), tmp_path)


texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"), max_size=20)


@given(st.lists(st.tuples(texts, texts), min_size=1, max_size=8))
def test_csv_round_trip(tmp_path: Path, cells: list[tuple[str, str]]) -> None:
    # A record of two empty cells stays one; bare carriage returns are kept because the csv writer quotes them.
    rows = [{"text": a, "label": b} for a, b in cells]
    (tmp_path / "a.csv").write_text(table(rows), encoding="utf-8", newline="")
    samples = read(Data(file="a.csv"), tmp_path)
    assert [(s.input, s.target or "") for s in samples] == cells
    assert [s.fields for s in samples] == rows


@given(
    st.lists(
        st.dictionaries(texts, st.recursive(texts | st.integers() | st.booleans(), st.lists, max_leaves=4)), min_size=1
    )
)
def test_jsonl_round_trip(tmp_path: Path, rows: list[dict[str, Any]]) -> None:
    rows = [{**row, "input": "x"} for row in rows]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    assert [s.fields for s in read(Data(file="a.jsonl", input="input"), tmp_path)] == rows
    assert len(read(Data(file="a.jsonl", input="input", shuffle=1), tmp_path)) == len(rows)
