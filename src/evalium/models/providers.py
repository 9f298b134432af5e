"""Ready names for servers that speak OpenAI's protocol, and how an address, a key and headers are found."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit, urlunsplit

import msgspec

from evalium.core import ConfigError, Model, content_hash

_VARIABLE = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
_OPERATIONS = ("/chat/completions", "/completions", "/embeddings", "/messages")


class Provider(msgspec.Struct, frozen=True, kw_only=True):
    """What differs between servers of one protocol.

    Attributes:
        base_url: Address where the plan gives none; None when it must.
        path: Path added to an address that has none.
        always: Whether the path is also added to an address that has another one.
        keys: Environment variables that may hold the key, the first one set wins.
        local: Whether the server runs without a key.
        key_header: Header that carries the key, with `{}` where it goes.
        stream_usage: Whether `stream_options.include_usage` is understood; without it usage comes unasked or not.
        extra: Fields added to every body.
        renamed: OpenAI's parameter names that are called otherwise here.
    """

    base_url: str | None = None
    path: str = "/v1"
    always: bool = False
    keys: tuple[str, ...] = ()
    local: bool = False
    key_header: tuple[str, str] = ("Authorization", "Bearer {}")
    stream_usage: bool = True
    extra: dict[str, Any] = {}
    renamed: dict[str, str] = {}


_LLAMA_CPP = Provider(base_url="http://localhost:8080/v1", keys=("LLAMACPP_API_KEY",), local=True)

OPENAI_LIKE: Mapping[str, Provider] = {
    "openai": Provider(base_url="https://api.openai.com/v1", keys=("OPENAI_API_KEY",)),
    "azure": Provider(path="", keys=("AZURE_OPENAI_API_KEY", "AZURE_API_KEY"), key_header=("api-key", "{}")),
    "deepseek": Provider(base_url="https://api.deepseek.com/v1", keys=("DEEPSEEK_API_KEY",)),
    "groq": Provider(base_url="https://api.groq.com/openai/v1", keys=("GROQ_API_KEY",)),
    "llama.cpp": _LLAMA_CPP,
    "llamacpp": _LLAMA_CPP,
    "lmstudio": Provider(base_url="http://localhost:1234/v1", keys=("LMSTUDIO_API_KEY",), local=True),
    "mistral": Provider(
        base_url="https://api.mistral.ai/v1",
        keys=("MISTRAL_API_KEY",),
        stream_usage=False,
        renamed={"seed": "random_seed", "max_completion_tokens": "max_tokens"},
    ),
    "ollama": Provider(base_url="http://localhost:11434/v1", keys=("OLLAMA_API_KEY",), local=True),
    "openai-compatible": Provider(keys=("OPENAI_COMPATIBLE_API_KEY",), local=True),
    "openrouter": Provider(
        base_url="https://openrouter.ai/api/v1", keys=("OPENROUTER_API_KEY",), extra={"usage": {"include": True}}
    ),
    "together": Provider(base_url="https://api.together.xyz/v1", keys=("TOGETHER_API_KEY",)),
    "vllm": Provider(base_url="http://localhost:8000/v1", keys=("VLLM_API_KEY",), local=True),
}

ANTHROPIC = Provider(
    base_url="https://api.anthropic.com/v1", always=True, keys=("ANTHROPIC_API_KEY",), key_header=("x-api-key", "{}")
)
GEMINI = Provider(
    base_url="https://generativelanguage.googleapis.com/v1beta",
    path="/v1beta",
    keys=("GEMINI_API_KEY", "GOOGLE_API_KEY"),
    key_header=("x-goog-api-key", "{}"),
)


def key_variables() -> dict[str, tuple[str, ...]]:
    """Environment variables that may hold the key of each provider that needs one.

    Example:
        >>> key_variables()["openai"]
        ('OPENAI_API_KEY',)
    """
    known = {**OPENAI_LIKE, "anthropic": ANTHROPIC, "gemini": GEMINI}
    return {name: provider.keys for name, provider in sorted(known.items()) if not provider.local}


class Access(msgspec.Struct, frozen=True, kw_only=True):
    """Where and how a model is called.

    Attributes:
        base_url: Address without a trailing slash and without query.
        query: Query that every call carries, without `?`.
        headers: Headers with secrets filled in.
        secrets: What must not appear in messages.
        public_headers: Headers of the plan in a form that may be stored: values as written when they quote the
            environment, else their hash.
        lacks: What must be set before a call can be made, in words; empty when nothing.
    """

    base_url: str
    query: str
    headers: dict[str, str]
    secrets: tuple[str, ...]
    public_headers: dict[str, str]
    lacks: str = ""

    def url(self, operation: str) -> str:
        """Return the full address of an operation such as `/chat/completions`."""
        return self.base_url + operation + (f"?{self.query}" if self.query else "")


def access(config: Model, provider: Provider) -> Access:
    """Resolve address, key and headers of a model.

    An address without a path gets the provider's own (`/v1`); one with a path is taken as it is, without a trailing
    slash or operation such as `/chat/completions`; Anthropic's protocol wants `/v1` after any path, as its own SDK adds
    it. The key is required where the server is not local and the
    address is the provider's own; elsewhere it is sent when its variable is set.

    Returns:
        Where and how; without a key where one is needed and not there, which `lacks` says then.

    Raises:
        ConfigError: The address is missing, or a header quotes a variable that is not set.
    """
    base_url, query = _address(config, provider)
    headers, secrets, lacks = _key(config, provider)
    for name, value in config.headers.items():
        headers[name] = _filled(value, f"model {config.id!r}, header {name!r}", secrets)
    return Access(
        base_url=base_url,
        query=query,
        headers=headers,
        secrets=tuple(s for s in secrets if len(s) >= 4),
        public_headers={n: v if "${" in v else content_hash(v, 12) for n, v in config.headers.items()},
        lacks=lacks,
    )


def _address(config: Model, provider: Provider) -> tuple[str, str]:
    given = config.base_url or provider.base_url
    if given is None:
        raise ConfigError(f"model {config.id!r} needs base_url, such as 'http://localhost:8000/v1'")
    parts = urlsplit(given if "://" in given else f"http://{given}")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError(f"model {config.id!r}: base_url {given!r} is not an http(s) address")
    if parts.username is not None or parts.password is not None:
        raise ConfigError(
            f"model {config.id!r}: base_url holds a password; put it into headers: "
            "{Authorization: 'Basic ${MY_VARIABLE}'}"
        )
    path = parts.path.rstrip("/")
    for operation in _OPERATIONS:
        path = path.removesuffix(operation)
    if provider.always and not path.endswith(provider.path):
        path += provider.path
    return urlunsplit((parts.scheme, parts.netloc, path or provider.path, "", "")), parts.query


def _key(config: Model, provider: Provider) -> tuple[dict[str, str], list[str], str]:
    names = (config.key_env,) if config.key_env else provider.keys
    key = next((os.environ[n].strip() for n in names if os.environ.get(n, "").strip()), None)
    header, form = provider.key_header
    own_header = any(name.lower() == header.lower() for name in config.headers)
    if key is not None:
        return {header: form.format(key)}, [key], ""
    if config.key_env or not (provider.local or config.base_url or own_header):
        return {}, [], missing_key(config, names)
    return {}, [], ""


def missing_key(config: Model, names: Sequence[str]) -> str:
    """Say which variables would hold a model's key."""
    other = "" if config.key_env else ", or name another one with key_env"
    return f"model {config.id!r} needs a key: set the environment variable {' or '.join(names)}{other}"


def _filled(value: str, where: str, secrets: list[str]) -> str:
    """Replace `${NAME}` by the environment's value and remember it as a secret."""

    def found(match: re.Match[str]) -> str:
        content = os.environ.get(match[1])
        if content is None:
            raise ConfigError(f"{where} quotes ${{{match[1]}}}, which is not set in the environment")
        secrets.append(content)
        return content

    return _VARIABLE.sub(found, value)
