from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, Score, Status
from evalium.scorers import create

from .records import record, scored, value

COLOURS = ("red", "dark blue", "blue", "green")
LONG = "The words x and y stand for what is sought here. " * 20


def chosen(output: str, choices: tuple[str, ...] = COLOURS, **options: Any) -> str | None:
    return scored({"choice": options}, record(output, 0, choices=choices)).label


@pytest.mark.parametrize(
    ("output", "letter"),
    [
        ("C", "C"),
        ("c", "C"),
        ("(C)", "C"),
        (" **C**\n", "C"),
        ("C.", "C"),
        (r"$\boxed{C}$", "C"),
        (r"\boxed{\text{(C)}}", "C"),
        ("C) blue", "C"),
        ("C: because", "C"),
        ("**C.** blue is", "C"),
        ("The answer is (C).", "C"),
        ("the answer is C", "C"),
        ("answer is c.", "C"),
        ("answer is (c) since", "C"),
        ("Answer: C", "C"),
        ("**Answer:** (C) blue", "C"),
        ("ANSWER: C", "C"),
        ("The correct answer is option C.", "C"),
        ("The answer is **blue**.", "C"),
        ("The answer is dark blue, not blue", "B"),
        ("The answer is: red", "A"),
        ("blue", "C"),
        ("Blue!", "C"),
        ("I would say blue.", "C"),
        ("It is dark blue.", "B"),
        ("Some think (A). It must be (C)", "C"),
        ("I think B", "B"),
        (LONG + "Thus it is (D).", "D"),
        (LONG + "\nGreen it is.", "D"),
        ("red or blue", None),
        ("A cat", None),
        ("the answer is a mystery", None),
        ("I am not sure.", None),
        (LONG + "with B the vector", None),
        ("(E)", None),
        ("E", None),
        ("", None),
        ("Answer:", None),
        ("The answer is (Z).", None),
    ],
)
def test_reading(output: str, letter: str | None) -> None:
    assert chosen(output) == letter


def test_first_and_last() -> None:
    text = "The answer is (A).\n\nQuestion: ... The answer is (B)."
    assert chosen(text) == "B"
    assert chosen(text, take="first") == "A"
    assert chosen("either (A) or (B)", take="first") == "A"


def test_own_patterns_come_in_order() -> None:
    patterns = [r"final: (\w+)", r"maybe (\w)|perhaps (\w)"]
    assert chosen("final: C maybe A", patterns=patterns) == "C"
    assert chosen("perhaps B, maybe A", patterns=patterns) == "A"
    assert chosen("perhaps B, maybe A", patterns=patterns, take="first") == "B"
    assert chosen("final: blue", patterns=patterns) == "C"
    assert chosen("The answer is B", patterns=patterns) is None
    with pytest.raises(ConfigError, match=r"option 'patterns': '\(' is not a regular expression"):
        create({"choice": {"patterns": ["("]}})


@pytest.mark.parametrize("target", ["C", "(C)", "c", "blue", "BLUE", 2, "2", ["C"]])
def test_targets(target: Any) -> None:
    assert value("choice", "(C)", target, choices=COLOURS) == 1.0
    assert value("choice", "(B)", target, choices=COLOURS) == 0.0


@pytest.mark.parametrize("target", ["E", "purple", 4, -1, "7", True, 1.5, {"a": 1}])
def test_wrong_targets_are_errors(target: Any) -> None:
    score = scored("choice", record("(A)", target, choices=COLOURS))
    assert score.status is Status.ERROR and repr(target)[:3] in (score.explanation or "")


def test_ambiguous_targets_ask() -> None:
    letters = ("B", "A")
    score = scored("choice", record("(A)", "A", choices=letters))
    assert score.status is Status.ERROR and "option target_is" in (score.explanation or "")
    assert value({"choice": {"target_is": "letter"}}, "(A)", "A", choices=letters) == 1.0
    assert value({"choice": {"target_is": "text"}}, "(B)", "A", choices=letters) == 1.0
    assert value("choice", "(A)", "A", choices=("A", "B")) == 1.0
    numbers = ("3", "0", "4")
    assert value("choice", "(B)", 0, choices=numbers) == "error"
    assert value({"choice": {"target_is": "index"}}, "(A)", 0, choices=numbers) == 1.0
    assert value("choice", "(C)", 4, choices=numbers) == 1.0


