"""The trace: what the calls of a solver come to, in one record."""

from __future__ import annotations

from typing import Any

from evalium.core import Record, Sample, Status, content_hash

from .solver import CallFailed, Outcome, Reply
from .tracebacks import kind_of


def trace_key(run: str, sample: Sample, epoch: int) -> str:
    """Key of a trace: the run's id already covers solver, model and parameters."""
    return content_hash([run, sample.id, sample.hash, epoch])


Result = str | Reply | Outcome | Exception


def checked(result: Any) -> Result:
    """What a solver returned, or the error that it is nothing a solver may return."""
    if isinstance(result, (str, Reply, Outcome)):
        return result
    return TypeError(f"a solver returns text, a Reply or an Outcome; this one returned {type(result).__name__}")


def trace_record(
    run: str, model: str, sample: Sample, epoch: int, steps: list[Record], result: Result, seconds: float
) -> Record:
    """The record that carries a trace's outcome, with the sums of its steps.

    Its latency is the time that the solver took, and for each step out of the response cache what it took once.

    Args:
        run: Id of the run.
        model: Name of the subject.
        sample: The sample.
        epoch: Repeat.
        steps: Records of the calls, in order.
        result: What the solver returned or raised.
        seconds: How long the solver took.
    """
    trace = f"{run}:{sample.id}:{epoch}"
    for r in steps:
        r.trace = trace
    outcome = _outcome(result)
    subject = next((r for r in steps if r.role == "subject"), None)
    record = Record(
        key=trace_key(run, sample, epoch),
        run=run,
        sample=sample.id,
        sample_hash=sample.hash,
        model=model,
        status=Status.OK,
        epoch=epoch,
        kind="trace",
        trace=trace,
        started_at=min((r.started_at for r in steps), default=0.0),
        latency=seconds + sum(r.latency or 0.0 for r in steps if r.cached),
        ttft=subject.ttft if subject else None,
        queue_time=_total(steps, "queue_time"),
        retry_time=_total(steps, "retry_time"),
        service_time=_total(steps, "service_time"),
        input_tokens=_total(steps, "input_tokens"),
        output_tokens=_total(steps, "output_tokens"),
        cached_tokens=_total(steps, "cached_tokens"),
        reasoning_tokens=_total(steps, "reasoning_tokens"),
        cost=_total(steps, "cost"),
        attempts=sum(r.attempts for r in steps),
        cached=bool(steps) and all(r.cached for r in steps),
        input=subject.input if subject else None,
        output=outcome.output,
        target=sample.target,
        choices=sample.choices,
        context=sample.context,
        label=outcome.label,
        tool_calls=tuple(c for r in steps for c in r.tool_calls),
        attributes=sample.attributes,
        cluster=sample.cluster,
        data={"steps": len(steps), **outcome.data},
    )
    if isinstance(result, CallFailed):
        failed = result.record
        record.status, record.error_kind, record.error = failed.status, failed.error_kind, failed.error
    elif isinstance(result, Exception):
        record.status, record.error_kind, record.error = Status.ERROR, kind_of(result), str(result)
    elif isinstance(result, Reply):
        record.status = result.record.status
    return record


def _outcome(result: Result) -> Outcome:
    if isinstance(result, Outcome):
        return result
    if isinstance(result, Exception):
        return Outcome()
    return Outcome(output=result.text if isinstance(result, Reply) else result)


def _total(records: list[Record], field: str) -> Any:
    known = [v for v in (getattr(r, field) for r in records) if v is not None]
    return sum(known) if known else None
