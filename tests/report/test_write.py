from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import msgspec
import pytest

from evalium.core import ConfigError, Decide, StoreError, UnknownName
from evalium.report import Report, collect, render_html, write_report
from evalium.store import Workspace

from .made import EXACT, JUDGE, MODELS, support_entries, support_plan, write_run

Stored = tuple[Path, list[str], list[str]]


class Outline(HTMLParser):
    """Section ids, headings, addresses and handlers of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.tags: list[str] = []
        self.addresses: list[str] = []
        self.handlers: list[str] = []
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        for name, value in attrs:
            if name == "id":
                self.ids.append(value or "")
            if name in {"src", "href", "action", "srcset", "data", "poster"}:
                self.addresses.append(value or "")
            if name.startswith("on") or name == "style":
                self.handlers.append(name)


def outline(html: str) -> Outline:
    found = Outline()
    found.feed(html)
    return found


def test_html_has_every_section_and_loads_nothing(stored: Stored, tmp_path: Path) -> None:
    root, support, intents = stored
    path = write_report(tmp_path / "out" / "report.html", [*support, *intents], workspace=root)
    html = path.read_text(encoding="utf-8")
    found = outline(html)
    sections = ("metrics", "slices", "times", "failures", "samples", "origin")
    assert {f"g1-{name}" for name in sections} <= set(found.ids)
    assert {f"g2-{name}" for name in ("metrics", "classes", "curves", "times", "samples", "findings")} <= set(found.ids)
    assert len(found.ids) == len(set(found.ids))
    assert all(address.startswith("#") and address[1:] in found.ids for address in found.addresses)
    assert not found.handlers
    assert found.tags.count("script") == 1 and "link" not in found.tags and "img" not in found.tags
    assert "@import" not in html and "url(" not in html


def test_numbers_on_the_page_are_those_of_the_results(support: Report) -> None:
    html = render_html(support)
    for model in support.groups[0].models:
        assert model.results.overall["exact"].defined
        for estimate in model.results.overall.values():
            assert estimate.signature in html
    assert re.search(r'class="v">\d+\.\d %</span> <span class="i">\[', html)
    assert "n 58, 2 missing" in html


def test_the_machine_and_its_folders_are_not_told(stored: Stored) -> None:
    root, support, intents = stored
    html = render_html(collect([*support, *intents], root))
    assert "a-secret-machine" not in html and str(root) not in html


def test_rendering_twice_gives_the_same_bytes(stored: Stored, support: Report) -> None:
    root, runs, _ = stored
    assert render_html(collect(runs, root)) == render_html(support)


def test_no_runs_means_those_of_the_newest_plan_in_its_order(stored: Stored) -> None:
    root, support, _ = stored
    report = collect([], root)
    assert [(g.plan, [m.name for m in g.models]) for g in report.groups] == [("support-chatbot", list(MODELS))]
    assert [m.run for m in report.groups[0].models] == support


def test_runs_are_found_by_the_beginning_of_their_ids(stored: Stored) -> None:
    root, support, _ = stored
    assert [m.run for m in collect([support[1][:7]], root).groups[0].models] == [support[1]]


def test_runs_of_several_plans_follow_one_another(stored: Stored) -> None:
    root, support, intents = stored
    report = collect([intents[0], support[0], intents[1]], root)
    assert [(g.plan, len(g.models)) for g in report.groups] == [("intents", 2), ("support-chatbot", 1)]


def test_the_form_comes_from_the_suffix_unless_it_is_given(stored: Stored, tmp_path: Path) -> None:
    root, support, _ = stored
    assert write_report(tmp_path / "a.MD", support[:1], workspace=root).read_text(encoding="utf-8").startswith("# ")
    assert write_report(tmp_path / "a.txt", support[:1], workspace=root, form="md").exists()
    with pytest.raises(ConfigError, match=r"neither \.html nor \.md"):
        write_report(tmp_path / "a.pdf", support[:1], workspace=root)


def test_wrong_runs_and_workspaces_are_refused(stored: Stored, tmp_path: Path) -> None:
    root, _, _ = stored
    with pytest.raises(UnknownName, match="nosuchrun"):
        write_report(tmp_path / "a.html", ["nosuchrun"], workspace=root)
    with pytest.raises(StoreError, match="no workspace"):
        write_report(tmp_path / "a.html", [], workspace=tmp_path / "nowhere")
    with Workspace.open(tmp_path / "empty"):
        pass
    with pytest.raises(ConfigError, match="no runs to report yet"):
        write_report(tmp_path / "a.html", [], workspace=tmp_path / "empty")
    assert not list(tmp_path.glob("*.html")) and not list(tmp_path.glob(".report-*"))


def test_an_unwritable_place_leaves_nothing_behind(stored: Stored, tmp_path: Path) -> None:
    root, support, _ = stored
    (tmp_path / "taken").write_text("", encoding="utf-8")
    with pytest.raises(StoreError, match="cannot be written"):
        write_report(tmp_path / "taken" / "a.html", support[:1], workspace=root)
    (tmp_path / "folder.html").mkdir()
    with pytest.raises(StoreError, match="cannot be written"):
        write_report(tmp_path / "folder.html", support[:1], workspace=root)
    assert not list(tmp_path.glob(".report-*"))


def test_a_report_of_three_models_and_a_thousand_samples_stays_below_a_megabyte(tmp_path: Path) -> None:
    plan, entries = support_plan(), support_entries(1000, lambda i: f"<&> {i} " * 2000)
    runs = [write_run(tmp_path / "ws", plan, m, entries, (EXACT, JUDGE)) for m in MODELS]
    path = write_report(tmp_path / "report.html", runs, workspace=tmp_path / "ws")
    assert path.stat().st_size < 1_000_000
    assert all(len(m.samples) == 50 for m in collect(runs, tmp_path / "ws").groups[0].models)


def test_a_requirement_that_cannot_be_judged_is_inconclusive(tmp_path: Path) -> None:
    plan = support_plan(decide=Decide(require={"latency_p95": "<= 2 USD"}))
    run = write_run(tmp_path / "ws", plan, "llama", support_entries(12), (EXACT, JUDGE))
    verdicts = {
        r.metric: (r.verdict, r.reason) for r in collect([run], tmp_path / "ws").groups[0].models[0].requirements
    }
    assert verdicts["latency_p95"][0] == "inconclusive" and "the bound is in 'USD'" in verdicts["latency_p95"][1]


def test_undefined_numbers_are_said_with_their_reason(tmp_path: Path) -> None:
    plan = support_plan(metrics=("exact", "ttft_p50"))
    run = write_run(tmp_path / "ws", plan, "llama", support_entries(6), (EXACT, JUDGE))
    report = collect([run], tmp_path / "ws")
    assert not report.groups[0].models[0].results.overall["ttft_p50"].defined
    html = render_html(report)
    assert '<span class="none">undefined</span><small>no unit has this number</small>' in html


def test_a_run_without_any_record_is_reported_as_empty(tmp_path: Path) -> None:
    run = write_run(tmp_path / "ws", support_plan(), "llama", lambda run, model: [], (EXACT, JUDGE))
    report = collect([run], tmp_path / "ws")
    assert report.groups[0].n == 0 and not report.groups[0].models[0].samples
    assert "No metric that says which answers are better" in render_html(report)


def test_an_unfinished_run_says_so(tmp_path: Path) -> None:
    run = write_run(tmp_path / "ws", support_plan(), "llama", support_entries(6), (EXACT, JUDGE))
    with Workspace.open(tmp_path / "ws") as store:
        store.catalog.update_run(run, status="interrupted")
    assert collect([run], tmp_path / "ws").groups[0].notes == [
        "llama: the run is interrupted; these are the numbers so far."
    ]


def test_two_runs_of_one_model_are_told_apart(tmp_path: Path) -> None:
    plan = support_plan()
    first = write_run(tmp_path / "ws", plan, "llama", support_entries(6), (EXACT, JUDGE))
    with Workspace.open(tmp_path / "ws") as store:
        row = store.catalog.run(first)
        store.catalog.put_run(msgspec.structs.replace(row, id="second-run", task_version="other"))
    group = collect([first, "second-run"], tmp_path / "ws").groups[0]
    assert [m.name for m in group.models] == [f"llama ({first[:8]})", "llama (second-r)"]
    assert any("differ in prompt" in note for note in group.notes)
