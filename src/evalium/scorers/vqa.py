"""Visual question answering by the official soft rule: as right as people agree with it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from evalium.core import Record, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET, texts_of
from .base import ScoreFunction

_DIGITS = dict(
    zip(
        "none zero one two three four five six seven eight nine ten".split(),
        "0 0 1 2 3 4 5 6 7 8 9 10".split(),
        strict=True,
    )
)
_ARTICLES = {"a", "an", "the"}
_PUNCTUATION = ';/[]"{}()=+\\_-><@`,?!'
_COMMA_IN_NUMBER = re.compile(r"\d,\d")
_PERIOD = re.compile(r"\.(?!\d)")
_MOST_PERIODS = int(re.UNICODE)
"""The reference passes the flag where `sub` takes its count, so only so many periods go."""

# Contractions whose apostrophe is missing, as the reference lists them; the odd ones have their own rules below.
_FULL = """
ain't aren't can't could've couldn't couldn't've didn't doesn't don't hadn't hadn't've hasn't haven't he'd he'd've he's
how'd how'll how's isn't it'd it'd've it'll ma'am mightn't mightn't've might've mustn't must've needn't not've o'clock
oughtn't shan't should've shouldn't shouldn't've somebody'd've somebody'll somebody's someone'd someone'd've someone'll
someone's something'd something'd've something'll that's there'd there'd've there're there's they'd they'd've they'll
they're they've wasn't we've weren't what'll what're what's what've when's where'd where's where've who'd who'd've
who'll who's who've why'll why're why's won't would've wouldn't wouldn't've y'all you'd you'd've you'll you're you've
""".split()


def _contractions() -> dict[str, str]:
    table = {full.replace("'", "", 1) if full.count("'") == 1 else "": full for full in _FULL}
    for full in [f for f in (*_FULL, "she'd've", "we'd've") if f.count("'") == 2]:
        first, second, third = full.split("'")
        table[f"{first}{second}'{third}"] = table[f"{first}'{second}{third}"] = full
    return table | {
        "ow's'at": "'ow's'at", "'ows'at": "'ow's'at", "'ow'sat": "'ow's'at", "somebody'd": "somebodyd",
        "twas": "'twas", "yall'll": "y'all'll", "y'allll": "y'all'll",
        "yall'd've": "y'all'd've", "y'alld've": "y'all'd've", "y'all'dve": "y'all'd've",
    }  # fmt: skip


_CONTRACTIONS = {key: full for key, full in _contractions().items() if key}


def plain_answer(text: str) -> str:
    """An answer as the VQA evaluation compares it: no punctuation or articles, digits for number words.

    Example:
        >>> plain_answer("The two dogs, dont!"), plain_answer("1,000.5")
        ("2 dogs don't", '1000.5')
    """
    found = text
    joined = _COMMA_IN_NUMBER.search(text) is not None
    for mark in _PUNCTUATION:
        apart = joined or mark + " " in text or " " + mark in text
        found = found.replace(mark, "" if apart else " ")
    found = _PERIOD.sub("", found, count=_MOST_PERIODS)
    words = (_DIGITS.get(word, word) for word in found.lower().split())
    return " ".join(_CONTRACTIONS.get(word, word) for word in words if word not in _ARTICLES)


@built_in(kind="vqa", values=("agreeing", "answers"))
def vqa() -> ScoreFunction:
    """Share of the points that people's agreement gives an answer: min(people who said it / 3, 1).

    Value 0 to 1, higher is better: averaged over the sets of all people but one, so that the answer of each person can
    be scored alike; with ten answers 3 agreeing give 0.9 and 4 give 1. Target: the answers of all people, usually ten.
    Punctuation, articles, number words and contractions are normalised on both sides unless all people said exactly
    the same. `values` holds `agreeing` and `answers`. No output or no target is `missing`. With one answer only take
    `exact`: leaving it out leaves nobody to agree, and the value is 0. Equals the code published with VQA v2. Antol et
    al. 2015, Goyal et al. 2017.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="Two.", target=["2", "two", "two", "3", "3", "4", "4", "5", "5", "6"])
        >>> round(vqa().score(record).value, 3)
        0.9
    """
    return _score


def _score(record: Record) -> Verdict:
    if record.output is None:
        return NO_OUTPUT
    people = [_one_line(text) for text in _people(record.target)]
    if not people:
        return NO_TARGET
    answer = _one_line(record.output)
    if len(set(people)) > 1:
        people, answer = [plain_answer(text) for text in people], plain_answer(answer)
    same = [text.lower() == answer.lower() for text in people]
    agreeing, n = sum(same), len(people)
    value = sum(min(1.0, (agreeing - one) / 3) for one in same) / n
    return Verdict(value=value, answer=answer, values={"agreeing": float(agreeing), "answers": float(n)})


def _people(target: object) -> Sequence[str]:
    if isinstance(target, (list, tuple)):
        return [_said(one) for one in target if one is not None]
    return texts_of(target)


def _said(one: object) -> str:
    """One person's answer, also as the annotation files have it: a mapping with `answer`."""
    return str(one["answer"]) if isinstance(one, dict) and "answer" in one else str(one)


def _one_line(text: str) -> str:
    return text.replace("\n", " ").replace("\t", " ").strip()
