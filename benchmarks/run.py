"""Measure evalium's speed and memory against a bare client in the same run, and print a report in Markdown."""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from . import engine, machine, peers, report, scale, startup, store
from .commands import EVALIUM
from .process import Failed, measure
from .workload import WrongAnswers

PARTS = ("startup", "engine", "scale", "store")


def arguments(given: Sequence[str] | None = None) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.run", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join(PARTS)}; all of them by default")
    parser.add_argument("--peers", action="store_true", help="also the other tools in the folder EVALIUM_PEERS")
    parser.add_argument("--million", action="store_true", help="let `scale` end with 1,000,000 samples")
    parser.add_argument("--samples", type=int, default=20_000, help="questions of `engine` (default: %(default)s)")
    parser.add_argument("--peer-samples", type=int, default=2_000, help="questions of --peers (default: %(default)s)")
    parser.add_argument("--repeats", type=int, default=5, help="interleaved rounds (default: %(default)s)")
    parser.add_argument("--concurrency", type=int, default=100, help="calls at a time (default: %(default)s)")
    parser.add_argument("--server", metavar="COMMAND", help="another test server that takes --port and --latency-ms")
    parser.add_argument("--folder", type=Path, help="where data and workspaces go, on the disk to be measured")
    parser.add_argument("-o", "--output", type=Path, metavar="FILE", help="also write the report there")
    found = parser.parse_args(given)
    unknown = sorted(set(found.parts) - set(PARTS))
    if unknown:
        parser.error(f"no part {unknown[0]!r}: choose from {', '.join(PARTS)}")
    if found.peers and "EVALIUM_PEERS" not in os.environ:
        parser.error("--peers needs EVALIUM_PEERS, the folder with the other tools' environments")
    return found


def sections(given: argparse.Namespace, folder: Path) -> dict[str, Callable[[], report.Section]]:
    """The parts asked for by name, each ready to be measured."""
    wanted = given.parts or PARTS
    setting = engine.Setting(folder, given.samples, given.concurrency, given.repeats, given.server)
    work: dict[str, Callable[[], report.Section]] = {}
    if "startup" in wanted:
        work["Start-up"] = partial(startup.commands, given.repeats)
        work["The demo"] = partial(startup.demo, folder, min(given.repeats, 3))
    if "engine" in wanted:
        work |= {case.name: partial(engine.benchmark, setting, case) for case in engine.CASES}
    if "scale" in wanted:
        sizes = (*scale.SIZES, *((scale.MILLION,) if given.million else ()))
        work["Growth"] = partial(scale.benchmark, setting, sizes)
    if "store" in wanted:
        work["A full workspace"] = partial(store.benchmark, folder, given.repeats)
    if given.peers:
        few = engine.Setting(folder, given.peer_samples, given.concurrency, given.repeats, given.server)
        work["Other tools"] = partial(peers.benchmark, few, Path(os.environ["EVALIUM_PEERS"]))
    return work


def attempt(title: str, benchmark: Callable[[], report.Section]) -> report.Section:
    """Measure one part; one that fails, or whose answers are wrong, says so and does not take the others with it."""
    try:
        return benchmark()
    except (Failed, WrongAnswers, RuntimeError) as error:
        print(f"{title}: {error}", file=sys.stderr)
        return report.Section(title, f"Not measured: {str(error).strip().splitlines()[-1]}", failed=True)


def main() -> int:
    """Measure, print and perhaps write the report; the exit status is 1 when a bound is not kept or a part failed."""
    given = arguments()
    facts = machine.describe()
    measure([EVALIUM, "--help"])
    if not machine.bytecode_cached():
        print("the bytecode of evalium is not cached, which no user sees: make its folder writable", file=sys.stderr)
        return 2
    facts["bytecode"] = "cached"
    done = []
    with tempfile.TemporaryDirectory(dir=given.folder) as folder:
        for title, benchmark in sections(given, Path(folder)).items():
            done.append(attempt(title, benchmark))
            print(done[-1].text(), end="\n\n", flush=True)
    facts["load average after"] = ", ".join(f"{value:.2f}" for value in os.getloadavg())
    text = report.document(facts, done)
    if given.output is not None:
        given.output.write_text(text, encoding="utf-8")
    print("\n".join(f"{key}: {value}" for key, value in facts.items()))
    return 0 if all(section.kept for section in done) else 1


if __name__ == "__main__":
    sys.exit(main())
