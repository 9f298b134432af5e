"""Cosine of the embeddings of answer and target."""

from __future__ import annotations

import math
from collections import OrderedDict
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from evalium.core import ConfigError, MissingExtra, Status, Verdict, load_object, source_hash

from ._batched import Batched
from ._encoder import Encoder
from ._factory import Traits, assemble
from .base import Scorer

Vectors = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], Any]
_CACHED = 20_000


def semantic_similarity(*, model: str, device: str = "auto", batch: int = 32, base: Path | None = None) -> Scorer:
    """Cosine of the embeddings of answer and target.

    Value in [-1, 1], higher is better; the best of several targets. Embeddings are kept by text, so that a target that
    many answers share goes through the model once. An empty answer or target is missing, since an embedding of nothing
    means nothing; so is a vector of length 0.

    Args:
        model: `hf/FOLDER` or `hf/NAME` (transformers, the mean over the last layer's tokens),
            `sentence-transformers/NAME` (the model's own pooling, where that package is installed), or
            `python/file.py:function` from a list of texts to as many vectors.
        device: `auto`, `cpu`, `cuda`, ...
        batch: Texts that go through the model together.
        base: Folder that relative paths start from.

    Raises:
        MissingExtra: The packages that the model needs are not installed.
        ConfigError: There is no such folder or function.

    Example:
        >>> from evalium.core import Record, Status
        >>> size = Path("embed.py").write_text("def embed(texts): return [[t.count('a'), t.count('b')] for t in texts]")
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="ab", target="aabb")
        >>> round(semantic_similarity(model="python/embed.py:embed", base=Path(".")).score(record).value, 6)
        1.0
    """
    embed, facts = _embedder(model, base or Path(), device, batch)
    traits = Traits(kind="semantic_similarity", low=-1.0, heavy=True)
    return assemble(Batched(_Cosines(embed, model).compare), semantic_similarity, {"model": model}, traits, **facts)


class _Cosines:
    """Cosines of pairs of texts, with the embeddings of the latest texts kept.

    Args:
        embed: Texts to vectors.
        model: Whose, for messages.
    """

    def __init__(self, embed: Embed, model: str) -> None:
        self._embed, self._model = embed, model
        self._known: OrderedDict[str, Vectors] = OrderedDict()

    def compare(self, answers: Sequence[str], targets: Sequence[str]) -> list[Verdict]:
        """Verdicts pair by pair."""
        texts = list(dict.fromkeys(text for text in (*answers, *targets) if text.strip()))
        vectors = self._vectors(texts)
        return [_cosine(vectors.get(a), vectors.get(t)) for a, t in zip(answers, targets, strict=True)]

    def _vectors(self, texts: list[str]) -> dict[str, Vectors]:
        new = [text for text in texts if text not in self._known]
        if new:
            found = np.asarray(self._embed(new), dtype=np.float64)
            if found.ndim != 2 or len(found) != len(new):
                raise ConfigError(f"the embedder {self._model!r} gave shape {found.shape} for {len(new)} texts")
            self._known.update(zip(new, found, strict=True))
        vectors = {text: self._known[text] for text in texts}
        for text in texts:
            self._known.move_to_end(text)
        while len(self._known) > _CACHED:
            self._known.popitem(last=False)
        return vectors


def _cosine(answer: Vectors | None, target: Vectors | None) -> Verdict:
    if answer is None or target is None:
        side = "output" if answer is None else "target"
        return Verdict(status=Status.MISSING, explanation=f"the {side} is empty")
    size = float(np.linalg.norm(answer) * np.linalg.norm(target))
    if not math.isfinite(size) or size == 0:
        return Verdict(status=Status.MISSING, explanation="an embedding has no length")
    return Verdict(value=min(1.0, max(-1.0, float(answer @ target) / size)))


def _embedder(model: str, base: Path, device: str, batch: int) -> tuple[Embed, dict[str, str]]:
    kind, _, name = model.partition("/")
    if kind == "python" or ".py:" in model:
        spec = model.removeprefix("python/")
        return load_object(spec, base), {"src": source_hash(spec, base)}
    if kind == "sentence-transformers":
        return _sentence_transformer(name, base, device, batch), {}
    if kind != "hf":
        known = "hf/, sentence-transformers/ or python/"
        raise ConfigError(f"scorer 'semantic_similarity', option 'model': begin with {known}, got {model!r}")
    encoder = Encoder(name, base, "the scorer 'semantic_similarity'", device=device, batch=batch)
    return lambda texts: [_pooled(text.states) for text in encoder.encode(texts)], encoder.facts


def _pooled(states: Any) -> Any:
    return states.double().mean(dim=0).cpu().numpy()


def _sentence_transformer(name: str, base: Path, device: str, batch: int) -> Embed:
    if find_spec("sentence_transformers") is None:
        raise MissingExtra("the scorer 'semantic_similarity' with sentence-transformers", "sentence-transformers")
    loaded: list[Any] = []

    def embed(texts: Sequence[str]) -> Any:
        if not loaded:
            from sentence_transformers import SentenceTransformer

            source = str(base / name) if (base / name).is_dir() else name
            loaded.append(SentenceTransformer(source, device=None if device == "auto" else device))
        return loaded[0].encode(list(texts), batch_size=batch, convert_to_numpy=True, show_progress_bar=False)

    return embed
