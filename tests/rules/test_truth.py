"""Kleene's three-valued logic, and single tests on plain values."""

from __future__ import annotations

from itertools import product
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from muster.base.datamodel import Field, FieldType, Fold
from muster.rules.duration import Duration
from muster.rules.operators import OPERATORS
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Range, Test
from muster.rules.truth import (
    Moment,
    age_bounds,
    all_of,
    anniversary_days,
    any_of,
    at_least,
    in_range,
    judge,
    negate,
    utc,
    whole_years,
)
from tests.rules.sample import AS_OF, MODEL, OLD, day, rupees
from tests.rules.sample import utc as instant

TRUTHS = (True, None, False)
MOMENT = Moment(AS_OF, ZoneInfo("Asia/Kolkata"))

ALL = {
    (True, True): True,
    (True, None): None,
    (True, False): False,
    (None, None): None,
    (None, False): False,
    (False, False): False,
}
ANY = {
    (True, True): True,
    (True, None): True,
    (True, False): True,
    (None, None): None,
    (None, False): None,
    (False, False): False,
}


@pytest.mark.parametrize("pair", list(ALL))
def test_and_or_follow_their_tables(pair: tuple[Any, Any]) -> None:
    for order in (pair, pair[::-1]):
        assert all_of(order) is ALL[pair]
        assert any_of(order) is ANY[pair]


def test_not_keeps_unknown() -> None:
    assert [negate(truth) for truth in TRUTHS] == [False, None, True]


def test_groups_of_nothing() -> None:
    assert all_of([]) is True
    assert any_of([]) is False
    assert at_least(0, []) is True
    assert at_least(1, []) is False


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=3)), ids=str)
@pytest.mark.parametrize("n", range(5))
def test_at_least_is_what_every_filling_of_the_unknown_says(
    truths: tuple[Any, ...], n: int
) -> None:
    fillings = product(*[(truth,) if truth is not None else (True, False) for truth in truths])
    outcomes = {sum(filling) >= n for filling in fillings}
    assert at_least(n, truths) is (outcomes.pop() if len(outcomes) == 1 else None)


@pytest.mark.parametrize("truths", list(product(TRUTHS, repeat=2)), ids=str)
def test_de_morgan(truths: tuple[Any, ...]) -> None:
    assert negate(all_of(truths)) is any_of(map(negate, truths))
    assert negate(any_of(truths)) is all_of(map(negate, truths))


def ask(name: str, op: str, *value: Any, of: Any = None, **others: Any) -> Any:
    """Judge one test, written as in a rule, on one value."""
    written = {"field": name, "op": op, **others}
    if value:
        written["value"] = value[0]
    test = resolve_rule(parse_definition(written), MODEL).where
    assert isinstance(test, Test)
    return judge(test, of, moment=MOMENT)


