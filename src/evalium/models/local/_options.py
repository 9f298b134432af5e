"""A model's options as a typed struct."""

from __future__ import annotations

from typing import TypeVar

import msgspec

from evalium.core import ConfigError, Model, did_you_mean

T = TypeVar("T", bound=msgspec.Struct)


def read_options(kind: type[T], config: Model) -> T:
    """Convert a model's options.

    Args:
        kind: A struct whose fields are the options.
        config: The model as in the plan.

    Raises:
        ConfigError: An option is unknown (the nearest is suggested), missing or of the wrong type.

    Example:
        >>> class Options(msgspec.Struct):
        ...     seed: int = 0
        >>> read_options(Options, Model(id="mock/echo", options={"sed": 1}))
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: model 'mock/echo' has no option 'sed'. Did you mean 'seed'?
    """
    known = [field.encode_name for field in msgspec.structs.fields(kind)]
    for key in config.options:
        if key not in known:
            raise ConfigError(f"model {config.label!r} has no option {key!r}.{did_you_mean(key, known)}")
    try:
        return msgspec.convert(config.options, kind)
    except msgspec.ValidationError as error:
        raise ConfigError(f"model {config.label!r}, options: {error}") from error
