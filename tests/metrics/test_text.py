"""Corpus BLEU, chrF, chrF++ and TER against sacrebleu; ROUGE and METEOR against the means of their references."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from sacrebleu.metrics import BLEU, CHRF, TER

from evalium.core import ConfigError, Estimate
from evalium.metrics import Frame, How, Metric, SumMetric, estimate, paired
from evalium.metrics._score_columns import score_columns
from evalium.metrics.bleu import Bleu
from evalium.metrics.chrf import Chrf, ChrfPP
from evalium.metrics.meteor import MeteorExactStem
from evalium.metrics.rouge import Rouge1, Rouge2, RougeL, RougeLsum
from evalium.metrics.ter import Ter
from evalium.scorers import Scorer
from evalium.scorers.bleu import bleu
from evalium.scorers.chrf import chrf, chrf_pp
from evalium.scorers.meteor import meteor_exact_stem
from evalium.scorers.rouge import rouge
from evalium.scorers.ter import ter
from tests.batches import BATCH, Rng, ten_thousand
from tests.extras import require_extra
from tests.metrics.classified import by_case

from .text_corpora import DEGENERATE, REFERENCE, corpora, drawn_corpus, translations

CASES: dict[str, tuple[Scorer, Metric, Any]] = {
    "bleu": (bleu(), Bleu(scorer="s"), BLEU()),
    "bleu lower case": (bleu(lowercase=True), Bleu(scorer="s"), BLEU(lowercase=True)),
    "bleu char": (bleu(tokenize="char"), Bleu(scorer="s"), BLEU(tokenize="char")),
    "bleu intl": (bleu(tokenize="intl"), Bleu(scorer="s"), BLEU(tokenize="intl")),
    "bleu floor": (bleu(), Bleu(scorer="s", smooth_method="floor"), BLEU(smooth_method="floor")),
    "bleu floor .5": (
        bleu(),
        Bleu(scorer="s", smooth_method="floor", smooth_value=0.5),
        BLEU(smooth_method="floor", smooth_value=0.5),
    ),
    "bleu add-k": (bleu(), Bleu(scorer="s", smooth_method="add-k"), BLEU(smooth_method="add-k")),
    "bleu none": (bleu(), Bleu(scorer="s", smooth_method="none"), BLEU(smooth_method="none")),
    "bleu effective": (bleu(), Bleu(scorer="s", effective_order=True), BLEU(effective_order=True)),
    "chrf": (chrf(), Chrf(scorer="s"), CHRF()),
    "chrf beta": (chrf(beta=1, lowercase=True), Chrf(scorer="s"), CHRF(beta=1, lowercase=True)),
    "chrf blanks": (chrf(char_order=3, whitespace=True), Chrf(scorer="s"), CHRF(char_order=3, whitespace=True)),
    "chrf long": (chrf(char_order=12), Chrf(scorer="s"), CHRF(char_order=12)),
    "chrf_pp": (chrf_pp(), ChrfPP(scorer="s"), CHRF(word_order=2)),
    "chrf_pp beta": (chrf_pp(beta=3), ChrfPP(scorer="s"), CHRF(word_order=2, beta=3)),
    "ter": (ter(), Ter(scorer="s"), TER()),
    "ter normalized": (ter(normalized=True, no_punct=True), Ter(scorer="s"), TER(normalized=True, no_punct=True)),
    "ter asian": (
        ter(normalized=True, asian_support=True, case_sensitive=True),
        Ter(scorer="s"),
        TER(normalized=True, asian_support=True, case_sensitive=True),
    ),
}

BLANK = " \n"


def corpus_frame(scorer: Scorer, outputs: list[str], targets: list[Any]) -> Frame:
    return Frame.from_columns(score_columns(scorer, "s", outputs, targets))


def corpus(metric: Metric, scorer: Scorer, outputs: list[str], targets: list[Any]) -> Estimate:
    return next(iter(estimate(metric, corpus_frame(scorer, outputs, targets), How(interval=False)).values()))


def check(case: str, outputs: list[str], targets: list[list[str]]) -> None:
    """Targets: those of each unit, as many for each."""
    scorer, metric, reference = CASES[case]
    assert isinstance(metric, SumMetric)
    rows = np.asarray(metric.rows(corpus_frame(scorer, outputs, list(targets))))
    if all(len(each) == 1 for each in targets):
        together = corpus_frame(scorer, outputs, [text for [text] in targets])
        assert np.array_equal(rows, np.asarray(metric.rows(together)))
    found = float(metric.value(rows.sum(axis=0)))
    published = reference.corpus_score(outputs, [list(stream) for stream in zip(*targets, strict=True)]).score
    if math.isnan(found):
        assert published == 0.0
        assert all(not output.strip(BLANK) for output in outputs)
        assert all(any(not target.strip(BLANK) for target in each) for each in targets)
    else:
        assert found == pytest.approx(published, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_equals_sacrebleu_on_degenerate_texts(case: str) -> None:
    for output, target in DEGENERATE:
        if case.startswith("ter") and "\ud800" in output:
            continue
        check(case, [output], [[target]])
    pairs = [(output, target) for output, target in DEGENERATE if "\ud800" not in output]
    check(case, [output for output, _ in pairs], [[target] for _, target in pairs])
    check(case, [output for output, _ in pairs], [[target, output[:5], "the cat"] for output, target in pairs])


@pytest.mark.parametrize("case", ["bleu", "bleu add-k", "bleu effective", "chrf", "chrf blanks", "chrf_pp", "ter"])
@settings(max_examples=200)
@given(corpora)
def test_equals_sacrebleu_on_made_up_texts(case: str, pairs: list[tuple[str, str]]) -> None:
    check(case, [output for output, _ in pairs], [[target] for _, target in pairs])
    check(case, [output for output, _ in pairs], [[target, target[3:]] for _, target in pairs])


@pytest.mark.slow
@pytest.mark.parametrize("case", ["bleu", "chrf", "chrf_pp", "ter"])
def test_equals_sacrebleu_on_ten_thousand_corpora(case: str) -> None:
    scorer, metric, reference = CASES[case]

    def check_batch(rng: Rng) -> int:
        sides = [zip(*drawn_corpus(rng), strict=True) for _ in range(BATCH)]
        corpora = [(list(outputs), list(targets)) for outputs, targets in sides]
        outputs, targets = ([text for each in corpora for text in each[side]] for side in (0, 1))
        ends = np.cumsum([len(outputs) for outputs, _ in corpora])
        frame = corpus_frame(scorer, outputs, targets)
        found = by_case([metric], frame, np.split(np.arange(ends[-1]), ends[:-1]))[0]
        published = [reference.corpus_score(outputs, [targets]).score for outputs, targets in corpora]
        np.testing.assert_allclose(np.where(np.isnan(found), 0.0, found), published, rtol=1e-9, atol=1e-9)
        check(case, corpora[0][0], [[target] for target in corpora[0][1]])
        return BATCH

    ten_thousand(check_batch)


@pytest.mark.parametrize("case", ["bleu", "bleu add-k", "chrf", "chrf_pp"])
def test_equals_sacrebleu_on_the_systems_of_wmt(case: str, shared_data: Path) -> None:
    systems = translations(shared_data)
    references = systems.pop(REFERENCE)
    assert len(systems) >= 9 and len(references) > 400
    for name in ("Facebook-AI", "metricsystem5"):
        check(case, systems[name], [[reference] for reference in references])


def test_ter_equals_sacrebleu_on_wmt(shared_data: Path) -> None:
    systems = translations(shared_data)
    for name in ("Facebook-AI", "Nemo"):
        check("ter", systems[name][:60], [[reference] for reference in systems[REFERENCE][:60]])


def test_more_than_a_thousand_characters_are_still_exact() -> None:
    """Beyond what fits one alphabet, and beyond what fits one pair of texts."""
    many = "".join(chr(0x4E00 + i) for i in range(3000))
    outputs = [many[i : i + 400] for i in range(0, 2400, 300)] + [many, many[::-1]]
    targets = [[many[i + 100 : i + 500]] for i in range(0, 2400, 300)] + [[many[5:]], [many]]
    for case in ("chrf", "chrf_pp", "chrf long"):
        check(case, outputs, targets)


def test_all_empty_is_undefined_and_not_zero() -> None:
    for case in ("bleu", "chrf", "chrf_pp", "ter"):
        scorer, metric, _ = CASES[case]
        found = corpus(metric, scorer, ["", ""], ["", ""])
        assert math.isnan(found.value) and "empty" in found.reason


def test_one_call_draws_all_resamples(shared_data: Path) -> None:
    """The vectorised formula is sacrebleu's of each resample."""
    systems = translations(shared_data)
    outputs, references = systems["Online-W"][:150], systems[REFERENCE][:150]
    rng = np.random.default_rng(7)
    for case in ("bleu", "chrf", "chrf_pp"):
        scorer, metric, reference = CASES[case]
        assert isinstance(metric, SumMetric)
        rows = np.asarray(metric.rows(corpus_frame(scorer, outputs, references)))
        index = rng.integers(0, len(outputs), (3, 150))
        values = metric.value(rows[index].sum(axis=1))
        for drawn, value in zip(index, values, strict=True):
            published = reference.corpus_score([outputs[i] for i in drawn], [[references[i] for i in drawn]]).score
            assert value == pytest.approx(published, rel=1e-9)


