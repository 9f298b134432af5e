"""The command line: `evalium COMMAND`."""

from .main import cli, main

__all__ = ["cli", "main"]
