"""JSON in an output, read strictly."""

from __future__ import annotations

import re
from typing import Any

import msgspec

_FENCE = re.compile(r"^[ \t]*```[ \t]*(?:json|JSON)?[ \t]*\r?\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)


class NotJson(Exception):
    """The output is not what was asked for; the text says why."""


def read_json(output: str, fenced: bool) -> Any:
    r"""Read an output as JSON (RFC 8259), repairing nothing.

    Args:
        output: The output.
        fenced: Take the only ``` block of it; where there is no block, the whole.

    Raises:
        NotJson: It is none, or there are several blocks.

    Example:
        >>> read_json("Here you are:\n```json\n[1]\n```\nBye", fenced=True)
        [1]
        >>> read_json("[NaN]", fenced=False)
        Traceback (most recent call last):
        ...
        evalium.scorers._json_text.NotJson: JSON is malformed: invalid character (byte 1)
    """
    text = output
    if fenced:
        blocks = _FENCE.findall(output)
        if len(blocks) > 1:
            raise NotJson(f"the output has {len(blocks)} fenced blocks, not one")
        text = blocks[0] if blocks else output
    if not text.strip():
        raise NotJson("the output is empty")
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeEncodeError) as error:
        raise NotJson(str(error)) from error
    except RecursionError as error:
        raise NotJson("the JSON is nested too deeply") from error
