from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium.core import ConfigError, Status
from evalium.scorers import create

from .records import record, scored, value

PERSON = {
    "type": "object",
    "required": ["name"],
    "properties": {"name": {"type": "string"}, "age": {"type": "integer", "minimum": 0}},
    "additionalProperties": False,
}


@pytest.mark.parametrize(
    ("output", "strict", "fenced"),
    [
        ("{}", 1.0, 1.0),
        (" [1, 2.5e3, null] \n", 1.0, 1.0),
        ('"text"', 1.0, 1.0),
        ("```json\n{}\n```", 0.0, 1.0),
        ("Sure:\n```\n[1]\n```\nDone.", 0.0, 1.0),
        ("```json\r\n{}\r\n```", 0.0, 1.0),
        ("```json\n{}\n```\n```json\n{}\n```", 0.0, 0.0),
        ("```json\n{\n```", 0.0, 0.0),
        ("```python\n[1]\n```", 0.0, 0.0),
        ("{'a': 1}", 0.0, 0.0),
        ("{a: 1}", 0.0, 0.0),
        ("[1,]", 0.0, 0.0),
        ("[1] // one", 0.0, 0.0),
        ("NaN", 0.0, 0.0),
        ("[Infinity]", 0.0, 0.0),
        ("{} {}", 0.0, 0.0),
        ("01", 0.0, 0.0),
        ('"a\0"', 0.0, 0.0),
        ('"\ud800"', 0.0, 0.0),
        ("", 0.0, 0.0),
        ("\ufeff{}", 0.0, 0.0),
        ("[" * 100_000, 0.0, 0.0),
    ],
)
def test_json_valid(output: str, strict: float, fenced: float) -> None:
    assert value("json_valid", output) == strict
    assert value({"json_valid": {"fenced": True}}, output) == fenced


def test_says_what_is_wrong() -> None:
    assert scored("json_valid", record("[1,]")).explanation == "JSON is malformed: trailing comma in array (byte 3)"
    assert scored("json_valid", record(" ")).explanation == "the output is empty"
    assert scored("json_valid", record("[" * 100_000)).explanation == "the JSON is nested too deeply"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(JSON)
def test_whatever_json_writes_is_valid(content: Any) -> None:
    assert value("json_valid", json.dumps(content, ensure_ascii=False)) == 1.0
    assert value({"json_valid": {"fenced": True}}, f"```json\n{json.dumps(content)}\n```") == 1.0


@given(JSON)
def test_json_equals_itself(content: Any) -> None:
    text = json.dumps({"a": content})
    expected = "missing" if content is None else 1.0
    assert value({"json_field": {"path": "a"}}, text, {"a": content}) == expected


@pytest.mark.parametrize(
    ("output", "expected", "explanation"),
    [
        ('{"name": "Ann", "age": 3}', 1.0, None),
        ('{"age": 3}', 0.0, "$: 'name' is a required property"),
        ('{"name": "Ann", "age": -1}', 0.0, "$.age: -1 is less than the minimum of 0"),
        ('{"name": 3}', 0.0, "$.name: 3 is not of type 'string'"),
        ('{"name": "Ann", "job": 1}', 0.0, "$: Additional properties are not allowed ('job' was unexpected)"),
        ("{", 0.0, "Input data was truncated"),
    ],
)
def test_json_schema(output: str, expected: float, explanation: str | None) -> None:
    score = scored({"json_schema": {"schema": PERSON}}, record(output))
    assert (score.value, score.explanation) == (expected, explanation)


def test_schema_from_a_file_beside_the_plan(tmp_path: Path) -> None:
    (tmp_path / "person.json").write_text(json.dumps(PERSON), encoding="utf-8")
    scorer = create({"json_schema": {"schema": "person.json"}}, base=tmp_path)
    assert value(scorer, '{"name": "Ann"}') == 1.0
    assert scorer.signature == create({"json_schema": {"schema": PERSON}}).signature
    (tmp_path / "person.json").write_text("true", encoding="utf-8")
    assert create({"json_schema": {"schema": "person.json"}}, base=tmp_path).signature != scorer.signature


@pytest.mark.parametrize(
    ("schema", "message"),
    [
        ({"type": "strong"}, r"not a JSON Schema: \$\.type: 'strong' is not valid"),
        ("nowhere.json", "cannot read 'nowhere.json': No such file"),
        ("broken.json", "'broken.json' is no JSON: Input data was truncated"),
    ],
)
def test_wrong_schemas(schema: Any, message: str, tmp_path: Path) -> None:
    (tmp_path / "broken.json").write_text("{", encoding="utf-8")
    with pytest.raises(ConfigError, match=message):
        create({"json_schema": {"schema": schema}}, base=tmp_path)


