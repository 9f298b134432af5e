"""What is said to a model: messages, their parts, and tools."""

from __future__ import annotations

from typing import Any, Literal

import msgspec


class Media(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An image, a sound or a file that goes along with text.

    Exactly one of `path`, `url`, `data` or `blob` says where the bytes are.

    Attributes:
        kind: What it is.
        mime: Media type, such as `"image/png"`.
        path: A local file.
        url: An address the model's provider can fetch itself.
        data: The bytes, base64.
        blob: sha256 of bytes that lie in the workspace's blob store.
        name: File name to show.
    """

    kind: Literal["image", "audio", "file"]
    mime: str
    path: str | None = None
    url: str | None = None
    data: str | None = None
    blob: str | None = None
    name: str | None = None


class TextPart(msgspec.Struct, frozen=True, tag="text"):
    """A piece of text inside a message of several parts."""

    text: str


class MediaPart(msgspec.Struct, frozen=True, tag="media"):
    """A piece of media inside a message of several parts."""

    media: Media


Part = TextPart | MediaPart


class ToolCall(msgspec.Struct, frozen=True, kw_only=True):
    """A model's wish to call a tool.

    Attributes:
        id: The provider's identifier, quoted in the tool's answer.
        name: Name of the tool.
        arguments: JSON text of the arguments exactly as the model wrote it.
    """

    id: str
    name: str
    arguments: str


class Tool(msgspec.Struct, frozen=True, kw_only=True):
    """A tool that the model may call.

    Attributes:
        name: Name the model uses.
        description: What it does, for the model to read.
        parameters: JSON Schema of the arguments; empty means none.
    """

    name: str
    description: str = ""
    parameters: dict[str, Any] = {}


class Message(msgspec.Struct, frozen=True, omit_defaults=True, gc=False):
    """One turn of a conversation.

    Attributes:
        role: Who speaks.
        content: Text, or parts where media is involved.
        tool_calls: Tools that the assistant wants called.
        tool_call_id: Which call a `tool` message answers.
        name: Name of the tool or speaker.
    """

    role: Literal["system", "user", "assistant", "tool"]
    content: str | tuple[Part, ...] = ""
    tool_calls: tuple[ToolCall, ...] = ()
    tool_call_id: str | None = None
    name: str | None = None

    @property
    def text(self) -> str:
        """The text of the message without its media."""
        if isinstance(self.content, str):
            return self.content
        return "\n".join(p.text for p in self.content if isinstance(p, TextPart))
