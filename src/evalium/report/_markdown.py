"""A report as GitHub Markdown: the same content without pictures."""

from __future__ import annotations

from . import _tables
from ._data import Group, ModelPart, Report
from ._findings import findings_text
from ._markdown_samples import samples
from ._markdown_tables import classes, curves, times
from ._md import block, code, number, plain, table
from ._visible import Text
from ._words import flag_text


def render_markdown(report: Report) -> str:
    r"""Write a report as Markdown.

    Texts are escaped: pipes, backticks, `<`, links and mentions in them are shown, never followed; samples stand in
    fenced blocks that nothing inside can close.

    Args:
        report: What to show.

    Example:
        >>> print(render_markdown(Report(title="a|b", groups=[], versions=[], git=[], command="")))
        # a\|b
        <BLANKLINE>
    """
    lines = [f"# {plain(report.title)}", ""]
    for group in report.groups:
        lines += _group(report, group, several=len(report.groups) > 1)
    if report.command:
        lines += [f"Made by evalium {', '.join(report.versions)}. Make it again: {code(report.command)}", ""]
    return "\n".join(lines)


def _group(report: Report, group: Group, *, several: bool) -> list[str]:
    lines = [f"# {plain(group.plan)}", ""] if several else []
    lines += [plain(group.description, 1000), ""] if group.description else []
    lines += _facts(group)
    lines += [f"- {plain(sentence, 1000)}" for sentence in group.sentences]
    lines += [f"- Note: {plain(note, 1000)}" for note in group.notes]
    lines += ["", "## Metrics", "", *_summary(group), *_flags(group), *_requirements(group), *_standings(group)]
    lines += _slices(group)
    lines += classes(group) + curves(group) + times(group)
    lines += ["## Failures", "", *_failures(group)]
    lines += samples(group)
    lines += _training(group)
    lines += _origin(report, group)
    return lines


def _facts(group: Group) -> list[str]:
    data = plain(group.dataset) + (f"@{group.dataset_hash[:8]}" if group.dataset_hash else "")
    epochs = f", {group.epochs} repeats a sample" if group.epochs > 1 else ""
    models = ", ".join(plain(m.name) for m in group.models)
    facts = [
        f"data {data}",
        f"{group.n:,} units{epochs}",
        f"models {models}",
        f"{group.level:.0%} intervals",
        group.started,
    ]
    return [" · ".join(fact for fact in facts if fact), ""]


def _summary(group: Group) -> list[str]:
    lines = []
    for kind, rows in _tables.summary(group).items():
        head = [kind, *(plain(m.name) for m in group.models)]
        body = [[f"{plain(row.key)} {row.arrow}".rstrip(), *(_cell(cell) for cell in row.cells)] for row in rows]
        lines += table(head, body, range(1, len(head)))
    return lines


def _cell(cell: _tables.Cell) -> str:
    text = number(cell.estimate)
    marks = {"best": " **best**", "level": " *tied*", "worst": " *worst slice*"}
    return text + marks.get(cell.mark, "")


def _flags(group: Group) -> list[str]:
    found = [f"- {plain(', '.join(keys), 1000)}: {flag_text(flag)}" for flag, keys in _tables.flags_of(group).items()]
    return [*found, ""] if found else []


def _requirements(group: Group) -> list[str]:
    rows = [
        [plain(m.name), plain(f"{r.metric} {r.rule}"), f"**{r.verdict}**", number(r.estimate), plain(r.reason)]
        for m in group.models
        for r in m.requirements
    ]
    found = table(["model", "requirement", "verdict", "measured", "why"], rows)
    return ["### Requirements", "", *found] if found else []


def _standings(group: Group) -> list[str]:
    rows = [
        [plain(key), plain(standing.best or ""), plain(name), plain(reason)]
        for key, standing in group.standings.items()
        for name, reason in standing.reasons.items()
    ]
    found = table(["metric", "best", "against", "what the data say"], rows)
    return ["### How the models were told apart", "", *found] if found else []


def _slices(group: Group) -> list[str]:
    lines: list[str] = []
    for name in _tables.attributes(group):
        head = [plain(name), "n", *(plain(m.name) for m in group.models)]
        body = []
        for row in _tables.slice_rows(group, name):
            n = f"{row.n:,}" if row.enough else f"{row.n:,} (few)"
            body.append([plain(row.value), n, *(_cell(cell) for cell in row.cells)])
        lines += [f"### {plain(group.primary)} by {plain(name)}", "", *table(head, body, range(1, len(head)))]
        omitted = _tables.omitted_slices(group, name)
        lines += [f"{omitted:,} rarer values are not shown.", ""] if omitted else []
    return ["## Slices", "", *lines] if lines else []


def _failures(group: Group) -> list[str]:
    rows = [
        [plain(m.name), plain(f.kind), f"{f.count:,}", number(f.share), plain(f.message.head)]
        for m in group.models
        for f in m.failures
    ]
    found = table(["model", "kind", "units", "share", "what the first one said"], rows, (2, 3))
    return found or ["None: every call was answered and every answer was scored.", ""]


def _training(group: Group) -> list[str]:
    lines = []
    for model in group.models:
        found = [f"- {plain(name)}: {plain(text)}" for name, text in findings_text(model.findings)]
        points = model.findings.get("learning_curve") or []
        rows = [[f"{p['n']:,}", _score(p.get("train")), _score(p.get("test"))] for p in points]
        if found or rows:
            lines += [
                f"### {plain(model.name)}",
                "",
                *found,
                "",
                *table(["training samples", "train", "test"], rows, range(3)),
            ]
    return ["## Training", "", *lines] if lines else []


def _score(value: float | None) -> str:
    return "undefined" if value is None else f"{value:.4f}"


def _origin(report: Report, group: Group) -> list[str]:
    lines = ["## Origin", ""]
    for model in group.models:
        lines += [f"### {plain(model.name)}", "", *_made_from(model)]
    lines += [f"Seeds: {'; '.join(f'{plain(name)} {plain(seed)}' for name, seed in group.seeds.items())}", ""]
    lines += ["The plan as run:", "", *block(Text(group.plan_text, "", len(group.plan_text)))]
    lines += ["Do it again:", ""]
    lines += [f"- {code(f'git checkout {commit}')}" for commit in report.git]
    lines += [f"- {code(f'pip install evalium=={version}')}" for version in report.versions]
    return [*lines, "- save the plan above as `plan.yaml` beside its data, then `evalium run plan.yaml`", ""]


def _made_from(model: ModelPart) -> list[str]:
    counts = ", ".join(f"{n:,} {status}" for status, n in model.counts.items())
    lines = [f"- {name}: {code(value)}" for name, value in model.origin.items()]
    rows = [[plain(key), f"{e.n:,}", plain(e.method), code(e.signature)] for key, e in model.results.overall.items()]
    return [*lines, f"- units: {counts}", "", *table(["metric", "n", "interval by", "signature"], rows, (1,))]
