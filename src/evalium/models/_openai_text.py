"""Legacy completions: plain text, log-likelihoods from echoed prompts, and embeddings.

A log-likelihood is read from a prompt that the server echoes with its tokens' log-probabilities. The boundary between
context and continuation may fall inside a token (context `"Answer: "`, token `" Paris"`). Then no sum of token
log-probabilities is log P(continuation | context). What is exact, and comparable between the continuations of one
request, is taken instead: all of them are scored from the last token boundary, at or before the end of the context,
that their tokenisations share. The sum is log P(tail + continuation | head), where head + tail is the context and
the same for all; this is what moving a trailing blank of the context over to the continuation achieves in
lm-evaluation-harness. `boundary` in the result says how many characters the tail has: 0 in the usual case.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

import msgspec

from evalium.core import MalformedAnswer, Status

from ._errors import Origin, malformed
from ._openai_wire import Usage, set_usage
from .base import Response


class _Logprobs(msgspec.Struct):
    tokens: list[str] = []
    token_logprobs: list[float | None] = []
    text_offset: list[int] | None = None
    top_logprobs: list[dict[str, float] | None] | None = None


class _Choice(msgspec.Struct):
    text: str = ""
    index: int = 0
    finish_reason: str | None = None
    logprobs: _Logprobs | None = None


class _Completion(msgspec.Struct):
    choices: list[_Choice] = []
    usage: Usage | None = None
    model: str | None = None


class _Item(msgspec.Struct):
    embedding: list[float]
    index: int = 0


class _Embeddings(msgspec.Struct):
    data: list[_Item] = []
    usage: Usage | None = None
    model: str | None = None


_decode_completion = msgspec.json.Decoder(_Completion, strict=False).decode
_decode_embeddings = msgspec.json.Decoder(_Embeddings, strict=False).decode


def _completion(body: bytes, origin: Origin, expected: int) -> _Completion:
    try:
        completion = _decode_completion(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than a completion ({error})") from None
    if len(completion.choices) < expected:
        raise malformed(body, origin, f"{len(completion.choices)} choices where {expected} were asked for")
    completion.choices.sort(key=lambda choice: choice.index)
    return completion


def as_response(headers: Mapping[str, str], body: bytes, origin: Origin) -> Response:
    """Read a text completion.

    Raises:
        ProviderError: The body is not one, or holds an error.
    """
    completion = _completion(body, origin, 1)
    choice = completion.choices[0]
    response = Response(output=choice.text, finish_reason=choice.finish_reason, model=completion.model)
    if choice.finish_reason == "length":
        response.status = Status.TRUNCATED
    elif choice.finish_reason == "content_filter":
        response.status = Status.REFUSED_BY_FILTER
    if choice.logprobs is not None and choice.logprobs.tokens:
        found = choice.logprobs
        response.logprobs = {
            "output": sum(x for x in found.token_logprobs if x is not None),
            "tokens": found.tokens,
            "token_logprobs": found.token_logprobs,
        }
        if found.top_logprobs:
            response.logprobs["top"] = found.top_logprobs
    set_usage(response, completion.usage)
    return response


def scoring_fields(texts: Sequence[str]) -> dict[str, Any]:
    """Return the fields that ask for the log-probabilities of texts.

    One token is generated and thrown away, because not every server takes `max_tokens: 0`.
    """
    prompt: str | list[str] = texts[0] if len(texts) == 1 else list(texts)
    return {"prompt": prompt, "max_tokens": 1, "temperature": 0, "echo": True, "logprobs": 1}


class Echo(msgspec.Struct):
    """One echoed text by token: where each starts (characters), its log-probability, whether it was the likeliest."""

    text: str
    starts: list[int]
    logprobs: list[float | None]
    likeliest: list[bool | None]


class Echoes(msgspec.Struct):
    """The echoed texts of one request and the answer's usage."""

    texts: list[Echo]
    usage: Usage | None
    model: str | None
    origin: Origin


def read_echo(body: bytes, texts: Sequence[str], origin: Origin) -> Echoes:
    """Read echoed prompts with their log-probabilities.

    Raises:
        ProviderError: The body is not a completion, or the server does not echo log-probabilities.
    """
    completion = _completion(body, origin, len(texts))
    usage = completion.usage
    alone = usage.prompt_tokens if usage is not None and len(texts) == 1 else None
    echoed = [_echo(choice, text, alone, origin) for choice, text in zip(completion.choices, texts, strict=False)]
    return Echoes(texts=echoed, usage=usage, model=completion.model, origin=origin)


