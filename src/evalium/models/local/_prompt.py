"""What a request says, as one text."""

from __future__ import annotations

import msgspec

from evalium.core import ConfigError, Message
from evalium.models.base import Request


def prompt_text(request: Request) -> str:
    r"""The prompt; without one the texts of the messages, a blank line between them; without these the sample's input.

    An input that is no text (features) is given as JSON.

    Raises:
        ConfigError: The request has none of them.

    Example:
        >>> prompt_text(Request(messages=(Message("system", "Be brief."), Message("user", "2 + 2?"))))
        'Be brief.\n\n2 + 2?'
    """
    if request.prompt is not None:
        return request.prompt
    if request.messages:
        return joined(request.messages)
    if request.sample is None:
        raise ConfigError("the request has neither prompt, nor messages, nor a sample")
    value = request.sample.input
    if isinstance(value, str):
        return value
    if isinstance(value, tuple):
        return joined(value)
    return msgspec.json.encode(value).decode()


def joined(messages: tuple[Message, ...]) -> str:
    """The texts of messages, a blank line between them."""
    return "\n\n".join(message.text for message in messages)
