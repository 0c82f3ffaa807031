"""What a data model refuses in a readable rule: each fault with its code, place and hint."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.base.errors import InvalidRule
from tests.rules.sample import MODEL, resolve, resolve_faults

A = {"field": "tier", "op": "=", "value": 1}


def field(name: str, op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    written = {"field": name, "op": op, **members}
    return written if value is None else {**written, "value": value}


def metric(**members: Any) -> dict[str, Any]:
    return {"metric": "total_spend", "op": ">", "value": 1, **members}


def ad_hoc(agg: str, of: str | None = None, **members: Any) -> dict[str, Any]:
    spelled = {"agg": agg, "on": "card", **({"of": of} if of else {})}
    return metric(metric=spelled, **members)


FAULTS: list[tuple[Any, str, str]] = [
    # unknown names
    (field("teir", "=", 1), "UNKNOWN_FIELD", "$.field"),
    (field("tier", "=", value_field="teir"), "UNKNOWN_FIELD", "$.value_field"),
    ([A, {"any": [field("x", "exists")]}], "UNKNOWN_FIELD", "$[1].any[0].field"),
    ({"did": "crad"}, "UNKNOWN_EVENT", "$"),
    ({"did": ["card", "tier"]}, "UNKNOWN_EVENT", "$"),
    ({"did": "card", "where": field("tier", "=", 1)}, "UNKNOWN_FIELD", "$.where.field"),
    ({"did": "spend", "where": field("merchant", "=", "x")}, "UNKNOWN_FIELD", "$.where.field"),
    ({"did": ["card", "view"], "distinct": "genre"}, "UNKNOWN_FIELD", "$.distinct"),
    (metric(metric="spend"), "UNKNOWN_METRIC", "$.metric"),
    (ad_hoc("sum", "price"), "UNKNOWN_FIELD", "$.metric.of"),
    (
        {"sequence": [{"did": "card"}, {"did": "view"}], "same": ["merchant"]},
        "UNKNOWN_FIELD",
        "$.same",
    ),
    ({"sequence": [{"did": "card"}, {"did": "veiw"}]}, "UNKNOWN_EVENT", "$"),
    ({"list": "stuff"}, "UNKNOWN_LIST", "$"),
    ({"near": {"field": "home", "place": "perth"}}, "UNKNOWN_PLACE", "$.near.place"),
    ({"near": {"field": "work", "place": "sydney"}}, "UNKNOWN_FIELD", "$.near.field"),
    ({"where": A, "universe": "everyone"}, "UNKNOWN_UNIVERSE", "$.universe"),
    ({"where": A, "limit": {"n": 1, "rank_by": "worth"}}, "UNKNOWN_FIELD", "$.limit.rank_by"),
    ({"where": A, "exclude": [{"list": "x"}]}, "UNKNOWN_LIST", "$.exclude[0]"),
    ({"where": A, "tz": "Mars/Olympus"}, "BAD_TIME_ZONE", "$.tz"),
    ({"where": A, "tz": "../../etc/passwd"}, "BAD_TIME_ZONE", "$.tz"),
    ({"where": A, "tz": "America"}, "BAD_TIME_ZONE", "$.tz"),
    ({"demographics": {"gender": ["F"]}}, "UNKNOWN_FIELD", "$.demographics.gender"),
    ({"demographics": {"code": ["F"]}}, "UNKNOWN_FIELD", "$.demographics.code"),
    # operators that do not fit
    (field("tier", "contains", "1"), "BAD_OPERATOR", "$.op"),
    (field("code", ">", "a"), "BAD_OPERATOR", "$.op"),
    (field("active", "in", [True]), "BAD_OPERATOR", "$.op"),
    (field("tier", "true"), "BAD_OPERATOR", "$.op"),
    (field("home", "=", "x"), "BAD_OPERATOR", "$.op"),
    (field("code", "has_any", ["x"]), "BAD_OPERATOR", "$.op"),
    (field("seen", "in", ["2025-01-01"]), "BAD_OPERATOR", "$.op"),
    (field("tier", "in_last", "P3D"), "BAD_OPERATOR", "$.op"),
    (field("code", "contains", value_field="city"), "BAD_OPERATOR", "$.op"),
    (field("code", "=", "x", quant="all"), "BAD_QUANT", "$.quant"),
    (field("favourite", ">", 1), "BAD_OPERATOR", "$.op"),
    (field("total_spend", "contains", "1"), "BAD_OPERATOR", "$.op"),
    (field("orders", ">", 1, nulls="include"), "UNWANTED_VALUE", "$.nulls"),
    (field("orders", ">", value_field="tier"), "UNWANTED_VALUE", "$.value_field"),
    (field("orders", ">", 1, fold="case"), "UNWANTED_VALUE", "$.fold"),
    (field("orders", ">", 1, quant="all"), "UNWANTED_VALUE", "$.quant"),
    # values of the wrong type
    (field("tier", "=", "one"), "TYPE_MISMATCH", "$.value"),
    (field("tier", "=", True), "TYPE_MISMATCH", "$.value"),
    (field("tier", "=", 2**63), "TYPE_MISMATCH", "$.value"),
    (field("ratio", "=", "0.0000000000001"), "TYPE_MISMATCH", "$.value"),
    (field("ratio", "=", "1234567890123456789.5"), "TYPE_MISMATCH", "$.value"),
    (field("tier", "in", [1, "x"]), "TYPE_MISMATCH", "$.value[1]"),
    (field("tier", "in", [1, None]), "TYPE_MISMATCH", "$.value[1]"),
    (field("tier", "in", 1), "BAD_LIST", "$.value"),
    (field("tier", "=", [1]), "TYPE_MISMATCH", "$.value"),
    (field("tier", "between", 5), "BAD_RANGE", "$.value"),
    (field("tier", "between", [1, 2, 3]), "BAD_RANGE", "$.value"),
    (field("tier", "between", [5, 1]), "EMPTY_RANGE", "$.value"),
    (field("tier", "between", [5, 5], bounds="[)"), "EMPTY_RANGE", "$.value"),
    (field("tier", "between", [1, "x"]), "TYPE_MISMATCH", "$.value[1]"),
    (field("born", "between", ["2025-01-01", "2025-01-01"]), "EMPTY_RANGE", "$.value"),
    (
        field("born", "between", ["2025-01-01", "2025-02-01"], bounds="(]"),
        "BAD_BOUNDS",
        "$.bounds",
    ),
    (field("code", "=", 5), "TYPE_MISMATCH", "$.value"),
    (field("code", "contains", 5), "TYPE_MISMATCH", "$.value"),
    (field("code", "like", "x\\"), "BAD_LIKE", "$.value"),
    (field("code", "regex", "(?=x)"), "BAD_REGEX", "$.value"),
    (field("code", "regex", 5), "BAD_REGEX", "$.value"),
    (field("active", "=", "true"), "TYPE_MISMATCH", "$.value"),
    (field("active", "=", 1), "TYPE_MISMATCH", "$.value"),
    (field("born", "=", "2025-02-30"), "TYPE_MISMATCH", "$.value"),
    (field("born", "=", "2025-01-01T08:00"), "TYPE_MISMATCH", "$.value"),
    (field("born", "in_last", "PT12H"), "BAD_DURATION", "$.value"),
    (field("born", "in_last", 30), "BAD_DURATION", "$.value"),
    (field("seen", "anniversary_in", "PT12H"), "BAD_DURATION", "$.value"),
    (field("seen", "=", "yesterday"), "TYPE_MISMATCH", "$.value"),
    (field("plan", "=", "Gold"), "UNKNOWN_VALUE", "$.value"),
    (field("plan", "in", ["Pro", "Gold"]), "UNKNOWN_VALUE", "$.value[1]"),
    (field("state", "=", "nsw"), "UNKNOWN_VALUE", "$.value"),
    (field("balance", "=", value_field="limit_usd"), "TYPE_MISMATCH", "$.value_field"),
    (field("born", "=", value_field="seen"), "TYPE_MISMATCH", "$.value_field"),
    (field("tier", "=", value_field="code"), "TYPE_MISMATCH", "$.value_field"),
    (field("tags", "=", value_field="tags"), "TYPE_MISMATCH", "$.value_field"),
    (field("orders", "=", "many"), "TYPE_MISMATCH", "$.value"),
    (metric(value="12,50"), "TYPE_MISMATCH", "$.value"),
    # events
    ({"did": "card", "where": {"did": "upi"}}, "NOT_ON_EVENT", "$.where"),
    ({"did": "card", "where": [{"segment": "vip"}]}, "NOT_ON_EVENT", "$.where[0]"),
    ({"did": "card", "where": {"age_bands": ["25-34"]}}, "NOT_ON_EVENT", "$.where"),
    ({"did": "card", "distinct": "labels"}, "TYPE_MISMATCH", "$.distinct"),
    ({"did": "card", "distinct": "spot"}, "TYPE_MISMATCH", "$.distinct"),
    ({"did": "card", "pattern": "first_time"}, "MISSING_WINDOW", "$"),
    ({"did": "card", "pattern": "stopped", "window": "all_time"}, "MISSING_WINDOW", "$"),
    ({"did": "card", "pattern": "restarted", "window": {"calendar": "today"}}, "MISSING", "$"),
    # metrics
    (ad_hoc("sum"), "MISSING", "$.metric"),
    (metric(metric={"agg": "count", "on": "crad"}), "UNKNOWN_EVENT", "$.metric"),
    (ad_hoc("count", "amount"), "UNWANTED_VALUE", "$.metric.of"),
    (ad_hoc("sum", "merchant"), "TYPE_MISMATCH", "$.metric.of"),
    (ad_hoc("sum", "due"), "TYPE_MISMATCH", "$.metric.of"),
    (ad_hoc("max", "merchant"), "TYPE_MISMATCH", "$.metric.of"),
    (ad_hoc("mode", "labels"), "TYPE_MISMATCH", "$.metric.of"),
    (ad_hoc("last", "spot"), "TYPE_MISMATCH", "$.metric.of"),
    (ad_hoc("percentile", "amount"), "MISSING", "$.metric"),
    (ad_hoc("mode", "category", op="=", value="x", empty="zero"), "BAD_EMPTY", "$.metric"),
    (metric(metric="travel_90", window={"last": "P3D"}), "METRIC_HAS_WINDOW", "$.window"),
    (
        metric(metric={"agg": "count", "on": "card", "window": "all_time"}, window={"last": "P3D"}),
        "AMBIGUOUS",
        "$.window",
    ),
    (metric(metric="favourite", op="=", rank="top_n", value=3), "TYPE_MISMATCH", "$.rank"),
    (metric(rank="top_n", op="<=", value="ten"), "TYPE_MISMATCH", "$.value"),
    (metric(rank="percentile", op="in", value=[1]), "BAD_OPERATOR", "$.op"),
    (metric(rank="percentile", op="before", value="2025-01-01"), "BAD_OPERATOR", "$.op"),
    # places, limits, universes
    ({"near": {"field": "city", "place": "sydney"}}, "TYPE_MISMATCH", "$.near.field"),
    ({"where": A, "limit": {"n": 1, "rank_by": "tags"}}, "TYPE_MISMATCH", "$.limit.rank_by"),
    ({"where": A, "limit": {"n": 1, "rank_by": "active"}}, "TYPE_MISMATCH", "$.limit.rank_by"),
    (
        {"where": A, "universe": {"not": metric(rank="percentile")}},
        "RANK_IN_UNIVERSE",
        "$.universe",
    ),
]


@pytest.mark.parametrize(("rule", "code", "path"), FAULTS, ids=lambda part: str(part)[:70])
def test_what_does_not_fit_is_refused_where_it_stands(rule: Any, code: str, path: str) -> None:
    assert resolve_faults(rule) == [(code, path)]


HINTS: list[tuple[Any, str]] = [
    (field("teir", "=", 1), 'Did you mean "tier"?'),
    (field("total_spent", "=", 1), 'Did you mean "total_spend"?'),
    ({"did": "crad"}, 'Did you mean "card"?'),
    ({"list": "stuff"}, 'Did you mean "staff"?'),
    ({"near": {"field": "home", "place": "sidney"}}, 'Did you mean "sydney"?'),
    ({"where": A, "universe": "adult"}, 'Did you mean "adults"?'),
    (metric(metric="totalspend"), 'Did you mean "total_spend"?'),
    (field("plan", "=", "Gold"), "One of: Free, Pro."),
    (field("tier", "=", "x"), "Give a number, e.g. 3."),
    ({"did": "zzz"}, "Known: card, spend, upi, view."),
]


@pytest.mark.parametrize(("rule", "hint"), HINTS, ids=str)
def test_a_fault_comes_with_a_hint(rule: Any, hint: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        resolve(rule)
    assert caught.value.problems[0].hint == hint


def test_segments_are_checked_against_those_that_exist() -> None:
    rule = {"where": [{"segment": "vpi"}], "exclude": [{"segment": "old"}]}
    found = resolve_faults(rule, segments=["vip"])
    assert found == [("UNKNOWN_SEGMENT", "$.where[0]"), ("UNKNOWN_SEGMENT", "$.exclude[0]")]
    assert resolve_faults({"segment": "x"}, segments=[]) == [("UNKNOWN_SEGMENT", "$")]


def test_a_guard_needs_to_know_since_when() -> None:
    model = replace(MODEL, entity=replace(MODEL.entity, created_at=None))
    rule = {"did": "card", "observed": "P30D"}
    assert resolve_faults(rule, model) == [("NOT_OBSERVABLE", "$.observed")]


def test_a_fault_inside_the_model_names_the_place_there() -> None:
    model = replace(MODEL, universes={"adults": [field("age", ">=", 18)]})
    rule = {"where": A, "universe": "adults"}
    assert resolve_faults(rule, model) == [("UNKNOWN_FIELD", "model.universes.adults[0].field")]
    broken = replace(MODEL, universes={"adults": [{"op": "="}]})
    assert resolve_faults(rule, broken) == [("BAD_NODE", "model.universes.adults[0]")]


def test_all_faults_are_reported_at_once() -> None:
    rule = {
        "where": [field("x", "exists"), {"did": "y"}, field("tier", "=", "z")],
        "universe": "u",
        "tz": "Nowhere",
        "limit": {"n": 1, "rank_by": "w"},
    }
    assert [path for _, path in resolve_faults(rule)] == [
        *("$.tz", "$.where[0].field", "$.where[1]", "$.where[2].value"),
        *("$.universe", "$.limit.rank_by"),
    ]


def test_long_names_are_cut_in_the_report() -> None:
    with pytest.raises(InvalidRule) as caught:
        resolve(field("x" * 130, "exists"))
    assert len(caught.value.sentence) < 200


NAMES = [
    lambda text: {"field": text, "op": "exists"},
    lambda text: {"field": "tier", "op": "=", "value_field": text},
    lambda text: {"did": text},
    lambda text: {"did": "card", "distinct": text},
    lambda text: {"metric": text, "op": ">", "value": 1},
    lambda text: ad_hoc("sum", text),
    lambda text: {"sequence": [{"did": "card"}, {"did": text}]},
    lambda text: {"sequence": [{"did": "card"}, {"did": "view"}], "same": [text]},
    lambda text: {"segment": text},
    lambda text: {"list": text},
    lambda text: {"near": {"field": text, "place": "sydney"}},
    lambda text: {"near": {"field": "home", "place": text}},
    lambda text: {"demographics": {text: ["x"]}},
    lambda text: {"where": A, "universe": text},
    lambda text: {"where": A, "tz": text},
    lambda text: {"where": A, "limit": {"n": 1, "rank_by": text}},
    lambda text: {"where": A, "exclude": [{"list": text}]},
]


@pytest.mark.parametrize("position", NAMES)
@pytest.mark.parametrize("text", ["'; DROP TABLE users; --", 'tier" OR 1=1 --', "tier; SELECT 1"])
def test_no_name_but_the_models_own_gets_through(position: Any, text: str) -> None:
    assert resolve_faults(position(text), segments=["vip"]) != []
