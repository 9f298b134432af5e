"""Seeds that depend on names, not on order: the same run, metric and slice always draw the same numbers."""

import hashlib


def stable_seed(*parts: str) -> int:
    """A 64-bit unsigned seed from the sha256 of the parts.

    Parts are length-prefixed, so `("ab", "c")` and `("a", "bc")` differ. Stable across processes, machines and
    Python versions (unlike `hash`).

    Args:
        *parts: For example run, metric and slice names.

    Returns:
        An integer in [0, 2**64).

    Raises:
        TypeError: If a part is not a string.

    >>> stable_seed("run-1", "accuracy")
    12245577492324111632
    """
    digest = hashlib.sha256()
    for part in parts:
        if not isinstance(part, str):
            raise TypeError(f"stable_seed takes strings, got {type(part).__name__} {part!r}: use str(...)")
        encoded = part.encode()
        digest.update(len(encoded).to_bytes(8, "big"))
        digest.update(encoded)
    return int.from_bytes(digest.digest()[:8], "big")
