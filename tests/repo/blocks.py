"""Fenced blocks of a Markdown page, and what each one asks for: a file, Python, or commands."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+)(?P<info>[^`\n]*)$")
NOTE = re.compile(r"<!--\s*(?P<kind>not run|exits)\s*:\s*(?P<value>.*?)\s*-->")
TITLE = re.compile(r'title="(?P<title>[^"]+)"')


@dataclass(frozen=True, slots=True)
class Block:
    """One fenced block: where it stands, its language, its lines, and the comment on the line above it."""

    page: Path
    line: int
    language: str
    title: str | None
    text: str
    not_run: str | None
    exit_code: int

    @property
    def where(self) -> str:
        return f"{self.page.name}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    """All fenced blocks of `page`, in order."""
    lines = page.read_text(encoding="utf-8").splitlines()
    at = 0
    while at < len(lines):
        opened = FENCE.match(lines[at])
        if not opened:
            at += 1
            continue
        end = at + 1
        while lines[end].strip() != opened["ticks"]:
            end += 1
        indent = len(opened["indent"])
        text = "\n".join(line[indent:] for line in lines[at + 1 : end]) + "\n"
        yield _block(page, at, opened["info"].strip(), text, _note_above(lines, at))
        at = end + 1


def _note_above(lines: list[str], at: int) -> re.Match[str] | None:
    above = next((line for line in reversed(lines[:at]) if line.strip()), "")
    return NOTE.search(above)


def _block(page: Path, at: int, info: str, text: str, note: re.Match[str] | None) -> Block:
    title = TITLE.search(info)
    kind, value = (note["kind"], note["value"]) if note else ("", "")
    if kind == "not run" and not value:
        raise ValueError(f"{page.name}:{at + 1}: `not run` needs a reason")
    return Block(
        page=page,
        line=at + 1,
        language=info.split()[0].lower() if info else "",
        title=title["title"] if title else None,
        text=text,
        not_run=value if kind == "not run" else None,
        exit_code=int(value) if kind == "exits" else 0,
    )


def commands(block: Block) -> list[str]:
    """The shell commands of a `console` block (its `$` lines) or of a `bash` block (all its lines)."""
    joined = block.text.replace("\\\n", " ")
    lines = [line.strip() for line in joined.splitlines()]
    if block.language == "console":
        found = [line.removeprefix("$ ") for line in lines if line.startswith("$ ")]
    else:
        found = [line.removeprefix("$ ") for line in lines if line and not line.startswith("#")]
    return [" ".join(command.split()) for command in found]


def is_evalium(command: str) -> bool:
    """Whether `command` is one call of evalium, perhaps with variables before it and a redirection after it."""
    words = [word for word in shlex.split(command, comments=True) if "=" not in word.partition("/")[0]]
    return bool(words) and words[0] == "evalium"
