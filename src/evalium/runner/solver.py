"""Solvers: how a sample becomes several calls and one outcome."""

from __future__ import annotations

import asyncio
import inspect
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import (
    ConfigError,
    Message,
    Model,
    Plan,
    ProviderError,
    Record,
    Sample,
    Tool,
    ToolCall,
    load_object,
    source_hash,
)
from evalium.models import Request

from .caller import Caller
from .prompting import variables_of
from .templates import compile_template


class Reply(msgspec.Struct, frozen=True):
    """What a model said inside a solver.

    Attributes:
        text: The answer; empty when the model only called tools.
        tool_calls: Tools that it wants called.
        record: The full record of the call.
    """

    text: str
    tool_calls: tuple[ToolCall, ...]
    record: Record

    @property
    def message(self) -> Message:
        """The answer as a turn, to be put back into the conversation."""
        return Message("assistant", self.text, tool_calls=self.tool_calls)


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What a solver ends with, when it is more than a text.

    Attributes:
        output: The answer that is scored.
        label: Predicted class, for classification.
        data: Anything else to keep in the record.
    """

    output: str | None = None
    label: str | None = None
    data: dict[str, Any] = {}


class CallFailed(ProviderError):
    """A call inside a solver failed for good; the trace ends with its status unless the solver catches this."""

    kind = "call_failed"

    def __init__(self, record: Record) -> None:
        super().__init__(record.error or record.status.value)
        self.record = record


class Call:
    """Handed to a solver: makes its calls and keeps their records in one trace.

    Args:
        caller_of: Gives the caller of a model name; None is the subject.
        sample: The sample being solved.
        epoch: Repeat.
        params: Generation parameters of the plan.
        tools: Tools of the plan.
        stream: Whether answers are streamed.
    """

    def __init__(
        self,
        caller_of: Callable[[str | None], Caller],
        sample: Sample,
        epoch: int,
        params: dict[str, Any],
        tools: tuple[Tool, ...],
        stream: bool,
    ) -> None:
        self._caller_of, self._sample, self._epoch = caller_of, sample, epoch
        self._params, self._tools, self._stream = params, tools, stream
        self._steps = 0
        self._records: dict[int, Record] = {}
        self._under_way: set[asyncio.Future[None]] = set()

    async def __call__(
        self,
        prompt: str | Sequence[Message],
        *,
        system: str | None = None,
        model: str | None = None,
        tools: Sequence[Tool] | None = None,
        role: str = "subject",
        **params: Any,
    ) -> Reply:
        """Ask a model.

        Args:
            prompt: Text of the user turn, or all turns.
            system: Text of the system turn.
            model: Another model than the subject, by id.
            tools: Tools offered; None offers the plan's.
            role: Who is called: the subject, a simulated user, a helper.
            **params: Generation parameters over the plan's.

        Raises:
            CallFailed: The call failed for good.
        """
        turns = [Message("user", prompt)] if isinstance(prompt, str) else list(prompt)
        if system:
            turns.insert(0, Message("system", system))
        request = Request(
            messages=tuple(turns),
            params={**self._params, **params} if params else self._params,
            tools=tuple(self._tools if tools is None else tools),
            stream=self._stream,
            sample=self._sample,
        )
        record = await self._record(self._caller_of(model), request, role)
        if not record.status.has_output:
            raise CallFailed(record)
        return Reply(record.output or "", record.tool_calls, record)

    async def _record(self, caller: Caller, request: Request, role: str) -> Record:
        self._steps += 1
        step = self._steps
        ended = asyncio.get_running_loop().create_future()
        self._under_way.add(ended)
        try:
            record = await caller.call(request, self._sample, self._epoch, step=step, role=role)
            record.kind = "step"
            self._records[step] = record
            return record
        finally:
            self._under_way.discard(ended)
            ended.set_result(None)

    async def settle(self) -> list[Record]:
        """Wait for calls that the solver left under way, and give the records of all in order."""
        while self._under_way:
            await asyncio.wait(self._under_way)
        return [self._records[step] for step in sorted(self._records)]


Solve = Callable[[Sample, Call], Awaitable[str | Reply | Outcome]]


def make_solver(plan: Plan, base: Path) -> Solve | None:
    """Build the solver of a plan, or None when one prompt is enough.

    Raises:
        ConfigError: The function is not async or its options do not fit.
    """
    if plan.solver is None:
        return None
    if plan.solver.chain:
        return _chain(plan)
    function = load_object(plan.solver.python or "", base)
    if not inspect.iscoroutinefunction(function):
        raise ConfigError(
            f"solver.python {plan.solver.python!r} is not an async function: `async def solve(sample, call)`"
        )
    options = plan.solver.options
    try:
        inspect.signature(function).bind(None, None, **options)
    except TypeError as error:
        raise ConfigError(f"solver.options do not fit {plan.solver.python}(sample, call, ...): {error}") from None

    async def solve(sample: Sample, call: Call) -> str | Reply | Outcome:
        result: str | Reply | Outcome = await function(sample, call, **options)
        return result

    return solve


def solver_identity(plan: Plan, base: Path) -> Any:
    """What of a solver changes the answers; enters the task version."""
    if plan.solver is None:
        return None
    code = source_hash(plan.solver.python, base) if plan.solver.python else None
    asked = {step.model for step in plan.solver.chain}
    return [plan.solver, code, [m for m in plan.models if isinstance(m, Model) and m.label in asked]]


def _chain(plan: Plan) -> Solve:
    assert plan.solver is not None
    steps = [
        (
            step,
            compile_template(step.prompt, f"solver.chain[{i}].prompt"),
            compile_template(step.system, f"solver.chain[{i}].system") if step.system else None,
            _pattern(step.extract, f"solver.chain[{i}].extract") if step.extract else None,
        )
        for i, step in enumerate(plan.solver.chain)
    ]

    async def solve(sample: Sample, call: Call) -> str:
        said: Mapping[str, Any] = variables_of(sample)
        answer = ""
        for step, prompt, system, extract in steps:
            turn_system = system(said) if system else None
            reply = await call(prompt(said), system=turn_system, model=step.model, **step.generation)
            answer = reply.text
            if extract:
                found = extract.search(answer)
                answer = (found.group(1) if extract.groups else found.group(0)) if found else ""
            said = {**said, step.name: answer}
        return answer

    return solve


def _pattern(text: str, where: str) -> re.Pattern[str]:
    try:
        return re.compile(text)
    except re.error as error:
        raise ConfigError(f"{where}: {text!r} is not a regular expression: {error}") from None
