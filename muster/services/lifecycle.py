"""The life of a rule: written, published, edited, archived, deleted; every step by one way.

A save publishes at once unless its author wants a draft, or somebody else has to approve the edit
(`approving.py`). Whoever changes what is evaluated takes turns with the others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from muster.base.errors import Conflict, InvalidInput
from muster.base.ids import RuleId
from muster.base.people import Permission
from muster.base.records import Approval, Rule, RuleStatus
from muster.rules.document import RuleDocument
from muster.services.applying import (
    ApplyPlan,
    as_document,
    checked_again,
    plan_apply,
    told,
    too_busy,
    write_plan,
)
from muster.services.approving import Need, approvals_needed, ask, end_pending
from muster.services.context import WorkspaceContext
from muster.services.dependents import refuse_dependents
from muster.services.publication import (
    follow_publication,
    record,
    settings_of,
    sync_schedule,
    take_turn,
)
from muster.services.workspaces import current_model
from muster.store import rule_lists
from muster.store import rules as rule_store
from muster.store.database import Transaction
from muster.store.names import taken

_TRIES = 5


@dataclass(frozen=True, slots=True)
class Saved:
    """A rule as it was written; ``approval``: it waits as a draft for somebody else's word."""

    rule: Rule
    approval: Approval | None = None


def plan_edit(context: WorkspaceContext, document: RuleDocument) -> tuple[ApplyPlan, Need | None]:
    """Say what publishing a document would do, and whether somebody else must approve it.

    The figures are 0 (``measured`` False) while the workspace has no data.

    Raises:
        As `applying.plan_apply`. EngineFailed: the warehouse failed.
    """
    plan = plan_apply(context, [document], measured=has_data(context), from_file=False)
    with context.transaction() as connection:
        settings = settings_of(connection, context)
    return plan, approvals_needed(plan, settings).get(document.name)


def save(
    context: WorkspaceContext,
    document: RuleDocument,
    *,
    rule_id: RuleId | None,
    expected_version: int | None,
    publish: bool = True,
    reason: str = "",
) -> Saved:
    """Create a rule (``rule_id`` None) or add a version to it, and publish that if it may be.

    Args:
        document: its name counts for a new rule alone; a rule keeps its name, others speak of it.
        expected_version: the version that was edited; None = whichever is there.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_RULE, NO_MODEL.
        InvalidRule: with every fault.
        Conflict: NAME_TAKEN, STALE_VERSION, RULE_ARCHIVED, SEGMENT_CYCLE.
    """
    context.require(Permission.EDIT)
    with context.transaction() as connection:
        settings = settings_of(connection, context)
        if rule_id is not None:
            rule = rule_store.by_id(connection, context.workspace.id, rule_id)
            document = replace(document, name=rule.name)
    measured = publish and rule_id is not None and settings.approval_share is not None
    plan = plan_apply(
        context,
        [document],
        measured=measured and has_data(context),
        publish=publish,
        from_file=False,
    )
    if rule_id is None and document.name in plan.expected:
        raise taken("rule", document.name)
    if rule_id is not None and expected_version is not None:
        plan = replace(plan, expected={document.name: expected_version})
    needed = approvals_needed(plan, settings) if publish else {}
    need = needed.get(document.name)
    for _ in range(_TRIES):
        with context.transaction() as connection:
            take_turn(connection, context)
            _refuse_taken_title(connection, context, document, rule_id)
            drafts = [document.name] if need else []
            written = write_plan(connection, context, plan, reason=reason, drafts=drafts)
            if written is not None:
                return _settle(connection, context, written[0], need, plan, reason=reason)
        plan = checked_again(context, plan)
    raise too_busy()


def save_all(context: WorkspaceContext, plan: ApplyPlan, *, reason: str = "") -> tuple[Saved, ...]:
    """Write the rules of a plan, all or none; those that need approval are left drafts.

    Raises:
        Forbidden: NOT_ALLOWED. Otherwise as `applying.apply`.
    """
    context.require(Permission.EDIT)
    with context.transaction() as connection:
        settings = settings_of(connection, context)
    needed = approvals_needed(plan, settings) if plan.publish else {}
    for _ in range(_TRIES):
        with context.transaction() as connection:
            written = write_plan(connection, context, plan, reason=reason, drafts=needed)
            if written is not None:
                return tuple(
                    _settle(connection, context, rule, needed.get(rule.name), plan, reason=reason)
                    for rule in written
                )
        plan = checked_again(context, plan)
    raise too_busy()


