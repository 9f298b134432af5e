"""The package's one door."""

from __future__ import annotations

import subprocess
import sys

import pytest

import evalium.metrics
from evalium.metrics import Frame, registry


def test_exports_exist_and_are_sorted() -> None:
    names = evalium.metrics.__all__
    assert list(names) == sorted(names)
    assert all(hasattr(evalium.metrics, name) for name in names)


def test_import_is_light() -> None:
    """No scipy, no Arrow: both are imported when first needed."""
    code = (
        "import sys, evalium.metrics; print([m for m in ('scipy', 'pyarrow', 'sklearn', 'pandas') if m in sys.modules])"
    )
    run = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.parametrize("name", registry.names())
def test_every_line_of_the_table_leads_somewhere(name: str) -> None:
    assert callable(registry.get(name))


def test_a_frame_takes_only_columns_of_one_length() -> None:
    from evalium.core import ConfigError

    with pytest.raises(ConfigError, match="must have one length, got latency: 2, cost: 1"):
        Frame.from_columns({"latency": [1, 2], "cost": [1]})
    with pytest.raises(ConfigError, match="column 'latency' must hold numbers"):
        Frame.from_columns({"latency": ["fast"]})
    with pytest.raises(ConfigError, match="column 'status': 'okay' is not a valid Status; known: ok, error"):
        Frame.from_columns({"status": ["okay"]})
