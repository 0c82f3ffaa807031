"""Every kind of condition reads as one clear English sentence."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from muster.base.datamodel import DataModel
from muster.rules.operators import OPERATORS
from muster.rules.sentence import leaf_sentence, sentence
from tests.rules.sample import MODEL, UNGUARDED, resolve, where

MONTH = {"last": "P30D"}
A = {"field": "tier", "op": "=", "value": 1}
B = {"field": "code", "op": "=", "value": "x"}
C = {"field": "active", "op": "true"}


def field(name: str, op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    written = {"field": name, "op": op, **members}
    return written if value is None else {**written, "value": value}


def did(**members: Any) -> dict[str, Any]:
    return {"did": "card", **members}


def ad_hoc(agg: str, of: str | None = None, op: str = ">", value: Any = 1, **members: Any) -> Any:
    spelled = {"agg": agg, "on": "card", **({"of": of} if of else {})}
    if "quantile" in members:
        spelled["quantile"] = members.pop("quantile")
    return {"metric": spelled, "op": op, "value": value, **members}


TESTS: list[tuple[Any, str]] = [
    (A, "City tier is 1"),
    (field("tier", "!=", 1), "City tier is not 1"),
    (field("tier", ">", 1), "City tier is more than 1"),
    (field("tier", ">=", 1), "City tier is at least 1"),
    (field("tier", "<", 1), "City tier is less than 1"),
    (field("tier", "<=", 1), "City tier is at most 1"),
    (field("tier", "between", [1, 3]), "City tier is between 1 and 3"),
    (
        field("tier", "between", [1, 3], bounds="[)"),
        "City tier is at least 1 and less than 3",
    ),
    (
        field("tier", "between", [1, 3], bounds="(]"),
        "City tier is more than 1 and at most 3",
    ),
    (field("tier", "in", [3, 1, 2]), "City tier is one of 1, 2 or 3"),
    (field("tier", "in", [1]), "City tier is 1"),
    (field("tier", "in", []), "City tier is one of (no values)"),
    (field("tier", "not_in", [1, 2]), "City tier is none of 1 or 2"),
    (
        field("tier", "in", list(range(20))),
        "City tier is one of 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11 or 8 more",
    ),
    (field("tier", "exists"), "City tier has a value"),
    (field("tier", "missing"), "City tier has no value"),
    (field("tier", "!=", 1, nulls="include"), "City tier is not 1 or has no value"),
    (field("tier", ">", value_field="balance"), "City tier is more than Balance"),
    (field("code", "=", "x"), 'Code is "x"'),
    (field("code", "=", 'say "x"'), 'Code is "say \\"x\\""'),
    (field("code", "=", "x\ny\u202e"), 'Code is "x?y?"'),
    (field("code", "=", "x" * 99), f'Code is "{"x" * 57}..."'),
    (field("code", "=", "x", fold="case"), 'Code is "x" (ignoring case)'),
    (field("code", "=", "x", fold="case_accent"), 'Code is "x" (ignoring case and accents)'),
    (field("email", "=", "X", fold="none"), 'E-mail is "X" (case matters)'),
    (field("code", "contains", "x"), 'Code contains "x"'),
    (field("code", "not_contains", "x"), 'Code does not contain "x"'),
    (field("code", "starts", "x"), 'Code starts with "x"'),
    (field("code", "ends", "x"), 'Code ends with "x"'),
    (field("code", "like", "x%"), 'Code is like "x%"'),
    (field("code", "regex", "^x{2}$"), 'Code matches "^x{2}$"'),
    (field("plan", "in", ["PRO", "free"]), 'Plan is one of "Free" or "Pro"'),
    (field("active", "true"), "Active is yes"),
    (field("active", "false"), "Active is no"),
    (field("active", "!=", True), "Active is not yes"),
    (field("score", ">", 0.5), "Score is more than 0.5"),
    (field("ratio", "=", "0.10"), "Ratio is 0.10"),
    (field("balance", ">", "1234567.5"), "Balance is more than INR 1,234,567.50"),
    (field("balance", "between", ["1", "2.125"]), "Balance is between INR 1.00 and INR 2.125"),
    (field("limit_usd", "<", 5), "Limit is less than USD 5.00"),
    # days and instants
    (field("born", "=", "2000-02-01"), "Born is 1 February 2000"),
    (field("born", "!=", "2000-02-01"), "Born is not 1 February 2000"),
    (field("born", "before", "2000-02-01"), "Born is before 1 February 2000"),
    (field("born", ">=", "2000-02-01"), "Born is on or after 1 February 2000"),
    (field("born", "<=", "2000-02-01"), "Born is on or before 1 February 2000"),
    (field("born", "in", ["2000-02-01"]), "Born is 1 February 2000"),
    (
        field("born", "between", ["2000-02-01", "2000-03-01"]),
        "Born is from 1 February 2000 to 29 February 2000",
    ),
    (field("born", "in_last", "P1M"), "Born is in the last 1 month"),
    (field("born", "in_next", "P7D"), "Born is in the next 7 days"),
    (field("born", "older_than", "P2Y"), "Born is more than 2 years ago"),
    (field("born", "anniversary_in", "P7D"), "Born has its anniversary in the next 7 days"),
    (field("born", "<", value_field="renewed"), "Born is before Renewed"),
    (field("born", "<=", value_field="renewed"), "Born is at or before Renewed"),
    (field("seen", "=", "2026-05-01"), "Last seen is on 1 May 2026"),
    (field("seen", "!=", "2026-05-01"), "Last seen is not on 1 May 2026"),
    (field("seen", ">", "2026-05-01"), "Last seen is on or after 2 May 2026"),
    (field("seen", "<", "2026-05-01"), "Last seen is before 1 May 2026"),
    (
        field("seen", "between", ["2026-05-01", "2026-05-31"]),
        "Last seen is from 1 May 2026 to 30 May 2026",
    ),
    (
        field("seen", "between", ["2026-05-01", "2026-05-31T08:00"]),
        "Last seen is from 1 May 2026 00:00 until before 31 May 2026 08:00",
    ),
    (field("seen", "<=", "2026-05-01T00:00"), "Last seen is at or before 1 May 2026 00:00"),
    (field("seen", ">", "2026-05-01T08:00:30"), "Last seen is after 1 May 2026 08:00:30"),
    (field("seen", "=", "2026-05-01T00:00Z"), "Last seen is exactly 1 May 2026 05:30"),
    (field("seen", "<", "9999-12-31T23:59:59Z"), "Last seen is before 31 December 9999 23:59:59"),
    # lists
    (field("tags", "has_any", ["b", "a"]), 'Tags has any of "a" or "b"'),
    (field("tags", "has_all", ["a", "b"]), 'Tags has all of "a" and "b"'),
    (field("tags", "has_none", ["a"]), 'Tags has none of "a"'),
    (field("tags", "=", "a"), 'any of Tags is "a"'),
    (field("tags", "starts", "a", quant="all"), 'every one of Tags starts with "a"'),
    (field("tags", "contains", "a", quant="none"), 'none of Tags contains "a"'),
    (field("tags", "exists"), "Tags has a value"),
    # facets
    ({"age_bands": ["25-34"]}, "age by Born is between 25 and 34"),
    ({"age_bands": ["65+"]}, "age by Born is at least 65"),
    ({"age_bands": ["30-30"]}, "age by Born is 30"),
    # places
    (
        {"near": {"field": "home", "lat": -33.87, "lon": 151.21, "km": 7.5}},
        "Home is within 7.5 km of (-33.87, 151.21)",
    ),
    (
        {"near": {"field": "home", "place": "sydney"}},
        'Home is within 50 km of "sydney" (-33.8688, 151.2093)',
    ),
    (
        {"near": {"field": "home", "polygon": [[0, 0], [0, 1], [1, 1]]}},
        "Home is inside the area with the corners (0.0, 0.0), (0.0, 1.0) and (1.0, 1.0)",
    ),
    (
        {"near": {"field": "home", "polygon": [[0, n] for n in range(9)]}},
        "Home is inside the area with the corners (0.0, 0.0), (0.0, 1.0), (0.0, 2.0), "
        "(0.0, 3.0), (0.0, 4.0), (0.0, 5.0) and 3 more corners",
    ),
    # members and shares
    ({"segment": "vip"}, 'the user is in the segment "vip"'),
    ({"segment": "vip", "in": False}, 'the user is not in the segment "vip"'),
    ({"segment": "vip", "version": 3}, 'the user is in version 3 of the segment "vip"'),
    (
        {"segment": "vip", "freshness": "stored"},
        'the user is in the segment "vip" (as last published)',
    ),
    (
        {"segment": "vip", "freshness": "PT6H"},
        'the user is in the segment "vip" (published in the last 6 hours)',
    ),
    (
        {"segment": "vip", "changed": {"entered": {"last": "P7D"}}},
        'the user entered the segment "vip" in the last 7 days',
    ),
    (
        {"segment": "vip", "changed": {"exited": {"calendar": "this_month"}}, "in": False},
        'the user did not leave the segment "vip" this month',
    ),
    ({"list": "staff"}, 'the user is on the list "staff"'),
    ({"list": "staff", "in": False}, 'the user is not on the list "staff"'),
    (
        {"bucket": {"salt": "exp1", "to": 0.5}},
        'the user falls into 0 % to 50 % of the random split "exp1"',
    ),
    (
        {"bucket": {"salt": "exp1", "from": "0.005", "to": "0.125"}},
        'the user falls into 0.5 % to 12.5 % of the random split "exp1"',
    ),
    # occurrences
    (did(), "Card payments happened at least once over all time"),
    (did(did="spend"), "All payments happened at least once over all time"),
    (did(did=["upi", "view"]), "UPI payments or Views happened at least once over all time"),
    (did(times={"op": "=", "n": 0}), "Card payments never happened over all time"),
    (did(times={"op": "=", "n": 1}), "Card payments happened exactly once over all time"),
    (did(times=3), "Card payments happened at least 3 times over all time"),
    (did(times={"op": ">", "n": 3}), "Card payments happened more than 3 times over all time"),
    (
        did(times={"op": "between", "n": [2, 5]}),
        "Card payments happened 2 to 5 times over all time",
    ),
    (
        did(times={"op": "!=", "n": 2}),
        "Card payments happened any number but 2 times over all time",
    ),
    (
        did(where=[{"field": "category", "op": "=", "value": "Travel"}], window=MONTH, times=2),
        'Card payments (where Category is "Travel") happened at least 2 times in the last 30 days',
    ),
    (
        did(
            where=[
                {"field": "category", "op": "=", "value": "Travel"},
                {"field": "amount", "op": ">", "value": 100},
            ]
        ),
        'Card payments (where all of: Category is "Travel"; and Amount is more than INR 100.00) '
        "happened at least once over all time",
    ),
    (
        did(distinct="merchant", times=2),
        "Card payments happened with at least 2 different values of Merchant over all time",
    ),
    (
        did(distinct="day", times={"op": "<", "n": 3}),
        "Card payments happened on fewer than 3 different days over all time",
    ),
    (
        did(distinct="month", times={"op": "=", "n": 6}),
        "Card payments happened in exactly 6 different months over all time",
    ),
    (
        did(times={"op": "=", "n": 0}, window=MONTH),
        "Card payments never happened in the last 30 days "
        "(counting only users known for at least 30 days)",
    ),
    (
        did(times={"op": "=", "n": 0}, window=MONTH, observed="P60D"),
        "Card payments never happened in the last 30 days "
        "(counting only users known for at least 60 days)",
    ),
    (
        did(times={"op": "<=", "n": 2}, window={"from": "2025-01-01"}),
        "Card payments happened at most 2 times since 1 January 2025 "
        "(counting only users known since before that time)",
    ),
    (
        did(times={"op": "=", "n": 0}, window=MONTH, observed={"else": "include"}),
        "Card payments never happened in the last 30 days",
    ),
    (
        did(pattern="first_time", window=MONTH),
        "Card payments happened for the first time in the last 30 days",
    ),
    (
        did(pattern="stopped", window=MONTH),
        "Card payments stopped: none in the last 30 days, but some before that",
    ),
    (
        did(pattern="stopped", window=MONTH, stopped={"active": "P60D"}),
        "Card payments stopped: none in the last 30 days, but some in the 60 days before that",
    ),
    (
        did(pattern="restarted", window=MONTH, restarted={"gap": "P60D"}),
        "Card payments happened again in the last 30 days, "
        "after none in the 60 days before but some earlier",
    ),
    (
        did(pattern="restarted", window=MONTH),
        "Card payments happened again in the last 30 days, "
        "after none in a time of the same length before but some earlier",
    ),
    (
        did(pattern="regular", regular={"each": "P7D", "hit": 3, "of": 4}),
        "Card payments happened in at least 3 of the last 4 periods of 7 days",
    ),
    (
        did(
            pattern="regular",
            regular={"each": "P1D", "hit": 3, "of": 4, "anchor": "calendar_day"},
        ),
        "Card payments happened in at least 3 of the last 4 periods of 1 day, "
        "the last one ending with yesterday",
    ),
    # metrics
    (
        {"metric": "total_spend", "op": ">", "value": "1000"},
        "Total spend over all time is more than INR 1,000.00",
    ),
    (
        {"metric": "orders", "op": "=", "value": 3, "window": MONTH},
        "orders in the last 30 days is 3",
    ),
    (
        {"metric": "travel_90", "op": ">", "value": 1},
        'Travel spend, 90 days (of events where Category is "Travel") in the last 90 days '
        "is more than INR 1.00",
    ),
    (field("favourite", "starts", "Tr"), 'Favourite over all time starts with "Tr"'),
    (field("last_paid", "in_last", "P7D"), "Last paid at over all time is in the last 7 days"),
    (ad_hoc("count"), "number of Card payments over all time is more than 1"),
    (ad_hoc("sum", "amount"), "total Amount of Card payments over all time is more than INR 1.00"),
    (
        ad_hoc("avg", "amount", where={"field": "paid", "op": "true"}),
        "average Amount of Card payments (where Paid is yes) over all time is more than INR 1.00",
    ),
    (ad_hoc("min", "product"), "smallest Product of Card payments over all time is more than 1"),
    (
        ad_hoc("max", "due", "after", "2025-01-31"),
        "latest Due of Card payments over all time is after 31 January 2025",
    ),
    (
        ad_hoc("mode", "merchant", "in", ["a", "b"]),
        'most frequent Merchant of Card payments over all time is one of "a" or "b"',
    ),
    (
        ad_hoc("distinct", "merchant"),
        "number of different Merchant of Card payments over all time is more than 1",
    ),
    (
        ad_hoc("percentile", "product", quantile="0.9"),
        "90th percentile of Product of Card payments over all time is more than 1",
    ),
    (
        ad_hoc("percentile", "product", quantile="0.01"),
        "1st percentile of Product of Card payments over all time is more than 1",
    ),
    (
        ad_hoc("percentile", "product", quantile="0.113"),
        "11.3rd percentile of Product of Card payments over all time is more than 1",
    ),
    (ad_hoc("recency"), "days since the last of Card payments over all time is more than 1"),
    (
        ad_hoc("sum", "amount", empty="unknown"),
        "total Amount of Card payments over all time (none counts as unknown) "
        "is more than INR 1.00",
    ),
    (
        {"metric": "ticket", "op": "<", "value": 5, "empty": "zero"},
        "Average ticket over all time (none counts as INR 0.00) is less than INR 5.00",
    ),
    (
        {"metric": "total_spend", "rank": "percentile", "op": ">=", "value": 90},
        "the percentile rank (0 to 100) of Total spend over all time is at least 90",
    ),
    (
        {"metric": "total_spend", "rank": "top_n", "value": 100, "window": MONTH},
        "Total spend in the last 30 days is among the 100 highest",
    ),
    (
        {"metric": "total_spend", "rank": "top_n", "op": ">", "value": 100},
        "the rank (1 is the highest) of Total spend over all time is more than 100",
    ),
    # sequences
    (
        {"sequence": [{"did": "view"}, {"did": "card", "within": "P7D"}]},
        "these happened over all time in this order: Views, then Card payments within 7 days",
    ),
    (
        {
            "sequence": [
                {"did": "view", "where": {"field": "genre", "op": "=", "value": "a"}},
                {"did": "card", "not_before": "PT1H", "within": "P7D"},
                {"did": "upi", "absent": True, "within": "P14D"},
            ],
            **{"start": "first", "window": MONTH},
        },
        'these happened in the last 30 days in this order: Views (where Genre is "a"), '
        "then Card payments not before 1 hour and within 7 days, "
        "then no UPI payments within 14 days, counted from the first Views",
    ),
    (
        {"sequence": [{"did": "view"}, {"did": "card", "absent": True}], "same": ["product"]},
        "these happened over all time in this order: Views, then no Card payments, "
        "all with the same Product",
    ),
]


@pytest.mark.parametrize(("rule", "expected"), TESTS, ids=str)
def test_a_condition_reads_well(rule: Any, expected: str) -> None:
    assert leaf_sentence(where(rule), MODEL) == expected  # type: ignore[arg-type]


WINDOWS: list[tuple[Any, str]] = [
    ("all_time", "over all time"),
    ({"last": "P30D"}, "in the last 30 days"),
    ({"last": "P1M"}, "in the last month"),
    ({"last": "PT36H"}, "in the last 36 hours"),
    ({"last": "P1D", "anchor": "calendar_day"}, "in the last 1 day before today"),
    ({"ago": ["P90D", "P30D"]}, "between 90 days and 30 days ago"),
    (
        {"ago": ["P90D", "P30D"], "anchor": "calendar_day"},
        "between 90 days and 30 days before today",
    ),
    ({"from": "2025-01-01", "to": "2025-02-01"}, "from 1 January 2025 to 31 January 2025"),
    ({"from": "2025-01-01", "to": "2025-01-02"}, "on 1 January 2025"),
    (
        {"from": "2025-01-01T08:30", "to": "2025-01-01T06:00Z"},
        "from 1 January 2025 08:30 until before 1 January 2025 11:30",
    ),
    ({"from": "2025-01-01"}, "since 1 January 2025"),
    ({"from": "2025-01-01T12:00Z"}, "since 1 January 2025 17:30"),
    ({"to": "2025-02-01"}, "until 31 January 2025"),
    ({"to": "2025-02-01T12:00"}, "until before 1 February 2025 12:00"),
    ({"to": "0001-01-01"}, "until 1 January 1"),
    ({"calendar": "today"}, "today"),
    ({"calendar": "yesterday"}, "yesterday"),
    ({"calendar": "this_week"}, "this week"),
    ({"calendar": "prev_quarter"}, "in the previous quarter"),
    ({"calendar": "ytd"}, "this year"),
]


@pytest.mark.parametrize(("window", "words"), WINDOWS, ids=str)
def test_a_window_reads_well(window: Any, words: str) -> None:
    found = leaf_sentence(where(did(window=window), UNGUARDED), UNGUARDED)  # type: ignore[arg-type]
    assert found == f"Card payments happened at least once {words}"


def whole(rule: Any, model: DataModel = MODEL) -> str:
    return sentence(resolve(rule, model), model)


DAYS = "Days are days in Asia/Kolkata."
RULES: list[tuple[Any, str]] = [
    (A, f"Users matching this: City tier is 1. {DAYS}"),
    ([A], f"Users matching this: City tier is 1. {DAYS}"),
    ([A, B], f'Users matching all of: City tier is 1; and Code is "x". {DAYS}'),
    ({"any": [A, B]}, f'Users matching any of: City tier is 1; or Code is "x". {DAYS}'),
    (
        [A, {"any": [B, C]}],
        f'Users matching all of: City tier is 1; and (any of: Code is "x"; or Active is yes). '
        f"{DAYS}",
    ),
    (
        {"any": [A, [B, C]]},
        f'Users matching any of: City tier is 1; or (all of: Code is "x"; and Active is yes). '
        f"{DAYS}",
    ),
    ({"not": A}, f"Users matching this: not (City tier is 1). {DAYS}"),
    (
        {"not": [A, B]},
        f'Users matching this: not (all of: City tier is 1; and Code is "x"). {DAYS}',
    ),
    (
        {"count": {"n": 2}, "of": [A, B, [B, C]]},
        'Users matching at least 2 of: City tier is 1; Code is "x"; '
        f'(all of: Code is "x"; and Active is yes). {DAYS}',
    ),
    (
        {"where": A, "universe": {"any": [B, C]}, "tz": "Europe/London"},
        "Users matching this: City tier is 1. "
        'The universe is users matching any of: Code is "x"; or Active is yes. '
        "Days are days in Europe/London.",
    ),
    (
        {"where": A, "limit": {"n": 50000, "rank_by": "total_spend"}},
        "Users matching this: City tier is 1. "
        f"Of these, the 50,000 with the highest Total spend over all time are kept. {DAYS}",
    ),
    (
        {"where": A, "limit": {"n": 5, "rank_by": "score", "dir": "asc"}},
        "Users matching this: City tier is 1. "
        f"Of these, the 5 with the lowest Score are kept, whoever has no value last. {DAYS}",
    ),
    (
        {"where": A, "limit": {"n": 5, "rank_by": "ticket"}},
        "Users matching this: City tier is 1. Of these, the 5 with the highest "
        f"Average ticket over all time are kept, whoever has no value last. {DAYS}",
    ),
    (
        {"where": A, "exclude": [{"list": "staff"}, {"segment": "vip"}]},
        "Users matching this: City tier is 1. Left out at the end if the user is on the list "
        f'"staff" or the user is in the segment "vip". {DAYS}',
    ),
    (
        {"where": {"field": "total_spend", "op": ">", "value": 1}, "end_date": "2025-12-31"},
        f"Users matching this: Total spend until 31 December 2025 is more than INR 1.00. {DAYS}",
    ),
]


@pytest.mark.parametrize(("rule", "expected"), RULES, ids=str)
def test_a_rule_reads_well(rule: Any, expected: str) -> None:
    assert whole(rule) == expected


def test_a_guard_is_said_where_a_not_makes_absence_count() -> None:
    happened = did(window=MONTH)
    guard = "(counting only users known for at least 30 days)"
    assert guard not in whole(happened)
    assert guard in whole({"not": happened})
    assert guard not in whole({"not": {"not": happened}})
    assert guard in whole({"not": did(window=MONTH, times={"op": "=", "n": 0})})


def test_days_are_told_in_the_rules_zone() -> None:
    rule = {"where": field("seen", "<", "2026-05-01"), "tz": "America/New_York"}
    assert "Last seen is before 1 May 2026." in whole(rule)
    leaf = resolve(rule).where
    assert leaf_sentence(leaf, MODEL) == "Last seen is before 1 May 2026 09:30"  # type: ignore[arg-type]
    told = leaf_sentence(leaf, MODEL, time_zone="America/New_York")  # type: ignore[arg-type]
    assert told == "Last seen is before 1 May 2026"


def test_a_model_without_labels_is_told_by_its_names() -> None:
    bare = replace(
        MODEL,
        entity=replace(MODEL.entity, label="", name="app_user"),
        currency=None,
        attributes={
            name: replace(found, label="", currency=None)
            for name, found in MODEL.attributes.items()
        },
    )
    rule = {"where": [field("limit_usd", ">", 5), {"segment": "vip"}]}
    assert whole(rule, bare).startswith(
        "App users matching all of: limit usd is more than 5.00; and the app user is in"
    )


def test_every_operator_reads_as_its_registry_says() -> None:
    tried = {rule["op"] for rule, _ in TESTS if "field" in rule}
    assert tried == set(OPERATORS) - {"after"}
    for operator in OPERATORS.values():
        assert ("{value}" in operator.sentence) is (operator.takes != "none")
