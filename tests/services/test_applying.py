"""Applying rules: the plan tells what would change, the writing is all or nothing."""

from __future__ import annotations

import pytest

from muster.base.errors import Conflict, InvalidRule, NotFound
from muster.services.applying import (
    apply,
    list_rules,
    plan_apply,
    restore_document,
    show_rule,
)
from muster.services.refresh import refresh
from muster.services.segments import list_segments, read_members
from muster.services.workspaces import save_model
from muster.store import audit
from tests.services.small_workspace import MODEL, documents, keys

HIGHER = """
- {name: spenders, title: Spenders, where: {metric: total_spend, op: ">", value: "300.00"}}
"""


def planned(context, text: str):
    return {effect.name: effect for effect in plan_apply(context, documents(text)).effects}


def test_a_plan_measures_the_rule_and_all_its_children(context) -> None:
    effects = planned(context, HIGHER)
    changes = {name: effect.change for name, effect in effects.items()}
    assert changes == {
        "spenders": "changed",
        "mail_to_win_back": "child",
        "quiet_spenders": "child",
    }
    before = keys(where="spenders")
    spenders = effects["spenders"]
    assert spenders.size_before == len(before)
    assert spenders.size_after == len(before) - spenders.left
    assert spenders.entered == 0
    assert set(spenders.left_sample) <= before
    assert effects["quiet_spenders"].size_before == len(keys(where="quiet_spenders"))


def test_planning_writes_nothing(context) -> None:
    before = list_rules(context)
    plan_apply(context, documents(HIGHER))
    assert list_rules(context) == before


@pytest.mark.parametrize(
    ("text", "change"),
    [
        ("- {name: fresh, where: {did: payment}}", "new"),
        ("- {name: viennese, where: {field: city, op: in, value: [Vienna]}}", "changed"),
        (
            "- {name: quiet, title: Silent, where: {did: payment, window: {last: P30D},"
            " times: {op: '=', n: 0}}}",
            "described",
        ),
        (
            "- {name: quiet, title: Quiet, where: {all: [{did: payment, window: {last: P30D},"
            " times: {op: '=', n: 0}}]}}",
            "unchanged",
        ),
    ],
)
def test_a_plan_says_what_kind_of_change_it_is(context, text, change) -> None:
    (document,) = documents(text)
    assert planned(context, text)[document.name].change == change


def test_applying_writes_a_new_version_and_says_why(context) -> None:
    apply(context, plan_apply(context, documents(HIGHER)), reason="too many")
    rule, versions = show_rule(context, "spenders")
    assert rule.version == 2
    assert [version.reason for version in versions] == ["too many", "first rules"]
    assert versions[0].author == "tester"
    with context.resources.database.transaction() as connection:
        entry = audit.every(connection, context.workspace.id, limit=1)[0]
    assert (entry.action, entry.subject, entry.reason) == ("rule.update", "spenders", "too many")
    assert entry.before["version"] == 1


def test_an_unchanged_rule_gets_no_new_version(context) -> None:
    plan = plan_apply(context, documents())
    assert {effect.change for effect in plan.effects} == {"unchanged"}
    apply(context, plan)
    assert {rule.version for rule in list_rules(context)} == {1}


def test_a_new_rule_has_a_segment_that_was_never_refreshed(context) -> None:
    apply(context, plan_apply(context, documents("- {name: fresh, where: {did: payment}}")))
    found = {entry.segment.name: entry.segment.current for entry in list_segments(context)}
    assert found["fresh"] is None


def test_all_faults_of_all_rules_are_reported_together(context) -> None:
    text = """
- {name: one, where: {field: agee, op: "=", value: 1}}
- {name: two, where: [{did: flight}, {segment: nobody}]}
"""
    with pytest.raises(InvalidRule) as caught:
        plan_apply(context, documents(text))
    assert [problem.path for problem in caught.value.problems] == [
        "one: $[0].where.field",
        "two: $[1].where[0]",
        "two: $[1].where[1]",
    ]


@pytest.mark.parametrize(
    "text",
    [
        "- {name: spenders, where: {segment: mail_to_win_back}}",
        "- {name: a, where: {segment: b}}\n- {name: b, where: {not: {segment: a}}}",
        "- {name: a, where: {did: payment}, exclude: [{segment: a}]}",
        "- {name: a, where: {did: payment}, universe: {segment: a}}",
    ],
)
def test_a_segment_made_of_itself_is_refused(context, text) -> None:
    with pytest.raises(Conflict) as caught:
        plan_apply(context, documents(text))
    assert caught.value.code == "SEGMENT_CYCLE"
    assert "→" in caught.value.sentence


def test_a_cycle_through_a_universe_of_the_data_model_is_refused(context) -> None:
    save_model(context, MODEL.replace("universes:", "universes:\n  rich: {segment: spenders}"))
    apply(
        context,
        plan_apply(context, documents("- {name: in_rich, universe: rich, where: {did: payment}}")),
    )
    with pytest.raises(Conflict):
        plan_apply(context, documents("- {name: spenders, where: {segment: in_rich}}"))


def test_a_rule_that_somebody_changed_meanwhile_is_not_overwritten(context) -> None:
    mine = plan_apply(context, documents(HIGHER))
    theirs = HIGHER.replace("300", "200")
    apply(context, plan_apply(context, documents(theirs + "- {name: x, where: {did: view}}")))
    with pytest.raises(Conflict) as caught:
        apply(context, mine)
    assert caught.value.code == "STALE_VERSION"


def test_one_stale_rule_stops_the_others_too(context) -> None:
    both = HIGHER + "- {name: fresh, where: {did: payment}}"
    mine = plan_apply(context, documents(both))
    apply(context, plan_apply(context, documents(HIGHER)))
    with pytest.raises(Conflict):
        apply(context, mine)
    assert "fresh" not in {rule.name for rule in list_rules(context)}


def test_an_old_version_is_restored_by_applying_it(context) -> None:
    apply(context, plan_apply(context, documents(HIGHER)))
    plan = plan_apply(context, [restore_document(context, "spenders", 1)])
    assert plan.effects[0].change == "changed"
    apply(context, plan, reason="back")
    refresh(context, ["spenders"])
    found = {row[0] for row in read_members(context, "spenders", limit=100).rows}
    assert found == keys(where="spenders")
    assert show_rule(context, "spenders")[0].version == 3


def test_depends_on_takes_ids_and_stores_names(context) -> None:
    numbers = {rule.name: rule.id for rule in list_rules(context)}
    text = f"- {{name: both, depends_on: [{numbers['quiet']}, {numbers['viennese']}]}}"
    apply(context, plan_apply(context, documents(text)))
    assert show_rule(context, "both")[0].definition["depends_on"] == ["quiet", "viennese"]


def test_an_unknown_id_is_refused(context) -> None:
    with pytest.raises(InvalidRule) as caught:
        plan_apply(context, documents("- {name: both, depends_on: [999999]}"))
    (problem,) = caught.value.problems
    assert (problem.code, problem.path) == ("UNKNOWN_SEGMENT", "both: $[0].depends_on[0]")


def test_an_unmeasured_plan_looks_at_no_data(context) -> None:
    context.warehouse_path.unlink()
    plan = plan_apply(context, documents(HIGHER), measured=False)
    assert plan.effects[0].change == "changed"
    with pytest.raises(NotFound):
        plan_apply(context, documents(HIGHER))
