"""Arrays made by way of buffers equal those that pyarrow makes, and refuse what it would have refused."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import StoreError
from evalium.store import Workspace
from evalium.store._arrays import to_array, to_numpy
from evalium.store._read import newest

from .make import RUN, fill, record, score
from .process import Child

VALUES = {
    pa.string(): st.text(),
    pa.large_string(): st.text(),
    pa.float64(): st.floats(allow_nan=False) | st.integers(-(2**53), 2**53),
    pa.int64(): st.integers(-(2**63), 2**63 - 1),
    pa.int32(): st.integers(-(2**31), 2**31 - 1),
    pa.bool_(): st.booleans(),
}


@pytest.mark.parametrize("type_", VALUES, ids=str)
@given(data=st.data())
def test_arrays_equal_those_of_pyarrow(type_: pa.DataType, data: st.DataObject) -> None:
    values = data.draw(st.lists(st.none() | VALUES[type_], max_size=20))
    made = to_array(values, type_)
    made.validate(full=True)
    assert made.equals(pa.array(values, type_))


@pytest.mark.parametrize(
    ("values", "type_"),
    [(["5"], pa.int64()), ([1.5], pa.int64()), ([2**31], pa.int32()), (["5"], pa.float64()), ([5], pa.string())],
)
def test_values_of_another_type_are_refused(values: list[Any], type_: pa.DataType) -> None:
    with pytest.raises((TypeError, OverflowError)):
        to_array(values, type_)


def test_numbers_come_back_from_any_number_of_chunks() -> None:
    for chunks in ([], [[1, 2]], [[1], [2, 3], []]):
        column = pa.chunked_array(chunks, pa.int64())
        assert to_numpy(column).tolist() == column.to_pylist()


rows = st.lists(
    st.tuples(
        st.sampled_from("rs"), st.sampled_from("abc"), st.sampled_from([0, 1, 2**31 - 1]), st.integers(0, 2**31 - 1)
    ),
    max_size=30,
)


@given(keys=rows, seed=st.randoms(use_true_random=False))
def test_the_newest_row_of_each_thing_is_kept_in_order(keys: list[tuple[str, str, int, int]], seed: Any) -> None:
    times = list(range(len(keys)))
    seed.shuffle(times)
    columns = [*zip(*keys, strict=True)] if keys else [[], [], [], []]
    types = [pa.string(), pa.string(), pa.int32(), pa.int32()]
    arrays = [pa.array(list(c), t) for c, t in zip(columns, types, strict=True)]
    arrays[0] = arrays[0].dictionary_encode()
    table = pa.table([*arrays, pa.array(times, pa.int64())], names=["run", "sample", "epoch", "step", "written_at"])
    latest = {key: at for at, key in sorted(zip(times, keys, strict=True))}
    expected = sorted((at, key) for key, at in latest.items())
    chosen = newest(dict(zip(table.column_names, table.columns, strict=True)), "records")
    kept = table if chosen is None else table.take(pa.array(chosen))
    found = [(row["written_at"], tuple(row.values())[:4]) for row in kept.to_pylist()]
    assert found == expected


def test_a_field_of_another_type_is_named(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            journal.write(record(1, latency="slow"), [score(1)])
        with pytest.raises(StoreError, match="the 'latency' of one of 1 records in the journal"):
            ws.seal()


def test_neither_sealing_nor_reading_imports_pandas(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        fill(ws, 3, seal=False)
    code = """
ws = Workspace.open(sys.argv[1])
ws.seal(), ws.records(RUN), ws.scores(RUN, "exact"), ws.entries_done(RUN)
print("pandas" in sys.modules)
ws.close()
"""
    assert Child(code, str(tmp_path)).finish() == ["False"]
