"""What a record's answer is compared with."""

from __future__ import annotations

from typing import Any

from evalium.core import ScoreError, Status, Verdict

NO_OUTPUT = Verdict(status=Status.MISSING, explanation="the record has no output")
NO_TARGET = Verdict(status=Status.MISSING, explanation="the record has no target")


def texts_of(target: Any) -> tuple[str, ...]:
    """The acceptable answers as text: one, or any of several.

    Args:
        target: Text, a number, a bool, or a list of them; None and an empty list give no text.

    Raises:
        ScoreError: The target is a mapping or holds one.

    Example:
        >>> texts_of("Paris"), texts_of(["Paris", 75001]), texts_of(True), texts_of(None)
        (('Paris',), ('Paris', '75001'), ('True', 'true'), ())
    """
    if isinstance(target, str):
        return (target,)
    if target is None:
        return ()
    if isinstance(target, bool):
        return (str(target), str(target).lower())
    if isinstance(target, (int, float)):
        return (str(target),)
    if isinstance(target, (list, tuple)):
        return tuple(text for one in target for text in texts_of(one))
    raise ScoreError(f"the target is a {type(target).__name__}: give text, or compare a part of it with json_field")


def class_name(target: Any) -> str:
    """The target as classifiers name their classes: as it stands, but for `true` and `1` in place of True and 1.0.

    Of several targets the first; there must be one.

    Example:
        >>> class_name("lost card?"), class_name(True), class_name([1.0])
        ('lost card?', 'true', '1')
    """
    several = target if isinstance(target, (list, tuple)) else (target,)
    first = next(one for one in several if texts_of(one))
    if isinstance(first, float) and first.is_integer():
        return str(int(first))
    return texts_of(first)[-1]
