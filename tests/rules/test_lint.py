"""Warnings: certain ones only, each with the place it is about."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from muster.base.datamodel import Field, FieldType
from muster.rules.duration import Duration, shift_date, shift_instant
from muster.rules.implication import Prover
from muster.rules.implication_cells import both
from muster.rules.lint import lint
from muster.rules.resolved import Test
from muster.rules.truth import judge
from tests.rules.sample import MODEL, UNGUARDED, day, resolve
from tests.rules.test_truth import MOMENT

A = {"field": "tier", "op": "=", "value": 1}


def possible(tests: list[Test]) -> bool:
    """Whether the prover leaves room for a value, or none, that passes all the tests."""
    prover = Prover(MODEL.time_zone)
    return not prover.never(both(*map(prover.read_node, tests)))


B = {"field": "code", "op": "exists"}


def field(name: str, op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    written = {"field": name, "op": op, **members}
    return written if value is None else {**written, "value": value}


def did(**members: Any) -> dict[str, Any]:
    return {"did": "card", **members}


def warnings(rule: Any, model: Any = MODEL) -> list[tuple[str, str]]:
    return [(found.code, found.path) for found in lint(resolve(rule, model), model)]


A_PAID, NOT_PAID = field("paid", "true"), field("paid", "false")
MONTH = {"last": "P30D"}
NEVER = {"op": "=", "n": 0}
WARNED: list[tuple[Any, list[tuple[str, str]]]] = [
    # empty lists
    (field("tier", "in", []), [("NEVER_TRUE", "$.value")]),
    (field("tags", "has_any", []), [("NEVER_TRUE", "$.value")]),
    (field("tags", "has_all", []), [("ALWAYS_TRUE", "$.value")]),
    (
        field("tier", "not_in", [], nulls="include"),
        [("ALWAYS_TRUE", "$.value")],
    ),
    (did(where=[field("category", "in", [])]), [("NEVER_TRUE", "$.where[0].value")]),
    # people without a value
    (field("tier", "!=", 1), [("NULLS_LEFT_OUT", "$")]),
    (field("tier", "not_in", [1]), [("NULLS_LEFT_OUT", "$")]),
    (field("code", "not_contains", "x"), [("NULLS_LEFT_OUT", "$")]),
    (field("tags", "has_none", ["x"]), [("NULLS_LEFT_OUT", "$")]),
    (field("seen", "!=", "2026-05-01"), [("NULLS_LEFT_OUT", "$")]),
    (
        [B, {"any": [field("tier", "!=", 2), A]}],
        [("NULLS_LEFT_OUT", "$[1].any[0]"), ("REDUNDANT_CONDITION", "$[1].any[1]")],
    ),
    ({"where": A, "universe": field("code", "!=", "x")}, [("NULLS_LEFT_OUT", "$.universe")]),
    # the same twice
    ([A, B, A], [("DUPLICATE_CONDITION", "$[2]")]),
    ({"any": [[A, B], [A, B]]}, [("DUPLICATE_CONDITION", "$.any[1][0]")]),
    ({"count": {"n": 2}, "of": [A, A, B]}, [("DUPLICATE_CONDITION", "$.of[1]")]),
    (
        did(where=[field("paid", "true"), field("paid", "true")]),
        [("DUPLICATE_CONDITION", "$.where[1]")],
    ),
    (
        {"metric": "orders", "op": ">", "value": 1, "where": {"any": [field("paid", "true")] * 2}},
        [("DUPLICATE_CONDITION", "$.where.any[1]")],
    ),
    (
        {"sequence": [{"did": "view"}, did(where=[field("paid", "true")] * 2)]},
        [("DUPLICATE_CONDITION", "$.sequence[1].where[1]")],
    ),
    # counts that cannot be otherwise
    ({"count": {"n": 3}, "of": [A, B]}, [("NEVER_TRUE", "$.of[0]")]),
    ({"count": {"n": 0}, "of": [A, B]}, [("ALWAYS_TRUE", "$.of[0]")]),
    (did(times=0), [("ALWAYS_TRUE", "$.times")]),
    (did(times={"op": "<", "n": 0}, window=MONTH), [("NEVER_TRUE", "$.times")]),
    # absence over all time
    (did(times=NEVER), [("ABSENCE_UNGUARDED", "$")]),
    ([A, {"not": did()}], [("ABSENCE_UNGUARDED", "$[1].not")]),
    (did(times={"op": "<=", "n": 3}), [("ABSENCE_UNGUARDED", "$")]),
    (did(times=NEVER, window={"to": "2025-01-01"}), [("ABSENCE_UNGUARDED", "$")]),
    # capitals
    (field("email", "regex", "^[A-Z]+"), [("CAPITALS_NEVER_MATCH", "$.value")]),
    # a year of anniversaries
    (field("born", "anniversary_in", "P1Y"), [("ALWAYS_TRUE", "$.value")]),
    (field("born", "anniversary_in", "P366D"), [("ALWAYS_TRUE", "$.value")]),
    # contradictions
    ([field("tier", "<", 25), field("tier", ">", 40)], [("CONTRADICTION", "$[1]")]),
    (
        [field("tier", "=", 1), A, field("tier", "=", 2)],
        [("DUPLICATE_CONDITION", "$[1]"), ("CONTRADICTION", "$[2]")],
    ),
    ([A, {"all": [B, field("tier", ">", 1)]}], [("CONTRADICTION", "$[1].all[1]")]),
    (
        did(where=[field("amount", "<", 1), field("amount", ">", 2)]),
        [("CONTRADICTION", "$.where[1]")],
    ),
    (
        [field("total_spend", ">", 5), field("total_spend", "<", 5)],
        [("CONTRADICTION", "$[1]")],
    ),
    (
        {"did": "card", "pattern": "stopped", "window": MONTH, "where": field("due", "in", [])},
        [("NEVER_TRUE", "$.where.value")],
    ),
    (
        [{"age_bands": ["18-24"]}, {"age_bands": ["25-34"]}],
        [("CONTRADICTION", "$[1].age_bands")],
    ),
    ([{"segment": "a"}, {"segment": "a", "in": False}], [("CONTRADICTION", "$[1]")]),
    ([did(times=3), did(times={"op": "<", "n": 2}, observed="P30D")], [("CONTRADICTION", "$[1]")]),
    (
        [did(window={"last": "P7D"}), did(times=NEVER, window=MONTH)],
        [("CONTRADICTION", "$[1]")],
    ),
    (
        {"metric": "orders", "op": ">", "value": 10, "where": [A_PAID, NOT_PAID]},
        [("CONTRADICTION", "$.where[1]")],
    ),
    (
        {"where": [field("tier", "<", 3)], "universe": field("tier", ">", 3)},
        [("ALWAYS_EMPTY", "$.where[0]")],
    ),
    (
        {"where": A, "exclude": [{"segment": "a"}], "universe": {"segment": "a"}},
        [("ALWAYS_EMPTY", "$.where")],
    ),
    # always
    ({"any": [field("tier", "exists"), field("tier", "missing")]}, [("ALWAYS_TRUE", "$.any[0]")]),
    (
        {"any": [field("tier", "<", 5, nulls="include"), field("tier", ">", 3)]},
        [("ALWAYS_TRUE", "$.any[0]")],
    ),
    ({"any": [{"segment": "a"}, {"segment": "a", "in": False}]}, [("ALWAYS_TRUE", "$.any[0]")]),
    # of no use
    ([A, {"not": field("tier", "=", 2)}], [("REDUNDANT_CONDITION", "$[1].not")]),
    ([field("tier", ">", 1), field("tier", ">", 2)], [("REDUNDANT_CONDITION", "$[0]")]),
    (
        {"any": [field("tier", ">", 1), field("tier", ">", 2)]},
        [("REDUNDANT_CONDITION", "$.any[1]")],
    ),
    ([did(window=MONTH), did(window={"last": "P7D"})], [("REDUNDANT_CONDITION", "$[0]")]),
    (
        did(where=[field("amount", ">", 1), field("amount", ">", 2)]),
        [("REDUNDANT_CONDITION", "$.where[0]")],
    ),
]


@pytest.mark.parametrize(("rule", "expected"), WARNED, ids=str)
def test_a_warning_is_given_where_it_belongs(rule: Any, expected: list[tuple[str, str]]) -> None:
    assert warnings(rule) == expected


CALM: list[Any] = [
    did(pattern="first_time", window=MONTH, where=field("paid", "true")),
    [{"age_bands": ["25-34"]}, {"age_bands": ["34-44"]}],
    A,
    field("tier", "!=", 1, nulls="include"),
    field("tier", "in", [1, 2]),
    {"any": [A, {"not": A}]},  # no tautology: the field may have no value
    {"any": [field("tier", "<", 25), field("tier", ">", 40)]},
    {"not": [A, {"not": field("tier", "=", 2)}]},  # false or unknown: not the same without it
    did(times=NEVER, window=MONTH),
    did(times=NEVER, observed="P30D"),
    did(times=3),
    {"not": did(times=NEVER)},
    did(where=field("category", "!=", "x")),
    field("email", "regex", "^[a-z]\\D"),
    field("code", "regex", "^[A-Z]+"),
    field("email", "regex", "^[A-Z]+", fold="none"),
    field("born", "anniversary_in", "P30D"),
    [
        field("total_spend", ">", 5),
        {"metric": "total_spend", "op": "<", "value": 5, "window": MONTH},
    ],
    [field("tags", "=", "a"), field("tags", "=", "b")],  # a list may have both
    [{"segment": "a"}, {"segment": "b", "in": False}],
    {"where": A, "universe": "adults"},
]


@pytest.mark.parametrize("rule", CALM, ids=str)
def test_no_warning_where_there_is_no_reason(rule: Any) -> None:
    assert warnings(rule) == []


def test_absence_is_not_warned_about_where_nobody_can_guard_it() -> None:
    unknown = replace(MODEL, entity=replace(MODEL.entity, created_at=None))
    assert warnings(did(times=NEVER), unknown) == []
    assert warnings(did(times=NEVER), UNGUARDED) == [("ABSENCE_UNGUARDED", "$")]


def test_what_the_model_says_is_not_the_authors_fault() -> None:
    model = replace(MODEL, universes={"others": [field("tier", "!=", 1)]})
    assert warnings({"where": B, "universe": "others"}, model) == []
    assert warnings({"where": A, "universe": "others"}, model) == [("ALWAYS_EMPTY", "$.where")]


def test_every_warning_has_a_sentence() -> None:
    for rule, _ in WARNED:
        for found in lint(resolve(rule), MODEL):
            assert found.sentence.endswith((".", "?"))


# -- contradictions in detail ----------------------------------------------------------------------

TOGETHER: list[tuple[list[dict[str, Any]], bool]] = [
    ([field("tier", ">", 1), field("tier", "<", 3)], True),
    ([field("tier", ">", 1), field("tier", "<", 2)], False),  # no whole number in between
    ([field("tier", ">=", 2), field("tier", "<=", 2)], True),
    ([field("tier", ">=", 2), field("tier", "<=", 2), field("tier", "!=", 2)], False),
    ([field("tier", ">", "1.2"), field("tier", "<", "1.8")], False),
    ([field("ratio", ">", 1), field("ratio", "<", 2)], True),
    ([field("ratio", ">", 1), field("ratio", "<", 1)], False),
    ([field("ratio", ">=", 1), field("ratio", "<", 1)], False),
    ([field("ratio", ">=", 1), field("ratio", "<=", 1)], True),
    ([field("tier", "between", [1, 5]), field("tier", "between", [5, 9])], True),
    ([field("tier", "between", [1, 5], bounds="[)"), field("tier", "between", [5, 9])], False),
    ([field("tier", "in", [1, 2]), field("tier", "in", [2, 3])], True),
    ([field("tier", "in", [1, 2]), field("tier", "in", [3, 4])], False),
    ([field("tier", "in", [1, 2]), field("tier", "not_in", [1, 2])], False),
    ([field("tier", "in", [1, 2]), field("tier", ">", 2)], False),
    ([field("tier", "=", 1), field("tier", "!=", 1)], False),
    ([field("tier", "!=", 1), field("tier", "!=", 2)], True),
    ([field("tier", "missing"), field("tier", "=", 1)], False),
    ([field("tier", "missing"), field("tier", "=", 1, nulls="include")], True),
    ([field("tier", "missing"), field("tier", "exists")], False),
    ([field("tier", "exists"), field("tier", "=", 1)], True),
    ([field("tier", "=", 1, nulls="include"), field("tier", "=", 2, nulls="include")], True),
    ([field("tier", "=", 1, nulls="include"), field("tier", "=", 2)], False),
    ([field("tier", "=", 1), field("tier", ">", value_field="balance")], True),
    ([field("code", "=", "abc"), field("code", "starts", "b")], False),
    ([field("code", "=", "abc"), field("code", "contains", "b")], True),
    ([field("code", "in", ["a", "b"]), field("code", "regex", "^c")], False),
    ([field("email", "=", "A"), field("email", "=", "a")], True),
    ([field("plan", "=", "Pro"), field("plan", "=", "free")], False),
    ([field("active", "true"), field("active", "false")], False),
    ([field("born", "<", "2000-01-02"), field("born", ">", "2000-01-01")], False),
    ([field("born", "<=", "2000-01-02"), field("born", ">", "2000-01-01")], True),
    ([field("seen", "<", "2026-05-01"), field("seen", ">=", "2026-05-01")], False),
    ([field("seen", "=", "2026-05-01"), field("seen", "=", "2026-05-02")], False),
    ([field("born", "<", "0001-01-01"), field("born", "exists")], True),
    ([field("seen", "in_last", "P7D"), field("seen", "older_than", "P7D")], False),
    ([field("seen", "in_last", "P7D"), field("seen", "older_than", "P6D")], True),
    ([field("seen", "in_last", "P1M"), field("seen", "older_than", "P1M1D")], False),
    ([field("born", "in_last", "P1M"), field("born", "older_than", "P30D")], True),
    ([field("born", "in_last", "P27D"), field("born", "older_than", "P1M")], False),
    ([field("born", "in_last", "P7D"), field("born", "in_next", "P7D")], False),
    ([field("born", "older_than", "P7D"), field("born", "in_next", "P7D")], False),
    ([field("born", "anniversary_in", "P7D"), field("born", "older_than", "P1Y")], True),
]


def read(rule: dict[str, Any]) -> Test:
    found = resolve(rule).where
    assert isinstance(found, Test)
    return found


@pytest.mark.parametrize(("rules", "expected"), TOGETHER, ids=str)
def test_tests_on_one_field_can_all_be_passed_or_not(
    rules: list[dict[str, Any]], expected: bool
) -> None:
    tests = [read(rule) for rule in rules]
    assert possible(tests) is expected
    assert possible(tests[::-1]) is expected


def test_no_value_is_ever_lost_by_a_claimed_contradiction() -> None:
    """Whatever passes two tests for real must be thought possible: every pair, many values."""
    numbers = [
        *(field("tier", op, n) for op in ("=", "!=", "<", "<=", ">", ">=") for n in (1, 2, "1.5")),
        *(field("tier", "between", [1, 2], bounds=bounds) for bounds in ("[]", "[)", "(]", "()")),
        *(field("tier", op, [1, 3]) for op in ("in", "not_in")),
        *(field("tier", op) for op in ("exists", "missing")),
        field("tier", "!=", 1, nulls="include"),
    ]
    tests = [read(rule) for rule in numbers]
    for first in tests:
        for second in tests:
            passed = [
                value
                for value in (None, *range(-1, 6))
                if all(judge(test, value, moment=MOMENT) is True for test in (first, second))
            ]
            assert possible([first, second]) is bool(passed), (first, second)


def test_lengths_are_compared_whatever_the_calendar() -> None:
    seen = Field("seen", FieldType.TIMESTAMP)
    born = Field("born", FieldType.DATE)
    lengths = [Duration.parse(text) for text in ("P27D", "P1M", "P31D", "P32D", "PT700H", "P2M")]
    for recent in lengths:
        for ago in lengths:
            for kind in (seen, born):
                if kind is born and not (recent.whole_days and ago.whole_days):
                    continue
                claimed = possible([Test(kind, "in_last", recent), Test(kind, "older_than", ago)])
                if not claimed:
                    assert _never_overlap(recent, ago)


def _never_overlap(recent: Duration, ago: Duration) -> bool:
    """Whether "in the last" never reaches back beyond "ago", on any day of four years."""
    days = [day("2024-01-01") + timedelta(days=offset) for offset in range(1461)]
    if recent.whole_days and ago.whole_days:
        return all(
            shift_date(today, recent, sign=-1) >= shift_date(today, ago, sign=-1) for today in days
        )
    instants = [MOMENT.as_of + timedelta(days=offset) for offset in range(1461)]
    return all(
        shift_instant(now, recent, zone=MOMENT.zone, sign=-1)
        >= shift_instant(now, ago, zone=MOMENT.zone, sign=-1)
        for now in instants
    )
