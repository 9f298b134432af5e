"""A dataset is streamed: ten times the rows need no more memory."""

from __future__ import annotations

import csv
import json
import tracemalloc
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalium import datasets
from evalium.core import Data

SMALL, LARGE = 2_000, 20_000


def _rows(n: int) -> Iterator[dict[str, object]]:
    return ({"id": f"id-{i}", "question": f"What is {i}? " + "x" * 800, "answer": str(i)} for i in range(n))


def _write(path: Path, n: int) -> None:
    if path.suffix == ".jsonl":
        with path.open("w", encoding="utf-8") as stream:
            stream.writelines(json.dumps(row) + "\n" for row in _rows(n))
    elif path.suffix == ".csv":
        with path.open("w", encoding="utf-8", newline="") as stream:
            writer = csv.DictWriter(stream, ["id", "question", "answer"])
            writer.writeheader()
            writer.writerows(_rows(n))
    else:
        import pyarrow as pa
        import pyarrow.parquet as pq

        pq.write_table(pa.Table.from_pylist(list(_rows(n))), path, row_group_size=1_000)


def _peak(path: Path, **options: object) -> int:
    dataset = datasets.open(Data(file=path.name, **options), path.parent)
    for _ in zip(dataset, range(1_500), strict=False):  # caches and lazy imports do not count
        pass
    tracemalloc.start()
    try:
        assert sum(1 for _ in dataset) == dataset.count()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize("suffix", ["jsonl", "csv", "parquet"])
def test_streaming_takes_constant_memory(suffix: str, tmp_path: Path) -> None:
    peaks = []
    for n in (SMALL, LARGE):
        _write(tmp_path / f"{n}.{suffix}", n)
        peaks.append(_peak(tmp_path / f"{n}.{suffix}"))
    # What grows is the set of identifiers, 16 to 32 bytes each (and twice that while it grows).
    assert peaks[1] - peaks[0] < 64 * LARGE


@pytest.mark.parametrize("suffix", ["jsonl", "csv"])
def test_a_shuffle_does_not_hold_the_rows(suffix: str, tmp_path: Path) -> None:
    _write(tmp_path / f"a.{suffix}", LARGE)
    assert _peak(tmp_path / f"a.{suffix}", shuffle=1) < LARGE * 900 / 6
