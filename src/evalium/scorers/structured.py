"""What is scored where it is more than text: a ranking, boxes, a series, a trajectory."""

from __future__ import annotations

from typing import Any

from evalium.core import Record, Status, Verdict

from ._json_text import NotJson, read_json


def structured(record: Record, reads: str) -> Any:
    """The structured answer of a record: its `data` under a name, else the JSON in its output.

    Args:
        record: The record.
        reads: `data.<name>`, see `Scorer.reads`.

    Returns:
        Plain data, or a `Verdict` of status `missing` or `unparsed` where there is none.

    Example:
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output='["a", "b"]')
        >>> structured(record, "data.ranking")
        ['a', 'b']
        >>> import msgspec
        >>> structured(msgspec.structs.replace(record, data={"ranking": ["c"]}), "data.ranking")
        ['c']
    """
    name = reads.removeprefix("data.")
    if name in record.data:
        return record.data[name]
    if record.output is None:
        return Verdict(status=Status.MISSING, explanation=f"the record has neither data.{name} nor an output")
    try:
        return read_json(record.output, fenced=True)
    except NotJson as error:
        return Verdict(status=Status.UNPARSED, explanation=str(error))
