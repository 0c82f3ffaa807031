"""Laws that hold for every rule over every world, by the reference evaluator alone."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal
from itertools import pairwise

from muster.base import json_value
from muster.base.datamodel import FieldType
from muster.rules.dump import dump_definition
from muster.rules.evaluate import evaluate
from muster.rules.fingerprint import fingerprint
from muster.rules.nodes import (
    All,
    AnyOf,
    AtLeast,
    Attribute,
    Count,
    Definition,
    Did,
    Metric,
    Node,
    Not,
)
from muster.rules.normalise import normalise
from muster.rules.operators import NUMBERS
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Conjunction, Disjunction, Measure, Negation, Resolved, Threshold
from muster.rules.resolved import leaves_of as resolved_leaves_of
from muster.rules.sentence import leaf_sentence, sentence
from tests.strategies.features import leaves_of
from tests.strategies.laws import check, truths_of, where_truths
from tests.strategies.rules import draw_leaf
from tests.strategies.worlds import DrawnRule, Scenario

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
        for fewer, more in pairwise(found):
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

    check(law, draw_one=draw_leaf, rules=36)
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
                if field is None or (field.type is FieldType.LIST and leaf.op != "exists"):
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


def test_a_definition_is_read_alike_bare_and_wrapped() -> None:
    def law(scenario: Scenario) -> None:
        for rule in scenario.rules:
            assert parse_definition({"where": rule.json}) == Definition(rule.definition.where)
            assert parse_definition([rule.json]).where == All((rule.definition.where,))

    check(law, draw_one=draw_leaf, rules=8)
