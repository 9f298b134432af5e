"""Runs to a file."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Sequence
from pathlib import Path

from evalium.core import ConfigError, StoreError

from ._collect import collect
from ._html import render_html
from ._markdown import render_markdown

FORMS = {"html": render_html, "md": render_markdown}
_SUFFIXES = {".html": "html", ".htm": "html", ".md": "md", ".markdown": "md"}


def write_report(
    path: Path, runs: Sequence[str], *, workspace: str | Path | None = None, form: str | None = None
) -> Path:
    """Write runs as one self-contained file: HTML that works from disk without a network, or Markdown.

    Runs of one plan on one dataset stand side by side; runs of several plans follow one another.

    Args:
        path: Where it goes; a file that is there is replaced as a whole.
        runs: Ids or beginnings of ids; empty takes the runs of the newest plan.
        workspace: Folder of the workspace; None takes EVALIUM_HOME, or `.evalium` in the current folder.
        form: `html` or `md`; None takes it from the suffix.

    Returns:
        The path.

    Raises:
        ConfigError: The form is unknown, or there is no run yet.
        UnknownName: There is no such run.
        StoreError: The workspace cannot be read, or the file not written.
    """
    path = Path(path)
    text = FORMS[form_of(path, form)](collect(runs, workspace))
    _replace(path, text)
    return path


def form_of(path: Path, form: str | None = None) -> str:
    """Which form a report of this name has, to be known before anything is run for it.

    Raises:
        ConfigError: The form is unknown.

    Example:
        >>> form_of(Path("report.md"))
        'md'
    """
    chosen = form or _SUFFIXES.get(path.suffix.lower())
    if chosen not in FORMS:
        raise ConfigError(
            f"the report {str(path)!r} is neither .html nor .md: name it so, or give `form` 'html' or 'md'"
        )
    return chosen


def _replace(path: Path, text: str) -> None:
    """Write beside the file, then rename: a reader never sees half a report."""
    beside = ""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        descriptor, beside = tempfile.mkstemp(dir=path.parent, prefix=".report-")
        with os.fdopen(descriptor, "w", encoding="utf-8", newline="\n") as file:
            file.write(text)
        umask = os.umask(0)
        os.umask(umask)
        Path(beside).chmod(0o666 & ~umask)
        Path(beside).replace(path)
    except OSError as error:
        if beside:
            Path(beside).unlink(missing_ok=True)
        raise StoreError(f"the report {path} cannot be written: {error.strerror}") from error
