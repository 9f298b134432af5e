"""Refuse source files over 400 lines and functions over 100.

A file with a reason to be longer says it in its first ten lines: `# size: <reason>`. A function has no such way out.
"""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

FILE_LINES = 400
FUNCTION_LINES = 100
REASON = re.compile(r"^# size: \S.*", re.MULTILINE)


def problems(source: Path) -> Iterator[str]:
    """One line for each file or function under `source` that is too long."""
    for path in sorted(source.rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        lines = text.splitlines()
        if len(lines) > FILE_LINES and not REASON.search("\n".join(lines[:10])):
            yield f"{path}: {len(lines)} lines; split it at one idea a file (limit {FILE_LINES})"
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                length = (node.end_lineno or node.lineno) - node.lineno + 1
                if length > FUNCTION_LINES:
                    yield f"{path}:{node.lineno}: {node.name} has {length} lines (limit {FUNCTION_LINES})"


def main() -> int:
    """Check src; the exit status is 1 when something is too long."""
    found = list(problems(Path("src")))
    print("\n".join(found) if found else "file sizes: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
