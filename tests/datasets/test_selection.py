"""Split, subset, shuffle and limit: seeded, exact in size, the same from every source."""

from __future__ import annotations

import gzip
import json
from collections import Counter
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evalium import datasets
from evalium.core import Data, DataError, Subset
from evalium.datasets._draw import allocated, drawn, drawn_by_stratum, shuffled
from evalium.datasets._ids import SeenIds

ROWS = tuple({"input": str(i), "group": "abcc"[i % 4], "nested": {"even": i % 2 == 0}} for i in range(200))


def ids(base: Path, **options: object) -> list[str]:
    data = Data(items=ROWS, input="input", **options)
    dataset = datasets.open(data, base)
    found = [s.id for s in dataset]
    assert [s.id for s in dataset] == found
    assert dataset.count() == datasets.open(data, base).count() == len(found)
    return found


def test_limit_alone_takes_the_first(tmp_path: Path) -> None:
    assert ids(tmp_path, limit=3) == ["1", "2", "3"]
    assert len(ids(tmp_path, limit=1000)) == 200


def test_limit_stops_reading(tmp_path: Path) -> None:
    rows = [json.dumps({"input": str(i)}) for i in range(1100)] + ["broken"]
    (tmp_path / "a.jsonl").write_text("\n".join(rows), encoding="utf-8")
    assert len(list(datasets.open(Data(file="a.jsonl", limit=1100), tmp_path))) == 1100


def test_shuffle_is_a_seeded_permutation(tmp_path: Path) -> None:
    one, again, other = (ids(tmp_path, shuffle=seed) for seed in (1, 1, 2))
    assert one == again != other
    assert sorted(one, key=int) == sorted(other, key=int) == [str(i) for i in range(1, 201)]
    assert ids(tmp_path, shuffle=1, limit=10) == one[:10]


def test_this_shuffle_never_changes() -> None:
    # Literal: a stored run names its seed, so these numbers hold for every version.
    assert shuffled(10, seed=0).tolist() == [2, 4, 6, 8, 5, 1, 7, 0, 9, 3]
    assert drawn(1000, 5, seed=42).tolist() == [234, 407, 728, 961, 980]


def test_simple_subset_keeps_the_order_and_nests(tmp_path: Path) -> None:
    small, large = ids(tmp_path, subset=Subset(n=20, seed=5)), ids(tmp_path, subset=Subset(n=60, seed=5))
    assert (len(small), len(large)) == (20, 60)
    assert small == sorted(small, key=int)
    assert set(small) < set(large)
    assert set(small) != set(ids(tmp_path, subset=Subset(n=20, seed=6)))


def test_subset_then_shuffle_then_limit(tmp_path: Path) -> None:
    chosen = ids(tmp_path, subset=Subset(n=20, seed=5))
    mixed = ids(tmp_path, subset=Subset(n=20, seed=5), shuffle=9)
    assert sorted(mixed, key=int) == chosen != mixed
    assert ids(tmp_path, subset=Subset(n=20, seed=5), shuffle=9, limit=4) == mixed[:4]


@pytest.mark.parametrize("by", ["group", "nested.even", "{{ group }}", "named", "target"])
def test_stratified_subset_keeps_shares(by: str, tmp_path: Path) -> None:
    data = Data(
        items=ROWS, input="input", target="group", attributes={"named": "group"}, subset=Subset(n=41, by=by, seed=1)
    )
    samples = list(datasets.open(data, tmp_path))
    if by == "nested.even":
        shares = Counter(s.fields["nested"]["even"] for s in samples)
        assert shares == {True: 21, False: 20}
    else:
        assert Counter(s.target for s in samples) == {"a": 10, "b": 10, "c": 21}


def test_subset_larger_than_the_data(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"data.subset.n is 500, but there are only 200 rows; use data.limit"):
        ids(tmp_path, subset=Subset(n=500))
    with pytest.raises(DataError, match="no field 'grup'. Did you mean 'group'"):
        ids(tmp_path, subset=Subset(n=5, by="grup"))


@pytest.mark.parametrize("packed", [False, True])
def test_files_and_items_select_alike(packed: bool, tmp_path: Path) -> None:
    text = "".join(json.dumps(row) + "\n\n" for row in ROWS).encode()
    name = "a.jsonl.gz" if packed else "a.jsonl"
    (tmp_path / name).write_bytes(gzip.compress(text) if packed else text)
    for options in ({"shuffle": 4}, {"subset": Subset(n=33, by="group")}, {"shuffle": 4, "subset": Subset(n=33)}):
        from_file = datasets.open(Data(file=name, input="input", **options), tmp_path)
        from_items = datasets.open(Data(items=ROWS, input="input", **options), tmp_path)
        assert list(from_file) == list(from_items)
        assert from_file.hash == from_items.hash


def test_shuffle_over_many_files(tmp_path: Path) -> None:
    for i in range(70):
        (tmp_path / f"{i:02}.jsonl").write_text(json.dumps({"input": str(i), "big": 2**70}) + "\n", encoding="utf-8")
    few = {s.input for s in datasets.open(Data(file="0*.jsonl", shuffle=1), tmp_path)}
    assert few == {str(i) for i in range(10)}
    samples = list(datasets.open(Data(file="*.jsonl", shuffle=1), tmp_path))
    assert sorted(int(s.input) for s in samples) == list(range(70))
    assert all(s.fields["big"] == 2**70 for s in samples)


def test_order_changes_the_hash_of_the_dataset_only(tmp_path: Path) -> None:
    plain, mixed = (datasets.open(Data(items=ROWS, input="input", shuffle=s), tmp_path) for s in (None, 1))
    assert plain.hash is None
    assert {s.hash for s in plain} == {s.hash for s in mixed}
    assert plain.hash != mixed.hash and len(plain.hash or "") == 32


@given(st.lists(st.integers(1, 50), min_size=1, max_size=8), st.data())
def test_allocation_is_by_largest_remainder(sizes: list[int], data: st.DataObject) -> None:
    n = data.draw(st.integers(1, sum(sizes)))
    quota = allocated(sizes, n)
    assert sum(quota) == n
    for size, got in zip(sizes, quota, strict=True):
        assert abs(got - n * size / sum(sizes)) < 1
        assert 0 <= got <= size
    strata = np.repeat(np.arange(len(sizes), dtype=np.uint32), sizes)
    rows = drawn_by_stratum(strata, n, seed=n)
    assert np.bincount(strata[rows], minlength=len(sizes)).tolist() == quota
    assert len(set(rows.tolist())) == n


def test_draws_are_uniform() -> None:
    from scipy.stats import chisquare

    draws, size, n = 4000, 40, 10
    times = np.zeros(size)
    firsts = np.zeros(size)
    for seed in range(draws):
        times[drawn(size, n, seed)] += 1
        firsts[shuffled(size, seed)[0]] += 1
    assert chisquare(times).pvalue > 1e-3
    assert chisquare(firsts).pvalue > 1e-3
    assert times.sum() == draws * n


def test_seen_identifiers() -> None:
    seen, names = SeenIds(), [f"id-{i}" for i in range(20_000)]
    assert all(seen.add(name) for name in names)
    assert not any(seen.add(name) for name in names)
