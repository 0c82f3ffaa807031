"""Every claim against the law: all rules of small grammars in all states, then drawn worlds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations, product
from typing import Any

import pytest

from muster.rules.evaluate import Evaluator, evaluate
from muster.rules.implication import Prover, Relation
from muster.rules.nodes import Count, Member
from muster.rules.resolved import (
    Conjunction,
    Disjunction,
    Guard,
    Measure,
    Negation,
    Occurrence,
    Resolved,
    ResolvedRule,
    leaves_of,
    resolved_children,
)
from muster.rules.world import Key, Published, World
from tests.rules.sample import AS_OF, MODEL, resolve, utc, world
from tests.strategies.laws import check
from tests.strategies.rules import draw_leaf
from tests.strategies.setting import Setting
from tests.strategies.tests_on_fields import draw_test
from tests.strategies.worlds import Scenario

Truths = Mapping[Key, bool | None]


def _holds(relation: Relation, one: frozenset[Key], two: frozenset[Key]) -> bool:
    match relation:
        case Relation.EQUAL:
            return one == two
        case Relation.SUBSET:
            return one <= two
        case Relation.SUPERSET:
            return one >= two
        case Relation.DISJOINT:
            return not one & two
        case _:
            return True


def _true(one: frozenset[Key], two: frozenset[Key], everybody: int) -> bool:
    """Whether any relation holds in the states looked at, of rules for some but not for all."""
    telling = 0 < len(one) < everybody and 0 < len(two) < everybody
    return telling and (one <= two or one >= two or not one & two)


# -- small worlds ----------------------------------------------------------------------------------


def groups(leaves: Iterable[Any]) -> list[Any]:
    """Return every rule of up to two leaves, or three in two groups."""
    negated = [*leaves, *({"not": leaf} for leaf in leaves)]
    pairs = list(combinations(negated, 2))
    return [
        *negated,
        *({"all": list(pair)} for pair in pairs),
        *({"any": list(pair)} for pair in pairs),
    ]


def tier(op: str, value: Any = None, **members: Any) -> dict[str, Any]:
    return {"field": "tier", "op": op, **({} if value is None else {"value": value}), **members}


def did(last: int, op: str = ">=", n: int = 1, **members: Any) -> dict[str, Any]:
    return {"did": "card", "window": {"last": f"P{last}D"}, "times": {"op": op, "n": n}, **members}


ONE_FIELD = [
    tier("=", 1),
    tier(">", 1),
    tier("in", [1, 2]),
    tier("between", [2, 3]),
    tier("!=", 2, nulls="include"),
    tier("exists"),
]
TWO_FIELDS = [
    tier("<", 2),
    tier("!=", 1),
    {"field": "active", "op": "true"},
    {"field": "code", "op": "starts", "value": "a"},
    {"field": "code", "op": "in", "value": ["ab", "b"]},
    {"segment": "vip"},
]
LISTS = [
    {"field": "tags", "op": "has_any", "value": ["a", "b"]},
    {"field": "tags", "op": "has_all", "value": ["a", "b"]},
    {"field": "tags", "op": "has_none", "value": ["a"]},
    {"field": "tags", "op": "=", "value": "b", "quant": "all"},
    {"field": "tags", "op": "contains", "value": "b"},
]
EVENTS = [
    did(7),
    did(30, ">=", 2),
    did(30, "=", 0),
    did(7, "<=", 1, observed={"min": "P10D"}),
    did(30, where=[{"field": "paid", "op": "true"}]),
    {"metric": {"agg": "recency", "on": "card"}, "op": "<", "value": 7},
]


def people() -> World:
    """Return everybody there can be, as far as the leaves on fields can tell."""
    every = product((None, 0, 1, 2, 3, 4), (None, False, True), (None, "a", "ab", "b", "x"))
    rows: list[dict[str, Any]] = [{"tier": a, "active": b, "code": c} for a, b, c in every]
    return world(dict(enumerate([*rows, *rows])))


def owners() -> World:
    """Return everybody by the tags they may have."""
    words = ("a", "b", "ab", "x")
    rows = [{"tags": list(one)} for size in range(5) for one in combinations(words, size)]
    return world(dict(enumerate([{"tags": None}, *rows])))


def buyers() -> World:
    """Return everybody with up to two payments at telling times, known long, lately or never."""
    hours = (6 * 24 + 1, 7 * 24 - 1, 7 * 24 + 1, 20 * 24, 40 * 24)
    times = [AS_OF - timedelta(hours=ago) for ago in hours]
    known = (AS_OF - timedelta(days=8), AS_OF - timedelta(days=15), utc("2020-01-01"))
    payments = list(product(times, (False, True)))
    chosen = [one for size in range(3) for one in combinations(payments, size)]
    entities: dict[Key, dict[str, Any]] = {}
    events: list[tuple[Key | None, dict[str, Any]]] = []
    for since, happened in product(known, chosen):
        key = len(entities)
        entities[key] = {"joined": since}
        events += [(key, {"at": at, "paid": paid}) for at, paid in happened]
    return world(entities, card=events)


def _vips(seen: World) -> World:
    """Return the world with the later half of its people on a segment."""
    half = frozenset(key for key in seen.entities if int(key) >= len(seen.entities) // 2)
    return replace(seen, segments={"vip": (Published(1, AS_OF, half),)})


class _Remembering(Evaluator):
    """The reference evaluator, which works out each leaf for each entity once."""

    def __init__(self, rule: ResolvedRule, seen: World, *, as_of: datetime) -> None:
        super().__init__(rule, seen, as_of=as_of)
        self._leaves: dict[tuple[Resolved, Key], bool | None] = {}

    def truth(self, node: Resolved, key: Key) -> bool | None:
        if resolved_children(node):
            return super().truth(node, key)
        if (node, key) not in self._leaves:
            self._leaves[node, key] = super().truth(node, key)
        return self._leaves[node, key]


@pytest.mark.parametrize(
    ("leaves", "seen", "found_share"),
    [
        (ONE_FIELD, people(), 1.0),
        (TWO_FIELDS, _vips(people()), 1.0),
        (LISTS, owners(), 0.97),  # what follows from an empty list is missed
        (EVENTS, buyers(), 0.98),
    ],
    ids=["one field", "fields and a segment", "a list", "events"],
)
def test_in_small_worlds_nothing_false_is_claimed_and_little_is_missed(
    leaves: list[Any], seen: World, found_share: float
) -> None:
    rules = [resolve(rule) for rule in groups(leaves)]
    law = _Remembering(rules[0], seen, as_of=AS_OF)
    members = [
        frozenset(key for key in seen.entities if law.truth(rule.where, key) is True)
        for rule in rules
    ]
    prover = Prover(MODEL.time_zone)
    formulas = dict(enumerate(map(prover.read, rules)))
    claimed = true = 0
    for place, formula in formulas.items():
        assert not prover.never(formula) or not members[place]
        assert not prover.always(formula) or len(members[place]) == len(seen.entities)
        later = {other: formulas[other] for other in range(place, len(rules))}
        for other, relation in prover.compared(formula, later).items():
            assert _holds(relation, members[place], members[other]), (rules[place], rules[other])
            holds = _true(members[place], members[other], len(seen.entities))
            claimed += holds and relation is not Relation.NONE
            true += holds
    assert claimed >= found_share * true, (claimed, true)


# -- drawn worlds ----------------------------------------------------------------------------------


def draw_related(setting: Setting) -> Any:
    """Draw conditions that have something to do with each other: tests on one or two fields."""
    choose = setting.choose
    if choose.chance(30):
        return {"any": [draw_leaf(setting) for _ in range(choose.number(2, 4))]}
    names = choose.some(setting.model.attributes, 1, 2)
    fields = {name: setting.model.attributes[name] for name in names}
    tests = [
        draw_test(setting, fields, setting.attribute_values) for _ in range(choose.number(2, 5))
    ]
    return {"any": tests}


def test_no_claim_about_conditions_fails_in_any_drawn_world() -> None:
    claims = 0

    def law(scenario: Scenario) -> None:
        nonlocal claims
        by_zone: dict[str, list[ResolvedRule]] = {}
        for rule in scenario.rules:
            by_zone.setdefault(rule.resolved.time_zone, []).append(rule.resolved)
        for zone, rules in by_zone.items():
            leaves = _varied([leaf for rule in rules for leaf in leaves_of(rule.where)])
            nodes = [*leaves, *map(Negation, leaves)]
            bare = replace(rules[0], universe=None, limit=None, exclude=())
            law_of = Evaluator(bare, scenario.world, as_of=scenario.as_of)
            keys = list(scenario.world.entities)[:12]
            members = [
                frozenset(key for key in keys if law_of.truth(node, key) is True) for node in nodes
            ]
            prover = Prover(zone)
            formulas = dict(enumerate(map(prover.read_node, nodes)))
            for place, formula in formulas.items():
                assert not (prover.never(formula) and members[place]), nodes[place]
                later = {other: formulas[other] for other in range(place, len(nodes))}
                for other, relation in prover.compared(formula, later).items():
                    claims += relation is not Relation.NONE and other != place
                    assert _holds(relation, members[place], members[other]), (
                        relation,
                        nodes[place],
                        nodes[other],
                    )

    check(law, draw_one=draw_related)
    assert claims > 3_000


def test_no_claim_about_whole_rules_fails_in_any_drawn_world() -> None:
    claims = 0

    def law(scenario: Scenario) -> None:
        nonlocal claims
        for rule, other in combinations([one.resolved for one in scenario.rules], 2):
            same = replace(other, time_zone=rule.time_zone, universe=rule.universe)
            wider = replace(same, where=_joined(rule.where, other.where, "any"))
            narrower = replace(same, where=_joined(rule.where, other.where, "all"))
            prover = Prover(rule.time_zone)
            rules = [
                rule,
                same,
                wider,
                narrower,
                replace(rule, limit=None),
                replace(rule, exclude=()),
            ]
            formulas = [prover.read(one) for one in rules]
            members = [evaluate(one, scenario.world, as_of=scenario.as_of).members for one in rules]
            for one, two in combinations(range(len(rules)), 2):
                relation = prover.relation(formulas[one], formulas[two])
                claims += relation is not Relation.NONE
                assert _holds(relation, members[one], members[two]), (rules[one], rules[two])

    check(law)
    assert claims > 500


def test_no_claim_about_a_parent_that_is_looked_into_fails_in_any_drawn_world() -> None:
    claims = 0

    def law(scenario: Scenario) -> None:
        nonlocal claims
        for parent, other in combinations([one.resolved for one in scenario.rules], 2):
            spoken = [*leaves_of(parent.where), *parent.exclude]
            spoken += leaves_of(parent.universe) if parent.universe is not None else ()
            if any(isinstance(leaf, Member) and leaf.segment == "vip" for leaf in spoken):
                continue
            members = evaluate(parent, scenario.world, as_of=scenario.as_of).members
            published = {"vip": (Published(1, scenario.as_of, members),)}
            seen = replace(scenario.world, segments={**scenario.world.segments, **published})
            child = replace(
                parent, where=Member(segment="vip"), universe=None, limit=None, exclude=()
            )
            rules = [
                parent,
                child,
                replace(child, where=Negation(child.where)),
                replace(child, where=Negation(parent.where)),
                replace(child, where=parent.where),
                replace(child, where=_joined(child.where, other.where, "any")),
            ]
            prover = Prover(parent.time_zone, {"vip": parent})
            formulas = [prover.read(one) for one in rules]
            found = [evaluate(one, seen, as_of=scenario.as_of).members for one in rules]
            assert prover.relation(formulas[0], formulas[1]) in (Relation.EQUAL, Relation.NONE)
            for one, two in combinations(range(len(rules)), 2):
                relation = prover.relation(formulas[one], formulas[two])
                claims += relation is not Relation.NONE
                assert _holds(relation, found[one], found[two]), (rules[one], rules[two])

    check(law, rules=2)
    assert claims > 150


def _joined(one: Resolved, two: Resolved, how: str) -> Resolved:
    return Disjunction((one, two)) if how == "any" else Conjunction((one, two))


def _varied(leaves: list[Any]) -> list[Any]:
    """Return leaves, and ones beside them with another count, window, filter, guard or operand."""
    kept = [leaf for leaf in leaves if not (isinstance(leaf, Measure) and leaf.rank != "value")]
    found = list(dict.fromkeys(kept))
    for one in list(found):
        if isinstance(one, Occurrence) and one.pattern.kind == "plain":
            found += [replace(one, count=Count(op, 1)) for op in (">=", "<=", "=")]
            found.append(replace(one, guard=None if one.guard else Guard(None)))
        for two in kept:
            match one, two:
                case Occurrence(), Occurrence() if one.pattern.kind == "plain":
                    found.append(replace(one, scan=replace(one.scan, window=two.scan.window)))
                    if one.scan.sources == two.scan.sources:
                        found.append(replace(one, scan=two.scan))
                case Measure(), Measure() if one.aggregate.output == two.aggregate.output:
                    found.append(replace(one, test=two.test))
                case Measure(), Measure():
                    scan = replace(one.aggregate.scan, window=two.aggregate.scan.window)
                    found.append(replace(one, aggregate=replace(one.aggregate, scan=scan)))
                case _:
                    pass
    return list(dict.fromkeys(found))[:30]
