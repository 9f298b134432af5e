"""Opening a workspace, and what the package costs."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

import evalium.store
from evalium.core import ConfigError, StoreError
from evalium.store import Workspace

from .make import RUN, fill
from .process import Child


def test_the_folder_is_found_by_argument_then_environment_then_here(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("EVALIUM_HOME", raising=False)
    assert Workspace.open().root == tmp_path / ".evalium"
    monkeypatch.setenv("EVALIUM_HOME", str(tmp_path / "home"))
    assert Workspace.open().root == tmp_path / "home"
    assert Workspace.open("given").root == tmp_path / "given"
    assert Workspace.open(tmp_path / "given", create=False).root == tmp_path / "given"


def test_a_workspace_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"there is no workspace at .*nowhere.*EVALIUM_HOME"):
        Workspace.open(tmp_path / "nowhere", create=False)
    assert not (tmp_path / "nowhere").exists()


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match=r"workspace .*file.*cannot be written: .*EVALIUM_HOME"):
        Workspace.open(tmp_path / "file")


def test_a_folder_of_someone_else_is_named(tmp_path: Path) -> None:
    Workspace.open(tmp_path / "ws").close()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.getuid() and folder != Path(folder.anchor) and "pytest" in str(folder):
            folder.chmod(0o755)
    (tmp_path / "ws" / "journal").chmod(0o555)
    code = """
import os
from evalium.core import StoreError
if os.getuid() == 0:
    os.setuid(65534)
try:
    Workspace.open(sys.argv[1])
except StoreError as error:
    print(error)
"""
    (message,) = Child(code, str(tmp_path / "ws")).finish()
    assert f"the workspace {tmp_path / 'ws'} cannot be written: Permission denied" in message


def test_a_url_is_pointed_to_its_own_setting() -> None:
    with pytest.raises(ConfigError, match=r"'s3://bucket/x' is a URL.*EVALIUM_LAKE"):
        Workspace.open("s3://bucket/x")


def test_the_lake_may_lie_behind_a_url(tmp_path: Path) -> None:
    url = (tmp_path / "elsewhere").as_uri()
    with Workspace.open(tmp_path / "ws", lake_url=url) as ws:
        fill(ws, 20, seal=True)
        assert ws.records(RUN, live=False).num_rows == 20
        assert ws.duckdb(RUN).execute("SELECT count(*), max(latency) FROM records").fetchone() == (20, 0.019)
        assert len(ws.entries_done(RUN)) == 20
    assert list((tmp_path / "ws" / "lake").iterdir()) == []
    assert (tmp_path / "elsewhere" / "records" / "_delta_log").is_dir()


def test_importing_the_store_imports_nothing_heavy() -> None:
    heavy = "numpy pandas pyarrow deltalake duckdb polars sqlalchemy alembic sqlite3 scipy"
    child = Child(f"print([name for name in {heavy.split()!r} if name in sys.modules])")
    assert child.finish() == ["[]"]


def test_a_process_that_used_everything_ends_well() -> None:
    code = """
import tempfile
from tests.store.make import fill
with tempfile.TemporaryDirectory() as folder, Workspace.open(folder) as ws:
    fill(ws, 3000, seal=True)
    fill(ws, 3000, seal=False, run="other")
    tables = [ws.records(None, text=True), ws.scores(None)]
    connection = ws.duckdb()
    print(connection.execute("SELECT count(*) FROM records").fetchone()[0], len(ws.entries_done(RUN)))
"""
    for _ in range(3):
        assert Child(code).finish() == ["6000 3000"]


def test_the_door_opens_to_exactly_these() -> None:
    assert set(evalium.store.__all__) == {
        "RECORD_TEXT",
        "SCORE_TEXT",
        "Blobs",
        "Catalog",
        "Done",
        "Entry",
        "ErrorRow",
        "Journal",
        "Lake",
        "Records",
        "ResponseCache",
        "RunRow",
        "RunStatus",
        "Workspace",
        "attribute",
        "encode",
        "hashes",
        "structs",
        "to_numpy",
    }
    for name in evalium.store.__all__:
        assert hasattr(evalium.store, name)
