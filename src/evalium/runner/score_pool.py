"""Heavy scorers in processes of their own, so that they do not hold the calls up."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from multiprocessing.connection import wait
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, Record, Score, ScoreError
from evalium.scorers import Scorer, create, score_now

from .tracebacks import Tracebacks

Raised = tuple[str, str, str]
"""Kind, message and traceback of what a scorer raised."""

_scorers: dict[str, Scorer] = {}
_raised: list[Raised] = []
_encode = msgspec.msgpack.Encoder().encode
_read_record = msgspec.msgpack.Decoder(Record).decode
_read_scored = msgspec.msgpack.Decoder(tuple[Score, list[Raised]]).decode


class ScorePool:
    """A process pool in which each process builds the plan's scorers once.

    A scorer that only this process knows, a function of a notebook say, is scored in a thread here.

    Args:
        specs: Scorer entries of the plan by scorer name, since the functions themselves cannot travel.
        base: Folder that relative paths start from.
        extract: The plan's answer extraction.
        processes: Number of processes; None is the number of cores.
        tracebacks: Where it is noted what scorers raise.
    """

    def __init__(
        self,
        specs: Mapping[str, str | dict[str, Any]],
        base: Path,
        extract: str | None,
        processes: int | None,
        tracebacks: Tracebacks,
    ) -> None:
        self._tracebacks = tracebacks
        self._only_here: set[str] = set()
        self._pool = ProcessPoolExecutor(
            max_workers=processes or os.cpu_count(),
            mp_context=multiprocessing.get_context("spawn"),
            initializer=_build,
            initargs=(dict(specs), base, extract),
        )

    async def score(self, scorer: Scorer, record: Record) -> Score:
        """Score one record in the pool, or in a thread.

        Raises:
            ScoreError: A process of the pool was killed or crashed; the pool cannot go on.
        """
        scored = b"" if scorer.name in self._only_here else await self._elsewhere(scorer.name, record)
        if not scored:
            self._only_here.add(scorer.name)
            score_here = await asyncio.to_thread(score_now, scorer, record, self._tracebacks.note)
            return score_here if isinstance(score_here, Score) else await score_here
        score, raised = _read_scored(scored)
        for error in raised:
            self._tracebacks.add(*error)
        return score

    async def _elsewhere(self, scorer: str, record: Record) -> bytes:
        try:
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._pool, _score, scorer, _encode(record))
        except BrokenProcessPool:
            raise ScoreError(
                f"a process that ran the heavy scorer {scorer!r} ended before sample {record.sample!r} was scored: it "
                "crashed or ran out of memory (try fewer with execution.processes), or a script calls evalium.run "
                "outside of `if __name__ == '__main__':`"
            ) from None

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)


def _build(specs: dict[str, str | dict[str, Any]], base: Path, extract: str | None) -> None:
    # Ctrl-C reaches every process of the terminal; the run itself decides what is still scored.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    for name, spec in specs.items():
        with suppress(ConfigError):
            _scorers[name] = create(spec, base=base, extract=extract)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    assert parent is not None
    wait([parent.sentinel])
    os._exit(0)


def _score(name: str, record: bytes) -> bytes:
    if name not in _scorers:
        return b""
    _raised.clear()
    score = score_now(_scorers[name], _read_record(record), _tracebacks.note)
    if not isinstance(score, Score):
        score = asyncio.run(_settled(score))
    return _encode((score, _raised))


def _keep(kind: str, message: str, text: str) -> str:
    _raised.append((kind, message, text))
    return ""


_tracebacks = Tracebacks(_keep)


async def _settled(pending: Any) -> Score:
    score: Score = await pending
    return score
