"""Published human ratings of systems: translations of WMT 2021 (TED talks, English to German), summaries of FRANK."""

from __future__ import annotations

import csv
import gzip
import json
import math
from collections import defaultdict
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
from scipy.stats import t as student

from evalium.core import Estimate
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


FACTUALITY = {
    "bart": 0.9328,
    "pgn": 0.8991,
    "bert_sum": 0.8954,
    "bus": 0.7077,
    "s2s": 0.4857,
    "BERTS2S": 0.1406,
    "TConvS2S": 0.0663,
    "TranS2S": 0.0602,
    "PtGen": 0.0542,
}


def penalty(category: str, severity: str) -> float:
    """Freitag et al. 2021, Experts, Errors, and Context: the weights of multidimensional quality metrics.

    A non-translation would weigh 25; none of these segments was called one.
    """
    assert category != "Non-translation"
    if severity == "Major":
        return 5.0
    return {"Minor": 0.1 if category == "Fluency/Punctuation" else 1.0}.get(severity, 0.0)


@pytest.fixture(scope="module")
def ratings(shared_data: Path) -> list[dict[str, str]]:
    """One row an error, or one of a segment without errors, all of a segment by one rater."""
    with gzip.open(shared_data / "wmt_mqm" / "mqm_ted_ende.tsv.gz", "rt", encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


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


def test_segment_scores_follow_from_the_ratings(
    ratings: list[dict[str, str]], published: dict[tuple[str, str], float]
) -> None:
    scores: dict[tuple[str, str], float] = defaultdict(float)
    for row in ratings:
        scores[row["system"].replace("ref", "ref-A"), row["seg_id"]] -= penalty(row["category"], row["severity"])
    assert scores.keys() == published.keys()
    assert [scores[key] for key in published] == pytest.approx([*published.values()], abs=1e-6)


def by_system(published: dict[tuple[str, str], float], cluster: list[str]) -> Mapping[str, Mapping[str, Estimate]]:
    frame = Frame.from_columns(
        {
            "mqm.value": [*published.values()],
            "attributes.system": [system for system, _ in published],
            "cluster": cluster,
        }
    )
    [metric] = create("mqm", [ScorerInfo("mqm", "graded", low=None, high=0.0)])
    return evaluate([metric], frame, tables=False).slices["system"]


def test_system_scores_are_means_of_segments(published: dict[tuple[str, str], float]) -> None:
    found = by_system(published, [segment for _, segment in published])
    assert {name: round(found[name]["mqm"].value, 4) for name in SYSTEMS} == SYSTEMS
    order = sorted(SYSTEMS, key=lambda name: -found[name]["mqm"].value)
    assert order == [*SYSTEMS] and len(found) == 14
    best, worst = found["ref-A"]["mqm"], found["Nemo"]["mqm"]
    assert best.low > worst.high and best.n == worst.n == len({segment for _, segment in published})
    assert np.isfinite([best.low, best.high]).all() and best.method == "t"


def test_talks_are_clusters(ratings: list[dict[str, str]], published: dict[tuple[str, str], float]) -> None:
    """Sentences of one talk are alike: the five talks carry the interval, not the 529 sentences."""
    talks = {row["seg_id"]: row["doc"] for row in ratings}
    found = by_system(published, [talks[segment] for _, segment in published])
    for name, printed in SYSTEMS.items():
        mqm = found[name]["mqm"]
        of_talk: dict[str, list[float]] = defaultdict(list)
        for (system, segment), score in published.items():
            if system == name:
                of_talk[talks[segment]].append(score - mqm.value)
        # Liang and Zeger 1986, with the correction for few clusters, and as many degrees of freedom less one
        error = math.sqrt(sum(sum(each) ** 2 for each in of_talk.values()) * 5 / 4) / mqm.n
        half = student.ppf(0.975, 4) * error
        assert (mqm.n, mqm.n_clusters) == (529, 5)
        assert (mqm.low, mqm.high) == pytest.approx((mqm.value - half, mqm.value + half), abs=1e-12)
        assert round(mqm.value, 4) == printed


def test_factuality_of_summarisers(shared_data: Path) -> None:
    rows = json.loads(gzip.decompress((shared_data / "frank" / "human_annotations.json.gz").read_bytes()))
    frame = Frame.from_columns(
        {
            "human.value": [row["Factuality"] for row in rows],
            "attributes.model": [row["model_name"] for row in rows],
            "cluster": [row["hash"] for row in rows],
        }
    )
    [metric] = create("human", [ScorerInfo("human", "graded", low=0.0, high=1.0)])
    found = evaluate([metric], frame, tables=False).slices["model"]
    assert {name: round(found[name]["human"].value, 4) for name in found} == FACTUALITY
    assert sum(each["human"].n for each in found.values()) == len(rows) == 2246
    assert found["bus"]["human"].low > found["s2s"]["human"].high
