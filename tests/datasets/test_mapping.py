"""From row to sample: mapping, guessing, choices, context, media and the content hash."""

from __future__ import annotations

import base64
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium import datasets
from evalium.core import Data, DataError, Media, MediaPart, Message, Sample, TextPart
from evalium.datasets._field import MISSING, compile_reference

PNG = b"\x89PNG\r\n\x1a\n" + b"picture"
WAV = b"RIFF\x24\0\0\0WAVEfmt "


def one(row: dict[str, object], base: Path, **mapping: object) -> Sample:
    (sample,) = datasets.open(Data(items=(row,), **mapping), base)
    return sample


def test_input_forms(tmp_path: Path) -> None:
    row = {"a": 1, "b": 2.5, "c": {"d": "x"}, "question": "q"}
    assert one(row, tmp_path, input="question").input == "q"
    assert one(row, tmp_path, input="a").input == "1"
    assert one(row, tmp_path, input="c").input == {"d": "x"}
    assert one(row, tmp_path, input={"first": "a", "deep": "c.d", "sum": "{{ a + b }}"}).input == {
        "first": 1,
        "deep": "x",
        "sum": 3.5,
    }
    assert one(row, tmp_path, input=("b", "a")).input == [2.5, 1]
    assert one(row, tmp_path, input="Q: {{ question }}\n").input == "Q: q\n"


def test_target_may_be_any_value(tmp_path: Path) -> None:
    for value in ("x", 7, 1.5, True, ["a", "b"], {"k": [1]}, None):
        assert one({"input": "q", "target": value}, tmp_path).target == value


def test_a_target_is_guessed_only_together_with_the_input(tmp_path: Path) -> None:
    row = {"question": "q", "answer": "a", "label": "b"}
    assert one(row, tmp_path, input="question").target is None
    assert one(row, tmp_path, target="label").target == "b"


def test_references() -> None:
    row = {"a.b": 1, "a": {"b": 2, "c": [{"d": 3}], "null": None}, "text": "x", "many": [1, 2]}
    for reference, value in [
        ("a.b", 1),
        ("a.c.0.d", 3),
        ("a.c.1.d", MISSING),
        ("a.null", None),
        ("a.null.x", MISSING),
        ("{{ a.c[0].d * 2 }}", 6),
        ("{{- text -}}", "x"),
        ("{{ row['a.b'] }}", 1),
        ("{{ text }}{{ many }}", "x[1, 2]"),
        ("{% if many %}yes{% endif %}", "yes"),
        ("{{ many | map('string') }}", ["1", "2"]),
        ("{{ many | tojson }}", "[1, 2]"),
        ("{{ nothing | default('none') }}", "none"),
    ]:
        found = compile_reference(reference, "x")(row)
        assert found == value and type(found) is type(value)


@given(
    st.recursive(
        st.none() | st.integers() | st.text(), lambda s: st.dictionaries(st.text("ab", min_size=1), s), max_leaves=8
    )
)
def test_a_path_finds_what_walking_finds(value: object) -> None:
    def walk(node: object, path: str) -> None:
        assert compile_reference(path, "x")({"root": value}) == node
        if isinstance(node, dict):
            for key, below in node.items():
                walk(below, f"{path}.{key}")

    walk(value, "root")


def test_choices(tmp_path: Path) -> None:
    row = {
        "input": "q",
        "options": ["x", 2, True],
        "json": '["a", "b"]',
        "text": "a;b",
        "A": "x",
        "B": "",
        "C": "z",
        "D": None,
    }
    assert one(row, tmp_path, input="input", choices="options").choices == ("x", "2", "true")
    assert one(row, tmp_path, input="input", choices="json").choices == ("a", "b")
    assert one(row, tmp_path, input="input", choices="{{ text.split(';') }}").choices == ("a", "b")
    assert one(row, tmp_path, input="input", choices=("A", "B", "C", "D")).choices == ("x", "", "z")
    with pytest.raises(DataError, match="data.choices: the field holds text, not a list"):
        one(row, tmp_path, input="input", choices="text")


def test_context_cluster_and_attributes(tmp_path: Path) -> None:
    row = {"input": "q", "doc": "d", "docs": ["e", "f"], "user": 5, "tags": ["x"], "flag": True}
    sample = one(
        row, tmp_path, input="input", context=("doc", "docs"), cluster="user", attributes=("tags", "flag", "user")
    )
    assert sample.context == ("d", "e", "f")
    assert sample.cluster == "5"
    assert sample.attributes == {"tags": '["x"]', "flag": True, "user": 5}
    assert sample.fields == row
    with pytest.raises(Exception, match="needs a name: attributes"):
        one(row, tmp_path, input="input", attributes=("{{ user }}",))


