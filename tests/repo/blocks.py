"""Fenced blocks of a Markdown page, and what each one asks for: a file, Python, or commands."""

from __future__ import annotations

import doctest
import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

FENCE = re.compile(r"^(?P<indent> *)(?P<ticks>```+)(?P<info>[^`\n]*)$")
NOTE = re.compile(r"<!--\s*(?P<kind>not run|exits|needs)\s*:\s*(?P<value>.*?)\s*-->")
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
    needs: tuple[str, ...]

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
        needs=tuple(value.replace(",", " ").split()) if kind == "needs" else (),
    )


@dataclass(frozen=True, slots=True)
class Command:
    """One shell command of a block, and what the page shows below it; empty where it shows nothing."""

    text: str
    shown: str


def commands(block: Block) -> list[Command]:
    """The commands of a `console` block (its `$` lines, each with its output) or of a `bash` block (all its lines)."""
    lines = block.text.replace("\\\n", " ").splitlines()
    if block.language != "console":
        plain = [line.strip().removeprefix("$ ") for line in lines]
        return [Command(" ".join(line.split()), "") for line in plain if line and not line.startswith("#")]
    found: list[tuple[str, list[str]]] = []
    for line in lines:
        if line.lstrip().startswith("$ "):
            found.append((" ".join(line.strip().removeprefix("$ ").split()), []))
        elif found:
            found[-1][1].append(line)
    return [Command(text, "\n".join(shown).strip()) for text, shown in found]


_RUN_ID = re.compile(r"\b[0-9a-f]{12}\b")


class RunIds:
    """What the run ids on a page are called here: an id is a hash of all that makes a run, and changes with it."""

    def __init__(self) -> None:
        self._here: dict[str, str] = {}

    def learn(self, shown: str, real: str) -> None:
        """Note which real ids a shown output stands for, by the order in which they first appear."""
        mine, theirs = (list(dict.fromkeys(_RUN_ID.findall(text))) for text in (shown, real))
        if len(mine) == len(theirs):
            self._here.update(zip(mine, theirs, strict=True))

    def here(self, command: str) -> str:
        """A command with the ids of this machine; the beginning of an id, from four digits on, counts as the id."""

        def real(word: re.Match[str]) -> str:
            return next((r for s, r in self._here.items() if s.startswith(word[0])), word[0])

        return re.sub(r"\b[0-9a-f]{4,12}\b", real, command)


_OUTPUT = doctest.OutputChecker()
_BLANKS = re.compile(r"[ \t]+")
_RULE = re.compile(r"─+")


def same_output(shown: str, real: str) -> bool:
    """Whether a page shows what a command prints.

    `...` stands for anything, a run of blanks or of rules for one, an empty line for none, a run id for any other.
    """
    flags = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE
    return _OUTPUT.check_output(_plain(shown), _plain(real), flags)


def _plain(text: str) -> str:
    text = _RUN_ID.sub("<run>", text)
    lines = (_BLANKS.sub(" ", _RULE.sub("─", line)).strip() for line in text.splitlines())
    return "\n".join(line for line in lines if line) + "\n"


def is_evalium(command: str) -> bool:
    """Whether `command` is one call of evalium, perhaps with variables before it and a redirection after it."""
    words = [word for word in shlex.split(command, comments=True) if "=" not in word.partition("/")[0]]
    return bool(words) and words[0] == "evalium"
