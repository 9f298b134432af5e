"""One model call, and one score of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import msgspec

from .message import ToolCall
from .sample import Scalar
from .status import Status


class Record(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """One model call on one sample, or the outcome of several.

    A call that answers its sample by itself has `kind="call"`. Where a solver makes several calls, each is a
    `"step"` and one `"trace"` record, with the sums of tokens, cost and time, carries the outcome; all share `trace`.
    Metrics count `call` and `trace` records: one per sample and epoch. `(run, sample, epoch, step)` is unique.

    Attributes:
        key: Call key, 64 hex digits: sha256 of everything that determines the answer.
        run: Id of the run.
        sample: Id of the sample.
        sample_hash: Content hash of the sample; runs are paired by it.
        epoch: Repeat, from 0.
        kind: See above.
        trace: Id that joins the records of one sample and epoch.
        step: Order within the trace, from 1; 0 for `call` and `trace` records.
        role: Who was called: the subject, a simulated user, a tool, a judge.
        model: Name of the model as in the plan.
        status: How the call ended.
        started_at: Unix time in seconds at which the call entered the queue.
        latency: Seconds from sending the request that succeeded to its last byte; None when none did.
        ttft: Seconds from sending to the first token; only where the answer was streamed.
        itl: Mean seconds between tokens after the first; only where streamed.
        queue_time: Seconds spent waiting for a slot.
        retry_time: Seconds spent in failed attempts and the waits between them.
        service_time: Seconds the provider says it worked, where it says so.
        input_tokens: As reported by the provider.
        output_tokens: As reported by the provider, reasoning included.
        cached_tokens: Part of the input that the provider served from its prompt cache.
        reasoning_tokens: Part of the output that was hidden reasoning.
        cost: USD, None when the model has no price.
        attempts: Requests sent, the successful one included.
        cached: Whether the answer came from the response cache (its latency and cost are the original ones).
        finish_reason: The provider's word for why the answer ended.
        error_kind: Short name that errors are counted under.
        error: Message of the error; its traceback lies once per distinct error in the store.
        input: What was sent: text or JSON text of the messages.
        output: The answer as text.
        target: What was expected.
        choices: The options of a multiple-choice question.
        context: Documents that belong to the question.
        label: Predicted class, where the model is a classifier.
        probabilities: Probability by class, where the model gives them.
        logprobs: Sum of log-probabilities (nats) by what they are of: `"continuation"`, `"tokens"`, `"choices"`.
        tool_calls: Tools that the model asked for.
        attributes: What the record can be sliced by.
        cluster: Key of records that are not independent.
        probability: Chance with which this record was sampled; 1 when everything was kept.
        data: Anything else that a model or solver wants kept.
    """

    key: str
    run: str
    sample: str
    sample_hash: str
    model: str
    status: Status
    epoch: int = 0
    kind: Literal["call", "step", "trace"] = "call"
    trace: str = ""
    step: int = 0
    role: str = "subject"
    started_at: float = 0.0
    latency: float | None = None
    ttft: float | None = None
    itl: float | None = None
    queue_time: float | None = None
    retry_time: float | None = None
    service_time: float | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None
    cost: float | None = None
    attempts: int = 1
    cached: bool = False
    finish_reason: str | None = None
    error_kind: str | None = None
    error: str | None = None
    input: str | None = None
    output: str | None = None
    target: Any = None
    choices: tuple[str, ...] = ()
    context: tuple[str, ...] = ()
    label: str | None = None
    probabilities: dict[str, float] | None = None
    logprobs: dict[str, Any] | None = None
    tool_calls: tuple[ToolCall, ...] = ()
    attributes: dict[str, Scalar] = {}
    cluster: str | None = None
    probability: float = 1.0
    data: dict[str, Any] = {}


class Verdict(msgspec.Struct, kw_only=True, omit_defaults=True, gc=False):
    """What a scorer says of one record.

    Attributes:
        status: `ok`; `unparsed` when no answer could be read from the output; `missing` when the record has none
            or there is nothing to compare with; `error` when the scorer itself failed.
        value: The number, higher being better unless the scorer says otherwise; None unless `ok`.
        label: Predicted class, for classification metrics.
        target: True class, in the scorer's normalisation.
        probabilities: Probability by class.
        answer: What the scorer read out of the output.
        explanation: Why, in words.
        values: Further numbers of the same scorer, by name; a list where a unit has several, such as one for each
            box in an image.
        cost: USD that the scoring itself cost (judges).
        latency: Seconds that the scoring itself took (judges).
    """

    status: Status = Status.OK
    value: float | None = None
    label: str | None = None
    target: str | None = None
    probabilities: dict[str, float] | None = None
    answer: str | None = None
    explanation: str | None = None
    values: Mapping[str, float | list[float]] = {}
    cost: float | None = None
    latency: float | None = None


class Score(Verdict, kw_only=True, omit_defaults=True, gc=False):
    """A verdict and what it is about: one value for one record by one scorer.

    Attributes:
        run: Id of the run.
        sample: Id of the sample; with `run` and `epoch` it names the scored record.
        epoch: Repeat of the record.
        scorer: Name of the scorer within the plan.
        signature: Everything that changes the score, in one line.
    """

    run: str
    sample: str
    scorer: str
    epoch: int = 0
    signature: str = ""
