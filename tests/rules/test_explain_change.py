"""The smallest change of an attribute, in words and as a value that does it."""

from __future__ import annotations

import math
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from muster.rules.evaluate import Evaluator
from muster.rules.explain_records import ExplainedLeaf
from muster.rules.geo import distance_km
from tests.rules.explaining import only_leaf
from tests.rules.sample import AS_OF, rupees, utc, world
from tests.rules.sample import resolve as resolve_rule_of


def check_flips(rule: Any, row: dict[str, Any], found: ExplainedLeaf) -> None:
    """Put the target into the row and ask the law."""
    assert found.flip is not None
    resolved = resolve_rule_of(rule)
    changed = world({1: {**row, found.leaf.field.name: found.flip.target}})  # type: ignore[union-attr]
    truth = Evaluator(resolved, changed, as_of=AS_OF).truth(resolved.where, 1)
    assert truth is found.wanted
    assert truth is not found.truth


def attribute(field: str, op: str, value: Any = None, **how: Any) -> dict[str, Any]:
    rule = {"field": field, "op": op, **how}
    return rule if value is None else {**rule, "value": value}


@pytest.mark.parametrize(
    ("rule", "value", "kind", "words", "target"),
    [
        # numbers: how much, to the field's last digit
        (attribute("tier", "=", 1), 3, "set", "must become 1", 1),
        (attribute("tier", "=", 1), 1, "set", "must become something other than 1", 2),
        (attribute("tier", "!=", 1), 1, "set", "must become something other than 1", 2),
        (attribute("tier", "in", [1, 2, 7]), 6, "set", "must become one of 1, 2 or 7", 7),
        (attribute("tier", ">=", 5), 3, "more", "2 more", 5),
        (attribute("tier", ">", 5), 3, "more", "3 more", 6),
        (attribute("tier", "<", 5), 7, "less", "3 less", 4),
        (attribute("tier", "<=", 5), 3, "more", "3 more", 6),
        (attribute("tier", "between", [5, 9]), 3, "more", "2 more", 5),
        (attribute("tier", "between", [5, 9]), 12, "less", "3 less", 9),
        (attribute("tier", "between", [5, 9]), 8, "more", "2 more", 10),
        (attribute("tier", "between", [5, 9], bounds="()"), 5, "more", "1 more", 6),
        (attribute("tier", ">=", 5), None, "set", "needs a value such as 5", 5),
        (
            attribute("balance", ">=", "1000"),
            rupees("588"),
            "more",
            "INR 412.00 more",
            rupees("1000"),
        ),
        (
            attribute("balance", ">", "1000"),
            rupees("1000"),
            "more",
            "INR 0.01 more",
            rupees("1000.01"),
        ),
        (attribute("ratio", "<", "0.5"), Decimal("0.75"), "less", "0.26 less", Decimal("0.49")),
        (attribute("score", ">=", "0.5"), 0.25, "more", "0.25 more", 0.5),
        (
            attribute("score", ">", "0.5"),
            0.5,
            "more",
            "1.11022e-16 more",
            math.nextafter(0.5, 1.0),
        ),
        # text, and what makes it pass
        (attribute("code", "=", "A"), "a", "set", 'must become "A"', "A"),
        (attribute("code", "!=", "A"), "A", "set", 'must become something other than "A"', "AA"),
        (attribute("code", "in", ["A", "B"]), "C", "set", 'must become one of "A" or "B"', "A"),
        (attribute("plan", "=", "free"), "Pro", "set", 'must become "Free"', "free"),
        (
            attribute("plan", "=", "free"),
            "FREE",
            "set",
            'must become something other than "Free"',
            "Pro",
        ),
        (attribute("code", "contains", "x"), "abc", "set", 'must contain "x"', "x"),
        (attribute("code", "contains", "b"), "abc", "set", 'must not contain "b"', ""),
        (attribute("code", "not_contains", "b"), "abc", "set", 'must not contain "b"', ""),
        (attribute("code", "starts", "x"), "abc", "set", 'must start with "x"', "x"),
        (attribute("code", "ends", "x"), "abc", "set", 'must end with "x"', "x"),
        (attribute("code", "like", "a\\%_"), "b", "set", 'must be like "a\\\\%_"', None),
        (attribute("code", "regex", "^[0-9]+$"), "b", "set", 'must match "^[0-9]+$"', None),
        (attribute("code", "regex", "^b"), "b", "set", 'must not match "^b"', ""),
        # yes and no, there or not
        (attribute("active", "true"), False, "set", "must become yes", True),
        (attribute("active", "false"), False, "set", "must become yes", True),
        (attribute("active", "true"), None, "set", "must become yes", True),
        (attribute("city", "exists"), None, "set", "needs a value", None),
        (attribute("city", "missing"), "Pune", "clear", "must have no value", None),
        (attribute("city", "exists"), "Pune", "clear", "must have no value", None),
        (attribute("home", "exists"), (1.0, None), "set", "needs a value", None),
        # an unknown that counts as true is flipped by a value that fails
        (
            attribute("tier", "=", 1, nulls="include"),
            None,
            "set",
            "must become something other than 1",
            2,
        ),
    ],
)
def test_the_nearest_value_that_flips_a_test(
    rule: Any, value: Any, kind: str, words: str, target: Any
) -> None:
    row = {rule["field"]: value}
    found = only_leaf(rule, world({1: row}))
    assert found.flip is not None
    assert (found.flip.kind, found.flip.words, found.flip.target) == (kind, words, target)
    if target is not None or kind == "clear":
        check_flips(rule, row, found)


