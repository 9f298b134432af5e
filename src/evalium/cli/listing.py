"""`evalium list KIND`: everything that has a name."""

from __future__ import annotations

import inspect
from typing import Any

import click

from .options import as_json, print_json

KINDS = {
    "models": "evalium.models:models",
    "scorers": "evalium.scorers:registry",
    "metrics": "evalium.metrics:registry",
    "datasets": "evalium.datasets:registry",
}


@click.command(name="list")
@click.argument("kind", type=click.Choice(list(KINDS)))
@as_json
def listing(kind: str, as_json: bool) -> None:
    """List what is registered, with one line on each and the options it takes."""
    from evalium.core.registry import load

    found = [_describe(name, registry) for registry in [load(KINDS[kind])] for name in registry.names()]
    if as_json:
        print_json({"schema": 1, kind: found})
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(header_style="bold", pad_edge=False)
    for column in ("name", "what", "options"):
        table.add_column(column)
    for one in found:
        table.add_row(one["name"], Text(one["what"]), Text(", ".join(one["options"])))
    Console().print(table)


def _describe(name: str, registry: Any) -> dict[str, Any]:
    from evalium.core import MissingExtra

    try:
        thing = registry.get(name)
    except (MissingExtra, ImportError) as error:
        return {"name": name, "what": str(error), "options": []}
    summary = (inspect.getdoc(thing) or "").split("\n", 1)[0]
    return {"name": name, "what": summary, "options": _options(thing) if registry.kind != "model" else []}


def _options(thing: Any) -> list[str]:
    shown = []
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        shown.append(f"{parameter.name}{default}")
    return shown
