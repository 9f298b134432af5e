"""Which field is the input and which the target, when the plan does not say."""

from __future__ import annotations

from collections.abc import Sequence

from evalium.core import ConfigError

INPUTS = ("input", "question", "prompt", "text", "instruction", "problem")
TARGETS = ("target", "answer", "label", "reference", "output", "ideal")


def detect_input(fields: Sequence[str], label: str) -> str:
    """Find the one field with a usual name for an input.

    Raises:
        ConfigError: None or several fit.

    Example:
        >>> detect_input(["id", "question", "answer"], "a.jsonl")
        'question'
    """
    fit = [field for field in fields if field in INPUTS]
    if len(fit) == 1:
        return fit[0]
    why = f"{', '.join(map(repr, fit))} could each be it" if fit else "no field has a usual name for it"
    raise ConfigError(f"data.input: which field of {label} is the input? {why}; set it to one of: {', '.join(fields)}")


def detect_target(fields: Sequence[str], label: str) -> str | None:
    """Find the one field with a usual name for a target; None where no field has one.

    Raises:
        ConfigError: Several fit.

    Example:
        >>> detect_target(["question", "answer"], "a.jsonl")
        'answer'
    """
    fit = [field for field in fields if field in TARGETS]
    if len(fit) > 1:
        several = ", ".join(map(repr, fit))
        raise ConfigError(f"data.target: which field of {label} is the target? {several} could each be it; set one")
    return fit[0] if fit else None
