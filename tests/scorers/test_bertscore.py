"""BERTScore against the formula computed directly with torch, padding and all, as bert-score does it."""

from __future__ import annotations

import math
from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from evalium.core import ConfigError, Status, Verdict
from evalium.metrics import compute
from evalium.scorers import create
from evalium.scorers._batched import Batched
from tests.extras import require_extra

from .records import record, scored
from .tiny_bert import tiny_bert

torch: Any = require_extra("torch", "transformers")

ANSWERS = ["the cat sat on the mat.", "a dog", "big dogs sit!", "the small cat not on a rug . the cat", "日 è cat", "a"]
TARGETS = ["a cat sits on the rug.", "the big dog", "small dog", "the cat", "cat 日", "the cat sat on the mat . a dog"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tiny_bert(tmp_path_factory.mktemp("bert"))


def formula(folder: Path, layer: int, idf_texts: list[str] | None = None) -> list[tuple[float, float, float]]:
    """Zhang et al. 2020 on one padded batch: masked cosine table, its maxima, idf-weighted means."""
    from transformers import AutoModel, AutoTokenizer

    tokenizer, model = AutoTokenizer.from_pretrained(folder), AutoModel.from_pretrained(folder).eval()
    weights: dict[int, float] = {tokenizer.cls_token_id: 0.0, tokenizer.sep_token_id: 0.0}
    unseen = 1.0
    if idf_texts is not None:
        n = len(idf_texts)
        seen = Counter(t for text in idf_texts for t in set(tokenizer(text)["input_ids"]))
        weights = {token: math.log((n + 1) / (count + 1)) for token, count in seen.items()}
        unseen = math.log(n + 1)

    def embedded(texts: list[str]) -> tuple[Any, Any, Any]:
        batch = tokenizer(texts, padding=True, return_tensors="pt")
        with torch.inference_mode():
            states = model(**batch, output_hidden_states=True).hidden_states[layer].double()
        scale = torch.tensor([[weights.get(t, unseen) for t in row] for row in batch["input_ids"].tolist()]).double()
        return states / states.norm(dim=-1, keepdim=True), batch["attention_mask"].double(), scale

    (a, a_mask, a_idf), (t, t_mask, t_idf) = embedded(ANSWERS), embedded(TARGETS)
    table = torch.bmm(a, t.transpose(1, 2)).masked_fill((a_mask[:, :, None] * t_mask[:, None, :]) == 0, -9.0)
    a_idf, t_idf = a_idf * a_mask, t_idf * t_mask
    p = (table.max(dim=2).values * a_idf).sum(dim=1) / a_idf.sum(dim=1)
    r = (table.max(dim=1).values * t_idf).sum(dim=1) / t_idf.sum(dim=1)
    return list(zip(p.tolist(), r.tolist(), (2 * p * r / (p + r)).tolist(), strict=True))


def verdicts(folder: Path, answers: list[str] = ANSWERS, targets: Any = TARGETS, **options: Any) -> list[Verdict]:
    scorer = create({"bertscore": {"model": f"hf/{folder}", **options}}, base=folder)
    assert isinstance(scorer.score, Batched)
    return scorer.score.many([record(a, t) for a, t in zip(answers, targets, strict=True)])


def numbers(found: list[Verdict]) -> list[tuple[Any, ...]]:
    return [(v.values["precision"], v.values["recall"], v.value) for v in found]


@pytest.mark.parametrize("layer", [0, 2, 3])
@pytest.mark.parametrize("batch", [1, 4])
def test_equals_the_formula(folder: Path, layer: int, batch: int) -> None:
    found = numbers(verdicts(folder, layer=layer, batch=batch))
    # Padding moves float32 sums in the model by some 1e-7; the matching itself is in double.
    np.testing.assert_allclose(found, formula(folder, layer), atol=2e-6)


def test_equals_the_formula_with_idf(folder: Path, tmp_path: Path) -> None:
    texts = [*TARGETS, "the rug", "a mat ."]
    (tmp_path / "texts.txt").write_text("\n".join(texts) + "\n", encoding="utf-8")
    found = numbers(verdicts(folder, idf=str(tmp_path / "texts.txt"), layer=2))
    np.testing.assert_allclose(found, formula(folder, 2, texts), atol=2e-6)
    assert not np.allclose(found, formula(folder, 2), atol=1e-3)


def test_rescaling_is_affine(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "base.tsv").write_text("LAYER,P,R,F\n0,0.1,0.1,0.1\n2,0.5,0.25,0.4\n", encoding="utf-8")
    raw = np.array(numbers(verdicts(folder, layer=2)))
    found = np.array(numbers(verdicts(folder, layer=2, baseline=str(tmp_path / "base.tsv"))))
    floor = np.array([0.5, 0.25, 0.4])
    np.testing.assert_allclose(found, (raw - floor) / (1 - floor), rtol=1e-12)
    with pytest.raises(ConfigError, match="no line for layer 1"):
        verdicts(folder, layer=1, baseline=str(tmp_path / "base.tsv"))


def test_one_at_a_time_is_the_same_as_many(folder: Path) -> None:
    scorer = create({"bertscore": {"model": f"hf/{folder}"}})
    each = [scored(scorer, record(a, t)).value for a, t in zip(ANSWERS, TARGETS, strict=True)]
    np.testing.assert_allclose(each, [v.value for v in verdicts(folder)], atol=2e-6)


def test_equal_texts_score_one_and_the_best_target_counts(folder: Path) -> None:
    [same, several] = verdicts(folder, ["the cat", "the cat"], ["the cat", ["dog", "the cat", "a rug!"]])
    assert same.value == pytest.approx(1.0, abs=1e-6) and several.value == pytest.approx(1.0, abs=1e-6)


def test_degenerate_texts(folder: Path) -> None:
    empty, blank, no_target, nothing, none = verdicts(
        folder, ["", " \n ", "the cat", "", "cat"], ["the cat", "the cat", " ", "", None]
    )
    for verdict in (empty, blank):
        assert verdict.value == 0.0 and verdict.explanation == "the output has no tokens: scored 0"
    for verdict in (no_target, nothing, none):
        assert verdict.status is Status.MISSING and verdict.value is None and verdict.explanation
    assert scored(create({"bertscore": {"model": f"hf/{folder}"}}), record(None, "cat")).status is Status.MISSING
    [odd] = verdicts(folder, ["\ud800 cat"], ["cat"])
    assert odd.value is not None and math.isfinite(odd.value)


def test_long_texts_are_cut_and_say_so(folder: Path) -> None:
    [cut] = verdicts(folder, ["the cat " * 40], ["the cat"])
    assert cut.value is not None and cut.explanation == "more tokens than the model takes: the output was cut"


def test_signature_names_layer_weights_and_files(folder: Path, tmp_path: Path) -> None:
    (tmp_path / "texts.txt").write_text("a cat\n", encoding="utf-8")
    scorer = create({"bertscore": {"model": f"hf/{folder}", "idf": str(tmp_path / "texts.txt")}})
    assert "|layer:3|" in scorer.signature and "|weights:" in scorer.signature and "|idf:" in scorer.signature
    other = create({"bertscore": {"model": f"hf/{folder}", "layer": 2}})
    assert "|layer:2|" in other.signature and "|idf:" not in other.signature
    with pytest.raises(ConfigError, match="layers 0 to 3, got 4"):
        create({"bertscore": {"model": f"hf/{folder}", "layer": 4}})


def test_metrics_bring_the_scorer(folder: Path) -> None:
    expected = np.array(formula(folder, 3)).mean(axis=0)
    for name, mean in zip(("bertscore_precision", "bertscore_recall", "bertscore"), expected, strict=True):
        found = compute(name, ANSWERS, TARGETS, model=f"hf/{folder}")
        assert found.value == pytest.approx(mean, abs=2e-6) and found.method == "t"
        assert "layer:3" in found.signature
