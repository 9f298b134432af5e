"""Waiting for a process that may not want to end."""

from __future__ import annotations

import os
import selectors
import signal
import subprocess
import time
from contextlib import suppress

_LOOK = 0.05
_MOURNED = 2.0
_KEPT = 4000
_CHUNK = 1 << 16


def finish(process: subprocess.Popen[bytes], answer: int, until: float, most: int) -> tuple[bytes, bytes, str]:
    """Read what a process says until it ends, time is up or it says too much; then nothing of it is left running.

    Args:
        process: A process that leads a session of its own, with a pipe as its output.
        answer: A pipe that it answers on; closed here.
        until: Monotonic time at which it is ended.
        most: Bytes of output at which it is ended.

    Returns:
        The answer, the end of the output, and `time`, `output` or nothing for the limit that it broke.
    """
    assert process.stdout is not None
    output = process.stdout.fileno()
    texts = {answer: bytearray(), output: bytearray()}
    broke = ""
    try:
        with selectors.DefaultSelector() as waiting:
            for pipe in texts:
                os.set_blocking(pipe, False)
                waiting.register(pipe, selectors.EVENT_READ)
            broke = _listen(process, waiting, texts, output, until, most)
    finally:
        _end(process, output)
        os.close(answer)
        process.stdout.close()
    return bytes(texts[answer]), bytes(texts[output][-_KEPT:]), broke


def _listen(
    process: subprocess.Popen[bytes],
    waiting: selectors.DefaultSelector,
    texts: dict[int, bytearray],
    output: int,
    until: float,
    most: int,
) -> str:
    said = dict.fromkeys(texts, 0)
    while waiting.get_map():
        ended = process.poll() is not None
        left = until - time.monotonic()
        if left <= 0 and not ended:
            return "time"
        ready = waiting.select(0 if ended else min(left, _LOOK))
        for key, _ in ready:
            part = os.read(key.fd, _CHUNK)
            if not part:
                waiting.unregister(key.fd)
            said[key.fd] += len(part)
            texts[key.fd] += part
            if said[key.fd] > most:
                return "output" if key.fd == output else ""
            del texts[key.fd][: -max(_KEPT, 1)]
        if ended and not ready:
            break
    with suppress(subprocess.TimeoutExpired):
        process.wait(max(until - time.monotonic(), 0.0))
        return ""
    return "time"


def _end(process: subprocess.Popen[bytes], output: int) -> None:
    """Kill it, and wait until nobody is left who could write: a namespace dies a moment after its first process."""
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    until = time.monotonic() + _MOURNED
    with selectors.DefaultSelector() as waiting:
        waiting.register(output, selectors.EVENT_READ)
        while waiting.select(max(until - time.monotonic(), 0.0)):
            if not os.read(output, _CHUNK):
                break
