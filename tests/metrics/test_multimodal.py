from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError, DataError, Status
from evalium.metrics import Frame
from evalium.metrics._score_columns import score_columns
from evalium.metrics.clip_score import ClipScore
from evalium.metrics.cross_modal import CrossModalRecall, ImageToTextRecall, TextToImageRecall
from evalium.metrics.tifa import TifaQuestionAccuracy, TifaScore
from evalium.metrics.vqa import VqaAccuracy
from evalium.metrics.zero_shot import ZeroShotAccuracy
from evalium.scorers import Scorer
from evalium.scorers.clip_score import clip_score
from evalium.scorers.embedding_pair import embedding_pair
from evalium.scorers.tifa import tifa
from evalium.scorers.vqa import plain_answer, vqa
from evalium.scorers.zero_shot import zero_shot
from tests.batches import Rng, each, ten_thousand
from tests.metrics.feature_sets import NO_INTERVAL, one, vectors
from tests.scorers.records import record, scored, value

BOTH: tuple[type[CrossModalRecall], ...] = (ImageToTextRecall, TextToImageRecall)


def frame_of(scorer: Scorer, predictions: Any, references: Any) -> Frame:
    return Frame.from_columns(score_columns(scorer, "s", predictions, references))


def pairs(images: Any, captions: Any) -> Frame:
    return frame_of(embedding_pair(), list(images), list(captions))


def recall_by_sorting(images: Any, captions: Any, k: int) -> tuple[float, float]:
    """Both recalls from sorted lists, one query at a time."""
    owner = [i for i, several in enumerate(captions) for _ in several]
    texts = [np.array(t) / np.linalg.norm(t) for several in captions for t in several]
    units = [np.array(i) / np.linalg.norm(i) for i in images]
    i2t = [
        any(owner[j] == i for j in sorted(range(len(texts)), key=lambda j: -(u @ texts[j]))[:k])
        for i, u in enumerate(units)
    ]
    t2i = [owner[j] in sorted(range(len(units)), key=lambda i: -(t @ units[i]))[:k] for j, t in enumerate(texts)]
    return float(np.mean(i2t)), float(np.mean(t2i))


def check_case(n: int, k: int, seed: int) -> None:
    rng = np.random.default_rng(seed)
    images = rng.normal(size=(n, 4))
    captions = [[(i + rng.normal(size=4)).tolist() for _ in range(rng.integers(1, 4))] for i in images]
    expected = recall_by_sorting(images, captions, k)
    frame = pairs(images, captions)
    found = tuple(one(kind(scorer="s", k=k), frame, NO_INTERVAL).value for kind in BOTH)
    assert found == pytest.approx(expected, abs=1e-12)


CASES = {"n": st.integers(1, 12), "k": st.integers(1, 5), "seed": st.integers(0, 10**6)}


@given(**CASES)
@settings(max_examples=200)
def test_recall_equals_sorting(n: int, k: int, seed: int) -> None:
    check_case(n, k, seed)


def drawn(rng: Rng) -> tuple[int, ...]:
    return tuple(rng.integers([1, 1, 0], [13, 6, 10**6]).tolist())


@pytest.mark.slow
def test_ten_thousand_recalls_equal_sorting() -> None:
    ten_thousand(each(check_case, drawn))


@pytest.mark.parametrize("kind", BOTH)
def test_recall_of_weights_is_that_of_repeats(kind: type[CrossModalRecall]) -> None:
    frame = pairs(vectors(30, 5, 1), vectors(30, 5, 1)[:, None] + 0.5 * vectors(90, 5, 2).reshape(30, 3, 5))
    metric, weights = kind(scorer="s", k=2), np.random.default_rng(0).integers(0, 3, 30)
    direct = float(metric.value(metric.columns(frame), weights.astype(float)))
    kept = frame.take(weights > 0)
    sampled = replace(kept, weights=weights[weights > 0].astype(float))
    assert 0 < direct < 1
    assert metric.value(metric.columns(sampled), weights[weights > 0].astype(float)) == pytest.approx(direct)


