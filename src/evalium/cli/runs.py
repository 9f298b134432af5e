"""`evalium runs`: what a workspace holds."""

from __future__ import annotations

import time
from typing import Any

import click

from .options import as_json, print_json, workspace


@click.command()
@workspace
@click.option(
    "-n", "--limit", type=click.IntRange(1), default=30, show_default=True, help="At most this many, newest first."
)
@click.option("--plan", help="Only runs of this plan.")
@click.option("--model", help="Only runs of this model.")
@click.option(
    "--status",
    type=click.Choice(["running", "done", "partial", "interrupted", "failed"]),
    help="Only runs in this state.",
)
@as_json
def runs(**options: Any) -> None:
    """List the runs of a workspace, newest first."""
    from evalium.store import Workspace

    with Workspace.open(options["workspace"], create=False) as store:
        rows = store.catalog.runs(
            options["limit"], plan=options["plan"], model=options["model"], status=options["status"]
        )
    if options["as_json"]:
        print_json({"schema": 1, "runs": rows})
        return
    from rich.table import Table
    from rich.text import Text

    from .tables import BOX, console

    if not rows:
        click.echo("no runs here yet: `evalium demo` or `evalium run plan.yaml` makes some")
        return
    table = Table(header_style="bold", box=BOX, pad_edge=False)
    for column in ("run", "plan", "model", "state", "units", "first metric", "age"):
        table.add_column(column)
    for row in rows:
        units = ", ".join(f"{n:,} {status}" for status, n in row.counts.items() if n)
        table.add_row(
            row.id,
            Text(row.plan),
            Text(row.model),
            row.status,
            units,
            Text(_headline(row.summary)),
            _age(row.created_at),
        )
    console().print(table)


def _headline(summary: dict[str, Any]) -> str:
    import msgspec

    from evalium.core import Estimate, estimate_text

    for name, value in summary.items():
        numbers = {k: float("nan") if value.get(k) is None else value[k] for k in ("value", "low", "high")}
        return f"{name} {estimate_text(msgspec.convert({**value, **numbers}, Estimate))}"
    return ""


def _age(created_at: float) -> str:
    seconds = max(0.0, time.time() - created_at)
    for size, name in ((86400, "d"), (3600, "h"), (60, "min")):
        if seconds >= size:
            return f"{seconds / size:.0f} {name}"
    return f"{seconds:.0f} s"