def _echo(choice: _Choice, text: str, prompt_tokens: int | None, origin: Origin) -> Echo:
    found = choice.logprobs
    if found is None or not found.tokens or len(found.tokens) != len(found.token_logprobs):
        raise MalformedAnswer(
            f"{origin.model}: {origin.url} echoed no log-probabilities of the prompt; a log-likelihood needs a server "
            "whose /completions has echo and logprobs (vLLM, SGLang)",
            retryable=False,
        )
    starts, count = _align(found, text, prompt_tokens)
    tops = found.top_logprobs or []
    likeliest = [
        None if own is None or i >= len(tops) or not tops[i] else own >= max((tops[i] or {}).values()) - 1e-9
        for i, own in enumerate(found.token_logprobs[:count])
    ]
    return Echo(text=text, starts=starts, logprobs=found.token_logprobs[:count], likeliest=likeliest)


def _align(found: _Logprobs, text: str, prompt_tokens: int | None) -> tuple[list[int], int]:
    """Return where the tokens of the prompt start in it, and how many they are.

    Servers differ: some give offsets, some offsets shifted by the text of a special first token that is not part of
    the prompt, some none. Offsets are therefore checked against the text.
    """
    tokens = found.tokens
    lengths = [len(token) for token in tokens]
    starts = found.text_offset or [0, *accumulate(lengths)][:-1]
    special = 0
    while special < len(tokens) and found.token_logprobs[special] is None and not text.startswith(tokens[special]):
        special += 1
    shift = starts[special] if special < len(starts) else 0
    starts = [max(0, start - shift) for start in starts]
    count = sum(start < len(text) for start in starts)
    if prompt_tokens is not None and 0 < prompt_tokens <= len(tokens) and "".join(tokens[special:count]) != text:
        # Bytes of a split character are shown as replacement characters and make lengths useless.
        count = prompt_tokens
    return starts[:count], count


def continuations(echoes: Echoes, boundary: int) -> Response:
    """Sum log-probabilities over the continuations, which start at character `boundary` of each text.

    Returns:
        `logprobs` with one entry a continuation: `continuations` (sums in nats), `tokens`, `greedy` (whether each
        token was the likeliest; None where the server does not say), and `boundary`, the characters of the context
        that are scored along because the boundary falls inside a token.

    Raises:
        MalformedAnswer: A token of a continuation has no log-probability (an empty context).
    """
    # Where a text ends exactly with the context there is no token at the boundary, but it is one all the same.
    shared = set.intersection(*({s for s in (*echo.starts, len(echo.text)) if s <= boundary} for echo in echoes.texts))
    start = max(shared, default=0)
    sums: list[float] = []
    counts: list[int] = []
    greedy: list[bool | None] = []
    for echo in echoes.texts:
        scored = [i for i, s in enumerate(echo.starts) if s >= start]
        values = [echo.logprobs[i] for i in scored]
        if any(value is None for value in values):
            raise MalformedAnswer(
                f"{echoes.origin.model}: the first token of {echo.text[:40]!r} has no log-probability, because nothing "
                "stands before it; give the prompt a context",
                retryable=False,
            )
        sums.append(math.fsum(value for value in values if value is not None))
        counts.append(len(scored))
        flags = [echo.likeliest[i] for i in scored]
        greedy.append(None if None in flags else all(flags))
    result = {"continuations": sums, "tokens": counts, "greedy": greedy, "boundary": boundary - start}
    return _scored(echoes, result)


def rolling(echoes: Echoes) -> Response:
    """Sum the log-probabilities of the whole prompt.

    Returns:
        `logprobs` with `rolling` (nats), `tokens` and `bytes` (UTF-8) of what was scored: a first token that
        nothing stands before has no log-probability and counts in none of the three.

    Raises:
        MalformedAnswer: No token has a log-probability.
    """
    echo = echoes.texts[0]
    scored = [i for i, value in enumerate(echo.logprobs) if value is not None]
    if not scored:
        raise MalformedAnswer(f"{echoes.origin.model}: no token of the prompt has a log-probability", retryable=False)
    result = {
        "rolling": math.fsum(value for value in echo.logprobs if value is not None),
        "tokens": len(scored),
        "bytes": len(echo.text[echo.starts[scored[0]] :].encode()),
    }
    return _scored(echoes, result)


def _scored(echoes: Echoes, result: dict[str, Any]) -> Response:
    response = Response(model=echoes.model, logprobs=result)
    set_usage(response, echoes.usage)
    return response


def embedding(body: bytes, origin: Origin) -> Response:
    """Read the vector of one text.

    Raises:
        ProviderError: The body holds no vector.
    """
    try:
        found = _decode_embeddings(body)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed(body, origin, f"something else than embeddings ({error})") from None
    if not found.data or not found.data[0].embedding:
        raise malformed(body, origin, "no embedding")
    response = Response(embedding=found.data[0].embedding, model=found.model)
    set_usage(response, found.usage)
    return response
