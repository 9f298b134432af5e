"""The tools that were called are those that should have been, with the right arguments."""

from __future__ import annotations

from collections import Counter
from collections.abc import Hashable, Mapping
from typing import Any

import msgspec

from evalium.core import Record, ScoreError, ToolCall, Verdict

from ._factory import built_in
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction
from .structured import structured

Call = tuple[str, Hashable]
"""A tool's name and its arguments as `frozen` gives them; None for arguments that are no JSON."""


@built_in(kind="tool_calls", values=("expected", "made", "named", "exact"), reads="data.tool_calls")
def tool_calls() -> ScoreFunction:
    """How well the tool calls of a record match the expected ones, in any order.

    Value: F1 of calls that are right in name and arguments, 0 to 1, higher is better; 1 where none was expected and
    none made. `values`: calls `expected` and `made`, how many have the right name (`named`) and also equal arguments
    (`exact`). Each expected call is met once at most. Arguments are equal as JSON: key order does not matter, 1 is 1.0,
    true is not 1; arguments that are no JSON equal nothing.

    The calls are `data.tool_calls`, else those that the model asked for, else the calls in an output that is JSON. An
    output that is none called nothing. The target is a list of `{name, arguments}`; an empty one means that nothing
    should be called. No target is `missing`.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 tool_calls=(ToolCall(id="1", name="find", arguments='{"city": "Oslo", "days": 2}'),),
        ...                 target=[{"name": "find", "arguments": {"days": 2.0, "city": "Oslo"}}, {"name": "book"}])
        >>> verdict = tool_calls().score(record)
        >>> round(verdict.value, 4), verdict.values["expected"], verdict.values["exact"]
        (0.6667, 2.0, 1.0)
    """

    def score(record: Record) -> Verdict:
        if record.target is None:
            return NO_TARGET
        made = _made(record)
        if isinstance(made, Verdict):
            return made
        wanted = calls(record.target, "target")
        named = _shared([name for name, _ in made], [name for name, _ in wanted])
        # Arguments that are no JSON are equal to nothing, not even to each other.
        exact = _shared([c for c in made if c[1] is not None], wanted)
        value = 2 * exact / (len(made) + len(wanted)) if made or wanted else 1.0
        counts = {"expected": len(wanted), "made": len(made), "named": named, "exact": exact}
        return Verdict(
            value=value,
            values={name: float(count) for name, count in counts.items()},
            explanation=_difference(made, wanted),
        )

    return score


def calls(given: Any, where: str) -> list[Call]:
    """Read a list of calls, or one call.

    Args:
        given: Mappings with `name` and `arguments` (a mapping, or JSON text as models write it).
        where: What it is, for the error.

    Raises:
        ScoreError: It is nothing of the kind.

    Example:
        >>> calls({"name": "now"}, "target") == calls([{"name": "now", "arguments": "{}"}], "target")
        True
    """
    if isinstance(given, Mapping):
        given = [given]
    if not isinstance(given, (list, tuple)):
        raise ScoreError(f"{where}: expected a list of {{name, arguments}}, got {type(given).__name__}")
    return [_call(one, where) for one in given]


def frozen(value: Any) -> Hashable:
    """Plain data as something hashable that is equal exactly where the JSON is.

    Example:
        >>> frozen({"a": [1, 2]}) == frozen({"a": [1.0, 2]}), frozen(True) == frozen(1)
        (True, False)
    """
    if isinstance(value, Mapping):
        return ("object", frozenset((str(key), frozen(one)) for key, one in value.items()))
    if isinstance(value, (list, tuple)):
        return ("array", *(frozen(one) for one in value))
    if isinstance(value, bool) or value is None:
        return ("constant", str(value))
    if isinstance(value, (str, int, float)):
        return value
    raise ScoreError(f"{type(value).__name__} is no JSON")


def _call(one: Any, where: str) -> Call:
    arguments: Any
    if isinstance(one, ToolCall):
        name, arguments = one.name, one.arguments
    elif isinstance(one, Mapping) and isinstance(one.get("name"), str):
        name, arguments = one["name"], one.get("arguments")
    else:
        raise ScoreError(f"{where}: a call is {{name, arguments}}, got {one!r:.200}")
    if isinstance(arguments, str):
        try:
            arguments = msgspec.json.decode(arguments) if arguments.strip() else {}
        except (msgspec.DecodeError, UnicodeEncodeError, RecursionError):
            return name, None
    return name, frozen({} if arguments is None else arguments)


def _made(record: Record) -> list[Call] | Verdict:
    if "tool_calls" in record.data:
        return calls(record.data["tool_calls"], "data.tool_calls")
    if record.tool_calls:
        return calls(record.tool_calls, "tool_calls")
    if record.output is None:
        return NO_OUTPUT if record.finish_reason is None else []
    found = structured(record, "data.tool_calls")
    try:
        return calls(found, "output")
    except ScoreError:
        return []


def _shared(made: list[Any], wanted: list[Any]) -> int:
    return sum((Counter(made) & Counter(wanted)).values())


def _difference(made: list[Call], wanted: list[Call]) -> str | None:
    missing, extra = Counter(wanted) - Counter(made), Counter(made) - Counter(wanted)
    parts = [
        f"{what}: {', '.join(sorted(name for name, _ in counted.elements()))}"
        for what, counted in (("not called as expected", missing), ("called otherwise", extra))
        if counted
    ]
    return "; ".join(parts) or None
