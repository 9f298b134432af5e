"""Ten thousand cases in two hundred hypothesis examples: drawing them one by one would take longer than the checks."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

CASES = 10_000
BATCH = 50

Rng = np.random.Generator


def ten_thousand(check: Callable[..., int], **drawn: st.SearchStrategy[Any]) -> None:
    """Check batches of cases until 10,000 were compared.

    Args:
        check: Takes a random generator, which hypothesis seeds, and what is drawn for the batch; makes `BATCH` cases,
            compares them and says how many it has compared.
        drawn: What the cases of a batch have in common.
    """
    compared = 0

    @settings(max_examples=CASES // BATCH)
    @given(seed=st.integers(0, 2**32 - 1), shape=st.fixed_dictionaries(drawn))
    def batch(seed: int, shape: dict[str, Any]) -> None:
        nonlocal compared
        compared += check(np.random.default_rng(seed), **shape)

    batch()
    assert compared >= CASES


def each(check: Callable[..., None], case: Callable[[Rng], Iterable[Any]]) -> Callable[[Rng], int]:
    """A check of a batch that makes its cases one by one."""

    def check_batch(rng: Rng) -> int:
        for _ in range(BATCH):
            check(*case(rng))
        return BATCH

    return check_batch
