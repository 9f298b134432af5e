"""A report as one HTML file that loads nothing and in which no stored text can become active."""

from __future__ import annotations

import base64
import hashlib
from functools import lru_cache
from importlib import resources
from typing import TYPE_CHECKING, Any

from markupsafe import Markup, escape

from evalium.core import Estimate, interval_text, quantity, value_text
from evalium.metrics import confused_pairs

from . import _figures, _tables
from ._data import Group, ModelPart, Report, Standing
from ._findings import findings_text
from ._visible import visible
from ._words import flag_text
from .charts import bar, common_scale, marker, svg

if TYPE_CHECKING:
    from jinja2 import Environment

_BAR = 150.0


def render_html(report: Report) -> str:
    """Write a report as HTML: style, script and charts inside, no address of anything outside.

    Texts are escaped, and controls, escape sequences and direction overrides in them are made visible. The content
    security policy allows the one script by its hash and nothing to be loaded.

    Args:
        report: What to show.

    Example:
        >>> html = render_html(Report(title="<b>", groups=[], versions=[], git=[], command=""))
        >>> "<title>&lt;b&gt;</title>" in html, "default-src 'none'" in html
        (True, True)
    """
    script = _read("report.js")
    html = (
        _environment()
        .get_template("report.html")
        .render(
            report=report,
            groups=[_view(group) for group in report.groups],
            style=Markup(_read("report.css")),
            script=Markup(script),
            policy=Markup(_policy(script)),
        )
    )
    return visible(html)


def _policy(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    allowed = f"style-src 'unsafe-inline'; img-src data:; script-src 'sha256-{digest}'"
    return f"default-src 'none'; {allowed}; base-uri 'none'; form-action 'none'"


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("evalium.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        "value": value_text,
        "interval": interval_text,
        "number": lambda n: f"{n:,}",
        "quantity": quantity,
        "flag": flag_text,
        "findings": findings_text,
        "sort_key": sort_key,
        "breakable": lambda name: escape(name).replace("_", Markup("_<wbr>")),
    }
    return environment


@lru_cache(maxsize=2)
def _read(name: str) -> str:
    return resources.files("evalium.report").joinpath("templates", name).read_text(encoding="utf-8")


def sort_key(estimate: Estimate | None) -> str:
    """What a table cell is sorted by; empty for an undefined number, which always comes last.

    Example:
        >>> sort_key(None), sort_key(Estimate.undefined("none", unit="1", signature="s"))
        ('', '')
    """
    return repr(estimate.value) if estimate is not None and estimate.defined else ""


def _view(group: Group) -> dict[str, Any]:
    """What the template needs of a group besides the group."""
    kinds = _tables.summary(group)
    figures = {kind: _figures.forests(group, kind) for kind in kinds}
    attributes = _tables.attributes(group)
    return {
        "group": group,
        "kinds": kinds,
        "bars": {row.key: _bars(row) for rows in kinds.values() for row in rows},
        "flags": _tables.flags_of(group),
        "forests": {kind: found for kind, found in figures.items() if found},
        "slices": [
            (
                name,
                _tables.slice_rows(group, name),
                _tables.omitted_slices(group, name),
                _figures.slices_figure(group, name),
            )
            for name in attributes
        ],
        "classes": [(model, _classes(model)) for model in group.models],
        "curves": _figures.curves(group),
        "times": _figures.times(group),
        "learning": [figure for model in group.models if (figure := _figures.learning(model)) is not None],
        "markers": {m.name: svg(14, 14, "", marker(7, 7, m.series), kind="symbol") for m in group.models},
        "primary": group.standings.get(group.primary, Standing()),
    }


def _bars(row: _tables.MetricRow) -> dict[str, Markup]:
    """The intervals of one metric on one scale, by model."""
    known = [c.estimate for c in row.cells if c.estimate is not None and c.estimate.defined]
    scale = common_scale(known, 6, _BAR)
    return {c.model.name: bar(c.estimate, scale, c.model.series) for c in row.cells if c.estimate is not None}


def _classes(model: ModelPart) -> list[dict[str, Any]]:
    found = []
    for confusion, figure in _figures.matrices(model):
        report = model.results.tables.get(f"{confusion.key}.classes")
        pairs = confused_pairs(confusion)
        found.append({"confusion": confusion, "figure": figure, "report": report, "pairs": pairs})
    return found
