"""What the three protocols have in common here: a reply with its counts, and how it is cut into pieces."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from ._http1 import LAST_CHUNK, Delivery, chunk, head
from .answers import Asked, Reply, tokens

JSON = "application/json"
_encode = msgspec.json.Encoder().encode


class Counted(msgspec.Struct):
    """A reply together with its token counts."""

    reply: Reply
    tokens: list[str]
    input_tokens: int
    output_tokens: int

    def pieces(self, most: int) -> list[str]:
        """Cut the text into at most `most` pieces of whole tokens."""
        step = max(1, -(-len(self.tokens) // most))
        return ["".join(self.tokens[i : i + step]) for i in range(0, len(self.tokens), step)]


def counted(asked: Asked, reply: Reply, limit: int | None) -> Counted:
    """Count tokens and cut the reply at the limit asked for, as a model would."""
    found = tokens(reply.text or "")
    if limit is not None and len(found) > limit:
        found = found[:limit]
        reply = msgspec.structs.replace(reply, text="".join(found), finish="length")
    before = reply.input_tokens if reply.input_tokens is not None else len(tokens(asked.system + " " + asked.prompt))
    hidden = reply.reasoning_tokens or len(tokens(reply.reasoning))
    calls = sum(len(tokens(arguments)) + 1 for _, arguments in reply.tool_calls)
    return Counted(
        reply=msgspec.structs.replace(reply, reasoning_tokens=hidden),
        tokens=found,
        input_tokens=before,
        output_tokens=len(found) + hidden + calls,
    )


def whole(body: object, wait: float, status: int = 200, extra: dict[str, str] | None = None) -> Delivery:
    """Deliver a JSON body at once."""
    data = _encode(body)
    return Delivery([(wait, head(status, JSON, len(data), extra) + data)])


def events(pieces: Iterable[bytes], wait: float, between: float, extra: dict[str, str] | None = None) -> Delivery:
    """Deliver server-sent events one by one."""
    steps = [(between, chunk(piece)) for piece in pieces]
    first = head(200, "text/event-stream; charset=utf-8", None, extra)
    return Delivery([(wait, first + steps[0][1]), *steps[1:], (0.0, LAST_CHUNK)])


def data_event(body: object) -> bytes:
    """Frame a body as an event without a name."""
    return b"data: " + _encode(body) + b"\n\n"


def named_event(name: str, body: object) -> bytes:
    """Frame a body as a named event."""
    return b"event: " + name.encode() + b"\ndata: " + _encode(body) + b"\n\n"
