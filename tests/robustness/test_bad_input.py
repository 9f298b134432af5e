"""Bad input as a user meets it: what the terminal says, the exit code, and that nothing half-written stays."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from evalium.testing import TestServer
from tests.robustness.command import evalium, plan_of, sums, write_plan, write_rows


def nothing_stays(folder: Path) -> bool:
    """Whether there is neither a run nor a report."""
    catalog = folder / ".evalium" / "catalog.db"
    runs = sqlite3.connect(catalog).execute("SELECT count(*) FROM runs").fetchone()[0] if catalog.exists() else 0
    return runs == 0 and not list(folder.glob("report*"))


def write(folder: Path, plan: Any) -> None:
    write_plan(folder)
    text = plan if isinstance(plan, str) else yaml.safe_dump(plan, sort_keys=False)
    (folder / "plan.yaml").write_text(text, encoding="utf-8")


def data(**changes: Any) -> dict[str, Any]:
    return {"data": {"file": "sums.jsonl", "input": "q", "target": "a", **changes}}


SPELT = "plan: p\ndata: {file: sums.jsonl, input: q, target: a}\nmodels: [mock/target]\n"

WRONG_PLANS: dict[str, tuple[Any, str]] = {
    "empty": ("", "plan.yaml is empty: `evalium init` writes"),
    "no yaml": ("plan: [\n", "plan.yaml:2:1: not valid YAML"),
    "no mapping": ("- a\n", "a plan is a mapping with at least plan, data and models; got a list"),
    "unknown key": (SPELT + "scorer: [exact]\n", "plan.yaml:4: unknown key 'scorer' at `$`. Did you mean 'scorers' or"),
    "unknown key below": (
        SPELT + "execution:\n  cache: true\n  concurency: 3\n",
        "plan.yaml:6: unknown key 'concurency' at `$.execution`. Did you mean 'concurrency'?",
    ),
    "wrong type": (
        SPELT + "execution:\n  max_retries: often\n",
        "plan.yaml:5: Expected `int`, got `str` - at `$.execution.max_retries`; got text 'often'",
    ),
    "missing key": ("plan: p\nmodels: [mock/echo]\n", "missing required field `data`"),
    "model": (plan_of(None, models=["opnai/gpt-4o"]), "unknown model 'opnai'. Did you mean 'openai'?"),
    "model without provider": (plan_of(None, models=["gpt-4o"]), "model id 'gpt-4o' must be 'provider/name'"),
    "key": (
        plan_of(None, models=["openai/gpt-4o"]),
        "'openai/gpt-4o' needs a key: set the environment variable OPENAI_",
    ),
    "scorer": (plan_of(None, scorers=["numerc"]), "unknown scorer 'numerc'. Did you mean 'numeric'"),
    "option": (plan_of(None, scorers=[{"numeric": {"absolut": 1}}]), "no option 'absolut'. Did you mean 'absolute'?"),
    "metric": (plan_of(None, metrics=["acuracy"]), "'acuracy'. Did you mean 'accuracy'"),
    "field": (
        plan_of(None, **data(target="ans")),
        "data.target: sums.jsonl: there is no field 'ans'. Known: a, q, third",
    ),
    "file": (plan_of(None, **data(file="sum.jsonl")), "no file 'sum.jsonl'"),
    "variable": (plan_of(None, prompt="{{ qq }}?"), "prompt: no variable 'qq'. Did you mean 'q'?"),
    "template": (plan_of(None, system="{% for %}"), "system, line 1: not a valid template"),
    "slice": (
        plan_of(None, **data(attributes=["third"]), slices=["thrid"]),
        "no attribute 'thrid'. Did you mean 'third'?",
    ),
    "solver file": (plan_of(None, solver={"python": "own.py:solve"}), "there is no Python file 'own.py'"),
    "chain's pattern": (
        plan_of(None, solver={"chain": [{"name": "one", "prompt": "{{ q }}", "extract": "("}]}),
        "solver.chain[0].extract: '(' is not a regular expression",
    ),
    "chain's model": (
        plan_of(None, solver={"chain": [{"name": "one", "prompt": "{{ q }}", "model": "moc/echo"}]}),
        "unknown model 'moc'. Did you mean 'mock'?",
    ),
    "few examples": (plan_of(None, few_shot={"n": 12}), "few_shot.n = 12 needs more than 12 samples"),
    "mode": (plan_of(None, mode="choice_generate"), "mode 'choice_generate' needs `data.choices`"),
}


@pytest.mark.parametrize("name", WRONG_PLANS)
def test_a_wrong_plan(name: str, tmp_path: Path) -> None:
    plan, words = WRONG_PLANS[name]
    write(tmp_path, plan)
    ended = evalium(tmp_path, "run", "plan.yaml", "-o", "report.html")
    assert ended.code == 2 and words in ended.err and ended.err.startswith("error: ") and not ended.out, ended
    assert "Traceback" not in ended.err and nothing_stays(tmp_path)


WRONG_FILES: dict[str, tuple[Callable[[Path], object], str]] = {
    "missing": (Path.unlink, "no file 'sums.jsonl'"),
    "empty": (lambda path: path.write_text(""), "sums.jsonl: the file is empty"),
    "only blank lines": (lambda path: path.write_text("\n\n"), "sums.jsonl: no usable row"),
    "a bad line": (
        lambda path: path.write_text('{"q": "a", "a": "1"}\n{"q": "b", \n'),
        "sums.jsonl:2: Input data was truncated; --skip-bad-rows",
    ),
    "twins": (
        lambda path: write_rows(path, [{"q": "x", "a": "1", "id": 7}, {"q": "y", "a": "2", "id": 7}]),
        "sums.jsonl:1 and sums.jsonl:2 have the same identifier '7'",
    ),
}


@pytest.mark.parametrize("name", WRONG_FILES)
def test_a_wrong_file(name: str, tmp_path: Path) -> None:
    damage, words = WRONG_FILES[name]
    write_plan(tmp_path)
    damage(tmp_path / "sums.jsonl")
    ended = evalium(tmp_path, "run", "plan.yaml", "-o", "report.html")
    assert ended.code == 2 and words in ended.err and not ended.out and "Traceback" not in ended.err, ended
    assert not list(tmp_path.glob("report*"))
    if name != "twins":
        assert nothing_stays(tmp_path)


def test_a_bad_line_late_in_a_long_file_keeps_what_was_done(tmp_path: Path) -> None:
    rows = [json.dumps(row) for row in sums(10_000)]
    rows[6_000] = rows[6_000][:20]
    with TestServer() as server:
        write_plan(tmp_path, server.url, metrics=["numeric"])
        (tmp_path / "sums.jsonl").write_text("\n".join(rows) + "\n", encoding="utf-8")
        refused = evalium(tmp_path, "run", "plan.yaml", "-o", "report.html")
        assert refused.code == 2 and "sums.jsonl:6001: JSON is malformed" in refused.err, refused
        assert "--skip-bad-rows" in refused.err and not list(tmp_path.glob("report*"))
        [row] = evalium(tmp_path, "runs", "--json").json["runs"]
        assert row["status"] == "interrupted" and server.stats().requests == 6_000
        run = evalium(tmp_path, "run", "plan.yaml", "--skip-bad-rows", "--json").run
        assert run["run"] == row["id"] and run["status"] == {"ok": 9_999} and run["bad_rows"] == 1
        assert server.stats().requests == 9_999
    shown = evalium(tmp_path, "run", "plan.yaml", "--skip-bad-rows")
    assert "bad rows left out: 1" in shown.out


def test_a_variable_that_a_later_row_lacks_names_the_sample(tmp_path: Path) -> None:
    write_plan(tmp_path, prompt="{{ hint }} {{ q }}")
    write_rows(tmp_path / "sums.jsonl", [{**row, "hint": "add"} for row in sums(120)] + [{"q": "x", "a": "1"}])
    ended = evalium(tmp_path, "run", "plan.yaml")
    assert ended.code == 2 and "sample '121': prompt: 'hint' is undefined" in ended.err, ended


def test_a_workspace_of_a_newer_version(tmp_path: Path) -> None:
    write_plan(tmp_path)
    evalium(tmp_path, "run", "plan.yaml", "--quiet")
    with sqlite3.connect(tmp_path / ".evalium" / "catalog.db") as catalog:
        catalog.execute("UPDATE alembic_version SET version_num = '9999'")
        catalog.execute("UPDATE meta SET value = '7.1' WHERE name = 'evalium_version'")
    for command in (["run", "plan.yaml"], ["runs"]):
        ended = evalium(tmp_path, *command)
        assert ended.code == 3 and "made by evalium 7.1" in ended.err and "pip install -U" in ended.err, ended


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["run", "plan.yml"], "plan file 'plan.yml' does not exist. Did you mean 'plan.yaml'?"),
        (["rum"], "no command 'rum'. Did you mean 'run'"),
        (["run", "plan.yaml", "--limt", "3"], "No such option"),
        (["run", "plan.yaml", "-n", "0"], "0 is not in the range x>=1"),
        (["list", "metric"], "'metric' is not one of"),
        (["runs"], "there is no workspace"),
        (["report", "abc"], "there is no workspace"),
    ],
)
def test_wrong_words_on_the_command_line(arguments: list[str], words: str, tmp_path: Path) -> None:
    write_plan(tmp_path)
    ended = evalium(tmp_path, *arguments)
    assert ended.code in (2, 3) and words in ended.err and "Traceback" not in ended.err, ended
    assert nothing_stays(tmp_path)


def test_a_report_that_cannot_be_named_is_refused_before_the_run(tmp_path: Path) -> None:
    with TestServer() as server:
        write_plan(tmp_path, server.url)
        ended = evalium(tmp_path, "run", "plan.yaml", "-o", "report.pdf")
        assert ended.code == 2 and "neither .html nor .md" in ended.err, ended
        assert server.stats().requests == 0 and nothing_stays(tmp_path)
