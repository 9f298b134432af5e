"""`recorded/FIELD`: answers that were given earlier and lie in the data, scored as if they came now."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, DataError, Model, ProviderError, Sample, Status, did_you_mean
from evalium.models.base import AdapterBase, Request, Response

from ._options import read_options
from ._table import Row, dig, read_table

SECONDS = ("latency", "ttft", "itl")
TOKENS = ("input_tokens", "output_tokens", "cached_tokens", "reasoning_tokens")


class RecordedOptions(msgspec.Struct, frozen=True, kw_only=True):
    """Options of `recorded/FIELD`: which other fields of the row (dotted paths) hold what.

    Attributes:
        latency: Seconds of the whole call.
        ttft: Seconds to the first token.
        itl: Mean seconds between tokens.
        input_tokens: Count.
        output_tokens: Count.
        cached_tokens: Count.
        reasoning_tokens: Count.
        cost: USD.
        error: Message or code; a row where it is neither null nor empty is an error, whatever else it holds.
        label: Predicted class.
        probabilities: Mapping of class to probability.
        status: A status word, such as `truncated`.
        file: File of answers beside the data: jsonl, json, csv or tsv, also `.gz`; FIELD and all others are read there.
        id: Field of that file which holds the sample's id.
    """

    latency: str | None = None
    ttft: str | None = None
    itl: str | None = None
    input_tokens: str | None = None
    output_tokens: str | None = None
    cached_tokens: str | None = None
    reasoning_tokens: str | None = None
    cost: str | None = None
    error: str | None = None
    label: str | None = None
    probabilities: str | None = None
    status: str | None = None
    file: str | None = None
    id: str | None = None


class RecordedError(ProviderError):
    """The call had failed when it was recorded; it is never tried again."""

    kind = "recorded_error"


def recorded(config: Model, name: str, base: Path) -> Recorded:
    """Make a model of recorded answers.

    Args:
        config: The model as in the plan; its options are those of `RecordedOptions`.
        name: Dotted path of the field that holds the answer, such as `175b_verification.solution`. Text is taken as it
            is, anything else as JSON. Null is an answer that is missing; a row without the field is an error unless
            an earlier row had it, for then it is most likely misspelt.
        base: Folder that `file` is looked for in.

    Raises:
        ConfigError: An option is unknown, or `file` and `id` do not come together.
        DataError: The file cannot be read.

    Example:
        >>> import asyncio
        >>> sample = Sample(id="1", input="2 + 2?", fields={"gpt": {"text": "4", "seconds": 1.5}})
        >>> model = recorded(Model(id="recorded/gpt.text", options={"latency": "gpt.seconds"}), "gpt.text", Path("."))
        >>> response = asyncio.run(model.answer(Request(sample=sample)))
        >>> response.output, response.latency
        ('4', 1.5)
    """
    options = read_options(RecordedOptions, config)
    if (options.file is None) != (options.id is None):
        raise ConfigError(f"model {config.label!r}: the options 'file' and 'id' come together")
    table = read_table(base / options.file, options.id) if options.file and options.id else None
    return Recorded(name, options, table)


class Recorded(AdapterBase):
    """Answers with what the sample's row holds.

    The capability `"recorded"` says that time measured around a call means nothing here: a latency is recorded or
    unknown.
    """

    remote = False
    capabilities = frozenset({"generate", "probabilities", "recorded"})

    def __init__(self, field: str, options: RecordedOptions, table: dict[str, Row] | None) -> None:
        self.endpoint = "recorded"
        mapped = msgspec.to_builtins(options)
        self.fields: dict[str, str] = {k: v for k, v in mapped.items() if v is not None and k not in ("file", "id")}
        self.fields["output"] = field
        self.identity: dict[str, Any] = {"provider": "recorded", "name": field, "version": 1, "fields": self.fields}
        self._table = table
        self._seen: set[str] = set()

    def content(self, request: Request) -> Any:
        """The recorded values, so that other answers under the same field are another call."""
        sample, row = self._row(request)
        return None if row is None else self._values(sample, row)

    async def answer(self, request: Request) -> Response:
        """Return what was recorded.

        Raises:
            RecordedError: The call had failed.
            ConfigError: The row lacks a field that no row had so far.
            DataError: A value is not of its kind, such as a latency that is no number.
        """
        sample, row = self._row(request)
        if row is None:
            return Response(status=Status.MISSING, data={"missing": f"the file has no row for id {sample.id!r}"})
        values = self._values(sample, row)
        error = values.pop("error", None)
        if not _empty(error):
            raise RecordedError(f"recorded error: {_text(error)}", status_code=_code(error), retryable=False)
        return _response(sample, values)

    def _row(self, request: Request) -> tuple[Sample, Row | None]:
        sample = request.sample
        if sample is None:
            raise ConfigError("recorded answers belong to samples, and the request has none")
        if self._table is None:
            return sample, sample.fields
        return sample, self._table.get(sample.id)

    def _values(self, sample: Sample, row: Row) -> dict[str, Any]:
        values: dict[str, Any] = {}
        for kind, field in self.fields.items():
            try:
                values[kind] = dig(row, field)
                self._seen.add(field)
            except KeyError:
                values[kind] = None
        if _empty(values.get("error")):
            for kind, field in self.fields.items():
                if field not in self._seen:
                    hint = did_you_mean(field, _paths(row))
                    raise ConfigError(f"recorded {kind}: sample {sample.id!r} has no field {field!r}.{hint}")
        return values


def _response(sample: Sample, values: dict[str, Any]) -> Response:
    response = Response()
    for kind, value in values.items():
        if _empty(value) and not (kind == "output" and value == ""):
            continue
        if kind in SECONDS or kind == "cost":
            setattr(response, kind, _number(sample, kind, value))
        elif kind in TOKENS:
            setattr(response, kind, round(_number(sample, kind, value)))
        elif kind == "probabilities":
            response.probabilities = _probabilities(sample, value)
        elif kind == "status":
            response.status = _status(sample, value)
        else:
            setattr(response, kind, _text(value))
    if response.output is None and response.label is None and response.status is Status.OK:
        response.status = Status.MISSING
    return response


def _empty(value: Any) -> bool:
    return value is None or value == "" or (isinstance(value, float) and math.isnan(value))


def _text(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _number(sample: Sample, kind: str, value: Any) -> float:
    try:
        number = math.nan if isinstance(value, bool) else float(value)
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number) or number < 0:
        raise DataError(f"recorded {kind} of sample {sample.id!r} is {value!r}, not a number of 0 or more")
    return number


def _probabilities(sample: Sample, value: Any) -> dict[str, float]:
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            pass
    if not isinstance(value, dict):
        raise DataError(f"recorded probabilities of sample {sample.id!r} are no mapping of class to number: {value!r}")
    return {str(label): _number(sample, "probability", p) for label, p in value.items()}


def _status(sample: Sample, value: Any) -> Status:
    try:
        return Status(value)
    except ValueError:
        known = [status.value for status in Status]
        hint = did_you_mean(str(value), known)
        raise DataError(f"recorded status of sample {sample.id!r} is {value!r}.{hint}") from None


def _code(error: Any) -> int | None:
    if isinstance(error, bool):
        return None
    try:
        code = float(error)
    except (TypeError, ValueError):
        return None
    return int(code) if code.is_integer() and 100 <= code < 600 else None


def _paths(row: Row) -> list[str]:
    nested = [f"{key}.{inner}" for key, value in row.items() if isinstance(value, dict) for inner in value]
    return [*map(str, row), *nested]
