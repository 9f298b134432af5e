"""Scorers out of a user's own functions."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, Record, did_you_mean, load_object, source_hash
from evalium.core.registry import check_options

from ._factory import Traits, assemble
from ._registry import traits_of
from ._target import NO_OUTPUT
from .base import ScoreFunction, Scorer

OWN = Traits(kind="graded", low=None, high=None)

_READERS: dict[str, Callable[[Record], Any]] = {
    "record": lambda record: record,
    "output": lambda record: record.output,
    "target": lambda record: record.target,
    "input": lambda record: record.input,
    "context": lambda record: record.context,
    "choices": lambda record: record.choices,
    "attributes": lambda record: record.attributes,
}
WORDS = tuple(_READERS)
"""Names of parameters that are filled from the record."""


def from_object(
    thing: Any,
    options: Mapping[str, Any],
    *,
    name: str,
    where: str,
    traits: Traits = OWN,
    base: Path | None = None,
    **facts: str,
) -> Scorer:
    """Make a scorer of whatever a user wrote: a function of a record's parts, a factory, or a scorer.

    A function with a parameter named `record`, `output`, `target`, `input`, `context`, `choices` or `attributes` is
    called once per record; its other parameters are options. Any other function is a factory: it is called once
    with the options and gives the function.

    Args:
        thing: The object.
        options: Options from the plan.
        name: Name of the scorer.
        where: What to call it in messages.
        traits: What is true of its scores.
        base: Folder of the plan, handed to a factory that has a parameter `base`.
        **facts: Further parts of the signature.

    Raises:
        ConfigError: It is nothing that can score, or an option is wrong.
    """
    if isinstance(thing, Scorer):
        if options:
            raise ConfigError(f"{where} is a finished scorer and has no option {next(iter(options))!r}")
        return thing
    parameters = _signature(thing, where).parameters
    if any(word in WORDS for word in parameters):
        chosen = _check(thing, options, where)
        return assemble(_call(thing, chosen, where), thing, chosen, traits, name=name, **facts)
    if "base" in parameters:
        if "base" in options:
            raise ConfigError(f"{where}: 'base' is the folder of the plan and cannot be set")
        options = {**options, "base": base or Path()}
    checked = check_options(thing, options, where)
    made = thing(**checked)
    if isinstance(made, Scorer):
        return msgspec.structs.replace(made, name=name)
    if not callable(made):
        raise ConfigError(
            f"{where} takes nothing of a record ({', '.join(WORDS)}) and returns a {type(made).__name__}: "
            "take one of these, or return a function of the record"
        )
    return assemble(_call(made, {}, where), thing, checked, traits, name=name, **facts)


def from_file(spec: str, options: Mapping[str, Any], base: Path) -> Scorer:
    """Make a scorer of `file.py:function`; the hash of its source is part of the signature.

    Raises:
        ConfigError: There is no such file or function, it cannot score, or an option is wrong.
    """
    thing = load_object(spec, base)
    name = getattr(thing, "__name__", type(thing).__name__)
    where, traits = f"scorer {spec!r}", traits_of(thing) or OWN
    return from_object(thing, options, name=name, where=where, traits=traits, base=base, src=source_hash(spec, base))


def _signature(thing: Any, where: str) -> inspect.Signature:
    if not callable(thing):
        raise ConfigError(f"{where} is a {type(thing).__name__}, not a function")
    try:
        return inspect.signature(thing)
    except ValueError as error:
        raise ConfigError(f"{where}: its parameters cannot be read: {error}") from error


class _Options:
    """The part of a function's signature that a plan sets."""

    def __init__(self, function: Callable[..., Any]) -> None:
        try:
            signature = inspect.signature(function, eval_str=True)
        except NameError:
            # A name imported for type checkers only; without its types an option is taken as it is.
            plain = inspect.signature(function)
            untyped = [p.replace(annotation=p.empty) for p in plain.parameters.values()]
            signature = plain.replace(parameters=untyped)
        settable = [p for p in signature.parameters.values() if p.name not in WORDS]
        self.__signature__ = signature.replace(parameters=settable)

    def __call__(self) -> None:
        """Never called; only what is callable has a signature."""


def _check(function: Callable[..., Any], options: Mapping[str, Any], where: str) -> dict[str, Any]:
    for key in options:
        if key in WORDS:
            raise ConfigError(f"{where}: {key!r} is filled from the record and cannot be set")
    settable = _Options(function)
    for p in settable.__signature__.parameters.values():
        if p.default is p.empty and p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD) and p.name not in options:
            raise ConfigError(
                f"{where} has a parameter {p.name!r} that is neither part of a record nor set as an option."
                + did_you_mean(p.name, WORDS)
            )
    return check_options(settable, options, where)


def _call(function: Callable[..., Any], chosen: dict[str, Any], where: str) -> ScoreFunction:
    """Fill the function's parameters from the record; its only parameter, whatever its name, gets the record."""
    parameters = _signature(function, where).parameters
    readers = [(word, _READERS[word]) for word in parameters if word in WORDS]
    if not readers:
        return function
    if [word for word, _ in readers] == ["record"]:
        return lambda record: function(record=record, **chosen)
    reads_output = "output" in parameters

    def score(record: Record) -> Any:
        if reads_output and record.output is None:
            return NO_OUTPUT
        return function(**{word: read(record) for word, read in readers}, **chosen)

    return score
