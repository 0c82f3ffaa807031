"""Sketches: exact while small, and else within their intervals as often as they say."""

from __future__ import annotations

from hashlib import md5

import duckdb
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base.errors import InvalidFile
from muster.engines.sketches import (
    HASHES,
    Sketch,
    dumps,
    hashes_of,
    loads,
    merged,
    pair,
    pairs,
    size,
    sketch_of,
)

K = 256
DRAWS = 600


def drawn(random: np.random.Generator, number: int) -> np.ndarray:
    return random.integers(0, 2**64, size=number, dtype=np.uint64)


def test_a_hash_is_what_sql_computes() -> None:
    keys = [1, 42, -7, "a-b", "ü"]
    sql = "SELECT substr(md5('muster:' || ?), 1, 16)"
    expected = [int(duckdb.execute(sql, [str(key)]).fetchall()[0][0], 16) for key in keys]
    assert hashes_of(keys).tolist() == expected
    assert hashes_of([1])[0] == int(md5(b"muster:1", usedforsecurity=False).hexdigest()[:16], 16)


@given(st.sets(st.integers(0, 300), max_size=K), st.sets(st.integers(0, 300), max_size=K))
def test_small_sets_are_told_exactly(mine, yours) -> None:
    first, second = (sketch_of(hashes_of(sorted(keys)), k=K) for keys in (mine, yours))
    found = pair(first, second)
    for estimate, truth in (
        (size(first), len(mine)),
        (found.intersection, len(mine & yours)),
        (found.union, len(mine | yours)),
        (found.jaccard, len(mine & yours) / len(mine | yours) if mine | yours else 0.0),
    ):
        assert (estimate.low, estimate.value, estimate.high) == (truth, truth, truth)


@pytest.mark.parametrize(
    ("common", "mine", "yours"),
    [
        (2_000, 3_000, 5_000),
        (20_000, 100, 100),
        (10, 5_000, 20_000),
        (0, 1_000, 4_000),
        (150, 60, 9_000),
        (300, 40, 40),
    ],
)
def test_the_truth_lies_in_the_interval_in_more_than_93_of_100_cases(common, mine, yours) -> None:
    random = np.random.default_rng([common, mine, yours])
    hits = np.zeros(4)
    for _ in range(DRAWS):
        shared = drawn(random, common)
        first = sketch_of(np.concatenate([shared, drawn(random, mine)]), k=K)
        second = sketch_of(np.concatenate([shared, drawn(random, yours)]), k=K)
        found, union = pair(first, second), common + mine + yours
        truths = (common + mine, common, union, common / union)
        estimates = (size(first), found.intersection, found.union, found.jaccard)
        hits += [one.low <= truth <= one.high for one, truth in zip(estimates, truths, strict=True)]
    assert (hits / DRAWS >= 0.93).all(), hits / DRAWS


def test_intervals_are_as_narrow_as_the_sample_allows() -> None:
    random = np.random.default_rng(1)
    found = size(sketch_of(drawn(random, 1_000_000)))
    assert (found.high - found.low) / found.value < 2 * 2.1 / 4096**0.5


@given(st.sets(st.integers(0, 5_000), max_size=900), st.sets(st.integers(0, 5_000), max_size=900))
def test_a_merged_sketch_is_the_sketch_of_the_union(mine, yours) -> None:
    first, second, both = (
        sketch_of(hashes_of(sorted(keys)), k=K) for keys in (mine, yours, mine | yours)
    )
    found = merged(first, second, k=K)
    assert found.hashes.tolist() == both.hashes.tolist()
    assert found.theta == both.theta


def test_the_smallest_hashes_make_the_sketch_of_all() -> None:
    hashes = drawn(np.random.default_rng(2), 50_000)
    least = np.sort(hashes)[: K + 1]
    assert sketch_of(least, k=K).theta == sketch_of(hashes, k=K).theta < HASHES
    assert sketch_of(least, k=K).hashes.tolist() == sketch_of(hashes, k=K).hashes.tolist()


def test_a_sketch_comes_back_whole_or_not_at_all() -> None:
    sketch = sketch_of(drawn(np.random.default_rng(3), 9_000), k=K)
    text = dumps(sketch)
    back = loads(text)
    assert (back.hashes == sketch.hashes).all()
    assert back.theta == sketch.theta
    assert loads(dumps(Sketch(np.empty(0, np.uint64)))).exact
    for spoilt in (text[:-1], text[:-1] + bytes([text[-1] ^ 1]), b"", text.replace(b"-1", b"-2")):
        with pytest.raises(InvalidFile, match="damaged"):
            loads(spoilt)


def test_every_pair_of_many_is_told_from_the_hashes_below_both_bounds() -> None:
    random = np.random.default_rng(4)
    shared = drawn(random, 3_000)
    made = [
        sketch_of(np.concatenate([shared[:part], drawn(random, own)]), k=K)
        for part, own in ((0, 0), (10, 0), (100, 50), (700, 9_000), (3_000, 0), (3_000, 40_000))
    ]
    for row, column, found in pairs(made):
        theta = min(made[row].theta, made[column].theta)
        mine, yours = (
            {int(one) for one in made[place].hashes.tolist() if one < theta}
            for place in (row, column)
        )
        assert found.intersection.value == len(mine & yours) * HASHES / theta
        assert found.union.value == len(mine | yours) * HASHES / theta
        share = len(mine & yours) / len(mine | yours) if mine | yours else 0
        assert found.jaccard.value == pytest.approx(share, abs=1e-12)
    assert len(list(pairs(made))) == 21
    assert list(pairs([])) == []