@pytest.mark.parametrize(
    ("rule", "value", "words", "target"),
    [
        (
            attribute("tags", "has_any", ["sports"]),
            ["news"],
            'must gain "sports"',
            ["news", "sports"],
        ),
        (attribute("tags", "has_any", ["sports", "news"]), ["News"], 'must lose "News"', []),
        (
            attribute("tags", "has_all", ["a", "b", "c"]),
            ["b"],
            'must gain "a" and "c"',
            ["b", "a", "c"],
        ),
        (attribute("tags", "has_all", ["a", "b"]), ["a", "b", "x"], 'must lose "a"', ["b", "x"]),
        (
            attribute("tags", "has_none", ["a", "b"]),
            ["a", "x", "B"],
            'must lose "a" and "B"',
            ["x"],
        ),
        (attribute("tags", "has_none", ["a", "b"]), ["x"], 'must gain "a"', ["x", "a"]),
        (attribute("tags", "=", "a"), ["b"], 'must gain "a"', ["b", "a"]),
        (attribute("tags", "contains", "z", quant="all"), ["z", "b"], 'must lose "b"', ["z"]),
        (attribute("tags", "contains", "z", quant="all"), ["z"], 'must gain ""', ["z", ""]),
        (attribute("tags", "contains", "z", quant="none"), ["az"], 'must lose "az"', []),
        (
            attribute("tags", "has_none", ["a"]),
            None,
            "needs a value, which may be an empty list",
            [],
        ),
    ],
)
def test_lists_gain_and_lose_as_few_elements_as_will_do(
    rule: Any, value: Any, words: str, target: Any
) -> None:
    row = {"tags": value}
    found = only_leaf(rule, world({1: row}))
    assert found.flip is not None
    assert (found.flip.words, found.flip.target) == (words, target)
    check_flips(rule, row, found)


