"""The catalog on SQLite and on PostgreSQL."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from evalium import __version__
from evalium.core import ConfigError, StoreError, UnknownName, WorkspaceTooNew
from evalium.store import Catalog, RunRow, Workspace, _migrate, _tables

from .process import Child


@pytest.fixture
def catalog(catalog_url: str) -> Iterator[Catalog]:
    opened = Catalog.open(catalog_url)
    yield opened
    opened.close()


def run_row(id_: str, **changes: Any) -> RunRow:
    return RunRow(**({"id": id_, "plan": "support", "model": "openai/gpt-4o"} | changes))


def test_a_run_comes_back_as_it_was_put(catalog: Catalog) -> None:
    row = run_row(
        "r-1",
        task="t",
        dataset="d",
        params={"temperature": 0.5, "stop": ["\0", "é"]},
        plan_json={"models": ["a"]},
        created_at=12.5,
        n_planned=2**40,
        counts={"ok": 3},
        summary={"accuracy": {"value": 0.5, "low": math.nan}},
        git_sha="abc",
        tags=["x"],
    )
    catalog.put_run(row)
    found = catalog.run("r-1")
    assert found.updated_at > 0
    row.updated_at = found.updated_at
    row.summary = {"accuracy": {"value": 0.5, "low": None}}
    assert found == row


def test_putting_again_replaces(catalog: Catalog) -> None:
    catalog.put_run(run_row("r-1", counts={"ok": 1}))
    catalog.put_run(run_row("r-1", model="other", counts={}))
    assert [(row.id, row.model, row.counts) for row in catalog.runs()] == [("r-1", "other", {})]


def test_updating_changes_only_what_is_named(catalog: Catalog) -> None:
    catalog.put_run(run_row("r-1", params={"a": 1}, created_at=5.0))
    catalog.update_run("r-1", status="done", summary={"accuracy": 1})
    found = catalog.run("r-1")
    assert (found.status, found.summary, found.params, found.created_at) == ("done", {"accuracy": 1}, {"a": 1}, 5.0)
    with pytest.raises(ConfigError, match=r"runs have no field 'sumary'\. Did you mean 'summary'"):
        catalog.update_run("r-1", sumary={})
    with pytest.raises(UnknownName, match=r"unknown run 'r-2'\. Did you mean 'r-1'"):
        catalog.update_run("r-2", status="done")


def test_a_run_is_found_by_the_beginning_of_its_id(catalog: Catalog) -> None:
    for id_ in ("20260101-abc", "20260102-abd", "100%_x", "100%"):
        catalog.put_run(run_row(id_))
    assert catalog.run("20260102").id == "20260102-abd"
    assert catalog.run("100%_").id == "100%_x"
    assert catalog.run("100%").id == "100%"
    with pytest.raises(ConfigError, match=r"'2026' is ambiguous.*20260101-abc, 20260102-abd"):
        catalog.run("2026")
    with pytest.raises(UnknownName, match=r"Did you mean '20260101-abc'"):
        catalog.run("20260101-abx")
    with pytest.raises(UnknownName, match=r"unknown run ''"):
        catalog.run("")


def test_an_unknown_run_in_an_empty_catalog(catalog: Catalog) -> None:
    with pytest.raises(UnknownName, match="unknown run 'x'"):
        catalog.run("x")


def test_runs_are_listed_newest_first_and_filtered(catalog: Catalog) -> None:
    for number in range(6):
        catalog.put_run(
            run_row(
                f"r-{number}", created_at=100.0 + number, plan="ab"[number % 2], model="mn"[number // 3], status="done"
            )
        )
    catalog.update_run("r-5", status="failed")
    assert [row.id for row in catalog.runs()] == [f"r-{n}" for n in (5, 4, 3, 2, 1, 0)]
    assert [row.id for row in catalog.runs(2)] == ["r-5", "r-4"]
    assert [row.id for row in catalog.runs(plan="a")] == ["r-4", "r-2", "r-0"]
    assert [row.id for row in catalog.runs(plan="b", model="n", status="failed")] == ["r-5"]


def test_an_error_is_stored_once_and_counted(catalog: Catalog) -> None:
    first = catalog.error_id("http_500", "upstream 10.0.0.1 said no, request 7f3a9c", "Traceback: x")
    assert catalog.error_id("http_500", "another message", "Traceback: x") == first
    assert catalog.error_id("http_502", "another message", "Traceback: x") != first
    plain = catalog.error_id("timeout", "no answer after 30.1 s, request 8f00")
    assert catalog.error_id("timeout", "no answer after 31.0 s, request 8f01") == plain
    assert catalog.error_id("timeout", "no answer at all") != plain
    catalog.flush_errors()
    catalog.flush_errors()
    stored = catalog.error(first)
    assert (stored.kind, stored.traceback, stored.count) == ("http_500", "Traceback: x", 2)
    assert stored.message.startswith("upstream 10.0.0.1")
    assert catalog.error(plain).count == 2
    with pytest.raises(StoreError, match="no error has the id 'nope'"):
        catalog.error("nope")


def test_hostile_error_texts_are_stored(catalog: Catalog) -> None:
    id_ = catalog.error_id("x", "nul \0 and \ud800", "tail \0")
    assert catalog.error(id_).message == "nul \\0 and ?"


def test_a_lease_has_one_holder(catalog: Catalog) -> None:
    assert catalog.lease("compact", "a", 60)
    assert not catalog.lease("compact", "b", 60)
    assert catalog.lease("compact", "a", 60)
    assert catalog.lease("other", "b", 60)
    catalog.give_back("compact", "b")
    assert not catalog.lease("compact", "b", 60)
    catalog.give_back("compact", "a")
    assert catalog.lease("compact", "b", -1)
    assert catalog.lease("compact", "a", 60)


def test_a_newer_catalog_is_refused(catalog_url: str) -> None:
    opened = Catalog.open(catalog_url)
    with opened.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
        connection.execute(sa.update(_tables.meta).values(value="9.9"))
    opened.close()
    with pytest.raises(WorkspaceTooNew) as caught:
        Catalog.open(catalog_url)
    for part in ("evalium 9.9 (schema 9999)", f"evalium {__version__} (schema {_migrate.HEAD})", "pip install -U"):
        assert part in str(caught.value)


def test_the_migrations_make_the_tables_that_the_code_uses(catalog: Catalog) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.config import Config
    from alembic.migration import MigrationContext
    from alembic.script import ScriptDirectory

    with catalog.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, _tables.metadata) == []
        assert context.get_current_revision() == _migrate.HEAD
    config = Config()
    config.set_main_option("script_location", str(Path(_migrate.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_current_head() == _migrate.HEAD


def reflected(connection: sa.Connection) -> dict[str, Any]:
    """Everything that the database knows of its tables."""
    inspector = sa.inspect(connection)
    return {
        table: {
            "columns": [each | {"type": str(each["type"])} for each in inspector.get_columns(table)],
            "key": inspector.get_pk_constraint(table)["constrained_columns"],
            "indexes": sorted(inspector.get_indexes(table), key=lambda index: str(index["name"])),
        }
        for table in inspector.get_table_names()
    }


def test_tables_made_at_once_equal_migrated_ones(catalog: Catalog) -> None:
    with catalog.engine.connect() as connection, connection.begin():
        created = reflected(connection)
        stamped = connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchall()
        for table in created:
            connection.exec_driver_sql(f"DROP TABLE {table}")
        _migrate._upgrade(connection)
        assert reflected(connection) == created
        assert connection.exec_driver_sql("SELECT version_num FROM alembic_version").fetchall() == stamped
        assert created.keys() == {"runs", "errors", "leases", "meta", "alembic_version"}


def test_neither_a_new_nor_a_current_catalog_needs_alembic(catalog_url: str) -> None:
    child = Child(
        "from evalium.store import Catalog; Catalog.open(sys.argv[1]).close(); print('alembic' in sys.modules)",
        catalog_url,
    )
    assert child.finish() == ["False"]
    child = Child(
        "from evalium.store import Catalog; Catalog.open(sys.argv[1]).close(); print('alembic' in sys.modules)",
        catalog_url,
    )
    assert child.finish() == ["False"]


def test_processes_that_open_an_empty_catalog_at_once_all_succeed(catalog_url: str) -> None:
    code = """
