"""What the figures were measured on, and whether bytecode was cached as on a user's machine."""

from __future__ import annotations

import importlib.metadata
import importlib.util
import os
import platform
import time
from pathlib import Path

LIBRARIES = ("aiohttp", "uvloop", "msgspec", "deltalake", "duckdb", "pyarrow", "numpy")


def describe() -> dict[str, str]:
    """Date, cores, processor, kernel, Python, libraries and load."""
    load = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in LIBRARIES)
    return {
        "date": time.strftime("%Y-%m-%d %H:%M UTC", time.gmtime()),
        "cores": f"{len(os.sched_getaffinity(0))} of {_processor()}",
        "memory": f"{os.sysconf('SC_PAGE_SIZE') * os.sysconf('SC_PHYS_PAGES') / 2**30:.0f} GB",
        "kernel": f"{platform.system()} {platform.release()}",
        "python": f"{platform.python_implementation()} {platform.python_version()}",
        "evalium": f"{importlib.metadata.version('evalium')}, with {versions}",
        "load average before": load,
    }


def bytecode_cached(module: str = "evalium.cli.main") -> bool:
    """Whether a module's bytecode lies beside it, no older than its source."""
    spec = importlib.util.find_spec(module)
    if spec is None or spec.origin is None:
        return False
    cached = Path(importlib.util.cache_from_source(spec.origin))
    return cached.is_file() and cached.stat().st_mtime >= Path(spec.origin).stat().st_mtime


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text(encoding="utf-8").splitlines() if info.is_file() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
