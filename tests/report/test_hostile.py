from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from evalium.core import Record, Score, Status
from evalium.metrics import ScorerInfo
from evalium.report import collect, render_html, render_markdown, write_report
from evalium.store import Workspace

from .hostile import PAYLOADS
from .made import JUDGE, LABEL, Entry, support_plan, write_run


def hostile_entries(run: str, model: str) -> list[Entry]:
    """The payloads at every place where a run can carry text."""
    made: list[Entry] = []
    for i in range(2 * len(PAYLOADS)):
        text = PAYLOADS[i % len(PAYLOADS)]
        failed = i % 5 == 4
        record = Record(
            key=f"{i:064x}",
            run=run,
            sample=f"{i} {text}",
            sample_hash=f"{i:032x}",
            model=model,
            status=Status.ERROR if failed else Status.OK,
            error_kind=text if failed else None,
            error=text if failed else None,
            input=text if i % 2 else msgspec.json.encode([{"role": text, "content": text}]).decode(),
            output=None if failed else text * (1 + 200 * (i % 3)),
            target=[text, {"x": text}],
            latency=0.1 * (i + 1),
            attributes={text: text, "long": text * 9},
        )
        about = {"run": run, "sample": record.sample}
        status = Status.MISSING if failed else Status.OK
        label = Score(
            **about,
            scorer=f"intent{text}",
            signature=text,
            status=status,
            value=None if failed else float(i % 3 == 0),
            label=text,
            target=PAYLOADS[(i + i % 3) % len(PAYLOADS)],
            answer=text,
            explanation=text,
        )
        made.append((record, [label, Score(**about, scorer=JUDGE.name, status=Status.UNPARSED, explanation=text)]))
    return made


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Two runs in which every text is hostile."""
    root = tmp_path_factory.mktemp("hostile") / "ws"
    scorers = [ScorerInfo(f"intent{text}", LABEL.kind) for text in PAYLOADS]
    runs = []
    for name in (PAYLOADS[0], PAYLOADS[3]):
        plan = support_plan(
            plan=PAYLOADS[1],
            description=" ".join(PAYLOADS),
            models=(PAYLOADS[0], PAYLOADS[3]),
            metrics=tuple({f"{s.name}.accuracy": {"name": s.name}} for s in scorers[:2])
            + tuple({f"{scorers[0].name}.{m}": {"name": f"{m}{PAYLOADS[2]}"}} for m in ("f1", "precision_per_class")),
        )
        runs.append(
            write_run(root, plan, name, hostile_entries, [*scorers, JUDGE], findings={PAYLOADS[5]: PAYLOADS[3]})
        )
    with Workspace.open(root) as store:
        for run in runs:
            store.catalog.update_run(run, dataset=PAYLOADS[3], git_sha=PAYLOADS[0], tags=list(PAYLOADS))
    return root, runs


@pytest.mark.browser
def test_nothing_hostile_becomes_active_in_a_browser(
    hostile: tuple[Path, list[str]], visit: Callable[..., Any], tmp_path: Path
) -> None:
    root, runs = hostile
    path = write_report(tmp_path / "report.html", runs, workspace=root)
    seen = visit(path)
    page = seen.page
    for button in page.query_selector_all("button:not([disabled])"):
        button.evaluate("(b) => b.click()")
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    for selector in (
        "script",
        "img",
        "iframe",
        "link",
        "base",
        "object",
        "form",
        "a:not([href^='#'])",
        "meta[http-equiv=refresh]",
    ):
        assert page.locator(selector).count() == (1 if selector == "script" else 0), selector
    assert page.evaluate("window.__owned") is None and page.title() != "owned"
    names = "[...document.querySelectorAll('*')].flatMap((e) => e.getAttributeNames())"
    assert not [name for name in page.evaluate(names) if name.startswith("on") or name == "srcdoc"]
    assert seen.requests == [path.as_uri()]
    assert not seen.console and not seen.dialogs
    text = page.inner_text("main")
    assert "{{7*7}}" in text and "49" not in re.findall(r"\{\{.*?\}\}", text)
    assert "⟨U+202E⟩" in text and "␛[31m" in text


@pytest.mark.browser
def test_without_its_policy_the_page_would_still_be_inert(
    hostile: tuple[Path, list[str]], visit: Callable[..., Any], tmp_path: Path
) -> None:
    root, runs = hostile
    html = render_html(collect(runs, root))
    bare = re.sub(r"<meta http-equiv=\"Content-Security-Policy\"[^>]*>", "", html)
    assert bare != html
    path = tmp_path / "bare.html"
    path.write_text(bare, encoding="utf-8")
    seen = visit(path)
    assert seen.page.evaluate("window.__owned") is None
    assert seen.requests == [path.as_uri()] and not seen.console


@pytest.mark.browser
def test_the_policy_alone_stops_an_injected_script(
    hostile: tuple[Path, list[str]], visit: Callable[..., Any], tmp_path: Path
) -> None:
    root, runs = hostile
    html = render_html(collect(runs, root))
    path = tmp_path / "injected.html"
    injected = "<script>window.__owned=1</script><img src=x onerror='window.__owned=1'></main>"
    path.write_text(html.replace("</main>", injected), encoding="utf-8")
    seen = visit(path)
    assert seen.page.evaluate("window.__owned") is None
    assert any("Content Security Policy" in line for line in seen.console)


def test_no_control_or_direction_override_reaches_a_file(hostile: tuple[Path, list[str]]) -> None:
    root, runs = hostile
    report = collect(runs, root)
    for text in (render_html(report), render_markdown(report)):
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u200e\u200f\ufeff]", text)


def test_markdown_stays_text(hostile: tuple[Path, list[str]]) -> None:
    """Read by a CommonMark parser: no HTML but the folds, no link, no image, tables of equal width."""
    from markdown_it import MarkdownIt

    root, runs = hostile
    source = render_markdown(collect(runs, root))
    tokens = MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source)
    for token in tokens:
        if token.type == "html_block":
            assert re.fullmatch(r"(<details>\n<summary>[^<>]*</summary>|</details>)\s*", token.content), token.content
        for child in token.children or []:
            assert child.type not in {"html_inline", "link_open", "image", "s_open"}, child
    assert sum(t.content.count("<details>") for t in tokens if t.type == "html_block") == sum(
        t.content.count("</details>") for t in tokens if t.type == "html_block"
    )
    tables = re.findall(r"(?:^\|.*\n)+", _without_fences(source), flags=re.MULTILINE)
    assert len(tables) == sum(t.type == "table_open" for t in tokens)
    for table in tables:
        widths = {len(re.findall(r"(?<!\\)\|", row)) for row in table.splitlines()}
        assert len(widths) == 1, table


def _without_fences(source: str) -> str:
    return re.sub(r"^(`{3,})text\n.*?^\1$", "", source, flags=re.MULTILINE | re.DOTALL)
