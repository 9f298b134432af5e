"""The samples of a Markdown report."""

from __future__ import annotations

from html import escape

from ._data import Group, Judged, Shown
from ._md import block, plain
from ._visible import one_line, visible


def samples(group: Group) -> list[str]:
    """Every shown sample, folded, with its texts in fenced blocks."""
    lines: list[str] = []
    for model in group.models:
        if model.samples:
            lines += [f"### Samples of {plain(model.name)}", ""]
        for sample in model.samples:
            lines += _sample(sample)
    return ["## Samples", "", "Wrong answers first, failed calls, then the lowest scores.", "", *lines] if lines else []


def _sample(sample: Shown) -> list[str]:
    judged = ", ".join(_judged(one) for one in sample.judged)
    title = " · ".join(part for part in (sample.id, sample.kind, sample.status, judged) if part)
    lines = ["<details>", f"<summary>{escape(one_line(visible(title)))}</summary>", ""]
    for name, text in (
        ("Input", sample.input),
        ("Output", sample.output),
        ("Expected", sample.expected),
        ("Error", sample.error),
    ):
        lines += [f"{name}:", "", *block(text)] if text.length else []
    for one in sample.judged:
        if one.answer.length and one.answer.head != sample.output.head:
            lines += [f"Read by {plain(one.scorer)}:", "", *block(one.answer)]
        if one.explanation.length:
            lines += [f"Explanation of {plain(one.scorer)}:", "", *block(one.explanation)]
    others = "; ".join(f"{plain(name)}: {plain(outcome)}" for name, outcome in sample.others)
    return [*lines, *([f"Other models: {others}", ""] if others else []), "</details>", ""]


def _judged(one: Judged) -> str:
    return f"{one.scorer}: {one.outcome}"
