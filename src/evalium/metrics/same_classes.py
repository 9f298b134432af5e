"""Two frames over one list of classes, so that class by class their numbers stand side by side."""

from dataclasses import replace

import numpy as np

from .column import Category, Probabilities, in_order, recode
from .frame import Frame


def same_classes(a: Frame, b: Frame) -> tuple[Frame, Frame]:
    """Recode labels, targets and probabilities of two frames over the classes of both.

    Example:
        >>> a, b = (Frame.from_columns({"s.label": x, "s.target": ["u", "v"]}) for x in (["u", "w"], ["v", "v"]))
        >>> a, b = same_classes(a, b)
        >>> a.category("s.label").values == b.category("s.label").values == ("u", "v", "w")
        True
    """
    scorers = {name.rpartition(".")[0] for f in (a, b) for name in f.categories if name.endswith((".label", ".target"))}
    for scorer in sorted(scorers):
        names = [n for n in (f"{scorer}.label", f"{scorer}.target") if n in a.categories or n in b.categories]
        columns = [frame.category(name) for frame in (a, b) for name in names]
        if len({column.values for column in columns}) > 1:
            made = _together(columns)
            a = replace(a, categories=a.categories | dict(zip(names, made, strict=False)))
            b = replace(b, categories=b.categories | dict(zip(names, made[len(names) :], strict=True)))
    for scorer in sorted(set(a.probabilities) & set(b.probabilities)):
        first, second = a.probabilities[scorer], b.probabilities[scorer]
        classes = tuple(in_order({*first.classes, *second.classes}))
        a = replace(a, probabilities=a.probabilities | {scorer: _widened(first, classes)})
        b = replace(b, probabilities=b.probabilities | {scorer: _widened(second, classes)})
    return a, b


def _together(columns: list[Category]) -> list[Category]:
    texts: list[str | None] = []
    shifted = []
    for column in columns:
        shifted.append(np.where(column.codes >= 0, column.codes + len(texts), -1).astype(np.int32))
        texts.extend(column.values)
    return recode(shifted, texts)


def _widened(given: Probabilities, classes: tuple[str, ...]) -> Probabilities:
    if given.classes == classes:
        return given
    values = np.zeros((len(given.values), len(classes)))
    for name, column in zip(given.classes, given.values.T, strict=True):
        values[:, classes.index(name)] = column
    values[np.isnan(given.values).any(axis=1)] = np.nan
    return Probabilities(values, classes)
