"""How easy an English text is to read, by Flesch."""

from __future__ import annotations

import re

from evalium.core import Record, Status, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT
from .base import ScoreFunction

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE_END = re.compile(r"[.!?]+[\"'”’)\]]*(?=\s|$)")
_VOWELS = re.compile(r"[aeiouyáàâäéèêëíìîïóòôöúùûü]+")
_SILENT_E = re.compile(
    r"(?:[^aeiouyl]|[aeiouyl]l)e$|(?:[^aeiouytdl]|[aeiouyl]l)ed$|(?:[^aeiouysxzcghl]|[aeiouyl]l|th)es$"
)
_LATIN = re.compile(r"[A-Za-z\u00c0-\u024f]")
_LEAST_LATIN = 0.9


@built_in(kind="readability", values=("grade", "words", "sentences", "syllables"), low=None, high=121.22, unit="1")
def readability() -> ScoreFunction:
    """Flesch reading ease of an English answer.

    Value: 206.835 - 1.015 words/sentence - 84.6 syllables/word, at most 121.22, unbounded below, higher is easier.
    `values` holds the Flesch-Kincaid `grade` (0.39 words/sentence + 11.8 syllables/word - 15.59) and the counts. A
    sentence ends at `.`, `!` or `?` before whitespace, or with the text; a word is a run of letters, apostrophes
    inside it. Syllables are the runs of vowels (y is one), at least one a word, without a silent e, ed or es at its
    end: one behind a consonant, but for a consonant and l (table, handled), ed behind t or d, es behind a hiss (boxes).

    English only, since the weights were fitted to it: missing where the record's attribute `language` names another
    language, where less than nine tenths of the letters are Latin, and where there are no words. Reads no target.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="The cat sat on the mat.")
        >>> verdict = readability().score(record)
        >>> round(verdict.value, 3), round(verdict.values["grade"], 2)
        (116.145, -1.45)
    """
    return _score


def _score(record: Record) -> Verdict:
    if record.output is None:
        return NO_OUTPUT
    language = record.attributes.get("language")
    if isinstance(language, str) and language.lower().replace("_", "-").split("-")[0] not in {"en", "eng", "english"}:
        return _missing(f"the record is in the language {language!r}: Flesch's formulas are for English")
    words = _WORD.findall(record.output)
    if not words:
        return _missing("the output has no words")
    letters = "".join(words)
    if len(_LATIN.findall(letters)) < _LEAST_LATIN * len(letters):
        return _missing("the output is not in Latin letters: Flesch's formulas are for English")
    sentences = _sentences(record.output)
    spoken = sum(syllables(word) for word in words)
    length, weight = len(words) / sentences, spoken / len(words)
    counts = {"words": float(len(words)), "sentences": float(sentences), "syllables": float(spoken)}
    grade = 0.39 * length + 11.8 * weight - 15.59
    return Verdict(value=206.835 - 1.015 * length - 84.6 * weight, values={"grade": grade, **counts})


def syllables(word: str) -> int:
    """Syllables of an English word, by rule.

    Example:
        >>> [syllables(word) for word in ("cat", "table", "make", "jumped", "wanted", "boxes", "readability", "the")]
        [1, 2, 1, 1, 2, 2, 5, 1]
    """
    text = word.lower()
    count = len(_VOWELS.findall(text))
    return max(1, count - (1 if _SILENT_E.search(text) else 0))


def _sentences(text: str) -> int:
    ended = [part for part in _SENTENCE_END.split(text) if _WORD.search(part)]
    return max(1, len(ended))


def _missing(why: str) -> Verdict:
    return Verdict(status=Status.MISSING, explanation=why)
