from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from evalium.report import Text, visible
from evalium.report._visible import cut, one_line

ANYTHING = st.text(st.characters(), max_size=200)


@given(ANYTHING)
def test_nothing_that_acts_unseen_is_left(text: str) -> None:
    shown = visible(text)
    for character in shown:
        category = unicodedata.category(character)
        assert category not in {"Cc", "Cs", "Zl", "Zp"} or character in "\t\n", hex(ord(character))
        assert unicodedata.bidirectional(character) not in {
            "LRE",
            "RLE",
            "LRO",
            "RLO",
            "PDF",
            "LRI",
            "RLI",
            "FSI",
            "PDI",
        }
    shown.encode()


@given(ANYTHING)
def test_making_visible_twice_changes_nothing_more(text: str) -> None:
    assert visible(visible(text)) == visible(text)


def test_ordinary_text_of_any_script_is_untouched() -> None:
    text = "Größe 3 · 東京 · مرحبا · שלום · 👩‍👩‍👧 · e\u0301\n\tx"
    assert visible(text) == text


@given(ANYTHING, st.integers(0, 60))
def test_a_cut_text_keeps_its_ends_and_counts_what_it_left_out(text: str, most: int) -> None:
    kept = cut(text, most)
    assert text.startswith(kept.head) and text.endswith(kept.tail)
    assert len(kept.head) + len(kept.tail) + kept.omitted == len(text)
    assert (kept.omitted >= 0 and len(kept.head) + len(kept.tail) <= max(most, 0)) or kept.omitted == 0


def test_cutting_twice_is_cutting_once() -> None:
    text = "".join(chr(97 + i % 26) for i in range(1000))
    assert cut(text, 300).shorter(60) == Text(text[:40], text[-20:], 1000)


@given(ANYTHING, st.integers(2, 50))
def test_one_line_is_one_line_of_that_length(text: str, most: int) -> None:
    line = one_line(text, most)
    assert len(line) <= most and "\n" not in line
