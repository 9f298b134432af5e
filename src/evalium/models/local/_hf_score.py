"""Log-probabilities that a causal language model gives to tokens."""

from __future__ import annotations

import inspect
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Ids = list[int]


@dataclass(frozen=True, slots=True)
class Scored:
    """What a model says of a continuation.

    Attributes:
        total: Sum of the log-probabilities of its tokens, nats.
        greedy: Whether each of its tokens is the most likely one at its place.
    """

    total: float
    greedy: bool


def windows(n: int, size: int) -> Iterator[tuple[int, int, int]]:
    """Cut a text of `n` tokens into windows in which each token is scored once, as lm-evaluation-harness does.

    Token i (from 0) is predicted at position i of the sequence of the prefix token and all tokens. The first token of
    a window sees one token before it, the last window is full and so sees more.

    Args:
        n: Tokens to score.
        size: Tokens that the model takes at once.

    Yields:
        First position of the window's input, first token scored, token behind the last one scored.

    Example:
        >>> list(windows(25, 10))
        [(0, 0, 10), (10, 10, 20), (15, 20, 25)]
    """
    for start in range(0, n, size):
        end = min(start + size, n)
        yield max(end - size, 0), start, end


def score_pairs(model: Any, pairs: Sequence[tuple[Ids, Ids]], batch_size: int, pad: int, device: str) -> list[Scored]:
    """Score continuations given contexts.

    Longest first in batches padded on the right, where padding changes nothing for a causal model.

    Args:
        model: Causal language model.
        pairs: Context (at least one token) and continuation; together at most one more than the model's context.
        batch_size: Pairs at a time.
        pad: Any token id.
        device: Where the model is.

    Returns:
        One score a pair, in order; an empty continuation has 0.0 and is greedy.
    """
    scored = [Scored(0.0, True)] * len(pairs)
    order = sorted((i for i, pair in enumerate(pairs) if pair[1]), key=lambda i: -len(pairs[i][0]) - len(pairs[i][1]))
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        inputs = [(pairs[i][0] + pairs[i][1])[:-1] for i in part]
        starts = [len(pairs[i][0]) - 1 for i in part]
        logits, offset = _logits(model, inputs, min(starts), pad, device)
        for row, i in enumerate(part):
            first = starts[row] - offset
            scored[i] = _score(logits[row, first : first + len(pairs[i][1])], pairs[i][1])
    return scored


def next_logprobs(model: Any, contexts: Sequence[Ids], batch_size: int, pad: int, device: str) -> list[Any]:
    """Log-probabilities [vocabulary] of the token that follows each context, as tensors of float32."""
    found: list[Any] = [None] * len(contexts)
    order = sorted(range(len(contexts)), key=lambda i: -len(contexts[i]))
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        inputs = [contexts[i] for i in part]
        logits, offset = _logits(model, inputs, min(map(len, inputs)) - 1, pad, device)
        for row, i in enumerate(part):
            found[i] = logits[row, len(contexts[i]) - 1 - offset].float().log_softmax(-1)
    return found


def embed(model: Any, texts: Sequence[Ids], batch_size: int, pad: int, device: str) -> list[list[float]]:
    """Mean of the last hidden states over each text's tokens."""
    import torch

    found: list[list[float]] = [[]] * len(texts)
    order = sorted(range(len(texts)), key=lambda i: -len(texts[i]))
    for start in range(0, len(order), batch_size):
        part = order[start : start + batch_size]
        ids, mask = padded([texts[i] for i in part], pad, device)
        with torch.inference_mode():
            states = model.base_model(input_ids=ids, attention_mask=mask).last_hidden_state.float()
        weights = mask.unsqueeze(-1).float()
        means = (states * weights).sum(1) / weights.sum(1)
        for row, i in enumerate(part):
            found[i] = means[row].tolist()
    return found


def padded(rows: Sequence[Ids], pad: int, device: str, left: bool = False) -> tuple[Any, Any]:
    """Ids and attention mask [rows, longest], padded on the right or on the left."""
    import torch

    width = max(map(len, rows))
    ids, mask = torch.full((len(rows), width), pad), torch.zeros((len(rows), width), dtype=torch.long)
    for i, row in enumerate(rows):
        place = slice(width - len(row), width) if left else slice(0, len(row))
        ids[i, place], mask[i, place] = torch.tensor(row), 1
    return ids.to(device), mask.to(device)


def _logits(model: Any, inputs: Sequence[Ids], first: int, pad: int, device: str) -> tuple[Any, int]:
    """Logits [rows, positions, vocabulary] from position `first` on where the model can leave out the earlier ones."""
    import torch

    ids, mask = padded(inputs, pad, device)
    width = ids.shape[1]
    can_skip = "logits_to_keep" in inspect.signature(model.forward).parameters
    skip = {"logits_to_keep": width - first} if can_skip else {}
    with torch.inference_mode():
        logits = model(input_ids=ids, attention_mask=mask, use_cache=False, **skip).logits
    return logits, width - logits.shape[1]


def _score(logits: Any, continuation: Ids) -> Scored:
    import torch

    targets = torch.tensor(continuation, device=logits.device)
    logprobs = logits.float().log_softmax(-1)
    total = logprobs.gather(1, targets.unsqueeze(1)).double().sum().item()
    return Scored(total, bool((logprobs.argmax(-1) == targets).all().item()))
