"""The steps that an agent took are those that it should have taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Literal

from evalium.core import Record, ScoreError, Verdict

from ._factory import built_in
from ._target import NO_TARGET
from .base import ScoreFunction
from .structured import structured
from .tool_calls import calls

Compare = Literal["name", "call"]
_VALUES = ("exact", "in_order", "any_order", "subset", "precision", "recall", "steps", "failed_steps", "success")


@built_in(kind="trajectory", values=_VALUES, reads="data.trajectory")
def trajectory(*, compare: Compare = "name") -> ScoreFunction:
    """How the steps of an agent compare with the expected ones.

    Value: 1 where they are the same in the same order, else 0; higher is better. `values`, each 1 or 0:
    `exact` (the value); `in_order`, the expected steps occur in this order, others between them are allowed;
    `any_order`, they occur in any order, others allowed; `subset`, no step was taken that is not expected (a repeated
    one must be expected as often). `precision` and `recall` are the shares of taken steps that are expected, and of
    expected steps that were taken; absent where there are none of them. `steps` counts the steps, `failed_steps` those
    with an `error` or a true `failed`. `success` is `data.success` where the record has it.

    The steps are `data.trajectory`, else the JSON in the output: a list of names or `{name, arguments, error}`. The
    target is a list of the same form. No target is `missing`; output without steps `unparsed`.

    Args:
        compare: Whether two steps are the same by `name`, or as a whole `call` with its arguments.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 target=["search", "book"], data={"trajectory": ["search", "compare", "book"]})
        >>> values = trajectory().score(record).values
        >>> values["exact"], values["in_order"], values["subset"], round(values["precision"], 2)
        (0.0, 1.0, 0.0, 0.67)
    """

    def score(record: Record) -> Verdict:
        if record.target is None:
            return NO_TARGET
        found = structured(record, "data.trajectory")
        if isinstance(found, Verdict):
            return found
        taken, wanted = _steps(found, compare, "data.trajectory"), _steps(record.target, compare, "target")
        values = {
            **_matches(taken, wanted),
            "steps": float(len(taken)),
            "failed_steps": float(sum(map(_failed, found))),
        }
        success = record.data.get("success")
        if isinstance(success, (bool, int, float)):
            values["success"] = float(success)
        return Verdict(value=values["exact"], values=values)

    return score


def _matches(taken: list[Hashable], wanted: list[Hashable]) -> dict[str, float]:
    given, expected = Counter(taken), Counter(wanted)
    shared = sum((given & expected).values())
    matches: dict[str, float] = {
        "exact": float(taken == wanted),
        "in_order": float(_occurs(wanted, taken)),
        "any_order": float(expected <= given),
        "subset": float(given <= expected),
    }
    if taken:
        matches["precision"] = shared / len(taken)
    if wanted:
        matches["recall"] = shared / len(wanted)
    return matches


def _occurs(wanted: Sequence[Hashable], taken: Sequence[Hashable]) -> bool:
    """Whether one sequence can be read out of another from left to right."""
    left = iter(taken)
    return all(any(step == other for other in left) for step in wanted)


def _steps(given: Any, compare: Compare, where: str) -> list[Hashable]:
    if not isinstance(given, (list, tuple)):
        raise ScoreError(f"{where}: expected a list of steps, got {type(given).__name__}")
    steps = [{"name": step} if isinstance(step, str) else step for step in given]
    read = calls(steps, where)
    return [name for name, _ in read] if compare == "name" else list(read)


def _failed(step: Any) -> bool:
    return isinstance(step, Mapping) and (step.get("error") is not None or step.get("failed") is True)
