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
        "choice": "evalium.scorers.choice:choice",
        "em": "evalium.scorers.squad:em",
        "exact": "evalium.scorers.exact:exact",
        "f1": "evalium.scorers.squad:f1",
        "includes": "evalium.scorers.includes:includes",
        "json_field": "evalium.scorers.json_field:json_field",
        "json_schema": "evalium.scorers.json_schema:json_schema",
        "json_valid": "evalium.scorers.json_valid:json_valid",
        "label": "evalium.scorers.label:label",
        "loglikelihood": "evalium.scorers.loglikelihood:loglikelihood",
        "numeric": "evalium.scorers.numeric:numeric",
        "probability": "evalium.scorers.probability:probability",
        "regex": "evalium.scorers.regex:regex",
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
            when the code begins to score differently.

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
        settled = Traits(**{"kind": "graded", "low": None, "high": None, **traits})
        setattr(function, _TRAITS, settled)
        registry.register(name or function.__name__, function)
        return function

    return decorate if function is None else decorate(function)


def traits_of(thing: Any) -> Traits | None:
    """What the decorator was told, if there was one."""
    return getattr(thing, _TRAITS, None)
