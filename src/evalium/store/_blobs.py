"""Media by content: each piece lies in the workspace once."""

from __future__ import annotations

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

from evalium.core import StoreError


class Blobs:
    """Files named by the sha256 of what is in them.

    Args:
        folder: Where they lie.

    Example:
        >>> import tempfile
        >>> blobs = Blobs(Path(tempfile.mkdtemp()))
        >>> name = blobs.put(b"pixels")
        >>> blobs.get(name)
        b'pixels'
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, data: bytes) -> str:
        """Store bytes, unless they are there already.

        Returns:
            Their sha256, 64 hex digits.

        Raises:
            StoreError: They cannot be written.
        """
        name = hashlib.sha256(data).hexdigest()
        path = self._folder / name[:2] / name
        if path.exists():
            return name
        nascent = path.with_name(f".{name}.{os.getpid()}.{secrets.token_hex(4)}")
        try:
            path.parent.mkdir(exist_ok=True)
            with nascent.open("xb") as file:
                file.write(data)
                file.flush()
                os.fsync(file.fileno())
            os.replace(nascent, path)
        except OSError as error:
            with suppress(OSError):
                nascent.unlink()
            raise StoreError(
                f"cannot store {len(data):,} bytes of media as {path}: {error.strerror}. Make room or choose another "
                "workspace (EVALIUM_HOME)"
            ) from error
        return name

    def path(self, name: str) -> Path:
        """The file of a blob.

        Raises:
            StoreError: `name` is no sha256, or there is no such blob.
        """
        if len(name) != 64 or not set(name) <= set("0123456789abcdef"):
            raise StoreError(f"{name!r} is not the name of a blob: 64 hex digits in lower case are expected")
        path = self._folder / name[:2] / name
        if not path.is_file():
            raise StoreError(f"there is no blob {name} in {self._folder}: it was never stored there, or removed")
        return path

    def get(self, name: str) -> bytes:
        """The bytes of a blob.

        Raises:
            StoreError: There is no such blob, or its content no longer fits its name.
        """
        path = self.path(name)
        data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != name:
            raise StoreError(f"the blob {path} is damaged: its content no longer has that sha256. Delete it")
        return data

    def __contains__(self, name: str) -> bool:
        return (self._folder / name[:2] / name).is_file()