# A field, an operator, its operand, and the truth for each value.
ABSENT = None
CASES: list[tuple[str, str, Any, dict[Any, Any]]] = [
    ("tier", "=", 1, {1: True, 2: False, ABSENT: None}),
    ("tier", "!=", 1, {1: False, 2: True, ABSENT: None}),
    ("tier", ">", 1, {1: False, 2: True, ABSENT: None}),
    ("tier", ">=", 1, {0: False, 1: True}),
    ("tier", "<", 1, {0: True, 1: False}),
    ("tier", "<=", 1, {1: True, 2: False}),
    ("tier", "=", "1.5", {1: False, 2: False}),
    ("tier", ">", "1.5", {1: False, 2: True}),
    ("tier", "in", [1, 3], {1: True, 2: False, ABSENT: None}),
    ("tier", "in", [], {1: False, ABSENT: None}),
    ("tier", "not_in", [1, 3], {1: False, 2: True, ABSENT: None}),
    ("tier", "not_in", [], {1: True, ABSENT: None}),
    ("tier", "between", [1, 3], {0: False, 1: True, 3: True, 4: False, ABSENT: None}),
    # text: as the field folds it
    ("code", "=", "Ab", {"Ab": True, "ab": False, "": False, ABSENT: None}),
    ("email", "=", "A@x", {"a@X": True, "b@x": False}),
    ("name", "=", "Élan", {"elan": True, "ÉLAN": True, "elam": False}),
    ("code", "contains", "b", {"abc": True, "ABC": False, ABSENT: None}),
    ("code", "contains", "", {"": True, "a": True, ABSENT: None}),
    ("email", "contains", "B", {"abc": True}),
    ("code", "not_contains", "b", {"abc": False, "ac": True, ABSENT: None}),
    ("code", "starts", "ab", {"abc": True, "cab": False}),
    ("code", "ends", "ab", {"abc": False, "cab": True}),
    ("code", "in", ["a", "b"], {"a": True, "A": False}),
    ("plan", "=", "PRO", {"pro": True, "Pro": True, "free": False}),
    ("plan", "starts", "pr", {"Pro": True, "Free": False}),
    # like: % any text, _ one letter, \ escapes
    ("code", "like", "a%", {"a": True, "abc": True, "ba": False, "a\nb": True}),
    ("code", "like", "a_c", {"abc": True, "ac": False, "a\nc": True, "aéc": True}),
    ("code", "like", "100\\%", {"100%": True, "1000": False}),
    ("code", "like", "a\\_b", {"a_b": True, "axb": False}),
    ("code", "like", "a.c", {"a.c": True, "abc": False}),
    ("code", "like", "[a]", {"[a]": True, "a": False}),
    ("code", "like", "", {"": True, "a": False}),
    # regular expressions look anywhere unless anchored
    ("code", "regex", "b+", {"abbc": True, "ac": False, ABSENT: None}),
    ("code", "regex", "^a.c$", {"abc": True, "abcd": False, "a\nc": False, "abc\n": False}),
    ("code", "regex", "\\d{3}", {"a123": True, "a١٢٣": False}),
    ("code", "regex", "^(x|y)[^z]?$", {"x": True, "yz": False, "ya": True}),
    # numbers: exact, NaN is no value
    ("score", ">", 0.5, {0.6: True, 0.5: False, float("nan"): None, float("inf"): True}),
    ("score", "exists", ABSENT, {0.0: True, float("nan"): False, ABSENT: False}),
    ("score", "missing", ABSENT, {0.0: False, float("nan"): True, ABSENT: True}),
    ("ratio", "=", "0.10", {rupees("0.1"): True, rupees("0.11"): False}),
    ("balance", ">=", "100.00", {rupees("100"): True, rupees("99.99"): False}),
    ("balance", "between", ["1", "2"], {rupees("2.00"): True, rupees("2.01"): False}),
    # booleans
    ("active", "true", ABSENT, {True: True, False: False, ABSENT: None}),
    ("active", "false", ABSENT, {True: False, False: True, ABSENT: None}),
    ("active", "=", True, {True: True, False: False}),
    ("active", "!=", True, {True: False, False: True, ABSENT: None}),
    ("active", "missing", ABSENT, {True: False, ABSENT: True}),
    # days (today is 15 May 2026)
    ("born", "=", "2026-05-01", {day("2026-05-01"): True, day("2026-05-02"): False}),
    ("born", "before", "2026-05-01", {day("2026-04-30"): True, day("2026-05-01"): False}),
    ("born", "after", "2026-05-01", {day("2026-05-01"): False, day("2026-05-02"): True}),
    (
        "born",
        "between",
        ["2026-05-01", "2026-05-03"],
        {day("2026-05-01"): True, day("2026-05-02"): True, day("2026-05-03"): False},
    ),
    (
        "born",
        "in_last",
        "P7D",
        {
            day("2026-05-08"): False,
            day("2026-05-09"): True,
            day("2026-05-15"): True,
            day("2026-05-16"): False,
        },
    ),
    (
        "born",
        "in_next",
        "P7D",
        {
            day("2026-05-15"): False,
            day("2026-05-16"): True,
            day("2026-05-22"): True,
            day("2026-05-23"): False,
        },
    ),
    ("born", "older_than", "P7D", {day("2026-05-08"): True, day("2026-05-09"): False}),
    (
        "born",
        "anniversary_in",
        "P3D",
        {
            day("1990-05-14"): False,
            day("1990-05-15"): True,
            day("1990-05-17"): True,
            day("1990-05-18"): False,
        },
    ),
    # instants: a day means the whole local day (Kolkata is 5:30 ahead)
    (
        "seen",
        "=",
        "2026-05-01",
        {
            instant("2026-04-30T18:29:59"): False,
            instant("2026-04-30T18:30"): True,
            instant("2026-05-01T18:29:59"): True,
            instant("2026-05-01T18:30"): False,
            ABSENT: None,
        },
    ),
    ("seen", "!=", "2026-05-01", {instant("2026-05-01T00:00"): False, OLD: True, ABSENT: None}),
    (
        "seen",
        "before",
        "2026-05-01",
        {instant("2026-04-30T18:29"): True, instant("2026-04-30T18:30"): False},
    ),
    (
        "seen",
        ">",
        "2026-05-01",
        {instant("2026-05-01T18:29"): False, instant("2026-05-01T18:30"): True},
    ),
    (
        "seen",
        "<=",
        "2026-05-01",
        {instant("2026-05-01T18:29"): True, instant("2026-05-01T18:30"): False},
    ),
    (
        "seen",
        ">=",
        "2026-05-01",
        {instant("2026-04-30T18:29"): False, instant("2026-04-30T18:30"): True},
    ),
    (
        "seen",
        "=",
        "2026-05-01T08:00",
        {instant("2026-05-01T02:30"): True, instant("2026-05-01T08:00"): False},
    ),
    (
        "seen",
        "between",
        ["2026-05-01", "2026-05-02T00:00:00Z"],
        {
            instant("2026-04-30T18:30"): True,
            instant("2026-05-01T23:59"): True,
            instant("2026-05-02T00:00"): False,
        },
    ),
    (
        "seen",
        "in_last",
        "P1D",
        {
            instant("2026-05-14T06:29"): False,
            instant("2026-05-14T06:30"): True,
            instant("2026-05-15T06:29"): True,
            instant("2026-05-15T06:30"): False,
        },
    ),
    (
        "seen",
        "in_next",
        "PT1H",
        {
            instant("2026-05-15T06:29"): False,
            instant("2026-05-15T06:30"): True,
            instant("2026-05-15T07:29"): True,
            instant("2026-05-15T07:30"): False,
        },
    ),
    (
        "seen",
        "older_than",
        "P1D",
        {instant("2026-05-14T06:29"): True, instant("2026-05-14T06:30"): False},
    ),
    (  # 18:30 UTC is the next day in Kolkata
        "seen",
        "anniversary_in",
        "P1D",
        {instant("2020-05-14T18:29"): False, instant("2020-05-14T18:30"): True},
    ),
]
FLAT = [
    (name, op, operand, value, truth)
    for name, op, operand, outcomes in CASES
    for value, truth in outcomes.items()
]


