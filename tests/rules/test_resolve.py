"""How a rule is fitted to a data model: names, types, windows, facets."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from muster.base.datamodel import Facets, FieldType, Fold
from muster.base.errors import InvalidRule
from muster.rules.duration import Duration
from muster.rules.nodes import Bucket, Count, Member
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import (
    Aggregate,
    Circle,
    Conjunction,
    Disjunction,
    Guard,
    InArea,
    Measure,
    Negation,
    Occurrence,
    Path,
    Polygon,
    Range,
    Scan,
    Test,
    Threshold,
    leaves_of,
    resolved_children,
)
from muster.rules.windows import AllTime, Between, Last
from tests.rules.sample import MODEL, UNGUARDED, day, resolve, utc, where

FIELDS = MODEL.attributes
MONTH = Duration(days=30)
A = {"field": "tier", "op": "=", "value": 1}
TIER_IS_ONE = Test(FIELDS["tier"], "eq", 1)


def test_groups_keep_their_shape() -> None:
    assert where([A, A]) == Conjunction((TIER_IS_ONE, TIER_IS_ONE))
    assert where({"any": [A]}) == Disjunction((TIER_IS_ONE,))
    assert where({"not": A}) == Negation(TIER_IS_ONE)
    assert where({"count": {"n": 1}, "of": [A]}) == Threshold(1, (TIER_IS_ONE,))
    assert resolved_children(where({"not": A})) == (TIER_IS_ONE,)
    assert leaves_of(where([A, {"not": {"any": [A]}}])) == (TIER_IS_ONE, TIER_IS_ONE)


# What a test becomes: field, core operator, typed operand.
TESTS: list[tuple[dict[str, Any], str, Any]] = [
    ({"field": "tier", "op": ">", "value": "3"}, "gt", 3),
    ({"field": "tier", "op": "=", "value": Decimal("3.00")}, "eq", 3),
    ({"field": "tier", "op": "<", "value": "1.5"}, "lt", Decimal("1.5")),
    ({"field": "tier", "op": "in", "value": [3, "1", 3]}, "in", (1, 3)),
    ({"field": "tier", "op": "<", "value": 2**63 - 1}, "lt", 2**63 - 1),
    ({"field": "ratio", "op": ">", "value": "1e-12"}, "gt", Decimal("1e-12")),
    ({"field": "tier", "op": "between", "value": [1, 2]}, "within", Range(1, 2)),
    (
        {"field": "tier", "op": "between", "value": [1, 2], "bounds": "(]"},
        "within",
        Range(1, 2, False, True),
    ),
    ({"field": "user.tier", "op": "exists"}, "exists", None),
    ({"field": "score", "op": ">=", "value": 3}, "ge", 3.0),
    ({"field": "balance", "op": "<=", "value": "100.00"}, "le", Decimal("100.00")),
    ({"field": "email", "op": "=", "value": "A@X"}, "eq", "a@x"),
    ({"field": "name", "op": "contains", "value": "Élan"}, "contains", "elan"),
    ({"field": "code", "op": "!=", "value": "Ab"}, "ne", "Ab"),
    ({"field": "plan", "op": "=", "value": "PRO"}, "eq", "pro"),
    ({"field": "plan", "op": "contains", "value": "r"}, "contains", "r"),
    ({"field": "plan", "op": "like", "value": "P%"}, "like", "p%"),
    ({"field": "active", "op": "true"}, "eq", True),
    ({"field": "active", "op": "false"}, "eq", False),
    ({"field": "born", "op": "after", "value": "2000-01-31"}, "gt", day("2000-01-31")),
    (
        {"field": "born", "op": "between", "value": ["2000-01-01", "2001-01-01"]},
        "within",
        Range(day("2000-01-01"), day("2001-01-01"), high_included=False),
    ),
    ({"field": "born", "op": "in_last", "value": "P30D"}, "in_last", MONTH),
    ({"field": "seen", "op": "before", "value": "2026-05-01T00:00Z"}, "lt", utc("2026-05-01")),
    ({"field": "seen", "op": "=", "value": "2026-05-01T08:00"}, "eq", utc("2026-05-01T02:30")),
    # a day on an instant field is the whole local day
    (
        {"field": "seen", "op": "=", "value": "2026-05-01"},
        "within",
        Range(utc("2026-04-30T18:30"), utc("2026-05-01T18:30"), high_included=False),
    ),
    (
        {"field": "seen", "op": "!=", "value": "2026-05-01"},
        "outside",
        Range(utc("2026-04-30T18:30"), utc("2026-05-01T18:30"), high_included=False),
    ),
    ({"field": "seen", "op": "<", "value": "2026-05-01"}, "lt", utc("2026-04-30T18:30")),
    ({"field": "seen", "op": "<=", "value": "2026-05-01"}, "lt", utc("2026-05-01T18:30")),
    ({"field": "seen", "op": ">", "value": "2026-05-01"}, "ge", utc("2026-05-01T18:30")),
    ({"field": "seen", "op": ">=", "value": "2026-05-01"}, "ge", utc("2026-04-30T18:30")),
    (
        {"field": "seen", "op": "between", "value": ["2026-05-01", "2026-05-02"]},
        "within",
        Range(utc("2026-04-30T18:30"), utc("2026-05-01T18:30"), high_included=False),
    ),
    ({"field": "seen", "op": "<=", "value": "9999-12-31"}, "lt", utc("9999-12-30T18:30")),
    ({"field": "tags", "op": "has_any", "value": ["B", "a", "b"]}, "has_any", ("a", "b")),
    ({"field": "tags", "op": "=", "value": "Sports"}, "eq", "sports"),
]


@pytest.mark.parametrize(("rule", "op", "operand"), TESTS, ids=str)
def test_a_value_gets_the_type_of_its_field(rule: dict[str, Any], op: str, operand: Any) -> None:
    found = where(rule)
    assert isinstance(found, Test)
    assert (found.op, found.operand) == (op, operand)
    assert type(found.operand) is type(operand)
    assert found.field is FIELDS[rule["field"].removeprefix("user.")]


def test_a_test_keeps_what_else_it_says() -> None:
    found = where(
        {
            **{"field": "tags", "op": "!=", "value": "B", "nulls": "include"},
            **{"fold": "none", "quant": "all"},
        }
    )
    assert found == Test(FIELDS["tags"], "ne", "B", True, Fold.NONE, "all")


def test_fields_are_compared_with_fields() -> None:
    found = where({"field": "born", "op": "before", "value_field": "renewed"})
    assert found == Test(FIELDS["born"], "lt", FIELDS["renewed"])
    assert where({"field": "code", "op": "=", "value_field": "plan"}).operand is FIELDS["plan"]  # type: ignore[union-attr]
    assert where({"field": "tier", "op": ">=", "value_field": "balance"}).op == "ge"  # type: ignore[union-attr]


# -- occurrences -----------------------------------------------------------------------------------


def occurrence(**members: Any) -> Occurrence:
    found = where({"did": "card", **members})
    assert isinstance(found, Occurrence)
    return found


def test_an_occurrence_scans_its_sources() -> None:
    assert occurrence().scan == Scan(("card",), None, AllTime())
    assert occurrence(did="spend").scan.sources == ("card", "upi")
    assert occurrence(did=["upi", "card", "spend"]).scan.sources == ("card", "upi")
    assert occurrence(did=["view", "upi"]).scan.sources == ("upi", "view")


def test_a_filter_is_on_the_fields_of_the_event() -> None:
    amount = MODEL.events["card"].fields["amount"]
    found = occurrence(where={"field": "amount", "op": ">", "value": "9.50"})
    assert found.scan.where == Test(amount, "gt", Decimal("9.50"))
    near = occurrence(where={"near": {"field": "spot", "place": "sydney"}})
    assert isinstance(near.scan.where, InArea)


def test_a_union_has_the_fields_its_sources_share() -> None:
    shared = occurrence(did="spend", where={"field": "category", "op": "=", "value": "x"})
    assert isinstance(shared.scan.where, Test)


def test_distinct_is_a_field_or_a_stretch_of_time() -> None:
    assert occurrence(distinct="merchant").distinct == MODEL.events["card"].fields["merchant"]
    assert occurrence(distinct="week").distinct == "week"


GUARDS: list[tuple[dict[str, Any], Guard | None]] = [
    ({}, None),
    ({"window": "all_time"}, None),
    ({"window": {"to": "2025-01-01"}}, None),
    ({"window": {"last": "P30D"}}, Guard(None)),
    ({"window": {"from": "2025-01-01"}}, Guard(None)),
    ({"window": {"calendar": "today"}}, Guard(None)),
    ({"window": {"last": "P30D"}, "observed": {"else": "include"}}, None),
    ({"window": {"last": "P30D"}, "observed": "P60D"}, Guard(Duration(days=60))),
    ({"window": {"last": "P30D"}, "observed": "window"}, Guard(None)),
    ({"observed": "P60D"}, Guard(Duration(days=60))),
    ({"observed": "window"}, None),
    ({"pattern": "first_time", "window": {"last": "P30D"}}, None),
]


@pytest.mark.parametrize(("members", "guard"), GUARDS, ids=str)
def test_absence_is_guarded_within_a_window(members: dict[str, Any], guard: Guard | None) -> None:
    assert occurrence(**members).guard == guard


def test_the_model_may_take_absence_as_known() -> None:
    rule = {"did": "card", "window": {"last": "P30D"}}
    assert where(rule, UNGUARDED).guard is None  # type: ignore[union-attr]
    asked = {**rule, "observed": "window"}
    assert where(asked, UNGUARDED).guard == Guard(None)  # type: ignore[union-attr]


def test_without_a_beginning_nobody_is_observed() -> None:
    model = replace(MODEL, entity=replace(MODEL.entity, created_at=None))
    assert where({"did": "card", "window": {"last": "P30D"}}, model).guard is None  # type: ignore[union-attr]
    calm = {"did": "card", "observed": {"else": "include"}}
    assert where(calm, model).guard is None  # type: ignore[union-attr]


# -- windows by default ----------------------------------------------------------------------------


def test_dates_of_the_rule_are_the_window_of_what_names_none() -> None:
    rule = {
        "where": [
            {"field": "total_spend", "op": ">", "value": 100},
            {"did": "card"},
            {"did": "card", "window": {"last": "P30D"}},
            {"metric": "travel_90", "op": ">", "value": 1},
            {"sequence": [{"did": "card"}, {"did": "upi"}]},
        ],
        "start_date": "2025-01-01",
        "end_date": "2025-12-31",
    }
    year = Between(day("2025-01-01"), day("2026-01-01"))
    spend, card, recent, travel, path = leaves_of(resolve(rule).where)
    assert spend.aggregate.scan.window == year  # type: ignore[union-attr]
    assert card.scan.window == year  # type: ignore[union-attr]
    assert recent.scan.window == Last(MONTH)  # type: ignore[union-attr]
    assert travel.aggregate.scan.window == Last(Duration(days=90))  # type: ignore[union-attr]
    assert path.window == year  # type: ignore[union-attr]


def test_dates_of_the_rule_do_not_narrow_the_models_universe() -> None:
    rule = {"where": {"did": "card"}, "universe": "payers", "start_date": "2025-01-01"}
    found = resolve(rule)
    (payers,) = leaves_of(found.universe)  # type: ignore[arg-type]
    assert payers.scan.window == AllTime()  # type: ignore[union-attr]
    assert found.where.scan.window == Between(day("2025-01-01"), None)  # type: ignore[union-attr]
    inline = resolve({**rule, "universe": {"did": "spend"}})
    assert inline.universe.scan.window == Between(day("2025-01-01"), None)  # type: ignore[union-attr]


def test_a_ranking_follows_the_dates_of_the_rule() -> None:
    rule = {"where": A, "limit": {"n": 5, "rank_by": "total_spend"}, "start_date": "2025-01-01"}
    limit = resolve(rule).limit
    assert limit is not None
    assert isinstance(limit.by, Aggregate)
    assert limit.by.scan.window == Between(day("2025-01-01"), None)


# -- metrics ---------------------------------------------------------------------------------------


def measure(**members: Any) -> Measure:
    found = where({"op": ">", "value": 1, **members})
    assert isinstance(found, Measure)
    return found


def test_a_metric_is_known_by_name_or_as_a_field() -> None:
    named = measure(metric="total_spend", value="100.00")
    assert named == where({"field": "total_spend", "op": ">", "value": "100.00"})
    assert named == where({"field": "user.total_spend", "op": ">", "value": "100.00"})
    assert named == measure(metric="user.total_spend", value="100.00")
    assert named.test.operand == Decimal("100.00")
    assert named.aggregate.output.type is FieldType.MONEY
    assert named.aggregate.output.label == "Total spend"
    window = {"last": "P30D"}
    assert measure(metric="orders", window=window) == where(
        {"field": "user.orders", "op": ">", "value": 1, "window": window}
    )


def test_a_metric_is_narrowed_by_the_rule() -> None:
    extra = {"field": "amount", "op": ">", "value": 5}
    found = measure(metric="travel_90", where=extra).aggregate.scan
    assert isinstance(found.where, Conjunction)
    assert len(leaves_of(found.where)) == 2
    assert found.window == Last(Duration(days=90))


EMPTIES = [
    ("count", None, None, True),
    ("sum", "amount", None, True),
    ("distinct", "merchant", None, True),
    ("avg", "amount", None, False),
    ("min", "amount", None, False),
    ("recency", None, None, False),
    ("sum", "amount", "unknown", False),
    ("avg", "amount", "zero", True),
]


@pytest.mark.parametrize(("agg", "of", "empty", "zero"), EMPTIES)
def test_what_nothing_counts_as(agg: str, of: str | None, empty: str | None, zero: bool) -> None:
    metric = {"agg": agg, "on": "card", **({"of": of} if of else {})}
    found = measure(metric=metric, **({"empty": empty} if empty else {}))
    assert found.aggregate.empty_is_zero is zero


OUTPUTS = [
    ("count", None, FieldType.INTEGER),
    ("recency", None, FieldType.INTEGER),
    ("distinct", "merchant", FieldType.INTEGER),
    ("sum", "amount", FieldType.MONEY),
    ("avg", "amount", FieldType.MONEY),
    ("avg", "product", FieldType.DECIMAL),
    ("avg", "weight", FieldType.NUMBER),
    ("max", "due", FieldType.DATE),
    ("last", "paid", FieldType.BOOLEAN),
    ("mode", "category", FieldType.ENUM),
]


@pytest.mark.parametrize(("agg", "of", "kind"), OUTPUTS)
def test_an_aggregate_has_a_type(agg: str, of: str | None, kind: FieldType) -> None:
    value: Any = {"mode": "x", "max": "2025-01-01", "last": True}.get(agg, 1)
    metric = {"agg": agg, "on": "card", **({"of": of} if of else {})}
    assert measure(metric=metric, op="=", value=value).aggregate.output.type is kind


def test_a_metric_of_text_or_time_takes_their_operators() -> None:
    assert where({"field": "favourite", "op": "starts", "value": "Tr"}).test.op == "starts"  # type: ignore[union-attr]
    assert where({"field": "last_paid", "op": "in_last", "value": "P7D"}).test.operand == Duration(  # type: ignore[union-attr]
        days=7
    )


def test_there_is_an_average_where_there_is_a_maximum() -> None:
    """Averages are compared by sums, which cannot say whether there is one."""
    found = where({"field": "ticket", "op": "exists"})
    assert isinstance(found, Measure)
    assert (found.aggregate.name, found.test.op) == ("max", "exists")


def test_ranks_have_types_of_their_own() -> None:
    percentile = measure(metric="total_spend", rank="percentile", op=">=", value="99.5")
    assert percentile.test == Test(percentile.test.field, "ge", Decimal("99.5"))
    assert percentile.test.field.type is FieldType.DECIMAL
    top = where({"metric": "total_spend", "rank": "top_n", "value": 100})
    assert isinstance(top, Measure)
    assert (top.rank, top.test.op, top.test.operand) == ("top_n", "le", 100)


def test_a_percentile_between_two_is_asked_for_twice() -> None:
    found = where(
        {
            **{"metric": "total_spend", "rank": "percentile", "op": "between"},
            **{"value": [10, 20], "bounds": "[)"},
        }
    )
    low, high = resolved_children(found)
    assert isinstance(low, Measure)
    assert isinstance(high, Measure)
    assert (low.test.op, low.test.operand) == ("ge", 10)
    assert (high.test.op, high.test.operand) == ("lt", 20)


# -- sequences, members, places, shares ------------------------------------------------------------


def test_a_sequence_resolves_each_step() -> None:
    found = where(
        {
            "sequence": [
                {"did": "view"},
                {"did": "card", "where": {"field": "paid", "op": "true"}, "within": "P7D"},
            ],
            **{"same": ["product"], "start": "first", "window": {"last": "P30D"}},
        }
    )
    assert isinstance(found, Path)
    assert [step.sources for step in found.steps] == [("view",), ("card",)]
    assert found.steps[1].within == Duration(days=7)
    assert (found.same, found.start, found.window) == (("product",), "first", Last(MONTH))


def test_members_and_buckets_are_kept() -> None:
    assert where({"segment": "vip"}) == Member("vip")
    assert where({"list": "staff", "in": False}) == Member(listed="staff", included=False)
    assert where({"bucket": {"salt": "x"}}) == Bucket("x", "0", "1")
    assert resolve({"segment": "vip"}, segments={"vip"}).where == Member("vip")


def test_areas_are_circles_or_polygons() -> None:
    home = FIELDS["home"]
    circle = {"near": {"field": "home", "lat": 1, "lon": 2, "km": 3}}
    assert where(circle) == InArea(home, Circle(1.0, 2.0, 3.0))
    place = {"near": {"field": "home", "place": "sydney"}}
    assert where(place) == InArea(home, Circle(-33.8688, 151.2093, 50.0))
    corners = {"near": {"field": "home", "polygon": [[0, 0], [0, 1], [1, 1]]}}
    assert where(corners) == InArea(home, Polygon(((0.0, 0.0), (0.0, 1.0), (1.0, 1.0))))


# -- facets ----------------------------------------------------------------------------------------


def test_age_bands_are_alternatives() -> None:
    found = where({"age_bands": ["25-34", "65+"]})
    assert found == Disjunction(
        (Test(FIELDS["born"], "age", Range(25, 34)), Test(FIELDS["born"], "age", Range(65, None)))
    )
    assert where({"age_bands": ["25-34"]}) == Test(FIELDS["born"], "age", Range(25, 34))


def test_an_age_may_be_a_number() -> None:
    model = replace(MODEL, facets=replace(MODEL.facets, age="tier"))
    assert where({"age_bands": ["25-34"]}, model) == Test(FIELDS["tier"], "within", Range(25, 34))


def test_facets_are_joined_by_and() -> None:
    found = where({"age_bands": ["25-34"], "demographics": {"plan": ["Pro"], "tier": [1, 2]}})
    assert found == Conjunction(
        (
            Test(FIELDS["born"], "age", Range(25, 34)),
            Test(FIELDS["plan"], "in", ("pro",), fold=Fold.CASE),
            Test(FIELDS["tier"], "in", (1, 2)),
        )
    )


def test_demographics_fit_the_type_of_their_field() -> None:
    assert where({"demographics": {"active": [True]}}) == Disjunction(
        (Test(FIELDS["active"], "eq", True),)
    )
    listed = where({"demographics": {"tags": ["A"]}})
    assert listed == Test(FIELDS["tags"], "has_any", ("a",), fold=Fold.CASE)


LOCATIONS: list[tuple[list[str], list[tuple[str, Any]]]] = [
    (["NSW"], [("state", ("NSW",)), ("city", ("NSW",))]),
    (["Sydney"], [("city", ("Sydney",))]),  # no state: the states are listed
    (["NSW", "Sydney"], [("state", ("NSW",)), ("city", ("NSW", "Sydney"))]),
]


@pytest.mark.parametrize(("wanted", "tests"), LOCATIONS, ids=str)
def test_a_location_is_looked_for_where_it_can_stand(
    wanted: list[str], tests: list[tuple[str, Any]]
) -> None:
    found = where({"locations": wanted})
    assert [(leaf.field.name, leaf.operand) for leaf in leaves_of(found)] == tests  # type: ignore[union-attr]
    assert isinstance(found, Disjunction)


def test_a_location_may_be_a_named_place() -> None:
    found = where({"locations": ["sydney", "VIC"]})
    kinds = [type(leaf) for leaf in leaves_of(found)]
    assert kinds == [InArea, Test, Test]


def test_a_value_that_no_location_takes_is_reported() -> None:
    only_states = replace(MODEL, facets=replace(MODEL.facets, locations=("state",)))
    with pytest.raises(InvalidRule) as caught:
        resolve({"locations": ["Sydney"]}, only_states)
    assert caught.value.problems[0].code == "UNKNOWN_VALUE"


def test_interests_by_list() -> None:
    found = where({"interests": {"any": ["a", "b"], "all": ["c"], "none": ["d"]}})
    tests = [(leaf.op, leaf.operand) for leaf in leaves_of(found)]  # type: ignore[union-attr]
    assert tests == [("has_any", ("a", "b")), ("has_all", ("c",)), ("has_none", ("d",))]


def test_interests_by_behaviour() -> None:
    found = where({"interests": {"any": ["a", "b"], "none": ["c"], "min_affinity": 30}})
    either, never = resolved_children(found)
    assert isinstance(either, Disjunction)
    assert isinstance(never, Negation)
    shown = leaves_of(either)[0]
    assert isinstance(shown, Measure)
    assert (shown.aggregate.name, shown.test.op, shown.test.operand) == ("sum", "ge", 30)
    window = where({"interests": {"all": ["a"], "window": {"last": "P30D"}}})
    (happened,) = leaves_of(window)
    assert isinstance(happened, Occurrence)
    assert happened.count == Count(">=", 1)
    assert happened.scan.window == Last(MONTH)


def test_affinity_without_a_weight_is_a_number_of_events() -> None:
    model = replace(MODEL, facets=replace(MODEL.facets, interest_weight=None))
    (shown,) = leaves_of(where({"interests": {"any": ["a"], "min_affinity": 3}}, model))
    assert isinstance(shown, Measure)
    assert shown.aggregate.name == "count"


@pytest.mark.parametrize(
    ("rule", "facet"),
    [
        ({"age_bands": ["25-34"]}, "age"),
        ({"locations": ["x"]}, "locations"),
        ({"interests": ["x"]}, "interests"),
        ({"interests": {"any": ["x"], "min_affinity": 3}}, "interests"),
    ],
    ids=str,
)
def test_a_facet_must_be_mapped(rule: Any, facet: str) -> None:
    bare = replace(MODEL, facets=Facets())
    with pytest.raises(InvalidRule) as caught:
        resolve(rule, bare)
    (problem,) = caught.value.problems
    assert problem.code == "FACET_NOT_MAPPED"
    assert problem.hint == f"Set facets.{facet} in model.yml."


# -- around the condition --------------------------------------------------------------------------


def test_the_zone_is_the_rules_or_the_models() -> None:
    assert resolve(A).time_zone == "Asia/Kolkata"
    assert resolve({"where": A, "tz": "Europe/London"}).time_zone == "Europe/London"


def test_days_are_those_of_the_rules_zone() -> None:
    rule = {"where": {"field": "seen", "op": "<", "value": "2026-05-01"}, "tz": "Europe/London"}
    assert resolve(rule).where.operand == utc("2026-04-30T23:00")  # type: ignore[union-attr]


def test_a_universe_is_a_name_or_a_condition() -> None:
    adults = resolve({"where": A, "universe": "adults"}).universe
    assert adults == resolve({"where": A, "universe": "users.adults"}).universe
    assert adults == Conjunction((Test(FIELDS["tier"], "ge", 1),))
    assert resolve({"where": A, "universe": {"segment": "vip"}}).universe == Member("vip")
    assert resolve(A).universe is None


def test_a_limit_ranks_by_a_metric_or_a_field() -> None:
    by_field = resolve({"where": A, "limit": {"n": 5, "rank_by": "user.tier", "dir": "asc"}}).limit
    assert by_field is not None
    assert (by_field.n, by_field.by, by_field.descending) == (5, FIELDS["tier"], False)
    by_metric = resolve({"where": A, "limit": {"n": 5, "rank_by": "orders"}}).limit
    assert by_metric is not None
    assert isinstance(by_metric.by, Aggregate)
    assert by_metric.descending


def test_exclusions_are_kept() -> None:
    rule = {"where": A, "exclude": [{"list": "staff"}, {"segment": "vip"}]}
    assert resolve(rule).exclude == (Member(listed="staff"), Member("vip"))


def test_the_order_of_event_names_does_not_matter() -> None:
    one, other = where({"did": ["card", "upi"]}), where({"did": ["upi", "card"]})
    assert one == other == where({"did": "spend"})


def test_nothing_depends_on_the_instant() -> None:
    definition = parse_definition({"did": "card", "window": {"last": "P30D"}})
    assert resolve_rule(definition, MODEL) == resolve_rule(definition, MODEL)
