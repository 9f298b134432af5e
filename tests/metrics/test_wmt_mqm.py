"""Human translation ratings of WMT 2021 (TED talks, English to German): segment and system scores as published."""

from __future__ import annotations

import csv
import gzip
from collections import defaultdict
from pathlib import Path

import numpy as np
import pytest

from evalium.metrics import Frame, ScorerInfo, create, evaluate

SYSTEMS = {
    "ref-A": -0.9115,
    "Facebook-AI": -1.0560,
    "Online-W": -1.1225,
    "VolcTrans-AT": -1.2410,
    "metricsystem3": -1.4357,
    "VolcTrans-GLAT": -1.4943,
    "HuaweiTSC": -1.4975,
    "UEdin": -1.7716,
    "eTranslation": -1.9688,
    "Nemo": -2.1408,
}


def penalty(category: str, severity: str) -> float:
    """Freitag et al. 2021, Experts, Errors, and Context: the weights of multidimensional quality metrics."""
    if severity == "Major":
        return 5.0
    return {"Minor": 0.1 if category == "Fluency/Punctuation" else 1.0}.get(severity, 0.0)


@pytest.fixture(scope="module")
def published(shared_data: Path) -> dict[tuple[str, str], float]:
    found = {}
    with (shared_data / "wmt_mqm" / "ted_ende_avg_seg_scores.tsv").open(encoding="utf-8") as lines:
        next(lines)
        for line in lines:
            system, score, segment = line.split()
            if score != "None":
                found[system, segment] = float(score)
    return found


def test_segment_scores_follow_from_the_ratings(shared_data: Path, published: dict[tuple[str, str], float]) -> None:
    scores: dict[tuple[str, str], float] = defaultdict(float)
    with gzip.open(shared_data / "wmt_mqm" / "mqm_ted_ende.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
            scores[row["system"].replace("ref", "ref-A"), row["seg_id"]] -= penalty(row["category"], row["severity"])
    assert scores.keys() == published.keys()
    assert [scores[key] for key in published] == pytest.approx([*published.values()], abs=1e-6)


def test_system_scores_are_means_of_segments(published: dict[tuple[str, str], float]) -> None:
    frame = Frame.from_columns(
        {
            "mqm.value": [*published.values()],
            "attributes.system": [system for system, _ in published],
            "cluster": [segment for _, segment in published],
        }
    )
    [metric] = create("mqm", [ScorerInfo("mqm", "graded", low=None, high=0.0)])
    found = evaluate([metric], frame, tables=False).slices["system"]
    assert {name: round(found[name]["mqm"].value, 4) for name in SYSTEMS} == SYSTEMS
    order = sorted(SYSTEMS, key=lambda name: -found[name]["mqm"].value)
    assert order == [*SYSTEMS] and len(found) == 14
    best, worst = found["ref-A"]["mqm"], found["Nemo"]["mqm"]
    assert best.low > worst.high and best.n == worst.n == len({segment for _, segment in published})
    assert np.isfinite([best.low, best.high]).all() and best.method == "t"
