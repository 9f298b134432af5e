"""A browser, and stored runs that several tests read."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from evalium.report import Report, collect
from tests.extras import not_here, require_extra

from .made import intent_runs, support_runs


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str], list[str]]:
    """A workspace, its support runs and its intent runs."""
    root = tmp_path_factory.mktemp("stored") / ".evalium"
    return root, support_runs(root), intent_runs(root)


@pytest.fixture(scope="session")
def support(stored: tuple[Path, list[str], list[str]]) -> Report:
    """The report of the support runs; not to be changed."""
    return collect(stored[1], stored[0])


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    """A Chromium without a network of its own; for one module, as its driver keeps an event loop running meanwhile."""
    sync_api = require_extra("playwright.sync_api")
    path = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        not_here("needs Chromium: apt install chromium, or set CHROMIUM to its path")
    with sync_api.sync_playwright() as playwright:
        flags = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
        browser = playwright.chromium.launch(executable_path=path, args=flags)
        yield browser
        browser.close()


class Visit:
    """A page of a file, and everything that happened on it."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.console: list[str] = []
        self.requests: list[str] = []
        self.dialogs: list[str] = []
        page.on("console", lambda message: self.console.append(message.text))
        page.on("pageerror", lambda error: self.console.append(str(error)))
        page.on("request", lambda request: self.requests.append(request.url))
        page.on("dialog", self._dismiss)

    def _dismiss(self, dialog: Any) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()


@pytest.fixture
def visit(chromium: Any) -> Iterator[Callable[..., Visit]]:
    """Open a file from disk."""
    contexts = []

    def open_file(path: Path, **options: Any) -> Visit:
        context = chromium.new_context(viewport={"width": 1280, "height": 900}, **options)
        contexts.append(context)
        seen = Visit(context.new_page())
        seen.page.goto(path.absolute().as_uri())
        return seen

    yield open_file
    for context in contexts:
        context.close()
