"""From a plan's entry to a scorer."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError

from ._own import OWN, from_file, from_object
from ._registry import registry, traits_of
from .base import Scorer
from .extract import with_extract


def create(
    spec: str | Mapping[str, Any], *, base: Path | None = None, taken: Iterable[str] = (), extract: str | None = None
) -> Scorer:
    """Make the scorer that an entry of a plan's `scorers` asks for.

    Args:
        spec: A name, or a mapping with one key: the name, and as its value the mapping of options. The option `name`
            gives the scorer another name within the plan. A name is a registered one or `file.py:function`
            (`python/file.py:function` is the same).
        base: Folder that paths start from; the current one when None.
        taken: Names of the plan's other scorers.
        extract: The plan's `extract`, see `with_extract`.

    Raises:
        ConfigError: The entry has another form; the name is unknown or taken; an option is unknown, missing or wrong.

    Example:
        >>> create({"exact": {"case": "ignore", "name": "relaxed"}}).name
        'relaxed'
        >>> create("exat")
        Traceback (most recent call last):
        ...
        evalium.core.errors.UnknownName: unknown scorer 'exat'. Did you mean 'exact'?
    """
    key, options = _split(spec)
    renamed = options.pop("name", None)
    scorer = _make(key, options, base or Path())
    if renamed is not None:
        if not isinstance(renamed, str) or not renamed:
            raise ConfigError(f"scorer {key!r}, option 'name': expected text, got {renamed!r}")
        scorer = msgspec.structs.replace(scorer, name=renamed)
    if scorer.name in taken:
        raise ConfigError(f"two scorers are named {scorer.name!r}: rename one, as in {{{key}: {{name: other}}}}")
    return with_extract(scorer, extract) if extract is not None else scorer


def _split(spec: str | Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    if isinstance(spec, str):
        return spec, {}
    if len(spec) != 1:
        raise ConfigError(
            f"a scorer is a name or one name with its options, as in {{exact: {{case: ignore}}}}; got the keys "
            f"{', '.join(map(repr, spec)) or 'none'}"
        )
    [(key, options)] = spec.items()
    if options is None:
        return key, {}
    if not isinstance(options, Mapping):
        raise ConfigError(
            f"the options of scorer {key!r} are a mapping, as in {{{key}: {{name: other}}}}; got {options!r}"
        )
    return key, dict(options)


def _make(key: str, options: dict[str, Any], base: Path) -> Scorer:
    if ".py:" in key:
        return from_file(key.removeprefix("python/"), options, base)
    thing = registry.get(key)
    return from_object(thing, options, name=key, where=f"scorer {key!r}", traits=traits_of(thing) or OWN, base=base)
