from __future__ import annotations

from collections import Counter
from pathlib import Path

import msgspec
import pytest

from evalium.core import Record, Score, Status
from evalium.metrics import ScorerInfo
from evalium.report import ModelPart, collect, render_html

from .made import EXACT, Entries, Entry, support_plan, write_run

Stored = tuple[Path, list[str], list[str]]


def answers(values: list[float | str | None], scorer: ScorerInfo = EXACT, output: str = "out") -> Entries:
    """A value for each unit; None is a failed call, a word the status of the scoring."""

    def entries(run: str, model: str) -> list[Entry]:
        made: list[Entry] = []
        for i, value in enumerate(values):
            failed = value is None
            record = Record(
                key=f"{i:064x}",
                run=run,
                sample=f"s{i}",
                sample_hash=f"{i:032x}",
                model=model,
                status=Status.ERROR if failed else Status.OK,
                error_kind="http_500" if failed else None,
                error="boom" if failed else None,
                input=f"in {i}",
                output=None if failed else output,
                target=["a", "b"] if i == 0 else {"x": 1},
            )
            status = Status(value) if isinstance(value, str) else Status.MISSING if failed else Status.OK
            number = value if isinstance(value, float) else None
            made.append((record, [Score(run=run, sample=f"s{i}", scorer=scorer.name, status=status, value=number)]))
        return made

    return entries


def model_of(tmp_path: Path, entries: Entries, scorer: ScorerInfo = EXACT) -> ModelPart:
    plan = support_plan(metrics=(scorer.name,), models=("m",))
    run = write_run(tmp_path / "ws", plan, "m", entries, (scorer,))
    return collect([run], tmp_path / "ws").groups[0].models[0]


def test_wrong_ones_come_first_then_errors_then_a_few_others(tmp_path: Path) -> None:
    model = model_of(tmp_path, answers([1.0, 0.0, None, 1.0, "unparsed", 0.0]))
    assert [s.kind for s in model.samples] == ["failed", "failed", "failed", "error", "passed", "passed"]
    assert {s.id for s in model.samples[:3]} == {"s1", "s4", "s5"}


def test_at_most_fifty_with_room_kept_for_errors(tmp_path: Path) -> None:
    model = model_of(tmp_path, answers([0.0] * 80 + [None] * 30 + [1.0] * 10))
    assert Counter(s.kind for s in model.samples) == {"failed": 40, "error": 10}
    none_wrong = model_of(tmp_path / "b", answers([None] * 80 + [1.0] * 10))
    assert Counter(s.kind for s in none_wrong.samples) == {"error": 50}


def test_a_graded_scorer_orders_by_its_value_in_its_direction(tmp_path: Path) -> None:
    values: list[float | str | None] = [0.1, 0.9, 0.6, 0.3]
    up = model_of(tmp_path / "up", answers(values, ScorerInfo("rouge", "graded")), ScorerInfo("rouge", "graded"))
    assert [(s.id, s.kind) for s in up.samples] == [
        ("s0", "failed"),
        ("s3", "failed"),
        ("s2", "passed"),
        ("s1", "passed"),
    ]
    cost = ScorerInfo("edits", "graded", higher_is_better=False)
    down = model_of(tmp_path / "down", answers(values, cost), cost)
    assert [(s.id, s.kind) for s in down.samples] == [
        ("s1", "failed"),
        ("s2", "failed"),
        ("s3", "passed"),
        ("s0", "passed"),
    ]
    free = ScorerInfo("logprob", "graded", low=None, high=None)
    unbounded = model_of(tmp_path / "free", answers([-5.0, -1.0], free), free)
    assert [(s.id, s.kind) for s in unbounded.samples] == [("s0", "passed"), ("s1", "passed")]


def test_targets_are_shown_as_words(tmp_path: Path) -> None:
    shown = {s.id: s.expected.head for s in model_of(tmp_path, answers([0.0, 0.0])).samples}
    assert shown == {"s0": "a\nb", "s1": '{"x":1}'}


def test_a_conversation_is_shown_turn_by_turn(stored: Stored) -> None:
    root, support, _ = stored
    sample = collect(support[:1], root).groups[0].models[0].samples[0]
    assert sample.input.head.startswith("user:\nHow do I fix problem")


def test_ten_megabytes_are_cut_with_a_note(tmp_path: Path) -> None:
    size = 10 * 2**20
    model = model_of(tmp_path, answers([0.0], output="a" * (size - 5) + "omega"))
    output = model.samples[0].output
    assert output.length == size and output.head.startswith("aaa") and output.tail.endswith("omega")
    assert len(output.head) + len(output.tail) == 8000


def test_the_page_says_how_much_is_left_out(tmp_path: Path) -> None:
    plan = support_plan(metrics=("exact",), models=("m",))
    run = write_run(tmp_path / "ws", plan, "m", answers([0.0], output="é" * 20_000), (EXACT,))
    assert "12,000 of 20,000 characters are left out here" in render_html(collect([run], tmp_path / "ws"))


def test_failures_are_counted_by_kind_with_what_the_first_one_said(tmp_path: Path) -> None:
    model = model_of(tmp_path, answers([None, 0.0, "unparsed", None]))
    found = [(f.kind, f.count, f.share.value, f.message.head) for f in model.failures]
    assert found == [("http_500", 2, 0.5, "boom"), ("exact: unparsed", 1, 0.25, "")]


@pytest.mark.parametrize("runs", [1, 2])
def test_disagreement_between_models(tmp_path: Path, runs: int) -> None:
    plan = support_plan(metrics=("exact",), models=("a", "b"))
    write_run(tmp_path / "ws", plan, "a", answers([0.0, 0.0, 1.0]), (EXACT,))
    write_run(tmp_path / "ws", plan, "b", answers([0.0, 1.0, None]), (EXACT,))
    models = collect([], tmp_path / "ws").groups[0].models[:runs]
    first = {s.id: (s.disagree, s.others) for s in models[0].samples}
    assert first == {
        "s0": (False, (("b", "wrong"),)),
        "s1": (True, (("b", "right"),)),
        "s2": (True, (("b", "error"),)),
    }


def test_units_of_another_role_and_steps_are_not_shown(tmp_path: Path) -> None:
    def entries(run: str, model: str) -> list[Entry]:
        made = list(answers([0.0])(run, model))
        record, _ = made[0]
        step = msgspec.structs.replace(record, kind="step", step=1, output="a step")
        judge = msgspec.structs.replace(record, role="judge", step=2, sample="other", output="a judge")
        return [*made, (step, []), (judge, [])]

    model = model_of(tmp_path, entries)
    assert [s.output.head for s in model.samples] == ["out"]
    assert model.counts == {"ok": 1}
