"""`function/NAME`: a function that a script or notebook registered as a model."""

from __future__ import annotations

import hashlib
import inspect
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, overload

from evalium.core import ConfigError, Model, UnknownName

from .python import PythonModel, parameters_asked

F = TypeVar("F", bound=Callable[..., Any])

_functions: dict[str, Callable[..., Any]] = {}


@overload
def model(function: F, /) -> F: ...


@overload
def model(*, name: str | None = None) -> Callable[[F], F]: ...


def model(function: F | None = None, /, *, name: str | None = None) -> F | Callable[[F], F]:
    """Register a function as the model `function/NAME`, for plans made in the same process.

    Parameters and answers are those of `python/file.py:callable`.

    Args:
        function: The function; itself unchanged.
        name: Name in plans; the function's own when None.

    Example:
        >>> @model
        ... def shout(prompt: str) -> str:
        ...     return prompt.upper()
        >>> from evalium.models import connect
        >>> connect(Model(id="function/shout"), Path()).identity["name"]
        'shout'
    """

    def decorate(function: F) -> F:
        _functions[name or function.__name__] = function
        return function

    return decorate if function is None else decorate(function)


def function(config: Model, name: str, base: Path) -> PythonModel:
    """Make the model of a registered function.

    Raises:
        UnknownName: No function is registered under the name.
        ConfigError: Its parameters cannot be filled.
    """
    if name not in _functions:
        raise UnknownName("model function/", name, _functions)
    found = _functions[name]
    try:
        source = inspect.getsource(found)
    except (OSError, TypeError):
        raise ConfigError(
            f"the source of function/{name} cannot be read, so its runs could not be told apart: put it into a file"
        ) from None
    options = dict(config.options)
    identity = {
        "provider": "function",
        "name": name,
        "version": 1,
        "source": hashlib.sha256(source.encode()).hexdigest()[:16],
        "revision": config.revision,
        "options": options,
    }
    threads = config.concurrency or min(32, (os.cpu_count() or 1) + 4)
    return PythonModel(found, name, parameters_asked(found, options, name), options, identity, threads)
