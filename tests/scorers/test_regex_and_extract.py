from __future__ import annotations

import asyncio
import re
import signal
import threading
from collections.abc import Awaitable
from typing import Any

import msgspec
import pytest
import uvloop
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, Record, Score, Status, Verdict
from evalium.scorers import Scorer, _limit, compile_extract, create, score_now, with_extract

from .records import record, scored, value

EXPONENTIAL = r"(a+)+$"
HOSTILE = "a" * 64 + "b"


@pytest.mark.parametrize(
    ("options", "output", "target", "expected"),
    [
        ({"pattern": r"\d{3}"}, "call 911", None, 1.0),
        ({"pattern": r"\d{3}"}, "call 91", None, 0.0),
        ({"pattern": "yes"}, "YES", None, 0.0),
        ({"pattern": "yes", "case": "ignore"}, "YES", None, 1.0),
        ({"pattern": r"A: (\S+)", "group": 1}, "A: x A: y", "y", 1.0),
        ({"pattern": r"A: (\S+)", "group": 1, "take": "first"}, "A: x A: y", "x", 1.0),
        ({"pattern": r"A: (?P<it>\S+)", "group": "it"}, "A: x", ["y", "x"], 1.0),
        ({"pattern": r"A: (\S+)", "group": 0}, "A: x", "A: x", 1.0),
        ({"pattern": r"A: (\S+)", "group": 1}, "B: x", "x", "unparsed"),
        ({"pattern": r"A: (\S+)|B", "group": 1}, "A: x B", "x", 1.0),
        ({"pattern": r"A: (\S+)", "group": 1}, "A: x", None, "missing"),
        ({"pattern": r"A: (.+)", "group": 1, "case": "ignore"}, "A: Yes ", "yes", 1.0),
        ({}, "call 911", r"\d+", 1.0),
        ({}, "call me", [r"\d+", "me$"], 1.0),
        ({}, "call me", [r"\d+"], 0.0),
        ({}, "call", None, "missing"),
        ({}, "call", "(", "error"),
    ],
)
def test_regex(options: dict[str, Any], output: str, target: Any, expected: float | str) -> None:
    assert value({"regex": options}, output, target) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"pattern": "("}, "option 'pattern': '(' is not a regular expression: missing )"),
        ({"pattern": "a", "group": 1}, "option 'group': 'a' has 0 groups, no 1"),
        ({"pattern": "(?P<x>a)", "group": "y"}, "has 1 groups (named: x), no 'y'"),
        ({"pattern": "(a)", "group": -1}, "has 1 groups, no -1"),
        ({"group": 1}, "needs the option 'pattern'"),
    ],
)
def test_regex_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=re.escape(message)):
        create({"regex": options})


@pytest.mark.parametrize(
    ("pattern", "output", "answer"),
    [
        (r"A: (.+)", "A: 3\nA: 4", "4"),
        (r"A: .", "A: 3 A: 4", "A: 4"),
        (r"is \(([A-J])\)|nswer: ([A-J])", "Answer: C", "C"),
        (r"(?s)<answer>(.*?)</answer>", "<answer>a\nb</answer>", "a\nb"),
        (r"(?i)ANSWER (\d)", "answer 5", "5"),
        (r"A: (.*)", "A: ", ""),
        (r"A: (.+)", "none", None),
        (r"A: (.+)", "", None),
    ],
)
def test_extract(pattern: str, output: str, answer: str | None) -> None:
    assert compile_extract(pattern)(output) == answer


@given(st.text(), st.text(st.characters(exclude_characters="<>"), min_size=1))
def test_extract_finds_the_last(before: str, answer: str) -> None:
    assert compile_extract(r"(?s)<a>([^<>]+)</a>")(f"{before}<a>x</a><a>{answer}</a>") == answer


def test_extract_that_does_not_compile() -> None:
    with pytest.raises(ConfigError, match=r"extract: '\[' is not a regular expression"):
        create("exact", extract="[")


def test_scorers_see_the_extracted_answer() -> None:
    scorer = create("numeric", extract=r"A: (.+)")
    assert scorer.signature == 'numeric|v:1|extract:"A: (.+)"'
    assert value(scorer, "7 is not it. A: 5 eggs", 5) == 1.0
    assert value(scorer, "5", 5) == "unparsed"
    assert value(scorer, None, 5) == "missing"
    assert scored(create("f1", extract="(b.)"), record("aa ba", "ba")).answer == "ba"


