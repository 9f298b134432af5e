"""Whether an image shows what its prompt asked for, by questions about it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from evalium.core import Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._target import NO_TARGET, texts_of
from .base import ScoreFunction
from .structured import structured
from .vqa import plain_answer


@built_in(kind="tifa", values=("correct", "questions", "hits"), reads="data.answers")
def tifa() -> ScoreFunction:
    """Share of questions about an image that are answered as its prompt says, in [0, 1], higher is better.

    The answers (a list in `data.answers`, or JSON in the output) are a VQA model's, one for each question, or a mapping
    of question to answer; the target is the list of questions: `{question, answer, choices}`, or just the expected
    answers. Both sides are normalised as VQA answers. An unanswered question (None) is not counted; an answer that is
    none of the choices is wrong. `values`: `correct`, `questions` and `hits`, 1 or 0 for each counted question. No
    question, or none answered, is `missing`. As good as the questions and the model that answers them: check both
    against people. Hu et al. 2023.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"answers": ["Yes", "3"]}, target=[{"question": "a dog?", "answer": "yes"},
        ...                 {"question": "how many?", "answer": "two", "choices": ["two", "3"]}])
        >>> tifa().score(record).value
        0.5
    """
    return _score


def _score(record: Record) -> Verdict:
    given = structured(record, "data.answers")
    if isinstance(given, Verdict):
        return given
    if not isinstance(record.target, (list, tuple)) or not record.target:
        return NO_TARGET
    pairs = list(zip(_answers(given, record.target), record.target, strict=True))
    hits = [_right(answer, question) for answer, question in pairs if answer is not None]
    if not hits:
        return Verdict(status=Status.MISSING, explanation="no question was answered")
    wrong = [_asked(question) for answer, question in pairs if answer is not None and not _right(answer, question)]
    return Verdict(
        value=sum(hits) / len(hits),
        explanation=f"wrong: {'; '.join(wrong)}" if wrong else None,
        values={"correct": float(sum(hits)), "questions": float(len(hits)), "hits": hits},
    )


def _answers(given: Any, questions: Any) -> list[Any]:
    if isinstance(given, Mapping):
        return [given.get(_asked(question)) for question in questions]
    if not isinstance(given, (list, tuple)):
        raise ScoreError(f"answers are a list or a mapping of question to answer, got {type(given).__name__}")
    if len(given) != len(questions):
        raise ScoreError(
            f"{len(given)} answers to {len(questions)} questions: give one for each, None where there is none"
        )
    return list(given)


def _asked(question: Any) -> str:
    return str(question.get("question", question.get("answer"))) if isinstance(question, Mapping) else str(question)


def _right(answer: Any, question: Any) -> float:
    expected = question.get("answer") if isinstance(question, Mapping) else question
    accepted = {plain_answer(text) for text in texts_of(expected)}
    if not accepted:
        raise ScoreError(f"the question {_asked(question)!r} has no 'answer'")
    said = answer.get("answer") if isinstance(answer, Mapping) else answer
    return float(plain_answer(texts_of(said)[-1] if texts_of(said) else "") in accepted)
