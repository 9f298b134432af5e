"""Bad input: the message names file, line, field and the way out; nothing is dropped in silence."""

from __future__ import annotations

import gzip
import json
import zipfile
from pathlib import Path

import pytest
import zstandard

from evalium import datasets
from evalium.core import ConfigError, Data, DataError, EvaliumError, ExitCode, TemplateError

GOOD = '{"question": "1 + 1", "answer": "2"}\n'


def refusal(data: Data, base: Path, kind: type[EvaliumError] = DataError) -> str:
    with pytest.raises(kind) as caught:
        list(datasets.open(data, base))
    assert type(caught.value) is kind
    assert caught.value.exit_code is ExitCode.WRONG_USE
    return str(caught.value)


def write(path: Path, content: str | bytes) -> Data:
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return Data(file=path.name)


def test_missing_file_names_the_nearest(tmp_path: Path) -> None:
    write(tmp_path / "tickets.jsonl", GOOD)
    message = refusal(Data(file="tikets.jsonl"), tmp_path)
    assert "no file 'tikets.jsonl'" in message and "Did you mean 'tickets.jsonl'?" in message
    assert "Did you mean" not in refusal(Data(file="elsewhere/none.csv"), tmp_path / "nowhere")


def test_empty_file_folder_and_glob_without_a_match(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    write(tmp_path / "folder" / "a.csv", "x")
    assert refusal(write(tmp_path / "empty.jsonl", ""), tmp_path) == "empty.jsonl: the file is empty"
    assert "'folder/*.csv'" in refusal(Data(file="folder"), tmp_path)
    assert "no file matches '*.parquet'" in refusal(Data(file="*.parquet"), tmp_path)


@pytest.mark.parametrize("content", ["\n\n", "[]"], ids=["blank", "empty list"])
def test_files_without_rows(content: str, tmp_path: Path) -> None:
    name = "a.json" if content == "[]" else "a.jsonl"
    assert "no usable row" in refusal(write(tmp_path / name, content), tmp_path)
    assert "no usable row" in refusal(write(tmp_path / "a.csv", "text,label\n"), tmp_path)


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ('{"question": "cut', "malformed"),
        ("[1, 2]", "not a JSON object"),
        ('"text"', "not a JSON object"),
        ('{"question": "a"} trailing', "trailing characters"),
        ('{"question": NaN}', "write null"),
        ('{"question": "a\0b"}', "NUL byte"),
        (b'{"question": "caf\xe9"}', "not UTF-8"),
        ('{"question": ' + "[" * 9000 + "]" * 9000 + "}", "nested too deeply"),
        ('{"answer": "2"}', "the row has no field 'question'"),
        ('{"question": null}', "'question' is null"),
    ],
    ids=["cut", "list", "text", "trailing", "nan", "nul", "encoding", "deep", "missing", "null"],
)
def test_a_bad_line_in_the_middle_of_a_jsonl(line: str | bytes, words: str, tmp_path: Path) -> None:
    raw = line if isinstance(line, bytes) else line.encode()
    data = write(tmp_path / "a.jsonl", GOOD.encode() + b"\n" + raw + b"\n" + GOOD.encode())
    data = Data(file="a.jsonl", input="question", target="answer")
    message = refusal(data, tmp_path)
    assert message.startswith("a.jsonl:3: ") and words in message and "--skip-bad-rows" in message
    dataset = datasets.open(data, tmp_path, skip_bad_rows=True)
    for _ in range(2):
        assert [s.id for s in dataset] == ["1", "3"]
        assert [(b.file, b.line) for b in dataset.bad_rows] == [("a.jsonl", 3)]
        assert words in dataset.bad_rows[0].reason
    shuffled = datasets.open(Data(file="a.jsonl", input="question", shuffle=1), tmp_path, skip_bad_rows=True)
    assert sorted(s.id for s in shuffled) == ["1", "3"]
    assert len(shuffled.bad_rows) == 1


def test_when_every_row_is_bad_the_first_reason_is_said(tmp_path: Path) -> None:
    data = write(tmp_path / "a.jsonl", "x\ny\n")
    with pytest.raises(DataError, match=r"no usable row; the first of 2 bad ones, a.jsonl:1: JSON is malformed"):
        datasets.open(data, tmp_path, skip_bad_rows=True)


