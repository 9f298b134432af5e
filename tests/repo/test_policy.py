"""What conftest.py promises: skips are named for a visitor and failures in CI; slow tests wait for CI or --slow."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPO = Path(__file__).resolve().parents[2]
SUITE = {
    "test_slow.py": "import pytest\n\n@pytest.mark.slow\ndef test_slow():\n    pass\n\ndef test_fast():\n    pass\n",
    "test_extra.py": "from tests.extras import require_extra\nrequire_extra('no_such_module')\n",
    "test_skip.py": "import pytest\n\ndef test_skipped():\n    pytest.skip('because')\n",
    "test_xfail.py": "import pytest\n\n@pytest.mark.xfail\ndef test_known():\n    assert False\n",
    "test_warns.py": "import warnings\n\ndef test_warns():\n    warnings.warn('careful', stacklevel=1)\n",
    "test_data.py": "def test_data(shared_data):\n    assert shared_data.is_dir()\n",
    "doctested.py": '"""A doctest of an extra.\n\n>>> raise ModuleNotFoundError("No module", name="torch")\n"""\n',
    "writes.py": '"""A doctest that writes.\n\n>>> from pathlib import Path\n>>> Path("left-behind").touch()\n"""\n',
}


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    """A small checkout with the policy of this one."""
    for name in ("conftest.py", "pyproject.toml", "tests/__init__.py", "tests/conftest.py", "tests/extras.py"):
        target = tmp_path / name
        target.parent.mkdir(exist_ok=True)
        shutil.copy(REPO / name, target)
    return tmp_path


def run(suite: Path, *names: str, ci: bool, arguments: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    for name in names:
        (suite / "tests" / name).write_text(SUITE[name], encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key not in {"CI", "EVALIUM_TEST_DATA"}}
    environment.pop("PYTEST_XDIST_WORKER", None)
    environment |= {"CI": "true"} if ci else {}
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "tests", *arguments],
        cwd=suite,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


def test_slow_tests_wait_for_ci_or_the_option(suite: Path) -> None:
    visitor = run(suite, "test_slow.py", ci=False)
    assert visitor.returncode == 0
    assert "1 passed, 1 skipped" in visitor.stdout
    assert "slow: run with `make test-all`" in visitor.stdout
    assert "2 passed" in run(suite, ci=False, arguments=("--slow",)).stdout
    assert "2 passed" in run(suite, ci=True).stdout


@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_what_is_left_out_is_named_for_a_visitor(suite: Path, workers: tuple[str, ...]) -> None:
    names = ("test_extra.py", "test_skip.py", "test_data.py")
    visitor = run(suite, *names, ci=False, arguments=workers)
    assert visitor.returncode == 0, visitor.stdout
    assert "3 skipped" in visitor.stdout
    assert "needs no_such_module: pip install 'no_such_module'" in visitor.stdout
    assert "because" in visitor.stdout
    assert "EVALIUM_TEST_DATA" in visitor.stdout


@pytest.mark.parametrize("name", ["test_extra.py", "test_skip.py", "test_data.py", "doctested.py"])
@pytest.mark.parametrize("workers", [(), ("-n", "1")], ids=["alone", "xdist"])
def test_nothing_may_be_left_out_in_ci(suite: Path, name: str, workers: tuple[str, ...]) -> None:
    ci = run(suite, name, ci=True, arguments=workers)
    assert ci.returncode in {1, 2}, ci.stdout
    assert "passed" not in ci.stdout.splitlines()[-1]
    assert "CI=true" in ci.stdout or name == "doctested.py"


def test_a_doctest_of_an_absent_extra_is_a_skip(suite: Path) -> None:
    visitor = run(suite, "doctested.py", ci=False)
    assert visitor.returncode == 0, visitor.stdout
    assert "needs torch: pip install 'evalium[hf]'" in visitor.stdout


def test_a_doctest_writes_into_its_own_folder(suite: Path) -> None:
    assert "1 passed" in run(suite, "writes.py", ci=True).stdout
    assert not list(suite.rglob("left-behind"))


def test_a_known_failure_is_not_a_skip(suite: Path) -> None:
    assert "1 xfailed" in run(suite, "test_xfail.py", ci=True).stdout


def test_a_warning_is_an_error(suite: Path) -> None:
    assert run(suite, "test_warns.py", ci=False).returncode == 1
