"""The questions that every contestant answers, and the share of right answers that must come out."""

from __future__ import annotations

import json
import random
from pathlib import Path

SEED = 7
GENERATION = {"temperature": 0, "max_tokens": 512}
ANSWER = r"ANSWER:\s*(-?\d+)\s*$"
TASK = "Explain in short, then end with 'ANSWER: <number>'."
TOLERANCE = 1e-6


class WrongAnswers(Exception):
    """A contestant did not find the known share of right answers, so its speed means nothing."""


def write_questions(path: Path, n: int, seed: int = SEED) -> float:
    """Write `n` sums as JSON lines of `id`, `question`, `answer` and `digits`.

    Args:
        path: The file.
        n: Lines.
        seed: Seed of the numbers.

    Returns:
        The share that the test server answers rightly: it is wrong on purpose where (31 a + b) mod 10 < 3, see
        `evalium.testing.arithmetic`.
    """
    draw = random.Random(seed)
    right = 0
    with path.open("w", encoding="utf-8") as file:
        for i in range(n):
            a, b = draw.randrange(10_000), draw.randrange(10_000)
            right += (31 * a + b) % 10 >= 3
            row = {
                "id": f"q{i}",
                "question": f"Item {i}: what is {a} + {b}? {TASK}",
                "answer": str(a + b),
                "digits": str(len(str(a + b))),
            }
            file.write(json.dumps(row) + "\n")
    return right / n


def write_plan(path: Path, base_url: str, *, name: str = "benchmark", stream: bool = False) -> None:
    """Write the plan that evalium runs: one prompt, one scorer, three metrics.

    Args:
        path: The file; the questions lie beside it as `questions.jsonl`.
        base_url: Address of the server, without `/v1`.
        name: Name of the plan; another name is another run.
        stream: Ask for a metric that needs streamed answers.
    """
    metrics = ["exact", "latency_p95", "error_rate", *(["ttft_p95"] if stream else [])]
    lines = [
        f"plan: {name}",
        "data: {file: questions.jsonl, input: question, target: answer, id: id, attributes: [digits]}",
        'prompt: "{{ question }}"',
        "models:",
        f'  - {{id: openai-compatible/mock, name: mock, base_url: "{base_url}/v1"}}',
        f"generation: {json.dumps(GENERATION)}",
        f"extract: '{ANSWER}'",
        "scorers: [exact]",
        f"metrics: [{', '.join(metrics)}]",
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def check_accuracy(who: str, found: float | None, expected: float) -> None:
    """Refuse a measurement of wrong answers.

    Raises:
        WrongAnswers: `found` is not `expected`.
    """
    if found is None or abs(found - expected) > TOLERANCE:
        raise WrongAnswers(f"{who} found {found} where {expected} is known to be right: its speed is not reported")
