"""What FID, KID and their like are made of: a vector for each image."""

from __future__ import annotations

from pathlib import Path

from evalium.core import Record, Status, Verdict

from ._embedding import Embedder, image_of, unreadable
from ._factory import built_in
from ._images import BadImage
from .base import ScoreFunction


@built_in(kind="features", values=("features", "real"), reads="data.image", heavy=True, low=None, high=None)
def image_features(*, extractor: str = "", base: Path = Path()) -> ScoreFunction:
    """Feature vector of a generated image, and of the real one that is its target.

    No value: metrics of sets of images read `values`: `features` of the image in `data.image` (or of the path or data
    URL in the output) and `real` of the image in the target, where there is one. Vectors are taken as they are; images
    go through the extractor, and in a workspace each is computed once (`features/`, by content). An image that is
    missing or damaged is `missing`, with the reason.

    Args:
        extractor: `hf/FOLDER` (CLIP, DINOv2, ViT), `torch-fidelity/2048:WEIGHTS`, `torchvision/MODEL:WEIGHTS`,
            `onnx/FILE`, or `file.py:name` for your own.
        base: Folder of the plan.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"image": [0.5, 1.0]}, target=[0.0, 1.0])
        >>> image_features().score(record).values
        {'features': [0.5, 1.0], 'real': [0.0, 1.0]}
    """
    embed = Embedder("image_features", extractor, base)

    def score(record: Record) -> Verdict:
        given = image_of(record)
        values: dict[str, float | list[float]] = {}
        try:
            if given is not None:
                values["features"] = embed.image(given).tolist()
            if record.target is not None:
                values["real"] = embed.image(record.target).tolist()
        except BadImage as error:
            return unreadable(error)
        if not values:
            return Verdict(status=Status.MISSING, explanation="the record has no image")
        return Verdict(values=values)

    return score