@pytest.mark.parametrize(
    ("rule", "row", "kind", "words", "target"),
    [
        (
            attribute("seen", ">=", "2026-05-01"),
            {"seen": utc("2026-04-28T18:30")},
            "later",
            "must be 2 days later, 1 May 2026 00:00",
            utc("2026-04-30T18:30"),
        ),
        (
            attribute("renewed", "before", "2026-05-01"),
            {"renewed": date(2026, 5, 1)},
            "earlier",
            "must be 1 day earlier, 30 April 2026",
            date(2026, 4, 30),
        ),
        (
            attribute("seen", "in_last", "P30D"),
            {"seen": utc("2026-04-01T06:30")},
            "later",
            "must be 14 days later, 15 April 2026 12:00",
            utc("2026-04-15T06:30"),
        ),
        (
            attribute("seen", "older_than", "P30D"),
            {"seen": utc("2026-04-15T06:30")},
            "earlier",
            "must be a moment earlier, 15 April 2026 11:59:59.999999",
            utc("2026-04-15T06:29:59.999999"),
        ),
        (
            attribute("renewed", "in_next", "P7D"),
            {"renewed": date(2026, 5, 15)},
            "later",
            "must be 1 day later, 16 May 2026",
            date(2026, 5, 16),
        ),
        (
            attribute("renewed", "anniversary_in", "P7D"),
            {"renewed": date(1990, 1, 1)},
            "set",
            "its anniversary must fall in the next 7 days",
            date(1990, 5, 15),
        ),
        (
            attribute("renewed", "anniversary_in", "P7D"),
            {"renewed": date(1990, 5, 20)},
            "set",
            "its anniversary must not fall in the next 7 days",
            date(1990, 5, 22),
        ),
        (
            {"age_bands": ["25-34"]},
            {"born": date(2003, 1, 1)},
            "earlier",
            "2 years older",
            date(2001, 5, 15),
        ),
        (
            {"age_bands": ["25-34"]},
            {"born": date(1990, 1, 1)},
            "later",
            "2 years younger",
            date(1991, 5, 16),
        ),
        (
            {"field": "seen", "op": ">", "value_field": "joined"},
            {"seen": utc("2026-05-01"), "joined": utc("2026-05-03T12:00")},
            "later",
            "must be 3 days later, 3 May 2026 17:30:00.000001",
            utc("2026-05-03T12:00:00.000001"),
        ),
        (
            {"field": "balance", "op": "<=", "value_field": "tier"},
            {"balance": rupees("12.50"), "tier": 10},
            "less",
            "INR 2.50 less",
            rupees("10"),
        ),
        (
            {"field": "code", "op": "=", "value_field": "city"},
            {"code": "a", "city": "b"},
            "set",
            'must become "b"',
            "b",
        ),
    ],
)
def test_times_and_other_fields(
    rule: Any, row: dict[str, Any], kind: str, words: str, target: Any
) -> None:
    found = only_leaf(rule, world({1: row}))
    assert found.flip is not None
    assert (found.flip.kind, found.flip.words, found.flip.target) == (kind, words, target)
    check_flips(rule, row, found)


def test_the_amount_of_a_change_is_data() -> None:
    found = only_leaf(attribute("balance", ">=", "1000"), world({1: {"balance": rupees("588")}}))
    assert found.flip is not None
    assert (found.value, found.threshold, found.flip.amount) == (
        rupees("588"),
        rupees("1000"),
        rupees("412"),
    )
    assert (found.value_words, found.threshold_words) == ("INR 588.00", "is at least INR 1,000.00")
    found = only_leaf(
        attribute("seen", "in_last", "P30D"), world({1: {"seen": utc("2026-04-14T06:30")}})
    )
    assert found.flip is not None
    assert found.flip.amount == timedelta(days=1)


def test_the_other_field_is_shown_and_may_be_what_is_missing() -> None:
    rule = {"field": "balance", "op": ">", "value_field": "tier"}
    found = only_leaf(rule, world({1: {"balance": rupees("5")}}))
    assert (found.truth, found.threshold) == (None, None)
    assert found.threshold_words == "is more than City tier (City tier: no value)"
    assert found.flip is not None
    assert found.flip.words == "needs a value in City tier"
    found = only_leaf({"field": "tier", "op": "<", "value_field": "tier"}, world({1: {"tier": 1}}))
    assert (found.flip, found.reason) == (None, "The field is compared with itself.")


