"""Every part of the benchmarks runs at a tiny size, and none reports the speed of wrong answers. No time decides."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from benchmarks import commands, engine, machine, peers, report, run, scale, startup, store
from benchmarks.process import Failed, environment, measure
from benchmarks.server import Server
from benchmarks.workload import WrongAnswers, check_accuracy, write_plan, write_questions
from tests.extras import require_extra

TINY = 40


@pytest.fixture
def setting(tmp_path: Path) -> engine.Setting:
    return engine.Setting(tmp_path, samples=TINY, concurrency=4, repeats=1)


def numbers(section: report.Section) -> list[float]:
    return [float(n.replace(",", "")) for row in section.rows for cell in row[1:] for n in re.findall(r"[\d,.]+", cell)]


@pytest.mark.parametrize("case", engine.CASES[:2], ids=lambda case: case.name)
def test_engine(setting: engine.Setting, case: engine.Case) -> None:
    section = engine.benchmark(setting, case)
    names = [row[0] for row in section.rows]
    assert names[:5] == [
        engine.BARE,
        engine.LOOP,
        "evalium loop, answers kept in the cache",
        engine.BARE_WHOLE,
        "`evalium run`, whole process",
    ]
    assert all(n > 0 for n in numbers(section))
    assert [target.bound for target in section.targets] == [case.share, engine.CPU_SHARE]


def test_scale(setting: engine.Setting) -> None:
    section = scale.benchmark(setting, (10, TINY))
    assert [row[0] for row in section.rows] == ["10", str(TINY)]
    assert len(section.targets) == 4


def test_store(tmp_path: Path) -> None:
    section = store.benchmark(tmp_path, 1, runs=5, records=TINY)
    assert len(section.rows) == len(section.targets) == 4


def test_startup(tmp_path: Path) -> None:
    section = startup.commands(1)
    assert len(section.rows) == len(startup.COMMANDS)
    assert all(n > 0 for n in numbers(section))
    require_extra("sklearn")
    assert all(n > 0 for n in numbers(startup.demo(tmp_path, 1)))


def test_peers_that_are_not_installed_are_named(setting: engine.Setting, tmp_path: Path) -> None:
    section = peers.benchmark(setting, tmp_path / "nothing")
    assert [row[0] for row in section.rows] == ["bare aiohttp", "evalium"]
    assert section.note.endswith("Not installed, so left out: Inspect, lm-eval, DeepEval, promptfoo.")


def test_streamed_answers_are_streamed(tmp_path: Path) -> None:
    expected = write_questions(tmp_path / "questions.jsonl", TINY)
    with Server() as server:
        write_plan(tmp_path / "plan.yaml", server.base_url, stream=True)
        done = commands.run_whole(tmp_path / "plan.yaml", 4, expected)
        assert server.stats()["requests"] == TINY
    found = done.json()["runs"][0]["metrics"]["ttft_p95"]
    assert found["n"] == TINY
    assert found["value"] > 0


def test_wrong_answers_are_refused(tmp_path: Path) -> None:
    questions = tmp_path / "questions.jsonl"
    expected = write_questions(questions, TINY)
    rows = [json.loads(line) for line in questions.read_text(encoding="utf-8").splitlines()]
    rows[0]["answer"] += "0"
    questions.write_text("\n".join(map(json.dumps, rows)) + "\n", encoding="utf-8")
    with Server() as server, pytest.raises(WrongAnswers, match="the bare client found"):
        commands.run_bare(questions, server.base_url, 4, expected)
    with pytest.raises(WrongAnswers, match="nobody found None"):
        check_accuracy("nobody", None, 0.7)


def test_the_known_share_is_that_of_the_server(tmp_path: Path) -> None:
    expected = write_questions(tmp_path / "questions.jsonl", 1000)
    assert 0.65 < expected < 0.75


def test_children_cache_their_bytecode(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert "PYTHONDONTWRITEBYTECODE" not in environment()
    measure([commands.EVALIUM, "--help"])
    assert machine.bytecode_cached()


def test_a_failed_command_is_shown() -> None:
    with pytest.raises(Failed, match="no command 'rnu'"):
        measure([commands.EVALIUM, "rnu"])


def test_the_report_says_what_is_kept() -> None:
    section = report.Section("T", "N", ["a"], [["1"]], [report.Target("x", 2.0, 1.0, unit="s")])
    text = report.document({"date": "today"}, [section])
    assert "| x | 2 s | ≤ 1 s | **no** |" in text
    assert report.Target("y", 2.0, 1.0, at_least=True).kept
    assert not section.kept


def test_a_part_that_fails_does_not_take_the_others_with_it() -> None:
    def lying() -> report.Section:
        raise WrongAnswers("x found 1.0")

    section = run.attempt("T", lying)
    assert section.text() == "## T\n\nNot measured: x found 1.0"
    assert not section.kept


@pytest.mark.parametrize(("given", "said"), [(["engin"], "no part 'engin'"), (["engine", "--peers"], "EVALIUM_PEERS")])
def test_wrong_arguments(
    given: list[str], said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("EVALIUM_PEERS", raising=False)
    with pytest.raises(SystemExit):
        run.arguments(given)
    assert said in capsys.readouterr().err


def test_parts(tmp_path: Path) -> None:
    assert len(run.sections(run.arguments([]), tmp_path)) == 7
    assert len(run.sections(run.arguments(["scale"]), tmp_path)) == 1
