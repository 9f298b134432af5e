"""`hf/NAME_OR_PATH`: a language model of transformers in this process."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec

from evalium.core import ConfigError, EvaliumError, Model, ProviderError
from evalium.models.base import AdapterBase, Request, Response

from ._batch import Batcher
from ._hf_batch import Batch, Job
from ._hf_generate import read_sampling
from ._hf_text import Tokens
from ._hf_weights import Weights, find_weights, fingerprint, load_model, read_config, require_transformers
from ._options import read_options

SCORES = ("loglikelihood", "choice_loglikelihood")


class HfOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `hf/NAME_OR_PATH`.

    Attributes:
        batch_size: Sequences at a time; answers do not depend on it beyond rounding.
        device: `auto` is the first GPU where there is one, or else the CPU.
        dtype: Type of the numbers; `auto` is the one the weights were saved in.
        trust_remote_code: Run code that comes with the weights.
    """

    batch_size: Annotated[int, msgspec.Meta(ge=1)] = 8
    device: str = "auto"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    trust_remote_code: bool = False


def hf(config: Model, name: str, base: Path) -> HfModel:
    """Make a model of transformers; its weights are loaded with the first request.

    Args:
        config: The model as in the plan; its options are those of `HfOptions`, `revision` names the hub's.
        name: A folder (relative to `base`), or a name of the hub. Of the hub, what lies in the local cache is taken
            from there.
        base: Folder that a relative path starts from.

    Raises:
        MissingExtra: torch or transformers is not installed.
        ConfigError: There is no such model, or an option is wrong.
    """
    options = read_options(HfOptions, config)
    require_transformers(config.label)
    source, local = find_weights(name, base)
    weights = Weights(
        source=source,
        local=local,
        revision=config.revision,
        dtype=options.dtype,
        device=options.device,
        trust_remote_code=options.trust_remote_code,
    )
    declared = read_config(weights)
    identity = {
        "provider": "hf",
        "name": name,
        "version": 1,
        "revision": config.revision,
        "weights": fingerprint(Path(source)) if local else getattr(declared, "_commit_hash", None),
        "dtype": options.dtype,
    }
    return HfModel(weights, declared, options.batch_size, identity, f"hf/{name}")


class HfModel(AdapterBase):
    """Generates and scores in batches of concurrent requests, in one thread.

    A causal model generates (`generate`) and scores: `loglikelihood` and `choice_loglikelihood` of continuations,
    `choice_first_token`, and `rolling`, where each token of the text is scored once, in windows of the model's context
    (2,048 tokens where it declares none), the first one behind BOS or EOS. Log-probabilities are sums in nats. Other
    models only `embed`: the mean of the last hidden states.

    Latency is the time of the request's batch, which each answer of it waits for; its share of it is `service_time`.
    """

    remote = False

    def __init__(
        self, weights: Weights, declared: Any, batch_size: int, identity: dict[str, Any], endpoint: str
    ) -> None:
        self.identity, self.endpoint, self.batch_size = identity, endpoint, batch_size
        # One batch collects while another one is worked on.
        self.concurrency = 2 * batch_size
        architectures = getattr(declared, "architectures", None) or ["CausalLM"]
        causal = any(name.endswith(("CausalLM", "LMHeadModel")) for name in architectures)
        generative = {"generate", "stream", "choice_first_token", "rolling", *SCORES}
        self.capabilities = frozenset({"embed"} | (generative if causal else set()))
        self._weights, self._auto = weights, "AutoModelForCausalLM" if causal else "AutoModel"
        self._batches: Batcher[Job, Response] = Batcher(self._work, batch_size, lambda job: job.kind, "hf")
        self._loaded: tuple[Any, Tokens, str] | None = None

    async def answer(self, request: Request) -> Response:
        """Answer one request.

        Raises:
            ContextTooLong: The prompt or the continuation does not fit into the model's context.
            ConfigError: The model cannot be loaded, or cannot do what is asked.
            ProviderError: torch or transformers raised; its error is the cause.
        """
        mode = request.mode
        if mode not in self.capabilities:
            raise ConfigError(f"{self.endpoint} cannot {mode}; it can {', '.join(sorted(self.capabilities))}")
        if mode != "generate":
            kind = SCORES[0] if mode in SCORES else mode
            return await self._batches.submit(Job(request, kind))
        sampling, seed = read_sampling(request.params)
        response = await self._batches.submit(Job(request, sampling, sampling, seed))
        if not request.stream:
            response.ttft = response.itl = None
        return response

    async def aclose(self) -> None:
        """End the thread and let go of the weights."""
        self._batches.close()
        self._loaded = None

    def _work(self, jobs: Sequence[Job]) -> Sequence[Response | Exception]:
        self._loaded = self._loaded or self._load()
        return self._attempt(Batch(*self._loaded, self.batch_size), jobs)

    def _attempt(self, batch: Batch, jobs: Sequence[Job]) -> list[Response | Exception]:
        """Answer; where that fails, in halves, so that a request fails alone and a batch too large shrinks."""
        started = time.perf_counter()
        try:
            found = batch.answer(jobs)
        except Exception as error:
            if len(jobs) == 1:
                return [self._failed(error)]
            found = []
        if not found:
            half = len(jobs) // 2
            return self._attempt(batch, jobs[:half]) + self._attempt(batch, jobs[half:])
        seconds = time.perf_counter() - started
        for response in found:
            if isinstance(response, Response):
                response.latency, response.service_time = seconds, seconds / len(jobs)
                response.data["batch_size"] = len(jobs)
        return found

    def _failed(self, error: Exception) -> Exception:
        if isinstance(error, EvaliumError):
            return error
        wrapped = ProviderError(f"{self.endpoint} raised {type(error).__name__}: {error}", retryable=False)
        wrapped.__cause__ = error
        return wrapped

    def _load(self) -> tuple[Any, Tokens, str]:
        model, tokenizer, device = load_model(self._weights, self._auto)
        return model, Tokens(tokenizer), device
