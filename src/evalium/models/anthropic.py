"""Anthropic's messages API."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Model

from ._anthropic_answer import StreamedMessage, as_response
from ._anthropic_request import message_fields
from ._media import has_media
from ._remote import RemoteModel, api_is_chat, refuse_options
from ._streaming import read_events
from ._text import as_messages
from .base import Request, Response
from .providers import ANTHROPIC, Access, access

API_VERSION = "2023-06-01"
_encode = msgspec.json.Encoder().encode


class AnthropicModel(RemoteModel):
    """A Claude model, or another behind the messages API.

    Parameters have OpenAI's names and are translated (see `_anthropic_request.parameters`); those without a
    counterpart, such as `seed`, are left out and named in `Response.data["ignored_params"]`. The provider's own
    (`thinking`, `top_k`, ...) go through. `max_tokens` is 4096 when not given, since the provider demands a number.
    """

    capabilities = frozenset({"generate", "stream", "tools", "media"})

    def __init__(self, config: Model, name: str, base: Path, reach: Access) -> None:
        super().__init__(config, name, base, reach)
        self._messages = self._target("/messages", {"anthropic-version": API_VERSION})

    async def answer(self, request: Request) -> Response:
        """Answer one request with one attempt; see `Adapter.answer`."""
        self._require(request, "log-probabilities and embeddings need another provider")
        messages = as_messages(request)
        if has_media(messages):
            fields, ignored = await asyncio.to_thread(message_fields, request, messages, self.base)
        else:
            fields, ignored = message_fields(request, messages, self.base)
        fields["model"] = self.name
        response = await (self._stream(fields) if request.stream else self._whole(fields))
        if ignored:
            response.data = {**response.data, "ignored_params": ignored}
        return response

    async def _whole(self, fields: dict[str, Any]) -> Response:
        _, content = await self._wire.post(self._messages, _encode(fields))
        return as_response(content, self._messages.origin)

    async def _stream(self, fields: dict[str, Any]) -> Response:
        answer = StreamedMessage(self._messages.origin)
        fields["stream"] = True
        _, unread = await read_events(self._wire, self._messages, _encode(fields), answer.take)
        return answer.response() if unread is None else as_response(unread, self._messages.origin)


def anthropic(config: Model, name: str, base: Path) -> AnthropicModel:
    """Connect a model of Anthropic, or of a server that speaks its protocol at `base_url`.

    Raises:
        ConfigError: The key is missing, or an option is given.
    """
    refuse_options(config)
    api_is_chat(config)
    return AnthropicModel(config, name, base, access(config, ANTHROPIC))
