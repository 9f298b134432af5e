"""Figures as Markdown: spreads, ratios, and the targets they are held against."""

from __future__ import annotations

import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Spread:
    """Least, middle and greatest of some repetitions."""

    low: float
    median: float
    high: float

    @classmethod
    def of(cls, values: Iterable[float]) -> Spread:
        """Summarise one or more values.

        Example:
            >>> Spread.of([3.0, 1.0, 2.0])
            Spread(low=1.0, median=2.0, high=3.0)
        """
        known = sorted(values)
        return cls(known[0], statistics.median(known), known[-1])

    def text(self, digits: int = 2) -> str:
        """As `median [low, high]`.

        Example:
            >>> Spread.of([1234.5, 2000.0]).text(0)
            '1,617 [1,234, 2,000]'
        """
        return f"{self.median:,.{digits}f} [{self.low:,.{digits}f}, {self.high:,.{digits}f}]"


@dataclass(frozen=True)
class Target:
    """A figure and the bound it should keep.

    Attributes:
        what: What was measured.
        found: The figure.
        bound: Where the line is.
        at_least: Whether the figure should lie above the line rather than below.
        unit: Unit of both.
    """

    what: str
    found: float
    bound: float
    at_least: bool = False
    unit: str = ""

    @property
    def kept(self) -> bool:
        """Whether the bound is kept."""
        return self.found >= self.bound if self.at_least else self.found <= self.bound

    def row(self) -> list[str]:
        """As a row of the table of targets."""
        sign = "≥" if self.at_least else "≤"
        unit = f" {self.unit}" if self.unit else ""
        kept = "yes" if self.kept else "**no**"
        return [self.what, f"{self.found:,.3g}{unit}", f"{sign} {self.bound:,g}{unit}", kept]


@dataclass
class Section:
    """One part of the report.

    Attributes:
        title: Heading.
        note: What was done, in a sentence or two.
        head: Column heads.
        rows: Cells.
        targets: Bounds that this part is held against.
        failed: Whether it could not be measured.
    """

    title: str
    note: str
    head: Sequence[str] = ()
    rows: list[Sequence[str]] = field(default_factory=list)
    targets: list[Target] = field(default_factory=list)
    failed: bool = False

    @property
    def kept(self) -> bool:
        """Whether it was measured and keeps every bound."""
        return not self.failed and all(target.kept for target in self.targets)

    def text(self) -> str:
        """The section as Markdown."""
        parts = [f"## {self.title}", self.note]
        if self.rows:
            parts.append(table(self.head, self.rows))
        if self.targets:
            parts.append(table(["target", "measured", "bound", "kept"], [t.row() for t in self.targets]))
        return "\n\n".join(parts)


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table.

    Example:
        >>> print(table(["a", "b"], [["1", "2"]]))
        | a | b |
        |---|---|
        | 1 | 2 |
    """
    lines = ["| " + " | ".join(row) + " |" for row in (head, *rows)]
    lines.insert(1, "|" + "---|" * len(head))
    return "\n".join(lines)


def document(machine: dict[str, str], sections: Iterable[Section]) -> str:
    """The whole report."""
    facts = table(["", ""], [[key, value] for key, value in machine.items()])
    return "\n\n".join(["# Benchmarks", facts, *(section.text() for section in sections)]) + "\n"
