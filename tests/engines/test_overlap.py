"""Overlaps of sets against plain Python sets."""

from __future__ import annotations

import threading
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from muster.base.errors import Busy
from muster.engines import bits, overlap
from muster.engines.overlap import changes, matrix, ordinals_in, regions

CONTAINER = 959 * 64


def words_of(members: set[int], size: int) -> bits.Words:
    return bits.from_ordinals(np.array(sorted(members), dtype=np.int64), size)


@st.composite
def worlds(draw) -> tuple[int, list[set[int]]]:
    """Sets of very different density, over ordinals that end at an edge or near it."""
    size = draw(st.sampled_from([1, 63, 64, 65, CONTAINER - 1, CONTAINER, 2 * CONTAINER + 7]))
    random = np.random.default_rng(draw(st.integers(0, 2**32)))
    shares = draw(st.lists(st.sampled_from([0, 0.001, 0.004, 0.05, 0.5, 0.97, 1]), max_size=6))
    return size, [set(np.flatnonzero(random.random(size) < share).tolist()) for share in shares]


@settings(max_examples=40)
@given(worlds())
def test_every_pair_is_counted_as_by_hand(world) -> None:
    size, members = world
    found = matrix([words_of(one, size) for one in members])
    for (row, mine), (column, yours) in product(enumerate(members), repeat=2):
        assert found.intersections[row, column] == len(mine & yours)
        assert found.unions[row, column] == len(mine | yours)
        union, own = len(mine | yours), len(mine)
        assert found.jaccard[row, column] == (len(mine & yours) / union if union else 0)
        assert found.containment[row, column] == (len(mine & yours) / own if own else 0)
    assert found.sizes.tolist() == [len(one) for one in members]


@pytest.mark.parametrize("number", [0, 1, 255, 256, 257, 4095, 4096, 4097, CONTAINER])
def test_containers_of_any_fullness_are_told_apart_from_their_filling(number) -> None:
    mine, yours = set(range(number)), set(range(number // 2, CONTAINER))
    found = matrix([words_of(mine, CONTAINER), words_of(yours, CONTAINER)])
    assert found.intersections.tolist() == [
        [number, len(mine & yours)],
        [len(mine & yours), len(yours)],
    ]


def test_a_matrix_is_the_same_tile_by_tile(monkeypatch) -> None:
    random = np.random.default_rng(3)
    sets = [bits.from_flags(random.random(3 * CONTAINER + 5) < share) for share in (0.001, 0.3)]
    whole = matrix(sets).intersections
    monkeypatch.setattr(overlap, "_TILE_BYTES", 2 * 8192)
    assert (matrix(sets).intersections == whole).all()


def test_nobody_waits_for_a_matrix_in_vain() -> None:
    gone = threading.Event()
    gone.set()
    with pytest.raises(Busy, match="Nobody waits"):
        matrix([words_of({1}, 10)], gone=gone)


@settings(max_examples=30)
@given(worlds())
def test_regions_are_exactly_who_is_in_which(world) -> None:
    size, members = world
    expected: dict[int, int] = {}
    for entity in set().union(*members):
        code = sum(1 << place for place, one in enumerate(members) if entity in one)
        expected[code] = expected.get(code, 0) + 1
    assert regions([words_of(one, size) for one in members], size) == expected


def test_sixteen_sets_have_regions_and_seventeen_do_not() -> None:
    sets = [words_of({place, 99}, 100) for place in range(16)]
    assert regions(sets, 100) == {1 << place: 1 for place in range(16)} | {2**16 - 1: 1}
    with pytest.raises(ValueError, match="at most 16"):
        regions([*sets, sets[0]], 100)


@given(st.sets(st.integers(0, 499)), st.sets(st.integers(0, 499)))
def test_changes_are_who_came_and_who_went(before, after) -> None:
    old, new = words_of(before, 500), words_of(after, 500)
    assert changes(old, new) == (len(after - before), len(before - after))
    assert set(ordinals_in(new & ~old).tolist()) == after - before