@pytest.mark.parametrize("kind", BOTH)
def test_constant_embeddings_find_nothing(kind: type[CrossModalRecall]) -> None:
    assert one(kind(scorer="s"), pairs(np.ones((9, 3)), np.ones((9, 3)))).value == 0.0


@pytest.mark.parametrize("kind", BOTH)
def test_intervals_of_recall(kind: type[CrossModalRecall]) -> None:
    images = vectors(80, 5, 1)
    single = one(kind(scorer="s"), pairs(images, images + 0.4 * vectors(80, 5, 2)))
    assert single.method == "wilson" and single.low < single.value < single.high
    several = one(kind(scorer="s"), pairs(images, images[:, None] + 0.4 * vectors(240, 5, 3).reshape(80, 3, 5)))
    assert several.low < several.value < several.high and several.n == 80


def test_units_without_an_embedding_are_missing() -> None:
    frame = pairs([[1.0, 0.0], None, [0.0, 1.0]], [[1.0, 0.0], [1.0, 1.0], None])
    found = one(ImageToTextRecall(scorer="s"), frame)
    assert (found.value, found.n, found.n_missing) == (1.0, 1, 2)
    empty = one(TextToImageRecall(scorer="s"), frame.take(np.array([1, 2])))
    assert math.isnan(empty.value) and empty.reason


def test_wrong_recall_is_refused() -> None:
    with pytest.raises(ConfigError, match="'k' must be a whole number of at least 1"):
        ImageToTextRecall(scorer="s", k=0)
    columns = {"s.values.features": [[1.0, 2.0]], "s.values.texts": [[1.0, 2.0, 3.0]], "s.status": ["ok"]}
    with pytest.raises(DataError, match="no multiple of an image's 2"):
        one(ImageToTextRecall(scorer="s"), Frame.from_columns(columns))


def test_clip_score_has_both_scales() -> None:
    image, text = vectors(50, 6, 1), vectors(50, 6, 2)
    cosine = (image * text).sum(axis=1) / np.linalg.norm(image, axis=1) / np.linalg.norm(text, axis=1)
    frame = frame_of(clip_score(), image, text)
    assert one(ClipScore(scorer="s"), frame).value == pytest.approx(np.maximum(100 * cosine, 0).mean(), rel=1e-9)
    paper = one(ClipScore(scorer="s", form="w2.5"), frame)
    assert paper.value == pytest.approx((2.5 * np.maximum(cosine, 0)).mean(), rel=1e-9)
    assert "form:w2.5" in paper.signature


def test_clip_score_of_what_has_no_direction() -> None:
    assert value(clip_score(), None, [1.0, 0.0], data={"image": [0.0, 0.0]}) == "missing"
    assert value(clip_score(), None, data={"image": [0.0, 1.0]}) == "missing"
    assert scored(clip_score(), record(None, [1.0], data={"image": [1.0, 2.0]})).status is Status.ERROR
    assert value(clip_score(), None, [[1.0, 0.0], [1.0, 1.0]], data={"image": [0.0, 1.0]}) == pytest.approx(
        100 / math.sqrt(2)
    )


def test_zero_shot_takes_the_nearest_class() -> None:
    classes = {"cat": [1.0, 0.0], "dog": [0.0, 1.0], "fox": [1.0, 1.0]}
    images = [[0.9, 0.1], [0.1, 0.9], [0.9, 1.0], [0.0, 0.0]]
    frame = frame_of(zero_shot(classes=classes), images, ["cat", "dog", "cat", "fox"])
    found = one(ZeroShotAccuracy(scorer="s"), frame)
    assert (found.value, found.n, found.n_missing) == (pytest.approx(2 / 3), 3, 1)
    chosen = scored(zero_shot(classes=classes), record(None, "dog", data={"image": [0.9, 1.0]}))
    assert (chosen.label, chosen.target, chosen.value) == ("fox", "dog", 0.0)
    assert scored(zero_shot(classes=classes), record(None, "cow", data={"image": [1.0, 0.0]})).status is Status.ERROR
    for wrong in ({"classes": ["one"]}, {"classes": ["a", "b"], "template": "a photo"}):
        with pytest.raises(ConfigError, match="zero_shot"):
            zero_shot(**wrong)  # type: ignore[arg-type]


