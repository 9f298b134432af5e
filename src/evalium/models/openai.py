"""OpenAI and every server that speaks its protocol: chat, completions, log-likelihoods, embeddings."""

from __future__ import annotations

import asyncio
import os
import re
from pathlib import Path
from typing import Any, Literal
from urllib.parse import quote

import msgspec

from evalium.core import ConfigError, MalformedAnswer, Model, ProviderError, Status

from . import _openai_text as text
from ._media import has_media
from ._openai_chat import as_response, chat_fields
from ._openai_stream import read_stream
from ._remote import RemoteModel, refuse_options
from ._text import as_messages, as_text
from .base import Request, Response
from .providers import OPENAI_LIKE, Access, Provider, access, missing_key

AZURE_API_VERSION = "2024-10-21"
_REASONING_NAMES = re.compile(r"o[1-9](?![\w.])|gpt-(?:[5-9]|\d\d)(?!\d)")
_CHAT = frozenset({"generate", "choice_first_token", "embed", "stream", "tools", "media"})
_TEXT = frozenset(
    {"generate", "choice_first_token", "loglikelihood", "choice_loglikelihood", "rolling", "embed", "stream"}
)
_WAY_OUT = (
    "log-likelihoods need 'api: completions' on a server that echoes log-probabilities, tools and media 'api: chat'"
)
_encode = msgspec.json.Encoder().encode
_Operation = Literal["/chat/completions", "/completions", "/embeddings"]


class OpenAIModel(RemoteModel):
    """A model behind OpenAI's protocol.

    Parameters go through under their own names; unknown ones too, so that a server's extensions (`top_k`,
    `min_p`, `guided_json`, ...) can be used. `max_tokens` is sent as `max_completion_tokens` to names like `o3`,
    `gpt-5` and later, which refuse the old word.

    In chat, an answer whose content is null counts as `""` when there is a tool call, a refusal, hidden reasoning or
    a finish reason that explains it (`length`, `content_filter`); otherwise it is a `MalformedAnswer`.
    Log-likelihoods need `api: completions`, see `_openai_text`.

    Args:
        config: The model as in the plan.
        name: Name at the provider.
        base: Folder from which media paths count.
        provider: What is special about the server.
        reach: Address, key and headers.
    """

    def __init__(self, config: Model, name: str, base: Path, provider: Provider, reach: Access) -> None:
        super().__init__(config, name, base, reach)
        self.capabilities = _CHAT if config.api == "chat" else _TEXT
        self._api = config.api
        self._renamed = dict(provider.renamed)
        if _REASONING_NAMES.match(name):
            self._renamed["max_tokens"] = "max_completion_tokens"
        self._fixed = {"model": name, **provider.extra}
        self._stream_usage = provider.stream_usage
        operations = ("/chat/completions", "/completions", "/embeddings")
        self._targets = {operation: self._target(operation) for operation in operations}

    async def answer(self, request: Request) -> Response:
        """Answer one request with one attempt; see `Adapter.answer`."""
        self._require(request, _WAY_OUT)
        if request.mode == "generate":
            return await self._generate(request)
        if request.mode == "choice_first_token":
            return await self._first_token(request)
        if request.mode == "embed":
            return await self._embed(request)
        return await self._loglikelihood(request)

    def _params(self, request: Request) -> dict[str, Any]:
        params = request.params
        if self._renamed and not self._renamed.keys().isdisjoint(params):
            return {self._renamed.get(name, name): value for name, value in params.items()}
        return params

    async def _body(self, request: Request, **more: Any) -> tuple[_Operation, bytes]:
        if self._api == "completions":
            fields = {**self._fixed, "prompt": as_text(request, self.id), **self._params(request), **more}
            return "/completions", _encode(fields)
        messages = as_messages(request)
        if has_media(messages):
            # Files are read and encoded beside the event loop.
            chat = await asyncio.to_thread(chat_fields, messages, request.tools, self.base)
        else:
            chat = chat_fields(messages, request.tools, self.base)
        return "/chat/completions", _encode({**self._fixed, **chat, **self._params(request), **more})

    async def _generate(self, request: Request) -> Response:
        if request.stream:
            return await self._stream(request)
        operation, body = await self._body(request)
        target = self._targets[operation]
        headers, content = await self._wire.post(target, body)
        decode = as_response if operation == "/chat/completions" else text.as_response
        return decode(headers, content, target.origin)

    async def _stream(self, request: Request) -> Response:
        try:
            return await self._stream_once(request)
        except ProviderError as error:
            if not self._stream_usage or error.status_code not in (400, 422) or "stream_options" not in str(error):
                raise
        # A server that does not know the option is asked without it from now on; token counts may then be missing.
        self._stream_usage = False
        return await self._stream_once(request)

    async def _stream_once(self, request: Request) -> Response:
        more: dict[str, Any] = {"stream": True}
        if self._stream_usage:
            more["stream_options"] = {"include_usage": True}
        operation, body = await self._body(request, **more)
        target = self._targets[operation]
        whole = as_response if operation == "/chat/completions" else text.as_response
        return await read_stream(self._wire, target, body, whole)

    async def _first_token(self, request: Request) -> Response:
        chat = self._api == "chat"
        wanted: dict[str, Any] = {"logprobs": True, "top_logprobs": 20} if chat else {"logprobs": 5}
        if request.params.keys().isdisjoint(("max_tokens", "max_completion_tokens")):
            wanted[self._renamed.get("max_tokens", "max_tokens")] = 1
        wanted.update((k, v) for k, v in request.params.items() if k in ("logprobs", "top_logprobs") and v)
        operation, body = await self._body(request, **wanted)
        target = self._targets[operation]
        headers, content = await self._wire.post(target, body)
        response = (as_response if chat else text.as_response)(headers, content, target.origin)
        tops = (response.logprobs or {}).get("top")
        if not tops or not tops[0]:
            raise MalformedAnswer(
                f"{self.id}: {target.origin.url} gave no log-probabilities of the first token; "
                "this server or model cannot do choice_first_token",
                retryable=False,
            )
        response.logprobs = {"first_token": tops[0]}
        if response.status is Status.TRUNCATED:
            response.status = Status.OK
        return response

    async def _loglikelihood(self, request: Request) -> Response:
        prompt = as_text(request, self.id)
        rolling = request.mode == "rolling"
        full = (prompt,) if rolling else tuple(prompt + c for c in request.continuations)
        if not full:
            raise ConfigError(f"model {self.id!r}: mode {request.mode!r} needs continuations")
        target = self._targets["/completions"]
        fields = {**self._fixed, **self._params(request), **text.scoring_fields(full)}
        _, content = await self._wire.post(target, _encode(fields))
        echoed = text.read_echo(content, full, target.origin)
        return text.rolling(echoed) if rolling else text.continuations(echoed, len(prompt))

    async def _embed(self, request: Request) -> Response:
        target = self._targets["/embeddings"]
        fields = {**self._fixed, "input": as_text(request, self.id), **request.params}
        _, content = await self._wire.post(target, _encode(fields))
        return text.embedding(content, target.origin)


