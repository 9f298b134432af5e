"""Ratings of three people, 1 to 5, as they came back in a file: `ratings.csv`.

The file is made up, by `python ratings.py`: each rater starts from 4.5 for a faultless image, takes off what the fault
costs, adds a bias of their own (Anna 0, Bo -0.4, Chen +0.3) and normal noise of 0.6, rounds, and leaves out 3 % of the
images.
"""

import csv
import random
from functools import cache
from pathlib import Path

from generator import fault
from scenes import asked

import evalium as ev

FILE = Path(__file__).resolve().parent / "ratings.csv"
BIAS = {"anna": 0.0, "bo": -0.4, "chen": 0.3}
COST = {
    "none": 0.0,
    "wrong colour": 2.0,
    "wrong number": 1.6,
    "missing object": 2.3,
    "wrong position": 1.3,
    "blurred": 1.8,
}
NOISE, SKIPPED = 0.6, 0.03


@ev.scorer(kind="graded", unit="points", low=1, high=5)
def rating(record: ev.Record) -> ev.Verdict:
    """The mean of what the raters said of an image."""
    given = [points for points in table()[record.sample] if points is not None]
    if not given:
        return ev.Verdict(status=ev.Status.MISSING, explanation="nobody rated it")
    return ev.Verdict(value=sum(given) / len(given), explanation=f"{given}")


@cache
def table() -> dict[str, list[int | None]]:
    """What each rater said of each image; None where nothing."""
    with FILE.open(encoding="utf-8", newline="") as file:
        return {row["image"]: [int(row[name]) if row[name] else None for name in BIAS] for row in csv.DictReader(file)}


def simulated() -> dict[str, list[int | None]]:
    """The ratings that the file holds, made again."""
    dice = random.Random(7)
    found: dict[str, list[int | None]] = {}
    for row in asked():
        base = 4.5 - COST[fault(row["prompt"], row["seed"])]
        said = [min(5, max(1, round(base + bias + dice.gauss(0, NOISE)))) for bias in BIAS.values()]
        found[row["id"]] = [None if dice.random() < SKIPPED else points for points in said]
    return found


def main() -> None:
    """Write the file."""
    with FILE.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["image", *BIAS])
        writer.writerows([name, *("" if p is None else p for p in said)] for name, said in simulated().items())


if __name__ == "__main__":
    main()
