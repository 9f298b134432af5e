"""`evalium run PLAN`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from .options import as_json, print_json, workspace

if TYPE_CHECKING:
    from evalium.runner import PlanResult


@click.command()
@click.argument("plan", metavar="PLAN")
@workspace
@click.option(
    "-m", "--model", "models", multiple=True, metavar="ID", help="Run only this model of the plan, or one more."
)
@click.option("-n", "--limit", type=click.IntRange(1), help="At most this many samples.")
@click.option("--epochs", type=click.IntRange(1), help="Repeats of each sample.")
@click.option(
    "-c", "--concurrency", type=click.IntRange(1), help="Most calls at a time per endpoint; adapts otherwise."
)
@click.option("--budget", type=click.FloatRange(0, min_open=True), metavar="USD", help="Stop cleanly at this cost.")
@click.option("--max-retries", type=click.IntRange(0), help="Further attempts after a retryable failure.")
@click.option("--timeout", type=click.FloatRange(0, min_open=True), metavar="S", help="Seconds for one attempt.")
@click.option("--stream/--no-stream", default=None, help="Stream answers; by default when a metric needs it.")
@click.option("--no-cache", is_flag=True, help="Neither reuse nor keep answers.")
@click.option("--fresh", is_flag=True, help="Start anew although this run exists.")
@click.option("--skip-bad-rows", is_flag=True, help="Leave out rows that cannot be read, counted, instead of refusing.")
@click.option(
    "--unsafe-local-exec", is_flag=True, help="Run models' code without a sandbox where there is none. Dangerous."
)
@click.option("--dry-run", is_flag=True, help="Say what would be called and what it would cost; call nothing.")
@click.option("-o", "--report", "report_file", metavar="FILE", help="Also write the report (.html or .md).")
@click.option("-q", "--quiet", is_flag=True, help="No progress bar and no table.")
@as_json
def run(plan: str, **options: Any) -> None:
    """Run a plan: call each model on each sample, score the answers, print numbers with intervals.

    PLAN is a YAML file, or `file.py:name`. The same command continues a run that was interrupted, and calls again
    only what is missing or failed.
    """
    from evalium.runner import default_progress, load_plan
    from evalium.runner import run as run_plan

    from .overrides import override

    read, base = load_plan(plan)
    wanted = override(read, options)
    if options["report_file"]:
        from evalium.report import form_of

        form_of(Path(options["report_file"]))
    if options["dry_run"]:
        return _dry_run(wanted, base, options)
    progress = None if options["quiet"] or options["as_json"] else default_progress()
    result = run_plan(
        wanted,
        base=base,
        workspace=options["workspace"],
        fresh=options["fresh"],
        skip_bad_rows=options["skip_bad_rows"],
        progress=progress,
    )
    if options["as_json"]:
        print_json(result.to_json())
    elif not options["quiet"]:
        from .tables import print_result

        print_result(result)
    if options["report_file"]:
        from evalium.report import write_report

        path = write_report(Path(options["report_file"]), [r.id for r in result.runs], workspace=options["workspace"])
        click.echo(f"report: {path}", err=options["as_json"])
    _refuse_silence(result)


def _refuse_silence(result: PlanResult) -> None:
    """End with an error when a model answered nothing at all; what was said of it is stored."""
    from evalium.core import ProviderError

    for run in result.runs:
        if run.state == "failed":
            kinds = ", ".join(f"{n:,} {kind}" for kind, n in run.errors.items())
            raise ProviderError(f"no call of {run.model} worked: {kinds}. `evalium doctor PLAN` looks for the reason")


def _dry_run(plan: Any, base: Path, options: dict[str, Any]) -> None:
    from evalium.runner import forecast

    expected = forecast(plan, base, skip_bad_rows=options["skip_bad_rows"])
    if options["as_json"]:
        print_json(expected)
        return
    from .tables import print_forecast

    print_forecast(expected)
