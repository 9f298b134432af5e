"""Refuse what belongs to one machine: absolute home or work folders, and addresses of package registries."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

LEAKS = {
    "an absolute path of one machine": re.compile(
        r"(?<![\w.~/$}-])/(?:work|root|Users|home/\w+|opt/(?!homebrew)\w+|mnt/\w+)(?:/|\b)"
    ),
    "the address of a package registry": re.compile(
        r"(?:pypi|pythonhosted|npmjs|yarnpkg|debian|ubuntu|conda|anaconda)\.(?:org|com|net)\b(?!/licenses)",
        re.IGNORECASE,
    ),
    "an option that names an index": re.compile(
        r"^\s*--(?:extra-)?index-url|^\s*--find-links|^\s*--trusted-host", re.MULTILINE
    ),
}
OWN = Path(__file__).name


def tracked() -> list[Path]:
    """The files of the checkout that git has, or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], capture_output=True, check=True
    )
    return [Path(name) for name in listed.stdout.decode().split("\0") if name and Path(name).is_file()]


def problems(paths: Iterable[Path]) -> Iterator[str]:
    """One line for each leak in the text files among `paths`."""
    for path in paths:
        if path.name == OWN:
            continue
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in LEAKS.items():
            for match in pattern.finditer(text):
                line = text.count("\n", 0, match.start()) + 1
                yield f"{path}:{line}: {what}: {match.group().strip()!r}"


def main() -> int:
    """Check the checkout; the exit status is 1 when something leaks."""
    found = list(problems(tracked()))
    print("\n".join(found) if found else "leaks: none")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
