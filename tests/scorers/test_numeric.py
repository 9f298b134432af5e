from __future__ import annotations

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.scorers import create
from evalium.scorers.numeric import reader

from .records import record, scored, value

read = reader(None, None, ".")


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("18", 18),
        ("-18", -18),
        ("+18", 18),
        ("−7", -7),
        ("1,234.50", 1234.5),
        ("1'234", 1234),
        ("1_000", 1000),
        ("10 000", 10000),
        ("10\u202f000", 10000),
        ("2020 was", 2020),
        ("$-3", -3),
        ("-$3", -3),
        ("€ 5", 5),
        ("US$5", 5),
        ("100%", 100),
        ("50 %", 50),
        (".5", 0.5),
        ("3.", 3),
        ("5km", 5),
        ("5 m²", 5),
        ("3/4", 0.75),
        ("12/4", 3),
        ("1 3/4", 1.75),
        ("½", 0.5),
        ("2½ cups", 2.5),
        (r"\frac{3}{4}", 0.75),
        (r"-\dfrac{1}{2}", -0.5),
        (r"so \boxed{1{,}234}", 1234),
        (r"$\boxed{\frac{7}{14}}$", 0.5),
        ("1.2e-3", 0.0012),
        ("3 × 10^5", 300000),
        ("3×10⁵", 300000),
        (r"6.02 \times 10^{23}", 6.02e23),
        ("10**5", 100000),
        ("2^10", 1024),
        ("共18个", 18),
        ("١٢", 12),
        ("7/9/1972", 7),
        ("from 5-3", 3),
        ("x2", None),
        ("1/0", None),
        ("1e999", None),
        ("9" * 5000, None),
        ("", None),
        ("none", None),
        ("#### 12", 12),
        ("A: 5\nA: 6", 6),
        ("ABA: 5 and 6", 6),
        ("the answer is 3 + 4 = 7", 7),
        ("The answer is 7 apples in 2 boxes", 7),
        ("**Answer:** 42 of 50", 42),
        ("Answer:\n\n42\n43", 42),
        ("To find the answer, add 5. The sum is 12", 12),
        ("The answer is unclear, maybe 5", 5),
        ("ANSWER: 9 or 10", 9),
        ("It has 3 apples and 2 pears (5 fruits).", 5),
        ("12 " + "words without any number " * 3000, 12),
        ("12 " + "words without any number " * 5000, None),
    ],
)
def test_reading(text: str, number: float | None) -> None:
    assert read(text) == number


@pytest.mark.parametrize(
    ("options", "output", "target", "expected"),
    [
        ({}, "A: 5,600", "5600", 1.0),
        ({}, "18", "... #### 18", 1.0),
        ({}, "18.0", 18, 1.0),
        ({}, "0.3", 0.1 + 0.2, 1.0),
        ({}, "0.3333", "1/3", 0.0),
        ({"relative": 0.001}, "0.3333", "1/3", 1.0),
        ({"absolute": 0.5}, "10.4", 10, 1.0),
        ({"absolute": 0.5}, "10.6", 10, 0.0),
        ({"relative": 0.1}, "-95", -100, 1.0),
        ({}, str(2**53 + 1), 2**53, 0.0),
        ({}, "four", 4, "unparsed"),
        ({}, "", 4, "unparsed"),
        ({}, "4", None, "missing"),
        ({}, "4", [], "missing"),
        ({}, "4", [3, "4"], 1.0),
        ({}, "4", "four", "error"),
        ({}, "4", True, "error"),
        ({}, "4", math.nan, "error"),
        ({"after": "Total:"}, "Total: 4, tax 1", 4, 1.0),
        ({"after": "Total:"}, "3 and 4", 4, 1.0),
        ({"units": {"km": 1000, "m": 1}}, "5 km", "5000 m", 1.0),
        ({"units": {"km": 1000, "m": 1}}, "5 mm", 5, 1.0),
        ({"units": {"%": 0.01}}, "50%", 0.5, 1.0),
        ({"decimal": ","}, "1.234,5", 1234.5, 1.0),
    ],
)
def test_scores(options: dict[str, Any], output: str, target: Any, expected: float | str) -> None:
    assert value({"numeric": options}, output, target) == expected


def test_shows_the_number_and_names_a_wrong_target() -> None:
    assert scored("numeric", record("it is $1,200", 3)).answer == "1200"
    score = scored("numeric", record("4", "four"))
    assert score.explanation == "ScoreError: there is no number in the target 'four'"


@pytest.mark.parametrize("option", ["absolute", "relative"])
@pytest.mark.parametrize("tolerance", [-1.0, math.nan])
def test_tolerances_are_not_negative(option: str, tolerance: float) -> None:
    with pytest.raises(ConfigError, match=f"option '{option}': must not be negative"):
        create({"numeric": {option: tolerance}})


WHOLE = st.integers(-(10**15), 10**15)


@given(WHOLE, st.sampled_from(["{}", "{:,}", "{:_}", "${:,}", "{}.", "**{}**", "{} apples", "A: {:,}", "#### {}"]))
def test_whole_numbers_come_back(number: int, form: str) -> None:
    assert read(form.format(number)) == number


@given(st.floats(-1e12, 1e12, allow_nan=False), st.sampled_from(["{!r}", "{:.17g}", "{:.17e}", "it is {!r} m"]))
def test_decimals_come_back(number: float, form: str) -> None:
    assert read(form.format(number)) == number


@given(st.integers(-999, 999), st.integers(1, 999))
def test_fractions_come_back(over: int, under: int) -> None:
    assert read(f"{over}/{under}") == over / under
    assert read(rf"\frac{{{over}}}{{{under}}}") == over / under


@given(WHOLE, st.text(st.characters(exclude_categories=["Nd", "No", "Nl"], exclude_characters="A:#nN\\"), max_size=400))
def test_the_last_number_is_found_behind_any_text(number: int, text: str) -> None:
    assert read(f"{text}\n{number}") == number


@given(st.text())
def test_reading_never_fails(text: str) -> None:
    number = read(text)
    assert number is None or math.isfinite(number)


@given(st.lists(st.sampled_from(["12", ".", ",", "e5", "/", "x", " ", "-", "^", "10", "1" * 200, "\n", "(", "½", "€"])))
def test_reading_number_soup_never_fails(parts: list[str]) -> None:
    number = read("".join(parts))
    assert number is None or math.isfinite(number)
