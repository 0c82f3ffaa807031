"""What a rule has to do with the published ones: offered, never forced, and true of the members."""

from __future__ import annotations

from typing import Any

import pytest

from muster.base.errors import InvalidRule
from muster.rules.document import read_documents
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.counting import count_definition, lint_definition
from muster.services.reuse import Finding, find_reuse, reuse_warnings
from muster.services.workspaces import current_model

VIENNA = {"field": "city", "op": "=", "value": "Vienna"}
SPENT = {"metric": "total_spend", "op": ">", "value": "100.00"}
QUIET = {"did": "payment", "window": {"last": "P30D"}, "times": {"op": "=", "n": 0}}
ELSEWHERE = {"field": "city", "op": "!=", "value": "Vienna", "nulls": "include"}


def findings(context: WorkspaceContext, rule: Any, name: str | None = None) -> tuple[Finding, ...]:
    return find_reuse(context, parse_definition(rule), name=name).findings


def told(context: WorkspaceContext, rule: Any, name: str | None = None) -> list[tuple[str, ...]]:
    return [(one.relation, *one.segments) for one in findings(context, rule, name)]


CASES: list[tuple[Any, list[tuple[str, ...]]]] = [
    (VIENNA, [("equal", "viennese"), ("superset", "mail_to_win_back")]),
    (
        {"not": {"field": "city", "op": "!=", "value": "Vienna"}},
        [("equal", "viennese"), ("superset", "mail_to_win_back")],
    ),
    (
        [QUIET, SPENT],
        [
            ("equal", "quiet_spenders"),
            ("subset", "quiet"),
            ("subset", "spenders"),
            ("superset", "mail_to_win_back"),
        ],
    ),
    (
        {"any": [SPENT, VIENNA]},
        [
            ("composed", "spenders", "viennese"),
            ("superset", "spenders"),
            ("superset", "viennese"),
            ("superset", "quiet_spenders"),
            ("superset", "mail_to_win_back"),
        ],
    ),
    (
        [SPENT, ELSEWHERE],
        [
            ("composed", "spenders", "viennese"),
            ("part", "spenders"),
            ("subset", "spenders"),
            ("disjoint", "viennese"),
            ("disjoint", "mail_to_win_back"),
        ],
    ),
    (
        [SPENT, VIENNA, {"field": "age", "op": ">", "value": 50}],
        [
            ("part", "spenders"),
            ("part", "viennese"),
            ("subset", "spenders"),
            ("subset", "viennese"),
        ],
    ),
    ({"metric": "total_spend", "op": ">", "value": "200.00"}, [("subset", "spenders")]),
    ({"field": "age", "op": ">", "value": 50}, []),
    ([VIENNA, ELSEWHERE], []),  # nobody, of which anything could be said
]


@pytest.mark.parametrize(("rule", "expected"), CASES, ids=str)
def test_a_rule_is_held_against_every_published_one(
    shared: WorkspaceContext, rule: Any, expected: list[tuple[str, ...]]
) -> None:
    assert sorted(told(shared, rule)) == sorted(expected)


@pytest.mark.parametrize("rule", [rule for rule, _ in CASES], ids=str)
def test_what_is_offered_has_the_same_members(shared: WorkspaceContext, rule: Any) -> None:
    wanted = count_definition(shared, parse_definition(rule)).size
    for found in findings(shared, rule):
        assert (found.definition is None) == (found.relation in ("subset", "superset", "disjoint"))
        if found.definition is not None:
            assert count_definition(shared, parse_definition(found.definition)).size == wanted


def test_a_composition_is_offered_as_depends_on_and_operation(shared: WorkspaceContext) -> None:
    rule = {"where": [SPENT, ELSEWHERE], "universe": "adults", "ttl": "P1D"}
    (found,) = (one for one in findings(shared, rule) if one.relation == "part")
    assert found.definition == {
        "where": {"all": [{"segment": "spenders"}, ELSEWHERE]},
        "universe": "adults",
        "ttl": "P1D",
    }
    (found,) = (one for one in findings(shared, rule["where"]) if one.relation == "composed")
    assert found.operation == "DIFFERENCE"
    assert found.definition == {"depends_on": ["spenders", "viennese"], "operation": "DIFFERENCE"}
    assert found.sentence == (
        'The members are exactly those who are in "spenders" but not in "viennese".'
    )