def test_systems_are_compared_on_the_same_segments(shared_data: Path) -> None:
    systems = translations(shared_data)
    frames = [corpus_frame(bleu(), systems[name], systems[REFERENCE]) for name in ("Facebook-AI", "metricsystem1")]
    found = paired(Bleu(scorer="s"), *frames, bootstrap=500)["bleu"]
    assert found.difference.value == pytest.approx(found.a.value - found.b.value)
    assert found.difference.low < found.difference.value < found.difference.high


def test_options_are_in_the_signature() -> None:
    assert "smooth_method:floor" in Bleu(scorer="s", smooth_method="floor").signature
    with pytest.raises(ConfigError, match="smooth_method"):
        Bleu(scorer="s", smooth_method="halve")  # type: ignore[arg-type]
    with pytest.raises(ConfigError, match="smooth_value"):
        Bleu(scorer="s", smooth_value=0.0)


def test_rouge_is_the_mean_of_rouge_score(shared_data: Path) -> None:
    scorer = require_extra("rouge_score.rouge_scorer").RougeScorer(["rouge1", "rouge2", "rougeL", "rougeLsum"])
    systems = translations(shared_data)
    outputs, references = systems["UEdin"], systems[REFERENCE]
    published = [scorer.score(target, output) for output, target in zip(outputs, references, strict=True)]
    for metric in (Rouge1(scorer="s"), Rouge2(scorer="s"), RougeL(scorer="s"), RougeLsum(scorer="s")):
        found = corpus(metric, rouge(), outputs, references)
        name = metric.name.replace("_l", "L").replace("_", "")
        assert found.value == pytest.approx(np.mean([each[name].fmeasure for each in published]), rel=1e-12)


def test_rouge_flags_texts_that_it_cannot_read() -> None:
    assert "text_without_tokens" in corpus(Rouge1(scorer="s"), rouge(), ["это тест"], ["это тест"]).flags
    found = corpus(Rouge1(scorer="s"), rouge(tokenizer="unicode"), ["это тест"], ["это тест"])
    assert found.value == 1.0 and "text_without_tokens" not in found.flags


def test_meteor_is_a_mean_with_an_interval() -> None:
    frame = corpus_frame(meteor_exact_stem(), ["the cats sat", "a dog", "x"], ["the cat sat", "a dog", "y"])
    found = estimate(MeteorExactStem(scorer="s"), frame)["meteor_exact_stem"]
    assert found.n == 3 and found.low < found.value < found.high
