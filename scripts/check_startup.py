"""Refuse a slow start: `evalium --help` may load evalium itself, click, msgspec and the standard library, nothing else.

The CPU time is printed against the budget, and decides nothing: a busy machine is no reason to fail.
"""

from __future__ import annotations

import resource
import subprocess
import sys

LIGHT = {"click", "evalium", "msgspec", "typing_extensions"}  # the last one by msgspec, where it is installed
COMMANDS = (["--help"], ["--version"])
BUDGET_MS = 120
PROBE = """
import sys
before = set(sys.modules)
sys.argv = ["evalium", *{arguments!r}]
try:
    from evalium.cli import main
    main()
except SystemExit:
    pass
loaded = {{name.partition(".")[0] for name in set(sys.modules) - before}}
print("\\n" + " ".join(sorted(loaded - sys.stdlib_module_names)), file=sys.stderr)
"""


def loaded(arguments: list[str]) -> set[str]:
    """The packages outside the standard library that `evalium <arguments>` loads."""
    probe = subprocess.run([sys.executable, "-c", PROBE.format(arguments=arguments)], capture_output=True, text=True)
    if probe.returncode:
        raise SystemExit(f"evalium {' '.join(arguments)} does not start:\n{probe.stderr}")
    return set(probe.stderr.splitlines()[-1].split())


def cpu_ms(arguments: list[str], repeats: int = 5) -> float:
    """The least CPU time, user and system, in milliseconds, of `repeats` runs with cached bytecode."""
    command = [sys.executable, "-c", "from evalium.cli import main; main()", *arguments]
    times = []
    for _ in range(repeats + 1):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run(command, capture_output=True, check=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        times.append((after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime) * 1000)
    return min(times[1:])


def main() -> int:
    """Check every light command; the exit status is 1 when one loads too much."""
    status = 0
    for arguments in COMMANDS:
        heavy = loaded(arguments) - LIGHT
        shown = " ".join(["evalium", *arguments])
        if heavy:
            print(f"{shown} loads {', '.join(sorted(heavy))}: import them where they are used")
            status = 1
        print(f"{shown}: {cpu_ms(arguments):.0f} ms of CPU (budget {BUDGET_MS})")
    return status


if __name__ == "__main__":
    sys.exit(main())
