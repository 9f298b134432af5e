"""The example `fraud`: accuracy misleads, costs do not."""

from __future__ import annotations

import re
from pathlib import Path

from tests.examples.folder import run_example
from tests.extras import require_extra

require_extra("sklearn")


def numbers(said: str, what: str) -> list[float]:
    return [float(found.replace(",", "")) for found in re.findall(rf"{what} +([\d.,]+)", said)]


def test_costs_tell_apart_what_accuracy_does_not(tmp_path: Path) -> None:
    said = run_example("fraud", tmp_path, None)
    trees, nothing = numbers(said, "accuracy")
    assert nothing > 99 and trees - nothing < 0.5
    assert numbers(said, "recall")[0] > 35 and numbers(said, "recall")[1] == 0
    assert numbers(said, "pr_auc")[0] > 40 and numbers(said, "pr_auc")[1] < 1
    costs = [float(cost.replace(",", "")) for cost in re.findall(r"a day at [\d.]+ +([\d,]+) USD", said)]
    at_half, at_best, without, still_without = costs
    assert without == still_without
    assert at_best < at_half < without
    assert "0 frauds caught, 0 payments stopped" in said
