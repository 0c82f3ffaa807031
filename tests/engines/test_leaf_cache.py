"""Answers are kept as long as the data they are about stays the same, and no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from muster.base.datamodel import Field, FieldType
from muster.compile.atoms import (
    Atom,
    BoundScan,
    BoundStep,
    Counted,
    EntityAtom,
    EventAtom,
    MemberAtom,
    PathAtom,
)
from muster.engines.bits import Mask
from muster.engines.entities import EntityDictionary
from muster.engines.index.layout import AudienceIndex
from muster.engines.leaf_cache import DataLeaves, LeafCache
from muster.rules.nodes import Count, Member
from muster.rules.resolved import Test
from muster.rules.windows import Interval

NOW = datetime(2026, 1, 1, tzinfo=UTC)
DAY = Interval(datetime(2025, 12, 31, tzinfo=UTC), NOW)
AGE = Field("age", FieldType.INTEGER, column="age")


def index(**changed: object) -> AudienceIndex:
    made = AudienceIndex(
        generation="g1",
        stamp="s1",
        entities=EntityDictionary(np.arange(100)),
        present=np.full(2, 1, dtype=np.uint64),
        attributes={},
        events={},
        versions={"entity": "e1", "purchase": "p1", "visit": "v1"},
        built_at=NOW,
    )
    return replace(made, **changed)  # type: ignore[arg-type]


def mask(bit: int) -> Mask:
    return Mask(np.full(2, bit, dtype=np.uint64), np.zeros(2, dtype=np.uint64))


def count_of(*sources: str) -> EventAtom:
    return EventAtom(BoundScan(sources, None, DAY), Counted(Count(">=", 1)))


ADULT = EntityAtom(Test(AGE, "ge", 18))
PURCHASE = count_of("purchase")
VISIT = count_of("visit")
BOTH = count_of("purchase", "visit")
UNINDEXED = count_of("letter")
STEP = BoundStep(("purchase",), None, None, None, False)
PATH = PathAtom((STEP, STEP), (), "first", DAY)
LISTED = MemberAtom(Member(listed="blocked"))
SEGMENT = MemberAtom(Member(segment="buyers"))
ALL: tuple[Atom, ...] = (ADULT, PURCHASE, VISIT, BOTH, UNINDEXED, PATH, LISTED, SEGMENT)

CHANGES: list[tuple[str, dict[str, object], set[Atom]]] = [
    ("nothing", {}, {ADULT, PURCHASE, VISIT, BOTH, PATH}),
    (
        "another generation of the same data",
        {"generation": "g2"},
        {ADULT, PURCHASE, VISIT, BOTH, PATH},
    ),
    (
        "new purchases",
        {"stamp": "s2", "versions": {"entity": "e1", "purchase": "p2", "visit": "v1"}},
        {ADULT, VISIT},
    ),
    (
        "a corrected attribute",
        {"stamp": "s2", "versions": {"entity": "e2", "purchase": "p1", "visit": "v1"}},
        set(),
    ),
    ("more ordinals", {"entities": EntityDictionary(np.arange(128))}, set()),
]


@pytest.mark.parametrize(("what", "change", "kept"), CHANGES, ids=[name for name, _, _ in CHANGES])
def test_an_answer_holds_while_its_own_part_of_the_data_stays(
    what: str, change: dict[str, object], kept: set[Atom]
) -> None:
    cache = LeafCache()
    DataLeaves(cache, index(), scope="w").keep({atom: mask(3) for atom in ALL}, frozenset())
    later = DataLeaves(cache, index(**change), scope="w")
    assert set(later.known(ALL)) == kept, what


def test_another_workspace_knows_nothing_of_it() -> None:
    cache = LeafCache()
    DataLeaves(cache, index(), scope="one").keep({ADULT: mask(1)}, frozenset())
    assert not DataLeaves(cache, index(), scope="two").known(ALL)


def test_another_window_is_another_question() -> None:
    cache = LeafCache()
    leaves = DataLeaves(cache, index(), scope="w")
    leaves.keep({PURCHASE: mask(1)}, frozenset())
    moved = replace(PURCHASE, scan=replace(PURCHASE.scan, interval=Interval(None, NOW)))
    assert not leaves.known((moved,))
    assert leaves.known((PURCHASE,))[PURCHASE].true.tolist() == [1, 1]


def test_what_sql_looked_up_is_not_kept_what_the_index_holds_is() -> None:
    region = Field("region", FieldType.STRING, column="name", lookup="regions")
    atoms: tuple[Atom, ...] = (
        EntityAtom(Test(region, "eq", "north")),
        replace(PURCHASE, scan=replace(PURCHASE.scan, where=Test(region, "eq", "north"))),
        PathAtom((replace(STEP, where=Test(region, "eq", "north")), STEP), (), "first", DAY),
    )
    cache = LeafCache()
    leaves = DataLeaves(cache, index(), scope="w")
    leaves.keep({atom: mask(1) for atom in atoms}, frozenset())
    assert not leaves.known(atoms)
    leaves.keep({atom: mask(1) for atom in atoms}, frozenset(atoms))
    assert set(leaves.known(atoms)) == set(atoms)


def test_the_least_recently_used_goes_first() -> None:
    room_for_two = 2 * (32 + 2048) + 10
    cache = LeafCache(limit_bytes=room_for_two)
    cache.put("a", mask(1))
    cache.put("b", mask(2))
    assert cache.get("a") is not None  # now b is the oldest
    cache.put("c", mask(3))
    assert cache.get("b") is None
    assert cache.get("a") is not None
    assert cache.get("c") is not None
    assert cache.bytes <= room_for_two


def test_replacing_an_answer_does_not_count_it_twice() -> None:
    cache = LeafCache()
    cache.put("a", mask(1))
    once = cache.bytes
    cache.put("a", mask(2))
    found = cache.get("a")
    assert cache.bytes == once
    assert found is not None
    assert found.true.tolist() == [2, 2]


def test_what_is_larger_than_the_whole_cache_is_not_kept() -> None:
    cache = LeafCache(limit_bytes=100)
    cache.put("a", mask(1))
    assert cache.get("a") is None
    assert cache.bytes == 0


def test_clearing_forgets_everything() -> None:
    cache = LeafCache()
    cache.put("a", mask(1))
    cache.clear()
    assert cache.get("a") is None
    assert cache.bytes == 0
