"""Requests of one kind, answered together by a language model."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from typing import Any

import msgspec

from evalium.core import ContextTooLong
from evalium.models.base import Request, Response

from ._hf_generate import Sampling, generate
from ._hf_score import Ids, embed, next_logprobs, score_pairs, windows
from ._hf_text import Tokens
from ._prompt import prompt_text

UNLIMITED = 2048


class Job(msgspec.Struct, frozen=True):
    """A request on its way into a batch."""

    request: Request
    kind: Hashable
    sampling: Sampling = Sampling()
    seed: int | None = None


class Batch:
    """Requests of one kind, answered together."""

    def __init__(self, model: Any, tokens: Tokens, device: str, batch_size: int) -> None:
        self.model, self.tokens, self.device, self.size = model, tokens, device, batch_size
        self.limit = _context(model.config)

    def answer(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        work = {
            "generate": self._generate,
            "rolling": self._rolling,
            "choice_first_token": self._first_token,
            "embed": self._embed,
        }
        return work.get(jobs[0].request.mode, self._loglikelihood)(jobs)

    def _generate(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        found: list[Response | Exception] = [ContextTooLong("")] * len(jobs)
        rooms: dict[int, list[tuple[int, Ids]]] = {}
        for i, job in enumerate(jobs):
            prompt = self.tokens.prompt(job.request)
            room = min(job.sampling.max_tokens, (self.limit or 10**9) - len(prompt))
            if room < 1:
                found[i] = self._too_long("the prompt", len(prompt))
            else:
                rooms.setdefault(room, []).append((i, prompt))
        for room, rows in rooms.items():
            sampling = msgspec.structs.replace(jobs[0].sampling, max_tokens=room)
            seeds = [jobs[i].seed for i, _ in rows]
            made = generate(self.model, self.tokens, [p for _, p in rows], sampling, seeds, self.device)
            for (i, _), response in zip(rows, made, strict=True):
                found[i] = response
        return found

    def _loglikelihood(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        pairs: list[tuple[Ids, Ids]] = []
        found: list[Response | Exception] = []
        for job in jobs:
            mine = [self.tokens.pair(job.request, text) for text in job.request.continuations]
            longest = max((len(continuation) for _, continuation in mine), default=0)
            if self.limit is not None and longest > self.limit:
                found.append(self._too_long("a continuation", longest))
                continue
            cut = max((self._excess(pair) for pair in mine), default=0)
            pairs += [(context[self._excess((context, rest)) :], rest) for context, rest in mine]
            found.append(_sums(job.request, mine, cut))
        scores = iter(score_pairs(self.model, pairs, self.size, self.tokens.pad, self.device))
        for response in found:
            if isinstance(response, Response) and response.logprobs is not None:
                mine_scored = [next(scores) for _ in response.logprobs["tokens"]]
                response.logprobs["continuations"] = [scored.total for scored in mine_scored]
                response.logprobs["greedy"] = [scored.greedy for scored in mine_scored]
        return found

    def _rolling(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        pairs: list[tuple[Ids, Ids]] = []
        counts: list[tuple[int, int, int]] = []
        for job in jobs:
            text = prompt_text(job.request)
            sequence = [self.tokens.prefix, *self.tokens.encode(text, special=False)]
            cuts = list(windows(len(sequence) - 1, self.limit or UNLIMITED))
            pairs += [(sequence[first : start + 1], sequence[start + 1 : end + 1]) for first, start, end in cuts]
            counts.append((len(cuts), len(sequence) - 1, len(text.encode())))
        scores = iter(score_pairs(self.model, pairs, self.size, self.tokens.pad, self.device))
        found: list[Response | Exception] = []
        for pieces, tokens, size in counts:
            total = sum(next(scores).total for _ in range(pieces))
            sums = {"rolling": total, "tokens": tokens, "bytes": size}
            found.append(Response(input_tokens=tokens, output_tokens=0, logprobs=sums))
        return found

    def _first_token(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        prompts = [self.tokens.prompt(job.request) for job in jobs]
        fit = [i for i, prompt in enumerate(prompts) if self.limit is None or len(prompt) <= self.limit]
        fitting = [prompts[i] for i in fit]
        rows = dict(zip(fit, next_logprobs(self.model, fitting, self.size, self.tokens.pad, self.device), strict=True))
        return [
            self._top(job.request, prompts[i], rows[i]) if i in rows else self._too_long("the prompt", len(prompts[i]))
            for i, job in enumerate(jobs)
        ]

    def _top(self, request: Request, prompt: Ids, logprobs: Any) -> Response:
        top = min(int(request.params.get("top_logprobs") or 20), len(logprobs))
        asked = [self.tokens.pair(request, text)[1][:1] for text in request.continuations]
        ids = dict.fromkeys([*logprobs.topk(top).indices.tolist(), *(i for first in asked for i in first)])
        first: dict[str, float] = {}
        for token in ids:
            text, value = self.tokens.piece(token), logprobs[token].item()
            first[text] = max(value, first.get(text, value))
        return Response(input_tokens=len(prompt), output_tokens=1, logprobs={"first_token": first})

    def _embed(self, jobs: Sequence[Job]) -> list[Response | Exception]:
        texts = [self.tokens.prompt(job.request) for job in jobs]
        found: list[Response | Exception] = []
        vectors = embed(self.model, [ids[: self.limit] for ids in texts], self.size, self.tokens.pad, self.device)
        for ids, vector in zip(texts, vectors, strict=True):
            used = len(ids[: self.limit])
            cut = {"text_cut": len(ids) - used} if used < len(ids) else {}
            found.append(Response(embedding=vector, input_tokens=used, output_tokens=0, data=dict(cut)))
        return found

    def _excess(self, pair: tuple[Ids, Ids]) -> int:
        """Tokens that must go from the left of a context, so that it and its continuation fit."""
        return 0 if self.limit is None else max(len(pair[0]) + len(pair[1]) - self.limit - 1, 0)

    def _too_long(self, what: str, tokens: int) -> ContextTooLong:
        return ContextTooLong(f"{what} has {tokens} tokens, and the model's context is {self.limit}")


def _sums(request: Request, pairs: Sequence[tuple[Ids, Ids]], cut: int) -> Response:
    """A response that lacks the scores alone."""
    return Response(
        input_tokens=sum(len(context) + len(rest) for context, rest in pairs),
        output_tokens=0,
        logprobs={
            "continuations": [],
            "tokens": [len(rest) for _, rest in pairs],
            "greedy": [],
            "bytes": [len(text.encode()) for text in request.continuations],
        },
        data={"context_cut": cut} if cut else {},
    )


def _context(config: Any) -> int | None:
    """Tokens that the model takes at once, where its configuration says so."""
    for place in (config, getattr(config, "text_config", None)):
        for name in ("max_position_embeddings", "n_positions", "max_seq_len"):
            value = getattr(place, name, None)
            if isinstance(value, int) and value > 0:
                return value
    return None
