from __future__ import annotations

import os
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from evalium.core import Decide
from evalium.report import Text, collect, render_markdown, visible
from evalium.report._md import block, code, plain

from .made import (
    EXACT,
    JUDGE,
    LABEL,
    PROBABILITY,
    intent_entries,
    intent_plan,
    support_entries,
    support_plan,
    write_run,
)

GOLDEN = Path(__file__).parent / "golden"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])


def check_golden(name: str, text: str) -> None:
    """Compare with the reviewed file; EVALIUM_UPDATE_GOLDEN=1 writes it anew."""
    path = GOLDEN / name
    if os.environ.get("EVALIUM_UPDATE_GOLDEN"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    assert text == path.read_text(encoding="utf-8")


def test_the_report_of_two_models_reads_as_reviewed(tmp_path: Path) -> None:
    metrics = ("exact", "judge.help", "cost_per_call", "error_rate")
    limits = Decide(require={"cost_per_call": "<= 0.001 USD", "exact": ">= 50 %"})
    plan = support_plan(models=("gpt-large", "llama"), metrics=metrics, decide=limits)
    entries = support_entries(8)
    runs = [write_run(tmp_path / "ws", plan, m, entries, (EXACT, JUDGE)) for m in ("gpt-large", "llama")]
    check_golden("support.md", render_markdown(collect(runs, tmp_path / "ws")))


def test_a_classifier_brings_its_tables(tmp_path: Path) -> None:
    run = write_run(tmp_path / "ws", intent_plan(), "bayes", intent_entries(12), (LABEL, PROBABILITY))
    lines = render_markdown(collect([run], tmp_path / "ws")).splitlines()
    for line in (
        "| true, predicted → | delivery | refund |",
        "| delivery | 7 | 1 |",
        "- refund taken for delivery: 1 ×, 25.0 % [4.6, 69.9] of the class",
        "| 0.8721 | 12.5 % [2.2, 47.1] | 50.0 % [15.0, 85.0] |",
        "| 0.47 to 0.53 | 1 | 0.517 | 0.0 % [0.0, 79.3] |",
        "| bayes | latency | 2.2 ms | 2.9 ms | 2.9 ms | 3.0 ms | 3.0 ms | 3.0 ms |",
    ):
        assert line in lines, line


def words(source: str) -> str:
    """What a reader of the rendered Markdown sees."""
    tokens = PARSER.parseInline(source)[0].children or []
    assert {t.type for t in tokens} <= {"text", "text_special", "code_inline"}, [t.type for t in tokens]
    return "".join(t.content for t in tokens)


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_any_text_is_shown_as_it_is(text: str) -> None:
    shown = " ".join(visible(text).split())
    assert words(plain(text)) == shown


@given(st.text("ab12_*`|<>[]()!#&;:/.@~\\-+=\"' ", max_size=30))
def test_text_made_of_markup_is_shown_as_it_is(text: str) -> None:
    shown = " ".join(text.split())
    assert words(plain(text)) == shown
    row = PARSER.parse(f"| a | b |\n| --- | --- |\n| {plain(text)} | {code(text)} |\n")
    assert sum(t.type == "td_open" for t in row) == 2


@given(st.text("ab12_*`|<>[]()!#&;:/.@~\\-+=\"' ", min_size=1, max_size=30))
def test_at_the_start_of_a_line_or_an_item_it_stays_a_paragraph(text: str) -> None:
    if plain(text):
        kinds = {t.type for t in PARSER.parse(plain(text))}
        assert kinds == {"paragraph_open", "inline", "paragraph_close"}, kinds
        items = [t.type for t in PARSER.parse(f"- {plain(text)}")]
        assert items.count("list_item_open") == 1 and "heading_open" not in items


@given(st.text("a`~\n| <>", max_size=60), st.integers(0, 100))
def test_a_block_is_closed_only_at_its_end(text: str, omitted: int) -> None:
    shown = block(Text(text, "tail" if omitted else "", len(text) + omitted + (4 if omitted else 0)))
    tokens = PARSER.parse("\n".join([*shown, "after"]))
    assert [t.type for t in tokens] == ["fence", "paragraph_open", "inline", "paragraph_close"]
    assert tokens[0].content.startswith(text)
