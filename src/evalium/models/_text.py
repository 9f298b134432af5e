"""A conversation as one text, for models that continue text instead of taking turns."""

from __future__ import annotations

from evalium.core import ConfigError, Message

from ._media import has_media
from .base import Request


def as_text(request: Request, model: str) -> str:
    r"""Return the prompt, or the messages joined into one.

    Without assistant turns the texts are joined by a blank line. With them each turn is headed by its role, and the
    text ends in `Assistant:`, so that the model continues as the assistant.

    Raises:
        ConfigError: A message carries media.

    Example:
        >>> turns = (Message("user", "Hi"), Message("assistant", "Yes?"), Message("user", "2+2"))
        >>> as_text(Request(messages=turns), "vllm/m")
        'User: Hi\n\nAssistant: Yes?\n\nUser: 2+2\n\nAssistant:'
    """
    if request.prompt is not None:
        return request.prompt
    if has_media(request.messages):
        raise ConfigError(f"{model} continues text and takes no media: use a chat model")
    if not any(message.role == "assistant" for message in request.messages):
        return "\n\n".join(message.text for message in request.messages)
    turns = [f"{message.role.capitalize()}: {message.text}" for message in request.messages]
    return "\n\n".join([*turns, "Assistant:"])


def as_messages(request: Request) -> tuple[Message, ...]:
    """Return the messages, or the prompt as one user turn."""
    return request.messages or (Message("user", request.prompt or ""),)
