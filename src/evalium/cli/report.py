"""`evalium report RUN...`."""

from __future__ import annotations

from pathlib import Path

import click

from .options import workspace


@click.command()
@click.argument("runs", nargs=-1, metavar="[RUN]...")
@click.option(
    "-o", "--output", "file", type=click.Path(path_type=Path), help="Where it goes. [default: report.html or .md]"
)
@click.option("--format", "form", type=click.Choice(["html", "md"]), help="Taken from the file's suffix otherwise.")
@workspace
def report(runs: tuple[str, ...], file: Path | None, form: str | None, workspace: str | None) -> None:
    """Write runs as one self-contained HTML file, or as Markdown.

    RUN is a run's id or the beginning of it; without any, the runs of the newest plan are taken.
    """
    from evalium.report import write_report

    path = file or Path(f"report.{form or 'html'}")
    written = write_report(path, list(runs), workspace=workspace, form=form)
    click.echo(f"report: {written.resolve()}")
