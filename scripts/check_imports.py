"""Refuse undeclared imports: core may use msgspec, stats numpy and scipy, the rest what pyproject.toml lists.

import-linter watches the imports between evalium's own packages; this watches the ones that leave it.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

ONLY = {"core": {"msgspec"}, "stats": {"numpy", "scipy"}}
IMPORT_NAME = {"pillow": "PIL", "pyyaml": "yaml", "scikit_learn": "sklearn"}


def declared(pyproject: Path) -> set[str]:
    """The import names of all dependencies and of the extras for users (not those for tests, lint and docs)."""
    project = tomllib.loads(pyproject.read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"]]
    groups += [
        pins for extra, pins in project["optional-dependencies"].items() if extra not in {"test", "lint", "docs"}
    ]
    names = {re.split(r"[\[<>=!~; ]", pin, maxsplit=1)[0].lower().replace("-", "_") for pins in groups for pin in pins}
    return {IMPORT_NAME.get(name, name) for name in names} - {"evalium"}


def imported(tree: ast.Module) -> Iterator[tuple[str, int]]:
    """Each top-level package that `tree` imports, anywhere in it, with its line."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            yield node.module.partition(".")[0], node.lineno


def problems(package: Path, known: set[str]) -> Iterator[str]:
    """One line for each import under `package` that is not allowed where it stands."""
    for path in sorted(package.rglob("*.py")):
        layer = path.relative_to(package).parts[0]
        allowed = ONLY.get(layer, known)
        for name, line in imported(ast.parse(path.read_text(encoding="utf-8"))):
            if name != package.name and name not in sys.stdlib_module_names and name not in allowed:
                yield f"{path}:{line}: {name} may not be imported in {layer}: {_way_out(layer)}"


def _way_out(layer: str) -> str:
    if layer in ONLY:
        return f"it may use {' and '.join(sorted(ONLY[layer]))} and the standard library"
    return "declare it in pyproject.toml, as a dependency or in an extra"


def main() -> int:
    """Check src/evalium; the exit status is 1 when an import is not allowed."""
    found = list(problems(Path("src/evalium"), declared(Path("pyproject.toml"))))
    print("\n".join(found) if found else "imports: ok")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
