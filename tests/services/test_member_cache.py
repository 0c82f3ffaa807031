"""Members in memory: read once, never changed, never more than fit."""

from __future__ import annotations

import numpy as np
import pytest

from muster.engines.entities import read_entities
from muster.services.member_cache import MemberCache, members_of_version
from muster.services.members import version_members
from muster.services.segments import find_version


def test_members_are_read_once_and_cannot_be_changed(shared) -> None:
    _, version = find_version(shared, "quiet", None)
    entities = read_entities(shared.folder)
    first = members_of_version(shared, version, entities)
    assert members_of_version(shared, version, entities) is first
    assert (first == version_members(shared, version, entities)).all()
    with pytest.raises(ValueError, match="read-only"):
        first[0] = 0


def test_the_cache_stays_within_its_bytes_and_lets_the_oldest_go() -> None:
    cache = MemberCache(capacity_bytes=80)
    words = {name: np.zeros(4, dtype=np.uint64) for name in "abc"}
    for name in "ab":
        cache.put((name, "", ""), words[name])
    assert cache.get(("a", "", "")) is words["a"]
    cache.put(("c", "", ""), words["c"])
    assert cache.get(("b", "", "")) is None
    assert cache.get(("a", "", "")) is words["a"]
    assert cache.bytes_held == 64
    cache.put(("d", "", ""), np.zeros(11, dtype=np.uint64))
    assert cache.get(("d", "", "")) is None
    cache.clear()
    assert cache.bytes_held == 0
