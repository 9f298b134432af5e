"""The two column kinds that are not plain numbers: coded categories and class probabilities."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Codes = npt.NDArray[np.int32]
Index = npt.NDArray[np.int32] | npt.NDArray[np.int64] | npt.NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Category:
    """A column of few distinct values, stored as codes.

    Attributes:
        codes: [n] position in `values`; -1 where the unit has none.
        values: The distinct values as text, in order: numbers by size, anything else alphabetically.

    Example:
        >>> c = Category.encode(["b", None, "a"])
        >>> c.codes.tolist(), c.values
        ([1, -1, 0], ('a', 'b'))
    """

    codes: Codes
    values: tuple[str, ...]

    @classmethod
    def encode(cls, values: Iterable[Any]) -> "Category":
        """Code a column of scalars; None and nan are missing."""
        return encode_together([values])[0]

    def take(self, index: Index) -> "Category":
        """The same values for a selection of units."""
        return Category(self.codes[index], self.values)


@dataclass(frozen=True, slots=True)
class Probabilities:
    """Class probabilities.

    Attributes:
        values: [n, C] probability of each class; a row of nan where the unit has none.
        classes: [C] names of the classes, in order.
    """

    values: Floats
    classes: tuple[str, ...]

    @classmethod
    def encode(cls, rows: Sequence[Mapping[str, float] | None]) -> "Probabilities":
        """Turn mappings of class to probability into a matrix; a class that a mapping lacks has probability 0.

        Example:
            >>> Probabilities.encode([{"b": 0.4, "a": 0.6}, None]).values.tolist()
            [[0.6, 0.4], [nan, nan]]
        """
        classes = in_order({str(name) for row in rows if row for name in row})
        column = {name: i for i, name in enumerate(classes)}
        values = np.full((len(rows), len(classes)), np.nan)
        for i, row in enumerate(rows):
            if row:
                values[i] = 0.0
                for name, p in row.items():
                    values[i, column[str(name)]] = p
        return cls(values, tuple(classes))

    def take(self, index: Index) -> "Probabilities":
        """The same classes for a selection of units."""
        return Probabilities(self.values[index], self.classes)


@dataclass(frozen=True, slots=True)
class Ragged:
    """Several numbers for each unit, such as one for each box in an image.

    Attributes:
        values: [m] numbers of all units, unit after unit.
        starts: [n + 1] where the numbers of each unit start and the last ones end.

    Example:
        >>> scores = Ragged.of([[0.9, 0.4], [], [0.7]])
        >>> scores.units.tolist(), scores.take(np.array([2, 0])).values.tolist()
        ([0, 0, 2], [0.7, 0.9, 0.4])
    """

    values: Floats
    starts: npt.NDArray[np.int64]

    @classmethod
    def of(cls, rows: Iterable[Sequence[float] | None]) -> "Ragged":
        """Join one list of numbers for each unit; None is an empty one."""
        parts = [np.asarray(row if row is not None else (), dtype=np.float64) for row in rows]
        starts = np.concatenate([[0], np.cumsum([len(part) for part in parts], dtype=np.int64)])
        return cls(np.concatenate([np.empty(0), *parts]), starts.astype(np.int64))

    def __len__(self) -> int:
        """Number of units."""
        return len(self.starts) - 1

    @property
    def lengths(self) -> npt.NDArray[np.int64]:
        """[n] how many numbers each unit has."""
        return np.diff(self.starts)

    @property
    def units(self) -> npt.NDArray[np.int64]:
        """[m] unit of each number."""
        return np.repeat(np.arange(len(self)), self.lengths)

    def take(self, index: Index) -> "Ragged":
        """The numbers of a selection of units."""
        chosen = np.flatnonzero(index) if index.dtype == np.bool_ else index
        lengths = self.lengths[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)])
        within = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        return Ragged(self.values[np.repeat(self.starts[:-1][chosen], lengths) + within], starts)


def as_text(value: Any) -> str | None:
    """How a scalar is written as a category value: JSON's words for booleans, 3 for 3.0.

    Example:
        >>> as_text(True), as_text(3.0), as_text(float("nan"))
        ('true', '3', None)
    """
    if value is None or value != value:
        return None
    if isinstance(value, (bool, np.bool_)):
        return "true" if value else "false"
    if isinstance(value, (float, np.floating)) and float(value).is_integer():
        return str(int(value))
    return str(value)


def encode_together(columns: Sequence[Iterable[Any]]) -> list[Category]:
    """Code several columns over one list of values (labels and targets).

    Example:
        >>> [c.codes.tolist() for c in encode_together([["x", "y"], ["y", "z"]])]
        [[0, 1], [1, 2]]
    """
    known: dict[Any, int] = {}
    texts: list[str | None] = []
    raw = []
    for column in columns:
        codes = []
        for value in column.tolist() if isinstance(column, np.ndarray) else column:
            # True == 1 == 1.0 in a dict, but they are written differently.
            key = (type(value), value)
            code = known.get(key)
            if code is None:
                code = known[key] = len(texts)
                texts.append(as_text(value))
            codes.append(code)
        raw.append(np.asarray(codes, dtype=np.int32))
    return recode(raw, texts)


def recode(columns: Sequence[Codes], texts: Sequence[str | None]) -> list[Category]:
    """Put the values that codes point to in order, join equal ones and make None -1."""
    values = tuple(in_order({text for text in texts if text is not None}))
    position = {text: i for i, text in enumerate(values)}
    table = np.array([*(-1 if text is None else position[text] for text in texts), -1], dtype=np.int32)
    return [Category(table[codes], values) for codes in columns]


def in_order(values: Iterable[str]) -> list[str]:
    """Numbers by size, anything else in alphabetical order.

    Example:
        >>> in_order(["10", "9"]), in_order(["10", "9", "x"])
        (['9', '10'], ['10', '9', 'x'])
    """
    names = sorted(values)
    try:
        sizes = {name: float(name) for name in names}
    except ValueError:
        return names
    return names if any(size != size for size in sizes.values()) else sorted(names, key=sizes.__getitem__)
