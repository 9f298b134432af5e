"""Which adapter answers for `provider/name`, found without importing any of them."""

from __future__ import annotations

from pathlib import Path

from evalium.core import ConfigError, Model, Registry, did_you_mean

from .base import Adapter

models = Registry(
    "model",
    {
        "anthropic": "evalium.models.anthropic:anthropic",
        "azure": "evalium.models.openai:azure",
        "deepseek": "evalium.models.openai:openai",
        "diffusers": "evalium.models.local.diffusers:diffusers",
        "function": "evalium.models.local.function:function",
        "gemini": "evalium.models.gemini:gemini",
        "groq": "evalium.models.openai:openai",
        "hf": "evalium.models.local.hf:hf",
        "llama.cpp": "evalium.models.openai:openai",
        "llamacpp": "evalium.models.openai:openai",
        "lmstudio": "evalium.models.openai:openai",
        "mistral": "evalium.models.openai:openai",
        "mock": "evalium.models.local.mock:mock",
        "ollama": "evalium.models.openai:openai",
        "openai": "evalium.models.openai:openai",
        "openai-compatible": "evalium.models.openai:openai",
        "openrouter": "evalium.models.openai:openai",
        "python": "evalium.models.local.python:python",
        "recorded": "evalium.models.local.recorded:recorded",
        "sklearn": "evalium.models.local.sklearn:sklearn",
        "together": "evalium.models.openai:openai",
        "vllm": "evalium.models.openai:openai",
    },
)
"""Factories `(config: Model, name: str, base: Path) -> Adapter` by provider; third parties use `evalium.models`."""


def connect(config: Model, base: Path, *, to_call: bool = True) -> Adapter:
    """Make the adapter of a model as the plan names it; nothing is sent yet.

    Args:
        config: The model; the part of its id before the first `/` is the provider, the rest its name there.
        base: Folder from which relative paths count.
        to_call: Whether it is going to be called; without a key it can still be looked at.

    Raises:
        UnknownName: There is no such provider.
        ConfigError: The id has no name, or a key, an address or an option is missing or wrong.
        MissingExtra: The provider needs an optional part that is not installed.

    Example:
        >>> from evalium.core import Model
        >>> connect(Model(id="vllm/mistral-7b"), Path()).endpoint
        'http://localhost:8000/v1'
        >>> connect(Model(id="opnai/gpt-4o"), Path())
        Traceback (most recent call last):
        ...
        evalium.core.errors.UnknownName: unknown model 'opnai'. Did you mean 'openai'?
    """
    provider, slash, name = config.id.partition("/")
    if not slash or not name:
        hint = "" if provider in models else did_you_mean(provider, models.names())
        raise ConfigError(f"model id {config.id!r} must be 'provider/name', such as 'openai/gpt-4o-mini'.{hint}")
    adapter: Adapter = models.get(provider)(config, name, base)
    lacks: str = getattr(adapter, "lacks", "")
    if to_call and lacks:
        raise ConfigError(lacks)
    return adapter
