"""The test server of `evalium.testing` with answers of about 1,000 characters, so that reading them costs what it does.

Run as a process of its own: `python -m benchmarks.serve --port 9100 --latency-ms 50`.
"""

from __future__ import annotations

import argparse
import signal
import threading

from evalium.testing import Asked, Behaviour, Latency, TestServer, arithmetic

LENGTH = 1024
PIECES = 32
FILLER = (
    "To add two numbers, write one below the other so that ones stand below ones and tens below tens. Add the ones "
    "first; where they come to ten or more, write down the last digit and carry one to the next column. "
) * 6


def explained(asked: Asked) -> str:
    """The sum after an explanation; wrong in the known share of `arithmetic`."""
    answer = arithmetic(asked)
    return f"{FILLER[: LENGTH - len(answer) - 1]}\n{answer}"


def main() -> None:
    """Serve until terminated."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--latency-ms", type=float, default=0.0)
    given = parser.parse_args()
    stopped = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stopped.set())
    behaviour = Behaviour(answer=explained, latency=Latency(median=given.latency_ms / 1000), pieces=PIECES, keep=0)
    with TestServer(behaviour, port=given.port):
        stopped.wait()


if __name__ == "__main__":
    main()
