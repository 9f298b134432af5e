"""How near an image is to its text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from evalium.core import Record, ScoreError, Status, Verdict

from ._embedding import Embedder, image_of, unreadable
from ._extractors import Floats
from ._factory import built_in
from ._images import BadImage
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction


@built_in(kind="clip_score", values=("cosine",), reads="data.image", heavy=True, high=100.0)
def clip_score(*, extractor: str = "", base: Path = Path()) -> ScoreFunction:
    """100 max(cos(image, text), 0) of CLIP embeddings, in [0, 100], higher is better.

    The image is `data.image` or the output (a path or data URL), the text the target, or the input where there is no
    target; either may be a vector instead. Of several texts the nearest counts. `values` holds the plain `cosine`. A
    vector of length 0 has no direction: `missing`, as are images that cannot be read. Hessel et al. 2021.

    Args:
        extractor: A model of images and texts: `hf/FOLDER` of CLIP or its like, or `file.py:name`.
        base: Folder of the plan.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"image": [3.0, 4.0]}, target=[1.0, 0.0])
        >>> round(clip_score().score(record).value, 6)
        60.0
    """
    embed = Embedder("clip_score", extractor, base)

    def score(record: Record) -> Verdict:
        given, text = image_of(record), record.target if record.target is not None else record.input
        if given is None:
            return NO_OUTPUT
        if text is None:
            return NO_TARGET
        try:
            cosine = cosines(embed.image(given), embed.texts(text), "clip_score")
        except BadImage as error:
            return unreadable(error)
        if cosine is None:
            return Verdict(status=Status.MISSING, explanation="an embedding is all zeros")
        best = float(cosine.max())
        return Verdict(value=min(100.0, 100 * max(best, 0.0)), values={"cosine": best})

    return score


def cosines(image: Floats, texts: Floats, scorer: str) -> Any:
    """Cosine [c] of an image with each text, or None where one has no direction.

    Raises:
        ScoreError: They are of different lengths.

    Example:
        >>> cosines(np.array([1.0, 0.0]), np.array([[2.0, 0.0], [0.0, 1.0]]), "clip_score").tolist()
        [1.0, 0.0]
    """
    if len(image) != texts.shape[1]:
        raise ScoreError(f"scorer {scorer!r}: the image has {len(image)} numbers, the text {texts.shape[1]}")
    lengths = np.linalg.norm(texts, axis=1) * np.linalg.norm(image)
    return None if not lengths.all() else np.clip(texts @ image / lengths, -1.0, 1.0)
