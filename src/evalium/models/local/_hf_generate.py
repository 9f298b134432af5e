"""Answers that a causal language model generates."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from typing import Annotated, Any

import msgspec

from evalium.core import ConfigError, Status, did_you_mean
from evalium.models.base import Response

from ._hf_score import Ids, padded
from ._hf_text import Tokens

Positive = Annotated[float, msgspec.Meta(gt=0.0)]
Zero = Annotated[float, msgspec.Meta(ge=0.0)]


class Sampling(msgspec.Struct, frozen=True, kw_only=True):
    """Generation parameters; requests of one batch share them.

    Attributes:
        max_tokens: Tokens at which an answer is cut.
        temperature: 0 takes the most likely token each time (greedy).
        top_p: Sample from the most likely tokens that hold this share.
        top_k: Sample from this many most likely tokens.
        min_p: Sample from tokens at least this share as likely as the likeliest.
        repetition_penalty: Divides the logits of tokens that were there before.
        stop: Texts before which an answer ends.
    """

    max_tokens: Annotated[int, msgspec.Meta(ge=1)] = 256
    temperature: Zero = 0.0
    top_p: Annotated[float, msgspec.Meta(gt=0.0, le=1.0)] | None = None
    top_k: Annotated[int, msgspec.Meta(ge=1)] | None = None
    min_p: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] | None = None
    repetition_penalty: Positive | None = None
    stop: tuple[str, ...] = ()


def read_sampling(params: Mapping[str, Any]) -> tuple[Sampling, int | None]:
    """Read generation parameters under their OpenAI names, and the seed.

    Raises:
        ConfigError: A parameter is unknown (the nearest is suggested) or out of range.

    Example:
        >>> read_sampling({"max_completion_tokens": 5, "stop": "END", "seed": 1})[0].stop
        ('END',)
    """
    known = [*Sampling.__struct_fields__, "max_completion_tokens", "seed"]
    given = {name: value for name, value in params.items() if value is not None}
    for name in given:
        if name not in known:
            raise ConfigError(f"models of hf/ have no generation parameter {name!r}.{did_you_mean(name, known)}")
    if "max_completion_tokens" in given:
        given["max_tokens"] = given.pop("max_completion_tokens")
    if isinstance(given.get("stop"), str):
        given["stop"] = (given["stop"],)
    given["stop"] = [text for text in given.get("stop", ()) if text]
    seed = given.pop("seed", None)
    if seed is not None and not isinstance(seed, int):
        raise ConfigError(f"the generation parameter 'seed' is {seed!r}, not a whole number")
    try:
        return msgspec.convert(given, Sampling), seed
    except msgspec.ValidationError as error:
        raise ConfigError(f"generation parameters of a model of hf/: {error}") from error


def generate(
    model: Any, tokens: Tokens, prompts: Sequence[Ids], sampling: Sampling, seeds: Sequence[int | None], device: str
) -> list[Response]:
    """Answer prompts in one batch, padded on the left.

    What is sampled for one prompt does not depend on the others: each has noise of its own from its seed (Gumbel
    noise on the logits makes the most likely token a sample). Where no seed is given one is drawn and kept in
    `data["seed"]`.

    Args:
        model: Causal language model.
        tokens: Its tokenizer.
        prompts: At least one token each; with `sampling.max_tokens` at most the model's context.
        sampling: Parameters of all.
        seeds: Seed of each.
        device: Where the model is.
    """
    from transformers import GenerationConfig, LogitsProcessorList, StoppingCriteriaList

    drawn = [int.from_bytes(os.urandom(6), "little") if seed is None else seed for seed in seeds]
    ids, mask = padded(prompts, tokens.pad, device, left=True)
    watch = _Watch(tokens, ids.shape[1], sampling.stop, len(prompts))
    eos = model.generation_config.eos_token_id if model.generation_config.eos_token_id is not None else tokens.eos
    penalty = {} if sampling.repetition_penalty is None else {"repetition_penalty": sampling.repetition_penalty}
    made = model.generate(
        input_ids=ids,
        attention_mask=mask,
        generation_config=GenerationConfig(
            max_new_tokens=sampling.max_tokens,
            do_sample=False,
            num_beams=1,
            eos_token_id=eos,
            pad_token_id=tokens.pad,
            **penalty,
        ),
        logits_processor=LogitsProcessorList(_warpers(sampling, drawn)),
        stopping_criteria=StoppingCriteriaList([watch]),
    )
    ends = {eos} if isinstance(eos, int) else set(eos or ())
    found = []
    for row, new in enumerate(made[:, ids.shape[1] :].tolist()):
        response = _response(tokens, new, ends, watch.stopped[row], sampling.stop)
        response.input_tokens = len(prompts[row])
        watch.time(row, response)
        if sampling.temperature > 0 and seeds[row] is None:
            response.data["seed"] = drawn[row]
        found.append(response)
    return found


def _response(tokens: Tokens, new: Ids, ends: set[int], stopped: int | None, stop: tuple[str, ...]) -> Response:
    at_end = next((i + 1 for i, token in enumerate(new) if token in ends), None)
    count = min(n for n in (at_end, stopped, len(new)) if n is not None)
    text = tokens.decode(new[:count])
    cuts = [place for place in (text.find(each) for each in stop) if place >= 0]
    finished = bool(cuts) or at_end == count
    return Response(
        output=text[: min(cuts)] if cuts else text,
        status=Status.OK if finished else Status.TRUNCATED,
        finish_reason="stop" if finished else "length",
        output_tokens=count,
    )


def _warpers(sampling: Sampling, seeds: Sequence[int]) -> list[Any]:
    """What turns logits into samples, in transformers' order; nothing where the decoding is greedy."""
    if sampling.temperature == 0:
        return []
    from transformers import MinPLogitsWarper, TemperatureLogitsWarper, TopKLogitsWarper, TopPLogitsWarper

    found: list[Any] = [TemperatureLogitsWarper(float(sampling.temperature))]
    if sampling.top_k is not None:
        found.append(TopKLogitsWarper(sampling.top_k))
    if sampling.top_p is not None and sampling.top_p < 1:
        found.append(TopPLogitsWarper(sampling.top_p))
    if sampling.min_p:
        found.append(MinPLogitsWarper(sampling.min_p))
    return [*found, _Gumbel(seeds)]