def openai(config: Model, name: str, base: Path) -> OpenAIModel:
    """Connect a model of any server in `OPENAI_LIKE`.

    Raises:
        ConfigError: The address is missing, or an option is given that the server does not have.
    """
    provider = OPENAI_LIKE[config.id.partition("/")[0]]
    refuse_options(config)
    return OpenAIModel(config, name, base, provider, access(config, provider))


def azure(config: Model, name: str, base: Path) -> OpenAIModel:
    """Connect a deployment of Azure OpenAI; `name` is the deployment.

    The address comes from `base_url` or `AZURE_OPENAI_ENDPOINT`, the version of the API from the option `api_version`
    or `OPENAI_API_VERSION`. An address that ends in `/openai/v1` speaks the newer API, which has neither
    deployment paths nor versions.

    Raises:
        ConfigError: The address is missing.
    """
    refuse_options(config, "api_version")
    provider = OPENAI_LIKE["azure"]
    address = config.base_url or os.environ.get("AZURE_OPENAI_ENDPOINT")
    if not address:
        raise ConfigError(
            f"model {config.id!r} needs base_url, or the environment variable AZURE_OPENAI_ENDPOINT: "
            "'https://RESOURCE.openai.azure.com'"
        )
    reach = access(msgspec.structs.replace(config, base_url=address), provider)
    if not config.key_env and not any(os.environ.get(key) for key in provider.keys) and not config.headers:
        reach = msgspec.structs.replace(reach, lacks=missing_key(config, provider.keys))
    if not reach.base_url.endswith("/openai/v1"):
        version = config.options.get("api_version") or os.environ.get("OPENAI_API_VERSION") or AZURE_API_VERSION
        root = reach.base_url.removesuffix("/openai")
        reach = msgspec.structs.replace(
            reach,
            base_url=f"{root}/openai/deployments/{quote(name, safe='')}",
            query=reach.query or f"api-version={quote(str(version), safe='')}",
        )
    return OpenAIModel(config, name, base, provider, reach)
