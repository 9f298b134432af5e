"""`evalium list KIND`: everything that has a name."""

from __future__ import annotations

import inspect
from functools import partial
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

    registry = load(KINDS[kind])
    if kind == "metrics":
        _metrics(registry, as_json)
        return
    found = [_describe(name, registry) for name in registry.names()]
    if as_json:
        print_json({"schema": 1, kind: found})
        return
    from rich.table import Table
    from rich.text import Text

    from .tables import BOX, console

    table = Table(header_style="bold", box=BOX, pad_edge=False)
    for column in ("name", "what", "options"):
        table.add_column(column)
    for one in found:
        table.add_row(one["name"], Text(one["what"]), Text(", ".join(one["options"])))
    console().print(table)


def _metrics(registry: Any, as_json: bool) -> None:
    from evalium.metrics import describe

    cards = [describe(name) for name in registry.names()]
    if as_json:
        print_json({"schema": 1, "metrics": cards})
        return
    from rich.table import Table
    from rich.text import Text

    from .tables import BOX, console

    table = Table(header_style="bold", box=BOX, pad_edge=False)
    for column in ("name", "what", "range", "unit", "better", "reads"):
        table.add_column(column)
    for card in cards:
        bounds = f"[{_bound(card.low)}, {_bound(card.high)}]"
        reads = card.scored_by or ", ".join(card.reads) or "calls"
        better = {True: "higher", False: "lower", None: ""}[card.higher_is_better]
        table.add_row(card.name, Text(card.what), Text(bounds), card.unit, better, reads)
    console().print(table)


def _bound(value: float | None) -> str:
    return "∞" if value is None else f"{value:g}"


def _describe(name: str, registry: Any) -> dict[str, Any]:
    from evalium.core import MissingExtra

    try:
        thing = registry.get(name)
    except (MissingExtra, ImportError) as error:
        return {"name": name, "what": str(error), "options": []}
    fixed = thing.keywords if isinstance(thing, partial) else {}
    what = (inspect.getdoc(thing.func if isinstance(thing, partial) else thing) or "").split("\n", 1)[0]
    if registry.kind == "model":
        what = _of_provider(name) or what
    given = ", ".join(f"{key}={value!r}" for key, value in fixed.items())
    options = [] if registry.kind == "model" else [o for n, o in _options(thing) if n not in fixed]
    return {"name": name, "what": f"{what} ({given})" if given else what, "options": options}


def _of_provider(name: str) -> str:
    """What tells the servers apart that one adapter speaks to: where they are and which key they want."""
    from evalium.models import OPENAI_LIKE

    provider = OPENAI_LIKE.get(name)
    if provider is None:
        return ""
    place = provider.base_url or "a server of your own: give base_url"
    keys = " or ".join(provider.keys)
    return f"OpenAI's protocol at {place}; key in {keys}" + (", if it wants one" if provider.local else "")


def _options(thing: Any) -> list[tuple[str, str]]:
    shown = []
    for parameter in inspect.signature(thing).parameters.values():
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL):
            continue
        default = "" if parameter.default is parameter.empty else f"={parameter.default!r}"
        shown.append((parameter.name, f"{parameter.name}{default}"))
    return shown