def publish_draft(
    context: WorkspaceContext,
    rule_id: RuleId,
    *,
    expected_version: int | None = None,
    reason: str = "",
) -> Saved:
    """Publish the newest version, or ask for approval if it needs it.

    Raises:
        Conflict: NOTHING_TO_PUBLISH, the newest version is published. Otherwise as `save`.
    """
    context.require(Permission.EDIT)
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, context.workspace.id, rule_id)
    if rule.published_version == rule.version and rule.status is RuleStatus.PUBLISHED:
        raise Conflict("NOTHING_TO_PUBLISH", f"Version {rule.version} is published already.")
    return save(
        context,
        as_document(rule, rule.name),
        rule_id=rule_id,
        expected_version=rule.version if expected_version is None else expected_version,
        reason=reason,
    )


def discard_draft(context: WorkspaceContext, rule_id: RuleId, *, reason: str = "") -> Rule:
    """Go back to the published version; the draft stays among the versions.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_RULE.
        Conflict: NO_DRAFT; NEVER_PUBLISHED, there is nothing to go back to.
    """
    context.require(Permission.EDIT)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, workspace_id, rule_id)
        if rule.published_version is None:
            raise Conflict(
                "NEVER_PUBLISHED",
                "The rule was never published, so there is no version to go back to.",
                hint="Delete the rule instead.",
            )
        if rule.published_version == rule.version:
            raise Conflict("NO_DRAFT", f"Version {rule.version} is published; there is no draft.")
        back = rule_store.discard_draft(
            connection, workspace_id, rule_id, expected_version=rule.version
        )
        end_pending(connection, context, rule, comment="the draft was discarded")
        record(
            connection,
            context,
            "rule.discard",
            rule.name,
            before=told(rule),
            after=told(back),
            reason=reason,
        )
        return back


def restore(
    context: WorkspaceContext, rule_id: RuleId, *, number: int, publish: bool = True, reason: str
) -> Saved:
    """Save an old version as the newest one.

    Raises:
        NotFound: UNKNOWN_RULE, UNKNOWN_RULE_VERSION. Otherwise as `save`.
    """
    return save(
        context,
        old_version(context, rule_id, number),
        rule_id=rule_id,
        expected_version=None,
        publish=publish,
        reason=reason or f"restored version {number}",
    )


def old_version(context: WorkspaceContext, rule_id: RuleId, number: int) -> RuleDocument:
    """Return a version of a rule as a document; NotFound UNKNOWN_RULE, UNKNOWN_RULE_VERSION."""
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, context.workspace.id, rule_id)
        old = rule_store.version(connection, context.workspace.id, rule_id, number=number)
    return as_document(old, rule.name)


def archive(context: WorkspaceContext, rule_id: RuleId, *, reason: str = "") -> Rule:
    """Put a rule away: it is evaluated no more, and its schedule stops. Its segment stays as it is.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_RULE.
        Conflict: HAS_DEPENDENTS, published rules are made of it.
    """
    context.require(Permission.EDIT)
    model = current_model(context)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        take_turn(connection, context)
        rule = rule_store.by_id(connection, workspace_id, rule_id)
        if rule.status is RuleStatus.ARCHIVED:
            return rule
        refuse_dependents(connection, context, rule, model, what="archived")
        archived = rule_store.set_status(connection, workspace_id, rule_id, RuleStatus.ARCHIVED)
        sync_schedule(connection, context, archived, model_zone=model.time_zone)
        end_pending(connection, context, rule, comment="the rule was archived")
        record(
            connection,
            context,
            "rule.archive",
            rule.name,
            before={"status": rule.status.value},
            after={"status": archived.status.value},
            reason=reason,
        )
        return archived


