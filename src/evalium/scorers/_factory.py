"""From a function and its options to a signed scorer."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, ParamSpec

import msgspec

from evalium.core import canonical_json, content_hash, source_hash

from .base import ScoreFunction, Scorer

P = ParamSpec("P")


class Traits(msgspec.Struct, frozen=True, kw_only=True):
    """What is true of every scorer that a factory makes.

    Attributes:
        kind: See `Scorer.kind`.
        unit: Unit of the value.
        low: Least possible value.
        high: Greatest possible value.
        higher_is_better: Direction.
        heavy: Whether it is worth a process of its own.
        version: Raised whenever the same options begin to score differently.
        values: See `Scorer.values`.
        judge: See `Scorer.judge`.
        reads: See `Scorer.reads`.
    """

    kind: str = "binary"
    unit: str = "1"
    low: float | None = 0.0
    high: float | None = 1.0
    higher_is_better: bool | None = True
    heavy: bool = False
    version: int = 1
    values: tuple[str, ...] = ()
    judge: bool = False
    reads: str = "output"


def built_in(**traits: Any) -> Callable[[Callable[P, ScoreFunction]], Callable[P, Scorer]]:
    """Turn a factory of score functions into a factory of scorers that carry their signature.

    Args:
        **traits: Fields of `Traits`.
    """
    settled = Traits(**traits)

    def decorate(factory: Callable[P, ScoreFunction]) -> Callable[P, Scorer]:
        @functools.wraps(factory)
        def make(*args: P.args, **kwargs: P.kwargs) -> Scorer:
            options = inspect.signature(factory).bind(*args, **kwargs).arguments
            return assemble(factory(*args, **kwargs), factory, options, settled, **_own_code(options))

        return make

    return decorate


def _own_code(options: Mapping[str, Any]) -> dict[str, str]:
    """The hash of the user's own extractor, where that is what makes the numbers."""
    spec = str(options.get("extractor", "")).removeprefix("python/")
    return {"src": source_hash(spec, options.get("base", Path()))} if ".py:" in spec else {}


def assemble(
    score: ScoreFunction,
    factory: Callable[..., Any],
    options: Mapping[str, Any],
    traits: Traits,
    *,
    name: str | None = None,
    **facts: str,
) -> Scorer:
    """Put a scorer together.

    Args:
        score: The function of a record.
        factory: Whose defaults need not be told; also gives the name.
        options: What was asked for.
        traits: What is true of it besides.
        name: Another name than the factory's.
        **facts: Further parts of the signature.
    """
    name = name or factory.__name__
    defaults = {key: p.default for key, p in inspect.signature(factory).parameters.items()}
    told = {key: value for key, value in options.items() if key != "base" and value != defaults.get(key)}
    return Scorer(
        name=name,
        signature=sign(name, traits.version, told, **facts),
        score=score,
        kind=traits.kind,
        unit=traits.unit,
        low=traits.low,
        high=traits.high,
        higher_is_better=traits.higher_is_better,
        heavy=traits.heavy,
        values=traits.values,
        judge=traits.judge,
        reads=traits.reads,
    )


def sign(name: str, version: int, options: Mapping[str, Any], **facts: str) -> str:
    """Write a signature: the name, the options that are not at their default, the version of the code.

    Defaults belong to the version, so a signature is complete without naming them.

    Example:
        >>> sign("exact", 1, {"strip": ".", "case": "ignore"})
        'exact|case:ignore|strip:.|v:1'
    """
    parts = [f"{key}:{_brief(value)}" for key, value in sorted(options.items())]
    parts += [f"{key}:{value}" for key, value in facts.items()]
    return "|".join([name, *parts, f"v:{version}"])


def _brief(value: Any) -> str:
    if isinstance(value, str) and value.isprintable() and value.strip() == value and 0 < len(value) <= 80:
        if not any(c in value for c in '|:"'):
            return value
    text = canonical_json(value).decode()
    # A bar inside JSON can only be inside a string, where its escape means the same.
    return text.replace("|", "\\u007c") if len(text) <= 120 else "sha256=" + content_hash(value, 16)