class _Gumbel:
    """Adds noise to each row so that its largest logit is a sample of the row's distribution."""

    def __init__(self, seeds: Sequence[int]) -> None:
        import torch

        # Noise is made on the CPU, so that a seed means the same on every device.
        self._sources = [torch.Generator().manual_seed(seed) for seed in seeds]

    def __call__(self, input_ids: Any, scores: Any) -> Any:
        import torch

        waits = [torch.empty(scores.shape[-1]).exponential_(generator=source) for source in self._sources]
        return scores.float() - torch.stack(waits).log().to(scores.device)


class _Watch:
    """Ends rows at a stop text, and takes the time of the first and of each row's last token."""

    def __init__(self, tokens: Tokens, width: int, stop: tuple[str, ...], rows: int) -> None:
        self._tokens, self._width, self._stop = tokens, width, stop
        # A token holds at least one byte of text, so a stop text that ends now began at most this many tokens ago.
        self._tail = max((len(text.encode()) for text in stop), default=0) + 8
        self._times = [time.perf_counter()]
        self.stopped: list[int | None] = [None] * rows

    def __call__(self, input_ids: Any, scores: Any, **_: Any) -> Any:
        import torch

        count = input_ids.shape[1] - self._width
        self._times.append(time.perf_counter())
        if self._stop:
            for row, done in enumerate(self.stopped):
                text = "" if done else self._tokens.decode(input_ids[row, -min(count, self._tail) :].tolist())
                if not done and any(stop in text for stop in self._stop):
                    self.stopped[row] = count
        return torch.tensor([done is not None for done in self.stopped], device=input_ids.device)

    def time(self, row: int, response: Response) -> None:
        """Set time to first token and mean time between tokens."""
        n = response.output_tokens or 0
        response.ttft = self._times[1] - self._times[0]
        if n > 1:
            response.itl = (self._times[n] - self._times[1]) / (n - 1)
