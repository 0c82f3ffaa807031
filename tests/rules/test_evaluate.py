"""What conditions mean for people: nulls, groups, members, places, shares, limits, exclusions."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from muster.base.datamodel import EventSource, Field, FieldType
from muster.rules.evaluate import bucket_bounds, evaluate, in_bucket
from muster.rules.nodes import Bucket
from muster.rules.world import Published
from tests.rules.sample import (
    AS_OF,
    MODEL,
    event,
    members,
    resolve,
    run,
    rupees,
    truths,
    utc,
    world,
)

TIERS = world({1: {"tier": 1}, 2: {"tier": 2}, 3: {}})
IS_ONE = {"field": "tier", "op": "=", "value": 1}
IS_TWO = {"field": "tier", "op": "=", "value": 2}
KNOWN = {"field": "tier", "op": "exists"}

GROUPS: list[tuple[Any, list[Any]]] = [
    (IS_ONE, [True, False, None]),
    ({"not": IS_ONE}, [False, True, None]),
    ({"field": "tier", "op": "!=", "value": 1}, [False, True, None]),
    ({"field": "tier", "op": "!=", "value": 1, "nulls": "include"}, [False, True, True]),
    ({"not": {**IS_ONE, "nulls": "include"}}, [False, True, False]),
    ({"field": "tier", "op": "not_in", "value": [1, 3]}, [False, True, None]),
    ({"field": "tier", "op": "in", "value": []}, [False, False, None]),
    ([IS_ONE, KNOWN], [True, False, False]),
    ([IS_ONE, {"not": KNOWN}], [False, False, None]),
    ({"any": [IS_ONE, KNOWN]}, [True, True, None]),
    ({"any": [IS_ONE, {"not": KNOWN}]}, [True, False, True]),
    ({"any": [IS_ONE, {"not": IS_ONE}]}, [True, True, None]),  # no tautology
    ({"count": {"n": 2}, "of": [IS_ONE, IS_TWO, KNOWN]}, [True, True, None]),
    ({"count": {"n": 3}, "of": [IS_ONE, IS_TWO, KNOWN]}, [False, False, False]),
    ({"count": {"op": "=", "n": 1}, "of": [IS_ONE, IS_TWO, KNOWN]}, [False, False, None]),
    ({"count": {"op": "<", "n": 2}, "of": [IS_ONE, IS_TWO]}, [True, True, None]),
    ({"count": {"op": "<=", "n": 0}, "of": [IS_ONE, KNOWN]}, [False, False, None]),
    ({"count": {"n": 2}, "of": [IS_ONE, IS_ONE]}, [True, False, None]),
]


@pytest.mark.parametrize(("rule", "expected"), GROUPS, ids=str)
def test_unknown_stays_unknown_until_it_cannot_matter(rule: Any, expected: list[Any]) -> None:
    assert truths(rule, TIERS) == expected
    assert members(rule, TIERS) == [key for key in (1, 2, 3) if expected[key - 1] is True]


@pytest.mark.parametrize(("rule", "expected"), GROUPS, ids=str)
def test_true_false_and_unknown_share_out_the_universe(rule: Any, expected: list[Any]) -> None:
    inside, outside = members(rule, TIERS), members({"not": rule}, TIERS)
    unknown = [key for key in (1, 2, 3) if expected[key - 1] is None]
    assert sorted([*inside, *outside, *unknown]) == [1, 2, 3]


def test_whoever_has_no_row_value_is_unknown_like_null() -> None:
    seen = world({1: {"tier": None}, 2: {}})
    assert truths({"field": "tier", "op": "missing"}, seen) == [True, True]


def test_two_fields_are_compared_row_by_row() -> None:
    seen = world({1: {"city": "x", "code": "x"}, 2: {"city": "x", "code": "y"}, 3: {"city": "x"}})
    rule = {"field": "city", "op": "=", "value_field": "code"}
    assert truths(rule, seen) == [True, False, None]


# -- places and shares -----------------------------------------------------------------------------

PLACES = world(
    {
        1: {"home": (-33.87, 151.21)},
        2: {"home": (-37.81, 144.96)},
        3: {"home": (None, 151.21)},
        4: {},
        5: {"home": (float("nan"), 1.0)},
    }
)


def test_an_area_is_unknown_without_a_point() -> None:
    near = {"near": {"field": "home", "place": "sydney"}}
    assert truths(near, PLACES) == [True, False, None, None, None]
    assert truths({"not": near}, PLACES) == [False, True, None, None, None]
    corners = [[-40, 140], [-40, 150], [-35, 150], [-35, 140]]
    melbourne = {"near": {"field": "home", "polygon": corners}}
    assert truths(melbourne, PLACES) == [False, True, None, None, None]
    assert truths({"field": "home", "op": "missing"}, PLACES)[:4] == [False, False, True, True]


def test_buckets_are_disjoint_and_cover_everyone() -> None:
    cuts = ["0", "0.1", "0.25", "0.333333333333333333", "0.5", "0.9", "0.9999999999999", "1"]
    buckets = [Bucket("exp", low, high) for low, high in pairwise(cuts)]
    for key in range(5000):
        assert sum(in_bucket(bucket, key) for bucket in buckets) == 1


def test_a_rule_may_ask_for_a_share() -> None:
    everyone = world(range(100))
    first = members({"bucket": {"salt": "exp", "to": 0.5}}, everyone)
    rest = members({"bucket": {"salt": "exp", "from": 0.5}}, everyone)
    assert sorted([*first, *rest]) == list(range(100))
    assert members({"not": {"bucket": {"salt": "exp", "to": 0.5}}}, everyone) == rest


def test_a_bucket_holds_its_share() -> None:
    inside = sum(in_bucket(Bucket("exp", "0.2", "0.5"), key) for key in range(20_000))
    assert 0.28 < inside / 20_000 < 0.32


def test_salts_split_independently() -> None:
    first, second = Bucket("a", "0", "0.5"), Bucket("b", "0", "0.5")
    both = sum(in_bucket(first, key) and in_bucket(second, key) for key in range(20_000))
    assert 0.23 < both / 20_000 < 0.27


BOUNDS = [
    ("0", "1", ("00000000", None)),
    ("0", "0.5", ("00000000", "80000000")),
    ("0.5", "1", ("80000000", None)),
    ("0.1", "0.2", ("1999999a", "33333334")),
    ("0.00000000001", "0.00000000002", ("00000001", "00000001")),
    ("0.99999999999", "1", ("g", None)),
]


@pytest.mark.parametrize(("low", "high", "bounds"), BOUNDS)
def test_the_ends_of_a_bucket_are_hexadecimal(low: str, high: str, bounds: Any) -> None:
    assert bucket_bounds(Bucket("x", low, high)) == bounds


# The first digits of what `printf exp1:KEY | md5sum` prints.
DIGESTS = {1: "db", 2: "7b", 3: "d3", "a": "04", "b": "3e", "ü": "16"}


@pytest.mark.parametrize(("key", "digits"), DIGESTS.items())
def test_a_share_is_decided_by_md5_of_salt_and_key(key: Any, digits: str) -> None:
    """Assignments are stored nowhere: a change here would move people between experiments."""
    low, high = int(digits, 16), int(digits, 16) + 1
    around = Bucket("exp1", str(Decimal(low) / 256), str(Decimal(high) / 256))
    assert in_bucket(around, key)
    assert not in_bucket(Bucket("exp2", around.low, around.high), key)


# -- members ---------------------------------------------------------------------------------------


def version(number: int, at: str, *keys: int) -> Published:
    return Published(number, utc(at), frozenset(keys))


MEMBERS = world(
    (1, 2, 3),
    lists={"staff": [3, 99]},
    segments={
        "vip": (
            version(1, "2026-05-01", 1),
            version(2, "2026-05-10", 1, 2),
            version(3, "2026-05-14", 2),
        ),
        "new": (),
    },
)
MEMBERSHIPS: list[tuple[Any, list[bool]]] = [
    ({"segment": "vip"}, [False, True, False]),
    ({"segment": "vip", "in": False}, [True, False, True]),
    ({"not": {"segment": "vip"}}, [True, False, True]),
    ({"segment": "vip", "version": 1}, [True, False, False]),
    ({"segment": "vip", "version": 9}, [False, False, False]),
    ({"segment": "vip", "version": 9, "in": False}, [True, True, True]),
    ({"segment": "new"}, [False, False, False]),
    ({"segment": "unheard_of", "in": False}, [True, True, True]),
    ({"list": "staff"}, [False, False, True]),
    ({"list": "staff", "in": False}, [True, True, False]),
    ({"segment": "vip", "changed": {"entered": {"last": "P7D"}}}, [False, True, False]),
    ({"segment": "vip", "changed": {"exited": {"last": "P7D"}}}, [True, False, False]),
    ({"segment": "vip", "changed": {"entered": "all_time"}}, [True, True, False]),
    ({"segment": "vip", "changed": {"exited": {"from": "2026-05-15"}}}, [False, False, False]),
    (
        {"segment": "vip", "changed": {"entered": {"last": "P7D"}}, "in": False},
        [True, False, True],
    ),
]


@pytest.mark.parametrize(("rule", "expected"), MEMBERSHIPS, ids=str)
def test_membership_is_never_unknown(rule: Any, expected: list[bool]) -> None:
    assert truths(rule, MEMBERS) == expected


def test_a_change_at_the_windows_start_counts_and_at_its_end_does_not() -> None:
    for start, expected in (("2026-05-10T00:00Z", True), ("2026-05-10T00:00:01Z", False)):
        rule = {"segment": "vip", "changed": {"entered": {"from": start}}}
        assert truths(rule, MEMBERS)[1] is expected
    rule = {"segment": "vip", "changed": {"entered": {"to": "2026-05-10T00:00Z"}}}
    assert truths(rule, MEMBERS)[1] is False


# -- universe, limit, exclusions -------------------------------------------------------------------

SCORES = {1: 10.0, 2: 30.0, 3: 20.0, 4: None, 5: 20.0, 6: float("nan")}
RANKED = world(
    {key: {"score": score, "tier": key % 2} for key, score in SCORES.items()},
    lists={"staff": [2]},
    segments={"vip": (version(1, "2026-05-01", 3),)},
)
ANYONE = {"field": "joined", "op": "exists"}


def kept(n: int, direction: str = "desc", **members_of: Any) -> list[Any]:
    limit = {"n": n, "rank_by": "score", "dir": direction}
    return members({"where": ANYONE, "limit": limit, **members_of}, RANKED)


def test_a_limit_keeps_the_first() -> None:
    assert kept(1) == [2]
    assert kept(1, "asc") == [1]
    assert kept(100) == [1, 2, 3, 4, 5, 6]


def test_equals_are_kept_by_key() -> None:
    assert kept(2) == [2, 3]
    assert kept(2, "asc") == [1, 3]
    assert kept(3, "asc") == [1, 3, 5]


def test_who_has_no_value_comes_last_either_way() -> None:
    assert kept(4) == [1, 2, 3, 5]
    assert kept(4, "asc") == [1, 2, 3, 5]
    assert kept(5) == [1, 2, 3, 4, 5]


def test_exclusions_come_after_the_limit() -> None:
    assert kept(2, exclude=[{"list": "staff"}]) == [3]
    assert kept(2, exclude=[{"list": "staff"}, {"segment": "vip"}]) == []


def test_exclusions_are_never_unknown_and_leave_truths_alone() -> None:
    found = run({"where": ANYONE, "exclude": [{"list": "staff"}]}, RANKED)
    assert found.truths[2] is True
    assert 2 not in found.members


def test_a_limit_ranks_members_only() -> None:
    rule = {
        "where": {"field": "tier", "op": "=", "value": 1},
        "limit": {"n": 1, "rank_by": "score"},
    }
    assert members(rule, RANKED) == [3]


def test_a_limit_may_rank_by_a_metric() -> None:
    seen = world(
        (1, 2, 3),
        card=[
            event(1, "2026-05-01", amount=rupees("5")),
            event(2, "2026-05-01", amount=rupees("9")),
        ],
    )
    by_spend = {"where": ANYONE, "limit": {"n": 2, "rank_by": "total_spend", "dir": "asc"}}
    assert members(by_spend, seen) == [1, 3]  # nothing spent is zero, not no value
    by_ticket = {"where": ANYONE, "limit": {"n": 2, "rank_by": "ticket", "dir": "asc"}}
    assert members(by_ticket, seen) == [1, 2]


def test_only_the_universe_is_asked() -> None:
    rule = {"where": {"not": {"list": "staff"}}, "universe": {**IS_ONE, "field": "tier"}}
    found = run(rule, RANKED)
    assert sorted(found.universe) == [1, 3, 5]
    assert sorted(found.members) == [1, 3, 5]
    assert found.truths[4] is True  # answered, but not asked about


def test_whoever_is_unknown_to_the_universe_is_not_in_it() -> None:
    found = run({"where": ANYONE, "universe": IS_ONE}, TIERS)
    assert found.universe == {1}


# -- ranks -----------------------------------------------------------------------------------------

SPENT = world(
    {key: {"tier": tier} for key, tier in ((1, 1), (2, 1), (3, 1), (4, 1), (5, 2))},
    card=[
        event(1, "2026-05-01", amount=rupees("10")),
        event(2, "2026-05-01", amount=rupees("20")),
        event(3, "2026-05-01", amount=rupees("20")),
        event(5, "2026-05-01", amount=rupees("90")),
    ],
)
# Spent: 10, 20, 20, nothing, 90. Percentiles: 40, 80, 80, 20, 100. Ranks: 4, 2, 2, 5, 1.
RANKS: list[tuple[dict[str, Any], list[Any]]] = [
    ({"rank": "percentile", "op": ">=", "value": 80}, [False, True, True, False, True]),
    ({"rank": "percentile", "op": "=", "value": 40}, [True, False, False, False, False]),
    ({"rank": "percentile", "op": "!=", "value": 40}, [False, True, True, True, True]),
    ({"rank": "percentile", "op": "<", "value": 40}, [False, False, False, True, False]),
    ({"rank": "percentile", "op": "<=", "value": 40}, [True, False, False, True, False]),
    ({"rank": "percentile", "op": ">", "value": "79.99"}, [False, True, True, False, True]),
    ({"rank": "percentile", "op": "between", "value": [40, 80]}, [True, True, True, False, False]),
    (
        {"rank": "percentile", "op": "between", "value": [40, 80], "bounds": "[)"},
        [True, False, False, False, False],
    ),
    ({"rank": "top_n", "value": 1}, [False, False, False, False, True]),
    ({"rank": "top_n", "value": 2}, [False, True, True, False, True]),
    ({"rank": "top_n", "value": 3}, [False, True, True, False, True]),
    ({"rank": "top_n", "op": "=", "value": 2}, [False, True, True, False, False]),
    ({"rank": "top_n", "op": ">", "value": 3}, [True, False, False, True, False]),
    ({"rank": "top_n", "op": "between", "value": [2, 4]}, [True, True, True, False, False]),
    ({"rank": "top_n", "op": "in", "value": [1, 5]}, [False, False, False, True, True]),
]


@pytest.mark.parametrize(("asked", "expected"), RANKS, ids=str)
def test_ranks_count_equals_alike(asked: dict[str, Any], expected: list[Any]) -> None:
    assert truths({"metric": "total_spend", **asked}, SPENT) == expected


def test_ranks_are_taken_among_the_universe() -> None:
    rule = {
        "where": {"metric": "total_spend", "rank": "top_n", "value": 1},
        "universe": {"field": "tier", "op": "=", "value": 1},
    }
    assert truths(rule, SPENT) == [False, True, True, False, None]


def test_who_has_no_value_has_no_rank() -> None:
    rule = {"metric": "ticket", "rank": "percentile", "op": ">=", "value": 50}
    # 10, 20, 20, none, 90: percentiles 25, 75, 75, unknown, 100
    assert truths(rule, SPENT) == [False, True, True, None, True]


def test_thirds_are_compared_exactly() -> None:
    seen = world(
        (1, 2, 3), card=[event(key, "2026-05-01", amount=rupees(str(key))) for key in (1, 2, 3)]
    )
    for value, expected in (("33.333333333333", [True, True, True]), ("33.34", None)):
        rule = {"metric": "total_spend", "rank": "percentile", "op": ">", "value": value}
        assert truths(rule, seen) == (expected or [False, True, True])


# -- the world -------------------------------------------------------------------------------------


def test_events_of_nobody_count_for_nobody() -> None:
    seen = world((1,), card=[event(None, "2026-05-01"), event(99, "2026-05-01")])
    assert truths({"did": "card"}, seen) == [False]


LATEST = replace(
    MODEL,
    events={
        **MODEL.events,
        "card": EventSource(
            "card",
            "cards",
            "user_id",
            "at",
            {**MODEL.events["card"].fields, "loaded": Field("loaded", FieldType.TIMESTAMP)},
            id="id",
            ingested_at="loaded",
            keep_latest=True,
        ),
    },
)


def test_of_several_rows_with_one_id_the_last_one_ingested_counts() -> None:
    seen = world(
        (1, 2),
        model=LATEST,
        card=[
            event(1, "2026-05-01", id="a", amount=rupees("5"), loaded=utc("2026-05-02")),
            event(1, "2026-05-01", id="a", amount=rupees("9"), loaded=utc("2026-05-04")),
            event(1, "2026-05-01", id="a", amount=rupees("7"), loaded=utc("2026-05-03")),
            event(1, "2026-05-01", id="b", amount=rupees("1"), loaded=None),
            event(1, "2026-05-01", id=None, amount=rupees("1")),
            event(1, "2026-05-01", id=None, amount=rupees("1")),
        ],
    )
    asked = {"metric": "total_spend", "op": "=", "value": 12}
    assert truths(asked, seen) == [True, False]
    assert truths({"did": "card", "times": {"op": "=", "n": 4}}, seen) == [True, False]


def test_an_event_that_was_reassigned_counts_for_its_last_owner() -> None:
    seen = world(
        (1, 2),
        model=LATEST,
        card=[
            event(1, "2026-05-01", id="a", loaded=utc("2026-05-02")),
            event(2, "2026-05-01", id="a", loaded=utc("2026-05-03")),
        ],
    )
    assert truths({"did": "card"}, seen) == [False, True]


def test_keys_may_be_text() -> None:
    seen = world({"a": {"tier": 1}, "b": {"tier": 2}})
    assert members(IS_ONE, seen) == ["a"]


def test_the_instant_may_be_given_in_any_zone() -> None:
    local = AS_OF.astimezone(utc("2026-01-01T00:00+05:30").tzinfo)
    seen = world({1: {"seen": utc("2026-05-15T06:29")}})
    rule = resolve({"field": "seen", "op": "in_last", "value": "PT5M"})
    assert evaluate(rule, seen, as_of=local).members == {1}
