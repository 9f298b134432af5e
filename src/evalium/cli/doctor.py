"""`evalium doctor`: is everything there that a run needs."""

from __future__ import annotations

from typing import Any

import click

from evalium.core import ExitCode

from .options import as_json, print_json, workspace

MARKS = {"ok": ("green", "ok"), "warning": ("yellow", "look"), "failed": ("red", "FAIL"), "skipped": ("dim", "-")}


@click.command()
@click.argument("plan", metavar="[PLAN]", required=False)
@workspace
@as_json
def doctor(plan: str | None, workspace: str | None, as_json: bool) -> int:
    """Check Python, extras, keys, endpoints, disk, workspace and clock.

    With a PLAN its models' keys and endpoints are checked, and its data is opened. Exit code 3 when something that
    is needed fails.
    """
    from evalium.runner import examine

    checks = examine(plan, workspace)
    failed = any(check.state == "failed" for check in checks)
    if as_json:
        print_json({"schema": 1, "ok": not failed, "checks": checks})
    else:
        _print(checks)
    return ExitCode.INFRASTRUCTURE if failed else ExitCode.OK


def _print(checks: Any) -> None:
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    for check in checks:
        colour, mark = MARKS[check.state]
        table.add_row(Text(mark, style=colour), Text(check.name), Text(check.detail))
    Console().print(table)