def test_the_extracted_answer_is_shown_where_the_scorer_shows_none() -> None:
    scorer = Scorer(name="x", signature="x", score=lambda record: record.output == "4")
    score = scored(with_extract(scorer, "A: (.)"), record("A: 4"))
    assert (score.value, score.answer) == (1.0, "4")


def test_the_record_keeps_its_output() -> None:
    about = record("A: 4", "4")
    before = msgspec.json.encode(about)
    scored(create("exact", extract="A: (.)"), about)
    assert msgspec.json.encode(about) == before


def test_extract_before_an_async_scorer() -> None:
    async def score(record: Record) -> bool:
        return record.output == "4"

    scorer = with_extract(Scorer(name="x", signature="x", score=score), "A: (.)")
    pending = score_now(scorer, record("A: 4"))
    assert isinstance(pending, Awaitable)

    async def settled() -> Score:
        return await pending

    done = asyncio.run(settled())
    assert (done.value, done.answer) == (1.0, "4")
    assert scored(scorer, record("none")).status is Status.UNPARSED


@pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")
def _wait_until_idle() -> None:
    """The timer disarms itself at its second tick without a search."""
    while signal.getitimer(signal.ITIMER_REAL)[0]:
        signal.pause()


class TestTimeLimit:
    """Without the limit these would run for 2**64 steps."""

    @pytest.fixture(autouse=True)
    def _short_limit(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(_limit, "SECONDS", 0.02)

    def test_a_pattern_that_takes_for_ever_is_an_error_of_its_record(self) -> None:
        _wait_until_idle()
        before = signal.getsignal(signal.SIGALRM)
        score = scored({"regex": {"pattern": EXPONENTIAL}}, record(HOSTILE))
        assert score.status is Status.ERROR and "took too long" in (score.explanation or "")
        _wait_until_idle()
        assert signal.getsignal(signal.SIGALRM) is before

    @pytest.mark.parametrize(
        ("spec", "extract"),
        [
            ({"regex": {"pattern": EXPONENTIAL, "group": 1}}, None),
            ("regex", None),
            ({"choice": {"patterns": [EXPONENTIAL]}}, None),
            ("exact", EXPONENTIAL),
        ],
    )
    def test_wherever_a_pattern_is_given(self, spec: Any, extract: str | None) -> None:
        scorer = create(spec, extract=extract)
        about = record(HOSTILE, EXPONENTIAL if spec == "regex" else "a", choices=("a", "b") if "choice" in spec else ())
        score = scored(scorer, about)
        assert score.status is Status.ERROR and "took too long" in (score.explanation or "")

    def test_a_schemas_pattern(self) -> None:
        score = scored({"json_schema": {"schema": {"pattern": EXPONENTIAL}}}, record(f'"{HOSTILE}"'))
        assert score.status is Status.ERROR and "took too long" in (score.explanation or "")

    def test_inside_an_event_loop(self) -> None:
        async def main() -> list[float | str]:
            spec = {"regex": {"pattern": EXPONENTIAL}}
            first = value(spec, HOSTILE)
            await asyncio.sleep(0)
            return [first, value(spec, "aaa")]

        for run in (asyncio.run, uvloop.run):
            assert run(main()) == ["error", 1.0]

    def test_a_timer_of_somebody_else_is_left_alone(self) -> None:
        rang: list[int] = []
        previous = signal.signal(signal.SIGALRM, lambda number, frame: rang.append(number))
        signal.setitimer(signal.ITIMER_REAL, 3600)
        try:
            assert _limit.in_time(len, "abc") == 3
            assert signal.getitimer(signal.ITIMER_REAL)[0] > 3000
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, previous)
        assert rang == []


def test_other_threads_search_without_a_limit() -> None:
    found: list[Any] = []
    thread = threading.Thread(target=lambda: found.append(value({"regex": {"pattern": "b$"}}, HOSTILE)))
    thread.start()
    thread.join()
    assert found == [1.0]


def test_verdicts_of_an_extracting_scorer_keep_their_status() -> None:
    scorer = Scorer(name="x", signature="x", score=lambda record: Verdict(status=Status.UNPARSED))
    score = scored(with_extract(scorer, "A: (.)"), record("A: 4"))
    assert (score.status, score.answer) == (Status.UNPARSED, "4")
