"""Conditions on rows, compared with the reference evaluator row by row."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from muster.base.datamodel import DataModel, Entity, Field, FieldType, Fold
from muster.compile.bind_tests import bind_condition
from muster.engines.index.conditions import compile_condition, split_partition
from muster.engines.index.layout import Whole
from muster.rules.duration import Duration
from muster.rules.evaluate import Evaluator
from muster.rules.geo import distance_km
from muster.rules.resolved import (
    Circle,
    Conjunction,
    Disjunction,
    InArea,
    Negation,
    Polygon,
    Range,
    Resolved,
    ResolvedRule,
    Test,
    Threshold,
    leaves_of,
)
from muster.rules.truth import Moment, Truth
from muster.rules.world import Row, World
from tests.engines.index.columns_of import columns_of
from tests.strategies.conditions import draw_where
from tests.strategies.runs import run_fresh
from tests.strategies.setting import Setting
from tests.strategies.worlds import Scenario, scenarios

T = FieldType
AS_OF = datetime(2025, 6, 15, 10, tzinfo=UTC)
ZONE = "Europe/London"
MOMENT = Moment(AS_OF, ZoneInfo(ZONE))


def expected(node: Resolved, fields: dict[str, Field], rows: Sequence[Row]) -> list[Truth]:
    """Return what the reference evaluator says of each row."""
    model = DataModel(Entity("user", "users", "id"), fields, {}, {}, {}, time_zone=ZONE)
    evaluator = Evaluator(
        ResolvedRule(node, None, None, (), ZONE), World(model, {}, {}), as_of=AS_OF
    )
    return [evaluator.truth_of_event(node, row) for row in rows]


def answered(
    node: Resolved,
    fields: dict[str, Field],
    rows: Sequence[Row],
    *,
    moment: Moment = MOMENT,
    partition: str | None = None,
) -> list[Truth] | None:
    """Return what a compiled condition says of each row; None: it is not covered."""
    columns = columns_of(fields, rows)
    bound = bind_condition(node, moment)
    if partition is None:
        condition = compile_condition(bound, columns)
        return None if condition is None else truths(condition.truths(slice(0, len(rows))))
    dictionary = tuple(sorted({row[partition] for row in rows if row[partition] is not None}))
    del columns[partition]
    condition = compile_condition(bound, columns, partition=(fields[partition], dictionary))
    if condition is None:
        return None
    found: list[Truth] = []
    for place, row in enumerate(rows):
        code = 0 if row[partition] is None else dictionary.index(row[partition]) + 1
        found += truths(condition.truths(slice(place, place + 1), code))
    return found


def truths(answers: tuple[Any, Any]) -> list[Truth]:
    """Return one truth per row, which may not be both."""
    true, false = answers
    assert true.dtype == false.dtype == np.bool_
    assert not (true & false).any()
    return [True if yes else (False if no else None) for yes, no in zip(true, false, strict=True)]


# -- drawn conditions on drawn rows ----------------------------------------------------------------


def draw_condition(setting: Setting) -> Any:
    """Draw a rule whose condition looks at attributes alone."""
    return {"where": draw_where(setting, setting.model.attributes, setting.attribute_values, 3)}


def test_drawn_conditions_say_what_the_reference_says() -> None:
    seen: Counter[str] = Counter()

    def check(scenario: Scenario) -> None:
        world = scenario.world
        moment = Moment(scenario.as_of, ZoneInfo(world.model.time_zone))
        rows = list(world.entities.values())
        if not rows:
            return
        for rule in scenario.rules:
            node = rule.resolved.where
            fields = {leaf.field for leaf in leaves_of(node) if isinstance(leaf, Test | InArea)}
            kinds = {field.type for field in fields}
            evaluator = Evaluator(rule.resolved, world, as_of=scenario.as_of)
            wanted = [evaluator.truth_of_event(node, row) for row in rows]
            attributes = dict(world.model.attributes)
            found = answered(node, attributes, rows, moment=moment)
            if T.LIST in kinds:
                assert found is None
                continue
            seen["covered"] += found is not None
            seen["conditions"] += 1
            assert found is None or found == wanted
            if T.ENUM in kinds:
                by_code = answered(node, attributes, rows, moment=moment, partition="gender")
                assert by_code is None or by_code == wanted
                seen["by partition"] += by_code is not None

    run_fresh(scenarios(rules=12, draw_one=draw_condition), check, examples=48)
    # only numbers too large for doubles are not covered, beside doubles
    assert seen["covered"] > 0.99 * seen["conditions"] > 200
    assert seen["by partition"] > 30


# -- fields compared with fields -------------------------------------------------------------------

INTEGER = Field("level", T.INTEGER)
CENTS = Field("amount", T.MONEY, scale=2)
FINE = Field("rate", T.DECIMAL, scale=4)
NUMBER = Field("score", T.NUMBER)
NUMBERS = {field.name: field for field in (INTEGER, CENTS, FINE, NUMBER)}
NUMBER_VALUES: dict[str, tuple[Any, ...]] = {
    "level": (None, 0, 1, -2, 10**18, -(10**18), 2**53 + 1),
    "amount": (None, *map(Decimal, ("0.00", "1.00", "0.10", "-2.00", "-1.99", "99999999999.99"))),
    "rate": (None, *map(Decimal, ("0.0000", "1.0000", "0.1000", "-2.0001", "99999999999999.9999"))),
    "score": (None, 0.0, -0.0, 0.1, 1.0, -2.0, float("nan"), float("inf"), float(2**53)),
}
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
PAIRS = [(left, right) for left in NUMBERS for right in NUMBERS]


@pytest.mark.parametrize(("left", "right"), PAIRS)
def test_numbers_of_any_two_kinds_compare_as_in_the_reference(left: str, right: str) -> None:
    # beside doubles, decimals whose sum of sizes is beyond 2 ** 53 are left to SQL
    least = {left, right} & {"score"} and {left, right} & {"amount", "rate"}
    values = {
        name: [one for one in NUMBER_VALUES[name] if not (least and _is_large(one))]
        for name in (left, right)
    }
    rows = [{left: one, right: other} for one in values[left] for other in values[right]]
    for op in COMPARISONS:
        node = Test(NUMBERS[left], op, NUMBERS[right], nulls_included=op == "ge")
        if left == right:
            rows = [{left: one} for one in values[left]]
        assert answered(node, NUMBERS, rows) == expected(node, NUMBERS, rows), op


def _is_large(value: Any) -> bool:
    return isinstance(value, Decimal) and abs(value) > 10**9


def test_decimals_too_many_for_doubles_are_left_to_sql() -> None:
    rows: list[Row] = [{"rate": Decimal("999999999999.9999"), "score": 1.0}]
    node = Test(FINE, "lt", NUMBER)
    assert answered(node, NUMBERS, rows) is None


NAME = Field("name", T.STRING)
CITY = Field("city", T.ENUM)
TEXTS = {"name": NAME, "city": CITY}
WORDS = ("élan", "Élan", "ELAN", "E\u0301lan", "", "σας", "ΣΑΣ", "Straße", "strasse", None)


@pytest.mark.parametrize("fold", list(Fold))
@pytest.mark.parametrize("op", ["eq", "ne"])
@pytest.mark.parametrize("partition", [None, "city"])
def test_texts_of_two_dictionaries_compare(fold: Fold, op: str, partition: str | None) -> None:
    rows = [{"name": one, "city": other} for one in WORDS for other in WORDS[::2]]
    node = Test(NAME, op, CITY, fold=fold)
    assert answered(node, TEXTS, rows, partition=partition) == expected(node, TEXTS, rows)


BORN, RENEWED = Field("born", T.DATE), Field("renewed", T.DATE)
SEEN, ASKED = Field("seen", T.TIMESTAMP), Field("asked", T.TIMESTAMP)


def test_days_and_instants_compare_with_their_like_only() -> None:
    fields = {field.name: field for field in (BORN, RENEWED, SEEN, ASKED)}
    days = (None, date(1969, 12, 31), date(1970, 1, 1), date(2040, 5, 6))
    instants = (None, datetime(1969, 1, 1, tzinfo=UTC), AS_OF, AS_OF.replace(microsecond=1))
    rows = [
        {"born": days[a], "renewed": days[b], "seen": instants[a], "asked": instants[b]}
        for a in range(4)
        for b in range(4)
    ]
    for op in COMPARISONS:
        for node in (Test(BORN, op, RENEWED), Test(SEEN, op, ASKED)):
            assert answered(node, fields, rows) == expected(node, fields, rows)
    assert answered(Test(BORN, "lt", SEEN), fields, rows) is None


# -- single kinds ----------------------------------------------------------------------------------


def test_text_in_order_is_left_to_sql_between_fields_alone() -> None:
    rows = [{"name": one, "city": "m"} for one in WORDS]
    assert answered(Test(NAME, "lt", CITY), TEXTS, rows) is None
    node = Test(NAME, "lt", "f")
    assert answered(node, TEXTS, rows) == expected(node, TEXTS, rows)


TEXT_OPERANDS: dict[str, Any] = {
    **dict.fromkeys(("eq", "ne"), "elan"),
    **dict.fromkeys(("in", "not_in"), ("elan", "", "strasse")),
    **dict.fromkeys(("contains", "not_contains", "starts", "ends"), "an"),
    **{"like": "%l_n", "regex": "^.l", "gt": "f"},
}


@pytest.mark.parametrize("fold", list(Fold))
@pytest.mark.parametrize("op", TEXT_OPERANDS)
def test_each_text_of_a_dictionary_is_judged(op: str, fold: Fold) -> None:
    rows: list[Row] = [{"name": word, "city": None} for word in (*WORDS, "an", "ANa", None)]
    node = Test(NAME, op, TEXT_OPERANDS[op], fold=fold)
    wanted = expected(node, TEXTS, rows)
    assert answered(node, TEXTS, rows) == wanted
    assert {True, False, None} >= set(wanted) > {None}


def test_a_column_without_any_text_is_unknown_everywhere() -> None:
    rows: list[Row] = [{"name": None, "city": "a"}, {"name": None, "city": None}]
    for op, operand in (("eq", "a"), ("ne", "a"), ("in", ()), ("not_in", ()), ("regex", ".")):
        assert answered(Test(NAME, op, operand), TEXTS, rows) == [None, None]
    assert answered(Test(NAME, "ne", "a", nulls_included=True), TEXTS, rows) == [True, True]
    assert answered(Test(NAME, "missing", None), TEXTS, rows) == [True, True]


MANY = tuple(range(-500, 500, 7))
MANY_SPANS = [
    Test(INTEGER, "in", MANY),
    Test(INTEGER, "not_in", MANY),
    Test(INTEGER, "in", (*MANY, 10**15)),
    Test(INTEGER, "not_in", (*MANY, -(10**15))),
    Test(NUMBER, "in", tuple(float(one) for one in MANY)),
    Test(NUMBER, "not_in", tuple(float(one) for one in MANY)),
]


@pytest.mark.parametrize("node", MANY_SPANS)
@pytest.mark.parametrize("largest", [100, 30_000, 2**31 - 1, 2**62])
def test_long_lists_of_numbers_are_found_in_columns_of_every_width(
    node: Test, largest: int
) -> None:
    near = [one + step for one in MANY[:20] for step in (-1, 0, 1) if abs(one + step) <= largest]
    values = [*near, -largest, largest, 0, 1, -1, None]
    rows: list[Row] = [
        {"level": one, "score": None if one is None else float(one)} for one in values
    ]
    assert answered(node, NUMBERS, rows) == expected(node, NUMBERS, rows)


def test_long_lists_of_text_are_found_by_code() -> None:
    words = [f"w{number}" for number in range(120)]
    rows: list[Row] = [{"name": word, "city": None} for word in [*words, None]]
    for op in ("in", "not_in"):
        node = Test(NAME, op, tuple(words[::3]))
        assert answered(node, TEXTS, rows) == expected(node, TEXTS, rows)


@pytest.mark.parametrize("zone", ["UTC", "Asia/Kolkata", "Pacific/Apia", "America/New_York"])
@pytest.mark.parametrize("length", [Duration(days=1), Duration(days=40), Duration(months=12)])
def test_anniversaries_follow_the_local_day(zone: str, length: Duration) -> None:
    fields = {"born": BORN, "seen": SEEN}
    moment = Moment(datetime(2023, 2, 20, 23, 30, tzinfo=UTC), ZoneInfo(zone))
    days = [date(year, month, day) for year in (1931, 2000, 2024) for month, day in SOME_DAYS]
    instants = [
        datetime(day.year, day.month, day.day, hour, 30, tzinfo=UTC)
        for day in days
        for hour in (0, 5, 11, 18, 23)
    ]
    rows: list[Row] = [{"born": day, "seen": None} for day in [*days, None]]
    rows += [{"born": None, "seen": instant} for instant in instants]
    model = DataModel(Entity("user", "users", "id"), fields, {}, {}, {}, time_zone=zone)
    for field in (BORN, SEEN):
        node = Test(field, "anniversary_in", length)
        rule = ResolvedRule(node, None, None, (), zone)
        evaluator = Evaluator(rule, World(model, {}, {}), as_of=moment.as_of)
        wanted = [evaluator.truth_of_event(node, row) for row in rows]
        assert answered(node, fields, rows, moment=moment) == wanted
        assert {True, False, None} >= set(wanted) > {None}


def test_anniversaries_of_instants_centuries_apart_are_left_to_sql() -> None:
    instants = [datetime(1970, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)]
    rows: list[Row] = [{"seen": instant} for instant in instants]
    node = Test(SEEN, "anniversary_in", Duration(days=3))
    assert answered(node, {"seen": SEEN}, rows) is None


SOME_DAYS = ((1, 1), (2, 20), (2, 21), (2, 22), (2, 28), (3, 1), (3, 31), (4, 1), (12, 31))


def test_an_age_is_a_span_of_birth_dates() -> None:
    fields = {"born": BORN}
    rows = [{"born": date(year, 6, day)} for year in (1999, 2000, 2004) for day in (14, 15, 16)]
    for years in (Range(21, 25), Range(0, None), Range(25, 25)):
        node = Test(BORN, "age", years)
        assert answered(node, fields, rows) == expected(node, fields, rows)


HOME = Field("home", T.GEO)
EXTREME = (Circle(0.0, 0.0, 20_040), Circle(10.0, 20.0, 1e-6))
AREAS = (
    Circle(-33.87, 151.21, 10),
    Circle(89.9, 10.0, 50),
    Circle(10.0, 180.0, 300),
    *EXTREME,
    Polygon(((0, 0), (10, 20), (20, 15), (10, 10), (30, 5))),
    Polygon(((51, -1), (52, 0), (51, 1), (52, -1))),
    Polygon(tuple((float(7 * step % 20), float(11 * step % 23)) for step in range(19))),
)


@pytest.mark.parametrize("area", AREAS)
def test_areas_hold_the_points_that_the_reference_says(area: Circle | Polygon) -> None:
    random = np.random.default_rng(4)
    points: list[Any] = [None, (None, 1.0), (1.0, None), (float("nan"), 1.0)]
    if isinstance(area, Circle):
        centre, spread = np.array([area.latitude, area.longitude]), np.full(2, area.km / 80)
        points += [tuple(centre.tolist()), (area.latitude + area.km / 111.195, area.longitude)]
    else:
        corners = np.array(area.corners)
        centre, spread = corners.mean(axis=0), corners.std(axis=0)
        points += area.corners
    near = centre + random.normal(0, spread, (400, 2))
    points += near.tolist()
    # off the globe, and the same places many turns further
    points += [(95.0, 10.0), (-270.0, 5.0), (10.0, 379.99), (10.0, -340.0), (1e7, 1.0)]
    for turns in ((0, 360e5), (360e5, 0)):
        points += (near[:40] + np.array(turns)).tolist()
    rows: list[Row] = [{"home": point} for point in points]
    for node in (InArea(HOME, area), Negation(InArea(HOME, area))):
        wanted = expected(node, {"home": HOME}, rows)
        assert answered(node, {"home": HOME}, rows) == wanted
        assert len(set(wanted)) == 3 or area in EXTREME


def test_points_on_the_very_edge_are_given_to_the_reference() -> None:
    """The circle's length is that of one of the points to the last bit, or next to it."""
    random = np.random.default_rng(5)
    centre = (-33.87, 151.21)
    points = [(centre[0] + a, centre[1] + b) for a, b in random.normal(0, 0.05, (60, 2)).tolist()]
    rows: list[Row] = [{"home": point} for point in points]
    for point in points:
        node = InArea(HOME, Circle(*centre, distance_km(*point, centre=centre)))
        assert answered(node, {"home": HOME}, rows) == expected(node, {"home": HOME}, rows)


