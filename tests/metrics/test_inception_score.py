from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evalium.core import ConfigError
from evalium.metrics import Frame
from evalium.metrics.inception_score import InceptionScore, InceptionScoreSplits
from tests.batches import Rng, each, ten_thousand
from tests.extras import require_extra
from tests.metrics.feature_sets import NO_INTERVAL, Floats, frame_of, one, vectors

SCORE = InceptionScore(scorer="f")


def by_definition(logits: Floats) -> float:
    p = np.exp(logits - logits.max(axis=1, keepdims=True))
    p /= p.sum(axis=1, keepdims=True)
    mean = p.mean(axis=0)
    terms = [a * math.log(a / b) for row in p.tolist() for a, b in zip(row, mean.tolist(), strict=True) if a > 0]
    return math.exp(math.fsum(terms) / len(p))


def check_case(n: int, classes: int, seed: int, scale: float) -> None:
    logits = np.random.default_rng(seed).normal(size=(n, classes)) * scale
    assert one(SCORE, frame_of(logits, None), NO_INTERVAL).value == pytest.approx(by_definition(logits), rel=1e-9)


CASES = {
    "n": st.integers(1, 20), "classes": st.integers(1, 9), "seed": st.integers(0, 10**6), "scale": st.floats(0, 50),
}  # fmt: skip


@given(**CASES)
@settings(max_examples=200)
def test_equals_the_definition(n: int, classes: int, seed: int, scale: float) -> None:
    check_case(n, classes, seed, scale)


def drawn(rng: Rng) -> tuple[int, int, int, float]:
    n, classes, seed = rng.integers([1, 1, 0], [21, 10, 10**6]).tolist()
    return n, classes, seed, float(rng.choice([0, 1e-3, 1, 50]) * rng.random())


@pytest.mark.slow
def test_ten_thousand_cases_equal_the_definition() -> None:
    ten_thousand(each(check_case, drawn))


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_equals_torchmetrics() -> None:
    torch = require_extra("torch")
    require_extra("torchmetrics")
    from torchmetrics.image.inception import InceptionScore as Theirs

    logits = vectors(80, 10, 1, scale=3)
    theirs = Theirs(feature=torch.nn.Identity(), splits=2).set_dtype(torch.float64)
    theirs.update(torch.from_numpy(logits))
    # Theirs shuffles before it splits: the same order is needed to compare.
    torch.manual_seed(3)
    expected = float(theirs.compute()[0])
    torch.manual_seed(3)
    shuffled = logits[torch.randperm(80).numpy()]
    found = one(InceptionScoreSplits(scorer="f", splits=2), frame_of(shuffled, None), NO_INTERVAL)
    assert found.value == pytest.approx(expected, rel=1e-9)


def test_range_of_the_score() -> None:
    assert one(SCORE, frame_of(np.eye(5) * 1000, None)).value == pytest.approx(5.0)
    assert one(SCORE, frame_of(np.zeros((4, 5)), None)).value == pytest.approx(1.0)


def test_one_split_is_the_whole_and_more_score_lower() -> None:
    frame = frame_of(vectors(100, 6, 1, scale=3), None)
    whole, split = (InceptionScoreSplits(scorer="f", splits=n) for n in (1, 10))
    assert one(whole, frame, NO_INTERVAL).value == pytest.approx(one(SCORE, frame, NO_INTERVAL).value, rel=1e-12)
    assert one(split, frame, NO_INTERVAL).value < one(whole, frame, NO_INTERVAL).value
    found = one(split, frame)
    assert found.low <= found.value <= found.high and found.method == "bootstrap:centred"


def test_partial_sums_merge() -> None:
    logits = vectors(90, 6, 1, scale=3)
    parts = [frame_of(logits[i::3], None) for i in range(3)]
    rows = np.sum([SCORE.rows(part).sum(axis=0) for part in parts], axis=0)
    assert float(SCORE.value(rows)) == pytest.approx(one(SCORE, frame_of(logits, None)).value, rel=1e-12)


def test_degenerate_input() -> None:
    empty = one(SCORE, frame_of(np.zeros((0, 3)), None))
    assert math.isnan(empty.value) and empty.reason
    few = one(InceptionScoreSplits(scorer="f"), frame_of(vectors(3, 4, 1), None))
    assert math.isnan(few.value) and few.reason == "inception_score_splits is undefined for 3 images in 10 splits"
    rows = {"f.values.features": [[0.0, 1.0], None], "f.status": ["ok", "missing"]}
    assert one(SCORE, Frame.from_columns(rows)).n_missing == 1


def test_wrong_use_is_refused() -> None:
    with pytest.raises(ConfigError, match="given"):
        InceptionScore(scorer="f", given="odds")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="'splits' must be a whole number of at least 1"):
        InceptionScoreSplits(scorer="f", splits=0)
    with pytest.raises(ConfigError, match="no probabilities"):
        one(InceptionScore(scorer="f", given="probabilities"), frame_of(vectors(9, 3, 1), None))
