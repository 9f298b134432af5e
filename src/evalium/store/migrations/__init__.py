"""Alembic's steps from an empty catalog to the current one."""

__all__: list[str] = []
