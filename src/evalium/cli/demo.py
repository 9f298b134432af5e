"""`evalium demo`: from nothing to numbers, a comparison and a report, with no key and no network."""

from __future__ import annotations

from importlib import resources
from pathlib import Path
from typing import Any

import click

from .options import as_json, print_json, workspace

PLANS = ("breast-cancer.yaml", "digits.yaml")


@click.command()
@workspace
@click.option(
    "-o", "--report", "report_file", default="demo-report.html", show_default=True, help="Where the report goes."
)
@as_json
def demo(workspace: str | None, report_file: str, as_json: bool) -> None:
    """Train three scikit-learn classifiers on two real data sets, evaluate, slice and compare them.

    Needs the extra `sklearn`, no key and no network.
    """
    from evalium.decide import compare
    from evalium.report import write_report
    from evalium.runner import default_progress, run

    from .compare import print_comparison
    from .tables import print_result

    _require_sklearn()
    results = []
    with resources.as_file(resources.files("evalium.cli").joinpath("demo_plans")) as folder:
        for name in PLANS:
            progress = None if as_json else default_progress()
            results.append(run(folder / name, workspace=workspace, progress=progress))
    ids = [r.id for result in results for r in result.runs]
    path = write_report(Path(report_file), ids, workspace=workspace)
    if as_json:
        merged: dict[str, Any] = {"schema": 1, "runs": [r for result in results for r in result.to_json()["runs"]]}
        print_json({**merged, "report": str(path)})
        return
    for result in results:
        print_result(result, hints=False)
        print_comparison(compare([r.id for r in result.runs], workspace=workspace, metrics=["accuracy"]))
    click.echo(f"report: {path.resolve()}")
    click.echo("next: evalium init my-evaluation    (a plan of your own to start from)")


def _require_sklearn() -> None:
    import importlib.util

    from evalium.core import MissingExtra

    if importlib.util.find_spec("sklearn") is None:
        raise MissingExtra("evalium demo", "sklearn")
