"""What was sent, as the text that a record keeps."""

from __future__ import annotations

import base64
from pathlib import Path

import msgspec

from evalium.core import Media, MediaPart, Message
from evalium.models import Request, base64_of, has_media
from evalium.store import Blobs

_encode_json = msgspec.json.Encoder().encode


def input_text(request: Request) -> str | None:
    """The user's words where that is all that was sent, otherwise the turns as JSON."""
    messages: tuple[Message, ...] = request.messages
    if request.prompt is not None:
        return request.prompt
    if len(messages) == 1 and messages[0].role == "user" and isinstance(messages[0].content, str):
        return messages[0].content
    if messages:
        return _encode_json(messages).decode()
    return None


class Sent:
    """As `input_text`, with media moved to the blob store: a row holds its hash, never its bytes.

    Args:
        blobs: Where the bytes go, once for each content.
        base: Folder that paths of media start from.
    """

    def __init__(self, blobs: Blobs, base: Path) -> None:
        self._blobs, self._base = blobs, base

    def __call__(self, request: Request) -> str | None:
        """What was sent by one request."""
        if not has_media(request.messages):
            return input_text(request)
        return input_text(msgspec.structs.replace(request, messages=tuple(map(self._message, request.messages))))

    def _message(self, message: Message) -> Message:
        if isinstance(message.content, str):
            return message
        parts = tuple(MediaPart(self._kept(p.media)) if isinstance(p, MediaPart) else p for p in message.content)
        return msgspec.structs.replace(message, content=parts)

    def _kept(self, media: Media) -> Media:
        if media.blob is not None or (media.url is not None and not media.url.startswith("data:")):
            return media
        blob = self._blobs.put(base64.b64decode(base64_of(media, self._base)))
        name = media.name or (Path(media.path).name if media.path else None)
        return Media(kind=media.kind, mime=media.mime, blob=blob, name=name)
