"""The benchmark's questions with DeepEval: the openai SDK asks, `evaluate` scores.

DeepEval has no runner for a plain dataset. Prints one line of JSON with the accuracy.
"""

import asyncio
import json
import os
import re

import openai
from deepeval import evaluate
from deepeval.evaluate.configs import AsyncConfig, CacheConfig, DisplayConfig
from deepeval.metrics import BaseMetric
from deepeval.test_case import LLMTestCase

ANSWER = re.compile(os.environ["BENCHMARK_ANSWER"])
CONCURRENCY = int(os.environ["BENCHMARK_CONCURRENCY"])


class LastNumber(BaseMetric):
    """1 where the last number is the expected one."""

    def __init__(self):
        self.threshold, self.async_mode, self.include_reason, self.strict_mode = 0.5, True, False, False
        self.evaluation_cost = 0

    def measure(self, case, *args, **options):
        """Score one answer."""
        found = ANSWER.search(case.actual_output)
        self.score = float(found is not None and found[1] == case.expected_output)
        self.success = self.score >= self.threshold
        return self.score

    async def a_measure(self, case, *args, **options):
        """Score one answer."""
        return self.measure(case)

    def is_successful(self):
        """Whether the answer was right."""
        return self.success

    @property
    def __name__(self):
        return "last number"


async def answers(rows):
    """Ask every question, at most CONCURRENCY at a time."""
    client = openai.AsyncOpenAI(base_url=os.environ["BENCHMARK_URL"] + "/v1", api_key="x")
    slots = asyncio.Semaphore(CONCURRENCY)

    async def one(row):
        async with slots:
            turns = [{"role": "user", "content": row["question"]}]
            reply = await client.chat.completions.create(model="mock", messages=turns, temperature=0, max_tokens=512)
            return reply.choices[0].message.content

    return await asyncio.gather(*(one(row) for row in rows))


with open(os.environ["BENCHMARK_QUESTIONS"], encoding="utf-8") as file:
    rows = [json.loads(line) for line in file]
outputs = asyncio.run(answers(rows))
cases = [
    LLMTestCase(input=row["question"], actual_output=output, expected_output=row["answer"])
    for row, output in zip(rows, outputs, strict=True)
]
result = evaluate(
    test_cases=cases,
    metrics=[LastNumber()],
    async_config=AsyncConfig(max_concurrent=CONCURRENCY, throttle_value=0),
    display_config=DisplayConfig(show_indicator=False, print_results=False),
    cache_config=CacheConfig(write_cache=False, use_cache=False),
)
print(json.dumps({"accuracy": sum(test.success for test in result.test_results) / len(rows)}))
