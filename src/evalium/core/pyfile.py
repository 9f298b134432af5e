"""Objects out of the user's own Python files: `file.py:name`, and the hash of the code behind them."""

from __future__ import annotations

import ast
import hashlib
import importlib
import sys
from collections.abc import Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from threading import RLock
from types import CodeType, ModuleType
from typing import Any

from .errors import ConfigError, did_you_mean

_lock = RLock()
_modules: dict[str, ModuleType] = {}
_siblings: dict[str, tuple[Path, str]] = {}


def load_object(spec: str, base: Path) -> Any:
    """Import a Python file and return one object of it.

    The file's folder joins `sys.path`, so that it can import the modules beside it. It is imported once for each
    content of it and of those modules: edited code is loaded anew, unchanged code keeps its state.

    Args:
        spec: `file.py:name`; the name may be dotted (`file.py:Class.method`).
        base: Folder that a relative path starts from, usually the plan's.

    Returns:
        The object as it is, not called.

    Raises:
        ConfigError: The form is wrong, there is no such file or name (the nearest is suggested), or the file cannot
            be imported (its own error is the cause).

    Example:
        >>> from pathlib import Path
        >>> size = Path("double.py").write_text("def double(x): return 2 * x")
        >>> load_object("double.py:double", Path("."))(21)
        42
        >>> load_object("double.py:duble", Path("."))
        Traceback (most recent call last):
        ...
        evalium.core.errors.ConfigError: double.py has no 'duble'. Did you mean 'double'?
    """
    file, name = _split(spec)
    if name is None:
        raise ConfigError(f"{spec!r} names no object: write it as 'file.py:name'")
    path = _find(file, base)
    found: Any = _module(path)
    for part in name.split("."):
        if not hasattr(found, part):
            known = [n for n in vars(found) if not n.startswith("__")] if hasattr(found, "__dict__") else []
            raise ConfigError(f"{file} has no {name!r}.{did_you_mean(part, known)}")
        found = getattr(found, part)
    return found


def source_hash(spec: str, base: Path, digits: int = 16) -> str:
    """Hash the code behind `file.py:name`: the file and the modules beside it that it imports, directly or not.

    Args:
        spec: `file.py:name` or `file.py`.
        base: Folder that a relative path starts from.
        digits: Hex digits to keep, at most 64.

    Returns:
        Hex digits; the same in every folder and on every machine, and other ones once the code changes. Line ends
        do not count. Installed libraries are not part of it.

    Raises:
        ConfigError: There is no such file.

    Example:
        >>> from pathlib import Path
        >>> size = Path("one.py").write_text("x = 1")
        >>> source_hash("one.py:x", Path("."), 8)
        'ee41f35e'
    """
    path = _find(_split(spec)[0], base)
    return _digest(_sources(path), path.parent)[:digits]


def _split(spec: str) -> tuple[str, str | None]:
    file, colon, name = spec.rpartition(":")
    if colon and all(part.isidentifier() for part in name.split(".")):
        return file, name
    return spec, None


def _find(file: str, base: Path) -> Path:
    path = (base / file).resolve()
    if path.is_file():
        return path
    known = [p.name for p in path.parent.glob("*.py")] if path.parent.is_dir() else []
    hint = did_you_mean(path.name, known) if known else ""
    raise ConfigError(f"there is no Python file {file!r} in {base.resolve()}.{hint}")


class _SourceOnly(SourceFileLoader):
    """Compiles what the file says now: cached bytecode is only as fresh as a second."""

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _module(path: Path) -> ModuleType:
    with _lock:
        sources = _sources(path)
        key = f"{path} {_digest(sources, path.parent)}"
        name = f"_evalium_{path.stem.replace('.', '_')}_{hashlib.sha256(key.encode()).hexdigest()[:16]}"
        if name not in _modules:
            _forget_changed(sources, path)
            _modules[name] = _execute(name, path)
        return _modules[name]


def _execute(name: str, path: Path) -> ModuleType:
    spec = spec_from_file_location(name, path, loader=_SourceOnly(name, str(path)))
    if spec is None or spec.loader is None:
        raise ConfigError(f"{path} is not a Python file")
    module = module_from_spec(spec)
    sys.modules[name] = module
    folder = str(path.parent)
    sys.path.insert(0, folder)
    try:
        spec.loader.exec_module(module)
    except (Exception, SystemExit) as error:
        del sys.modules[name]
        raise ConfigError(f"{path} cannot be imported: {_cause(error, path)}") from error
    finally:
        with suppress(ValueError):
            sys.path.remove(folder)
        # Imports inside functions run later; last in line, the folder shadows nothing that is installed.
        if folder not in sys.path:
            sys.path.append(folder)
    return module


def _cause(error: BaseException, path: Path) -> str:
    line, trace = getattr(error, "lineno", None), error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{type(error).__name__}: {error}" + (f" (line {line})" if line else "")


def _forget_changed(sources: dict[Path, bytes], path: Path) -> None:
    """Drop modules imported earlier if one of their names now means other code, here or in another folder."""
    importlib.invalidate_caches()
    meant: dict[str, tuple[Path, str]] = {}
    for file in sources.keys() - {path}:
        parts = file.relative_to(path.parent).with_suffix("").parts
        name = ".".join(parts[:-1] if parts[-1] == "__init__" else parts)
        meant[name] = (file, hashlib.sha256(sources[file]).hexdigest())
    if any(_siblings.get(name, now) != now for name, now in meant.items()):
        # All of them: a module that did not change may hold objects of one that did.
        for name in meant.keys() & _siblings.keys():
            if getattr(sys.modules.get(name), "__file__", None) == str(_siblings[name][0]):
                del sys.modules[name]
    _siblings.update(meant)


def _digest(sources: dict[Path, bytes], folder: Path) -> str:
    digest = hashlib.sha256()
    for file in sorted(sources):
        text = sources[file].replace(b"\r\n", b"\n")
        digest.update(f"{file.relative_to(folder).as_posix()} {len(text)}\n".encode() + text)
    return digest.hexdigest()


def _sources(path: Path) -> dict[Path, bytes]:
    """The file and what it imports from its own folder, transitively."""
    found: dict[Path, bytes] = {}
    waiting = [path]
    while waiting:
        file = waiting.pop()
        if file not in found:
            found[file] = file.read_bytes()
            waiting += [f for name in _imports(found[file], file, path.parent) for f in _files(path.parent, name)]
    return found


def _imports(text: bytes, file: Path, root: Path) -> Iterator[tuple[str, ...]]:
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError):
        return
    package = file.parent.relative_to(root).parts
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (tuple(alias.name.split(".")) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            start = package[: len(package) - node.level + 1] if node.level else ()
            module = (*start, *(node.module.split(".") if node.module else ()))
            yield from ((*module, alias.name) for alias in node.names)


def _files(root: Path, name: tuple[str, ...]) -> Iterator[Path]:
    for depth in range(1, len(name) + 1):
        stem = root.joinpath(*name[:depth])
        for file in (stem.with_name(stem.name + ".py"), stem / "__init__.py"):
            if file.is_file():
                yield file