# -- groups, partitions, coverage ------------------------------------------------------------------


def test_groups_follow_kleene_where_a_child_is_constant_or_missing() -> None:
    exists, adult = Test(INTEGER, "exists", None), Test(INTEGER, "ge", 18)
    rows: list[Row] = [{"level": 18}, {"level": 3}, {"level": None}]
    groups: tuple[Resolved, ...] = (
        Conjunction(()),
        Disjunction(()),
        Negation(Conjunction((exists, adult))),
        Disjunction((exists, Negation(adult))),
        *(Threshold(n, (exists, adult, Negation(adult))) for n in range(5)),
        *(Negation(Threshold(n, (adult, adult))) for n in range(4)),
    )
    for node in groups:
        assert answered(node, NUMBERS, rows) == expected(node, NUMBERS, rows), node


def test_what_no_column_tells_is_not_covered() -> None:
    columns = columns_of({"level": INTEGER, "home": HOME}, [{"level": 1, "home": (1.0, 1.0)}])
    for node in (
        Test(CENTS, "gt", 1),
        Test(INTEGER, "lt", CENTS),
        Test(INTEGER, "eq", "1"),
        InArea(INTEGER, Circle(1, 1, 1)),
        Test(HOME, "eq", 1),
        Test(HOME, "eq", HOME),
        Conjunction((Test(INTEGER, "eq", 1), Test(CENTS, "gt", 1))),
    ):
        assert compile_condition(node, columns) is None


