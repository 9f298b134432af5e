"""Cosines of embeddings: transformers with mean pooling, a function, a cache by text."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, MissingExtra
from evalium.metrics import compute
from evalium.scorers import create
from evalium.scorers._batched import Batched
from tests.extras import require_extra

from .records import record, scored, value
from .tiny_bert import tiny_bert

ANSWERS = ["the cat sat on the mat.", "a dog", "the cat", "日 è cat"]
TARGETS = ["a cat sits on the rug.", "the big dog . a dog", "the cat", "cat"]
COUNTING = """
calls = []

def embed(texts):
    calls.append(list(texts))
    return [[t.count("a"), t.count("b"), 0.5] for t in texts]

def flat(texts):
    return [1.0 for _ in texts]

def nothing(texts):
    return [[0.0, 0.0] for _ in texts]
"""


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "own.py").write_text(COUNTING, encoding="utf-8")
    return tmp_path


def test_transformers_with_mean_pooling(tmp_path: Path) -> None:
    torch: Any = require_extra("torch", "transformers")
    from transformers import AutoModel, AutoTokenizer

    folder = tiny_bert(tmp_path / "bert")
    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()

    def pooled(text: str) -> Any:
        with torch.inference_mode():
            return model(**tokenizer(text, return_tensors="pt")).last_hidden_state[0].double().mean(dim=0).numpy()

    expected = []
    for answer, target in zip(ANSWERS, TARGETS, strict=True):
        a, t = pooled(answer), pooled(target)
        expected.append(a @ t / math.sqrt((a @ a) * (t @ t)))
    scorer = create({"semantic_similarity": {"model": f"hf/{folder}", "batch": 3}})
    assert isinstance(scorer.score, Batched) and "|weights:" in scorer.signature
    found = scorer.score.many([record(a, t) for a, t in zip(ANSWERS, TARGETS, strict=True)])
    np.testing.assert_allclose([v.value for v in found], expected, atol=2e-6)
    whole = compute("semantic_similarity", ANSWERS, TARGETS, model=f"hf/{folder}")
    assert whole.value == pytest.approx(np.mean(expected), abs=2e-6) and whole.method == "t"


def test_an_own_function_and_each_text_once(own: Path) -> None:
    from evalium.core import load_object

    scorer = create({"semantic_similarity": {"model": "python/own.py:embed"}}, base=own)
    calls = load_object("own.py:calls", own)
    assert value(scorer, "ab", ["bbb", "aabb", "a"]) == pytest.approx((2 + 2 + 0.25) / (1.5 * math.sqrt(8.25)))
    assert value(scorer, "ab", "ab") == pytest.approx(1.0)
    assert value(scorer, "b", "ab") == pytest.approx(1.25 / math.sqrt(1.25 * 2.25))
    assert calls == [["ab", "bbb", "aabb", "a"], ["b"]]
    assert "src:" in scorer.signature


def test_what_is_empty_or_has_no_direction_is_missing(own: Path) -> None:
    scorer = create({"semantic_similarity": {"model": "python/own.py:embed"}}, base=own)
    for answer, target in (("", "a"), ("a", " "), (None, "a"), ("a", None)):
        found = scored(scorer, record(answer, target))
        assert found.value is None and found.explanation
    zero = create({"semantic_similarity": {"model": "python/own.py:nothing"}}, base=own)
    assert scored(zero, record("a", "b")).explanation == "an embedding has no length"


def test_wrong_models_are_refused(own: Path) -> None:
    flat = create({"semantic_similarity": {"model": "python/own.py:flat"}}, base=own)
    assert "gave shape (2,) for 2 texts" in (scored(flat, record("a", "b")).explanation or "")
    with pytest.raises(ConfigError, match="begin with hf/"):
        create({"semantic_similarity": {"model": "openai/embedding"}})
    with pytest.raises(ConfigError, match="there is no folder"):
        create({"semantic_similarity": {"model": "hf/./no-folder"}}, base=own)


def test_sentence_transformers_are_an_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("evalium.scorers.semantic_similarity.find_spec", lambda name: None)
    with pytest.raises(MissingExtra, match="sentence-transformers"):
        create({"semantic_similarity": {"model": "sentence-transformers/all-MiniLM-L6-v2"}})