TEN = ["2", "two", "two", "3", "3", "4", "4", "5", "5", "6"]


@pytest.mark.parametrize(
    ("output", "people", "expected"),
    [
        ("Two.", TEN, 0.9),
        ("6", TEN, 0.3),
        ("7", TEN, 0.0),
        ("yes", ["yes"] * 10, 1.0),
        ("The Yes", ["yes"] * 10, 0.0),  # unanimous answers are compared as they stand
        ("YES\n", ["yes"] * 10, 1.0),
        ("the dont", ["don't", "dont", "Dont"], 2 / 3),
        ("1,000", ["1000", "1,000", "1000.", "x"], 0.75 + 0.25 * 2 / 3 + 0.0),
        ("a", ["a"], 0.0),
    ],
)
def test_vqa_by_the_official_rule(output: str, people: list[str], expected: float) -> None:
    if output == "1,000":
        same = [True, True, True, False]
        expected = float(np.mean([min(1.0, (3 - one) / 3) for one in same]))
    assert value(vqa(), output, people) == pytest.approx(expected, abs=1e-12)
    assert value(vqa(), output, [{"answer": one, "answer_id": i} for i, one in enumerate(people)]) == pytest.approx(
        expected
    )


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("A dog-house, big", "dog house big"),
        ("left , right", "left right"),
        ("1,000.50", "1000.50"),
        ("u.s.a.", "usa"),
        ("none of THE zero", "0 of 0"),
        ("youre   it's", "you're it's"),
        ("Ça?", "ça"),
        ("", ""),
    ],
)
def test_plain_answers(text: str, plain: str) -> None:
    assert plain_answer(text) == plain


def test_vqa_accuracy_is_the_mean() -> None:
    frame = frame_of(vqa(), ["two", "6", None, "x"], [TEN, TEN, TEN, []])
    found = one(VqaAccuracy(scorer="s"), frame)
    assert (found.value, found.n, found.n_missing) == (pytest.approx(0.6), 2, 2)


QUESTIONS = [
    {"question": "is there a dog?", "answer": "yes", "choices": ["yes", "no"]},
    {"question": "how many?", "answer": "two", "choices": ["1", "two"]},
]


def test_tifa_counts_images_or_questions() -> None:
    frame = frame_of(
        tifa(), [["Yes", "2"], ["no"], {"how many?": "1"}, None], [QUESTIONS, ["yes"], QUESTIONS, QUESTIONS]
    )
    assert one(TifaScore(scorer="s"), frame).value == pytest.approx(1 / 3)
    found = one(TifaQuestionAccuracy(scorer="s"), frame)
    assert (found.value, found.n, found.n_missing) == (0.5, 3, 1)


def test_tifa_of_wrong_input() -> None:
    assert value(tifa(), None, QUESTIONS, data={"answers": [None, None]}) == "missing"
    assert value(tifa(), None, [], data={"answers": []}) == "missing"
    assert value(tifa(), "no JSON", QUESTIONS) == "unparsed"
    assert value(tifa(), '["yes", "two"]', QUESTIONS) == 1.0
    told = scored(tifa(), record(None, QUESTIONS, data={"answers": ["yes"]}))
    assert told.status is Status.ERROR and "1 answers to 2 questions" in str(told.explanation)
    assert (
        scored(tifa(), record(None, QUESTIONS, data={"answers": ["no", "two"]})).explanation == "wrong: is there a dog?"
    )
