"""Sets as words and three-valued algebra, against sets of Python integers."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from muster.engines import bits
from muster.engines.bits import Mask
from muster.rules import truth

SIZE = 131


def words(members: set[int]) -> bits.Words:
    return bits.from_ordinals(np.array(sorted(members), dtype=np.int64), SIZE)


def members(found: bits.Words) -> set[int]:
    return set(bits.to_ordinals(found, SIZE).tolist())


sets = st.sets(st.integers(0, SIZE - 1))
truths = st.lists(st.sampled_from([True, False, None]), min_size=SIZE, max_size=SIZE)


def mask(column: list[bool | None]) -> Mask:
    return Mask(
        words({i for i, value in enumerate(column) if value is True}),
        words({i for i, value in enumerate(column) if value is False}),
    )


def column(found: Mask) -> list[bool | None]:
    true, false = members(found.true), members(found.false)
    assert not true & false
    return [True if i in true else False if i in false else None for i in range(SIZE)]


@given(sets)
def test_words_hold_what_was_put_in(chosen: set[int]) -> None:
    found = words(chosen)
    assert members(found) == chosen
    assert bits.count(found) == len(chosen)
    assert members(bits.from_roaring(bits.to_roaring(found, SIZE), SIZE)) == chosen
    assert members(bits.from_flags(bits.to_flags(found, SIZE))) == chosen


@pytest.mark.parametrize("size", [0, 1, 63, 64, 65, 128])
def test_every_size_works(size: int) -> None:
    found = bits.from_flags(np.ones(size, dtype=np.bool_))
    assert bits.count(found) == size
    assert len(bits.zeros(size)) == len(found)


def test_a_grown_set_holds_the_same() -> None:
    found = bits.grown(words({1, 130}), 1000)
    assert set(bits.to_ordinals(found, 1000).tolist()) == {1, 130}


@pytest.mark.parametrize("size", [0, 1, 65_536, 65_537, 300_001])
@pytest.mark.parametrize("share", [0.0, 0.00001, 0.0625, 0.4, 1.0])
def test_a_roaring_bitmap_is_the_same_as_one_made_of_numbers(size: int, share: float) -> None:
    flags = np.random.default_rng(size).random(size) < share
    numbers = BitMap(np.flatnonzero(flags).astype(np.uint32))
    numbers.run_optimize()
    found = bits.to_roaring(bits.from_flags(flags), size)
    assert found == numbers
    assert found.serialize() == numbers.serialize()


@given(truths, st.sampled_from([True, False, None]), st.booleans())
def test_answers_become_a_mask(values: list[bool | None], empty: bool | None, few: bool) -> None:
    rows = list(range(SIZE))[:: 3 if few else 1]
    answers = np.ma.array(
        [bool(values[row]) for row in rows], mask=[values[row] is None for row in rows]
    )
    found = bits.mask_of(np.array(rows, dtype=np.int64), answers, SIZE, empty=empty)
    assert column(found) == [values[i] if i in rows else empty for i in range(SIZE)]


def test_answers_without_a_null_need_no_masked_array() -> None:
    found = bits.mask_of(np.array([2, 0]), np.array([True, False]), SIZE, empty=None)
    assert column(found)[:4] == [False, None, True, None]


@given(st.lists(truths, min_size=1, max_size=4), st.integers(0, 5))
def test_gates_are_kleene_s(columns: list[list[bool | None]], n: int) -> None:
    masks = [mask(item) for item in columns]
    rows = list(zip(*columns, strict=True))
    present = words(set(range(SIZE)))
    assert column(bits.every(masks)) == [truth.all_of(row) for row in rows]
    assert column(bits.some(masks)) == [truth.any_of(row) for row in rows]
    assert column(bits.opposite(masks[0])) == [truth.negate(row[0]) for row in rows]
    assert column(bits.at_least(n, masks, present)) == [truth.at_least(n, row) for row in rows]


@given(truths)
def test_unknown_is_what_is_neither(values: list[bool | None]) -> None:
    present = words(set(range(100)))
    assert members(mask(values).unknown(present)) == {i for i in range(100) if values[i] is None}
