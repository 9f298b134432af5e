"""Google's Gemini API."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any
from urllib.parse import quote

import msgspec

from evalium.core import MalformedAnswer, Model, Status

from ._gemini_answer import StreamedContent, as_response, embedding
from ._gemini_request import content_fields
from ._http import Target
from ._media import has_media
from ._remote import RemoteModel, api_is_chat, refuse_options
from ._streaming import read_events
from ._text import as_messages, as_text
from .base import Request, Response
from .providers import GEMINI, Access, access

_encode = msgspec.json.Encoder().encode


class GeminiModel(RemoteModel):
    """A Gemini model.

    Parameters have OpenAI's names and are translated (see `_gemini_request.parameters`); those without a counterpart
    are left out and named in `Response.data["ignored_params"]`. The provider's own go through: `safetySettings`,
    `cachedContent`, `toolConfig` into the body, all others into `generationConfig`.
    """

    capabilities = frozenset({"generate", "choice_first_token", "embed", "stream", "tools", "media"})

    def __init__(self, config: Model, name: str, base: Path, reach: Access) -> None:
        super().__init__(config, name, base, reach)
        self._path = name if "/" in name else f"models/{name}"
        path = quote(self._path)
        self._generate = self._target(f"/{path}:generateContent")
        self._embed = self._target(f"/{path}:embedContent")
        self._stream = Target(
            _with_query(self._reach.url(f"/{path}:streamGenerateContent"), "alt=sse"),
            reach.headers,
            self._generate.origin,
        )

    async def answer(self, request: Request) -> Response:
        """Answer one request with one attempt; see `Adapter.answer`."""
        self._require(request, "the log-likelihood of given text needs a server with api: completions")
        if request.mode == "embed":
            fields = {"model": self._path, "content": {"parts": [{"text": as_text(request, self.id)}]}}
            _, content = await self._wire.post(self._embed, _encode({**fields, **request.params}))
            return embedding(content, self._embed.origin)
        if request.mode == "choice_first_token":
            return await self._first_token(request)
        return await self._ask(request)

    async def _ask(self, request: Request) -> Response:
        messages = as_messages(request)
        if has_media(messages):
            fields, ignored = await asyncio.to_thread(content_fields, request, messages, self.base, self.name)
        else:
            fields, ignored = content_fields(request, messages, self.base, self.name)
        response = await (self._streamed(fields) if request.stream else self._whole(fields))
        if ignored:
            response.data = {**response.data, "ignored_params": ignored}
        return response

    async def _whole(self, fields: dict[str, Any]) -> Response:
        _, content = await self._wire.post(self._generate, _encode(fields))
        return as_response(content, self._generate.origin)

    async def _streamed(self, fields: dict[str, Any]) -> Response:
        answer = StreamedContent(self._stream.origin)
        _, unread = await read_events(self._wire, self._stream, _encode(fields), answer.take)
        return answer.response() if unread is None else as_response(unread, self._stream.origin)

    async def _first_token(self, request: Request) -> Response:
        params = {"max_tokens": 1, "top_logprobs": 20, **request.params, "logprobs": True}
        response = await self._ask(msgspec.structs.replace(request, params=params, stream=False))
        tops = (response.logprobs or {}).get("top")
        if not tops:
            raise MalformedAnswer(
                f"{self.id}: the answer holds no log-probabilities of the first token; this model cannot do "
                "choice_first_token",
                retryable=False,
            )
        response.logprobs = {"first_token": tops[0]}
        if response.status is Status.TRUNCATED:
            response.status = Status.OK
        return response


def _with_query(url: str, more: str) -> str:
    return f"{url}{'&' if '?' in url else '?'}{more}"


def gemini(config: Model, name: str, base: Path) -> GeminiModel:
    """Connect a model of the Gemini API; `name` may hold a path such as `tunedModels/mine`.

    Raises:
        ConfigError: The key is missing, or an option is given.
    """
    refuse_options(config)
    api_is_chat(config)
    return GeminiModel(config, name, base, access(config, GEMINI))