def test_csv_rows(tmp_path: Path) -> None:
    assert refusal(write(tmp_path / "a.csv", "text,label\na,b\na,b,c\n"), tmp_path).startswith(
        "a.csv:3: 3 cells, but the header has 2"
    )
    assert "quote that opens here is never closed" in refusal(write(tmp_path / "b.csv", 'text,l\n"a,b\n'), tmp_path)
    assert "a.csv:2: holds a NUL byte" in refusal(write(tmp_path / "a.csv", "text\na\0b\n"), tmp_path)
    assert "a.tsv:2: holds a NUL byte" in refusal(write(tmp_path / "a.tsv", "text\na\0b\n"), tmp_path)
    assert "a.csv:2: not UTF-8" in refusal(write(tmp_path / "a.csv", b"text\ncaf\xe9\n"), tmp_path)
    assert "a.tsv:2: not UTF-8" in refusal(write(tmp_path / "a.tsv", b"text\ncaf\xe9\n"), tmp_path)
    assert "names 'a' twice" in refusal(write(tmp_path / "a.csv", "a,a\n1,2\n"), tmp_path)
    assert "bare carriage return" in refusal(write(tmp_path / "a.csv", "text,b\r1,2\r"), tmp_path)
    write(tmp_path / "a.tsv", "a\tb\nc\n")
    assert "a.tsv:2: 1 cells, but data.columns names 2" in refusal(Data(file="a.tsv", columns=("x", "y")), tmp_path)


def test_utf16_is_recognised(tmp_path: Path) -> None:
    for name in ("a.jsonl", "a.csv", "a.json"):
        assert "set data.encoding to 'utf-16'" in refusal(write(tmp_path / name, GOOD.encode("utf-16")), tmp_path)
    write(tmp_path / "a.csv", b"text\n\xff\xff\xff")
    assert "set data.encoding" in refusal(Data(file="a.csv", encoding="utf-16"), tmp_path)


def test_json_documents(tmp_path: Path) -> None:
    message = refusal(write(tmp_path / "a.json", '[\n{"input": "a"}\n] oops'), tmp_path)
    assert message.startswith("a.json:3: ") and "trailing characters" in message
    assert "truncated" in refusal(write(tmp_path / "a.json", '[{"input": "a"}'), tmp_path)
    assert refusal(write(tmp_path / "a.json", '[{"input": "a"}, 7]'), tmp_path).startswith("a.json, row 2: not a JSON")
    assert "a.json:2: " in refusal(write(tmp_path / "a.json", '{"input": "a"}\nnot json\n'), tmp_path)
    assert "'rows'" in refusal(write(tmp_path / "a.json", '{"rows": [1]}'), tmp_path)


def test_duplicate_identifiers_name_both_lines(tmp_path: Path) -> None:
    rows = [{"input": str(i), "key": i} for i in range(50)] + [{"input": "x", "key": 7}]
    write(tmp_path / "a.jsonl", "".join(json.dumps(row) + "\n" for row in rows))
    for shuffle in (None, 3):
        message = refusal(Data(file="a.jsonl", id="key", shuffle=shuffle), tmp_path)
        assert "a.jsonl:8 and a.jsonl:51 have the same identifier '7'" in message
    assert "row 1 and data.items, row 2" in refusal(
        Data(items=({"input": "a", "id": "1"}, {"input": "b", "id": "1"})), tmp_path
    )
    assert "missing or empty" in refusal(Data(items=({"input": "a", "id": 1}, {"input": "b"})), tmp_path)


def test_unknown_fields_suggest_the_nearest(tmp_path: Path) -> None:
    row = {"question": "a", "answer": "b", "meta": {"level": 1, "tags": ["x"]}}
    items = (row,)
    for data, words in [
        (
            Data(items=items, input="qestion"),
            "data.input: data.items: there is no field 'qestion'. Did you mean 'question'",
        ),
        (Data(items=items, input="question", target="answr"), "data.target: .* Did you mean 'answer'"),
        (
            Data(items=items, input="question", attributes=("meta.levle",)),
            "'meta' holds no 'levle'. Did you mean 'level'",
        ),
        (Data(items=items, input="question", cluster="meta.level.x"), "'meta.level' holds no 'x': it is int"),
        (Data(items=items, input="question", id="mata.level"), "no field 'mata.level'. Did you mean 'meta'"),
        (Data(items=items, input={"a": "nope"}), "data.input.a: .* Known: answer, meta, question"),
    ]:
        with pytest.raises(DataError, match=words):
            datasets.open(data, tmp_path)


def test_jinja_says_what_is_missing(tmp_path: Path) -> None:
    items = ({"question": "a"}, {"question": "b"})
    message = refusal(Data(items=items, input="{{ qestion }}"), tmp_path, TemplateError)
    assert "'qestion' is undefined. Did you mean 'question'?" in message and "data.items, row 1" in message
    assert "is not a Jinja" in refusal(Data(items=items, input="{{ question"), tmp_path, TemplateError)
    assert "ZeroDivisionError" in refusal(Data(items=items, input="{{ 1 // 0 }}"), tmp_path, TemplateError)
    unsafe = "{{ question.__class__.__mro__ }}"
    assert "unsafe" in refusal(Data(items=items, input=unsafe), tmp_path, TemplateError)


