"""One file a step, numbered."""

__all__: list[str] = []
