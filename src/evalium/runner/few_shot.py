"""Worked examples put before a question."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from evalium.core import ConfigError, FewShot, Message, Sample, content_hash

from .templates import compile_template


class Examples:
    """The examples of a plan, chosen for each sample so that the sample itself is never among them.

    Samples are the same when their content hash is; an example whose text equals the question would give away its
    answer, whatever its id is.

    Args:
        config: The plan's section.
        pool: Samples to choose from.

    Raises:
        ConfigError: The pool is too small.
    """

    def __init__(self, config: FewShot, pool: Iterable[Sample]) -> None:
        self.as_turns = config.as_turns
        self._n = config.n
        self._separator = config.separator
        self._template = compile_template(config.template, "few_shot.template")
        self._pool = list(pool)
        if len(self._pool) <= config.n:
            raise ConfigError(
                f"few_shot.n = {config.n} needs more than {config.n} samples to choose from, so that the item itself"
                f" can be left out; there are {len(self._pool)}"
            )
        self._choose = _CHOOSERS[config.strategy](config, self._pool)

    def chosen(self, sample: Sample) -> list[Sample]:
        """The examples for one sample."""
        return self._choose(sample)[: self._n]

    def text(self, sample: Sample) -> str:
        """The examples as text, the separator behind each."""
        rendered = (self._template(_variables(s)) for s in self.chosen(sample))
        return "".join(r + self._separator for r in rendered)

    def turns(self, sample: Sample) -> list[Message]:
        """The examples as earlier turns of the conversation."""
        turns: list[Message] = []
        for s in self.chosen(sample):
            turns += [Message("user", str(s.input)), Message("assistant", str(_answer(s)))]
        return turns


Choose = Callable[[Sample], list[Sample]]


def _fixed(config: FewShot, pool: Sequence[Sample]) -> Choose:
    head = list(pool[: config.n + 1])
    hashes = {s.hash for s in head}

    def choose(sample: Sample) -> list[Sample]:
        if sample.hash not in hashes:
            return head
        return [s for s in pool if s.hash != sample.hash][: config.n]

    return choose


def _random(config: FewShot, pool: Sequence[Sample]) -> Choose:
    def choose(sample: Sample) -> list[Sample]:
        rng = _rng(config.seed, sample)
        drawn = rng.sample(range(len(pool)), min(len(pool), config.n + 8))
        kept = [pool[i] for i in drawn if pool[i].hash != sample.hash]
        return kept if len(kept) >= config.n else [s for s in pool if s.hash != sample.hash]

    return choose


def _stratified(config: FewShot, pool: Sequence[Sample]) -> Choose:
    groups: dict[str, list[Sample]] = defaultdict(list)
    for s in pool:
        groups[str(_answer(s) if config.by is None else _field(s, config.by))].append(s)
    names = sorted(groups)

    def choose(sample: Sample) -> list[Sample]:
        rng = _rng(config.seed, sample)
        decks = [rng.sample(groups[n], min(len(groups[n]), config.n + 8)) for n in names]
        rng.shuffle(decks)
        dealt: list[Sample] = []
        while len(dealt) < config.n and any(decks):
            for deck in decks:
                while deck and deck[-1].hash == sample.hash:
                    deck.pop()
                if deck:
                    dealt.append(deck.pop())
        return dealt

    return choose


_CHOOSERS: dict[str, Callable[[FewShot, Sequence[Sample]], Choose]] = {
    "fixed": _fixed,
    "random": _random,
    "stratified": _stratified,
}


def _rng(seed: int, sample: Sample) -> random.Random:
    return random.Random(f"{seed}:{sample.hash or content_hash(sample.id)}")


def _answer(sample: Sample) -> Any:
    t = sample.target
    return t[0] if isinstance(t, (list, tuple)) and t else t


def _field(sample: Sample, name: str) -> Any:
    if name in sample.attributes:
        return sample.attributes[name]
    if name in sample.fields:
        return sample.fields[name]
    raise ConfigError(f"few_shot.by: no field {name!r}; known: {', '.join(sorted(sample.fields))}")


def _variables(sample: Sample) -> dict[str, Any]:
    return {**sample.fields, "input": sample.input, "target": _answer(sample), "choices": sample.choices}
