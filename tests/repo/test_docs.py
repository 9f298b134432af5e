"""Every example in the README and the documentation runs, page by page, in an empty folder.

On a page: a block with a title="name" is written to that file; `python` blocks run one after another in one namespace,
those with `>>>` as doctests; `console` and `bash` blocks run their `evalium` commands, which must exit 0 or as the
comment `<!-- exits: 1 -->` above the block says, and print what a `console` block shows below them, where `...` stands
for anything. A block below `<!-- needs: polars -->` runs where that is installed. A block that cannot run says why in
the line above it: `<!-- not run: reason -->`.
"""

from __future__ import annotations

import doctest
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from evalium import metrics, scorers
from evalium.models.local.function import _functions
from tests.extras import require_extra
from tests.repo.blocks import Block, Command, RunIds, blocks, commands, is_evalium, same_output

REPO = Path(__file__).resolve().parents[2]
PAGES = [REPO / "README.md", REPO / "CONTRIBUTING.md", *sorted((REPO / "docs").rglob("*.md"))]
RUNNABLE = {"python", "bash", "console", "sh", "shell"}


def run_python(block: Block, namespace: dict[str, object]) -> None:
    if ">>> " not in block.text:
        exec(compile("\n" * block.line + block.text, str(block.page), "exec"), namespace)
        return
    examples = doctest.DocTestParser().get_doctest(block.text, namespace, block.where, str(block.page), block.line)
    said: list[str] = []
    runner = doctest.DocTestRunner(verbose=False, optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    outcome = runner.run(examples, out=said.append, clear_globs=False)
    namespace.update(examples.globs)
    assert outcome.failed == 0, "".join(said)


def run_commands(block: Block, folder: Path, ids: RunIds) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands(block):
        assert is_evalium(command.text), (
            f"{block.where}: {command.text!r} is not a call of evalium: say <!-- not run: why --> above the block"
        )
        done = subprocess.run(
            ["bash", "-c", ids.here(command.text)],
            cwd=folder,
            env={**os.environ, "PATH": path, "EVALIUM_HOME": str(folder / ".evalium"), "COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == block.exit_code, (
            f"{block.where}: {command.text!r} exited {done.returncode}, not {block.exit_code}\n"
            f"{done.stdout}\n{done.stderr}"
        )
        printed = done.stdout + (done.stderr if block.exit_code else "")
        ids.learn(command.shown, printed)
        assert not command.shown or same_output(command.shown, printed), (
            f"{block.where}: {command.text!r} prints\n{printed}\nand the page shows\n{command.shown}"
        )


@pytest.fixture
def registered() -> Iterator[None]:
    """What examples register is forgotten with their page."""
    tables = (scorers.registry._loaded, metrics.registry._loaded, _functions)
    before = [dict(table) for table in tables]
    yield
    for table, known in zip(tables, before, strict=True):
        table.clear()
        table.update(known)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_examples_run(page: Path, workspace: Path, registered: None, tmp_path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    ids = RunIds()
    for block in blocks(page):
        if block.not_run is not None:
            continue
        if block.needs:
            require_extra(*block.needs)
        if block.title is not None:
            target = tmp_path / block.title
            assert target.resolve().is_relative_to(tmp_path.resolve()), (
                f"{block.where}: {block.title} leaves the folder"
            )
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "python":
            run_python(block, namespace)
        elif block.language in RUNNABLE:
            run_commands(block, tmp_path, ids)


def page_of(tmp_path: Path, text: str) -> Path:
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    return page


PAGE = """A

```yaml title="plan.yaml"
plan: x
```

<!-- exits: 1 -->
```console
$ evalium gate \\
    plan.yaml
shown output
```

=== "tab"

    <!-- not run: needs a key -->
    ```bash
    evalium run x
    ```
"""


def test_blocks_are_found_with_their_notes(tmp_path: Path) -> None:
    page = page_of(tmp_path, PAGE)
    file, gate, tab = blocks(page)
    assert (file.title, file.text, file.language) == ("plan.yaml", "plan: x\n", "yaml")
    assert (gate.exit_code, commands(gate)) == (1, [Command("evalium gate plan.yaml", "shown output")])
    assert (tab.not_run, tab.text) == ("needs a key", "evalium run x\n")


def test_a_reason_is_required(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<!-- not run: -->\n```bash\nevalium run x\n```\n")
    with pytest.raises(ValueError, match="needs a reason"):
        list(blocks(page))


def test_run_ids_of_a_page_are_translated() -> None:
    ids = RunIds()
    ids.learn("runs: 0123456789ab 111111111111", "runs: aaaaaaaaaaaa bbbbbbbbbbbb\n")
    assert (
        ids.here("evalium compare 0123456789ab 1111 -o f.html") == "evalium compare aaaaaaaaaaaa bbbbbbbbbbbb -o f.html"
    )


@pytest.mark.parametrize(
    ("command", "expected"),
    [
        ("evalium run plan.yaml", True),
        ("CI=true evalium gate plan.yaml > out.txt", True),
        ("make demo", False),
        ("pip install evalium", False),
        ("", False),
    ],
)
def test_which_commands_are_ours(command: str, expected: bool) -> None:
    assert is_evalium(command) is expected


def test_a_wrong_example_fails(tmp_path: Path) -> None:
    python = page_of(tmp_path, "```python\nassert 1 + 1 == 3\n```\n")
    with pytest.raises(AssertionError):
        run_python(next(blocks(python)), {})
    shell = page_of(tmp_path, "```console\n$ make demo\n```\n")
    with pytest.raises(AssertionError, match="not a call of evalium"):
        run_commands(next(blocks(shell)), tmp_path, RunIds())
    unknown = page_of(tmp_path, "```console\n$ evalium no-such-command\n```\n")
    with pytest.raises(AssertionError, match="exited"):
        run_commands(next(blocks(unknown)), tmp_path, RunIds())
    other = page_of(tmp_path, "```console\n$ evalium --version\nevalium 9.9.9\n```\n")
    with pytest.raises(AssertionError, match="and the page shows"):
        run_commands(next(blocks(other)), tmp_path, RunIds())
    doctested = page_of(tmp_path, "```python\n>>> 1 + 1\n3\n```\n")
    with pytest.raises(AssertionError, match="Got:"):
        run_python(next(blocks(doctested)), {})


def test_names_live_on_from_block_to_block(tmp_path: Path) -> None:
    page = page_of(tmp_path, "```python\n>>> x = 1\n```\n\n```python\ny = x + 1\n```\n\n```python\n>>> y\n2\n```\n")
    namespace: dict[str, object] = {}
    for block in blocks(page):
        run_python(block, namespace)
    assert namespace["y"] == 2


@pytest.mark.parametrize(
    ("shown", "real", "same"),
    [
        ("exact  75.0 %", "\n exact   75.0 %   \n", True),
        ("a\n...\nd", "a\nb\nc\nd\n", True),
        ("latency ... ms\nexact 1", "latency 3.1 ms\n─────\nexact 1", False),
        ("a ──── b", "a ─ b", True),
        ("75.0 %", "75.1 %", False),
        ("a", "a\nb", False),
        ("runs: 0123456789ab", "runs: fedcba987654", True),
    ],
)
def test_when_two_outputs_are_the_same(shown: str, real: str, same: bool) -> None:
    assert same_output(shown, real) is same