def unarchive(context: WorkspaceContext, rule_id: RuleId, *, reason: str = "") -> Rule:
    """Bring an archived rule back as it was: published, or a draft that never was.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_RULE. Conflict: NOT_ARCHIVED, SEGMENT_CYCLE.
        InvalidRule: it does not fit the data model, or the other rules, any more.
    """
    context.require(Permission.EDIT)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        rule = rule_store.by_id(connection, workspace_id, rule_id)
        back = rule
        if rule.published_version is not None:
            back = rule_store.published_by_id(connection, workspace_id, rule_id)
    if rule.status is not RuleStatus.ARCHIVED:
        raise Conflict("NOT_ARCHIVED", f'The rule "{rule.name}" is not archived.')
    status = RuleStatus.DRAFT if rule.published_version is None else RuleStatus.PUBLISHED
    publish = status is RuleStatus.PUBLISHED
    for _ in range(_TRIES):
        plan = plan_apply(
            context,
            [as_document(back, rule.name)],
            measured=False,
            publish=publish,
            from_file=False,
            reviving=True,
        )
        with context.transaction() as connection:
            take_turn(connection, context)
            if rule_lists.publication_stamp(connection, workspace_id) != plan.stamp:
                continue
            found = rule_store.set_status(connection, workspace_id, rule_id, status)
            if publish:
                follow_publication(connection, context, back, model_zone=plan.zone)
            record(
                connection,
                context,
                "rule.unarchive",
                rule.name,
                before={"status": rule.status.value},
                after={"status": found.status.value},
                reason=reason,
            )
            return found
    raise too_busy()


def delete(context: WorkspaceContext, rule_id: RuleId, *, reason: str = "") -> None:
    """Delete a rule and its segment; nobody sees them any more, and their name is free.

    Raises:
        Forbidden: NOT_ALLOWED. NotFound: UNKNOWN_RULE.
        Conflict: HAS_DEPENDENTS, rules (published ones or drafts) are made of it.
    """
    context.require(Permission.EDIT)
    model = current_model(context)
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        take_turn(connection, context)
        rule = rule_store.by_id(connection, workspace_id, rule_id)
        refuse_dependents(connection, context, rule, model, what="deleted", drafts=True)
        rule_store.mark_deleted(connection, workspace_id, rule_id)
        sync_schedule(connection, context, rule, model_zone=model.time_zone)
        end_pending(connection, context, rule, comment="the rule was deleted")
        record(connection, context, "rule.delete", rule.name, before=told(rule), reason=reason)


def has_data(context: WorkspaceContext) -> bool:
    """Whether the workspace has a warehouse; a rule may be written before there is any data."""
    return context.warehouse_path.exists()


def refuse_other_name(document_name: str, rule: Rule) -> None:
    """Raise InvalidInput NAME_IS_FIXED if an edit would give a rule another name."""
    if document_name != rule.name:
        raise InvalidInput(
            "NAME_IS_FIXED",
            f'The name of the rule stays "{rule.name}": other rules speak of it by that name.',
            path="$.name",
            hint="Change the title, or create another rule.",
        )


def _settle(
    connection: Transaction,
    context: WorkspaceContext,
    rule: Rule,
    need: Need | None,
    plan: ApplyPlan,
    *,
    reason: str,
) -> Saved:
    """Ask for the approval a written version needs; a request about an older one has no point."""
    if need is not None:
        return Saved(rule, ask(connection, context, rule, need, plan, reason=reason))
    waiting = None if rule.published_version == rule.version else rule.version
    comment = f"replaced by version {rule.version}"
    end_pending(connection, context, rule, comment=comment, besides=waiting)
    return Saved(rule)


def _refuse_taken_title(
    connection: Transaction,
    context: WorkspaceContext,
    document: RuleDocument,
    rule_id: RuleId | None,
) -> None:
    other = rule_lists.with_title(connection, context.workspace.id, document.title, besides=rule_id)
    if other is not None:
        raise Conflict(
            "NAME_TAKEN",
            f'There is a rule called "{document.title}" already: {other.name}.',
            path="$.rule_name",
            hint="Choose another name.",
        )
