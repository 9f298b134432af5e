"""Fixtures for every test."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from tests.extras import not_here

REPO = Path(__file__).resolve().parent.parent

settings.register_profile(
    "repeatable",
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
settings.register_profile("explore", parent=settings.get_profile("repeatable"), derandomize=False, max_examples=1000)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "repeatable"))


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of public evaluation data: EVALIUM_TEST_DATA, or shared/data beside the checkout."""
    named = os.environ.get("EVALIUM_TEST_DATA")
    folder = Path(named) if named else REPO.parent / "shared" / "data"
    if not folder.is_dir():
        not_here("needs the shared evaluation data: set EVALIUM_TEST_DATA to its folder (see CONTRIBUTING.md)")
    return folder


@pytest.fixture
def workspace(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty workspace (EVALIUM_HOME) inside an empty current folder."""
    home = tmp_path / ".evalium"
    monkeypatch.setenv("EVALIUM_HOME", str(home))
    monkeypatch.chdir(tmp_path)
    return home
