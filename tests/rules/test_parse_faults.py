"""What the parser refuses: each fault with its code and the place it stands at."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from muster.base.errors import InvalidRule
from muster.rules.parse import parse_definition, parse_node
from tests.rules.sample import parse_faults

A = {"field": "a", "op": "=", "value": 1}


def did(**members: Any) -> dict[str, Any]:
    return {"did": "card", **members}


def metric(**members: Any) -> dict[str, Any]:
    return {"metric": "m", "op": ">", "value": 1, **members}


def steps(*others: Any, **members: Any) -> dict[str, Any]:
    return {"sequence": [{"did": "a"}, *others], **members}


def near(**members: Any) -> dict[str, Any]:
    return {"near": {"field": "home", **members}}


FAULTS: list[tuple[Any, str, str]] = [
    # the whole
    (None, "BAD_RULE", "$"),
    ("a = 1", "BAD_RULE", "$"),
    (7, "BAD_RULE", "$"),
    ({}, "BAD_NODE", "$"),
    ([], "EMPTY_GROUP", "$"),
    ({"where": []}, "EMPTY_GROUP", "$.where"),
    ({"where": {}}, "BAD_NODE", "$.where"),
    ({"where": None}, "BAD_NODE", "$.where"),
    ({"where": A, "conditions": A}, "AMBIGUOUS", "$"),
    ({"where": A, "limti": 1}, "UNKNOWN_NAME", "$.limti"),
    ({"where": A, "v": 2}, "BAD_VERSION", "$.v"),
    ({"where": A, "as_of": "2025-01-01"}, "BAD_AS_OF", "$.as_of"),
    ({"where": A, "tz": 5}, "BAD_TEXT", "$.tz"),
    ({"where": A, "ttl": "540 days"}, "BAD_DURATION", "$.ttl"),
    ({"where": A, "universe": 3}, "BAD_NODE", "$.universe"),
    ({"where": A, "universe": ""}, "BAD_TEXT", "$.universe"),
    ({"where": A, "start_date": "soon"}, "BAD_DATE", "$.start_date"),
    ({"where": A, "end_date": "2025-02-30"}, "BAD_DATE", "$.end_date"),
    ({"where": A, "start_date": "2025-02-01", "end_date": "2025-01-01"}, "EMPTY_WINDOW", "$"),
    ({"where": A, "operation": "UNION"}, "MISSING", "$"),
    ({"depends_on": ["a"], "operation": "XOR"}, "BAD_CHOICE", "$.operation"),
    ({"depends_on": [True]}, "BAD_TEXT", "$.depends_on[0]"),
    ({"depends_on": ["a"] * 501}, "TOO_LARGE", "$.depends_on"),
    ({"depends_on": [], "key": "x"}, "MISSING", "$"),
    ({"where": A, "limit": 5}, "BAD_LIMIT", "$.limit"),
    ({"where": A, "limit": {"rank_by": "m"}}, "MISSING", "$.limit"),
    ({"where": A, "limit": {"n": 0, "rank_by": "m"}}, "BAD_NUMBER", "$.limit.n"),
    ({"where": A, "limit": {"n": 5}}, "MISSING", "$.limit"),
    ({"where": A, "limit": {"n": 5, "rank_by": "m", "dir": "up"}}, "BAD_CHOICE", "$.limit.dir"),
    ({"where": A, "exclude": {"list": "x"}}, "BAD_EXCLUDE", "$.exclude"),
    ({"where": A, "exclude": [A]}, "BAD_EXCLUDE", "$.exclude[0]"),
    ({"where": A, "exclude": [{"list": "x", "in": False}]}, "BAD_EXCLUDE", "$.exclude[0]"),
    ({"where": A, "exclude": [{"list": "x", "why": 1}]}, "UNKNOWN_NAME", "$.exclude[0].why"),
    # groups
    ([A, 5], "BAD_NODE", "$[1]"),
    ([A, "x"], "BAD_NODE", "$[1]"),
    ([None], "BAD_NODE", "$[0]"),
    ({"all": A}, "BAD_GROUP", "$.all"),
    ({"any": []}, "EMPTY_GROUP", "$.any"),
    ({"any": [A], "all": [A]}, "AMBIGUOUS", "$"),
    ({"not": []}, "EMPTY_GROUP", "$.not"),
    ({"not": None}, "BAD_NODE", "$.not"),
    ({"any": [A], "unless": A}, "UNKNOWN_NAME", "$.unless"),
    ({"count": 2, "of": [A]}, "BAD_COUNT", "$.count"),
    ({"count": {"n": 2}}, "MISSING", "$"),
    ({"count": {"op": ">="}, "of": [A]}, "MISSING", "$.count"),
    ({"count": {"n": -1}, "of": [A]}, "BAD_NUMBER", "$.count.n"),
    ({"count": {"n": Decimal("1e999999999")}, "of": [A]}, "BAD_NUMBER", "$.count.n"),
    ({"count": {"n": 1.5}, "of": [A]}, "BAD_NUMBER", "$.count.n"),
    ({"count": {"op": "!=", "n": 1}, "of": [A]}, "BAD_CHOICE", "$.count.op"),
    ({"count": {"n": 1}, "of": []}, "EMPTY_GROUP", "$.of"),
    ({"fild": "a", "op": "=", "value": 1}, "BAD_NODE", "$"),
    # attributes
    ({"field": "a"}, "MISSING", "$"),
    ({"field": "", "op": "=", "value": 1}, "BAD_TEXT", "$.field"),
    ({"field": ["a"], "op": "=", "value": 1}, "BAD_TEXT", "$.field"),
    ({"field": "a\0", "op": "=", "value": 1}, "BAD_TEXT", "$.field"),
    ({"field": "a" * 131, "op": "=", "value": 1}, "BAD_TEXT", "$.field"),
    ({"field": "a", "op": "==", "value": 1}, "BAD_CHOICE", "$.op"),
    ({"field": "a", "operator": "<>", "value": 1}, "BAD_CHOICE", "$.operator"),
    ({"field": "a", "op": ["="], "value": 1}, "BAD_CHOICE", "$.op"),
    ({"field": "a", "op": "=", "operator": "=", "value": 1}, "AMBIGUOUS", "$"),
    ({"field": "a", "op": "="}, "MISSING_VALUE", "$"),
    ({"field": "a", "op": "=", "value": None}, "MISSING_VALUE", "$"),
    ({"field": "a", "op": "exists", "value": 1}, "UNWANTED_VALUE", "$.value"),
    ({"field": "a", "op": "missing", "value_field": "b"}, "UNWANTED_VALUE", "$.value"),
    ({"field": "a", "op": "=", "value": 1, "value_field": "b"}, "AMBIGUOUS", "$"),
    ({"field": "a", "op": "=", "value_field": 3}, "BAD_TEXT", "$.value_field"),
    ({"field": "a", "op": "=", "value": {"x": 1}}, "BAD_VALUE", "$.value"),
    ({"field": "a", "op": "in", "value": [1, [2]]}, "BAD_VALUE", "$.value[1]"),
    ({"field": "a", "op": "=", "value": b"x"}, "BAD_VALUE", "$.value"),
    ({"field": "a", "op": "=", "value": "x\0y"}, "BAD_TEXT", "$.value"),
    ({"field": "a", "op": "=", "value": "\ud800"}, "BAD_TEXT", "$.value"),
    ({"field": "a", "op": "=", "value": "x" * 10_001}, "BAD_TEXT", "$.value"),
    ({"field": "a", "op": "=", "value": "x" * 10_000_000}, "BAD_TEXT", "$.value"),
    ({"field": "a", "op": "=", "value": float("nan")}, "BAD_NUMBER", "$.value"),
    ({"field": "a", "op": "=", "value": Decimal("1e999999999")}, "BAD_NUMBER", "$.value"),
    ({"field": "a", "op": "in", "value": list(range(10_001))}, "TOO_LARGE", "$.value"),
    ({"field": "a", "op": "=", "value": 1, "bounds": "[["}, "BAD_CHOICE", "$.bounds"),
    ({"field": "a", "op": "=", "value": 1, "nulls": True}, "BAD_CHOICE", "$.nulls"),
    ({"field": "a", "op": "=", "value": 1, "fold": "upper"}, "BAD_CHOICE", "$.fold"),
    ({"field": "a", "op": "=", "value": 1, "quant": "some"}, "BAD_CHOICE", "$.quant"),
    ({"field": "a", "op": "=", "value": 1, "vlaue": 2}, "UNKNOWN_NAME", "$.vlaue"),
    (
        {"field": "m", "op": ">", "value": 1, "nulls": "include", "window": "all_time"},
        "UNWANTED_VALUE",
        "$.nulls",
    ),
    # windows
    (did(window="last week"), "BAD_WINDOW", "$.window"),
    (did(window={}), "BAD_WINDOW", "$.window"),
    (did(window={"last": "P1D", "calendar": "today"}), "BAD_WINDOW", "$.window"),
    (did(window={"last": 30}), "BAD_DURATION", "$.window.last"),
    (did(window={"last": "30D"}), "BAD_DURATION", "$.window.last"),
    (did(window={"last": "P0D"}), "BAD_DURATION", "$.window.last"),
    (did(window={"last": "P30D\n"}), "BAD_DURATION", "$.window.last"),
    (did(window={"last": "P30D", "anchor": "noon"}), "BAD_CHOICE", "$.window.anchor"),
    (did(window={"last": "PT12H", "anchor": "calendar_day"}), "BAD_WINDOW", "$.window.last"),
    (did(window={"last": "P30D", "form": "x"}), "UNKNOWN_NAME", "$.window.form"),
    (did(window={"ago": ["P30D"]}), "BAD_WINDOW", "$.window.ago"),
    (did(window={"ago": ["P30D", "P90D"]}), "EMPTY_WINDOW", "$.window.ago"),
    (did(window={"ago": ["P30D", "x"]}), "BAD_DURATION", "$.window.ago[1]"),
    (
        did(window={"ago": ["P2D", "PT12H"], "anchor": "calendar_day"}),
        "BAD_WINDOW",
        "$.window.ago",
    ),
    (did(window={"from": "yesterday"}), "BAD_DATE", "$.window.from"),
    (did(window={"from": "2025-01-01", "to": None}), "BAD_DATE", "$.window.to"),
    (did(window={"from": "2025-01-01", "to": "2025-01-01"}), "EMPTY_WINDOW", "$.window"),
    (did(window={"from": "2025-01-01", "to": "2025-01-01T00:00"}), "EMPTY_WINDOW", "$.window"),
    (
        did(window={"from": "2025-01-03T00:00Z", "to": "2025-01-02"}),
        "EMPTY_WINDOW",
        "$.window",
    ),
    (
        did(window={"from": "2025-01-01T05:30+05:30", "to": "2025-01-01T00:00Z"}),
        "EMPTY_WINDOW",
        "$.window",
    ),
    (did(window={"calendar": "this_fortnight"}), "BAD_CHOICE", "$.window.calendar"),
    # occurrences
    (did(did=[]), "BAD_LIST", "$.did"),
    (did(did=5), "BAD_LIST", "$.did"),
    (did(did=["a", None]), "BAD_TEXT", "$.did[1]"),
    (did(times="3"), "BAD_TIMES", "$.times"),
    (did(times={"op": "~", "n": 1}), "BAD_CHOICE", "$.times.op"),
    (did(times={"op": "="}), "MISSING", "$.times"),
    (did(times={"op": "between", "n": 3}), "BAD_TIMES", "$.times.n"),
    (did(times={"op": "between", "n": [5, 2]}), "BAD_TIMES", "$.times.n"),
    (did(times={"op": "between", "n": [5, "x"]}), "BAD_NUMBER", "$.times.n[1]"),
    (did(times=-1), "BAD_NUMBER", "$.times.n"),
    (did(distinct=""), "BAD_TEXT", "$.distinct"),
    (did(where="x"), "BAD_NODE", "$.where"),
    (did(pattern="often"), "BAD_CHOICE", "$.pattern"),
    (did(pattern="regular"), "MISSING", "$"),
    (did(pattern="regular", regular=7), "BAD_PATTERN", "$.regular"),
    (
        did(pattern="regular", regular={"each": "P7D", "hit": 5, "of": 4}),
        "BAD_NUMBER",
        "$.regular.hit",
    ),
    (did(pattern="regular", regular={"each": "P7D", "of": 4}), "MISSING", "$.regular"),
    (
        did(
            pattern="regular",
            regular={"each": "P7D", "hit": 1, "of": 4},
            window={"last": "P30D"},
        ),
        "BAD_PATTERN",
        "$.window",
    ),
    (did(pattern="stopped", stopped={"since": "P7D"}), "UNKNOWN_NAME", "$.stopped.since"),
    (did(pattern="first_time", times=3), "BAD_PATTERN", "$.times"),
    (did(pattern="stopped", distinct="day"), "BAD_PATTERN", "$.distinct"),
    (did(pattern="first_time", observed="P3D"), "BAD_PATTERN", "$.observed"),
    (did(stopped={"active": "P7D"}), "UNKNOWN_NAME", "$.stopped"),
    (did(observed=30), "BAD_OBSERVED", "$.observed"),
    (did(observed={"min": 30}), "BAD_DURATION", "$.observed.min"),
    (did(observed={"else": "maybe"}), "BAD_CHOICE", "$.observed.else"),
    # metrics
    (metric(op="contains"), "BAD_OPERATOR", "$.op"),
    ({"metric": "m", "operator": "like", "value": "x"}, "BAD_OPERATOR", "$.operator"),
    ({"metric": "m", "op": ">"}, "MISSING", "$"),
    (metric(value=None), "MISSING_VALUE", "$.value"),
    ({"metric": "m", "value": 1}, "MISSING", "$"),
    (metric(metric=5), "BAD_TEXT", "$.metric"),
    (metric(metric={"agg": "median", "on": "c", "of": "x"}), "BAD_CHOICE", "$.metric.agg"),
    (metric(metric={"agg": "sum", "of": "x"}), "MISSING", "$.metric"),
    (metric(metric={"agg": "sum", "on": "c", "of": 1}), "BAD_TEXT", "$.metric.of"),
    (
        metric(metric={"agg": "percentile", "on": "c", "of": "x", "quantile": 1.5}),
        "BAD_NUMBER",
        "$.metric.quantile",
    ),
    (
        metric(metric={"agg": "sum", "on": "c", "of": "x", "quantile": 0.5}),
        "UNWANTED_VALUE",
        "$.metric.quantile",
    ),
    (metric(metric={"agg": "sum", "on": "c", "off": "x"}), "UNKNOWN_NAME", "$.metric.off"),
    (metric(rank="median"), "BAD_CHOICE", "$.rank"),
    (metric(empty=0), "BAD_CHOICE", "$.empty"),
    # sequences
    ({"sequence": []}, "BAD_SEQUENCE", "$.sequence"),
    ({"sequence": [{"did": "a"}]}, "BAD_SEQUENCE", "$.sequence"),
    ({"sequence": [{"did": "a"}] * 11}, "BAD_SEQUENCE", "$.sequence"),
    (steps("b"), "BAD_SEQUENCE", "$.sequence[1]"),
    (steps({"where": A}), "MISSING", "$.sequence[1]"),
    (steps({"did": "b", "within": "P1M"}), "BAD_DURATION", "$.sequence[1].within"),
    (steps({"did": "b", "within": "P1D", "not_before": "P2D"}), "EMPTY_WINDOW", "$.sequence[1]"),
    (steps({"did": "b", "absent": "yes"}), "BAD_FLAG", "$.sequence[1].absent"),
    ({"sequence": [{"did": "a", "absent": True}, {"did": "b"}]}, "BAD_SEQUENCE", "$.sequence[0]"),
    ({"sequence": [{"did": "a", "within": "P1D"}, {"did": "b"}]}, "BAD_SEQUENCE", "$.sequence[0]"),
    (steps({"did": "b"}, same=[]), "BAD_LIST", "$.same"),
    (steps({"did": "b"}, start="middle"), "BAD_CHOICE", "$.start"),
    # members
    ({"segment": "a", "list": "b"}, "AMBIGUOUS", "$"),
    ({"segment": None}, "AMBIGUOUS", "$"),
    ({"segment": True}, "BAD_TEXT", "$.segment"),
    ({"segment": "a" * 64}, "BAD_TEXT", "$.segment"),
    ({"segment": "a", "in": "no"}, "BAD_FLAG", "$.in"),
    ({"segment": "a", "version": 0}, "BAD_NUMBER", "$.version"),
    ({"segment": "a", "freshness": "always"}, "BAD_DURATION", "$.freshness"),
    ({"segment": "a", "changed": "entered"}, "BAD_CHANGED", "$.changed"),
    ({"segment": "a", "changed": {"joined": "all_time"}}, "BAD_CHOICE", "$.changed"),
    ({"segment": "a", "changed": {"entered": 7}}, "BAD_WINDOW", "$.changed.entered"),
    ({"segment": "a", "version": 2, "changed": {"entered": "all_time"}}, "AMBIGUOUS", "$"),
    ({"list": "a", "version": 2}, "UNKNOWN_NAME", "$.version"),
    # places and shares
    ({"near": "sydney"}, "BAD_NEAR", "$.near"),
    (near(), "BAD_NEAR", "$.near"),
    (near(lat=1, lon=1, km=1, place="x"), "BAD_NEAR", "$.near"),
    (near(lat=91, lon=1, km=1), "BAD_NEAR", "$.near.lat"),
    (near(lat=1, lon="east", km=1), "BAD_NUMBER", "$.near.lon"),
    (near(lat=1, lon=1), "MISSING", "$.near"),
    (near(lat=1, lon=1, km=0), "BAD_NEAR", "$.near.km"),
    (near(lat=1, lon=1, km=30_000), "BAD_NEAR", "$.near.km"),
    (near(polygon=[[0, 0], [1, 1]]), "BAD_NEAR", "$.near.polygon"),
    (near(polygon=[[0, 0], [1, 1], [2]]), "BAD_NEAR", "$.near.polygon[2]"),
    (near(polygon=[[0, 0], [1, 1], [2, 200]]), "BAD_NEAR", "$.near.polygon[2][1]"),
    (near(place=7), "BAD_TEXT", "$.near.place"),
    ({"near": {"place": "sydney"}}, "MISSING", "$.near"),
    ({"bucket": "a"}, "BAD_BUCKET", "$.bucket"),
    ({"bucket": {"from": 0}}, "MISSING", "$.bucket"),
    ({"bucket": {"salt": "a", "from": 0.5, "to": 0.5}}, "BAD_BUCKET", "$.bucket"),
    ({"bucket": {"salt": "a", "to": 50}}, "BAD_BUCKET", "$.bucket"),
    ({"bucket": {"salt": "a", "to": "half"}}, "BAD_NUMBER", "$.bucket.to"),
    # facets
    ({"age_bands": []}, "EMPTY_GROUP", "$"),
    ({"locations": [], "demographics": {}}, "EMPTY_GROUP", "$"),
    ({"age_bands": ["young"]}, "BAD_AGE_BAND", "$.age_bands[0]"),
    ({"age_bands": ["34-25"]}, "BAD_AGE_BAND", "$.age_bands[0]"),
    ({"age_bands": ["65+\n"]}, "BAD_AGE_BAND", "$.age_bands[0]"),
    ({"age_bands": [25]}, "BAD_TEXT", "$.age_bands[0]"),
    ({"demographics": ["F"]}, "BAD_FACET", "$.demographics"),
    ({"demographics": {"gender": [None]}}, "BAD_FACET", "$.demographics.gender"),
    ({"demographics": {"gender": ["\0"]}}, "BAD_TEXT", "$.demographics.gender[0]"),
    ({"locations": [5]}, "BAD_TEXT", "$.locations[0]"),
    ({"interests": {"min_affinity": 3}}, "BAD_FACET", "$.interests"),
    ({"interests": {"any": ["a"], "min_affinity": "x"}}, "BAD_NUMBER", "$.interests.min_affinity"),
    ({"interests": {"some": ["a"], "any": ["b"]}}, "UNKNOWN_NAME", "$.interests.some"),
    ({"locations": ["a"], "gender": ["F"]}, "UNKNOWN_NAME", "$.gender"),
]


@pytest.mark.parametrize(("rule", "code", "path"), FAULTS, ids=lambda part: str(part)[:60])
def test_a_malformed_rule_is_refused_where_it_is_wrong(rule: Any, code: str, path: str) -> None:
    assert (code, path) in parse_faults(rule)


def test_all_faults_are_reported_at_once() -> None:
    rule = [{"field": "a", "op": "=="}, {"did": 5}, {"any": []}, {"segment": "x", "in": 1}]
    assert parse_faults(rule) == [
        ("BAD_CHOICE", "$[0].op"),
        ("BAD_LIST", "$[1].did"),
        ("EMPTY_GROUP", "$[2].any"),
        ("BAD_FLAG", "$[3].in"),
    ]


def test_at_most_a_hundred_faults_are_reported() -> None:
    assert len(parse_faults([{} for _ in range(300)])) == 100


def test_a_misspelt_name_gets_a_hint() -> None:
    with pytest.raises(InvalidRule) as caught:
        parse_definition([{"field": "a", "op": "=", "value": 1, "null": "include"}])
    assert caught.value.problems[0].hint == 'Did you mean "nulls"?'
    assert caught.value.path == "$[0].null"
    assert "1 fault" in caught.value.sentence


def test_a_rule_nested_two_hundred_deep_is_refused_once() -> None:
    rule: Any = A
    for _ in range(200):
        rule = {"not": rule}
    found = parse_faults(rule)
    assert found == [("TOO_DEEP", "$" + ".not" * 41)]


def test_filters_count_towards_the_depth() -> None:
    rule: Any = A
    for _ in range(60):
        rule = {"did": "card", "where": [rule]}
    assert parse_faults(rule)[0][0] == "TOO_DEEP"


def test_five_hundred_and_one_conditions_are_refused() -> None:
    assert parse_faults([A] * 501) == [("TOO_LARGE", "$")]


def test_conditions_on_events_count_too() -> None:
    assert ("TOO_LARGE", "$") in parse_faults([{"did": "a", "where": [A] * 100}] * 6)


def test_groups_without_end_are_refused() -> None:
    rule: Any = A
    for _ in range(35):
        rule = [rule]
    assert parse_faults([rule] * 200) == [("TOO_LARGE", "$")]


def test_ten_megabytes_of_conditions_are_refused_quickly() -> None:
    assert ("TOO_LARGE", "$") in parse_faults([A] * 300_000)


def test_a_name_of_ten_megabytes_is_not_repeated_in_the_report() -> None:
    with pytest.raises(InvalidRule) as caught:
        parse_node({"x" * 10_000_000: 1, "field": "a", "op": "exists"})
    (problem,) = caught.value.problems
    assert problem.code == "UNKNOWN_NAME"
    assert len(str(problem)) < 300


def test_lists_nested_as_deep_as_python_goes_are_refused() -> None:
    value: Any = "x"
    for _ in range(900):
        value = [value]
    assert parse_faults({"field": "a", "op": "in", "value": value}) == [("BAD_VALUE", "$.value[0]")]
