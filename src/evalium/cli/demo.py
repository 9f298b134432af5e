"""`evalium demo`: from nothing to numbers, a comparison and a report, with no key and no network."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

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
    from evalium.runner import SCHEMA, default_progress, run

    from .compare import print_comparison
    from .tables import print_result

    _require_sklearn()
    results = []
    with resources.as_file(resources.files("evalium.cli").joinpath("demo_plans")) as folder:
        for name in PLANS:
            result = run(folder / name, workspace=workspace, progress=None if as_json else default_progress())
            results.append(result)
            if not as_json:
                print_result(result, hints=False)
                print_comparison(compare([r.id for r in result.runs], workspace=workspace, metrics=["accuracy"]))
    path = write_report(Path(report_file), [r.id for result in results for r in result.runs], workspace=workspace)
    if as_json:
        runs = [run for result in results for run in result.to_json()["runs"]]
        print_json({"schema": SCHEMA, "runs": runs, "report": str(path)})
        return
    click.echo(f"report: {path.resolve()}")
    click.echo("next: evalium init my-evaluation    (a plan of your own to start from)")


def _require_sklearn() -> None:
    import importlib.util

    from evalium.core import MissingExtra

    if importlib.util.find_spec("sklearn") is None:
        raise MissingExtra("evalium demo", "sklearn")
