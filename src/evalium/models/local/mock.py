"""`mock/NAME`: a deterministic stand-in for a model, for trials of a plan without keys, cost or weights."""

from __future__ import annotations

import asyncio
import math
from pathlib import Path
from typing import Annotated, Any

import msgspec

from evalium.core import (
    AuthError,
    CallTimeout,
    ConfigError,
    ContextTooLong,
    Filtered,
    MalformedAnswer,
    Model,
    ProviderError,
    RateLimited,
    Sample,
    UnknownName,
    content_hash,
    did_you_mean,
)
from evalium.models.base import AdapterBase, Request, Response

from ._options import read_options
from ._prompt import prompt_text

MODES = ("echo", "constant", "target", "choice", "json")
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
FAULTS: dict[str, ProviderError] = {
    "auth": AuthError("mock fault: the key is not valid", status_code=401),
    "context_too_long": ContextTooLong("mock fault: the prompt does not fit", status_code=400),
    "filtered": Filtered("mock fault: the content filter refused", status_code=400),
    "http_500": ProviderError("mock fault: internal error", status_code=500, retryable=True),
    "malformed_answer": MalformedAnswer("mock fault: half an answer"),
    "rate_limited": RateLimited("mock fault: too many requests", status_code=429),
    "timeout": CallTimeout("mock fault: no answer in time"),
}

Share = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]
Count = Annotated[int, msgspec.Meta(ge=0)]


class MockOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `mock/NAME`.

    Attributes:
        text: Answer of `constant`, and the wrong answer of `target`, `choice` and `json` where it is given.
        accuracy: Share of samples that `target`, `choice` and `json` answer rightly.
        latency: Seconds that each call really takes; half of them pass before the first token of a stream.
        input_tokens: Reported count; words of the prompt when None.
        output_tokens: Reported count; words of the answer when None.
        cost: Reported USD of each call.
        seed: Another seed gives another draw of which samples are wrong or faulty.
        faults: Share of calls that end in each kind of error; which ones depends on sample, parameters and seed.
    """

    text: str | None = None
    accuracy: Share = 1.0
    latency: Annotated[float, msgspec.Meta(ge=0.0)] = 0.0
    input_tokens: Count | None = None
    output_tokens: Count | None = None
    cost: float | None = None
    seed: int = 0
    faults: dict[str, Share] = {}


def mock(config: Model, name: str, base: Path) -> Mock:
    """Make a mock.

    Args:
        config: The model as in the plan; its options are those of `MockOptions`.
        name: `echo` repeats the prompt; `constant` always says `text`; `target` says the sample's target; `choice`
            the letter of the right choice; `json` the target as JSON, wrapped in `{"answer": ...}` unless it is an
            object. The last three are wrong on a share `1 - accuracy` of samples.
        base: Unused; factories of models share one signature.

    Raises:
        UnknownName: There is no such mock.
        ConfigError: An option is unknown or out of range.

    Example:
        >>> import asyncio
        >>> from evalium.core import Sample
        >>> model = mock(Model(id="mock/target"), "target", Path("."))
        >>> asyncio.run(model.answer(Request(sample=Sample(id="1", input="2 + 2?", target="4")))).output
        '4'
    """
    if name not in MODES:
        raise UnknownName("mock", name, MODES)
    options = read_options(MockOptions, config)
    for kind in options.faults:
        if kind not in FAULTS:
            raise ConfigError(f"model {config.label!r} has no fault {kind!r}.{did_you_mean(kind, FAULTS)}")
    if sum(options.faults.values()) > 1.0 + 1e-9:
        raise ConfigError(f"model {config.label!r}: the shares of faults sum to more than 1: {options.faults}")
    if name == "constant" and options.text is None:
        raise ConfigError(f"model {config.label!r} needs the option 'text'")
    return Mock(name, options)


class Mock(AdapterBase):
    """Answers by rule; equal requests (sample, prompt, parameters) get equal answers, in any order."""

    remote = False
    capabilities = frozenset({"generate", "stream"})

    def __init__(self, mode: str, options: MockOptions) -> None:
        self.mode, self.options = mode, options
        self.endpoint = f"mock/{mode}"
        self.identity: dict[str, Any] = {
            "provider": "mock",
            "name": mode,
            "version": 1,
            "options": msgspec.to_builtins(options),
        }

    def content(self, request: Request) -> Any:
        """Target and choices, where the answer is made of them."""
        if self.mode in ("echo", "constant"):
            return None
        sample = self._sample(request)
        return {"target": sample.target, "choices": sample.choices}

    async def answer(self, request: Request) -> Response:
        """Answer by the mock's rule.

        Raises:
            ProviderError: The call is one of the declared faults.
            ConfigError: The sample has no target or no choices, and the rule needs them.
        """
        seconds = self.options.latency / 2 if request.stream else self.options.latency
        if seconds:
            await asyncio.sleep(seconds)
        self._maybe_fail(request)
        output = self._output(request)
        if seconds and request.stream:
            await asyncio.sleep(seconds)
        given, said = self.options.input_tokens, self.options.output_tokens
        return Response(
            output=output,
            finish_reason="stop",
            input_tokens=len(prompt_text(request).split()) if given is None else given,
            output_tokens=len(output.split()) if said is None else said,
            ttft=seconds if seconds and request.stream else None,
            cost=self.options.cost,
        )

    def _maybe_fail(self, request: Request) -> None:
        draw = self._draw(request, "fault")
        for kind, share in sorted(self.options.faults.items()):
            if draw < share:
                error = FAULTS[kind]
                raise type(error)(str(error), status_code=error.status_code, retryable=error.retryable)
            draw -= share

    def _draw(self, request: Request, what: str) -> float:
        """A number in [0, 1) that only depends on the request, the seed and what it is for."""
        sample = request.sample
        asked = (sample.hash or sample.id) if sample else prompt_text(request)
        key = [what, self.options.seed, self.mode, asked, request.params, request.messages, request.prompt]
        return int(content_hash(key, 13), 16) / 16**13

    def _output(self, request: Request) -> str:
        if self.mode == "echo":
            return prompt_text(request)
        if self.mode == "constant":
            return self.options.text or ""
        right = self._draw(request, "answer") < self.options.accuracy
        sample = self._sample(request)
        if self.mode == "choice":
            return self._choice(sample, right, self._draw(request, "choice"))
        target = sample.target[0] if isinstance(sample.target, list | tuple) and sample.target else sample.target
        if self.mode == "json":
            return self._json(sample.target, right)
        return _text(target) if right else self._wrong(sample, _text(target), self._draw(request, "choice"))

    def _choice(self, sample: Sample, right: bool, draw: float) -> str:
        if not sample.choices or len(sample.choices) > len(LETTERS):
            raise ConfigError(f"mock/choice needs 1 to {len(LETTERS)} choices, sample {sample.id!r} has none or more")
        letters = LETTERS[: len(sample.choices)]
        index = _index(sample, letters)
        if right:
            return letters[index]
        return self.options.text or _other(letters, letters[index], draw)

    def _json(self, target: Any, right: bool) -> str:
        if not right and self.options.text is not None:
            return self.options.text
        if isinstance(target, dict):
            value: Any = target if right else dict.fromkeys(target)
        else:
            value = {"answer": target if right else None}
        return msgspec.json.encode(value).decode()

    def _wrong(self, sample: Sample, target: str, draw: float) -> str:
        if self.options.text is not None:
            return self.options.text
        if len(sample.choices) > 1:
            return _other(sample.choices, target, draw)
        try:
            number = float(target)
        except ValueError:
            return "no answer" if target != "no answer" else "another answer"
        return f"{number + 1:g}" if math.isfinite(number) and float(f"{number + 1:g}") != number else "no answer"

    def _sample(self, request: Request) -> Sample:
        if request.sample is None or request.sample.target is None:
            where = f"sample {request.sample.id!r}" if request.sample else "the request"
            raise ConfigError(f"mock/{self.mode} answers with the target, and {where} has none")
        return request.sample


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _index(sample: Sample, letters: str) -> int:
    """Where the target stands among the choices: by text, by letter or by index from 0."""
    target = sample.target
    if target in sample.choices:
        return sample.choices.index(target)
    if isinstance(target, str) and len(target) == 1 and target.upper() in letters:
        return letters.index(target.upper())
    if isinstance(target, int) and 0 <= target < len(letters):
        return target
    raise ConfigError(f"mock/choice: the target {target!r} of sample {sample.id!r} is none of its choices")


def _other(options: tuple[str, ...] | str, right: str, draw: float) -> str:
    others = [option for option in options if option != right]
    return others[int(draw * len(others))] if others else "no answer"
