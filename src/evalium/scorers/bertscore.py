"""BERTScore: how well the tokens of answer and target match in an embedding."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from pathlib import Path

from evalium.core import ConfigError, Status, Verdict

from ._batched import Batched
from ._bert_matching import Idf, Matched, match, read_baseline, rescale
from ._encoder import Encoded, Encoder
from ._factory import Traits, assemble
from .base import Scorer

_TUNED = {
    ("bert", 12): 9,
    ("bert", 24): 18,
    ("roberta", 12): 10,
    ("roberta", 24): 17,
    ("distilbert", 6): 5,
    ("xlm-roberta", 12): 9,
    ("xlm-roberta", 24): 17,
    ("albert", 12): 9,
}
"""The layers that agree best with people's ratings, by kind and depth of the model, as bert-score takes them."""

_NO_WEIGHT = "every token has the weight 0: each reference text of the idf file has them all"


def bertscore(
    *,
    model: str,
    layer: int | None = None,
    idf: str = "",
    baseline: str = "",
    device: str = "auto",
    batch: int = 32,
    base: Path | None = None,
) -> Scorer:
    """F1 of a greedy matching of tokens by the cosine of their contextual embeddings.

    Value at most 1 (equal texts), higher is better; `values` holds `precision` and `recall`. Of several targets the one
    with the best F1. An empty answer scores 0, as in bert-score, and says so; an empty target is missing. Texts longer
    than the model takes are cut, which the explanation says. Layer, the hash of local weights, idf file and baseline
    are in the signature. Zhang et al. 2020.

    Args:
        model: `hf/FOLDER` or a model of the hub, such as `hf/roberta-large`.
        layer: Whose hidden states, 0 being the embeddings; None takes the layer published for this kind and depth of
            model, else the last.
        idf: File with one reference text a line: tokens are weighted by how few of them have the token. Empty weights
            all alike.
        baseline: File of bert-score's form with the scores of unrelated texts, by layer, that values are rescaled with.
        device: `auto`, `cpu`, `cuda`, ...
        batch: Texts that go through the model together.
        base: Folder that relative paths start from.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: There is no such folder, file or layer.

    Example:
        >>> bertscore(model="hf/no/such/folder", base=Path("."))
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: there is no folder of weights 'no/such/folder'.
    """
    folder = base or Path()
    encoder = Encoder(model, folder, "the scorer 'bertscore'", device=device, batch=batch)
    at = _layer(encoder, layer)
    corpus = _lines(folder / idf) if idf else []
    floor = read_baseline(folder / baseline, at) if baseline else None
    facts = {"layer": str(at), **encoder.facts, **_hashed(folder, idf=idf, baseline=baseline)}
    scorer = _Pairs(encoder, at, corpus, floor)
    traits = Traits(kind="bertscore", low=None, heavy=True, values=("precision", "recall"))
    return assemble(Batched(scorer.compare), bertscore, {"model": model}, traits, **facts)


class _Pairs:
    """Compares pairs of texts.

    Args:
        encoder: Gives the embeddings.
        layer: Whose.
        corpus: Reference texts for idf weights; none weights all tokens alike.
        floor: What values are rescaled with.
    """

    def __init__(self, encoder: Encoder, layer: int, corpus: Sequence[str], floor: Matched | None) -> None:
        self._encoder, self._layer, self._corpus, self._floor = encoder, layer, corpus, floor
        self._idf: Idf | None = None

    def compare(self, answers: Sequence[str], targets: Sequence[str]) -> list[Verdict]:
        """Verdicts pair by pair; each distinct text is encoded once."""
        pairs = [(answer.strip(), target.strip()) for answer, target in zip(answers, targets, strict=True)]
        texts = list(dict.fromkeys(text for pair in pairs for text in pair if text))
        if self._corpus and self._idf is None:
            self._idf = Idf(self._encoder.tokens(self._corpus))
        known = dict(zip(texts, self._encoder.encode(texts, self._layer), strict=True))
        return [self._verdict(known, answer, target) for answer, target in pairs]

    def _verdict(self, known: dict[str, Encoded], answer: str, target: str) -> Verdict:
        if not target or not _counts(known[target]):
            return Verdict(status=Status.MISSING, explanation="the target has no tokens")
        if not answer or not _counts(known[answer]):
            return self._scored(Matched(0.0, 0.0, 0.0), "the output has no tokens: scored 0")
        left, right = known[answer], known[target]
        found = match(left.states, right.states, self._weights(left), self._weights(right))
        if math.isnan(found.f1):
            return Verdict(status=Status.MISSING, explanation=_NO_WEIGHT)
        cut = " and ".join(name for name, text in (("output", left), ("target", right)) if text.cut)
        return self._scored(found, f"more tokens than the model takes: the {cut} was cut" if cut else None)

    def _scored(self, found: Matched, why: str | None) -> Verdict:
        shown = rescale(found, self._floor) if self._floor else found
        values = {"precision": shown.precision, "recall": shown.recall}
        return Verdict(value=shown.f1, values=values, explanation=why)

    def _weights(self, text: Encoded) -> list[float]:
        weigh = self._idf or (lambda token: 1.0)
        return [0.0 if added else weigh(token) for token, added in zip(text.ids, text.special, strict=True)]


def _counts(text: Encoded) -> bool:
    return not all(text.special)


def _layer(encoder: Encoder, layer: int | None) -> int:
    depth = encoder.layers
    if layer is None:
        return _TUNED.get((str(getattr(encoder.config, "model_type", "")), depth), depth)
    if not 0 <= layer <= depth:
        raise ConfigError(f"scorer 'bertscore', option 'layer': the model has the layers 0 to {depth}, got {layer!r}")
    return layer


def _lines(path: Path) -> list[str]:
    if not path.is_file():
        raise ConfigError(f"scorer 'bertscore', option 'idf': there is no file {str(path)!r}")
    found = [line.strip() for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    if not found:
        raise ConfigError(f"scorer 'bertscore', option 'idf': the file {str(path)!r} is empty")
    return found


def _hashed(folder: Path, **files: str) -> dict[str, str]:
    return {name: hashlib.sha256((folder / file).read_bytes()).hexdigest()[:16] for name, file in files.items() if file}
