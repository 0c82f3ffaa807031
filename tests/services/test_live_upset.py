"""Combinations of many conditions: counted another way, the same figures."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from muster.base.datamodel import Field, FieldType
from muster.engines import bits
from muster.engines.bits import Mask
from muster.rules.resolved import Conjunction, ResolvedRule, Test
from muster.services.live_tree import LiveRule, grown
from muster.services.live_upset import MOST_CONDITIONS, combination_sizes, combinations

PEOPLE = 70_000  # more than one chunk, and no whole number of words


@pytest.mark.parametrize("number", [0, 1, 5, 6, 7, 12])
def test_everybody_is_counted_once_under_their_code(number: int) -> None:
    random = np.random.default_rng(number)
    flags = random.random((number + 1, PEOPLE)) < random.uniform(0.1, 0.9, size=(number + 1, 1))
    *sets, among = (bits.from_flags(one) for one in flags)
    codes = sum(
        (flags[place].astype(int) << place for place in range(number)), np.zeros(PEOPLE, int)
    )
    expected = np.bincount(codes[flags[number]], minlength=1 << number)
    assert combination_sizes(sets, among).tolist() == expected.tolist()


def test_conditions_beyond_the_twelfth_are_left_out_and_counted() -> None:
    random = np.random.default_rng(1)
    flags = random.random((15, 200)) < 0.5
    vip = Field("vip", FieldType.BOOLEAN)
    tests = tuple(Test(vip, "eq", True, path=f"$[{place}]") for place in range(15))
    masks = [Mask(bits.from_flags(one), bits.from_flags(~one)) for one in flags]
    everybody = bits.from_flags(np.ones(200, dtype=np.bool_))
    rule = ResolvedRule(Conjunction(tests), None, None, (), "UTC")
    branch = grown(rule.where, masks, everybody)
    live = LiveRule(rule, branch, everybody, everybody, (), branch.mask.true)
    found = combinations(live, most=10)
    assert [one.path for one in found.conditions] == [f"$[{place}]" for place in range(12)]
    assert found.left_out == 15 - MOST_CONDITIONS
    expected = Counter(tuple(np.flatnonzero(one).tolist()) for one in flags[:12].T)
    assert (len(found.found), found.others) == (10, len(expected) - 10)
    assert sum(one.size for one in found.found) + found.others_size == 200
    assert all(expected[one.true] == one.size for one in found.found)
