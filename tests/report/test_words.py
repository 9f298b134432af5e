from __future__ import annotations

from pathlib import Path

import msgspec

from evalium.core import Estimate
from evalium.metrics import Frame, confused_pairs, worst_slices
from evalium.metrics.class_tables import confusion_matrix
from evalium.report import Group, ModelPart, Report, Standing, collect, render_html
from evalium.report._findings import findings_text
from evalium.report._kinds import by_kind
from evalium.report._standings import difference_text
from evalium.report._tables import attributes, omitted_slices, slice_rows, summary
from evalium.report._words import FLAGS, flag_text, sentences_of
from evalium.store import Workspace

from .made import EXACT, JUDGE, Entries, Entry, support_entries, support_plan, write_run

Stored = tuple[Path, list[str], list[str]]


def copy_of(entries: Entries, model: str) -> Entries:
    """The same answers under another model's name."""

    def same(run: str, _: str) -> list[Entry]:
        return [(msgspec.structs.replace(record, model="copy"), scores) for record, scores in entries(run, model)]

    return same


def test_a_clear_leader_is_marked_and_the_rest_is_told_apart(stored: Stored) -> None:
    root, support, _ = stored
    group = collect(support, root).groups[0]
    standing = group.standings["exact"]
    assert standing.best == "gpt-large" and standing.by == "paired" and not standing.alone
    assert standing.level_with == ("gpt-small",)
    marks = {
        cell.model.name: cell.mark for row in summary(group)["Quality"] for cell in row.cells if row.key == "exact"
    }
    assert marks == {"gpt-large": "level", "gpt-small": "level", "llama": ""}
    alone = collect([support[0], support[2]], root).groups[0]
    assert alone.standings["exact"].alone
    assert alone.sentences[0].startswith("gpt-large has the highest exact, ")
    assert alone.sentences[1].startswith("On the same samples the data separate it from llama (difference ")


def test_equal_answers_are_never_separated_and_nobody_is_marked(tmp_path: Path) -> None:
    plan, entries = support_plan(models=("one", "two")), support_entries(40)
    runs = [
        write_run(tmp_path / "ws", plan, name, copy_of(entries, "llama"), (EXACT, JUDGE)) for name in ("one", "two")
    ]
    group = collect(runs, tmp_path / "ws").groups[0]
    for key, standing in group.standings.items():
        assert len(standing.level_with) == len(standing.reasons), key
    assert all(cell.mark == "" for rows in summary(group).values() for row in rows for cell in row.cells)
    assert "difference 0.0 points" in group.standings["exact"].reasons["two"]


def test_a_difference_not_seen_says_what_could_have_been_seen(support: Report) -> None:
    reason = support.groups[0].standings["exact"].reasons["gpt-small"]
    assert "60 pairs would show a difference of" in reason and "four times in five" in reason


def test_numbers_without_spread_separate_nothing(support: Report) -> None:
    standing = support.groups[0].standings["cost_per_call"]
    assert not standing.alone and set(standing.level_with) == {"gpt-small", "llama"}


def test_numbers_made_in_another_way_are_not_compared(tmp_path: Path) -> None:
    plan = support_plan(models=("a", "b"), metrics=("exact",))
    entries = support_entries(40)

    def rescored(run: str, model: str) -> list[Entry]:
        return [
            (record, [msgspec.structs.replace(s, signature="exact|v:2") for s in scores])
            for record, scores in entries(run, model)
        ]

    runs = [
        write_run(tmp_path / "ws", plan, name, how, (EXACT, JUDGE)) for name, how in (("a", entries), ("b", rescored))
    ]
    standing = collect(runs, tmp_path / "ws").groups[0].standings["exact"]
    assert standing.reasons[standing.level_with[0]] == "measured in another way, so not compared"


def test_runs_without_a_common_sample_are_told_apart_by_intervals_only(tmp_path: Path) -> None:
    plan, entries = support_plan(models=("gpt-large", "llama"), metrics=("exact",)), support_entries(200)

    def others(run: str, model: str) -> list[Entry]:
        return [
            (msgspec.structs.replace(record, sample_hash=f"f{record.sample_hash[1:]}"), scores)
            for record, scores in entries(run, model)
        ]

    runs = [
        write_run(tmp_path / "ws", plan, name, how, (EXACT, JUDGE))
        for name, how in (("gpt-large", entries), ("llama", others))
    ]
    standing = collect(runs, tmp_path / "ws").groups[0].standings["exact"]
    assert standing.by == "intervals" and standing.alone
    assert standing.reasons["llama"] == "the intervals do not overlap"


def test_requirements_are_summed_up(support: Report) -> None:
    sentences = support.groups[0].sentences
    assert any(
        s.startswith("No model is shown to meet all requirements: gpt-large (latency_p95 <= 2 s: ") for s in sentences
    )


def test_failed_calls_are_in_the_summary(stored: Stored) -> None:
    root, support, intents = stored
    assert "Not answered as they should be: 2 of 60 calls of llama." in collect(support, root).groups[0].sentences
    assert "Every call was answered." in collect(intents, root).groups[0].sentences


