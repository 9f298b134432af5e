"""Images that a model made, as files named by what is in them."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
from pathlib import Path
from typing import Any


def keep_image(image: Any, folder: Path) -> str:
    """Write a Pillow image as PNG, unless it is there already, and give its name.

    Args:
        image: The image.
        folder: Where it goes; made where it is not there.

    Example:
        >>> import tempfile
        >>> from PIL import Image
        >>> folder = Path(tempfile.mkdtemp())
        >>> names = {keep_image(Image.new("RGB", (4, 4)), folder) for _ in range(2)}
        >>> [p.name for p in folder.iterdir()] == list(names)
        True
    """
    drawn = io.BytesIO()
    image.save(drawn, "PNG")
    name = hashlib.sha256(drawn.getvalue()).hexdigest()[:32] + ".png"
    folder.mkdir(parents=True, exist_ok=True)
    if not (folder / name).exists():
        nascent = folder / f".{name}.{os.getpid()}.{secrets.token_hex(4)}"
        nascent.write_bytes(drawn.getvalue())
        os.replace(nascent, folder / name)
    return name
