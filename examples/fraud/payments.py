"""Card payments, one in two hundred of them fraud: made here, with a seed."""

import random
from collections.abc import Iterator
from typing import Any

SHARE = 0.005
FEATURES = ("amount", "night", "abroad", "new_merchant", "minutes_since_last")


def payments(n: int, seed: int) -> Iterator[dict[str, Any]]:
    """Payments with what is known when they are made, and what they turned out to be.

    Fraud tends to be larger, at night, abroad, with a new merchant and soon after another payment, but much of it looks
    like anything else.
    """
    draw = random.Random(seed)
    for i in range(n):
        fraud = draw.random() < SHARE
        strange = fraud and draw.random() < 0.7
        yield {
            "id": f"p{seed}-{i}",
            "amount": round(draw.lognormvariate(5.2 if strange else 3.5, 0.9), 2),
            "night": int(draw.random() < (0.5 if strange else 0.08)),
            "abroad": int(draw.random() < (0.6 if strange else 0.05)),
            "new_merchant": int(draw.random() < (0.8 if strange else 0.2)),
            "minutes_since_last": round(draw.expovariate(1 / (8 if strange else 400)), 1),
            "kind": "fraud" if fraud else "legitimate",
        }


def chosen_on() -> Iterator[dict[str, Any]]:
    """The payments on which the threshold is chosen."""
    yield from payments(20_000, seed=2)


def judged_on() -> Iterator[dict[str, Any]]:
    """The payments on which it is judged."""
    yield from payments(20_000, seed=3)