CITIES = (CITY, ("Ahm", "Bom", "Del"))
BOM, NOT_DEL = Test(CITY, "in", ("Bom", "Del")), Test(CITY, "ne", "Del")
LARGE = Test(CENTS, "ge", Decimal("100"))
SPLITS = [
    (BOM, frozenset({2, 3}), None),
    (LARGE, None, LARGE),
    (Conjunction((BOM, LARGE)), frozenset({2, 3}), LARGE),
    (Conjunction((BOM, LARGE, NOT_DEL)), frozenset({2}), LARGE),
    (Conjunction((LARGE, LARGE)), None, Conjunction((LARGE, LARGE))),
    (Negation(BOM), frozenset({1}), None),
    (Test(CITY, "ne", "Del", nulls_included=True), frozenset({0, 1, 2}), None),
    (Test(CITY, "missing", None), frozenset({0}), None),
    (Disjunction((BOM, LARGE)), None, Disjunction((BOM, LARGE))),
    (Test(CITY, "eq", CITY), frozenset({1, 2, 3}), None),
]


@pytest.mark.parametrize(("node", "codes", "rest"), SPLITS)
def test_what_the_partition_alone_decides_is_split_off(
    node: Resolved, codes: frozenset[int] | None, rest: Resolved | None
) -> None:
    assert split_partition(node, CITIES) == (codes, rest)


def test_values_of_absent_rows_are_never_looked_at() -> None:
    column = Whole(INTEGER, np.array([0, 5], dtype=np.int8), np.array([False, True]), 5)
    condition = compile_condition(Test(INTEGER, "eq", 0), {"level": column})
    assert condition is not None
    assert truths(condition.truths(slice(0, 2))) == [None, False]
