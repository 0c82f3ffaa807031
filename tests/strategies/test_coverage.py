"""The strategies reach the whole language, and what they draw is neither always true nor false."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import given, settings

from muster.base.datamodel import FieldType
from muster.model.dump import dump_model
from muster.model.load import load_model
from muster.rules.evaluate import Evaluator
from muster.rules.operators import AGGREGATES, COUNT_OPERATORS, OPERATORS
from muster.rules.resolve import resolve_rule
from muster.rules.truth import Truth
from muster.rules.windows import CALENDAR_PERIODS
from tests.strategies.features import features_of, judged_features_of, leaves_of
from tests.strategies.runs import run_fresh
from tests.strategies.worlds import Scenario, scenarios

WORLDS = 360
RULES = 8

KINDS = (
    *("All", "AnyOf", "Not", "AtLeast"),
    *("Attribute", "Did", "Metric", "Sequence", "Member", "Near", "Bucket", "Facets"),
)
LEAF_KINDS = KINDS[4:]
FOLDS = ("none", "case", "case_accent")
COMPARISONS = ("=", "!=", ">", ">=", "<", "<=", "before", "after")
SHAPES = ("circle", "polygon", "place")
PATTERNS = ("plain", "first_time", "stopped", "restarted", "regular")

PRODUCED = {
    *(f"kind:{kind}" for kind in KINDS),
    *(f"event kind:{kind}" for kind in ("All", "AnyOf", "Not", "AtLeast", "Attribute", "Near")),
    *(f"op:{op}" for op in OPERATORS),
    *(f"event op:{op}" for op in OPERATORS),
    *(f"{where}value_field:{op}" for op in COMPARISONS for where in ("", "event ")),
    *(f"{where}fold:{fold}" for fold in FOLDS for where in ("", "event ")),
    *(f"{where}near:{shape}" for shape in SHAPES for where in ("", "event ")),
    *("nulls:include", "event nulls:include", "quant:all", "quant:none"),
    *(f"bounds:{bounds}" for bounds in ("[]", "[)", "(]", "()")),
    *(f"pattern:{pattern}" for pattern in PATTERNS),
    *(f"times:{op}" for op in COUNT_OPERATORS),
    *(f"distinct:{unit}" for unit in ("day", "week", "month", "field")),
    *(f"observed:{form}" for form in ("window", "length", "include")),
    *("stopped:own length", "stopped:default length", "regular:calendar_day"),
    *("restarted:own length", "restarted:default length"),
    *(f"ad hoc:{aggregate}" for aggregate in AGGREGATES),
    *(f"rank:{rank}" for rank in ("value", "percentile", "top_n")),
    *("empty:zero", "empty:unknown", "named metric", "metric op:in", "metric op:between"),
    *("step:within", "step:not_before", "step:absent", "step:absent last", "same"),
    *(f"start:{start}" for start in ("any", "first", "last")),
    *(f"member:{form}" for form in ("list", "segment", "not in", "version", "entered", "exited")),
    *("facet:age_bands", "facet:demographics", "facet:locations", "facet:min_affinity"),
    *(
        f"facet:interests {name} {how}"
        for name in ("any", "all", "none")
        for how in ("listed", "shown")
    ),
    *(f"window:{kind} {how}" for kind in ("Last", "Ago") for how in ("rolling", "calendar_day")),
    *("window:AllTime", "window:Between date date", "window:Between datetime datetime"),
    *("window:Between date NoneType", "window:Between NoneType datetime"),
    *(f"window:Calendar {period}" for period in CALENDAR_PERIODS),
    *("universe:name", "universe:node", "limit:asc", "limit:desc", "tz", "dates"),
    *("exclude:list", "exclude:segment", "bare list", "bare condition"),
    *(f"operation:{name}" for name in ("INTERSECTION", "UNION", "DIFFERENCE")),
    *("bucket:part", "bucket:whole"),
}
JUDGED = {
    *(f"kind:{kind}" for kind in LEAF_KINDS),
    *(f"op:{op}" for op in OPERATORS),
    *(f"aggregate:{aggregate}" for aggregate in AGGREGATES),
    *(f"pattern:{pattern}" for pattern in PATTERNS),
    *("rank:value", "rank:percentile", "rank:top_n", "metric as field"),
}
NEVER_UNKNOWN = {
    *("op:exists", "op:missing", "kind:Sequence", "kind:Member", "kind:Bucket"),
    *(f"pattern:{pattern}" for pattern in PATTERNS[1:]),
}


@pytest.fixture(scope="module")
def seen() -> tuple[Counter[str], Counter[tuple[str, Truth]], Counter[str]]:
    """Draw many scenarios and count: features produced, truths per feature, what rules came to."""
    produced: Counter[str] = Counter()
    judged: Counter[tuple[str, Truth]] = Counter()
    rules: Counter[str] = Counter()

    def count(scenario: Scenario) -> None:
        world, model = scenario.world, scenario.world.model
        for rule in scenario.rules:
            produced.update(features_of(rule.json, rule.definition))
            truths: Counter[Truth] = Counter()
            evaluator = Evaluator(rule.resolved, world, as_of=scenario.as_of)
            truths.update(evaluator.truth(rule.resolved.where, key) for key in world.entities)
            rules["all"] += 1
            rules["mixed"] += len(truths) > 1
            for leaf in leaves_of(rule.definition.where):
                alone = resolve_rule(replace(rule.definition, where=leaf), model)
                found = Counter(evaluator.truth(alone.where, key) for key in world.entities)
                for feature in judged_features_of(leaf, model):
                    for truth, number in found.items():
                        judged[feature, truth] += number

    run_fresh(scenarios(rules=RULES), count, examples=WORLDS)
    return produced, judged, rules


def test_every_part_of_the_language_is_drawn(
    seen: tuple[Counter[str], Counter[tuple[str, Truth]], Counter[str]],
) -> None:
    produced, _, rules = seen
    assert rules["all"] >= WORLDS * RULES * 0.9
    assert sorted(PRODUCED - set(produced)) == []


def test_every_kind_operator_and_aggregate_is_true_for_some_and_false_for_others(
    seen: tuple[Counter[str], Counter[tuple[str, Truth]], Counter[str]],
) -> None:
    _, judged, _ = seen
    wanted = {(feature, truth) for feature in JUDGED for truth in (True, False)}
    assert sorted(wanted - set(judged)) == []


def test_every_part_that_can_be_unknown_is_so_for_somebody(
    seen: tuple[Counter[str], Counter[tuple[str, Truth]], Counter[str]],
) -> None:
    _, judged, _ = seen
    assert sorted(feature for feature in JUDGED - NEVER_UNKNOWN if not judged[feature, None]) == []
    assert sorted(feature for feature in NEVER_UNKNOWN if judged[feature, None]) == []


def test_a_good_share_of_the_rules_divides_the_entities(
    seen: tuple[Counter[str], Counter[tuple[str, Truth]], Counter[str]],
) -> None:
    _, _, rules = seen
    assert rules["mixed"] > rules["all"] * 0.35


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(scenarios(rules=0))
def test_a_drawn_model_is_one_that_a_model_file_can_say(scenario: Scenario) -> None:
    model = scenario.world.model
    assert load_model(dump_model(model)) == model


@settings(max_examples=60, derandomize=True, database=None, deadline=None)
@given(scenarios(rules=0))
def test_every_operator_has_a_field_to_be_about(scenario: Scenario) -> None:
    types = {field.type for field in scenario.world.model.attributes.values()}
    assert types >= set(FieldType)
