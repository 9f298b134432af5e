"""What readers get: the newest rows, the columns asked for, in the order of writing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import Record, Score, Status, StoreError, ToolCall
from evalium.store import RECORD_TEXT, SCORE_TEXT, Workspace, attribute, structs
from tests.extras import require_extra

from .make import RUN, fill, record, score


@pytest.fixture(params=["live", "sealed", "both"])
def mixed(request: pytest.FixtureRequest, tmp_path: Path) -> Any:
    """A workspace of 40 records, some sealed and some not, rescored and partly repeated."""
    with Workspace.open(tmp_path) as ws:
        journals = []
        for first in (0, 20):
            journal = ws.journal(RUN)
            for number in range(first, first + 20):
                journal.write(record(number, latency=-1.0), [score(number, 0.0), score(number, 0.5, scorer="rouge_l")])
                journal.write(record(number), [score(number, 1.0)])
            # A third version of one of them, so that what is right forwards is wrong backwards.
            journal.write(record(first + 3), [score(first + 3, 1.0)])
            journal.flush()
            if request.param == "sealed" or (request.param == "both" and first == 0):
                journal.close()
                ws.seal()
            else:
                journals.append(journal)
        fill(ws, 5, seal=True, run="other")
        yield ws
        for journal in journals:
            journal.close()


def test_the_newest_row_wins(mixed: Workspace) -> None:
    table = mixed.records(RUN, ["sample", "latency"])
    names = [f"s{n}" for first in (0, 20) for n in (*range(first, first + 3), *range(first + 4, first + 20), first + 3)]
    assert table.to_pylist() == [{"sample": name, "latency": int(name[1:]) / 1000} for name in names]
    exact = mixed.scores(RUN, "exact", columns=["sample", "value"])
    assert exact.to_pylist() == [{"sample": name, "value": 1.0} for name in names]
    assert mixed.scores(RUN).num_rows == 80
    assert mixed.scores(RUN, ["rouge_l"]).column("value").to_pylist() == [0.5] * 40
    assert mixed.scores(RUN, ["none"]).num_rows == 0


def test_duckdb_sees_the_same(mixed: Workspace) -> None:
    connection = mixed.duckdb(RUN)
    query = "SELECT count(*), min(latency), sum((attributes->>'group')::INT) FROM records"
    assert connection.execute(query).fetchone() == (40, 0.0, sum(n % 3 for n in range(40)))
    values = connection.execute("SELECT scorer, count(*), avg(value) FROM scores GROUP BY 1 ORDER BY 1").fetchall()
    assert values == [("exact", 40, 1.0), ("rouge_l", 40, 0.5)]
    assert mixed.duckdb().execute("SELECT count(*) FROM records").fetchone() == (45,)
    assert mixed.duckdb([]).execute("SELECT count(*) FROM records").fetchone() == (0,)


def test_runs_are_kept_apart(mixed: Workspace) -> None:
    assert mixed.records("other").num_rows == 5
    assert mixed.records([RUN, "other"]).num_rows == mixed.records(None).num_rows == 45
    assert mixed.records([]).num_rows == mixed.records("no such' run").num_rows == 0


def test_long_columns_come_only_when_asked_for(mixed: Workspace) -> None:
    assert not set(RECORD_TEXT) & set(mixed.records(RUN).column_names)
    assert set(RECORD_TEXT) <= set(mixed.records(RUN, text=True).column_names)
    assert mixed.records(RUN, ["output", "sample"]).column_names == ["output", "sample"]
    assert not set(SCORE_TEXT) & set(mixed.scores(RUN).column_names)
    assert set(SCORE_TEXT) <= set(mixed.scores(RUN, text=True).column_names)
    with pytest.raises(StoreError, match=r"records have no column 'latncy'\. Did you mean 'latency'"):
        mixed.records(RUN, ["latncy"])


def test_an_empty_workspace_reads_as_empty_tables(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        assert ws.records(None).column_names == ws.records(None).schema.names
        assert (ws.records(None).num_rows, ws.scores("x").num_rows, len(ws.entries_done("x"))) == (0, 0, 0)
        assert ws.duckdb().execute("SELECT count(*) FROM scores").fetchone() == (0,)
        assert list(ws.results("x")) == []


def test_attributes_keep_their_types(mixed: Workspace) -> None:
    table = mixed.records(RUN, ["sample", "attributes"])
    groups = [int(name[1:]) % 3 for name in table.column("sample").to_pylist()]
    assert attribute(table, "group") == mixed.results(RUN).attribute("group") == groups
    assert attribute(table, "absent") == [None] * 40


def test_other_libraries_get_the_same_rows(mixed: Workspace) -> None:
    require_extra("pandas")
    require_extra("polars")
    results = mixed.results(RUN)
    assert len(results) == 40
    latencies = results.arrow(["latency"]).column("latency").to_pylist()
    assert sorted(latencies) == [n / 1000 for n in range(40)]
    assert results.pandas(["sample", "latency"])["latency"].tolist() == latencies
    assert results.polars(["latency"])["latency"].to_list() == latencies
    assert results.duckdb().execute("SELECT count(*) FROM records").fetchone() == (40,)


json_values = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
finite = st.none() | st.floats(allow_nan=False)
counts = st.none() | st.integers(0, 2**62)
texts = st.none() | st.text()
scalars = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.text()
    | st.floats(allow_nan=False, allow_infinity=False)
)

any_record = st.builds(
    Record,
    key=st.text(),
    run=st.just(RUN),
    sample=st.text(),
    sample_hash=st.text(),
    model=st.text(),
    status=st.sampled_from(Status),
    epoch=st.integers(0, 2**31 - 1),
    kind=st.sampled_from(["call", "step", "trace"]),
    trace=st.text(),
    step=st.integers(0, 100),
    role=st.text(),
    started_at=st.floats(allow_nan=False),
    latency=finite,
    queue_time=finite,
    input_tokens=counts,
    output_tokens=counts,
    cost=finite,
    attempts=st.integers(0, 9),
    cached=st.booleans(),
    finish_reason=texts,
    error_kind=texts,
    error=texts,
    input=texts,
    output=texts,
    target=json_values,
    choices=st.lists(st.text(), max_size=3).map(tuple),
    context=st.lists(st.text(), max_size=2).map(tuple),
    label=texts,
    probabilities=st.none() | st.dictionaries(st.text(), st.floats(0, 1), min_size=1, max_size=3),
    logprobs=st.none() | st.dictionaries(st.text(), json_values, min_size=1, max_size=2),
    tool_calls=st.lists(st.builds(ToolCall, id=st.text(), name=st.text(), arguments=st.text()), max_size=2).map(tuple),
    attributes=st.dictionaries(st.text(), scalars, max_size=3),
    cluster=texts,
    probability=st.floats(0, 1),
    data=st.dictionaries(st.text(), json_values, max_size=2),
)
any_score = st.builds(
    Score,
    run=st.just(RUN),
    sample=st.text(),
    scorer=st.text(),
    epoch=st.integers(0, 100),
    signature=st.text(),
    status=st.sampled_from(Status),
    value=finite,
    label=texts,
    target=texts,
    probabilities=st.none() | st.dictionaries(st.text(), st.floats(0, 1), min_size=1, max_size=3),
    answer=texts,
    explanation=texts,
    values=st.dictionaries(st.text(), st.floats(allow_nan=False, allow_infinity=False), max_size=3),
    cost=finite,
    latency=finite,
)


@settings(max_examples=40)
@given(written=st.lists(st.tuples(any_record, st.lists(any_score, max_size=2)), max_size=4))
def test_everything_comes_back_as_it_was(
    tmp_path_factory: pytest.TempPathFactory, written: list[tuple[Record, list[Score]]]
) -> None:
    records = {(r.sample, r.epoch, r.step): r for r, _ in written}
    scores = {(s.sample, s.epoch, s.scorer): s for _, several in written for s in several}
    with Workspace.open(tmp_path_factory.mktemp("ws")) as ws:
        with ws.journal(RUN) as journal:
            for each, several in written:
                for one in several:
                    journal.write(None, [one])
                journal.write(each)
            journal.flush()
            for _ in ("live", "sealed"):
                assert {(r.sample, r.epoch, r.step): r for r in ws.results(RUN)} == records
                found = structs(ws.scores(RUN, text=True), Score)
                assert {(s.sample, s.epoch, s.scorer): s for s in found} == scores
                journal.close()
                ws.seal()


def test_days_are_those_of_the_call(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            for number, started in enumerate([86_400.0 * 365, 0.0, 1e300, float("nan"), -5.0]):
                journal.write(record(number, started_at=started))
        ws.seal()
        days = sorted(path.name for path in (tmp_path / "lake" / "records").glob("day=*"))
        assert days[0] == "day=1971-01-01"
        assert len(days) == 2


def test_ten_megabytes_of_text_round_trip(tmp_path: Path) -> None:
    long = "ü\0😀" * 1_500_000
    with Workspace.open(tmp_path) as ws:
        with ws.journal(RUN) as journal:
            for number in range(3):
                journal.write(record(number, output=long + str(number)))
        ws.seal()
        assert ws.records(RUN, ["output"]).column("output").to_pylist() == [long + str(n) for n in range(3)]


def test_compacting_merges_files_and_changes_nothing(tmp_path: Path) -> None:
    with Workspace.open(tmp_path) as ws:
        for number in range(6):
            fill(ws, 10, seal=True, run=f"run-{number}")
        before = ws.records(None, text=True).to_pylist()
        assert ws.compact() == {"records": (6, 1), "scores": (6, 1)}
        assert ws.records(None, text=True).to_pylist() == before
        assert ws.records("run-3").num_rows == 10
        assert ws.catalog.lease("compact", "someone else", 60)
        assert ws.compact() == {}
