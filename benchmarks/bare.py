"""The yardstick: what an aiohttp loop reaches that does nothing but ask, read and compare.

It sends the very body that evalium sends and looks for the same answer, but keeps no record, no times, and handles no
error. Run as a process of its own: `python -m benchmarks.bare questions.jsonl http://127.0.0.1:9100`.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import resource
import time
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import msgspec

from .workload import ANSWER, GENERATION

HEADERS = {"content-type": "application/json"}
Ask = Callable[[aiohttp.ClientSession, str, bytes], Awaitable[str]]


def body(question: str, *, stream: bool) -> bytes:
    """The request as evalium writes it."""
    fields: dict[str, Any] = {"model": "mock", "messages": [{"role": "user", "content": question}], **GENERATION}
    if stream:
        fields |= {"stream": True, "stream_options": {"include_usage": True}}
    return msgspec.json.encode(fields)


async def ask(session: aiohttp.ClientSession, url: str, data: bytes) -> str:
    """Ask and read the whole answer."""
    async with session.post(url, data=data, headers=HEADERS) as response:
        answer: str = msgspec.json.decode(await response.read())["choices"][0]["message"]["content"]
        return answer


async def ask_streamed(session: aiohttp.ClientSession, url: str, data: bytes) -> str:
    """Ask and join a streamed answer, a line at a time."""
    parts: list[str] = []
    async with session.post(url, data=data, headers=HEADERS) as response:
        async for line in response.content:
            if line.startswith(b"data: ") and not line.startswith(b"data: [DONE]"):
                choices = msgspec.json.decode(line[6:])["choices"]
                if choices:
                    parts.append(choices[0]["delta"].get("content") or "")
    return "".join(parts)


async def measure(questions: Path, base_url: str, concurrency: int, *, stream: bool, warm_up: int) -> dict[str, float]:
    """Ask every question, `concurrency` at a time, and time the loop alone.

    Returns:
        `wall` and `cpu` in seconds, `n`, and `accuracy`.
    """
    rows = [msgspec.json.decode(line) for line in questions.read_bytes().splitlines()]
    url = f"{base_url}/v1/chat/completions"
    one = ask_streamed if stream else ask
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=concurrency)) as session:
        if warm_up:
            await _through(session, url, one, iter(rows[:warm_up]), concurrency, stream)
        wall, cpu = time.perf_counter(), time.process_time()
        right = await _through(session, url, one, iter(rows), concurrency, stream)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return {"n": len(rows), "wall": wall, "cpu": cpu, "accuracy": right / len(rows)}


async def _through(
    session: aiohttp.ClientSession, url: str, one: Ask, rows: Iterator[Any], concurrency: int, stream: bool
) -> int:
    last_number = re.compile(ANSWER)
    right = 0

    async def worker() -> None:
        nonlocal right
        for row in rows:
            found = last_number.search(await one(session, url, body(row["question"], stream=stream)))
            right += found is not None and found[1] == row["answer"]

    await asyncio.gather(*(worker() for _ in range(concurrency)))
    return right


def main() -> None:
    """Measure once and print one line of JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("questions", type=Path)
    parser.add_argument("base_url")
    parser.add_argument("--concurrency", type=int, default=100)
    parser.add_argument("--stream", action="store_true")
    parser.add_argument("--loop", choices=["uvloop", "asyncio"], default="uvloop")
    parser.add_argument("--warm-up", type=int, default=0)
    given = parser.parse_args()
    work = measure(given.questions, given.base_url, given.concurrency, stream=given.stream, warm_up=given.warm_up)
    if given.loop == "uvloop":
        import uvloop

        found = uvloop.run(work)
    else:
        found = asyncio.run(work)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({**found, "peak_mb": peak}))


if __name__ == "__main__":
    main()
