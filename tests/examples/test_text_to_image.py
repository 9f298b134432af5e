"""The example `text-to-image`: which numbers see that a third of the images are wrong, and what to write instead."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.examples.folder import EXAMPLES, run_example
from tests.extras import require_extra

require_extra("PIL")

SHARES = {
    "one shape": "100% 0% 0% 0% 0% 0%",
    "number": "70% 3% 23% 0% 0% 3%",
    "colours": "65% 28% 0% 7% 0% 0%",
    "position": "50% 2% 0% 10% 38% 0%",
    "writing": "48% 0% 28% 0% 0% 23%",
}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("text-to-image")


@pytest.fixture(scope="module")
def said(folder: Path) -> str:
    return run_example("text-to-image", folder, None)


def number(said: str, before: str) -> tuple[float, float, float]:
    found = re.search(rf"{before}(-?[\d.]+).*?\[(-?[\d.]+), (-?[\d.]+)\]", said)
    assert found, before
    return float(found[1]), float(found[2]), float(found[3])


def test_a_third_of_the_images_are_wrong(said: str) -> None:
    assert said.startswith("300 images of 100 prompts\n")
    assert number(said, "as asked +")[0] == pytest.approx(66.7)
    assert number(said, "the checker names the known fault of ")[1] > 95
    for intent, shares in SHARES.items():
        row = re.search(rf"^{intent} +(\d+%.*)$", said, re.MULTILINE)
        assert row and row[1].split() == shares.split()


def test_the_distances_of_sets_hardly_see_it(said: str) -> None:
    fid, low, _ = number(said, "FID +")
    best, _, high = number(said, "FID .*? of faultless images ")
    assert fid > best > 0 and low < high
    assert number(said, "KID x 1000 +")[1] < 0 < number(said, "KID x 1000 +")[2]
    assert "300 images, 448 features: FID is biased upwards, trust KID" in said


def test_raters_see_all_faults_and_clip_score_one(said: str) -> None:
    assert "by rating: wrong colour, wrong number, missing object, wrong position, blurred\n" in said
    assert "by clip_score: missing object\n" in said
    assert 0.4 < number(said, "agreement +")[1] < number(said, "agreement +")[2] < 0.7


def test_guidelines_follow_from_the_wordings(said: str) -> None:
    lines = re.findall(r"^- (.*)$", said, re.MULTILINE)
    assert [line.partition(":")[0] for line in lines] == ["writing", "position", "colours", "number", "one shape"]
    for line in (lines[0], lines[2], lines[3]):
        assert number(line, "that saves ")[1] > 0 and 'Write "' in line
    assert "no certain help" in lines[1] and number(line := lines[1], "save ")[1] < 0 < number(line, "save ")[2]
    assert lines[1].endswith("Draw 5 images to have a right one with 95% certainty.")
    assert "write it as you like" in lines[4]


def test_the_report_and_the_images(said: str, folder: Path) -> None:
    out = folder / "checkout" / "examples" / "text-to-image" / "out"
    assert len(list((out / "images").glob("*.png"))) == 300 and (out / "faults.png").is_file()
    page = (out / "report.html").read_text(encoding="utf-8")
    assert "fewer_images_than_features" in page or "fewer images than features" in page
    for word in ("checker.f1_macro", "clip_score", "rating", "kid", "wrong position"):
        assert word in page


def test_the_ratings_are_those_of_the_simulation(said: str, folder: Path) -> None:
    copy = folder / "checkout" / "examples" / "text-to-image"
    subprocess.run([sys.executable, str(copy / "ratings.py")], check=True, timeout=60)
    assert (copy / "ratings.csv").read_bytes() == (EXAMPLES / "text-to-image" / "ratings.csv").read_bytes()