def test_neither_a_rule_itself_nor_what_is_made_of_it_is_offered(shared: WorkspaceContext) -> None:
    assert told(shared, VIENNA, "viennese") == [("superset", "mail_to_win_back")]
    assert told(shared, [SPENT, QUIET], "spenders") == [("part", "quiet"), ("subset", "quiet")]
    # quiet is in what it is made of already
    assert ("subset", "quiet") not in told(shared, [{"segment": "quiet"}, VIENNA])


def test_a_limit_an_exclusion_and_a_universe_are_looked_at(shared: WorkspaceContext) -> None:
    limited = {"where": VIENNA, "limit": {"n": 3, "rank_by": "total_spend"}}
    assert told(shared, limited) == [("subset", "viennese")]
    excluded = {"where": VIENNA, "exclude": [{"list": "suppression"}]}
    assert ("subset", "viennese") in told(shared, excluded)
    adults = {"where": [VIENNA, SPENT], "universe": "adults"}
    assert ("part", "viennese") in told(shared, adults)
    assert all(relation != "equal" for relation, *_ in told(shared, adults))


def test_a_rule_of_another_time_zone_is_not_compared(shared: WorkspaceContext) -> None:
    found = find_reuse(shared, parse_definition({"where": VIENNA, "tz": "Asia/Tokyo"}))
    assert (found.findings, found.compared) == ((), 0)


def test_a_rule_that_does_not_fit_the_model_is_refused(shared: WorkspaceContext) -> None:
    with pytest.raises(InvalidRule):
        find_reuse(shared, parse_definition({"field": "nobody", "op": "exists"}))


def test_a_new_version_is_seen_at_once(context: WorkspaceContext) -> None:
    graz = {"field": "city", "op": "in", "value": ["Graz"]}
    assert told(context, graz) == [("disjoint", "viennese"), ("disjoint", "mail_to_win_back")]
    document = {"name": "graz", "where": {"field": "city", "op": "=", "value": "Graz"}}
    apply(context, plan_apply(context, read_documents(document), measured=False))
    assert ("equal", "graz") in told(context, graz)


WARNED: list[tuple[Any, list[tuple[str, str]]]] = [
    (VIENNA, [("DUPLICATE_SEGMENT", "$")]),
    ([SPENT, QUIET], [("DUPLICATE_SEGMENT", "$[0]")]),
    (
        [{"field": "age", "op": ">", "value": 50}, SPENT, QUIET],
        [("SUBSET_OF_SEGMENT", "$[1]")],
    ),
    ([{"field": "age", "op": ">", "value": 50}, SPENT], []),  # one condition is shared anyway
    ({"metric": "total_spend", "op": ">", "value": "200.00"}, []),
    ([{"segment": "viennese"}, {"field": "age", "op": ">", "value": 50}], []),
    ([VIENNA, ELSEWHERE], []),
]


@pytest.mark.parametrize(("rule", "expected"), WARNED, ids=str)
def test_the_linter_names_the_segment_to_reuse(
    shared: WorkspaceContext, rule: Any, expected: list[tuple[str, str]]
) -> None:
    definition = parse_definition(rule)
    resolved = resolve_rule(definition, current_model(shared))
    found = reuse_warnings(shared, definition, resolved)
    assert [(one.code, one.path) for one in found] == expected
    assert set(found) <= set(lint_definition(shared, definition)[1])


def test_a_saved_rule_is_no_duplicate_of_itself(shared: WorkspaceContext) -> None:
    _, warnings = lint_definition(shared, parse_definition(VIENNA), name="viennese")
    assert warnings == ()
