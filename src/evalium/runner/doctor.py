"""Checks of everything that a run needs."""

from __future__ import annotations

import importlib.util
import os
import platform
import shutil
import time
from collections.abc import Callable, Iterator
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import Literal

import msgspec

from evalium import datasets, models
from evalium.core import EvaliumError, Model, Plan
from evalium.store import Workspace

from .plan_file import load_plan
from .sync import run_coroutine

EXTRAS = {
    "sklearn": ("sklearn",),
    "hf": ("torch", "transformers"),
    "datasets": ("datasets",),
    "detection": ("faster_coco_eval", "PIL"),
    "diffusers": ("diffusers", "torch", "transformers", "PIL"),
    "images": ("PIL",),
    "meteor": ("nltk",),
    "pandas": ("pandas",),
    "polars": ("polars",),
    "postgres": ("psycopg",),
}
LEAST_FREE_BYTES = 1 << 30
CLOCK_TOLERANCE = 60.0
EARLIEST_DATE = 1_735_689_600  # 2025-01-01: a clock before it is certainly wrong
PATIENCE = 5.0


class Check(msgspec.Struct, frozen=True):
    """One thing looked at.

    Attributes:
        name: What.
        state: `ok`, `warning`, `failed`, or `skipped` when it was not needed.
        detail: What was found, and the way out.
    """

    name: str
    state: Literal["ok", "warning", "failed", "skipped"]
    detail: str


def examine(plan: str | None, workspace: str | Path | None) -> list[Check]:
    """Look at Python, extras, the workspace, the clock and, for a plan, its models and data.

    Args:
        plan: Plan file, or None.
        workspace: Folder of the workspace.
    """
    checks = [_python(), *_extras(), _guarded("workspace", lambda: _workspace(workspace))]
    checks.append(_disk(workspace))
    if plan is None:
        checks += _keys()
        checks.append(_clock(None))
        return checks
    try:
        read, base = load_plan(plan)
    except EvaliumError as error:
        return [*checks, Check("plan", "failed", str(error))]
    checks.append(Check("plan", "ok", f"{plan}: {len(read.models)} models"))
    checks.append(_guarded("data", lambda: _data(read, base)))
    checks += run_coroutine(_models(read, base))
    return checks


def _python() -> Check:
    return Check("python", "ok", f"{platform.python_version()} on {platform.system()}, {os.cpu_count()} cores")


def _extras() -> Iterator[Check]:
    for extra, modules in EXTRAS.items():
        missing = [m for m in modules if importlib.util.find_spec(m) is None]
        if missing:
            yield Check(f"extra {extra}", "skipped", f"not installed; pip install 'evalium[{extra}]' if you need it")
        else:
            yield Check(f"extra {extra}", "ok", ", ".join(modules))


def _keys() -> Iterator[Check]:
    for provider, names in models.key_variables().items():
        found = [name for name in names if os.environ.get(name)]
        if found:
            yield Check(f"key {provider}", "ok", f"{found[0]} is set")
        else:
            yield Check(f"key {provider}", "skipped", f"{' or '.join(names)} is not set")


def _workspace(path: str | Path | None) -> Check:
    folder = Path(path or os.environ.get("EVALIUM_HOME") or ".evalium").expanduser().absolute()
    if not folder.exists():
        parent = next(p for p in folder.parents if p.exists())
        if not os.access(parent, os.W_OK):
            return Check("workspace", "failed", f"{folder} does not exist and {parent} cannot be written")
        return Check("workspace", "ok", f"{folder} is made by the first run")
    with Workspace.open(path) as store:
        runs = len(store.catalog.runs(1_000_000))
        return Check("workspace", "ok", f"{store.root} can be written; {runs:,} runs")


def _disk(path: str | Path | None) -> Check:
    folder = Path(path or os.environ.get("EVALIUM_HOME") or ".").absolute()
    while not folder.exists():
        folder = folder.parent
    free = shutil.disk_usage(folder).free
    state: Literal["ok", "failed"] = "ok" if free >= LEAST_FREE_BYTES else "failed"
    return Check("disk", state, f"{free / 1e9:,.1f} GB free where the workspace lies")


def _clock(server_date: str | None) -> Check:
    now = time.time()
    if now < EARLIEST_DATE:
        return Check("clock", "failed", f"says {time.ctime(now)}: set it, prices and day partitions depend on it")
    if server_date is None:
        return Check("clock", "ok", f"{time.ctime(now)}; no server to compare with")
    off = abs(parsedate_to_datetime(server_date).timestamp() - now)
    if off > CLOCK_TOLERANCE:
        return Check("clock", "warning", f"{off:,.0f} s away from the endpoint's clock")
    return Check("clock", "ok", f"within {CLOCK_TOLERANCE:.0f} s of the endpoint's")


def _data(plan: Plan, base: Path) -> Check:
    first = next(iter(datasets.open(plan.data, base)), None)
    if first is None:
        return Check("data", "failed", "no sample: check `data.file`, `split` and `limit`")
    return Check("data", "ok", f"opens; first sample {first.id!r}")


def _guarded(name: str, check: Callable[[], Check]) -> Check:
    try:
        return check()
    except EvaliumError as error:
        return Check(name, "failed", str(error))


async def _models(plan: Plan, base: Path) -> list[Check]:
    checks: list[Check] = []
    date: str | None = None
    for entry in plan.models:
        model = Model(id=entry) if isinstance(entry, str) else entry
        name = f"model {model.label}"
        try:
            adapter = models.connect(model, base)
        except EvaliumError as error:
            checks.append(Check(name, "failed", str(error)))
            continue
        try:
            if not adapter.remote:
                checks.append(Check(name, "ok", "local"))
                continue
            check, seen = await _endpoint(name, adapter.endpoint)
            checks.append(check)
            date = seen or date
        finally:
            await adapter.aclose()
    return [*checks, _clock(date)]


async def _endpoint(name: str, url: str) -> tuple[Check, str | None]:
    """Whether anything answers at an endpoint; any HTTP status will do, since most want a key for every path."""
    import aiohttp

    try:
        timeout = aiohttp.ClientTimeout(total=PATIENCE)
        async with aiohttp.ClientSession(timeout=timeout) as session, session.get(url) as response:
            return Check(name, "ok", f"{url} answers (HTTP {response.status})"), response.headers.get("date")
    except (TimeoutError, aiohttp.ClientError, OSError) as error:
        why = str(error) or type(error).__name__
        return Check(name, "failed", f"{url} does not answer: {why}. Is the server up and the address right?"), None
