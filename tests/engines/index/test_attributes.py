"""Questions about the entity's own row, compared with the reference for every ordinal."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from muster.base.datamodel import DataModel, Entity, Field, FieldType, Fold
from muster.compile.atoms import EntityAtom, ObservedAtom
from muster.compile.bind_tests import bind_test
from muster.engines import bits
from muster.engines.bits import Mask
from muster.engines.index.attributes import (
    covers_entity,
    entity_mask,
    entity_masks,
    entity_values,
)
from muster.engines.index.layout import BLOCK, AudienceIndex
from muster.rules.evaluate import Evaluator
from muster.rules.nodes import Bucket
from muster.rules.resolved import Circle, InArea, ResolvedRule, Test, leaves_of
from muster.rules.truth import Moment, Truth
from muster.rules.world import Row, World
from tests.engines.index.columns_of import index_of
from tests.strategies.rules import draw_attribute, draw_leaf
from tests.strategies.runs import run_fresh
from tests.strategies.setting import Setting
from tests.strategies.worlds import Scenario, scenarios

T = FieldType
AS_OF = datetime(2025, 6, 15, 10, tzinfo=UTC)


def truths(mask: Mask, rows: Sequence[Row | None]) -> list[Truth]:
    """Return a truth per row; nothing may be said of absent ordinals, or twice."""
    true, false = (bits.to_flags(words, len(rows)) for words in (mask.true, mask.false))
    assert not (mask.true & mask.false).any()
    absent = np.array([row is None for row in rows], dtype=np.bool_)
    assert not ((true | false) & absent).any()
    assert bits.count(mask.true) == true.sum()  # nothing beyond the last ordinal
    assert bits.count(mask.false) == false.sum()
    return [True if yes else (False if no else None) for yes, no in zip(true, false, strict=True)]


def expected(test: Test | InArea, fields: dict[str, Field], rows: Sequence[Row | None]) -> Any:
    """Return what the reference evaluator says of each row; unknown of absent ones."""
    model = DataModel(Entity("user", "users", "id"), fields, {}, {}, {})
    evaluator = Evaluator(
        ResolvedRule(test, None, None, (), "UTC"), World(model, {}, {}), as_of=AS_OF
    )
    return [None if row is None else evaluator.truth_of_event(test, row) for row in rows]


def draw_leaves(setting: Setting) -> Any:
    """Draw a rule of several leaves on attributes, and some of other kinds."""
    attributes = [draw_attribute(setting) for _ in range(3)]
    return {"where": [*attributes, draw_leaf(setting)]}


def test_drawn_leaves_say_what_the_reference_says() -> None:
    seen: Counter[str] = Counter()

    def check(scenario: Scenario) -> None:
        world = scenario.world
        moment = Moment(scenario.as_of, ZoneInfo(world.model.time_zone))
        rows: list[Row | None] = []
        for number, row in enumerate(world.entities.values()):
            rows += [row] if number % 3 else [None, row]
        index = index_of(world.model.attributes, rows)
        wanted: dict[EntityAtom | ObservedAtom, list[Truth]] = {}
        for rule in scenario.rules:
            evaluator = Evaluator(rule.resolved, world, as_of=scenario.as_of)
            for leaf in leaves_of(rule.resolved.where):
                if isinstance(leaf, Test | InArea):
                    bound = bind_test(leaf, moment) if isinstance(leaf, Test) else leaf
                    atom = EntityAtom(bound)
                    seen["leaves"] += 1
                    if covers_entity(atom, index):
                        seen["covered"] += 1
                        seen[leaf.field.type.value] += 1
                        found = [evaluator.truth(leaf, key) for key in world.entities]
                        known = iter(found)
                        wanted[atom] = [None if row is None else next(known) for row in rows]
        masks = entity_masks(wanted, index)
        assert {atom: truths(mask, rows) for atom, mask in masks.items()} == wanted

    run_fresh(scenarios(rules=8, draw_one=draw_leaves), check, examples=48)
    assert seen["covered"] > 0.99 * seen["leaves"] > 500
    assert all(seen[kind.value] > 5 for kind in FieldType)


TAGS = Field("tags", T.LIST)
LISTS: list[Row | None] = [
    {"tags": None},
    {"tags": []},
    {"tags": [None]},
    {"tags": ["Élan"]},
    {"tags": ["elan", "sports"]},
    None,
    {"tags": ["ÉLAN", None, "sport", "SPORTS"]},
]
LIST_TESTS = [
    *(Test(TAGS, op, ()) for op in ("has_any", "has_all", "has_none")),
    *(Test(TAGS, op, ("sports", "elan")) for op in ("has_any", "has_all", "has_none")),
    *(Test(TAGS, op, ("sports", "unheard of")) for op in ("has_any", "has_all", "has_none")),
    *(Test(TAGS, "starts", "sport", quantifier=how) for how in ("any", "all", "none")),
    *(Test(TAGS, "regex", "^s.*s$", quantifier=how) for how in ("any", "all", "none")),
    Test(TAGS, "ne", "sports", nulls_included=True),
    Test(TAGS, "not_in", ("sports",), quantifier="all"),
    Test(TAGS, "exists", None),
    Test(TAGS, "missing", None),
]


@pytest.mark.parametrize("test", LIST_TESTS)
@pytest.mark.parametrize("fold", list(Fold))
def test_lists_are_judged_by_their_elements(test: Test, fold: Fold) -> None:
    folded = Test(TAGS, test.op, test.operand, test.nulls_included, fold, test.quantifier)
    mask = entity_mask(EntityAtom(folded), index_of({"tags": TAGS}, LISTS))
    assert truths(mask, LISTS) == expected(folded, {"tags": TAGS}, LISTS)


def test_lists_that_hold_nothing_at_all_are_no_reason_to_fail() -> None:
    rows: list[Row | None] = [{"tags": []}, {"tags": None}]
    index = index_of({"tags": TAGS}, rows)
    assert truths(entity_mask(EntityAtom(Test(TAGS, "has_any", ("a",))), index), rows) == [
        False,
        None,
    ]


JOINED, SINCE = Field("joined", T.TIMESTAMP), Field("since", T.DATE)


def test_observed_is_true_or_unknown() -> None:
    rows: list[Row | None] = [
        None,
        *({"joined": AS_OF + timedelta(microseconds=step)} for step in (-1, 0, 1)),
        {"joined": None},
    ]
    mask = entity_mask(ObservedAtom(JOINED, AS_OF), index_of({"joined": JOINED}, rows))
    assert truths(mask, rows) == [None, True, True, None, None]
    days: list[Row | None] = [{"since": date(2025, 6, day)} for day in (14, 15, 16)]
    mask = entity_mask(ObservedAtom(SINCE, date(2025, 6, 15)), index_of({"since": SINCE}, days))
    assert truths(mask, days) == [True, True, None]


LEVEL, HOME = Field("level", T.INTEGER), Field("home", T.GEO)
MANY = {
    field.name: field
    for field in (LEVEL, HOME, Field("score", T.NUMBER), Field("city", T.STRING), TAGS)
}
ATOMS = (
    EntityAtom(Test(LEVEL, "ge", 40)),
    EntityAtom(Test(LEVEL, "ne", 7, nulls_included=True)),
    EntityAtom(Test(MANY["score"], "lt", 0.5)),
    EntityAtom(Test(MANY["city"], "contains", "1")),
    EntityAtom(Test(TAGS, "has_any", ("a",))),
    EntityAtom(InArea(HOME, Circle(10, 20, 400))),
    EntityAtom(InArea(HOME, Circle(12, 21, 700))),
    EntityAtom(Test(HOME, "missing", None)),
    ObservedAtom(LEVEL, 50),  # type: ignore[arg-type]  # any order will do
)


@pytest.fixture(scope="module")
def three_blocks() -> tuple[AudienceIndex, list[Row | None]]:
    """An index of two whole blocks and a bit, of rows that repeat."""
    random = np.random.default_rng(2)
    some: list[Row | None] = [None]
    for number in range(96):
        point = (10 + random.normal(0, 5), 20 + random.normal(0, 5))
        some.append(
            {
                "level": number if number % 5 else None,
                "score": number / 96 if number % 7 else math.nan,
                "city": f"c{number % 13}" if number % 3 else None,
                "home": point if number % 11 else (None, 1.0),
                "tags": ["a", "b"][: number % 3] if number % 4 else None,
            }
        )
    rows = [some[place % 97] for place in range(2 * BLOCK + 77)]
    return index_of(MANY, rows), rows


def test_answers_do_not_depend_on_threads_or_company(
    three_blocks: tuple[AudienceIndex, list[Row | None]],
) -> None:
    index, rows = three_blocks
    alone = {atom: entity_mask(atom, index) for atom in ATOMS}
    with ThreadPoolExecutor(2) as threads:
        shared = entity_masks(ATOMS, index, threads)
    for atom in ATOMS:
        assert truths(shared[atom], rows) == truths(alone[atom], rows)
        if isinstance(atom, EntityAtom) and not isinstance(atom.test, Bucket):
            first = expected(atom.test, MANY, rows[:97])
            assert truths(alone[atom], rows) == [first[place % 97] for place in range(len(rows))]


def test_a_sample_of_blocks_says_nothing_of_the_others(
    three_blocks: tuple[AudienceIndex, list[Row | None]],
) -> None:
    index, _ = three_blocks
    words = BLOCK // 64
    for blocks in ((1,), (2, 0), ()):
        for atom, mask in entity_masks(ATOMS, index, blocks=blocks).items():
            whole = entity_mask(atom, index)
            for found, all_of_it in ((mask.true, whole.true), (mask.false, whole.false)):
                for block in range(3):
                    part = slice(block * words, (block + 1) * words)
                    wanted = all_of_it[part] if block in blocks else np.zeros_like(found[part])
                    assert (found[part] == wanted).all()


def test_columns_that_are_absent_are_left_to_sql() -> None:
    index = index_of({"level": LEVEL, "tags": TAGS}, [{"level": 1, "tags": []}])
    for test in (
        Test(Field("gone", T.INTEGER), "eq", 1),
        Test(LEVEL, "gt", Field("gone", T.INTEGER)),
        InArea(HOME, Circle(0, 0, 1)),
        InArea(TAGS, Circle(0, 0, 1)),
    ):
        assert not covers_entity(EntityAtom(test), index)
    assert not covers_entity(ObservedAtom(JOINED, AS_OF), index)
    assert covers_entity(EntityAtom(Test(LEVEL, "gt", 1)), index)


def test_values_are_known_where_an_entity_has_one() -> None:
    amount = Field("amount", T.MONEY, scale=2)
    score = Field("score", T.NUMBER)
    fields = {"amount": amount, "score": score, "home": HOME, "level": LEVEL}
    rows: list[Row | None] = [
        {"amount": Decimal("1.50"), "score": 0.5, "home": (1.0, 1.0), "level": 7},
        {"amount": None, "score": math.nan, "home": None, "level": 8},
        None,
    ]
    index = index_of(fields, rows)
    money, number, level = (
        entity_values(fields[name], index) for name in ("amount", "score", "level")
    )
    assert money is not None
    assert number is not None
    assert level is not None
    assert money.known.tolist() == number.known.tolist() == [True, False, False]
    assert level.known.tolist() == [True, True, False]
    assert money.numbers.tolist() == [150, 0, 0]
    assert money.numbers.dtype == np.int64
    assert number.numbers[0] == 0.5
    assert entity_values(HOME, index) is None
    assert entity_values(JOINED, index) is None
