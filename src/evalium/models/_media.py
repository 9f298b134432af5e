"""Images, sounds and files as providers want them: base64 inside the request, or an address."""

from __future__ import annotations

import base64
import os
import re
from pathlib import Path
from urllib.parse import unquote_to_bytes

from evalium.core import ConfigError, DataError, Media, MediaPart, Message

_SHA256 = re.compile(r"[0-9a-f]{64}")


def has_media(messages: tuple[Message, ...]) -> bool:
    """Whether any message carries media, so that files have to be read before the request can be written."""
    for message in messages:
        # asked of every call: most messages are plain text, and a generator would cost more than all of them
        if type(message.content) is not str and any(isinstance(part, MediaPart) for part in message.content):
            return True
    return False


def is_remote(media: Media) -> bool:
    """Whether media is given by an address that the provider has to fetch."""
    return media.url is not None and not media.url.startswith("data:")


def base64_of(media: Media, base: Path) -> str:
    """Return the bytes of media in base64.

    Args:
        media: With `data`, `path` or `blob`; a relative path counts from `base`. A blob lies in the workspace,
            `EVALIUM_HOME` or `.evalium` below the current folder.
        base: Folder of the plan.

    Raises:
        DataError: The file is not there or cannot be read.
        ConfigError: Only an address is given where the provider takes none.
    """
    if media.data is not None:
        return media.data
    if media.url is not None and media.url.startswith("data:"):
        return _payload(media.url)
    if media.path is not None:
        file = base / media.path
    elif media.blob is not None:
        file = _blob(media)
    elif media.url is not None:
        raise ConfigError(f"{media.kind} {media.url!r}: this provider takes no address here; give a path instead")
    else:
        raise DataError(f"{media.kind} media needs one of path, url, data or blob")
    try:
        return base64.b64encode(file.read_bytes()).decode("ascii")
    except OSError as error:
        raise DataError(f"cannot read the {media.kind} {str(file)!r}: {error.strerror or error}") from error


def _blob(media: Media) -> Path:
    name = media.blob or ""
    if not _SHA256.fullmatch(name):
        raise DataError(f"{media.kind} blob {name!r} is not a sha256 of 64 hex digits")
    return Path(os.environ.get("EVALIUM_HOME") or ".evalium") / "blobs" / name[:2] / name


def _payload(url: str) -> str:
    """The base64 payload of a `data:` URL; one that is percent-encoded is turned into base64."""
    head, _, payload = url.partition(",")
    return payload if head.endswith(";base64") else base64.b64encode(unquote_to_bytes(payload)).decode("ascii")


def data_url(media: Media, base: Path) -> str:
    """Return the address of media: its own, or a `data:` URL with the bytes."""
    if media.url is not None:
        return media.url
    return f"data:{media.mime};base64,{base64_of(media, base)}"


def file_name(media: Media) -> str:
    """Return the name to show for media."""
    return media.name or (Path(media.path).name if media.path else media.kind)
