"""Results as tables on a terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.console import Console
from rich.table import Table
from rich.text import Text

from evalium.core import estimate_text

if TYPE_CHECKING:
    from evalium.runner import Forecast, PlanResult, RunResult


def print_result(result: PlanResult, *, hints: bool = True) -> None:
    """Print metrics by model, what failed, the worst slices, and with `hints` what to type next."""
    console = Console()
    table = Table(title=result.plan, title_justify="left", header_style="bold", pad_edge=False)
    table.add_column("metric")
    for run in result.runs:
        table.add_column(Text(run.model), justify="right")
    for name in dict.fromkeys(name for run in result.runs for name in run.metrics):
        table.add_row(Text(name), *(Text(estimate_text(run.metrics.get(name))) for run in result.runs))
    table.add_section()
    table.add_row("units", *(_units(run) for run in result.runs))
    console.print(table)
    for run in result.runs:
        for line in _notes(run):
            console.print(line, style="yellow", markup=False, highlight=False)
    if not hints:
        return
    ids = " ".join(run.id for run in result.runs)
    console.print(f"runs: {ids}", markup=False, highlight=False)
    if len(result.runs) > 1:
        console.print(f"next: evalium compare {ids}", markup=False, highlight=False)
    console.print(f"next: evalium report {ids} -o report.html", markup=False, highlight=False)


def _units(run: RunResult) -> Text:
    text = ", ".join(f"{n:,} {status}" for status, n in run.status.items() if n)
    return Text(text or "none")


def _notes(run: RunResult) -> list[str]:
    notes = []
    if run.errors:
        kinds = ", ".join(f"{n:,} {kind}" for kind, n in run.errors.items())
        notes.append(f"{run.model}: failed calls: {kinds} (the same command tries them again)")
    for name, worst in run.results.worst.items():
        notes.append(f"{run.model}: {name} is lowest where {worst.attribute} = {worst.value}: {estimate_text(worst.estimate)}")
    return notes


def print_forecast(forecast: Forecast) -> None:
    """Print what a run would call and cost."""
    console = Console()
    table = Table(title=f"{forecast.plan}: nothing was called", title_justify="left", header_style="bold")
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
    console.print(table)
    for note in forecast.notes:
        console.print(note, markup=False, highlight=False)
