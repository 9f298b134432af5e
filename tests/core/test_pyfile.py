from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from evalium.core import ConfigError, load_object, source_hash


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text, encoding="utf-8")
    return folder


def test_loads_functions_classes_and_attributes(tmp_path: Path) -> None:
    write(
        tmp_path,
        mine="class A:\n    @staticmethod\n    def f(): return 7\nasync def g(): return 8\nTABLE = {'x': 9}\n",
    )
    assert load_object("mine.py:A.f", tmp_path)() == 7
    assert asyncio.run(load_object("mine.py:g", tmp_path)()) == 8
    assert load_object("mine.py:TABLE", tmp_path) == {"x": 9}
    assert load_object(f"{tmp_path}/mine.py:TABLE", Path("/")) == {"x": 9}


def test_unchanged_code_keeps_its_state_and_edited_code_is_new(tmp_path: Path) -> None:
    write(tmp_path, counter="calls = []\nVERSION = 1\n")
    calls = load_object("counter.py:calls", tmp_path)
    calls.append("kept")
    assert load_object("counter.py:calls", tmp_path) is calls
    before = source_hash("counter.py:calls", tmp_path)
    write(tmp_path, counter="calls = []\nVERSION = 2\n")
    assert load_object("counter.py:VERSION", tmp_path) == 2, "same size and same second as the version before"
    assert load_object("counter.py:calls", tmp_path) == []
    assert source_hash("counter.py", tmp_path) != before


def test_modules_beside_the_file_belong_to_it(tmp_path: Path) -> None:
    first, second = tmp_path / "first", tmp_path / "second"
    for folder, value in ((first, 1), (second, 22)):
        folder.mkdir()
        write(
            folder,
            shared_helper=f"from deeper_helper import deep\nvalue = {value}\n",
            deeper_helper=f"deep = {value * 10}\n",
            main="import shared_helper\ndef f():\n    from shared_helper import deep\n    return shared_helper.value\n",
        )
    assert load_object("main.py:f", first)() == 1
    assert load_object("main.py:f", second)() == 22, "a helper of the same name in another folder is another module"
    assert load_object("main.py:f", first)() == 1
    before = source_hash("main.py", first)
    write(first, deeper_helper="deep = 12345\n")
    assert source_hash("main.py", first) != before, "code that is imported in two steps counts"
    assert load_object("main.py:shared_helper.deep", first) == 12345


def test_two_files_share_their_sibling(tmp_path: Path) -> None:
    write(
        tmp_path,
        common_thing="class Thing: pass\n",
        a_file="from common_thing import Thing\n",
        b_file="from common_thing import Thing\n",
    )
    assert load_object("a_file.py:Thing", tmp_path) is load_object("b_file.py:Thing", tmp_path)


def test_packages_and_relative_imports_count(tmp_path: Path) -> None:
    package = tmp_path / "inner_package"
    package.mkdir()
    write(package, __init__="from .part import value\n", part="from . import other\nvalue = other.x\n", other="x = 5\n")
    write(tmp_path, top="from inner_package import value\n")
    assert load_object("top.py:value", tmp_path) == 5
    before = source_hash("top.py", tmp_path)
    write(package, other="x = 66\n")
    assert source_hash("top.py", tmp_path) != before
    assert load_object("top.py:value", tmp_path) == 66


def test_hash_is_the_same_in_every_folder_and_with_either_line_end(tmp_path: Path) -> None:
    hashes = set()
    for name, text in (("a", b"x = 1\ny = 2\n"), ("b", b"x = 1\r\ny = 2\r\n")):
        (tmp_path / name).mkdir()
        (tmp_path / name / "f.py").write_bytes(text)
        hashes.add(source_hash("f.py:x", tmp_path / name, 64))
    assert len(hashes) == 1 and len(hashes.pop()) == 64


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("mine.py", "names no object: write it as 'file.py:name'"),
        ("mine.py:", "names no object"),
        ("mine.py:predct", "has no 'predct'. Did you mean 'predict'?"),
        ("mine.py:Model.aswer", "has no 'Model.aswer'. Did you mean 'answer'?"),
        ("mine.py:predict.x", "has no 'predict.x'"),
        ("mien.py:predict", "there is no Python file 'mien.py'"),
        ("mien.py:predict", "Did you mean 'mine.py'?"),
        ("nowhere/mine.py:predict", "there is no Python file 'nowhere/mine.py'"),
        ("broken.py:f", r"broken.py cannot be imported: ZeroDivisionError: division by zero \(line 2\)"),
        ("syntax.py:f", r"SyntaxError: .* \(line 1\)"),
        ("missing.py:f", "ModuleNotFoundError: No module named 'no_such_library'"),
        ("leaves.py:f", "SystemExit: 3"),
    ],
)
def test_errors_say_what_and_the_way_out(tmp_path: Path, spec: str, message: str) -> None:
    write(
        tmp_path,
        mine="def predict(): pass\nclass Model:\n    def answer(self): pass\n",
        broken="y = 1\nx = y / 0\n",
        syntax="def f(:\n",
        missing="import no_such_library\n",
        leaves="import sys\nsys.exit(3)\n",
    )
    with pytest.raises(ConfigError, match=message) as caught:
        load_object(spec, tmp_path)
    imported = spec.partition(".")[0] in {"broken", "syntax", "missing", "leaves"}
    assert (caught.value.__cause__ is not None) == imported


def test_a_file_that_failed_can_be_mended(tmp_path: Path) -> None:
    write(tmp_path, mended="import no_such_library\n")
    with pytest.raises(ConfigError):
        load_object("mended.py:f", tmp_path)
    assert not [name for name in sys.modules if name.startswith("_evalium_mended")]
    write(tmp_path, mended="f = 1\n")
    assert load_object("mended.py:f", tmp_path) == 1


def test_files_that_import_each_other_and_dataclasses_work(tmp_path: Path) -> None:
    write(
        tmp_path,
        left="from __future__ import annotations\nfrom dataclasses import dataclass\nimport right\n"
        "@dataclass\nclass Point:\n    x: int\n",
        right="import left_name_only_in_text\n".replace(
            "import left_name_only_in_text", "def late():\n    import left"
        ),
    )
    assert load_object("left.py:Point", tmp_path)(x=3).x == 3


def test_a_name_of_the_standard_library_is_left_alone(tmp_path: Path) -> None:
    import colorsys

    for version in ("x = 1\n", "x = 22\n"):
        write(tmp_path, colorsys=version, uses="import colorsys\ny = colorsys.rgb_to_hsv\n")
        assert load_object("uses.py:y", tmp_path) is colorsys.rgb_to_hsv
    assert sys.modules["colorsys"] is colorsys


def test_no_bytecode_is_left_beside_the_file(tmp_path: Path) -> None:
    write(tmp_path, clean="x = 1\n")
    assert load_object("clean.py:x", tmp_path) == 1
    assert [p.name for p in tmp_path.iterdir()] == ["clean.py"]
