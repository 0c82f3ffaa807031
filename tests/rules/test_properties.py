"""Laws that hold for every rule over every world, by the reference evaluator alone."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from muster.base import json_value
from muster.base.datamodel import FieldType
from muster.rules.dump import dump_definition
from muster.rules.evaluate import Evaluator, evaluate, in_bucket
from muster.rules.fingerprint import fingerprint
from muster.rules.nodes import (
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Bucket,
    Count,
    Definition,
    Did,
    Metric,
    Node,
    Not,
    Observed,
)
from muster.rules.normalise import normalise
from muster.rules.operators import NUMBERS
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Conjunction, Disjunction, Measure, Negation, Resolved, Threshold
from muster.rules.resolved import leaves_of as resolved_leaves_of
from muster.rules.sentence import leaf_sentence, sentence
from muster.rules.truth import Truth
from muster.rules.windows import CALENDAR_PERIODS, AllTime, Between, Calendar, interval_of
from muster.rules.world import Key, World
from tests.strategies.features import leaves_of
from tests.strategies.moments import ZONES, as_of_instants
from tests.strategies.rows import unknown_keys
from tests.strategies.rules import draw_leaf
from tests.strategies.runs import run_fresh
from tests.strategies.setting import Grammar
from tests.strategies.worlds import DrawnRule, Scenario, scenarios

EXAMPLES = 48
Truths = dict[Key, Truth]


def check(law: Callable[[Scenario], None], *, rules: int = 4, **how: Any) -> None:
    """Check a law on many scenarios."""
    run_fresh(scenarios(rules=rules, **how), law, examples=EXAMPLES)


def truths_of(
    scenario: Scenario, node: Node, rule: DrawnRule, world: World | None = None
) -> Truths:
    """Return a condition's truths in place of the rule's own condition."""
    definition = replace(rule.definition, where=node)
    resolved = resolve_rule(definition, scenario.world.model)
    return evaluate(resolved, world or scenario.world, as_of=scenario.as_of).truths


def where_truths(scenario: Scenario, rule: DrawnRule, world: World | None = None) -> Truths:
    return evaluate(rule.resolved, world or scenario.world, as_of=scenario.as_of).truths


def members(scenario: Scenario, rule: DrawnRule, world: World) -> frozenset[Key]:
    return evaluate(rule.resolved, world, as_of=scenario.as_of).members


# -- logic -----------------------------------------------------------------------------------------


def test_a_rule_its_negation_and_the_unknown_make_up_the_universe_without_overlap() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            bare = replace(rule.resolved, limit=None, exclude=())
            found = evaluate(bare, scenario.world, as_of=scenario.as_of)
            negated = replace(bare, where=Negation(bare.where))
            others = evaluate(negated, scenario.world, as_of=scenario.as_of)
            unknown = {key for key in found.universe if found.truths[key] is None}
            assert found.universe == others.universe
            assert found.members | others.members | unknown == found.universe
            assert len(found.members) + len(others.members) + len(unknown) == len(found.universe)

    check(law)


def test_the_order_of_conditions_does_not_matter() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            turned = replace(rule.resolved, where=_turned(rule.resolved.where))
            found = evaluate(turned, scenario.world, as_of=scenario.as_of)
            assert found.truths == where_truths(scenario, rule)

    check(law)


def _turned(node: Resolved) -> Resolved:
    match node:
        case Conjunction(children):
            return Conjunction(tuple(_turned(child) for child in reversed(children)))
        case Disjunction(children):
            return Disjunction(tuple(_turned(child) for child in reversed(children)))
        case Threshold(n, children):
            return Threshold(n, tuple(_turned(child) for child in reversed(children)))
        case Negation(child):
            return Negation(_turned(child))
        case _:
            return node


def test_de_morgan() -> None:
    def law(scenario: Scenario) -> None:
        leaves, rule = _leaves(scenario), scenario.rules[0]
        opposites = tuple(Not(leaf) for leaf in leaves)
        assert truths_of(scenario, Not(All(leaves)), rule) == truths_of(
            scenario, AnyOf(opposites), rule
        )
        assert truths_of(scenario, Not(AnyOf(leaves)), rule) == truths_of(
            scenario, All(opposites), rule
        )

    check(law, draw_one=draw_leaf)


def _leaves(scenario: Scenario) -> tuple[Node, ...]:
    return tuple(leaf for rule in scenario.rules for leaf in leaves_of(rule.definition.where))


def test_at_least_lies_between_any_and_all() -> None:
    def law(scenario: Scenario) -> None:
        leaves, rule = _leaves(scenario), scenario.rules[0]
        size = len(leaves)
        found = [truths_of(scenario, AtLeast(n, leaves), rule) for n in range(size + 2)]
        assert set(found[0].values()) <= {True}
        assert set(found[size + 1].values()) <= {False}
        assert found[1] == truths_of(scenario, AnyOf(leaves), rule)
        assert found[size] == truths_of(scenario, All(leaves), rule)
        for fewer, more in zip(found, found[1:], strict=False):
            assert all(fewer[key] is True for key in more if more[key] is True)
            assert all(more[key] is False for key in fewer if fewer[key] is False)
        opposites = tuple(Not(leaf) for leaf in leaves)
        for n in range(size + 2):
            dual = truths_of(scenario, AtLeast(max(size + 1 - n, 0), opposites), rule)
            assert truths_of(scenario, Not(AtLeast(n, leaves)), rule) == dual

    check(law, draw_one=draw_leaf)


# -- thresholds and operators ----------------------------------------------------------------------


def test_raising_a_lower_bound_adds_nobody() -> None:
    raised: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                higher = _raised(leaf, rule, scenario)
                if higher is None:
                    continue
                raised[type(leaf).__name__] += 1
                low = truths_of(scenario, leaf, rule)
                high = truths_of(scenario, higher, rule)
                assert all(low[key] is True for key in high if high[key] is True)
                assert all(high[key] is False for key in low if low[key] is False)

    check(law, draw_one=draw_leaf, rules=12)
    assert set(raised) == {"Attribute", "Did", "Metric"}
    assert min(raised.values()) > 5


def _raised(leaf: Node, rule: DrawnRule, scenario: Scenario) -> Node | None:
    match leaf:
        case Did() if leaf.times.op in (">=", ">") and leaf.pattern.kind == "plain":
            return replace(leaf, times=Count(leaf.times.op, leaf.times.low + 1))
        case Metric() if leaf.op in (">=", ">") and leaf.rank != "top_n":
            (resolved,) = resolved_leaves_of(rule.resolved.where)
            assert isinstance(resolved, Measure)
            if resolved.test.field.type in NUMBERS:
                return replace(leaf, value=Decimal(str(leaf.value)) + 1)
        case Attribute() if leaf.op in (">=", ">") and leaf.value_field is None:
            field = scenario.world.model.attributes.get(leaf.field.removeprefix("user."))
            if field is not None and field.type in NUMBERS and not leaf.nulls_included:
                return replace(leaf, value=Decimal(str(leaf.value)) + 1)
    return None


OPPOSITES = {"=": "!=", "in": "not_in", "contains": "not_contains", "exists": "missing"}


def test_an_operator_and_its_opposite_split_those_of_whom_something_is_known() -> None:
    seen: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        attributes = scenario.world.model.attributes
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                if not isinstance(leaf, Attribute) or leaf.op not in OPPOSITES:
                    continue
                field = attributes.get(leaf.field.removeprefix("user."))
                if field is None or field.type is FieldType.LIST and leaf.op != "exists":
                    continue
                seen[leaf.op] += 1
                leaf = replace(leaf, nulls_included=False)
                opposite = replace(leaf, op=OPPOSITES[leaf.op])
                assert truths_of(scenario, Not(leaf), rule) == truths_of(scenario, opposite, rule)

    check(law, draw_one=draw_leaf, rules=12)
    assert set(seen) == set(OPPOSITES)


def test_including_nulls_adds_exactly_those_of_whom_nothing_is_known() -> None:
    added: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                local = leaf.field.removeprefix("user.") if isinstance(leaf, Attribute) else ""
                if local not in scenario.world.model.attributes:
                    continue
                assert isinstance(leaf, Attribute)
                without = truths_of(scenario, replace(leaf, nulls_included=False), rule)
                included = truths_of(scenario, replace(leaf, nulls_included=True), rule)
                assert included == {
                    key: True if truth is None else truth for key, truth in without.items()
                }
                added["people"] += sum(truth is None for truth in without.values())

    check(law, draw_one=draw_leaf, rules=8)
    assert added["people"] > 50


def test_not_having_done_is_the_opposite_of_having_done_with_every_guard() -> None:
    guarded: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                if not isinstance(leaf, Did) or leaf.pattern.kind != "plain":
                    continue
                never = truths_of(scenario, replace(leaf, times=Count("=", 0)), rule)
                once = replace(leaf, times=Count(">=", 1))
                assert never == truths_of(scenario, Not(once), rule)
                guarded["unknown"] += list(never.values()).count(None)

    check(law, draw_one=draw_leaf, rules=12)
    assert guarded["unknown"] > 20


# -- spelling --------------------------------------------------------------------------------------


def test_a_rule_survives_being_written_and_read_again() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            text = json_value.dumps(dump_definition(rule.definition))
            assert parse_definition(json_value.loads(text)) == rule.definition

    check(law, rules=8)


def test_the_normal_form_means_the_same_and_is_normal() -> None:
    def law(scenario: Scenario) -> None:
        segments = tuple(scenario.world.segments)
        for rule in scenario.rules:
            normal = normalise(rule.definition)
            assert normalise(normal) == normal
            assert fingerprint(normal) == fingerprint(rule.definition)
            resolved = resolve_rule(normal, scenario.world.model, segments=segments)
            expected = evaluate(rule.resolved, scenario.world, as_of=scenario.as_of)
            assert evaluate(resolved, scenario.world, as_of=scenario.as_of) == expected

    check(law, rules=8)


def test_every_rule_reads_as_a_sentence_and_each_condition_too() -> None:
    def law(scenario: Scenario) -> None:
        model = scenario.world.model
        for rule in scenario.rules:
            text = sentence(rule.resolved, model)
            assert text.endswith(".")
            assert "None" not in text.replace("None's", "")
            for leaf in resolved_leaves_of(rule.resolved.where):
                words = leaf_sentence(leaf, model, time_zone=rule.resolved.time_zone)
                assert words
                assert not words.endswith(".")

    check(law, rules=8)


# -- time ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ZONES)
def test_calendar_periods_tile(name: str) -> None:
    zone = ZoneInfo(name)
    for as_of in as_of_instants(zone):
        spans = {
            period: interval_of(Calendar(period), as_of_utc=as_of, zone=zone)
            for period in CALENDAR_PERIODS
        }
        assert spans["yesterday"].end == spans["today"].start
        for unit in ("week", "month", "quarter", "year"):
            before, current = spans[f"prev_{unit}"], spans[f"this_{unit}"]
            assert before.start is not None
            assert current.start is not None
            assert before.start < before.end == current.start <= as_of == current.end
            local = current.start.astimezone(zone)
            assert (local.hour, local.minute) == (0, 0)


def test_nothing_at_or_after_the_instant_of_a_run_counts() -> None:
    later = (timedelta(0), timedelta(microseconds=1), timedelta(days=3))

    def law(scenario: Scenario) -> None:
        world = scenario.world
        times = {name: source.at for name, source in world.model.events.items()}
        grown = {
            name: [
                *((key, row) for key, row in rows if _is_before(row[times[name]], scenario.as_of)),
                *(
                    (key, {**row, "id": None, times[name]: scenario.as_of + later[place % 3]})
                    for place, (key, row) in enumerate(rows)
                ),
            ]
            for name, rows in world.events.items()
            if not world.model.events[name].keep_latest
        }
        changed = replace(world, events={**world.events, **grown})
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def _is_before(at: datetime | None, as_of: datetime) -> bool:
    return at is not None and at < as_of


def test_happening_ever_is_happening_before_a_moment_or_since() -> None:
    def law(scenario: Scenario) -> None:
        moments = [scenario.as_of, scenario.as_of - timedelta(days=30), date(2025, 1, 1)]
        for rule in scenario.rules:
            for leaf in leaves_of(rule.definition.where):
                if not isinstance(leaf, Did) or leaf.pattern.kind != "plain":
                    continue
                leaf = replace(leaf, times=Count(">=", 1), observed=Observed(False))
                ever = truths_of(scenario, replace(leaf, window=AllTime()), rule)
                for moment in moments:
                    parts = (
                        replace(leaf, window=Between(None, moment)),
                        replace(leaf, window=Between(moment, None)),
                    )
                    assert truths_of(scenario, AnyOf(parts), rule) == ever

    check(law, draw_one=draw_leaf, rules=8)


def test_moving_all_rows_and_the_run_by_whole_weeks_changes_nothing() -> None:
    weeks = timedelta(weeks=52)

    def law(scenario: Scenario) -> None:
        world = scenario.world
        moved = replace(
            world,
            entities={key: _moved(row, weeks) for key, row in world.entities.items()},
            events={
                name: [(key, _moved(row, weeks)) for key, row in rows]
                for name, rows in world.events.items()
            },
        )
        later = replace(scenario, as_of=scenario.as_of + weeks)
        for rule in scenario.rules:
            assert where_truths(later, rule, moved) == where_truths(scenario, rule)

    check(law, grammar=Grammar(depth=2, shiftable=True), rules=6)


def _moved(row: Mapping[str, Any], length: timedelta) -> dict[str, Any]:
    return {
        name: value + length if isinstance(value, date) else value for name, value in row.items()
    }


# -- rows ------------------------------------------------------------------------------------------


def test_events_of_nobody_change_nothing() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        nobody = unknown_keys(list(world.entities))
        strangers = {
            name: [
                *rows,
                *(
                    (nobody[place % len(nobody)], {**row, "id": None})
                    for place, (_, row) in enumerate(rows)
                ),
            ]
            for name, rows in world.events.items()
        }
        changed = replace(world, events=strangers)
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def test_the_order_of_rows_does_not_matter() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        changed = replace(
            world,
            entities=dict(reversed(world.entities.items())),
            events={name: list(reversed(rows)) for name, rows in world.events.items()},
        )
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)


def test_an_older_copy_of_an_event_changes_nothing_where_the_latest_counts() -> None:
    copied: Counter[str] = Counter()

    def law(scenario: Scenario) -> None:
        world = scenario.world
        grown = dict(world.events)
        for name, source in world.model.events.items():
            if source.keep_latest and source.ingested_at:
                first = datetime(1971, 1, 1, tzinfo=UTC)
                newest = {row["id"]: row for _, row in world.events[name] if row["id"] is not None}
                owners = list(world.entities) or [None]
                grown[name] = [
                    *world.events[name],
                    *(
                        (owners[place % len(owners)], {**row, source.ingested_at: None})
                        for place, row in enumerate(newest.values())
                        if _says_when(world, name, source.ingested_at, row["id"], first)
                    ),
                ]
                copied["rows"] += len(grown[name]) - len(world.events[name])
        changed = replace(world, events=grown)
        for rule in scenario.rules:
            assert members(scenario, rule, changed) == members(scenario, rule, world)

    check(law, rules=8)
    assert copied["rows"] > 20


def _says_when(world: World, name: str, ingested_at: str, identity: Any, first: datetime) -> bool:
    """Whether all copies of an event say when they came in, so that one that does not loses."""
    return all(
        row[ingested_at] is not None and row[ingested_at] > first
        for _, row in world.events[name]
        if row["id"] == identity
    )


def test_entities_are_judged_one_by_one_unless_they_are_ranked() -> None:
    def law(scenario: Scenario) -> None:
        world = scenario.world
        for key in list(world.entities)[:2]:
            alone = replace(world, entities={key: world.entities[key]})
            for rule in scenario.rules:
                if not _is_ranked(rule.resolved.where):
                    evaluator = Evaluator(rule.resolved, alone, as_of=scenario.as_of)
                    truth = evaluator.truth(rule.resolved.where, key)
                    assert truth is where_truths(scenario, rule)[key]

    check(law, rules=6)


def _is_ranked(node: Resolved) -> bool:
    return any(
        isinstance(leaf, Measure) and leaf.rank != "value" for leaf in resolved_leaves_of(node)
    )


def test_limits_and_exclusions_only_take_away_and_a_limit_is_kept() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            found = evaluate(rule.resolved, scenario.world, as_of=scenario.as_of)
            bare = replace(rule.resolved, limit=None, exclude=())
            everyone = evaluate(bare, scenario.world, as_of=scenario.as_of).members
            assert found.members <= everyone <= found.universe
            if rule.resolved.limit is not None:
                limited = evaluate(
                    replace(rule.resolved, exclude=()), scenario.world, as_of=scenario.as_of
                )
                assert len(limited.members) == min(rule.resolved.limit.n, len(everyone))

    check(law, rules=8)


@given(
    st.lists(st.decimals(0, 1, places=9), max_size=5),
    st.text(min_size=1, max_size=5, alphabet="abcé' "),
    st.one_of(st.integers(-(2**63), 2**63 - 1), st.text(max_size=8)),
)
def test_neighbouring_buckets_hold_everyone_once(
    cuts: list[Decimal], salt: str, key: int | str
) -> None:
    ends = sorted({Decimal(0), Decimal(1), *cuts})
    buckets = [Bucket(salt, str(low), str(high)) for low, high in zip(ends, ends[1:], strict=False)]
    assert sum(in_bucket(bucket, key) for bucket in buckets) == 1


def test_a_definition_is_read_alike_bare_and_wrapped() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            assert parse_definition({"where": rule.json}) == Definition(rule.definition.where)
            assert parse_definition([rule.json]).where == All((rule.definition.where,))

    check(law, draw_one=draw_leaf, rules=8)
