"""Addresses, keys, headers and identities; nothing is sent except where a test says so."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import evalium
from evalium.core import ConfigError, Model, UnknownName
from evalium.models import Adapter, connect
from evalium.models.openai import OpenAIModel
from evalium.models.providers import OPENAI_LIKE
from evalium.testing import TestServer
from tests.models.asking import ask, request

HERE = Path()


@pytest.fixture(autouse=True)
def _no_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OPENAI_API_KEY", "ANTHROPIC_API_KEY", "GEMINI_API_KEY", "GOOGLE_API_KEY", "AZURE_OPENAI_API_KEY"):
        monkeypatch.delenv(name, raising=False)
    for name in ("AZURE_API_KEY", "AZURE_OPENAI_ENDPOINT", "OPENAI_API_VERSION"):
        monkeypatch.delenv(name, raising=False)


def openai_like(**config: str) -> OpenAIModel:
    adapter = connect(Model(**{"id": "vllm/m", **config}), HERE)
    assert isinstance(adapter, OpenAIModel)
    return adapter


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, "http://localhost:8000/v1"),
        ("http://h:1", "http://h:1/v1"),
        ("http://h:1/", "http://h:1/v1"),
        ("http://h:1/v1", "http://h:1/v1"),
        ("http://h:1/v1/", "http://h:1/v1"),
        ("http://h:1/v1/chat/completions", "http://h:1/v1"),
        ("http://h:1/chat/completions", "http://h:1/v1"),
        ("https://h/openai/v3", "https://h/openai/v3"),
        ("h:1", "http://h:1/v1"),
    ],
)
def test_addresses(given: str | None, expected: str) -> None:
    config = {} if given is None else {"base_url": given}
    assert openai_like(**config).endpoint == expected


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ("https://api.anthropic.com", "https://api.anthropic.com/v1"),
        ("https://api.anthropic.com/v1/messages", "https://api.anthropic.com/v1"),
        ("https://h/anthropic", "https://h/anthropic/v1"),
    ],
)
def test_anthropic_addresses_end_in_v1(given: str, expected: str) -> None:
    assert connect(Model(id="anthropic/m", base_url=given), HERE).endpoint == expected


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("ftp://h", "not an http"),
        ("http://", "not an http"),
        ("http://user:pw@h/v1", "put it into headers"),
    ],
)
def test_bad_addresses(given: str, words: str) -> None:
    with pytest.raises(ConfigError, match=words) as caught:
        connect(Model(id="vllm/m", base_url=given), HERE)
    assert "pw@" not in str(caught.value)


def test_compatible_server_needs_an_address() -> None:
    with pytest.raises(ConfigError, match="needs base_url"):
        connect(Model(id="openai-compatible/m"), HERE)


@pytest.mark.parametrize(
    ("id", "variable"),
    [
        ("openai/gpt-4o", "OPENAI_API_KEY"),
        ("anthropic/claude", "ANTHROPIC_API_KEY"),
        ("gemini/g", "GEMINI_API_KEY or GOOGLE_API_KEY"),
        ("groq/x", "GROQ_API_KEY"),
    ],
)
def test_missing_key_names_the_variable(id: str, variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("GROQ_API_KEY", raising=False)
    with pytest.raises(ConfigError, match=f"set the environment variable {variable}, or name another"):
        connect(Model(id=id), HERE)


def test_key_env_must_be_set_when_named() -> None:
    with pytest.raises(ConfigError, match="MY_KEY"):
        connect(Model(id="vllm/m", key_env="MY_KEY"), HERE)


def test_key_and_headers_reach_the_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "k1")
    monkeypatch.setenv("TEAM", "blue")
    with TestServer() as server:
        ask(server, request(), key_env="MY_KEY", headers={"X-Team": "team-${TEAM}"})
        headers = server.requests[-1].headers
    assert (headers["authorization"], headers["x-team"]) == ("Bearer k1", "team-blue")
    assert headers["content-type"] == "application/json" and headers["user-agent"] == "evalium"


def test_local_server_gets_no_foreign_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-1")
    monkeypatch.delenv("VLLM_API_KEY", raising=False)
    with TestServer() as server:
        ask(server, request(), "vllm/m")
        assert "authorization" not in server.requests[-1].headers


def test_header_that_quotes_nothing_set() -> None:
    with pytest.raises(ConfigError, match=r"header 'X-A' quotes \$\{NOT_SET_AT_ALL\}"):
        connect(Model(id="vllm/m", headers={"X-A": "${NOT_SET_AT_ALL}"}), HERE)


def test_identity_holds_no_secret_and_tells_models_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MY_KEY", "sk-very-secret")
    config = Model(id="vllm/m", key_env="MY_KEY", headers={"X-A": "${MY_KEY}", "X-B": "plain-secret"})
    adapter = connect(config, HERE)
    assert "secret" not in repr(adapter.identity)
    assert adapter.identity["headers"]["X-A"] == "${MY_KEY}"
    others = [
        Model(id="vllm/m2"),
        Model(id="vllm/m", revision="r"),
        Model(id="vllm/m", base_url="http://h"),
        Model(id="vllm/m", api="completions"),
        Model(id="ollama/m", base_url="http://localhost:8000"),
    ]
    identities = [connect(model, HERE).identity for model in (Model(id="vllm/m"), *others)]
    assert len({repr(identity) for identity in identities}) == len(identities)
    assert connect(Model(id="vllm/m", name="shown otherwise"), HERE).identity == identities[0]


def test_options_are_refused() -> None:
    with pytest.raises(ConfigError, match="has no option 'temperature'.*'generation'"):
        connect(Model(id="vllm/m", options={"temperature": 0}), HERE)
    with pytest.raises(ConfigError, match="Did you mean 'api_version'"):
        connect(Model(id="azure/d", options={"api_versio": "1"}), HERE)


def test_chat_only_providers_say_so() -> None:
    with pytest.raises(ConfigError, match="speaks chat only"):
        connect(Model(id="anthropic/m", base_url="http://h", api="completions"), HERE)


def test_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ConfigError, match="AZURE_OPENAI_ENDPOINT"):
        connect(Model(id="azure/d"), HERE)
    with TestServer() as server:
        with pytest.raises(ConfigError, match="AZURE_OPENAI_API_KEY or AZURE_API_KEY"):
            connect(Model(id="azure/d", base_url=server.url), HERE)
        monkeypatch.setenv("AZURE_OPENAI_API_KEY", "az-1")
        ask(server, request(), "azure/my deployment", options={"api_version": "2025-01-01"})
        seen = server.requests[-1]
        assert seen.path == "/openai/deployments/my%20deployment/chat/completions"
        assert seen.headers["api-key"] == "az-1" and "authorization" not in seen.headers
        ask(server.url + "/openai/v1", request(), "azure/d")
        assert server.requests[-1].path == "/openai/v1/chat/completions"
    adapter = connect(Model(id="azure/d", base_url="https://r.openai.azure.com"), HERE)
    assert adapter.identity["base_url"] == "https://r.openai.azure.com/openai/deployments/d?api-version=2024-10-21"


def test_ids_that_name_no_model() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'anthropic'"):
        connect(Model(id="antropic/x"), HERE)
    for id in ("openai", "openai/", "gpt-4o"):
        with pytest.raises(ConfigError, match="provider/name"):
            connect(Model(id=id), HERE)


@pytest.mark.parametrize("provider", [*OPENAI_LIKE, "anthropic", "gemini"])
def test_every_provider_connects(provider: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ANY_KEY", "k-123")
    config = Model(id=f"{provider}/some/model:1", base_url="http://localhost:1", key_env="ANY_KEY")
    adapter = connect(config, HERE)
    assert isinstance(adapter, Adapter) and adapter.remote and "generate" in adapter.capabilities


def test_nothing_heavy_is_loaded_before_a_model_connects() -> None:
    code = "import sys, evalium.models; print([m for m in ('aiohttp', 'numpy', 'torch', 'yarl') if m in sys.modules])"
    environment = {**os.environ, "PYTHONPATH": str(Path(evalium.__file__).parents[1])}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, env=environment)
    assert done.stdout.strip() == "[]"
