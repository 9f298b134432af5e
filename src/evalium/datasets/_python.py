"""Rows from Python code: the plan's own `file.py:function`, or a registered dataset."""

from __future__ import annotations

import asyncio
import inspect
import threading
from collections.abc import AsyncIterable, AsyncIterator, Callable, Coroutine, Generator, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from evalium.core import ConfigError, DataError, EvaliumError, Sample

from ._source import BadRows, Row, Source


class PythonRows(Source):
    """Rows that a function gives; it is called once for each pass over the data, and once to learn the fields.

    Args:
        label: `file.py:function` or the registered name.
        make: Gives an iterable or async iterable of mappings or samples, or a coroutine of one.
        folder: Where paths of media start.
    """

    def __init__(self, label: str, make: Callable[[], Any], folder: Path) -> None:
        self.label, self.make, self.folder = label, make, folder

    def rows(self, bad: BadRows) -> Iterator[Row]:
        """Call the function and give its rows in order."""
        number = 0
        items = self._items()
        try:
            while True:
                try:
                    item = next(items)
                except StopIteration:
                    return
                except EvaliumError:
                    raise
                except Exception as error:  # user code: whatever it raises ends the dataset
                    what = f"{type(error).__name__}: {error}"
                    raise DataError(f"{self.label} failed after {number} rows: {what}") from error
                number += 1
                if isinstance(item, (Mapping, Sample)):
                    yield number, -1, item
                else:
                    bad.lost(self, number, f"{type(item).__name__} instead of a mapping or a sample")
        finally:
            items.close()

    def _items(self) -> Generator[Any, None, None]:
        made = self.make()
        if inspect.isawaitable(made):
            with _Loop() as loop:
                made = loop.result(_value(made))
        if isinstance(made, AsyncIterable):
            yield from _drain(aiter(made))
        elif isinstance(made, Iterable) and not isinstance(made, (Mapping, str, bytes)):
            yield from made
        else:
            raise ConfigError(f"{self.label} gave {type(made).__name__}: return or yield mappings or samples")


class _Loop:
    """An event loop in a thread of its own, because the caller may be inside a running loop."""

    def __enter__(self) -> _Loop:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="evalium-dataset", daemon=True)
        self._thread.start()
        return self

    def result(self, coroutine: Coroutine[Any, Any, Any]) -> Any:
        """Run a coroutine to its end."""
        return asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    def __exit__(self, *_: object) -> None:
        self.result(self._loop.shutdown_asyncgens())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()


async def _value(awaitable: Any) -> Any:
    return await awaitable


_END = object()


async def _next(items: AsyncIterator[Any]) -> Any:
    return await anext(items, _END)


def _drain(items: AsyncIterator[Any]) -> Iterator[Any]:
    with _Loop() as loop:
        while (item := loop.result(_next(items))) is not _END:
            yield item
