"""The texts of a few units, cut to what can be shown before they leave the database."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from evalium.metrics import StoredRun

from ._data import Judged
from ._failures import UNITS
from ._outcomes import Key, outcome_text
from ._visible import Text, cut

if TYPE_CHECKING:
    import duckdb

MOST = 8_000
"""Characters of one text that are shown at most."""
MOST_JSON = 200_000
"""Characters up to which a conversation is read whole, so that it can be shown turn by turn."""
NONE = Text("", "", 0)
_KEYS = "JOIN (SELECT unnest($samples) AS sample, unnest($epochs) AS epoch) k USING (sample, epoch)"


class Texts(NamedTuple):
    """What went in and out of one unit."""

    input: Text
    output: Text
    expected: Text
    error: Text
    attributes: dict[str, Any]
    latency: float | None
    cost: float | None


def texts_of(db: duckdb.DuckDBPyConnection, run: str, keys: Sequence[Key]) -> dict[Key, Texts]:
    """Texts of some units of a run; of a text of 10 MB only its ends are fetched."""
    wanted = ", ".join(_ends(name) for name in ("input", "output", "target", "error"))
    query = f"""
        SELECT sample, epoch, attributes, latency, cost, label, {wanted}
        FROM (SELECT * FROM records WHERE run = $run AND {UNITS}) r {_KEYS}"""
    found = {}
    for sample, epoch, attributes, latency, cost, label, *ends in db.execute(query, _values(run, keys)).fetchall():
        asked, output, target, error = (_text(*ends[i : i + 3]) for i in range(0, 12, 3))
        found[str(sample), int(epoch)] = Texts(
            input=_conversation(asked),
            output=_short(output if output.length or label is None else Text(label, "", len(label))),
            expected=_expected(target),
            error=_short(error),
            attributes=msgspec.json.decode(attributes, type=dict[str, Any]) if attributes else {},
            latency=latency,
            cost=cost,
        )
    return found


def judged_of(db: duckdb.DuckDBPyConnection, stored: StoredRun, keys: Sequence[Key]) -> dict[Key, tuple[Judged, ...]]:
    """What all scorers said of some units of a run."""
    known = {s.name: s for s in stored.scorers}
    query = f"""
        SELECT sample, epoch, scorer, status, value, label, {_ends("answer")}, {_ends("explanation")}
        FROM (SELECT * FROM scores WHERE run = $run) s {_KEYS} ORDER BY sample, epoch, written_at, scorer"""
    found: dict[Key, tuple[Judged, ...]] = {}
    for sample, epoch, scorer, status, value, label, *ends in db.execute(
        query, _values(stored.row.id, keys)
    ).fetchall():
        answer, explanation = _short(_text(*ends[:3])), _short(_text(*ends[3:]))
        said = outcome_text(status, value, label, known.get(scorer))
        one = Judged(scorer=scorer, status=status, outcome=said, answer=answer, explanation=explanation)
        key = (str(sample), int(epoch))
        found[key] = (*found.get(key, ()), one)
    return found


def _values(run: str, keys: Sequence[Key]) -> dict[str, Any]:
    return {"run": run, "samples": [k[0] for k in keys], "epochs": [k[1] for k in keys]}


def _ends(column: str) -> str:
    whole = f"length({column}) <= {MOST_JSON}"
    head = f"CASE WHEN {whole} THEN {column} ELSE left({column}, {MOST}) END"
    return f"length({column}), {head}, CASE WHEN {whole} THEN '' ELSE right({column}, {MOST}) END"


def _text(length: int | None, head: str | None, tail: str | None) -> Text:
    return Text(head or "", tail or "", length) if length else NONE


def _short(text: Text) -> Text:
    return text.shorter(MOST)


def _conversation(text: Text) -> Text:
    """Messages stored as JSON, turn by turn; any other text as it is."""
    if text.tail or not text.head.startswith('[{"role"'):
        return _short(text)
    try:
        turns = msgspec.json.decode(text.head, type=list[dict[str, Any]])
    except msgspec.MsgspecError:
        return _short(text)
    return cut("\n\n".join(f"{turn.get('role')}:\n{_content(turn.get('content', ''))}" for turn in turns), MOST)


def _content(content: Any) -> str:
    if isinstance(content, str):
        return content
    parts = content if isinstance(content, list) else [content]
    return "\n".join(str(p["text"]) if isinstance(p, dict) and "text" in p else _json(p) for p in parts)


def _expected(text: Text) -> Text:
    """A target as its words: text without quotes, several acceptable ones on a line each."""
    if text.tail or not text.head:
        return _short(text)
    try:
        target = msgspec.json.decode(text.head)
    except msgspec.DecodeError:
        return _short(text)
    several = target if isinstance(target, list) else [target]
    return cut("\n".join(one if isinstance(one, str) else _json(one) for one in several), MOST)


def _json(value: Any) -> str:
    return msgspec.json.encode(value).decode()
