"""Heavy scorers in processes of their own, so that they do not hold the calls up."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import Record, Score
from evalium.scorers import Scorer, create, score_now

_scorers: dict[str, Scorer] = {}
_encode = msgspec.msgpack.Encoder().encode
_read_record = msgspec.msgpack.Decoder(Record).decode
_read_score = msgspec.msgpack.Decoder(Score).decode


class ScorePool:
    """A process pool in which each process builds the plan's scorers once.

    Args:
        specs: Scorer entries of the plan by scorer name, since the functions themselves cannot travel.
        base: Folder that relative paths start from.
        extract: The plan's answer extraction.
        processes: Number of processes; None is the number of cores.
    """

    def __init__(
        self, specs: Mapping[str, str | dict[str, Any]], base: Path, extract: str | None, processes: int | None
    ) -> None:
        self._pool = ProcessPoolExecutor(
            max_workers=processes or os.cpu_count(),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_build,
            initargs=(dict(specs), base, extract),
        )

    async def score(self, scorer: Scorer, record: Record) -> Score:
        """Score one record in the pool."""
        loop = asyncio.get_running_loop()
        return _read_score(await loop.run_in_executor(self._pool, _score, scorer.name, _encode(record)))

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)


def _build(specs: dict[str, str | dict[str, Any]], base: Path, extract: str | None) -> None:
    for name, spec in specs.items():
        _scorers[name] = create(spec, base=base, extract=extract)


def _score(name: str, record: bytes) -> bytes:
    score = score_now(_scorers[name], _read_record(record))
    if not isinstance(score, Score):
        score = asyncio.run(_settled(score))
    return _encode(score)


async def _settled(pending: Any) -> Score:
    score: Score = await pending
    return score
