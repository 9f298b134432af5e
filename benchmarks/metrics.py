"""Metrics against the libraries that people use today, in one run: `python -m benchmarks.metrics`."""

from __future__ import annotations

import argparse
import sys
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path

from . import machine, metrics_classify, metrics_images, metrics_text, metrics_vision, metrics_words, report
from .ratio import Ratio

PARTS: dict[str, Callable[[], Iterator[Ratio]]] = {
    "text": metrics_text.ratios,
    "words": metrics_words.ratios,
    "classify": metrics_classify.ratios,
    "vision": metrics_vision.ratios,
    "images": metrics_images.ratios,
}
NOTE = (
    "CPU seconds of all threads of one process for the same work on the same data; ours is the least of three, theirs "
    "one run. Each row also checks that both give the same numbers."
)


def section(parts: list[str]) -> report.Section:
    """Measure the parts asked for."""
    found = report.Section(
        "Metrics", NOTE, ["work", "incumbent", "its CPU s", "evalium's", "times faster", "bound", "note"]
    )
    for part in parts:
        for ratio in PARTS[part]():
            bound = f"{ratio.bound:g}" if ratio.bound else ""
            row = [ratio.work, ratio.incumbent, f"{ratio.theirs:.3g}", f"{ratio.ours:.3g}", f"{ratio.times:.1f}", bound]
            found.rows.append([*row, ratio.note])
            print(*row, sep=" | ", file=sys.stderr, flush=True)
            if ratio.bound:
                what = f"{ratio.work}, times faster than {ratio.incumbent}"
                found.targets.append(report.Target(what, ratio.times, ratio.bound, at_least=True))
    return found


def main() -> int:
    """Measure, print and perhaps write the report; the exit status is 1 when a bound is not kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.metrics", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write the report there")
    given = parser.parse_args()
    unknown = sorted(set(given.parts) - set(PARTS))
    if unknown:
        parser.error(f"no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    warnings.simplefilter("ignore")
    measured = section(given.parts or [*PARTS])
    text = report.document(machine.describe(), [measured])
    print(text)
    if given.output:
        given.output.write_text(text, encoding="utf-8")
    return 0 if all(target.kept for target in measured.targets) else 1


if __name__ == "__main__":
    sys.exit(main())