@pytest.mark.parametrize(("name", "op", "operand", "value", "truth"), FLAT, ids=str)
def test_a_test_on_a_value(name: str, op: str, operand: Any, value: Any, truth: Any) -> None:
    given = () if operand is None else (operand,)
    assert ask(name, op, *given, of=value) is truth
    # Asked to take in who has no value, unknown becomes true and nothing else changes.
    assert ask(name, op, *given, of=value, nulls="include") is (True if truth is None else truth)


BOUNDS = [
    ("[]", (False, True, True, True, False)),
    ("[)", (False, True, True, False, False)),
    ("(]", (False, False, True, True, False)),
    ("()", (False, False, True, False, False)),
]


@pytest.mark.parametrize(("bounds", "truths"), BOUNDS)
def test_numbers_follow_the_bounds(bounds: str, truths: tuple[bool, ...]) -> None:
    found = [ask("tier", "between", [1, 3], of=value, bounds=bounds) for value in range(5)]
    assert tuple(found) == truths


LISTS: list[tuple[str, Any, str, dict[tuple[str | None, ...] | None, Any]]] = [
    ("has_any", ["A", "b"], "any", {("a",): True, ("c",): False, (): False, None: None}),
    ("has_all", ["a", "b"], "any", {("A", "b", "c"): True, ("a",): False, (): False}),
    ("has_none", ["a"], "any", {("a", "b"): False, ("b",): True, (): True, None: None}),
    ("has_any", [], "any", {("a",): False}),
    ("has_all", [], "any", {(): True, None: None}),
    ("=", "a", "any", {("a", "b"): True, ("b",): False, (): False, None: None}),
    ("=", "a", "all", {("a", "A"): True, ("a", "b"): False, (): True}),
    ("=", "a", "none", {("b",): True, ("a", "b"): False, (): True, None: None}),
    ("!=", "a", "any", {("a", "b"): True, ("a",): False}),
    ("contains", "or", "any", {("sport", None): True, (None,): False}),
    ("not_contains", "or", "all", {("sport", "news"): False, ("news",): True}),
    ("in", ["a", "b"], "all", {("a", "b"): True, ("a", "c"): False}),
    ("starts", "s", "none", {("news",): True, ("sport",): False}),
    ("regex", "^s", "any", {("news", "sport"): True}),
    ("exists", None, "any", {(): True, None: False}),
    ("missing", None, "any", {(): False, None: True}),
]
FLAT_LISTS = [
    (op, operand, quant, value, truth)
    for op, operand, quant, outcomes in LISTS
    for value, truth in outcomes.items()
]


@pytest.mark.parametrize(("op", "operand", "quant", "value", "truth"), FLAT_LISTS, ids=str)
def test_a_test_on_a_list(op: str, operand: Any, quant: str, value: Any, truth: Any) -> None:
    given = () if operand is None else (operand,)
    row = None if value is None else list(value)
    assert ask("tags", op, *given, of=row, quant=quant) is truth


