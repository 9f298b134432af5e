"""Tables that are made from the code hold everything they should, and pages lead where they say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from evalium import core
from evalium.cli.main import COMMANDS, cli
from evalium.core import ExitCode
from evalium.core.config import Config
from evalium.metrics import registry as metrics
from evalium.models import key_variables, models
from evalium.models.providers import OPENAI_LIKE
from evalium.report._words import FLAGS
from evalium.scorers import registry as scorers
from scripts import docs_tables

REPO = Path(__file__).resolve().parents[2]
PAGES = [REPO / "README.md", REPO / "CONTRIBUTING.md", REPO / "CHANGELOG.md", *sorted((REPO / "docs").glob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>[^)\s]+)\)")
BUILT = ("api/",)
"""Folders that exist only once the documentation is built."""


def test_every_provider_is_in_its_table() -> None:
    text = docs_tables.providers()
    assert [name for name in OPENAI_LIKE if f"| `{name}` |" not in text] == []
    for names in key_variables().values():
        assert all(f"`{name}`" in text for name in names)


def test_every_provider_has_an_adapter() -> None:
    assert {*OPENAI_LIKE, "anthropic", "gemini"} <= {*models.names()}


def test_every_local_model_is_on_the_page() -> None:
    page = (REPO / "docs" / "models.md").read_text(encoding="utf-8")
    local = {*models.names()} - {*OPENAI_LIKE, "anthropic", "gemini"}
    assert [name for name in local if f"`{name}/" not in page] == []


def test_every_metric_and_scorer_is_in_its_table() -> None:
    assert [name for name in metrics.built_in() if f"`{name}`" not in docs_tables.metrics()] == []
    assert [name for name in scorers.built_in() if f"| `{name}` |" not in docs_tables.scorers()] == []
    page = (REPO / "docs" / "scorers.md").read_text(encoding="utf-8")
    assert [
        name for name in scorers.built_in() if not re.search(rf"^::: evalium\.scorers\.\w+\.{name}$", page, re.M)
    ] == []


@pytest.mark.parametrize("name", COMMANDS)
def test_every_option_is_in_the_command_reference(name: str) -> None:
    import click

    text = docs_tables.commands()
    command = cli.get_command(click.Context(cli), name)
    assert command is not None and f"## evalium {name}\n" in text
    section = text.partition(f"## evalium {name}\n")[2].partition("\n## evalium")[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, parameter.name
            assert all(option in section for option in parameter.opts), parameter.opts


def test_every_exit_code_is_explained() -> None:
    page = (REPO / "docs" / "cli.md").read_text(encoding="utf-8")
    assert [code.value for code in ExitCode if f"| {code.value} | " not in page] == []


def test_every_key_of_a_plan_is_explained() -> None:
    page = (REPO / "docs" / "plan.md").read_text(encoding="utf-8")
    for section in (t for t in vars(core).values() if isinstance(t, type) and issubclass(t, Config)):
        assert f"::: evalium.core.{section.__name__}\n" in page, section
        missing = [f for f in section.__struct_fields__ if f"        {f}: " not in (section.__doc__ or "")]
        assert missing == [] or section is core.PromptMessage, (section, missing)


def test_every_flag_is_explained() -> None:
    page = (REPO / "docs" / "statistics.md").read_text(encoding="utf-8")
    assert [flag for flag in FLAGS if f"| `{flag}` |" not in page] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_pages_ask_for_tables_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert text.count("<!-- table:") == len(docs_tables.MARK.findall(text))
    assert "<!-- table:" not in docs_tables.filled(text)


def test_a_table_that_does_not_exist_is_refused() -> None:
    with pytest.raises(KeyError):
        docs_tables.filled("<!-- table: nothing -->")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    for link in LINK.finditer(docs_tables.filled(page.read_text(encoding="utf-8"))):
        target = link["target"].partition("#")[0]
        if target and "://" not in target and not target.startswith(BUILT):
            assert (page.parent / target).exists(), f"{page.name} leads to {target}"
