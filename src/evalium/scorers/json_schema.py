"""The output is JSON of a declared shape."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec

from evalium.core import ConfigError, Record, ScoreError, Verdict, content_hash

from ._factory import built_in, sign
from ._json_text import NotJson, read_json
from ._limit import in_time
from ._target import NO_OUTPUT
from .base import ScoreFunction, Scorer


def json_schema(*, schema: dict[str, Any] | str, fenced: bool = False, base: Path = Path()) -> Scorer:
    """Whether the output is JSON that a JSON Schema accepts.

    Value 1 or 0, higher is better; the explanation names the place and the rule that was broken. Drafts 3 to 2020-12 by
    the schema's `$schema`, 2020-12 without one. References to other addresses are not fetched. `format` is not checked.
    The hash of the schema is part of the signature.

    Args:
        schema: The schema, or the path of its JSON file.
        fenced: Read the output's only ``` block where it has one.
        base: Folder that the path starts from.

    Raises:
        ConfigError: The file cannot be read or is no JSON, or the schema is not valid.

    Example:
        >>> from evalium.core import Status
        >>> scorer = json_schema(schema={"type": "object", "properties": {"age": {"type": "integer"}}})
        >>> record = Record(key="", run="", sample="1", sample_hash="", model="m", status=Status.OK,
        ...                 output='{"age": "six"}')
        >>> verdict = scorer.score(record)
        >>> verdict.value, verdict.explanation
        (0.0, "$.age: 'six' is not of type 'integer'")
    """
    content = _load(schema, base)
    scorer = _accepting(content, fenced)
    signature = sign("json_schema", 1, {"fenced": True} if fenced else {}, schema=content_hash(content, 16))
    return msgspec.structs.replace(scorer, name="json_schema", signature=signature)


def _load(schema: dict[str, Any] | str, base: Path) -> Any:
    if isinstance(schema, dict):
        return schema
    try:
        return msgspec.json.decode((base / schema).read_bytes())
    except OSError as error:
        raise ConfigError(f"scorer 'json_schema', option 'schema': cannot read {schema!r}: {error.strerror}") from error
    except msgspec.DecodeError as error:
        raise ConfigError(f"scorer 'json_schema', option 'schema': {schema!r} is no JSON: {error}") from error


@built_in(kind="binary")
def _accepting(schema: Any, fenced: bool) -> ScoreFunction:
    import jsonschema
    from referencing.exceptions import Unresolvable
    from referencing.jsonschema import EMPTY_REGISTRY

    kind = jsonschema.validators.validator_for(schema, default=jsonschema.Draft202012Validator)
    try:
        kind.check_schema(schema)
    except jsonschema.SchemaError as error:
        raise ConfigError(
            f"scorer 'json_schema', option 'schema': not a JSON Schema: {error.json_path}: {error.message}"
        ) from error
    validator = kind(schema, registry=EMPTY_REGISTRY)

    def score(record: Record) -> Verdict:
        if record.output is None:
            return NO_OUTPUT
        try:
            value = read_json(record.output, fenced)
        except NotJson as error:
            return Verdict(value=0.0, explanation=str(error))
        try:
            # A schema's own patterns run on the model's text.
            worst = in_time(lambda _: jsonschema.exceptions.best_match(validator.iter_errors(value)), record.output)
        except Unresolvable as error:
            raise ScoreError(f"the schema refers to {error.ref!r}, which is not part of it") from error
        if worst is None:
            return Verdict(value=1.0)
        return Verdict(value=0.0, explanation=f"{worst.json_path}: {worst.message[:300]}")

    return score
