"""One item of a dataset."""

from __future__ import annotations

from typing import Any

import msgspec

from .message import Media, Message

Scalar = str | int | float | bool | None


class Sample(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One item of a dataset.

    Attributes:
        id: Unique within the dataset; the row number as text when the data brings none.
        input: What the model gets: text, messages, or a mapping/vector of features for a classifier.
        target: What is expected: text, several acceptable texts, a number or any JSON value; None if unknown.
        choices: The options of a multiple-choice question, in order.
        context: Documents that belong to the question.
        attributes: What the sample can be sliced by.
        cluster: Key of samples that are not independent (same document, conversation, user).
        media: Images, sounds, files that go with the input.
        fields: The row as read, for templates.
        hash: sha256 over the content (input, target, choices, context, media), 32 hex digits; the pairing key.
    """

    id: str
    input: str | tuple[Message, ...] | dict[str, Any] | list[Any]
    target: Any = None
    choices: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    attributes: dict[str, Scalar] = {}
    cluster: str | None = None
    media: tuple[Media, ...] = ()
    fields: dict[str, Any] = {}
    hash: str = ""
