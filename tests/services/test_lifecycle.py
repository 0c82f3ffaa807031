"""The life of a rule: drafts, publication, archive, deletion; what waits for a second person."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import insert, select

from muster.base.errors import Conflict, Forbidden, InvalidInput, InvalidRule, NotFound
from muster.base.people import Role, local_principal, permissions_of
from muster.base.records import ApprovalState, RuleStatus
from muster.services import approving, lifecycle
from muster.services.applying import plan_apply, show_rule
from muster.services.effects import Effect
from muster.services.segments import list_segments
from muster.services.wave import read_catalog
from muster.services.workspaces import current_model, save_model
from muster.store import approvals, audit, schedules
from muster.store import rules as rule_store
from muster.store.tables_notices import notifications
from muster.store.tables_people import workspace_settings
from tests.services.small_workspace import MODEL, documents

HIGHER = "- {name: spenders, title: Spenders, where: {metric: total_spend, op: '>', value: 300}}"
FRESH = "- {name: fresh, title: Fresh, schedule: '@daily', where: {did: view}}"


def one(text: str):
    (document,) = documents(text)
    return document


def rule_named(context, name: str):
    return show_rule(context, name)[0]


def save(context, text: str, **options):
    """Create or edit the rule of a text."""
    document = one(text)
    known = {rule.name: rule.id for rule in _every(context)}
    return lifecycle.save(
        context,
        document,
        rule_id=known.get(document.name),
        expected_version=options.pop("expected_version", None),
        **options,
    )


def _every(context):
    with context.transaction() as connection:
        return rule_store.every(connection, context.workspace.id)


def evaluated(context, name: str):
    return read_catalog(context, current_model(context)).rules.get(name)


def crons(context) -> dict[int, str]:
    with context.transaction() as connection:
        found = schedules.page(
            connection, context.workspace.id, wanted=schedules.ScheduleFilter(), limit=100
        )[0]
    return {item.schedule.rule_id: item.schedule.cron for item in found}


def last_action(context) -> tuple[str, str, str]:
    with context.transaction() as connection:
        entry = audit.every(connection, context.workspace.id, limit=1)[0]
    return entry.action, entry.subject, entry.reason


def ask_from(context, share: float) -> None:
    """Let edits that move this share of members wait for approval."""
    with context.transaction() as connection:
        connection.execute(
            insert(workspace_settings).values(
                workspace_id=context.workspace.id,
                document={"approval_share": share},
                revision=1,
            )
        )


def acting(context, name: str, role: Role):
    """The same workspace, entered by somebody else."""
    return replace(
        context, principal=local_principal(name), role=role, permissions=permissions_of(role)
    )


def told(context) -> list[str]:
    with context.transaction() as connection:
        return list(connection.scalars(select(notifications.c.kind).order_by(notifications.c.id)))


def test_a_saved_rule_is_published_with_its_segment_and_schedule(context) -> None:
    saved = save(context, FRESH, reason="new")
    assert (saved.rule.status, saved.rule.published_version) == (RuleStatus.PUBLISHED, 1)
    assert saved.approval is None
    assert evaluated(context, "fresh").version == 1
    assert crons(context)[saved.rule.id] == "@daily"
    assert "fresh" in {entry.segment.name for entry in list_segments(context)}
    assert last_action(context) == ("rule.create", "fresh", "new")


def test_a_draft_is_neither_evaluated_nor_scheduled_until_it_is_published(context) -> None:
    draft = save(context, FRESH, publish=False).rule
    assert (draft.status, draft.published_version) == (RuleStatus.DRAFT, None)
    assert evaluated(context, "fresh") is None
    assert draft.id not in crons(context)
    assert "fresh" not in {entry.segment.name for entry in list_segments(context)}
    published = lifecycle.publish_draft(context, draft.id).rule
    assert (published.version, published.published_version) == (1, 1)
    assert crons(context)[draft.id] == "@daily"
    assert last_action(context)[0] == "rule.publish"


def test_a_draft_of_a_published_rule_leaves_what_is_evaluated_alone(context) -> None:
    draft = save(context, HIGHER, publish=False).rule
    assert (draft.version, draft.published_version, draft.status) == (2, 1, RuleStatus.PUBLISHED)
    assert evaluated(context, "spenders").definition["where"]["value"] == "100.00"
    lifecycle.publish_draft(context, draft.id)
    assert evaluated(context, "spenders").definition["where"]["value"] == 300


def test_publishing_what_is_published_is_refused(context) -> None:
    with pytest.raises(Conflict) as caught:
        lifecycle.publish_draft(context, rule_named(context, "spenders").id)
    assert caught.value.code == "NOTHING_TO_PUBLISH"


def test_a_discarded_draft_stays_among_the_versions_and_its_number_is_not_used_again(
    context,
) -> None:
    draft = save(context, HIGHER, publish=False).rule
    back = lifecycle.discard_draft(context, draft.id, reason="no")
    assert (back.version, back.definition["where"]["value"]) == (1, "100.00")
    assert last_action(context) == ("rule.discard", "spenders", "no")
    again = save(context, HIGHER).rule
    assert (again.version, again.published_version) == (3, 3)
    assert [version.version for version in show_rule(context, "spenders")[1]] == [3, 2, 1]


@pytest.mark.parametrize(("text", "code"), [(None, "NO_DRAFT"), (FRESH, "NEVER_PUBLISHED")])
def test_what_cannot_be_discarded_is_refused(context, text, code) -> None:
    rule = save(context, text, publish=False).rule if text else rule_named(context, "spenders")
    with pytest.raises(Conflict) as caught:
        lifecycle.discard_draft(context, rule.id)
    assert caught.value.code == code


def test_a_draft_may_be_made_of_drafts_but_not_be_published_before_them(context) -> None:
    save(context, FRESH, publish=False)
    child = save(context, "- {name: child, where: {segment: fresh}}", publish=False).rule
    with pytest.raises(InvalidRule) as caught:
        lifecycle.publish_draft(context, child.id)
    assert caught.value.problems[0].code == "UNKNOWN_SEGMENT"
    assert caught.value.problems[0].path == "$.where"
    lifecycle.publish_draft(context, rule_named(context, "fresh").id)
    assert lifecycle.publish_draft(context, child.id).rule.published_version == 1


def test_saving_the_same_again_writes_nothing(context) -> None:
    before = save(context, HIGHER).rule
    assert save(context, HIGHER).rule == before


def test_saving_the_published_content_over_a_draft_publishes_it(context) -> None:
    save(context, HIGHER, publish=False)
    old = "- {name: spenders, title: Spenders, where: {metric: total_spend, op: '>', value: 100}}"
    rule = save(context, old).rule
    assert (rule.version, rule.published_version) == (3, 3)


def test_an_edit_of_another_version_is_refused(context) -> None:
    save(context, HIGHER)
    with pytest.raises(Conflict) as caught:
        save(context, HIGHER.replace("300", "400"), expected_version=1)
    assert caught.value.code == "STALE_VERSION"


@pytest.mark.parametrize(
    "text",
    [
        "- {name: spenders, where: {did: view}}",
        "- {name: other, title: Spenders, where: {did: view}}",
    ],
)
def test_names_and_titles_are_taken_once(context, text) -> None:
    with pytest.raises(Conflict) as caught:
        lifecycle.save(context, one(text), rule_id=None, expected_version=None)
    assert caught.value.code == "NAME_TAKEN"


def test_an_edited_rule_keeps_its_name(context) -> None:
    rule = rule_named(context, "spenders")
    saved = lifecycle.save(
        context, replace(one(HIGHER), name="other"), rule_id=rule.id, expected_version=1
    )
    assert saved.rule.name == "spenders"
    with pytest.raises(InvalidInput) as caught:
        lifecycle.refuse_other_name("other", rule)
    assert caught.value.code == "NAME_IS_FIXED"


def test_a_rule_can_be_written_before_there_is_data(context) -> None:
    ask_from(context, 0.1)
    context.warehouse_path.unlink()
    assert save(context, FRESH).rule.published_version == 1
    assert save(context, HIGHER).approval is None
    plan, need = lifecycle.plan_edit(context, one(HIGHER.replace("300", "400")))
    assert (plan.measured, need) == (False, None)


def test_an_archived_rule_is_not_evaluated_and_its_schedule_stops(context) -> None:
    rule = save(context, FRESH).rule
    archived = lifecycle.archive(context, rule.id, reason="over")
    assert archived.status is RuleStatus.ARCHIVED
    assert evaluated(context, "fresh") is None
    assert rule.id not in crons(context)
    assert last_action(context) == ("rule.archive", "fresh", "over")
    assert lifecycle.archive(context, rule.id) == archived
    with pytest.raises(Conflict) as caught:
        save(context, FRESH.replace("view", "payment"))
    assert caught.value.code == "RULE_ARCHIVED"
    back = lifecycle.unarchive(context, rule.id)
    assert (back.status, evaluated(context, "fresh").version) == (RuleStatus.PUBLISHED, 1)
    assert crons(context)[rule.id] == "@daily"
    with pytest.raises(Conflict) as caught:
        lifecycle.unarchive(context, rule.id)
    assert caught.value.code == "NOT_ARCHIVED"


def test_a_draft_is_a_draft_again_after_the_archive(context) -> None:
    rule = save(context, FRESH, publish=False).rule
    lifecycle.archive(context, rule.id)
    assert lifecycle.unarchive(context, rule.id).status is RuleStatus.DRAFT
    assert evaluated(context, "fresh") is None


def test_a_rule_comes_back_only_if_what_it_is_made_of_is_there(context) -> None:
    child = save(context, "- {name: child, where: {segment: viennese}}").rule
    lifecycle.archive(context, child.id)
    lifecycle.delete(context, rule_named(context, "viennese").id)
    with pytest.raises(InvalidRule) as caught:
        lifecycle.unarchive(context, child.id)
    assert caught.value.problems[0].code == "UNKNOWN_SEGMENT"


@pytest.mark.parametrize("end", [lifecycle.archive, lifecycle.delete])
def test_what_others_are_made_of_stays(context, end) -> None:
    with pytest.raises(Conflict) as caught:
        end(context, rule_named(context, "spenders").id)
    assert caught.value.code == "HAS_DEPENDENTS"
    assert "quiet_spenders is" in caught.value.sentence
    assert evaluated(context, "spenders") is not None


def test_drafts_hold_a_rule_from_being_deleted_but_not_from_being_archived(context) -> None:
    save(context, "- {name: child, where: {not: {segment: viennese}}}", publish=False)
    rule = rule_named(context, "viennese")
    with pytest.raises(Conflict) as caught:
        lifecycle.delete(context, rule.id)
    assert "child" in caught.value.sentence
    assert lifecycle.archive(context, rule.id).status is RuleStatus.ARCHIVED


def test_a_deleted_rule_is_seen_nowhere_and_its_name_is_free(context) -> None:
    rule = save(context, FRESH).rule
    lifecycle.delete(context, rule.id, reason="done")
    assert last_action(context) == ("rule.delete", "fresh", "done")
    assert rule.id not in crons(context)
    with pytest.raises(NotFound):
        rule_named(context, "fresh")
    with pytest.raises(NotFound):
        lifecycle.publish_draft(context, rule.id)
    again = save(context, FRESH).rule
    assert (again.id != rule.id, again.version) == (True, 1)


def test_an_old_version_is_restored_as_a_new_one(context) -> None:
    rule = save(context, HIGHER).rule
    restored = lifecycle.restore(context, rule.id, number=1, reason="").rule
    assert (restored.version, restored.published_version) == (3, 3)
    assert restored.definition["where"]["value"] == "100.00"
    assert last_action(context) == ("rule.update", "spenders", "restored version 1")
    with pytest.raises(NotFound):
        lifecycle.restore(context, rule.id, number=9, reason="")


def test_an_edit_that_moves_many_waits_for_somebody_else(context) -> None:
    ask_from(context, 0.1)
    saved = save(context, HIGHER, reason="fewer")
    assert saved.approval is not None
    assert (saved.rule.version, saved.rule.published_version) == (2, 1)
    assert saved.approval.version == 2
    assert saved.approval.moved_share >= 0.1
    changes = {effect["name"]: effect["change"] for effect in saved.approval.effects}
    assert changes["spenders"] == "changed"
    assert changes["quiet_spenders"] == "child"
    assert "sample" not in str(saved.approval.effects)
    assert told(context)[-1] == "approval.requested"
    with pytest.raises(Forbidden) as caught:
        approving.decide(context, saved.approval.id, approve=True)
    assert caught.value.code == "OWN_REQUEST"
    other = acting(context, "olga", Role.OPERATOR)
    decided = approving.decide(other, saved.approval.id, approve=True, comment="fine")
    assert decided.approval.state is ApprovalState.APPROVED
    assert (decided.approval.decided_by, decided.approval.comment) == ("olga", "fine")
    assert evaluated(context, "spenders").version == 2
    assert told(context)[-1] == "approval.decided"
    assert last_action(context) == ("approval.approve", "spenders", "fine")
    with pytest.raises(Conflict) as caught:
        approving.decide(other, saved.approval.id, approve=False, comment="no")
    assert caught.value.code == "ALREADY_DECIDED"


@pytest.mark.parametrize(
    "text",
    [
        FRESH,
        "- {name: spenders, title: Big, where: {metric: total_spend, op: '>', value: 100}}",
        "- {name: spenders, title: Spenders,"
        " where: {metric: total_spend, op: '>', value: '100.001'}}",
    ],
)
def test_what_moves_nobody_who_is_there_needs_no_approval(context, text) -> None:
    ask_from(context, 0.0001)
    saved = save(context, text)
    assert saved.approval is None
    assert saved.rule.published_version == saved.rule.version


def test_a_rejected_edit_stays_a_draft_and_the_refusal_says_why(context) -> None:
    ask_from(context, 0.1)
    saved = save(context, HIGHER)
    other = acting(context, "olga", Role.OPERATOR)
    with pytest.raises(InvalidInput) as caught:
        approving.decide(other, saved.approval.id, approve=False)
    assert caught.value.code == "COMMENT_NEEDED"
    approving.decide(other, saved.approval.id, approve=False, comment="too many")
    assert evaluated(context, "spenders").version == 1
    assert rule_named(context, "spenders").version == 2
    assert last_action(context) == ("approval.reject", "spenders", "too many")


def test_publishing_a_draft_is_no_way_around_the_approval(context) -> None:
    ask_from(context, 0.1)
    draft = save(context, HIGHER, publish=False).rule
    assert lifecycle.publish_draft(context, draft.id).approval is not None
    assert evaluated(context, "spenders").version == 1
    restored = lifecycle.publish_draft(context, draft.id).approval
    assert restored.version == 2


def test_a_newer_edit_takes_the_place_of_a_request(context) -> None:
    ask_from(context, 0.1)
    first = save(context, HIGHER).approval
    second = save(context, HIGHER.replace("300", "400")).approval
    with context.transaction() as connection:
        old = approvals.by_id(connection, context.workspace.id, first.id)
    assert (old.state, old.comment) == (ApprovalState.WITHDRAWN, "replaced by version 3")
    found, total = approving.list_approvals(context, limit=10, state=ApprovalState.PENDING)
    assert [item.approval.id for item in found] == [second.id]
    assert (total, found[0].rule.name) == (1, "spenders")
    lifecycle.discard_draft(context, found[0].rule.id)
    assert approving.list_approvals(context, limit=10, state=ApprovalState.PENDING)[1] == 0


def test_a_request_about_an_older_version_cannot_be_approved(context) -> None:
    ask_from(context, 0.1)
    approval = save(context, HIGHER).approval
    rule = rule_named(context, "spenders")
    with context.transaction() as connection:
        rule_store.update(
            connection,
            context.workspace.id,
            rule.id,
            expected_version=2,
            title="Meanwhile",
            description="",
            definition=rule.definition,
            fingerprint="f",
            schedule=None,
            tags=[],
            author="somebody",
            reason="",
            publish=False,
        )
    with pytest.raises(Conflict) as caught:
        approving.decide(acting(context, "olga", Role.OPERATOR), approval.id, approve=True)
    assert caught.value.code == "APPROVAL_OUTDATED"


def test_a_request_is_withdrawn_by_its_author_or_an_operator_alone(context) -> None:
    ask_from(context, 0.1)
    first = save(context, HIGHER).approval
    with pytest.raises(Forbidden):
        approving.withdraw(acting(context, "anna", Role.ANALYST), first.id)
    taken_back = approving.withdraw(context, first.id, comment="mistake")
    assert taken_back.approval.state is ApprovalState.WITHDRAWN
    second = lifecycle.publish_draft(context, taken_back.rule.id).approval
    approving.withdraw(acting(context, "olga", Role.OPERATOR), second.id)
    assert evaluated(context, "spenders").version == 1


def test_what_needs_a_permission_asks_for_it(context) -> None:
    viewer = acting(context, "vera", Role.VIEWER)
    rule = rule_named(context, "viennese")
    plan = plan_apply(context, [one(HIGHER)], measured=False)
    for attempt in (
        lambda: save(viewer, FRESH),
        lambda: lifecycle.save_all(viewer, plan),
        lambda: lifecycle.publish_draft(viewer, rule.id),
        lambda: lifecycle.discard_draft(viewer, rule.id),
        lambda: lifecycle.restore(viewer, rule.id, number=1, reason=""),
        lambda: lifecycle.archive(viewer, rule.id),
        lambda: lifecycle.unarchive(viewer, rule.id),
        lambda: lifecycle.delete(viewer, rule.id),
        lambda: approving.decide(viewer, 1, approve=True),
        lambda: approving.withdraw(viewer, 1),
    ):
        with pytest.raises(Forbidden) as caught:
            attempt()
        assert caught.value.code == "NOT_ALLOWED"


def test_of_a_file_only_what_moves_many_waits(context) -> None:
    ask_from(context, 0.1)
    plan = plan_apply(context, documents(HIGHER + "\n" + FRESH))
    found = {saved.rule.name: saved for saved in lifecycle.save_all(context, plan)}
    assert found["spenders"].approval is not None
    assert found["fresh"].rule.published_version == 1
    assert evaluated(context, "spenders").version == 1


def test_a_plan_is_checked_again_when_other_rules_were_published_meanwhile(context) -> None:
    plan = plan_apply(context, documents("- {name: child, where: {segment: viennese}}"))
    lifecycle.archive(context, rule_named(context, "viennese").id)
    with pytest.raises(InvalidRule) as caught:
        lifecycle.save_all(context, plan)
    assert caught.value.problems[0].code == "UNKNOWN_SEGMENT"
    harmless = plan_apply(context, documents("- {name: child, where: {did: view}}"))
    save(context, FRESH)
    assert lifecycle.save_all(context, harmless)[0].rule.published_version == 1


def test_two_edits_that_make_a_circle_together_are_not_both_published(context) -> None:
    one_way = plan_apply(context, documents("- {name: viennese, where: {segment: quiet}}"))
    the_other = plan_apply(context, documents("- {name: quiet, where: {segment: viennese}}"))
    lifecycle.save_all(context, one_way)
    with pytest.raises(Conflict) as caught:
        lifecycle.save_all(context, the_other)
    assert caught.value.code == "SEGMENT_CYCLE"
    assert evaluated(context, "quiet").version == 1


def test_a_segment_in_a_universe_of_the_data_model_holds_its_rule(context) -> None:
    save_model(context, MODEL.replace("universes:", "universes:\n  rich: {segment: viennese}"))
    save(context, "- {name: child, universe: rich, where: {did: view}}")
    with pytest.raises(Conflict) as caught:
        lifecycle.archive(context, rule_named(context, "viennese").id)
    assert "child" in caught.value.sentence


@pytest.mark.parametrize(
    ("before", "entered", "left", "share"),
    [(10, 1, 4, 0.5), (0, 3, 0, 1.0), (0, 0, 0, 0.0), (4, 8, 0, 2.0)],
)
def test_the_share_that_moves_is_of_those_who_were_in(before, entered, left, share) -> None:
    effect = Effect("x", "changed", before, before + entered - left, entered, left, (), ())
    assert approving.moved_share(effect) == share
