"""MkDocs hook: one page of the Python API for each package of evalium, so that none can be forgotten or left stale."""

from __future__ import annotations

from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files

SECTION = "Packages"


def packages(config: MkDocsConfig) -> list[str]:
    """The packages in src/evalium, in alphabetical order."""
    root = Path(config.config_file_path).parent / "src" / "evalium"
    return sorted(path.parent.name for path in root.glob("*/__init__.py"))


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """Fill the section of the navigation."""
    for entry in config.nav or []:
        if SECTION in entry:
            entry[SECTION] = [f"api/{name}.md" for name in packages(config)]
    return config


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages."""
    for name in packages(config):
        text = f"---\ntitle: evalium.{name}\n---\n\n# `evalium.{name}`\n\n::: evalium.{name}\n"
        text += "    options:\n      show_root_heading: false\n"
        files.append(File.generated(config, f"api/{name}.md", content=text))
    return files
