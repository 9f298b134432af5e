"""The answer is a program that passes its tests."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from evalium.core import ConfigError, Record, ScoreError, Status, Verdict

from ._factory import built_in
from ._sandbox import Limits, find_sandbox, run_code
from ._target import NO_OUTPUT, NO_TARGET
from .base import ScoreFunction

Code = Literal["block", "output"]

_BLOCK = re.compile(r"^[ \t]*```[^\n`]*\n(.*?)^[ \t]*```[ \t]*$", re.MULTILINE | re.DOTALL)
_FIELD = re.compile(r"\{(code|prompt|test|entry_point)\}")
_HUMANEVAL = "{prompt}{code}\n{test}\ncheck({entry_point})\n"
_SCRIPT = "{prompt}{code}\n{test}\n"


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a record's target says.

    Attributes:
        test: Code that raises where the answer is wrong; a list of statements is joined.
        prompt: Code that the answer goes on from.
        entry_point: Name of the function that HumanEval's `check` is called with.
    """

    test: str | list[str]
    prompt: str = ""
    entry_point: str = ""


@built_in(kind="binary", heavy=True)
def execution(
    *,
    code: Code = "block",
    template: str | None = None,
    timeout: float = 5.0,
    memory: int = 512,
    disk: int = 64,
    processes: int = 16,
    prints: int = 1024,
    unsafe_local_exec: bool = False,
) -> ScoreFunction:
    r"""Whether Python code in the output passes the tests in the target, run in a sandbox.

    Value 1 when the script ends without an error, else 0 with the reason; higher is better. The target is the test
    code, or `{test, prompt, entry_point}` as in HumanEval, whose script is prompt + code + test + `check(entry_point)`;
    MBPP's list of asserts is a `test` too. No output or no target is `missing`.

    The code runs without network, without input, with a read-only view of the system's libraries and of this
    interpreter's packages, and with an empty `/tmp`: in bubblewrap, else in Linux namespaces of its own. All its
    processes end with it. A model that forges success from inside the test process is not detected, except by ending
    early. Memory is limited for each process, not for all together.

    Args:
        code: `block` takes the first fenced block of the output, or the whole where there is none; `output` the whole.
        template: The script, with `{code}`, `{test}`, `{prompt}` and `{entry_point}`; other braces mean themselves.
        timeout: Seconds of wall time, and of CPU time for each process.
        memory: MiB of address space for each process.
        disk: MiB that it may write.
        processes: Processes and threads at a time.
        prints: KiB that it may print.
        unsafe_local_exec: Run it as an ordinary process with limits, able to do all that you are.

    Raises:
        ConfigError: No sandbox works on this machine, or a limit is not positive.

    Reference: Chen et al. 2021, Evaluating Large Language Models Trained on Code, arXiv:2107.03374.

    Example:
        >>> from evalium.core import Status
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output="```python\ndef double(x):\n    return 2 * x\n```",
        ...                 target="assert double(2) == 4")
        >>> execution(timeout=30.0, unsafe_local_exec=True).score(record).value
        1.0
    """
    limits = Limits(seconds=timeout, memory=memory, disk=disk, processes=processes, prints=prints)
    for name, most in msgspec.structs.asdict(limits).items():
        if not most > 0:
            option = "timeout" if name == "seconds" else name
            raise ConfigError(f"scorer 'execution', option {option!r} must be positive, got {most!r}")
    if template is not None and "{code}" not in template:
        raise ConfigError(f"scorer 'execution', option 'template' must hold {{code}}, got {template!r}")
    kind = "none" if unsafe_local_exec else find_sandbox()

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        if record.target is None:
            return NO_TARGET
        answer = _code_of(record.output) if code == "block" else record.output
        found = run_code(script(answer, _case(record.target), template), limits, kind)
        printed = f"\n{found.output}" if found.output and not found.finished else ""
        return Verdict(
            value=float(found.finished),
            status=Status.OK,
            answer=answer if answer != record.output else None,
            explanation=f"{found.reason}{printed}" or None,
        )

    return score


def script(code: str, case: Case, template: str | None = None) -> str:
    r"""The program that is run for an answer.

    Example:
        >>> script("    return 1", Case("def check(f): assert f() == 1", "def one():\n", "one")).splitlines()
        ['def one():', '    return 1', 'def check(f): assert f() == 1', 'check(one)']
    """
    parts = {
        "code": code,
        "test": case.test if isinstance(case.test, str) else "\n".join(case.test),
        "prompt": case.prompt,
        "entry_point": case.entry_point,
    }
    form = template or (_HUMANEVAL if case.entry_point else _SCRIPT)
    return _FIELD.sub(lambda field: parts[field.group(1)], form)


def _code_of(output: str) -> str:
    block = _BLOCK.search(output)
    return block.group(1) if block else output


def _case(target: Any) -> Case:
    try:
        return msgspec.convert(target if isinstance(target, Mapping) else {"test": target}, Case)
    except msgspec.ValidationError as error:
        raise ScoreError(f"the target of 'execution' is test code or {{test, prompt, entry_point}}: {error}") from error
