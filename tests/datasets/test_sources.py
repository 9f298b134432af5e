"""Rows that do not come from files: inline items, Python functions, registered names, scikit-learn, Hugging Face."""

from __future__ import annotations

import asyncio
import json
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evalium import datasets
from evalium.core import ConfigError, Data, DataError, Message, MissingExtra, Sample, UnknownName
from tests.extras import require_extra

CODE = """
from evalium.core import Sample

closed = []

def plain(n: int = 3):
    for i in range(n):
        yield {"question": f"q{i}", "answer": i}

def as_list():
    return [{"question": "q", "answer": 1}]

async def later():
    return [{"question": "q", "answer": 1}]

async def stream(n: int = 3):
    try:
        for i in range(n):
            yield {"question": f"q{i}", "answer": i}
    finally:
        closed.append(n)

def samples():
    yield Sample(id="one", input="a", target="b", attributes={"group": 1})
    yield Sample(id="two", input="c", hash="0" * 32)

def twins():
    yield Sample(id="one", input="a")
    yield Sample(id="one", input="b")

def mixed():
    yield {"input": "a"}
    yield 7

def breaks():
    yield {"input": "a"}
    raise RuntimeError("the server is away")

def text():
    return "rows.jsonl"

ROWS = [{"input": "a"}, {"input": "b"}]
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "rows.py").write_text(CODE, encoding="utf-8")
    return tmp_path


def read(data: Data, base: Path) -> list[Sample]:
    return list(datasets.open(data, base))


@pytest.mark.parametrize("name", ["plain", "stream"])
def test_generators_plain_and_async(name: str, folder: Path) -> None:
    dataset = datasets.open(Data(python=f"rows.py:{name}", options={"n": 5}), folder)
    assert [(s.id, s.input, s.target) for s in dataset] == [(str(i + 1), f"q{i}", i) for i in range(5)]
    assert len(list(dataset)) == 5
    assert dataset.name == f"rows.py:{name}"
    assert not [t for t in threading.enumerate() if t.name == "evalium-dataset"]


def test_async_generators_inside_a_running_loop(folder: Path) -> None:
    async def main() -> list[str]:
        return [s.id for s in datasets.open(Data(python="rows.py:stream"), folder)]

    assert asyncio.run(main()) == ["1", "2", "3"]


def test_an_abandoned_async_generator_is_closed(folder: Path) -> None:
    from evalium.core import load_object

    dataset = datasets.open(Data(python="rows.py:stream", options={"n": 1000}), folder)
    closed = load_object("rows.py:closed", folder)
    closed.clear()
    rows = iter(dataset)
    next(rows)
    rows.close()
    assert closed == [1000]
    assert not [t for t in threading.enumerate() if t.name == "evalium-dataset"]


@pytest.mark.parametrize("name", ["as_list", "later"])
def test_functions_that_return_their_rows(name: str, folder: Path) -> None:
    assert [s.input for s in read(Data(python=f"rows.py:{name}"), folder)] == ["q"]


def test_a_list_instead_of_a_function(folder: Path) -> None:
    assert [s.input for s in read(Data(python="rows.py:ROWS", shuffle=1), folder)] in (["a", "b"], ["b", "a"])
    with pytest.raises(ConfigError, match="no function"):
        read(Data(python="rows.py:ROWS", options={"n": 1}), folder)


def test_samples_pass_through_and_get_their_hash(folder: Path) -> None:
    one, two = read(Data(python="rows.py:samples"), folder)
    assert (one.id, one.hash) == ("one", datasets.sample_hash(one))
    assert two.hash == "0" * 32
    with pytest.raises(
        DataError, match=r"rows.py:twins, row 1 and rows.py:twins, row 2 have the same identifier 'one'"
    ):
        read(Data(python="rows.py:twins"), folder)


def test_samples_are_not_mapped_again(folder: Path) -> None:
    assert datasets.open(Data(python="rows.py:samples"), folder).attributes == ("group",)
    with pytest.raises(ConfigError, match="data.target: rows.py:samples gives samples"):
        read(Data(python="rows.py:samples", target="x"), folder)


def test_rows_that_change_between_two_passes(folder: Path) -> None:
    code = "calls = []\ndef rows():\n    calls.append(1)\n"
    code += "    return [{'input': str(i)} for i in range(30 - 10 * (len(calls) > 3))]\n"
    (folder / "fickle.py").write_text(code, encoding="utf-8")
    with pytest.raises(DataError, match="changed between two passes"):
        read(Data(python="fickle.py:rows", shuffle=1), folder)
    (folder / "a.jsonl").write_text('{"input": "a"}\n' * 9, encoding="utf-8")
    rows = iter(datasets.open(Data(file="a.jsonl", shuffle=1), folder))
    next(rows)
    (folder / "a.jsonl").write_text('[{"input": "a"}\n' * 2, encoding="utf-8")
    with pytest.raises(DataError, match=r"a.jsonl:\d: the data changed"):
        list(rows)


def test_a_missing_library_says_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sklearn.datasets", None)
    monkeypatch.setitem(sys.modules, "datasets", None)
    with pytest.raises(MissingExtra, match=r"pip install 'evalium\[sklearn\]'"):
        read(Data(sklearn="iris"), tmp_path)
    with pytest.raises(MissingExtra, match=r"pip install 'evalium\[datasets\]'"):
        read(Data(huggingface="x"), tmp_path)


def test_functions_that_go_wrong(folder: Path) -> None:
    for name, kind, words in [
        ("mixed", DataError, "rows.py:mixed, row 2: int instead of a mapping or a sample"),
        ("breaks", DataError, "failed after 1 rows: RuntimeError: the server is away"),
        ("text", ConfigError, "gave str: return or yield mappings or samples"),
        ("plan", ConfigError, "Did you mean 'plain'"),
    ]:
        with pytest.raises(kind, match=words):
            read(Data(python=f"rows.py:{name}"), folder)
    with pytest.raises(ConfigError, match="no option 'm'"):
        read(Data(python="rows.py:plain", options={"m": 1}), folder)


def test_items(tmp_path: Path) -> None:
    samples = read(Data(items=("a", {"input": "b", "target": 1}, Sample(id="x", input="c"))), tmp_path)
    assert [(s.id, s.input, s.target) for s in samples] == [("1", "a", None), ("2", "b", 1), ("x", "c", None)]
    own = read(Data(items=({"id": "k", "input": "q", "choices": ["a", "b"], "context": "d", "cluster": 5},)), tmp_path)
    assert own[0] == Sample(
        id="k", input="q", choices=("a", "b"), context=("d",), cluster="5", fields=own[0].fields, hash=own[0].hash
    )


def test_registered_names(tmp_path: Path) -> None:
    def counted(n: int = 2) -> Iterator[dict[str, Any]]:
        return ({"question": f"q{i}", "answer": i} for i in range(n))

    async def fetched() -> list[dict[str, Any]]:
        return [{"question": "q", "answer": 1}]

    (tmp_path / "a.jsonl").write_text('{"x": "1", "y": "2"}\n{"x": "3", "y": "4"}\n', encoding="utf-8")

    def described() -> Data:
        return Data(file=str(tmp_path / "a.jsonl"), input="x", target="y")

    for name, factory in {"test-counted": counted, "test-fetched": fetched, "test-described": described}.items():
        datasets.registry.register(name, factory)
    dataset = datasets.open(Data(name="test-counted", options={"n": 4}), tmp_path)
    assert len(list(dataset)) == len(list(dataset)) == 4
    assert len(read(Data(name="test-fetched"), tmp_path)) == 1
    assert [(s.input, s.target) for s in read(Data(name="test-described", limit=1), tmp_path)] == [("1", "2")]
    assert [s.input for s in read(Data(name="test-described", input="y"), tmp_path)] == ["2", "4"]
    with pytest.raises(ConfigError, match="no option 'm'"):
        read(Data(name="test-counted", options={"m": 4}), tmp_path)
    with pytest.raises(UnknownName, match="Did you mean 'iris'"):
        read(Data(name="irs"), tmp_path)


def test_sklearn_sets(tmp_path: Path) -> None:
    require_extra("sklearn")
    sizes = {"breast_cancer": (569, 2), "digits": (1797, 10), "iris": (150, 3), "wine": (178, 3)}
    for name, (rows, classes) in sizes.items():
        dataset = datasets.open(Data(sklearn=name), tmp_path)
        samples = list(dataset)
        assert len(samples) == dataset.count() == rows
        assert len({s.target for s in samples}) == classes
        assert all(isinstance(s.target, str) and isinstance(s.input, dict) for s in samples)
        assert datasets.open(Data(name=name), tmp_path).count() == rows
    first = read(Data(sklearn="iris", limit=1), tmp_path)[0]
    assert first.target == "setosa"
    assert first.input == {
        "sepal length (cm)": 5.1,
        "sepal width (cm)": 3.5,
        "petal length (cm)": 1.4,
        "petal width (cm)": 0.2,
    }
    (some,) = read(Data(sklearn="iris", limit=1, input=("petal width (cm)", "petal length (cm)")), tmp_path)
    assert (some.input, some.target) == ([0.2, 1.4], None)


def test_sklearn_regression_and_refusals(tmp_path: Path) -> None:
    require_extra("sklearn")
    samples = read(Data(sklearn="diabetes"), tmp_path)
    assert len(samples) == 442 and samples[0].target == 151.0
    with pytest.raises(UnknownName, match="Did you mean 'iris'"):
        read(Data(sklearn="irsi"), tmp_path)
    with pytest.raises(ConfigError, match="no splits"):
        read(Data(sklearn="iris", split="train"), tmp_path)


ROWS = [{"question": f"q{i}", "answer": str(i), "meta": {"level": i % 2}} for i in range(20)]


def test_huggingface_saved_to_disk(tmp_path: Path) -> None:
    library = require_extra("datasets")
    saved = library.Dataset.from_list(ROWS)
    saved.save_to_disk(str(tmp_path / "one"))
    dataset = datasets.open(Data(huggingface="one", attributes=("meta.level",)), tmp_path)
    assert dataset.count() == 20
    assert [s.hash for s in dataset] == [s.hash for s in datasets.open(Data(items=tuple(ROWS)), tmp_path)]
    assert [s.attributes["meta.level"] for s in dataset] == [0, 1] * 10
    both = library.DatasetDict({"train": saved.select(range(12)), "test": saved.select(range(12, 20))})
    both.save_to_disk(str(tmp_path / "two"))
    assert len(read(Data(huggingface="two", split="test"), tmp_path)) == 8
    assert len(read(Data(huggingface="two", split="train", shuffle=1, limit=5), tmp_path)) == 5
    with pytest.raises(ConfigError, match="several splits: set one of test, train"):
        read(Data(huggingface="two"), tmp_path)
    with pytest.raises(ConfigError, match="no split 'tset'. Did you mean 'test'"):
        read(Data(huggingface="two", split="tset"), tmp_path)


def test_huggingface_local_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    require_extra("datasets")
    monkeypatch.setenv("HF_DATASETS_CACHE", str(tmp_path / "cache"))
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    assert [s.target for s in read(Data(huggingface="a.jsonl"), tmp_path)] == [str(i) for i in range(20)]
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="'empty' cannot be loaded"):
        read(Data(huggingface="empty"), tmp_path)


def test_huggingface_images_stay_packed(tmp_path: Path) -> None:
    library = require_extra("datasets")
    png = b"\x89PNG\r\n\x1a\n" + bytes(20)
    table = library.Dataset.from_list([{"question": "what?", "picture": {"bytes": png, "path": "a.png"}}])
    features = library.Features({"question": library.Value("string"), "picture": library.Image()})
    # The stored table says that it holds pictures; writing it this way needs no imaging library.
    library.Dataset(table.data, info=library.DatasetInfo(features=features)).save_to_disk(str(tmp_path / "pictures"))
    (sample,) = read(Data(huggingface="pictures", input="question", image="picture"), tmp_path)
    assert sample.media[0].mime == "image/png"


def test_conversations(tmp_path: Path) -> None:
    turns = [
        {"role": "system", "content": "Be brief."},
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "What is this?"},
                {"type": "image_url", "image_url": {"url": "https://example.org/a.png"}},
            ],
        },
        {
            "role": "assistant",
            "content": None,
            "tool_calls": [{"id": "1", "function": {"name": "look", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "a cat", "tool_call_id": "1"},
    ]
    (sample,) = read(Data(items=({"messages": turns},), input="messages"), tmp_path)
    assert isinstance(sample.input, tuple) and all(isinstance(m, Message) for m in sample.input)
    assert sample.input[1].text == "What is this?"
    assert sample.input[2].tool_calls[0].name == "look"
    assert len(sample.hash) == 32
    for wrong in ({"role": "boss", "content": ""}, {"role": "user", "content": [{"type": "video"}]}):
        with pytest.raises(DataError, match="data.input: the field 'messages'"):
            read(Data(items=({"messages": [wrong]},), input="messages"), tmp_path)
