"""Sentence BLEU, chrF and TER against sacrebleu, and what they do with odd records."""

from __future__ import annotations

from typing import Any

import pytest
from sacrebleu import __version__
from sacrebleu.metrics import BLEU, CHRF, TER

from evalium.core import ConfigError
from evalium.scorers import Scorer
from evalium.scorers.bleu import bleu
from evalium.scorers.chrf import chrf, chrf_pp
from evalium.scorers.ter import ter
from tests.metrics.text_corpora import DEGENERATE

from .records import record, scored, value

SENTENCE: list[tuple[Scorer, Any]] = [
    (bleu(), BLEU(effective_order=True)),
    (bleu(smooth_method="floor"), BLEU(effective_order=True, smooth_method="floor")),
    (chrf(), CHRF()),
    (chrf_pp(beta=1), CHRF(word_order=2, beta=1)),
    (ter(), TER()),
]
ALL = [scorer for scorer, _ in SENTENCE]


@pytest.mark.parametrize(("scorer", "reference"), SENTENCE, ids=lambda each: getattr(each, "name", ""))
def test_the_value_is_the_sentence_score(scorer: Scorer, reference: Any) -> None:
    for output, target in DEGENERATE:
        if "\ud800" in output and scorer.name == "ter":
            continue
        for targets in ([target], [target, "the cat sat"]):
            expected = reference.sentence_score(output, targets).score
            assert value(scorer, output, targets) == pytest.approx(expected, rel=1e-12, abs=1e-12)


@pytest.mark.parametrize("scorer", ALL, ids=lambda each: each.name)
def test_lacking_text_is_missing_and_an_empty_target_is_told(scorer: Scorer) -> None:
    assert value(scorer, None, "x") == "missing"
    assert value(scorer, "x", None) == "missing"
    assert value(scorer, "x", []) == "missing"
    assert scored(scorer, record("x", "")).explanation == "the target is empty"
    assert scored(scorer, record("x", "x")).explanation is None


@pytest.mark.parametrize("scorer", ALL, ids=lambda each: each.name)
def test_signed_with_the_version_of_sacrebleu(scorer: Scorer) -> None:
    assert f"|sacrebleu:{__version__}|v:1" in scorer.signature
    assert set(scored(scorer, record("a b", "b a")).values) == set(scorer.values)


def test_options_are_checked() -> None:
    with pytest.raises(ConfigError, match="char_order"):
        chrf(char_order=0)
    with pytest.raises(ConfigError, match="beta"):
        chrf_pp(beta=0)
    with pytest.raises(ConfigError, match="seconds"):
        ter(seconds=0)


def test_a_tokenizer_that_is_not_installed_names_its_package() -> None:
    pytest.importorskip("sacrebleu")
    try:
        import MeCab  # noqa: F401
    except ImportError:
        with pytest.raises(ConfigError, match=r"sacrebleu\[ja\]"):
            bleu(tokenize="ja-mecab")


def test_ter_gives_up_on_a_pair_that_takes_too_long() -> None:
    shuffled = [f"w{i}" for i in range(120)]
    found = scored(ter(seconds=1e-6), record(" ".join(shuffled), " ".join(reversed(shuffled))))
    assert found.status.value == "missing" and "longer than" in (found.explanation or "")
    assert ter().heavy