def test_slices_mark_the_worst_grey_the_small_and_count_the_omitted(tmp_path: Path) -> None:
    plan, entries = support_plan(metrics=("exact",), models=("llama",)), support_entries(200)
    run = write_run(tmp_path / "ws", plan, "llama", entries, (EXACT, JUDGE))
    group = collect([run], tmp_path / "ws").groups[0]
    rows = {row.value: row for row in slice_rows(group, "language")}
    assert list(rows) == ["en", "de", "pt"] and [row.enough for row in rows.values()] == [True, True, False]
    worst = group.models[0].results.worst["exact"]
    assert [value for value, row in rows.items() if row.cells[0].mark == "worst"] == [worst.value]
    slices = group.models[0].results.slices
    slices["id"] = {f"v{i}": slices["language"]["pt"] for i in range(60)}
    group.models[0].results.omitted_slices["id"] = 100
    group.models[0].results.worst = worst_slices(slices)
    assert attributes(group) == ["language", "id"] and len(slice_rows(group, "id")) == 40
    assert omitted_slices(group, "id") == 120
    assert "120 rarer values of id are not shown" in render_html(
        msgspec.structs.replace(collect([run], tmp_path / "ws"), groups=[group])
    )


def test_a_confusion_is_systematic_only_beyond_chance() -> None:
    def pairs(counts: dict[tuple[str, str], int]) -> dict[tuple[str, str], bool]:
        rows = [pair for pair, n in counts.items() for _ in range(n)]
        frame = Frame.from_columns({"s.target": [t for t, _ in rows], "s.label": [p for _, p in rows]})
        return {(p.true, p.predicted): p.systematic for p in confused_pairs(confusion_matrix(frame, "s"))}

    even = {(t, p): 90 if t == p else 5 for t in "abc" for p in "abc"}
    assert not any(pairs(even).values()) and len(pairs(even)) == 6
    assert [pair for pair, is_ in pairs(even | {("a", "b"): 40}).items() if is_] == [("a", "b")]
    assert pairs({("a", "a"): 5, ("b", "b"): 5}) == {}


def test_every_flag_of_the_statistics_has_plain_words() -> None:
    from evalium.stats import result

    for line in (result.__doc__ or "").splitlines():
        if line.startswith("- `"):
            assert line.split("`")[1] in FLAGS
    assert flag_text("made_up") == "made up"


def test_metrics_stand_in_a_human_order() -> None:
    def one(unit: str) -> Estimate:
        return Estimate.undefined("none", unit=unit, signature="s")

    units = {
        "error_rate": "1",
        "cost_per_call": "USD",
        "latency_p95": "s",
        "throughput": "call/s",
        "exact": "1",
        "nll": "nat",
    }
    assert by_kind([{key: one(unit) for key, unit in units.items()}]) == {
        "Quality": ["exact", "nll"],
        "Speed": ["latency_p95", "throughput"],
        "Cost and tokens": ["cost_per_call"],
        "Failures": ["error_rate"],
    }


def test_differences_in_every_unit() -> None:
    def of(value: float, low: float, high: float, unit: str) -> Estimate:
        blank = Estimate.undefined("", unit=unit, signature="s", n=9)
        return msgspec.structs.replace(blank, value=value, low=low, high=high)

    nan = float("nan")
    assert difference_text(of(0.02, nan, nan, "1"), of(0.9, 0.8, 1.0, "1")) == "2.0 points"
    assert difference_text(of(0.5, 0.25, 0.75, "1"), of(3.5, 3.0, 4.0, "1")) == "0.500 [0.250, 0.750]"
    assert difference_text(of(-0.2, -0.3, 0.1, "s"), of(1.0, 0.9, 1.1, "s")) == "-200 ms [-300 ms, 100 ms]"


def test_findings_of_any_shape_have_words() -> None:
    interval = {"value": None, "low": None, "high": None, "level": 0.95, "method": "t"}
    found = dict(
        findings_text({"gap": interval, "warnings": ["a", "b"], "other": {"x": 1}, "folds": [{"test": 0.5}, {}]})
    )
    assert found == {
        "gap": "undefined: it cannot be computed on these folds",
        "warnings": "a; b",
        "other": '{"x":1}',
        "score of each fold": "0.500, undefined",
    }


def test_a_group_without_numbers_has_a_sentence() -> None:
    from evalium.metrics import Results

    model = ModelPart(name="m", run="r", state="done", series=0, counts={}, results=Results(overall={}))
    about = {"plan": "p", "description": "", "dataset": "d", "dataset_hash": "", "started": "", "primary": ""}
    group = Group(**about, n=0, epochs=1, level=0.95, models=[model])
    assert sentences_of(group)[0].startswith("No metric that says which answers are better")
    assert Standing().alone is False


def test_a_scorer_added_later_is_reported_too(tmp_path: Path) -> None:
    run = write_run(tmp_path / "ws", support_plan(metrics=("exact",)), "llama", support_entries(12), (EXACT, JUDGE))
    assert "judge.help" in collect([run], tmp_path / "ws").groups[0].models[0].results.overall
    with Workspace.open(tmp_path / "ws") as store:
        assert store.catalog.run(run).status == "done"
