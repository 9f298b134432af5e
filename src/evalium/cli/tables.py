"""Results as tables on a terminal."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from evalium.core import estimate_text

if TYPE_CHECKING:
    from evalium.runner import Forecast, PlanResult, RunResult

BOX = box.SIMPLE_HEAD
WIDE = 140
"""Columns of a table that goes to a file or a pipe, where nothing has to wrap."""
MOST_CONFUSIONS = 5
"""Confusions shown of each model."""


def console() -> Console:
    """The terminal, or whatever standard output is."""
    return Console() if sys.stdout.isatty() else Console(width=WIDE)


def print_result(result: PlanResult, *, hints: bool = True) -> None:
    """Print metrics by model, what failed, the worst slices, confused classes, and with `hints` what to type next."""
    out = console()
    table = Table(title=result.plan, title_justify="left", header_style="bold", box=BOX, pad_edge=False)
    table.add_column("metric")
    for run in result.runs:
        table.add_column(Text(run.model), justify="right")
    for name in dict.fromkeys(name for run in result.runs for name in run.metrics):
        table.add_row(Text(name), *(Text(estimate_text(run.metrics.get(name))) for run in result.runs))
    table.add_section()
    table.add_row("units", *(_units(run) for run in result.runs))
    out.print(table)
    if result.runs and result.runs[0].bad_rows:
        out.print(f"bad rows left out: {result.runs[0].bad_rows:,}", style="yellow", markup=False, highlight=False)
    for run in result.runs:
        for line in _notes(run):
            out.print(line, style="yellow", markup=False, highlight=False)
    _print_confusions(out, result.runs)
    if not hints:
        return
    ids = " ".join(run.id for run in result.runs)
    out.print(f"runs: {ids}", markup=False, highlight=False)
    if len(result.runs) > 1:
        out.print(f"next: evalium compare {ids}", markup=False, highlight=False)
    out.print(f"next: evalium report {ids} -o report.html", markup=False, highlight=False)


def _units(run: RunResult) -> Text:
    text = ", ".join(f"{n:,} {status}" for status, n in run.status.items() if n)
    return Text(text or "none")


def _notes(run: RunResult) -> list[str]:
    notes = []
    if run.errors:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in run.errors.items())
        notes.append(f"{run.model}: failed calls: {kinds} (the same command tries them again)")
    headline = next(iter(run.metrics), "")
    worst = run.results.worst.get(headline)
    if worst is not None and worst.estimate.value != run.metrics[headline].value:
        where = f"{worst.attribute} = {worst.value}"
        notes.append(f"{run.model}: {headline} is worst where {where}: {estimate_text(worst.estimate)}")
    for requirement in run.requirements:
        notes.append(
            f"{run.model}: {requirement.metric} {requirement.rule}: {requirement.verdict}, {requirement.reason}"
        )
    return notes


def _print_confusions(out: Console, runs: list[RunResult]) -> None:
    """Print which classes each model takes for which others most often, where it takes any."""
    from evalium.metrics import Confusion, confused_pairs

    table = Table(title="most frequent confusions", title_justify="left", header_style="bold", box=BOX, pad_edge=False)
    for column in ("model", "scorer", "class", "taken for"):
        table.add_column(column)
    for column in ("times", "of the class"):
        table.add_column(column, justify="right")
    for run in runs:
        matrices = [found for found in run.results.tables.values() if isinstance(found, Confusion)]
        pairs = [(matrix.key, pair) for matrix in matrices for pair in confused_pairs(matrix, MOST_CONFUSIONS)]
        for scorer, pair in sorted(pairs, key=lambda found: -found[1].count)[:MOST_CONFUSIONS]:
            cells = (run.model, scorer, pair.true, pair.predicted, f"{pair.count:,}", estimate_text(pair.share))
            table.add_row(*map(Text, cells))
    if table.rows:
        out.print(table)


def print_forecast(forecast: Forecast) -> None:
    """Print what a run would call and cost."""
    out = console()
    table = Table(title=f"{forecast.plan}: nothing was called", title_justify="left", header_style="bold", box=BOX)
    for column in ("model", "calls", "already done", "input tokens", "output tokens", "cost", "time"):
        table.add_column(column, justify="left" if column == "model" else "right")
    for model in forecast.models:
        table.add_row(
            Text(model.model),
            f"{model.calls:,}",
            f"{model.finished:,}",
            f"{model.input_tokens:,}",
            f"{model.output_tokens:,}",
            "no price" if model.cost is None else f"${model.cost:,.4f}",
            "unknown" if model.seconds is None else f"{model.seconds:,.0f} s",
        )
    out.print(table)
    for note in forecast.notes:
        out.print(note, markup=False, highlight=False)
