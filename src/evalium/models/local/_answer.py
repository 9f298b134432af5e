"""What a user's function returned, as a response."""

from __future__ import annotations

from typing import Any

import msgspec

from evalium.core import MalformedAnswer, Status, did_you_mean
from evalium.models.base import Response

FIELDS = tuple(field.name for field in msgspec.structs.fields(Response))


def to_response(value: Any, where: str) -> Response:
    """Turn what a user's function returned into a response.

    Args:
        value: A `Response`; a mapping of its fields, of which at least one that answers is needed (`output`, `label`,
            `probabilities`, `tool_calls`, `embedding`, or a `status`); text; None for no answer; anything else is
            given as JSON text and kept in `data["value"]`.
        where: Name of the function, for messages.

    Raises:
        MalformedAnswer: A key of the mapping is no field of a response, or a value has the wrong type.

    Example:
        >>> to_response({"label": "spam", "probabilities": {"spam": 0.9, "ham": 0.1}}, "f").label
        'spam'
        >>> to_response(3, "f").output, to_response(None, "f").status.value
        ('3', 'missing')
    """
    if isinstance(value, Response):
        return value
    if value is None:
        return Response(status=Status.MISSING)
    if isinstance(value, str):
        return Response(output=str(value))
    if isinstance(value, dict):
        return _from_mapping(value, where)
    value = plain(value)
    return Response(output=_json(value, where), data={"value": value})


def plain(value: Any) -> Any:
    """Numbers and arrays of numeric libraries as Python's own; everything inside lists and mappings too."""
    if isinstance(value, dict):
        return {key if isinstance(key, str) else str(plain(key)): plain(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [plain(inner) for inner in value]
    return plain(value.tolist()) if hasattr(value, "tolist") else value


def _from_mapping(value: dict[Any, Any], where: str) -> Response:
    for key in value:
        if key not in FIELDS:
            hint = did_you_mean(str(key), FIELDS)
            raise _malformed(f"{where} returned the key {key!r}, which no response has.{hint}")
    if not value.keys() & {"output", "label", "probabilities", "tool_calls", "embedding", "logprobs", "status"}:
        raise _malformed(f"{where} returned no answer: none of output, label, probabilities, embedding in {value!r}")
    fields = plain(value)
    if fields.get("output") is not None and not isinstance(fields["output"], str):
        fields.setdefault("data", {})
        fields["data"] = {"value": fields["output"], **fields["data"]}
        fields["output"] = _json(fields["output"], where)
    if fields.get("label") is not None:
        fields["label"] = str(fields["label"])
    try:
        return msgspec.convert(fields, Response, strict=True)
    except msgspec.ValidationError as error:
        raise _malformed(f"{where} returned a wrong response: {error}") from error


def _json(value: Any, where: str) -> str:
    try:
        return msgspec.json.encode(value).decode()
    except TypeError as error:
        raise _malformed(f"{where} returned {type(value).__name__}, which is neither text nor JSON") from error


def _malformed(message: str) -> MalformedAnswer:
    return MalformedAnswer(message, retryable=False)
