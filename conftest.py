"""What holds for the tests in tests/ and for the doctests in src/ alike: slow tests, skips, doctest folders."""

from __future__ import annotations

import doctest
from collections import Counter
from collections.abc import Generator, Iterator
from pathlib import Path

import pytest
from _pytest.doctest import DoctestItem, MultipleDoctestFailures

from tests.extras import EXTRA_OF, IN_CI, REFERENCES, install_hint

SLOW_REASON = "slow: run with `make test-all`"


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--slow", action="store_true", default=IN_CI, help="also run the tests marked slow (CI does)")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("--slow"):
        return
    for item in items:
        if item.get_closest_marker("slow"):
            item.add_marker(pytest.mark.skip(reason=SLOW_REASON))


@pytest.fixture(autouse=True)
def _doctest_folder(request: pytest.FixtureRequest) -> Iterator[None]:
    """Doctests run in an empty folder with an empty workspace, so that an example never writes into the checkout."""
    if not isinstance(request.node, DoctestItem):
        yield
        return
    folder: Path = request.getfixturevalue("tmp_path")
    patch: pytest.MonkeyPatch = request.getfixturevalue("monkeypatch")
    patch.chdir(folder)
    patch.setenv("EVALIUM_HOME", str(folder / ".evalium"))
    yield


def _missing_module(error: BaseException | None) -> str | None:
    """The optional module whose absence stopped a doctest, if that is what stopped it."""
    if isinstance(error, MultipleDoctestFailures):
        names = [_missing_module(each) for each in error.failures]
        return next((name for name in names if name), None)
    if isinstance(error, doctest.UnexpectedException):
        return _missing_module(error.exc_info[1])
    while error is not None:
        if isinstance(error, ModuleNotFoundError) and error.name:
            root = error.name.partition(".")[0]
            return root if root in EXTRA_OF or root in REFERENCES else None
        error = error.__cause__ or error.__context__
    return None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """A doctest of an absent extra is a skip; in CI every skip is a failure with its reason."""
    report = yield
    if report.failed and isinstance(item, DoctestItem) and call.excinfo is not None:
        module = _missing_module(call.excinfo.value)
        if module is not None:
            report.outcome = "skipped"
            path, line, _ = item.location
            report.longrepr = (path, line or 0, f"Skipped: needs {module}: {install_hint(module)}")
    if report.skipped and IN_CI and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true nothing may be: {_reason(report)}"
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(
    collector: pytest.Collector,
) -> Generator[None, pytest.CollectReport, pytest.CollectReport]:
    """In CI a module that skips itself as a whole is a failure too."""
    report = yield
    if report.skipped and IN_CI:
        report.outcome = "failed"
        report.longrepr = f"skipped, and with CI=true nothing may be: {_reason(report)}"
    return report


def _reason(report: pytest.TestReport | pytest.CollectReport) -> str:
    detail = report.longrepr
    text = str(detail[2]) if isinstance(detail, tuple) else str(detail)
    return text.removeprefix("Skipped: ")


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Say what was left out and why, one line a reason."""
    reasons = Counter(_reason(report) for report in terminalreporter.stats.get("skipped", []))
    if not reasons:
        return
    terminalreporter.section("left out, and why")
    for reason, count in reasons.most_common():
        terminalreporter.line(f"{count:5d}  {reason}")
