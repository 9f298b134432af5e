"""The progress bar: how far, how fast, how long still, what it cost, what went wrong."""

from __future__ import annotations

import sys
from collections.abc import Callable
from types import TracebackType
from typing import Any, Protocol

from .engine import Tally


class Progress(Protocol):
    """Shows how far runs are."""

    def __enter__(self) -> Progress:
        """Start showing."""
        ...

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        """Stop showing."""
        ...

    def track(self, model: str, total: int | None, tally: Callable[[], Tally]) -> None:
        """Add a run to what is shown; `tally` is asked for its state whenever the screen is drawn."""
        ...


class Silent:
    """Shows nothing."""

    def __enter__(self) -> Silent:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        return None

    def track(self, model: str, total: int | None, tally: Callable[[], Tally]) -> None:
        """Show nothing."""


class Bars:
    """One bar a model on a terminal, drawn by a thread of its own a few times a second."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        self._tallies: dict[Any, Callable[[], Tally]] = {}
        refresh = self._refresh

        class Live(Progress):
            def get_renderables(self) -> Any:
                refresh()
                yield from super().get_renderables()

        self._bars = Live(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            MofNCompleteColumn(),
            TextColumn("{task.fields[rate]}"),
            TimeRemainingColumn(compact=True),
            TextColumn("{task.fields[note]}"),
            console=Console(stderr=True),
            refresh_per_second=5,
        )

    def __enter__(self) -> Bars:
        self._bars.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        self._bars.stop()

    def track(self, model: str, total: int | None, tally: Callable[[], Tally]) -> None:
        """Add a bar."""
        task = self._bars.add_task(model, total=total, rate="", note="")
        self._tallies[task] = tally

    def _refresh(self) -> None:
        for task, tally in self._tallies.items():
            t = tally()
            bar = self._bars.tasks[self._bars.task_ids.index(task)]
            rate = f"{bar.speed:,.0f}/s" if bar.speed else ""
            self._bars.update(task, completed=t.done + t.resumed, rate=rate, note=note_of(t))


def note_of(tally: Tally) -> str:
    """Cost so far, units resumed and cached, errors by kind, in a few words.

    Example:
        >>> t = Tally(done=3, resumed=2, cost=0.0123)
        >>> t.errors["http_500"] += 1
        >>> note_of(t)
        '$0.0123 · 2 resumed · 1 http_500'
    """
    parts = [f"${tally.cost:,.4f}"] if tally.cost else []
    if tally.resumed:
        parts.append(f"{tally.resumed:,} resumed")
    if tally.cached:
        parts.append(f"{tally.cached:,} cached")
    parts += [f"{n:,} {kind}" for kind, n in tally.errors.most_common(3)]
    return " · ".join(parts)


def default_progress() -> Progress:
    """Bars on a terminal, nothing elsewhere."""
    return Bars() if sys.stderr.isatty() else Silent()
