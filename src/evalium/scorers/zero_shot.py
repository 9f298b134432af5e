"""Classification of images by the nearest text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import numpy as np

from evalium.core import ConfigError, Record, Status, Verdict

from ._embedding import Embedder, image_of, unreadable
from ._extractors import Floats
from ._factory import built_in
from ._images import BadImage
from ._target import NO_OUTPUT, NO_TARGET, class_name, texts_of
from .base import ScoreFunction
from .clip_score import cosines


@built_in(kind="label", reads="data.image", heavy=True, values=("cosine", "margin"))
def zero_shot(
    *,
    classes: Mapping[str, Sequence[float]] | Sequence[str],
    template: str = "a photo of a {}.",
    extractor: str = "",
    base: Path = Path(),
) -> ScoreFunction:
    """The class whose text is nearest to the image; value 1 where it is the target, else 0.

    Label and target are given too, so that every classification metric reads them; `values` holds the `cosine` of the
    chosen class and its `margin` over the next. Of equally near classes the first as named is chosen. Images that
    cannot be read, and embeddings that are all zeros, are `missing`; a target that is no class is an error.
    Radford et al. 2021.

    Args:
        classes: Names of the classes, or their embeddings by name.
        template: What stands around a name when it is embedded.
        extractor: A model of images and texts: `hf/FOLDER` of CLIP or its like, or `file.py:name`.
        base: Folder of the plan.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 data={"image": [0.9, 0.1]}, target="cat")
        >>> zero_shot(classes={"cat": [1.0, 0.0], "dog": [0.0, 1.0]}).score(record).label
        'cat'
    """
    names = [str(name) for name in classes]
    if len(names) < 2 or len(set(names)) < len(names):
        raise ConfigError(f"scorer 'zero_shot', option 'classes': expected two or more different names, got {names}")
    if "{}" not in template:
        raise ConfigError(f"scorer 'zero_shot', option 'template': it has no {{}} for the class, got {template!r}")
    embed = Embedder("zero_shot", extractor, base)

    @cache
    def vectors() -> Floats:
        if isinstance(classes, Mapping):
            return embed.texts([list(vector) for vector in classes.values()])
        return embed.texts([template.replace("{}", name) for name in names])

    def score(record: Record) -> Verdict:
        given = image_of(record)
        if given is None:
            return NO_OUTPUT
        if not texts_of(record.target):
            return NO_TARGET
        try:
            found = cosines(embed.image(given), vectors(), "zero_shot")
        except BadImage as error:
            return unreadable(error)
        if found is None:
            return Verdict(status=Status.MISSING, explanation="an embedding is all zeros")
        return _verdict(found, names, class_name(record.target))

    return score


def _verdict(cosine: Floats, names: Sequence[str], target: str) -> Verdict:
    if target not in names:
        raise ConfigError(f"the target {target!r} is none of the classes {', '.join(names[:20])}")
    best = int(cosine.argmax())
    margin = float(cosine[best] - np.partition(cosine, -2)[-2])
    return Verdict(
        value=float(names[best] == target),
        label=names[best],
        target=target,
        values={"cosine": float(cosine[best]), "margin": margin},
    )
