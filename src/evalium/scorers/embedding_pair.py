"""The embeddings of an image and of its captions."""

from __future__ import annotations

from pathlib import Path

from evalium.core import Record, ScoreError, Status, Verdict

from ._embedding import Embedder, image_of, unreadable
from ._factory import built_in
from ._images import BadImage
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction


@built_in(kind="embedding_pair", values=("features", "texts"), reads="data.image", heavy=True, low=None, high=None)
def embedding_pair(*, extractor: str = "", base: Path = Path()) -> ScoreFunction:
    """What retrieval between images and texts is measured on.

    No value: `values` holds `features` of the image in `data.image` (or named by the output), and `texts`: the vectors
    of the captions in the target, one after another. Vectors are taken as they are; images and texts go through the
    extractor. Images that cannot be read are `missing`.

    Args:
        extractor: A model of images and texts: `hf/FOLDER` of CLIP or its like, or `file.py:name`.
        base: Folder of the plan.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"image": [1.0, 0.0]}, target=[[1.0, 0.0], [0.0, 1.0]])
        >>> embedding_pair().score(record).values["texts"]
        [1.0, 0.0, 0.0, 1.0]
    """
    embed = Embedder("embedding_pair", extractor, base)

    def score(record: Record) -> Verdict:
        given = image_of(record)
        if given is None:
            return NO_OUTPUT
        if record.target is None:
            return NO_TARGET
        try:
            image, texts = embed.image(given), embed.texts(record.target)
        except BadImage as error:
            return unreadable(error)
        if len(image) != texts.shape[1]:
            raise ScoreError(
                f"the image has {len(image)} numbers, its captions {texts.shape[1]}: use one model for both"
            )
        return Verdict(status=Status.OK, values={"features": image.tolist(), "texts": texts.ravel().tolist()})

    return score
