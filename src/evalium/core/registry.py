"""One registry for everything that has a name: lazy tables, decorators, entry points."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from typing import Any

import msgspec

from .errors import ConfigError, UnknownName, did_you_mean


class Registry:
    """Names of one kind, resolved when first used.

    Built-ins are a literal table `name -> "module:attr"`, so that listing names imports nothing. Third parties
    register by entry points in the group `evalium.<kind>s`; a script registers with the decorator.

    Args:
        kind: Singular noun used in messages, such as `"metric"`.
        builtins: Table of what evalium ships.

    Example:
        >>> r = Registry("shape", {"path": "pathlib:PurePosixPath"})
        >>> r.get("path")("a/b").name
        'b'
        >>> r.get("pth")
        Traceback (most recent call last):
        ...
        evalium.core.errors.UnknownName: unknown shape 'pth'. Did you mean 'path'?
    """

    def __init__(self, kind: str, builtins: Mapping[str, str]) -> None:
        self.kind = kind
        self._lazy = dict(builtins)
        self._loaded: dict[str, Any] = {}
        self._plugins_read = False

    def names(self) -> list[str]:
        """All known names in alphabetical order."""
        self._read_plugins()
        return sorted({*self._lazy, *self._loaded})

    def built_in(self) -> list[str]:
        """The names that evalium itself ships, in alphabetical order, whatever else this process registered."""
        return sorted(name for name, path in self._lazy.items() if path.startswith("evalium."))

    def __contains__(self, name: str) -> bool:
        if name in self._lazy or name in self._loaded:
            return True
        self._read_plugins()
        return name in self._lazy

    def get(self, name: str) -> Any:
        """Return what is registered under a name.

        Raises:
            UnknownName: Nothing is.
        """
        if name not in self._loaded:
            if name not in self:
                raise UnknownName(self.kind, name, self.names())
            self._loaded[name] = load(self._lazy[name])
        return self._loaded[name]

    def create(self, name: str, options: Mapping[str, Any] | None = None, where: str = "") -> Any:
        """Call the factory registered under a name with checked options.

        Options are converted to the types that the factory's signature declares.

        Args:
            name: Registered name.
            options: Keyword arguments of the factory.
            where: Path of the field in the plan, for messages.

        Raises:
            UnknownName: Nothing is registered under `name`.
            ConfigError: An option is unknown, missing or of the wrong type.
        """
        factory = self.get(name)
        return factory(**check_options(factory, options or {}, where or f"{self.kind} {name!r}"))

    def register(self, name: str, thing: Any) -> None:
        """Register under a name; the last one wins, so that a notebook cell can be run again.

        Raises:
            ConfigError: The name belongs to evalium itself.
        """
        if name in self.built_in():
            raise ConfigError(f"the {self.kind} {name!r} is built in: choose another name")
        self._loaded[name] = thing

    def _read_plugins(self) -> None:
        if self._plugins_read:
            return
        self._plugins_read = True
        for point in entry_points(group=f"evalium.{self.kind}s"):
            self._lazy.setdefault(point.name, point.value)


def check_options(factory: Callable[..., Any], options: Mapping[str, Any], where: str) -> dict[str, Any]:
    """Check keyword arguments against a factory's signature and convert them to its declared types.

    Raises:
        ConfigError: An option is unknown, missing or of the wrong type; the message names it and the nearest valid one.

    Example:
        >>> def contains(text: str, times: int = 1): ...
        >>> check_options(contains, {"text": "a", "times": 2}, "scorer 'contains'")
        {'text': 'a', 'times': 2}
        >>> check_options(contains, {"text": "a", "tims": 2}, "scorer 'contains'")
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: scorer 'contains' has no option 'tims'. Did you mean 'times'?
    """
    parameters = inspect.signature(factory, eval_str=True).parameters
    takes_any = any(p.kind is p.VAR_KEYWORD for p in parameters.values())
    checked: dict[str, Any] = {}
    for key, value in options.items():
        if key not in parameters:
            if not takes_any:
                raise ConfigError(f"{where} has no option {key!r}.{did_you_mean(key, parameters)}")
            checked[key] = value
            continue
        annotation = parameters[key].annotation
        try:
            checked[key] = value if annotation is inspect.Parameter.empty else msgspec.convert(value, annotation)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{where}, option {key!r}: {error}") from error
    for key, parameter in parameters.items():
        variadic = parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL)
        if parameter.default is parameter.empty and not variadic and key not in checked:
            raise ConfigError(f"{where} needs the option {key!r}")
    return checked


def load(path: str) -> Any:
    """Import `module:attribute`.

    Example:
        >>> load("pathlib:PurePosixPath")("a/b").name
        'b'
    """
    module, _, attribute = path.partition(":")
    return getattr(importlib.import_module(module), attribute)