def test_guessing_asks_where_it_is_not_clear(tmp_path: Path) -> None:
    both = Data(items=({"question": "a", "prompt": "b"},))
    assert "'question', 'prompt' could each be it" in refusal(both, tmp_path, ConfigError)
    neither = Data(items=({"a": "a", "b": "b"},))
    assert "no field has a usual name for it; set it to one of: a, b" in refusal(neither, tmp_path, ConfigError)
    targets = Data(items=({"input": "a", "label": "a", "answer": "b"},))
    assert "data.target" in refusal(targets, tmp_path, ConfigError)


def test_splits(tmp_path: Path) -> None:
    items = tuple({"input": str(i), "split": "train" if i % 3 else "test"} for i in range(9))
    dataset = datasets.open(Data(items=items, split="test"), tmp_path)
    assert dataset.count() == 3
    assert [(s.id, s.input) for s in dataset] == [("1", "0"), ("4", "3"), ("7", "6")]
    assert "no row is of the split 'tset'. Did you mean 'test'" in refusal(Data(items=items, split="tset"), tmp_path)
    assert "no row has a field 'split'" in refusal(Data(items=({"input": "a"},), split="test"), tmp_path)


def test_a_target_missing_in_some_rows(tmp_path: Path) -> None:
    items = ({"input": "a"}, {"input": "b", "target": None}, {"input": "c", "target": "x"})
    assert [s.target for s in datasets.open(Data(items=items), tmp_path)] == [None, None, "x"]


def test_huge_cells_and_lines(tmp_path: Path) -> None:
    cell = "é" * 5_000_000
    (tmp_path / "a.csv").write_text(f'text,label\n"{cell}",x\n{cell},y\n', encoding="utf-8")
    (tmp_path / "a.jsonl").write_text(json.dumps({"text": cell}, ensure_ascii=False), encoding="utf-8")
    assert [len(s.input) for s in datasets.open(Data(file="a.csv"), tmp_path)] == [5_000_000] * 2
    assert [len(s.input) for s in datasets.open(Data(file="a.jsonl"), tmp_path)] == [5_000_000]


@pytest.mark.parametrize("suffix", ["gz", "zst"])
def test_cut_off_and_damaged_files(suffix: str, tmp_path: Path) -> None:
    text = "".join(json.dumps({"input": f"{i * 7919 % 10007}"}) + "\n" for i in range(5000)).encode()
    packed = gzip.compress(text) if suffix == "gz" else zstandard.compress(text)
    name = f"a.jsonl.{suffix}"
    data = write(tmp_path / name, packed[: len(packed) // 2])
    assert f"{name}: the {suffix} file is cut off" in refusal(data, tmp_path)
    assert f"not a sound {suffix} file" in refusal(write(tmp_path / name, b"nothing packed at all"), tmp_path)
    broken = bytearray(packed)
    broken[len(packed) // 2] ^= 0xFF
    with pytest.raises(DataError):
        list(datasets.open(write(tmp_path / name, bytes(broken)), tmp_path))


def test_archives(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "two.zip", "w") as archive:
        archive.writestr("a.json", "[]")
        archive.writestr("b.json", "[]")
    assert "it holds a.json, b.json" in refusal(Data(file="two.zip"), tmp_path)
    assert "not a readable zip" in refusal(write(tmp_path / "no.zip", "nothing"), tmp_path)
    with zipfile.ZipFile(tmp_path / "bad.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.jsonl", GOOD * 1000)
    raw = bytearray((tmp_path / "bad.zip").read_bytes())
    raw[60] ^= 0xFF
    assert "not a sound zip file" in refusal(write(tmp_path / "bad.zip", bytes(raw)), tmp_path)


@pytest.mark.parametrize("suffix", ["zip", "gz", "zst"])
def test_decompression_bombs(suffix: str, tmp_path: Path) -> None:
    bomb, name = bytes(80 * 2**20), f"a.jsonl.{suffix}"
    if suffix == "zip":
        with zipfile.ZipFile(tmp_path / name, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.json", bomb)
    else:
        (tmp_path / name).write_bytes(gzip.compress(bomb, 1) if suffix == "gz" else zstandard.compress(bomb))
    assert "decompression bomb" in refusal(Data(file=name), tmp_path)


def test_parquet_damage(tmp_path: Path) -> None:
    assert "not a sound parquet file" in refusal(write(tmp_path / "a.parquet", "PAR1 not really"), tmp_path)
    assert "unpack it" in refusal(write(tmp_path / "a.parquet.gz", "x"), tmp_path, ConfigError)


def test_values_without_a_json_form(tmp_path: Path) -> None:
    assert "no JSON form" in refusal(Data(items=({"input": "a", "target": object()},)), tmp_path)
    assert "write a text, a mapping or a sample" in refusal(Data(items=("a", 7)), tmp_path)