FOLDS = [
    ("none", {"Élan": True, "élan": False, "Elan": False}),
    ("case", {"Élan": True, "élan": True, "Elan": False}),
    ("case_accent", {"Élan": True, "élan": True, "elan": True}),
]


@pytest.mark.parametrize(("fold", "outcomes"), FOLDS)
def test_a_rule_may_fold_otherwise_than_its_field(fold: str, outcomes: dict[str, bool]) -> None:
    for value, truth in outcomes.items():
        assert ask("name", "=", "Élan", of=value, fold=fold) is truth


def compare(op: str, value: Any, other: Any, **others: Any) -> Any:
    written = {"field": "score", "op": op, "value_field": "ratio", **others}
    test = resolve_rule(parse_definition(written), MODEL).where
    assert isinstance(test, Test)
    return judge(test, value, other=other, moment=MOMENT)


def test_a_field_is_compared_with_a_field() -> None:
    assert compare(">", 2.0, rupees("1.5")) is True
    assert compare("=", 0.5, rupees("0.5")) is True
    assert compare("<=", 2.0, rupees("1.5")) is False
    assert compare(">", None, rupees("1")) is None
    assert compare(">", 1.0, None) is None
    assert compare(">", 1.0, None, nulls="include") is True
    assert compare(">", float("nan"), rupees("1")) is None


def test_folded_fields_are_compared_folded() -> None:
    written = {"field": "name", "op": "=", "value_field": "email"}
    test = resolve_rule(parse_definition(written), MODEL).where
    assert isinstance(test, Test)
    assert judge(test, "Élan", other="ELAN", moment=MOMENT) is True


AGES = [
    ("1990-05-15", "2026-05-14", 35),
    ("1990-05-15", "2026-05-15", 36),
    ("2000-02-29", "2025-02-28", 24),
    ("2000-02-29", "2025-03-01", 25),
    ("2000-02-29", "2024-02-29", 24),
    ("2026-05-15", "2026-05-15", 0),
    ("2026-05-16", "2026-05-15", -1),
]


@pytest.mark.parametrize(("born", "today", "years"), AGES)
def test_ages_are_whole_years(born: str, today: str, years: int) -> None:
    assert whole_years(day(born), day(today)) == years


@pytest.mark.parametrize("today", ["2025-02-28", "2024-02-29", "2025-03-01", "2026-05-15"])
@pytest.mark.parametrize("band", [(0, 0), (17, 24), (25, 25), (65, None)])
def test_ages_and_spans_of_birth_dates_agree(today: str, band: tuple[int, int | None]) -> None:
    years, now = Range(*band), day(today)
    span = age_bounds(years, now)
    first = now.toordinal() - 70 * 366
    for ordinal in range(first, now.toordinal() + 3):
        born = now.fromordinal(ordinal)
        assert in_range(span, born) is in_range(years, whole_years(born, now)), born


def test_leap_days_have_their_anniversary_on_the_28th_otherwise() -> None:
    assert (2, 29) in anniversary_days(day("2025-02-28"), Duration(days=1))
    assert (2, 29) not in anniversary_days(day("2024-02-28"), Duration(days=1))
    assert (2, 29) in anniversary_days(day("2024-02-28"), Duration(days=2))
    assert (3, 1) not in anniversary_days(day("2025-02-28"), Duration(days=1))


def test_anniversaries_run_over_the_turn_of_the_year() -> None:
    found = anniversary_days(day("2025-12-30"), Duration(days=4))
    assert found == {(12, 30), (12, 31), (1, 1), (1, 2)}


def test_every_day_is_an_anniversary_within_a_year() -> None:
    for today in ("2024-03-01", "2025-03-01"):
        assert len(anniversary_days(day(today), Duration(months=12))) == 366
    assert len(anniversary_days(day("2025-03-01"), Duration(months=1200))) == 366


def test_open_ends_hold_everything() -> None:
    assert in_range(Range(None, None), 5)
    assert in_range(Range(None, 5), 5)
    assert not in_range(Range(None, 5, high_included=False), 5)


def test_instants_without_a_zone_are_utc() -> None:
    assert utc(OLD.replace(tzinfo=None)) == OLD
    assert utc(OLD) == OLD


def test_every_operator_of_the_registry_is_known() -> None:
    tried = {op for _, op, _, _ in CASES} | {op for op, _, _, _ in LISTS}
    assert tried == set(OPERATORS)


def test_an_unknown_operator_is_a_bug() -> None:
    field = Field("x", FieldType.INTEGER)
    with pytest.raises(AssertionError):
        judge(Test(field, "~", 1, fold=Fold.NONE), 1, moment=MOMENT)
