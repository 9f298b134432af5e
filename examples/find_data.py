"""Where the examples' public data lies, and plans that read it."""

import os
from pathlib import Path
from typing import Any

import yaml

BESIDE = "../../../shared/data"
"""How a plan in `examples/<name>/` writes the folder `shared/data` beside the checkout."""


def shared_data() -> Path | None:
    """The folder of public evaluation data: EVALIUM_TEST_DATA, or `shared/data` beside the checkout; else None."""
    named = os.environ.get("EVALIUM_TEST_DATA")
    folder = Path(named) if named else Path(__file__).resolve().parents[2] / "shared" / "data"
    return folder.resolve() if folder.is_dir() else None


def plan_on_shared_data(path: Path) -> dict[str, Any] | None:
    """A plan with its paths below `shared/data` pointing to where that lies; None, and a line that says so, without.

    Args:
        path: The plan file; it writes such paths as `../../../shared/data/...`.
    """
    folder = shared_data()
    if folder is None:
        print(f"{path.name} needs the public data sets, and there is no ../shared/data and no EVALIUM_TEST_DATA.")
        return None
    plan: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8").replace(BESIDE, folder.as_posix()))
    return plan
