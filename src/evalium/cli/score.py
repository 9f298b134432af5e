"""`evalium score RUN`: new scorers on stored records."""

from __future__ import annotations

from typing import Any

import click

from evalium.core import ConfigError

from .options import as_json, print_json, workspace


@click.command()
@click.argument("run")
@click.option(
    "-s",
    "--scorer",
    "entries",
    multiple=True,
    required=True,
    metavar="SCORER",
    help="A name, `file.py:function`, or YAML such as '{regex: {pattern: \"[0-9]+\"}}'. May be repeated.",
)
@click.option(
    "--unsafe-local-exec", is_flag=True, help="Run models' code without a sandbox where there is none. Dangerous."
)
@workspace
@as_json
def score(run: str, entries: tuple[str, ...], unsafe_local_exec: bool, workspace: str | None, as_json: bool) -> None:
    """Score a stored run with further scorers; nothing is generated again.

    RUN is a run's id or the beginning of it (`evalium runs`).
    """
    from evalium.runner import score as score_run

    from .overrides import executing

    read = [_entry(entry) for entry in entries]
    result = score_run(run, [executing(each) for each in read] if unsafe_local_exec else read, workspace=workspace)
    if as_json:
        print_json({"schema": 1, "runs": [result.to_json()]})
        return
    from evalium.runner import PlanResult

    from .tables import print_result

    print_result(PlanResult(plan=result.plan, runs=[result]))


def _entry(text: str) -> str | dict[str, Any]:
    if not text.lstrip().startswith("{"):
        return text
    import yaml

    try:
        read = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise ConfigError(f"--scorer {text!r} is not valid YAML: {error}") from None
    if not isinstance(read, dict):
        raise ConfigError(
            f"--scorer {text!r}: write a name, or one name with its options, as in '{{exact: {{case: ignore}}}}'"
        )
    return read
