"""What a reader does with the page: filter, choose, sort, read without a script, on a phone, in the dark, on paper."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evalium.report import write_report

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def report(stored: tuple[Path, list[str], list[str]], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The report of five runs."""
    root, support, intents = stored
    return write_report(tmp_path_factory.mktemp("report") / "report.html", [*support, *intents], workspace=root)


def shown(page: Any) -> list[str]:
    """Labels of the samples of the first group that are visible."""
    script = "(all) => all.filter((s) => s.offsetParent).map((s) => s.getAttribute('aria-label'))"
    return page.locator("#g1-samples .sample").evaluate_all(script)


def test_it_opens_without_a_complaint_and_asks_for_nothing(report: Path, visit: Callable[..., Any]) -> None:
    seen = visit(report)
    assert not seen.console and seen.requests == [report.as_uri()]


def test_samples_are_filtered_by_outcome_and_model(report: Path, visit: Callable[..., Any]) -> None:
    page = visit(report).page
    tools = page.locator("#g1-samples .tools")
    first = shown(page)
    assert first and all(label.endswith(", gpt-large") for label in first)
    tools.locator("select").select_option(label="all")
    assert len(shown(page)) == page.locator("#g1-samples .sample").count()
    tools.get_by_role("button", name="Errors").click()
    assert len(shown(page)) == 2 and all(label.endswith(", llama") for label in shown(page))
    tools.get_by_role("button", name="Models disagree").click()
    assert len(shown(page)) == page.locator("#g1-samples .sample[data-disagree]").count() > 0
    assert tools.locator("output").inner_text().startswith(f"{len(shown(page))} of ")


def test_j_and_k_go_through_the_shown_samples(report: Path, visit: Callable[..., Any]) -> None:
    page = visit(report).page
    labels = shown(page)
    focused = "document.activeElement.getAttribute('aria-label')"
    for key, expected in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        assert page.evaluate(focused) == labels[expected], (key, expected)
    page.locator("#g1-samples select").focus()
    page.keyboard.press("j")
    assert page.evaluate("document.activeElement.tagName") == "SELECT"


def test_tables_sort_by_number_with_undefined_last(report: Path, visit: Callable[..., Any]) -> None:
    page = visit(report).page
    table = page.locator("#g1-slices table").first
    head = table.locator("thead th").nth(2)
    values = "(cells) => cells.map((c) => c.dataset.v === '' ? null : Number(c.dataset.v))"
    for order, reverse in (("descending", True), ("ascending", False)):
        head.locator("button").click()
        assert head.get_attribute("aria-sort") == order
        found = table.locator("tbody td:nth-child(3)").evaluate_all(values)
        assert found == sorted(found, reverse=reverse)
    cells = table.locator("tbody td:nth-child(3)")
    cells.first.evaluate("(c) => { c.dataset.v = ''; }")
    for _ in range(2):
        head.locator("button").click()
        assert cells.evaluate_all(values)[-1] is None


def test_without_a_script_everything_can_be_read(report: Path, visit: Callable[..., Any]) -> None:
    page = visit(report, java_script_enabled=False).page
    assert page.locator(".tools").first.is_hidden()
    samples = page.locator(".sample")
    assert samples.count() == sum(samples.nth(i).is_visible() for i in range(samples.count())) > 50
    assert page.get_by_text("The plan as run").first.is_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_width_makes_the_page_scroll_sideways(
    report: Path, visit: Callable[..., Any], width: int, scheme: str
) -> None:
    page = visit(report, color_scheme=scheme).page
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_texts_have_enough_contrast(report: Path, visit: Callable[..., Any], scheme: str) -> None:
    """WCAG AA, 4.5 : 1, for the colours that text is set in."""
    page = visit(report, color_scheme=scheme).page
    read = """(names) => names.map((n) => {
      const probe = document.createElement('i');
      probe.style.color = `var(${n})`;
      document.body.append(probe);
      return getComputedStyle(probe).color.match(/[0-9.]+/g).slice(0, 3).map(Number);
    })"""
    pairs = [
        ("--fg", "--bg"),
        ("--muted", "--bg"),
        ("--accent", "--bg"),
        ("--on-accent", "--accent"),
        ("--fg", "--soft"),
    ]
    pairs += [("--good", "--good-bg"), ("--bad", "--bad-bg"), ("--unsure", "--unsure-bg"), ("--unsure", "--bg")]
    names = sorted({name for pair in pairs for name in pair})
    colour = dict(zip(names, page.evaluate(read, names), strict=True))
    for text, ground in pairs:
        light, dark = sorted((luminance(colour[text]), luminance(colour[ground])), reverse=True)
        assert (light + 0.05) / (dark + 0.05) >= 4.5, (text, ground)


def luminance(rgb: list[float]) -> float:
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (x / 255 for x in rgb)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_drawing_and_control_has_a_name(report: Path, visit: Callable[..., Any]) -> None:
    page = visit(report).page
    unnamed = "(all) => all.filter((e) => !e.getAttribute('aria-label')).length"
    assert page.locator("main svg[role=img]").evaluate_all(unnamed) == 0
    assert page.locator("main svg:not([role=img]):not([aria-hidden=true])").count() == 0
    empty = "(all) => all.filter((e) => !e.textContent.trim()).length"
    assert page.locator("button").evaluate_all(empty) == 0


def test_on_paper_everything_is_open(report: Path, visit: Callable[..., Any], tmp_path: Path) -> None:
    page = visit(report).page
    page.emulate_media(media="print")
    assert page.locator("nav").is_hidden()
    paper = page.pdf()
    assert paper.startswith(b"%PDF") and len(paper) > 20_000
