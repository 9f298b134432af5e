"""What every model looks like to the rest of evalium: one request in, one response out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal, Protocol, runtime_checkable

import msgspec

from evalium.core import Message, Sample, Status, Tool, ToolCall

Mode = Literal["generate", "choice_first_token", "choice_loglikelihood", "loglikelihood", "rolling", "embed"]


class Request(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """What a model is asked.

    Attributes:
        messages: The conversation; for text models without a chat protocol the adapter joins it.
        prompt: Plain text instead of messages: completions, log-likelihoods.
        mode: `generate` an answer; `loglikelihood` of each of `continuations` given the prompt;
            `rolling` log-likelihood of the prompt itself; `choice_first_token` top log-probabilities of the first
            answer token; `choice_loglikelihood` as `loglikelihood`, once per choice; `embed` the prompt.
        continuations: Texts whose log-likelihood is asked for.
        params: Generation parameters under their OpenAI names: temperature, max_tokens, top_p, stop, seed, logprobs ...
        tools: Tools that the model may call.
        stream: Ask for a streamed answer, so that time to first token is measured.
        sample: The sample asked about; local and recorded models read their input from it.
    """

    messages: tuple[Message, ...] = ()
    prompt: str | None = None
    mode: Mode = "generate"
    continuations: tuple[str, ...] = ()
    params: dict[str, Any] = {}
    tools: tuple[Tool, ...] = ()
    stream: bool = False
    sample: Sample | None = None


class Response(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What a model answered; one attempt, retries are the engine's.

    Attributes:
        output: Text of the answer; None only when there is none (a tool call, a classifier's label).
        status: `ok`, `truncated` (the token limit cut it) or `refused_by_filter`.
        label: Predicted class of a classifier.
        probabilities: Probability by class.
        tool_calls: Tools that the model wants called.
        finish_reason: The provider's own word.
        input_tokens: As reported; None when the provider is silent.
        output_tokens: As reported, reasoning included.
        cached_tokens: Part of the input served from the provider's cache.
        reasoning_tokens: Hidden part of the output.
        ttft: Seconds to the first token, when streamed.
        itl: Mean seconds between tokens after the first, when streamed.
        latency: Seconds, where the adapter knows better than the engine (recorded or batched answers).
        service_time: Seconds that the provider says it worked.
        cost: USD as reported by the provider or recorded.
        logprobs: Sums in nats: `{"continuations": [...], "tokens": [...], "greedy": [...]}` one entry a continuation;
            `{"rolling": x, "tokens": n, "bytes": n}`; `{"first_token": {token: logprob}}`; and whatever was asked for.
        embedding: The vector, in mode `embed`.
        model: The model's name as the provider reports it.
        data: Anything else to keep in the record.
    """

    output: str | None = None
    status: Status = Status.OK
    label: str | None = None
    probabilities: dict[str, float] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    ttft: float | None = None
    itl: float | None = None
    latency: float | None = None
    service_time: float | None = None
    cost: float | None = None
    logprobs: dict[str, Any] | None = None
    embedding: list[float] | None = None
    model: str | None = None
    data: dict[str, Any] = {}


@runtime_checkable
class Adapter(Protocol):
    """A model as the engine sees it.

    Attributes:
        identity: Everything about the model that determines its answers (provider, name, revision, base URL,
            adapter version); enters the call key, so it holds no secret.
        endpoint: Models with the same endpoint share one limiter.
        capabilities: Modes it can do, and `"stream"`, `"tools"`, `"media"`, `"probabilities"`.
        remote: Whether a call leaves the process; only then concurrency adapts and calls are retried and cached.
    """

    identity: dict[str, Any]
    endpoint: str
    capabilities: frozenset[str]
    remote: bool

    async def answer(self, request: Request) -> Response:
        """Answer one request with one attempt.

        Raises:
            ProviderError: The provider did not answer as it should; says whether a retry may help.
        """
        ...

    async def aclose(self) -> None:
        """Free connections, threads and memory."""
        ...


@runtime_checkable
class NeedsDataset(Protocol):
    """An adapter that must see all samples before it answers the first one (cross-validation)."""

    async def prepare(self, samples: Sequence[Sample]) -> None:
        """Fit on the samples."""
        ...

    def findings(self) -> dict[str, Any]:
        """What was learnt besides the answers: train/test gap, learning curve."""
        ...


@runtime_checkable
class KeyedByContent(Protocol):
    """An adapter whose answer depends on more than the request's messages and parameters."""

    def content(self, request: Request) -> Any:
        """The part of the sample that determines the answer; enters the call key."""
        ...


class AdapterBase:
    """Defaults that most adapters share.

    Attributes:
        lacks: What must be set before a call can be made, in words; empty when nothing.
    """

    remote = True
    lacks: str = ""
    capabilities: frozenset[str] = frozenset({"generate"})

    async def aclose(self) -> None:
        """Nothing to free."""
