"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])


def workspace(command: F) -> F:
    """Add `--workspace`."""
    return click.option(
        "-w",
        "--workspace",
        envvar="EVALIUM_HOME",
        metavar="DIR",
        help="Folder of the workspace. [default: ./.evalium, or EVALIUM_HOME]",
    )(command)


def as_json(command: F) -> F:
    """Add `--json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print JSON of the documented schema.")(command)


def print_json(value: Any) -> None:
    """Print a value as one JSON document; nan and infinite numbers become null."""
    import msgspec

    click.echo(msgspec.json.format(msgspec.json.encode(value), indent=2).decode())
