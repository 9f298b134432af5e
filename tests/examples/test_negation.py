"""The example `negation`: an overall number that hides what the model cannot do."""

from __future__ import annotations

import re
from pathlib import Path

from tests.examples.folder import run_example
from tests.extras import require_extra

require_extra("sklearn")


def test_the_suite_finds_what_the_overall_number_hides(tmp_path: Path) -> None:
    said = run_example("negation", tmp_path, None)
    words, marked = said.split("negations-marked:")
    accuracy = re.search(r"accuracy ([\d.]+) %", words)
    assert accuracy is not None and 91.5 <= float(accuracy[1]) <= 93
    assert "cannot do: condition, negation" in words
    assert re.search(r"negation +25\.0 % \[16\.0, 36\.8\]  of 64 tests hold", words)
    assert len(re.findall(r"100\.0 % .* of \d+ tests hold", words)) == 4
    assert "cannot do: nothing that was tested" in marked