def test_the_hash_is_of_the_content_only(tmp_path: Path) -> None:
    base = one({"id": 1, "input": "q", "target": "a", "tag": 1}, tmp_path)
    other = one({"input": "q", "target": "a", "tag": 2}, tmp_path, attributes=("tag",), cluster="tag")
    assert base.hash == other.hash == datasets.sample_hash(base)
    assert base.hash == "ef9779e01cdb092ff3fd7130927bf496"
    changed = [
        one({"input": "q ", "target": "a"}, tmp_path),
        one({"input": "q", "target": ["a"]}, tmp_path),
        one({"input": "q", "target": "a", "choices": ["a"]}, tmp_path),
        one({"input": "q", "target": "a", "context": "a"}, tmp_path),
        one({"input": "q", "target": "a", "i": "https://example.org/a.png"}, tmp_path, image="i"),
    ]
    assert len({s.hash for s in [base, *changed]}) == 6


def test_media_forms(tmp_path: Path) -> None:
    (tmp_path / "pictures").mkdir()
    (tmp_path / "pictures" / "a.png").write_bytes(PNG)
    (tmp_path / "notes.txt").write_text("notes", encoding="utf-8")
    encoded = base64.b64encode(PNG).decode()
    forms = ["pictures/a.png", f"data:image/png;base64,{encoded}", encoded, PNG, {"bytes": PNG, "path": "x.png"}]
    samples = [one({"input": "q", "i": form}, tmp_path, image="i") for form in forms]
    assert {s.media[0].mime for s in samples} == {"image/png"}
    assert len({s.hash for s in samples}) == 1, "the same bytes are the same content wherever they lie"
    assert samples[0].media[0].path == str((tmp_path / "pictures" / "a.png").resolve())
    url = one({"input": "q", "i": "https://example.org/b.jpg?x=1"}, tmp_path, image="i").media[0]
    assert (url.url, url.mime, url.name) == ("https://example.org/b.jpg?x=1", "image/jpeg", "b.jpg")
    several = one(
        {"input": "q", "i": forms[:2], "f": "notes.txt", "s": WAV}, tmp_path, image="i", attachment="f", audio="s"
    )
    assert [(m.kind, m.mime) for m in several.media] == [
        ("image", "image/png"),
        ("image", "image/png"),
        ("audio", "audio/wav"),
        ("file", "text/plain"),
    ]
    assert one({"input": "q", "i": ""}, tmp_path, image="i").media == ()


def test_changed_media_change_the_hash(tmp_path: Path) -> None:
    picture = tmp_path / "a.png"
    picture.write_bytes(PNG)
    before = one({"input": "q", "i": "a.png"}, tmp_path, image="i").hash
    picture.write_bytes(PNG + b"more")
    assert one({"input": "q", "i": "a.png"}, tmp_path, image="i").hash != before


def test_media_refusals(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (tmp_path / "secret.png").write_bytes(PNG)
    (data / "a.png").write_bytes(PNG)
    (data / "a.txt").write_text("text", encoding="utf-8")
    os.symlink(tmp_path / "secret.png", data / "link.png")
    for value, words in [
        ("../secret.png", "lies outside the data's folder"),
        (str(tmp_path / "secret.png"), "lies outside the data's folder"),
        ("link.png", "lies outside the data's folder"),
        ("b.png", "neither a file in .* Did you mean 'a.png'"),
        ("a.txt", "the content is text/plain, not image; use data.attachment"),
        ("data:image/png;base64,???", "a data URL reads"),
        ("x" * 5000, "neither a file in"),
        (7, "int is no image"),
    ]:
        with pytest.raises(DataError, match=f"data.image: .*{words}"):
            one({"input": "q", "i": value}, data, image="i")


def test_paths_start_at_the_data_file(tmp_path: Path) -> None:
    (tmp_path / "set").mkdir()
    (tmp_path / "set" / "a.png").write_bytes(PNG)
    (tmp_path / "set" / "rows.jsonl").write_text('{"input": "q", "i": "a.png"}\n', encoding="utf-8")
    (sample,) = datasets.open(Data(file="set/rows.jsonl", input="input", image="i"), tmp_path)
    assert sample.media[0].name == "a.png"


def test_media_inside_messages_count_by_content(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(PNG)
    (tmp_path / "b.png").write_bytes(PNG)

    def ask(media: Media) -> str:
        return datasets.sample_hash(Sample(id="", input=(Message("user", (TextPart("?"), MediaPart(media))),)))

    first = ask(Media(kind="image", mime="image/png", path=str(tmp_path / "a.png")))
    assert first == ask(Media(kind="image", mime="image/png", path=str(tmp_path / "b.png")))
    assert first == ask(Media(kind="image", mime="image/png", data=base64.b64encode(PNG).decode()))
    with pytest.raises(DataError, match="cannot be read"):
        ask(Media(kind="image", mime="image/png", path=str(tmp_path / "gone.png")))
