"""Alembic's steps from an empty catalog to the current one."""
