"""MkDocs hook: fill `<!-- table: NAME -->` in a page with a table read off the code, so that none can be left stale."""

from __future__ import annotations

import inspect
import json
import re
from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import Any

REPO = Path(__file__).resolve().parents[1]
MARK = re.compile(r"^<!-- table: (?P<name>[a-z_]+)(?: (?P<argument>[a-z_]+))? -->$", re.MULTILINE)
SCHEMA = REPO / "docs" / "output.schema.json"
_TAIL = re.compile(r"[,;] (?:in \[|in seconds|in nats|at least \d|higher is|lower is)")
"""Where the first sentence of a metric begins to say what has a column of its own."""
BETTER = {True: "higher", False: "lower", None: ""}


def on_page_markdown(markdown: str, **_: Any) -> str:
    """Fill the tables of one page."""
    return filled(markdown)


def filled(markdown: str) -> str:
    """A page with its tables.

    Raises:
        KeyError: There is no such table.
    """
    return MARK.sub(lambda mark: TABLES[mark["name"]](*filter(None, [mark["argument"]])), markdown)


def providers() -> str:
    """Remote providers: address and key variables."""
    from evalium.models.providers import ANTHROPIC, GEMINI, OPENAI_LIKE

    known = sorted({**OPENAI_LIKE, "anthropic": ANTHROPIC, "gemini": GEMINI}.items())
    return table(
        ("provider", "address", "key read from"),
        (
            (
                f"`{name}`",
                f"`{p.base_url}`" if p.base_url else "`base_url` in the plan",
                " or ".join(f"`{key}`" for key in p.keys) + (", if set" if p.local else ""),
            )
            for name, p in known
        ),
    )


def scorers() -> str:
    """Scorers with their options and defaults."""
    from evalium.scorers import registry

    rows = []
    for name in registry.built_in():
        function = registry.get(name)
        options = [
            f"`{p.name}`" if p.default is p.empty else f"`{p.name}: {written(p.default)}`"
            for p in inspect.signature(function).parameters.values()
            if p.name != "base"
        ]
        rows.append((f"`{name}`", first_line(function), " ".join(options)))
    return table(("scorer", "says", "options and their defaults"), rows)


def metrics() -> str:
    """Metrics with unit, range and direction; those of one class and description share a row."""
    from evalium.metrics import describe, registry

    rows: dict[tuple[str, ...], list[str]] = {}
    for name in registry.built_in():
        factory = registry.get(name)
        card = describe(name)
        reads = ", ".join(card.reads) or "calls"
        what = _TAIL.split(card.what)[0].rstrip(".") + "."
        facts = (what, card.unit, span(card.low, card.high), BETTER[card.higher_is_better], reads)
        key = (*facts, str(factory.func) if isinstance(factory, partial) else name)
        rows.setdefault(key, []).append(f"`{name}`")
    return table(
        ("metric", "is", "unit", "range", "better", "reads scorers of kind"),
        ((" ".join(names), *facts[:5]) for facts, names in rows.items()),
    )


def metric_cards() -> str:
    """Every metric in full: definition, range, direction, what it reads, options, reference, signature."""
    from evalium.metrics import describe, registry

    found = []
    for name in registry.built_in():
        card = describe(name)
        facts = [
            ("range", f"{span(card.low, card.high)}, unit `{card.unit}`"),
            ("better", BETTER[card.higher_is_better] or "neither"),
            ("reads", ", ".join(f"`{need}`" for need in card.needs) or "how calls ended"),
            ("scorer", f"`{card.scored_by}`, brought along" if card.scored_by else ""),
            ("options", " ".join(f"`{k}`" if v is None else f"`{k}: {v}`" for k, v in card.options.items())),
            ("reference", card.reference or "none; the definition is evalium's own"),
            ("not for", card.not_for),
            ("signature", f"`{card.signature}`"),
        ]
        lines = [f"- **{what}**: {said}" for what, said in facts if said]
        found.append("\n".join([f"### {name}", "", f"{card.what} {card.definition}".strip(), "", *lines, ""]))
    return "\n".join(found)


def datasets() -> str:
    """Datasets that have a name."""
    from evalium.datasets import registry

    return table(("name", "is"), ((f"`{name}`", first_line(registry.get(name))) for name in registry.built_in()))


def commands() -> str:
    """The help of every command, as the terminal shows it."""
    import click

    from evalium.cli.main import COMMANDS, cli

    found = []
    for name in COMMANDS:
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        context = click.Context(command, info_name=f"evalium {name}", terminal_width=100, max_content_width=100)
        found.append(f"## evalium {name}\n\n```text\n{command.get_help(context)}\n```\n")
    return "\n".join(found)


def output(definition: str) -> str:
    """The fields of one definition in the schema of `--json`."""
    known = json.loads(SCHEMA.read_text(encoding="utf-8"))["$defs"]
    found = known[definition]
    required = found.get("required", ())
    rows = (
        (f"`{name}`" + ("" if name in required else " *"), f"{type_of(field)}", field.get("description", ""))
        for name, field in found["properties"].items()
    )
    return table(("field", "type", "is"), rows)


def type_of(field: dict[str, Any]) -> str:
    """The type of a schema in words."""
    if "$ref" in field:
        name = field["$ref"].rpartition("/")[2]
        return f"[{name}](#{name})"
    if "const" in field:
        return f"`{json.dumps(field['const'])}`"
    if "enum" in field:
        return " ".join(f"`{value}`" for value in field["enum"])
    kinds = field.get("type", "any")
    words = " or ".join([kinds] if isinstance(kinds, str) else kinds)
    if "items" in field:
        return f"{words} of {type_of(field['items'])}"
    inner = field.get("additionalProperties")
    return f"{words} of {type_of(inner)}" if isinstance(inner, dict) else words


def first_line(thing: Any) -> str:
    """The first sentence of a docstring, fit for a cell."""
    return (inspect.getdoc(thing) or "").partition("\n\n")[0].replace("\n", " ").replace("|", "\\|")


def span(low: float | None, high: float | None) -> str:
    """A range in words."""
    ends = ["−∞" if low is None else f"{low:g}", "∞" if high is None else f"{high:g}"]
    return " … ".join(ends)


def written(value: Any) -> str:
    """A default as YAML would write it."""
    return json.dumps(list(value) if isinstance(value, tuple) else value)


def table(head: tuple[str, ...], rows: Iterable[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(cells) + " |" for cells in lines)


TABLES: dict[str, Callable[..., str]] = {
    "commands": commands,
    "datasets": datasets,
    "metric_cards": metric_cards,
    "metrics": metrics,
    "output": output,
    "providers": providers,
    "scorers": scorers,
}