def test_what_no_value_can_do_has_a_reason() -> None:
    found = only_leaf(attribute("tier", "in", []), world({1: {"tier": 1}}))
    assert (found.truth, found.flip) == (False, None)
    assert found.reason == "No value was found that would do."


def test_an_age_is_shown_with_the_birth_date() -> None:
    found = only_leaf({"age_bands": ["25+"]}, world({1: {"born": date(1990, 5, 16)}}))
    assert (found.value, found.value_words) == (35, "35 years, born 16 May 1990")
    found = only_leaf({"age_bands": ["25+"]}, world({1: {}}))
    assert (found.value, found.value_words, found.truth) == (None, "no value", None)


def test_missing_numbers_are_no_values() -> None:
    found = only_leaf(attribute("score", ">", 1), world({1: {"score": float("nan")}}))
    assert (found.truth, found.value, found.value_words) == (None, None, "no value")
    assert found.flip is not None
    assert found.flip.target == math.nextafter(1.0, 2.0)


# -- places ----------------------------------------------------------------------------------------

SYDNEY = {"near": {"field": "home", "lat": -33.8688, "lon": 151.2093, "km": 50}}
SQUARE = {"near": {"field": "home", "polygon": [[10, 10], [10, 20], [20, 20], [20, 10]]}}


@pytest.mark.parametrize(
    ("rule", "home", "value_words", "kind", "words"),
    [
        (SYDNEY, (-33.4265, 151.3419), "50.7 km from the centre", "closer", "move 0.7 km closer"),
        (SYDNEY, (-33.9, 151.2), "3.6 km from the centre", "farther", "move 46.4 km further away"),
        (
            SYDNEY,
            (-33.8688, 151.2093),
            "0 m from the centre",
            "farther",
            "move 50.0 km further away",
        ),
        (SYDNEY, (33.0, -28.0), "19,893.8 km from the centre", "closer", "move 19,843.8 km closer"),
        (SQUARE, (9.0, 15.0), "111.2 km outside the edge", "closer", "move 111.2 km into the area"),
        (
            SQUARE,
            (15.0, 19.0),
            "107.4 km inside the edge",
            "farther",
            "move 107.4 km out of the area",
        ),
        (SQUARE, (5.0, 5.0), "782.8 km outside the edge", "closer", "move 782.8 km into the area"),
    ],
)
def test_how_far_a_point_would_have_to_move(
    rule: Any, home: tuple[float, float], value_words: str, kind: str, words: str
) -> None:
    row = {"home": home}
    found = only_leaf(rule, world({1: row}))
    assert found.flip is not None
    assert (found.value_words, found.flip.kind, found.flip.words) == (value_words, kind, words)
    check_flips(rule, row, found)
    moved = distance_km(*home, centre=found.flip.target)
    assert moved == pytest.approx(found.flip.amount, rel=0.07, abs=0.001)


def test_an_unknown_place_must_become_known() -> None:
    for home in (None, (1.0, None), (float("nan"), 5.0)):
        found = only_leaf(SYDNEY, world({1: {"home": home}}))
        assert (found.truth, found.value_words) == (None, "no location")
        assert found.flip is not None
        assert found.flip.words == "needs a location in the area"


def test_nobody_is_outside_a_circle_round_the_whole_globe() -> None:
    rule = {"near": {"field": "home", "lat": 0, "lon": 0, "km": 20040}}
    found = only_leaf(rule, world({1: {"home": (1.0, 1.0)}}))
    assert (found.truth, found.flip) == (True, None)
    assert found.reason == "The circle covers the whole globe."


def test_dates_beyond_the_calendar_do_not_matter() -> None:
    rule = attribute("seen", "in_next", "P100Y")
    found = only_leaf(rule, world({1: {"seen": datetime.max.replace(tzinfo=AS_OF.tzinfo)}}))
    assert found.flip is not None
    assert found.flip.kind == "earlier"
