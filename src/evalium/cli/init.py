"""`evalium init`: a commented plan to start from."""

from __future__ import annotations

from importlib import resources
from pathlib import Path

import click

from evalium.core import ConfigError


@click.command()
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--force", is_flag=True, help="Overwrite files that are there.")
def init(folder: Path, force: bool) -> None:
    """Write plan.yaml with every section explained, a small dataset, and the JSON Schema for editors.

    The plan runs as it is, with a deterministic mock model and no key: `evalium run plan.yaml`.
    """
    import msgspec

    from evalium.runner import plan_schema

    templates = resources.files("evalium.cli").joinpath("templates")
    schema = msgspec.json.format(msgspec.json.encode(plan_schema()), indent=1).decode() + "\n"
    files = {
        "plan.yaml": templates.joinpath("plan.yaml").read_text(encoding="utf-8"),
        "questions.jsonl": templates.joinpath("questions.jsonl").read_text(encoding="utf-8"),
        "plan.schema.json": schema,
    }
    there = [name for name in files if (folder / name).exists()]
    if there and not force:
        raise ConfigError(f"{folder / there[0]} is there already: give another folder, or --force to overwrite it")
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    click.echo(f"wrote {', '.join(str(folder / name) for name in files)}")
    click.echo(f"next: evalium run {folder / 'plan.yaml'}")
