"""The table of scorers and the decorator that adds to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, overload

from evalium.core import Registry

from ._factory import Traits

F = TypeVar("F", bound=Callable[..., Any])

registry = Registry(
    "scorer",
    {
        "bertscore": "evalium.scorers.bertscore:bertscore",
        "bleu": "evalium.scorers.bleu:bleu",
        "box_overlap": "evalium.scorers.detection:box_overlap",
        "chart_data": "evalium.scorers.chart_data:chart_data",
        "choice": "evalium.scorers.choice:choice",
        "chrf": "evalium.scorers.chrf:chrf",
        "chrf_pp": "evalium.scorers.chrf:chrf_pp",
        "citations": "evalium.scorers.citations:citations",
        "claims": "evalium.scorers.claims:claims",
        "clip_score": "evalium.scorers.clip_score:clip_score",
        "conversation": "evalium.scorers.conversation:conversation",
        "detection": "evalium.scorers.detection:detection",
        "diversity": "evalium.scorers.diversity:diversity",
        "edit_characters": "evalium.scorers.edit:edit_characters",
        "edit_words": "evalium.scorers.edit:edit_words",
        "em": "evalium.scorers.squad:em",
        "embedding_pair": "evalium.scorers.embedding_pair:embedding_pair",
        "energy_wh": "evalium.scorers.energy:energy_wh",
        "exact": "evalium.scorers.exact:exact",
        "execution": "evalium.scorers.execution:execution",
        "f1": "evalium.scorers.squad:f1",
        "image_features": "evalium.scorers.image_features:image_features",
        "image_similarity": "evalium.scorers.image_similarity:image_similarity",
        "includes": "evalium.scorers.includes:includes",
        "json_field": "evalium.scorers.json_field:json_field",
        "json_schema": "evalium.scorers.json_schema:json_schema",
        "json_valid": "evalium.scorers.json_valid:json_valid",
        "label": "evalium.scorers.label:label",
        "labels": "evalium.scorers.labels:labels",
        "language": "evalium.scorers.language:language",
        "length": "evalium.scorers.length:length",
        "loglikelihood": "evalium.scorers.loglikelihood:loglikelihood",
        "meteor": "evalium.scorers.meteor:meteor",
        "meteor_exact_stem": "evalium.scorers.meteor:meteor_exact_stem",
        "number": "evalium.scorers.number:number",
        "numeric": "evalium.scorers.numeric:numeric",
        "probability": "evalium.scorers.probability:probability",
        "rag": "evalium.scorers.rag:rag",
        "readability": "evalium.scorers.readability:readability",
        "recommendation": "evalium.scorers.recommendation:recommendation",
        "regex": "evalium.scorers.regex:regex",
        "retrieval": "evalium.scorers.retrieval:retrieval",
        "rouge": "evalium.scorers.rouge:rouge",
        "segmentation": "evalium.scorers.segmentation:segmentation",
        "semantic_similarity": "evalium.scorers.semantic_similarity:semantic_similarity",
        "ter": "evalium.scorers.ter:ter",
        "tifa": "evalium.scorers.tifa:tifa",
        "tool_calls": "evalium.scorers.tool_calls:tool_calls",
        "trajectory": "evalium.scorers.trajectory:trajectory",
        "vqa": "evalium.scorers.vqa:vqa",
        "zero_shot": "evalium.scorers.zero_shot:zero_shot",
    },
)

_TRAITS = "__evalium_traits__"


@overload
def scorer(function: F, /) -> F: ...


@overload
def scorer(
    *,
    name: str | None = None,
    kind: str = "graded",
    unit: str = "1",
    low: float | None = None,
    high: float | None = None,
    higher_is_better: bool | None = True,
    heavy: bool = False,
    version: int = 1,
) -> Callable[[F], F]: ...


def scorer(function: F | None = None, /, *, name: str | None = None, **traits: Any) -> F | Callable[[F], F]:
    """Register a function as a scorer, so that plans can name it.

    A function with a parameter named `record`, `output`, `target`, `input`, `context`, `choices` or `attributes` scores
    one record; its other parameters are options that a plan may set. Any other function is a factory: it takes the
    options and returns the function of a record. Both may be async. See `Scorer` for what a function may return.

    Args:
        function: The function; itself unchanged.
        name: Name in plans; the function's own when None.
        **traits: `kind`, `unit`, `low`, `high`, `higher_is_better`, `heavy` as in `Scorer`; `version`, to be raised
            when the code begins to score differently. The bounds of `binary` are 0 and 1.

    Raises:
        ConfigError: The name belongs to a scorer of evalium itself.

    Example:
        >>> from evalium.scorers import create
        >>> @scorer(low=0, high=1)
        ... def near(output: str, target: float, tolerance: float = 0.1) -> bool:
        ...     return abs(float(output) - target) <= tolerance
        >>> create({"near": {"tolerance": 0.5}}).signature
        'near|tolerance:0.5|v:1'
    """

    def decorate(function: F) -> F:
        bounds = (0.0, 1.0) if traits.get("kind") == "binary" else (None, None)
        settled = Traits(**{"kind": "graded", "low": bounds[0], "high": bounds[1], **traits})
        setattr(function, _TRAITS, settled)
        registry.register(name or function.__name__, function)
        return function

    return decorate if function is None else decorate(function)


def traits_of(thing: Any) -> Traits | None:
    """What the decorator was told, if there was one."""
    return getattr(thing, _TRAITS, None)
