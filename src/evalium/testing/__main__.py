"""`python -m evalium.testing`: the test server as a process of its own."""

from __future__ import annotations

import argparse
import signal
import sys
import threading
from collections.abc import Sequence
from pathlib import Path

from evalium.core import EvaliumError

from .answers import AnswerFunction, arithmetic, echo, from_file
from .faults import FAULTS, Faults, Latency
from .server import TestServer
from .service import Behaviour


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m evalium.testing",
        description="A server that speaks OpenAI's, Anthropic's and Gemini's protocols, for trials without a model.",
        epilog="faults: any status from 300 to 599, or "
        + "; ".join(f"{name}: {what}" for name, what in FAULTS.items()),
    )
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=9100)
    parser.add_argument("--answer", default="arithmetic", help="arithmetic, echo, or a JSON file of prompt: answer")
    parser.add_argument("--latency", type=float, default=0.0, help="median seconds until the answer")
    parser.add_argument("--sigma", type=float, default=0.0, help="spread of the latency (lognormal); 0 is fixed")
    parser.add_argument("--between", type=float, default=0.0, help="seconds between pieces of a stream")
    parser.add_argument("--pieces", type=int, default=32, help="most pieces of a stream")
    parser.add_argument("--fault", action="append", default=[], metavar="NAME:RATE", help="may be repeated")
    parser.add_argument("--script", default="", help="faults of the first, second, ... sending: '429,ok'")
    parser.add_argument("--retry-after", type=float, default=1.0)
    parser.add_argument("--capacity", type=int, help="most requests at a time, the next one gets 429")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--keep", type=int, default=1000, help="requests remembered for /requests")
    return parser


def _answer(name: str) -> AnswerFunction:
    known = {"arithmetic": arithmetic, "echo": echo}
    if name in known:
        return known[name]
    if not Path(name).is_file():
        raise ValueError(f"--answer {name!r} is neither arithmetic nor echo nor a file")
    return from_file(name)


def behaviour(arguments: argparse.Namespace) -> Behaviour:
    """Turn the command line into a behaviour.

    Raises:
        ValueError: A fault is not written as NAME:RATE, or an answer is unknown.
    """
    rates: dict[str, float] = {}
    for item in arguments.fault:
        name, _, rate = item.partition(":")
        if not rate:
            raise ValueError(f"--fault {item!r} must be NAME:RATE, such as 429:0.1")
        rates[name] = float(rate)
    return Behaviour(
        answer=_answer(arguments.answer),
        latency=Latency(median=arguments.latency, sigma=arguments.sigma, between=arguments.between),
        faults=Faults(rates=rates, script=tuple(filter(None, arguments.script.split(",")))),
        retry_after=arguments.retry_after,
        capacity=arguments.capacity,
        pieces=arguments.pieces,
        seed=arguments.seed,
        keep=arguments.keep,
    )


def main(given: Sequence[str] | None = None) -> int:
    """Serve until interrupted or terminated; the exit status is 2 for wrong arguments or a port that is taken."""
    arguments = _parser().parse_args(given)
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    try:
        with TestServer(behaviour(arguments), host=arguments.host, port=arguments.port) as server:
            print(f"listening on {server.url}", flush=True)
            stopped.wait()
    except (EvaliumError, ValueError, OSError) as error:
        print(f"error: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