import alembic.command
import sqlalchemy
sqlalchemy.create_engine(sys.argv[1].replace("postgresql:", "postgresql+psycopg:"))
from evalium.store import Catalog, RunRow, _tables
print("ready", flush=True)
sys.stdin.readline()
catalog = Catalog.open(sys.argv[1])
for number in range(20):
    catalog.put_run(RunRow(id=f"{sys.argv[2]}-{number}", plan="p", model="m"))
catalog.close()
"""
    children = [Child(code, catalog_url, str(number)) for number in range(4)]
    assert [child.line() for child in children] == ["ready"] * 4
    for child in children:
        assert child.process.stdin is not None
        child.process.stdin.write("go\n")
        child.process.stdin.flush()
    for child in children:
        child.finish()
    opened = Catalog.open(catalog_url)
    assert len(opened.runs(1000)) == 80
    opened.close()


@pytest.mark.parametrize(
    ("url", "message"),
    [("mysql://x/y", "cannot be a 'mysql' database"), ("no url", "malformed"), ("", "malformed")],
)
def test_a_wrong_url_is_named(url: str, message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        Catalog.open(url)


def test_a_database_that_cannot_be_opened_is_named(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"the catalog sqlite:///.*failed.*EVALIUM_CATALOG"):
        Catalog.open(f"sqlite:///{tmp_path / 'no' / 'folder.db'}")


def test_an_unreachable_server_hides_the_password(postgres: str) -> None:
    with pytest.raises(StoreError) as caught:
        Catalog.open("postgresql://user:hunter2@127.0.0.1:1/db")
    assert "hunter2" not in str(caught.value)
    assert "127.0.0.1:1" in str(caught.value)


def test_the_workspace_takes_the_catalog_it_is_told(
    catalog_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("EVALIUM_CATALOG", catalog_url)
    with Workspace.open(tmp_path / "a") as ws:
        ws.catalog.put_run(run_row("r-1"))
    with Workspace.open(tmp_path / "b", catalog_url=catalog_url) as ws:
        assert ws.catalog.run("r-1").plan == "support"


def test_sqlite_lets_readers_and_a_writer_work_at_once(tmp_path: Path) -> None:
    catalog = Catalog.open(f"sqlite:///{tmp_path / 'catalog.db'}")
    catalog.put_run(run_row("r-1"))
    with catalog.engine.connect() as reader:
        assert reader.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
        assert reader.execute(sa.select(_tables.runs.c.status)).scalar() == "running"
        catalog.update_run("r-1", status="done")
    catalog.close()
