from pathlib import Path

import jsonschema
import msgspec
import pytest
import yaml

from evalium.core import ConfigError, Plan
from evalium.runner import load_plan, plan_schema

MINIMAL = """\
plan: p
data: {items: [{input: a, target: b}]}
models: [mock/echo]
"""


def write(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "plan.yaml"
    path.write_text(text, encoding="utf-8")
    return path


def refused(tmp_path: Path, text: str) -> str:
    with pytest.raises(ConfigError) as error:
        load_plan(write(tmp_path, text))
    assert error.value.exit_code == 2
    return str(error.value)


def test_a_minimal_plan(tmp_path: Path):
    plan, base = load_plan(write(tmp_path, MINIMAL))
    assert plan.plan == "p" and plan.models == ("mock/echo",) and base == tmp_path


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (MINIMAL + "promt: x\n", ["plan.yaml:4", "unknown key 'promt'", "'prompt'"]),
        (
            "plan: p\ndata:\n  file: a.csv\n  inputs: q\nmodels: [m]\n",
            ["plan.yaml:4", "'inputs'", "`$.data`", "'input'"],
        ),
        (MINIMAL.replace("[mock/echo]", "\n  - {id: openai/x, price: {inptu: 1}}"), [":4", "'inptu'", "'input'"]),
        (MINIMAL + "epochs: many\n", [":4", "Expected `int`, got `str`", "`$.epochs`", "'many'"]),
        (MINIMAL + "execution: {budget: lots}\n", ["`$.execution.budget`", "'lots'"]),
        ("plan: p\nmodels: [m]\n", ["missing required field `data`"]),
        (MINIMAL + "epochs: 0\n", ["`epochs` must be at least 1; got 0"]),
        (MINIMAL + "level: 95\n", ["`level`", "95"]),
        (MINIMAL.replace("[mock/echo]", "[]"), ["`models` is empty"]),
        (MINIMAL.replace("[mock/echo]", "[mock/echo, mock/echo]"), ["two models are called 'mock/echo'"]),
        (MINIMAL + "mode: choose\n", ["`$.mode`", "'choose'"]),
        ("- a\n- b\n", ["a plan is a mapping", "a list"]),
        ("", ["is empty", "evalium init"]),
        ("plan: [\n", ["plan.yaml:2", "not valid YAML"]),
        ("plan: !!python/object/apply:os.system ['true']\n", ["not valid YAML"]),
        (MINIMAL + "solver: {}\n", ["either `python` or `chain`"]),
    ],
)
def test_what_is_wrong_is_named(tmp_path: Path, text: str, said: list[str]):
    message = refused(tmp_path, text)
    for part in said:
        assert part in message


def test_a_missing_file_names_the_nearest(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    write(tmp_path, MINIMAL)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ConfigError, match=r"'plan.yml' does not exist. Did you mean 'plan.yaml'\?"):
        load_plan("plan.yml")


def test_not_utf8(tmp_path: Path):
    (tmp_path / "plan.yaml").write_bytes(b"plan: \xff\xfe")
    with pytest.raises(ConfigError, match="not UTF-8"):
        load_plan(tmp_path / "plan.yaml")


def test_a_plan_from_python(tmp_path: Path):
    (tmp_path / "tasks.py").write_text(
        "import evalium as ev\n\n@ev.task\ndef greet():\n"
        "    return {'data': {'items': [{'input': 'hi', 'target': 'hi'}]}, 'models': ['mock/echo']}\n",
        encoding="utf-8",
    )
    plan, base = load_plan(f"{tmp_path}/tasks.py:greet")
    assert plan.plan == "greet" and base == tmp_path


def test_the_schema_accepts_what_the_reader_accepts(tmp_path: Path):
    schema = plan_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    jsonschema.validate(yaml.safe_load(MINIMAL), schema)
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate({**yaml.safe_load(MINIMAL), "promt": "x"}, schema)


def test_a_plan_survives_its_own_manifest():
    plan = msgspec.convert(yaml.safe_load(MINIMAL), Plan)
    assert msgspec.convert(msgspec.to_builtins(plan), Plan) == plan
