"""Every example in the README and the documentation runs, page by page, in an empty folder.

On a page: a block with a title="name" is written to that file; `python` blocks run one after another in one namespace;
`console` and `bash` blocks run their `evalium` commands, which must exit 0 or as the comment `<!-- exits: 1 -->` above
the block says. A block that cannot run says why, in the line above it: `<!-- not run: reason -->`.
"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.repo.blocks import Block, blocks, commands, is_evalium

REPO = Path(__file__).resolve().parents[2]
PAGES = [REPO / "README.md", REPO / "CONTRIBUTING.md", *sorted((REPO / "docs").rglob("*.md"))]
RUNNABLE = {"python", "bash", "console", "sh", "shell"}


def run_python(block: Block, namespace: dict[str, object]) -> None:
    code = compile("\n" * block.line + block.text, str(block.page), "exec")
    exec(code, namespace)


def run_commands(block: Block, folder: Path) -> None:
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for command in commands(block):
        assert is_evalium(command), (
            f"{block.where}: {command!r} is not a call of evalium: say <!-- not run: why --> above the block"
        )
        done = subprocess.run(
            ["bash", "-c", command],
            cwd=folder,
            env={**os.environ, "PATH": path, "EVALIUM_HOME": str(folder / ".evalium"), "COLUMNS": "120"},
            capture_output=True,
            text=True,
            timeout=300,
        )
        assert done.returncode == block.exit_code, (
            f"{block.where}: {command!r} exited {done.returncode}, not {block.exit_code}\n{done.stdout}\n{done.stderr}"
        )


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(REPO)))
def test_examples_run(page: Path, workspace: Path, tmp_path: Path) -> None:
    namespace: dict[str, object] = {"__name__": "__main__"}
    for block in blocks(page):
        if block.not_run is not None:
            continue
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
            run_commands(block, tmp_path)


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
    assert (gate.exit_code, commands(gate)) == (1, ["evalium gate plan.yaml"])
    assert (tab.not_run, tab.text) == ("needs a key", "evalium run x\n")


def test_a_reason_is_required(tmp_path: Path) -> None:
    page = page_of(tmp_path, "<!-- not run: -->\n```bash\nevalium run x\n```\n")
    with pytest.raises(ValueError, match="needs a reason"):
        list(blocks(page))


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
        run_commands(next(blocks(shell)), tmp_path)
    unknown = page_of(tmp_path, "```console\n$ evalium no-such-command\n```\n")
    with pytest.raises(AssertionError, match="exited"):
        run_commands(next(blocks(unknown)), tmp_path)
