"""`evalium compare RUN RUN...`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from .options import as_json, print_json, workspace

if TYPE_CHECKING:
    from evalium.decide import ComparedMetric, Comparison


@click.command()
@click.argument("runs", nargs=-1, required=True, metavar="BASELINE RUN...")
@click.option("-m", "--metric", "metrics", multiple=True, help="Compare only this metric. May be repeated.")
@click.option("--level", type=click.FloatRange(0.5, 1, max_open=True), help="Confidence level of the intervals.")
@click.option("--force", is_flag=True, help="Compare numbers that were made differently.")
@workspace
@as_json
def compare(
    runs: tuple[str, ...],
    metrics: tuple[str, ...],
    level: float | None,
    force: bool,
    workspace: str | None,
    as_json: bool,
) -> None:
    """Compare runs with a baseline, paired by the content of their samples.

    Runs are given by id, the beginning of it, or a model's name (its newest run); the first one is the baseline.
    """
    from evalium.decide import compare as compare_runs

    comparison = compare_runs(runs, metrics=metrics, workspace=workspace, level=level, force=force)
    if as_json:
        print_json(comparison)
    else:
        print_comparison(comparison)


def print_comparison(comparison: Comparison) -> None:
    """Print differences with interval, test, p and verdict."""
    from rich.table import Table
    from rich.text import Text

    from .tables import BOX, console

    out = console()
    for run in comparison.runs:
        title = f"{run.model} minus {comparison.baseline_model}: {run.n_paired:,} pairs"
        table = Table(title=title, title_justify="left", header_style="bold", box=BOX, pad_edge=False)
        for column in ("metric", "difference", "p", "test", "could have seen", "verdict"):
            justify: Any = "left" if column in ("metric", "test", "verdict") else "right"
            table.add_column(column, justify=justify, no_wrap=column in ("metric", "difference", "p"))
        for compared in run.metrics:
            table.add_row(*(Text(cell) for cell in _cells(compared)), style=_STYLES.get(compared.verdict))
        out.print(table)
        for warning in run.warnings:
            out.print(f"note: {warning}", style="yellow", markup=False, highlight=False)
    out.print(f"p corrected: {comparison.family}", style="dim", markup=False, highlight=False)


_STYLES = {"better": "green", "worse": "red"}


def _cells(compared: ComparedMetric) -> tuple[str, ...]:
    from evalium.core import difference_text, quantity

    found = compared.difference
    seen = quantity(found.mde, found.difference.unit) if found.mde == found.mde else ""
    p = "" if compared.p_adjusted != compared.p_adjusted else f"{compared.p_adjusted:.2g}"
    return compared.metric, difference_text(found.difference), p, found.test, seen, compared.verdict
