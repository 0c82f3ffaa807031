"""What the parser makes of every kind of condition, alias and short form."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from muster.rules.duration import Duration
from muster.rules.nodes import (
    AdHocMetric,
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Bucket,
    Changed,
    Count,
    Definition,
    Did,
    Facets,
    Interests,
    Limit,
    Member,
    Metric,
    Near,
    Node,
    Not,
    Observed,
    Pattern,
    Sequence,
    Step,
    children_of,
)
from muster.rules.parse import MAX_CONDITIONS, parse_definition, parse_node
from muster.rules.windows import Ago, AllTime, Between, Calendar, Last

A = Attribute("a", "=", 1)
B = Attribute("b", "exists")
JA = {"field": "a", "op": "=", "value": 1}
JB = {"field": "b", "op": "exists"}
MONTH = Duration(days=30)

NODES: list[tuple[Any, Node]] = [
    # groups
    ([JA, JB], All((A, B))),
    ([JA], All((A,))),
    ({"all": [JA, [JB]]}, All((A, All((B,))))),
    ({"any": [JA, {"not": JB}]}, AnyOf((A, Not(B)))),
    ({"count": {"op": ">=", "n": 2}, "of": [JA, JB]}, AtLeast(2, (A, B))),
    ({"count": {"n": 1}, "of": [JA]}, AtLeast(1, (A,))),
    ({"count": {"op": ">", "n": 1}, "of": [JA, JB]}, AtLeast(2, (A, B))),
    ({"count": {"op": "<", "n": 2}, "of": [JA, JB]}, Not(AtLeast(2, (A, B)))),
    ({"count": {"op": "<=", "n": 1}, "of": [JA, JB]}, Not(AtLeast(2, (A, B)))),
    (
        {"count": {"op": "=", "n": 1}, "of": [JA, JB]},
        All((AtLeast(1, (A, B)), Not(AtLeast(2, (A, B))))),
    ),
    # attributes
    ({"field": "a", "operator": ">", "value": "1.50"}, Attribute("a", ">", "1.50")),
    ({"field": "a", "op": "in", "value": [1, "x", True]}, Attribute("a", "in", (1, "x", True))),
    ({"field": "a", "op": "in", "value": []}, Attribute("a", "in", ())),
    ({"field": "a", "op": "<", "value_field": "b"}, Attribute("a", "<", value_field="b")),
    ({"field": "a", "op": "=", "value": 0.1}, Attribute("a", "=", Decimal("0.1"))),
    ({"field": "a", "op": "=", "value": date(2025, 1, 31)}, Attribute("a", "=", "2025-01-31")),
    (
        {"field": "a", "op": "=", "value": datetime(2025, 1, 31, 8, tzinfo=UTC)},
        Attribute("a", "=", "2025-01-31T08:00:00+00:00"),
    ),
    (
        {
            **{"field": "a", "op": "between", "value": [1, 2], "bounds": "[)"},
            **{"nulls": "include", "fold": "case", "quant": "all"},
        },
        Attribute("a", "between", (1, 2), None, "[)", True, "case", "all"),
    ),
    (
        {"field": "m", "op": ">", "value": 5, "window": {"last": "P30D"}},
        Metric("m", ">", 5, window=Last(MONTH)),
    ),
    # occurrences
    ({"did": "card"}, Did(("card",))),
    ({"did": ["card", "upi"], "where": [JA]}, Did(("card", "upi"), All((A,)))),
    ({"did": "card", "times": 3}, Did(("card",), times=Count(">=", 3))),
    ({"did": "card", "times": {"n": 0, "op": "="}}, Did(("card",), times=Count("=", 0))),
    (
        {"did": "card", "times": {"op": "between", "n": [2, 5]}},
        Did(("card",), times=Count("between", 2, 5)),
    ),
    ({"did": "card", "distinct": "day"}, Did(("card",), distinct="day")),
    ({"did": "card", "pattern": "first_time"}, Did(("card",), pattern=Pattern("first_time"))),
    ({"did": "card", "pattern": "stopped"}, Did(("card",), pattern=Pattern("stopped"))),
    (
        {"did": "card", "pattern": "stopped", "stopped": {"active": "P30D"}},
        Did(("card",), pattern=Pattern("stopped", MONTH)),
    ),
    (
        {"did": "card", "pattern": "restarted", "restarted": {"gap": "P30D"}},
        Did(("card",), pattern=Pattern("restarted", MONTH)),
    ),
    (
        {"did": "card", "pattern": "regular", "regular": {"each": "P1W", "hit": 3, "of": 4}},
        Did(("card",), pattern=Pattern("regular", Duration(days=7), 3, 4)),
    ),
    (
        {
            **{"did": "card", "pattern": "regular"},
            "regular": {"each": "P1M", "hit": 1, "of": 1, "anchor": "calendar_day"},
        },
        Did(("card",), pattern=Pattern("regular", Duration(months=1), 1, 1, True)),
    ),
    ({"did": "card", "observed": "P30D"}, Did(("card",), observed=Observed(True, MONTH))),
    ({"did": "card", "observed": {"min": "window"}}, Did(("card",), observed=Observed(True))),
    ({"did": "card", "observed": {"else": "include"}}, Did(("card",), observed=Observed(False))),
    # metrics
    (
        {"metric": "spend", "op": ">", "value": "9.90", "empty": "zero"},
        Metric("spend", ">", "9.90", empty="zero"),
    ),
    (
        {"metric": {"agg": "avg", "of": "x", "on": "card"}, "operator": "<", "value": 5},
        Metric(AdHocMetric("avg", ("card",), "x"), "<", 5),
    ),
    (
        {
            "metric": {"agg": "percentile", "of": "x", "on": ["card"], "quantile": "0.90"},
            **{"op": "between", "value": [1, 2], "bounds": "()"},
        },
        Metric(AdHocMetric("percentile", ("card",), "x", quantile="0.9"), "between", (1, 2), "()"),
    ),
    (
        {"metric": {"agg": "percentile", "of": "x", "on": "c", "q": 1}, "op": "=", "value": 1},
        Metric(AdHocMetric("percentile", ("c",), "x", quantile="1"), "=", 1),
    ),
    (
        {"metric": "spend", "rank": "top_n", "value": 100},
        Metric("spend", "<=", 100, rank="top_n"),
    ),
    (
        {"metric": "spend", "rank": "percentile", "op": ">=", "value": 90, "where": JA},
        Metric("spend", ">=", 90, where=A, rank="percentile"),
    ),
    # sequences
    (
        {
            "sequence": [
                {"did": "view", "where": JA},
                {"did": ["buy"], "within": "P7D", "not_before": "PT1H"},
                {"did": "back", "absent": True, "within": "P14D"},
            ],
            **{"same": "product", "start": "last", "window": {"last": "P30D"}},
        },
        Sequence(
            (
                Step(("view",), A),
                Step(("buy",), None, Duration(days=7), Duration(seconds=3600)),
                Step(("back",), None, Duration(days=14), absent=True),
            ),
            ("product",),
            "last",
            Last(MONTH),
        ),
    ),
    # members
    ({"segment": "vip"}, Member("vip")),
    ({"segment": 12, "in": False}, Member("12", included=False)),
    ({"segment": "vip", "version": 3}, Member("vip", version=3)),
    ({"segment": "vip", "version": "latest"}, Member("vip")),
    ({"segment": "vip", "freshness": "stored"}, Member("vip", freshness="stored")),
    (
        {"segment": "vip", "freshness": "<=PT6H"},
        Member("vip", freshness=Duration(seconds=6 * 3600)),
    ),
    (
        {"segment": "vip", "changed": {"exited": {"last": "P30D"}}},
        Member("vip", changed=Changed("exited", Last(MONTH))),
    ),
    ({"list": "staff"}, Member(listed="staff")),
    # places and shares
    (
        {"near": {"field": "home", "lat": -33.87, "lon": "151.21", "km": 10}},
        Near("home", -33.87, 151.21, 10.0),
    ),
    ({"near": {"field": "home", "place": "sydney"}}, Near("home", place="sydney")),
    (
        {"near": {"field": "home", "polygon": [[0, 0], [0, 1], [1, 1]]}},
        Near("home", polygon=((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))),
    ),
    ({"bucket": {"salt": "x"}}, Bucket("x", "0", "1")),
    ({"bucket": {"salt": "x", "from": "0.250", "to": 0.5}}, Bucket("x", "0.25", "0.5")),
    # facets
    (
        {"age_bands": ["25-34", "65+"], "locations": []},
        Facets(("25-34", "65+")),
    ),
    (
        {"demographics": {"gender": ["F", "M"], "vip": True, "none": []}},
        Facets(demographics=(("gender", ("F", "M")), ("vip", (True,)))),
    ),
    ({"locations": "NSW"}, Facets(locations=("NSW",))),
    ({"interests": ["sports"]}, Facets(interests=Interests(("sports",)))),
    (
        {"interests": {"all": ["a"], "none": "b", "min_affinity": 30, "window": "all_time"}},
        Facets(interests=Interests((), ("a",), ("b",), "30", AllTime())),
    ),
]


@pytest.mark.parametrize(("written", "node"), NODES, ids=str)
def test_a_condition_is_read(written: Any, node: Node) -> None:
    assert parse_node(written) == node
    assert parse_definition(written) == Definition(node)
    assert parse_definition({"where": written}) == Definition(node)
    assert parse_definition({"conditions": written}) == Definition(node)


WINDOWS = [
    ("all_time", AllTime()),
    ({"last": "P30D"}, Last(MONTH)),
    ({"last": "P30D", "anchor": "rolling"}, Last(MONTH)),
    ({"last": "P30D", "anchor": "calendar_day"}, Last(MONTH, True)),
    ({"ago": ["P90D", "P30D"]}, Ago(Duration(days=90), MONTH)),
    ({"ago": ["P1M", "P30D"]}, Ago(Duration(months=1), MONTH)),
    ({"from": "2025-01-01"}, Between(date(2025, 1, 1), None)),
    ({"to": "2025-01-01T08:00"}, Between(None, datetime(2025, 1, 1, 8))),
    ({"from": "2025-01-01", "to": "2025-02-01"}, Between(date(2025, 1, 1), date(2025, 2, 1))),
    (
        {"from": "2025-01-01T00:00:00Z", "to": "2025-01-01"},
        Between(datetime(2025, 1, 1, tzinfo=UTC), date(2025, 1, 1)),
    ),
    ({"calendar": "this_month"}, Calendar("this_month")),
    ({"calendar": "mtd"}, Calendar("this_month")),
    ({"calendar": "ytd"}, Calendar("this_year")),
]


@pytest.mark.parametrize(("written", "window"), WINDOWS, ids=str)
def test_a_window_is_read(written: Any, window: Any) -> None:
    assert parse_node({"did": "card", "window": written}) == Did(("card",), window=window)


def test_a_whole_definition_is_read() -> None:
    found = parse_definition(
        {
            **{"v": 1, "key": "x", "subject": "user", "as_of": "run", "tz": "Asia/Kolkata"},
            **{"universe": "adults", "where": [JA], "ttl": "P540D"},
            "limit": {"n": 5, "rank_by": "spend", "dir": "asc", "ties": "user_key"},
            "exclude": [{"list": "staff"}, {"segment": "vip", "version": 2}],
        }
    )
    assert found == Definition(
        where=All((A,)),
        universe="adults",
        time_zone="Asia/Kolkata",
        limit=Limit(5, "spend", False),
        exclude=(Member(listed="staff"), Member("vip", version=2)),
        ttl=Duration(days=540),
    )


def test_a_universe_may_be_a_condition_or_a_segment() -> None:
    assert parse_definition({"where": JB, "universe": [JA]}).universe == All((A,))
    assert parse_definition({"where": JB, "universe": {"segment": "x"}}).universe == Member("x")


DATES = [
    ({"start_date": "2025-01-01"}, Between(date(2025, 1, 1), None)),
    ({"end_date": "2025-12-31"}, Between(None, date(2026, 1, 1))),
    (
        {"start_date": "2025-01-01", "end_date": "2025-01-01"},
        Between(date(2025, 1, 1), date(2025, 1, 2)),
    ),
    (
        {"start_date": "2025-01-01T00:00:00Z", "end_date": "2025-12-31T23:59:59Z"},
        Between(datetime(2025, 1, 1, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    (
        {"end_date": "2025-12-31T23:59:59.999Z"},
        Between(None, datetime(2026, 1, 1, tzinfo=UTC)),
    ),
    ({"end_date": "9999-12-31"}, Between(None, date.max)),
    ({"end_date": "9999-12-31T23:59:59"}, Between(None, datetime(9999, 12, 31, 23, 59, 59))),
    ({"start_date": None, "end_date": None}, None),
]


@pytest.mark.parametrize(("dates", "window"), DATES, ids=str)
def test_an_end_date_is_part_of_the_rule(dates: Any, window: Any) -> None:
    assert parse_definition({"where": JA, **dates}).default_window == window


COMBINATIONS = [
    ({"depends_on": ["a", "b"]}, All((Member("a"), Member("b")))),
    ({"depends_on": [1, 2], "operation": "INTERSECTION"}, All((Member("1"), Member("2")))),
    ({"depends_on": ["a", "b"], "operation": "union"}, AnyOf((Member("a"), Member("b")))),
    (
        {"depends_on": ["a", "b", "c"], "operation": "DIFFERENCE"},
        All((Member("a"), Not(Member("b")), Not(Member("c")))),
    ),
    ({"depends_on": "a"}, All((Member("a"),))),
    ({"depends_on": ["a"], "conditions": []}, All((Member("a"),))),
    ({"depends_on": ["a"], "conditions": None}, All((Member("a"),))),
    ({"depends_on": ["a"], "conditions": [JA]}, All((All((Member("a"),)), All((A,))))),
    ({"depends_on": [], "operation": None, "conditions": [JA]}, All((A,))),
]


@pytest.mark.parametrize(("written", "where"), COMBINATIONS, ids=str)
def test_parents_are_combined_as_the_operation_says(written: Any, where: Node) -> None:
    assert parse_definition(written).where == where


def test_a_node_remembers_where_it_stood_but_not_for_equality() -> None:
    found = parse_definition({"where": {"any": [JA, [JB]]}}).where
    first, second = children_of(found)
    assert isinstance(first, Attribute)
    assert first.path == "$.where.any[0]"
    assert children_of(second)[0].path == "$.where.any[1][0]"  # type: ignore[union-attr]
    assert first == A


def test_only_groups_have_children() -> None:
    assert children_of(Not(A)) == (A,)
    assert children_of(AtLeast(1, (A, B))) == (A, B)
    assert children_of(Did(("card",), A)) == ()


def test_as_many_conditions_as_allowed_are_read() -> None:
    found = parse_definition([JA] * MAX_CONDITIONS)
    assert len(children_of(found.where)) == MAX_CONDITIONS


def test_groups_are_not_counted_as_conditions() -> None:
    found = parse_definition([[JA] for _ in range(MAX_CONDITIONS)])
    assert len(children_of(found.where)) == MAX_CONDITIONS


def test_forty_levels_are_read() -> None:
    rule: Any = JA
    for _ in range(40):
        rule = {"not": rule}
    assert parse_node(rule) != A


INJECTIONS = (
    "'; DROP TABLE users; --",
    'x" OR "1"="1',
    "1); SELECT pg_sleep(10); --",
    "\\'; --",
    "${jndi:ldap://x}",
    "{{7*7}}",
    "%00 UNION SELECT * FROM secrets",
)
POSITIONS = [
    lambda text: {"field": text, "op": "=", "value": 1},
    lambda text: {"field": "a", "op": "=", "value": text},
    lambda text: {"field": "a", "op": "in", "value": [text]},
    lambda text: {"field": "a", "op": "=", "value_field": text},
    lambda text: {"did": text},
    lambda text: {"did": "a", "distinct": text},
    lambda text: {"metric": text, "op": ">", "value": 1},
    lambda text: {"metric": {"agg": "sum", "on": text, "of": text}, "op": ">", "value": text},
    lambda text: {"sequence": [{"did": text}, {"did": "b"}], "same": [text]},
    lambda text: {"segment": text},
    lambda text: {"list": text},
    lambda text: {"near": {"field": text, "place": text}},
    lambda text: {"bucket": {"salt": text}},
    lambda text: {"locations": [text]},
    lambda text: {"interests": [text]},
    lambda text: {"demographics": {text: [text]}},
]


@pytest.mark.parametrize("text", INJECTIONS)
@pytest.mark.parametrize("position", POSITIONS)
def test_text_of_any_kind_is_kept_as_it_is(position: Any, text: str) -> None:
    """Names are looked up and values are typed later: nothing here reads inside a text."""
    assert text in str(parse_node(position(text))) or repr(text) in str(parse_node(position(text)))
