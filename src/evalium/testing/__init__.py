"""A test server that speaks the providers' protocols: for our own tests, and to try a plan without a model."""

from .answers import AnswerFunction, Asked, Reply, arithmetic, echo, from_file, from_mapping
from .faults import FAULTS, Faults, Latency
from .server import TestServer
from .service import Behaviour, Seen, Stats

__all__ = [
    "FAULTS",
    "AnswerFunction",
    "Asked",
    "Behaviour",
    "Faults",
    "Latency",
    "Reply",
    "Seen",
    "Stats",
    "TestServer",
    "arithmetic",
    "echo",
    "from_file",
    "from_mapping",
]
