"""What the test server answers: a function of what was asked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

import msgspec

_SUM = re.compile(r"(-?\d+) \+ (-?\d+)")
_TOKEN = re.compile(r"\s*\S+|\s+$")


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """One request as an answer function sees it, whichever protocol it came by.

    Attributes:
        protocol: `"openai"`, `"anthropic"` or `"gemini"`.
        operation: `"chat"`, `"completions"` or `"embeddings"`.
        model: Name of the model asked for.
        prompt: Text of the last turn, or the prompt.
        system: Text of the system turns.
        body: The request as sent.
        attempt: How often the same body was sent before.
    """

    protocol: str
    operation: str
    model: str
    prompt: str
    system: str
    body: dict[str, Any]
    attempt: int


class Reply(msgspec.Struct, kw_only=True):
    """An answer with all that can go along with it.

    Attributes:
        text: The text; None where there is only a tool call.
        reasoning: Hidden thoughts, shown where the protocol shows them.
        tool_calls: Pairs of a tool's name and the JSON text of its arguments.
        finish: `stop`, `length`, `content_filter` or `tool_calls`; each protocol says it in its own word.
        input_tokens: Count to report; None counts the prompt.
        cached_tokens: Part of the input reported as cached.
        reasoning_tokens: Part of the output reported as reasoning.
    """

    text: str | None = ""
    reasoning: str = ""
    tool_calls: tuple[tuple[str, str], ...] = ()
    finish: str = "stop"
    input_tokens: int | None = None
    cached_tokens: int = 0
    reasoning_tokens: int = 0


AnswerFunction = Callable[[Asked], "str | Reply"]


def tokens(text: str) -> list[str]:
    """Cut a text into words with the blanks before them; the test server's idea of tokens.

    Example:
        >>> tokens("two words ")
        ['two', ' words', ' ']
    """
    return _TOKEN.findall(text)


def logprob(before: str, token: str) -> float:
    """Log-probability of a token after another, in nats: a made-up but fixed number between -4 and -0.1."""
    return -0.1 - (crc32(f"{before}\x00{token}".encode()) % 1000) * 0.0039


def is_likeliest(before: str, token: str) -> bool:
    """Whether the made-up model likes no token better than this one at its place."""
    return crc32(f"{before}\x01{token}".encode()) % 2 == 0


def alternatives(before: str, token: str) -> dict[str, float]:
    """The token and the likeliest others at its place, with their log-probabilities."""
    own = logprob(before, token)
    best = {token: own} if is_likeliest(before, token) else {"<other>": own / 2, token: own}
    letters = {letter: own + logprob(letter, before) for letter in "ABCD" if letter != token}
    return {**best, **letters}


def arithmetic(asked: Asked) -> str:
    """Add the last `a + b` in the prompt; wrongly, by one, in the known three tenths where `(31 a + b) mod 10 < 3`.

    A prompt without a sum is answered by 42.

    Example:
        >>> ask = lambda prompt: Asked(
        ...     protocol="openai", operation="chat", model="m", prompt=prompt, system="", body={}, attempt=0
        ... )
        >>> arithmetic(ask("What is 2 + 3?")), arithmetic(ask("What is 1 + 1?"))
        ('ANSWER: 5', 'ANSWER: 3')
    """
    found = _SUM.findall(asked.prompt)
    if not found:
        return "ANSWER: 42"
    a, b = int(found[-1][0]), int(found[-1][1])
    return f"ANSWER: {a + b + ((31 * a + b) % 10 < 3)}"


def echo(asked: Asked) -> str:
    """Repeat the prompt."""
    return asked.prompt


def from_mapping(known: Mapping[str, str], otherwise: str = "I do not know.") -> AnswerFunction:
    """Answer from a mapping of prompt to answer."""

    def answer(asked: Asked) -> str:
        return known.get(asked.prompt, otherwise)

    return answer


def from_file(path: str | Path) -> AnswerFunction:
    """Answer from a JSON file that holds one mapping of prompt to answer."""
    return from_mapping(msgspec.json.decode(Path(path).read_bytes(), type=dict[str, str]))