def test_references() -> None:
    inside = {"$defs": {"n": {"type": "integer"}}, "items": {"$ref": "#/$defs/n"}}
    assert value({"json_schema": {"schema": inside}}, "[1]") == 1.0
    assert value({"json_schema": {"schema": inside}}, '["x"]') == 0.0
    # Nothing listens there, and nothing may be asked.
    outside = {"items": {"$ref": "http://127.0.0.1:9/schema.json"}}
    score = scored({"json_schema": {"schema": outside}}, record("[1]"))
    assert score.status is Status.ERROR and "127.0.0.1:9/schema.json" in (score.explanation or "")


def test_old_drafts() -> None:
    schema = {"$schema": "http://json-schema.org/draft-04/schema#", "minimum": 1, "exclusiveMinimum": True}
    assert value({"json_schema": {"schema": schema}}, "1") == 0.0
    assert value({"json_schema": {"schema": schema}}, "2") == 1.0


@pytest.mark.parametrize(
    ("options", "output", "target", "expected"),
    [
        ({"path": "a"}, '{"a": "x"}', "x", 1.0),
        ({"path": "a"}, '{"a": "X"}', "x", 0.0),
        ({"path": "a"}, '{"a": 1.0}', 1, 1.0),
        ({"path": "a"}, '{"a": "1"}', 1, 0.0),
        ({"path": "a"}, '{"a": true}', 1, 0.0),
        ({"path": "a"}, '{"a": true}', True, 1.0),
        ({"path": "a"}, '{"a": 0}', False, 0.0),
        ({"path": "a"}, '{"a": [1, {"b": 2.0}]}', {"a": [1, {"b": 2}]}, 1.0),
        ({"path": "a"}, '{"a": [1, 2]}', [1, 2], 1.0),
        ({"path": "a"}, '{"a": [2, 1]}', [1, 2], 0.0),
        ({"path": "a.b.1"}, '{"a": {"b": [0, 5]}}', '{"a": {"b": [9, 5]}}', 1.0),
        ({"path": "a.b.2"}, '{"a": {"b": [0, 5]}}', 5, "unparsed"),
        ({"path": "a.-1"}, '{"a": [0, 5]}', 5, "unparsed"),
        ({"path": "0"}, "[7]", 7, 1.0),
        ({"path": "0"}, '{"0": 7}', 7, 1.0),
        ({"path": "/a.b/0/c~1d/e~0f"}, '{"a.b": [{"c/d": {"e~f": 1}}]}', 1, 1.0),
        ({"path": "a"}, '{"b": 1}', 1, "unparsed"),
        ({"path": "a"}, "nothing", 1, "unparsed"),
        ({"path": "a"}, '{"a": 1}', None, "missing"),
        ({"path": "a"}, '{"a": null}', {"a": None}, "missing"),
        ({"path": "a"}, '{"a": "{x"}', "{x", 1.0),
        ({"path": "a", "compare": "numeric"}, '{"a": "1,200 EUR"}', 1200, 1.0),
        ({"path": "a", "compare": "numeric"}, '{"a": 5}', "5.0", 1.0),
        ({"path": "a", "compare": "numeric", "absolute": 0.5}, '{"a": 5.5}', 5, 1.0),
        ({"path": "a", "compare": "numeric", "relative": 0.01}, '{"a": 102}', 100, 0.0),
        ({"path": "a", "compare": "numeric"}, '{"a": "many"}', 5, "unparsed"),
        ({"path": "a", "compare": "numeric"}, '{"a": true}', 1, "unparsed"),
        ({"path": "a", "compare": "numeric"}, '{"a": 1}', "many", "error"),
        ({"path": "a", "fenced": True}, 'Here:\n```json\n{"a": 1}\n```', 1, 1.0),
    ],
)
def test_json_field(options: dict[str, Any], output: str, target: Any, expected: float | str) -> None:
    assert value({"json_field": options}, output, target) == expected


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({}, "needs the option 'path'"),
        ({"path": ""}, "option 'path': names no field"),
        ({"path": "a", "absolute": 1}, "option 'absolute': needs compare: numeric, got 1"),
        ({"path": "a", "compare": "numeric", "relative": -1}, "option 'relative': must not be negative"),
        ({"path": "a", "compare": "same"}, "option 'compare': Invalid enum value 'same'"),
    ],
)
def test_json_field_options(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        create({"json_field": options})


def test_tolerances_are_part_of_the_signature() -> None:
    options = [{}, {"absolute": 1}, {"relative": 1}]
    made = [create({"json_field": {"path": "a", "compare": "numeric", **each}}) for each in options]
    assert len({scorer.signature for scorer in made}) == 3