def test_without_choices_letters_are_all_there_is() -> None:
    assert value("choice", "So the answer is (E).", "(E)") == 1.0
    assert value("choice", "Z", "z") == 1.0


def test_missing_and_unparsed() -> None:
    assert value("choice", None, "A", choices=COLOURS) == "missing"
    assert value("choice", "A", None, choices=COLOURS) == "missing"
    assert value("choice", "no idea", "A", choices=COLOURS) == "unparsed"


def by_token(tokens: dict[str, float], target: Any = "A", n: int = 2) -> Score:
    fields = {"choices": COLOURS[:n], "logprobs": {"first_token": tokens}}
    return scored("choice", record("whatever", target, **fields))


def test_first_token_adds_up_what_differs_in_blanks() -> None:
    logs = {"A": math.log(0.3), "B": math.log(0.35), " A": math.log(0.15), "The": math.log(0.1), "ĠA": math.log(0.05)}
    score = by_token(logs)
    assert (score.value, score.label, score.target) == (1.0, "A", "A")
    assert score.probabilities == pytest.approx({"A": 0.5 / 0.85, "B": 0.35 / 0.85})


def test_first_token_ties_and_absence() -> None:
    assert by_token({"B": -1.0, "A": -1.0}).label == "A"
    assert by_token({"C": -1.0, "The": -0.1}).status is Status.UNPARSED
    assert by_token({}).status is Status.UNPARSED
    assert by_token({"B": -1.0}).probabilities == {"A": 0.0, "B": 1.0}
    assert by_token({"B": -1.0}, target=None).status is Status.MISSING


def by_likelihood(logprobs: list[float], choices: tuple[str, ...], target: Any, **options: Any) -> Score:
    fields = {"choices": choices, "logprobs": {"continuations": logprobs, "tokens": [1] * len(logprobs)}}
    return scored({"choice": options}, record(None, target, **fields))


def test_loglikelihood_by_length() -> None:
    # Per character: -1.0, -0.5, -0.6; per byte: -1.0, -0.5, -0.3 (é and the like take two bytes).
    choices, logs = ("ab", "abcdefgh", "éééé"), [-2.0, -4.0, -2.4]
    score = by_likelihood(logs, choices, "B")
    assert (score.value, score.label) == (0.0, "A")
    assert score.values == {"acc": 0.0, "acc_norm": 1.0, "acc_bytes": 0.0}
    assert by_likelihood(logs, choices, "B", norm="characters").value == 1.0
    assert by_likelihood(logs, choices, "C", norm="bytes").value == 1.0
    total = sum(map(math.exp, logs))
    assert score.probabilities == pytest.approx(
        {"A": math.exp(-2) / total, "B": math.exp(-4) / total, "C": math.exp(-2.4) / total}
    )


def test_loglikelihood_ties_go_to_the_first_option() -> None:
    assert by_likelihood([-1.0, -1.0], ("a", "b"), "B").label == "A"


@pytest.mark.parametrize(
    ("logs", "choices", "reason"),
    [
        ([-1.0], ("a", "b"), "1 log-likelihoods for 2"),
        ([-1.0, -2.0], ("a", ""), "empty"),
        ([math.nan, 0.0], ("a", "b"), "nan"),
    ],
)
def test_loglikelihoods_that_cannot_be_compared(logs: list[float], choices: tuple[str, ...], reason: str) -> None:
    score = by_likelihood(logs, choices, "A")
    assert score.status is Status.ERROR and reason in (score.explanation or "")


@given(st.lists(st.floats(-1000, 0), min_size=2, max_size=10))
def test_probabilities_sum_to_one_and_agree_with_the_label(logs: list[float]) -> None:
    score = by_likelihood(logs, tuple(f"{i} x" for i in range(len(logs))), "A")
    assert score.probabilities is not None and score.label is not None
    assert sum(score.probabilities.values()) == pytest.approx(1)
    assert score.probabilities[score.label] == max(score.probabilities.values())


@given(st.text(), st.lists(st.text(min_size=1), min_size=2, max_size=6).map(tuple))
def test_reading_never_fails(output: str, choices: tuple[str, ...]) -> None:
    score = scored({"choice": {"target_is": "index"}}, record(output, 0, choices=choices))
    assert score.status in (Status.OK, Status.UNPARSED), score.explanation
