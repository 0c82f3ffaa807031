"""Rules from files: first a plan of what they would change, then all of them or none."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from muster.base.errors import Busy, Conflict, InvalidRule, Problem
from muster.base.records import Rule, RuleStatus, RuleVersion
from muster.rules.document import RuleDocument
from muster.rules.fingerprint import fingerprint
from muster.rules.members import rename_segments
from muster.rules.parse import parse_definition
from muster.rules.references import segments_in
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.services.effects import Change, Effect, measure_effects
from muster.services.publication import follow_publication, record, take_turn
from muster.services.wave import Catalog, read_catalog, refuse_cycle
from muster.services.workspaces import current_model
from muster.store import rule_lists
from muster.store import rules as rule_store
from muster.store.database import Transaction

_TRIES = 5


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """What applying documents would do; nothing is written yet.

    Attributes:
        expected: the newest version of each document's rule, for those that exist.
        measured: the sizes are those of the data; otherwise all are 0.
        publish: the rules would be evaluated from then on; otherwise they are left drafts.
        reach: for each document, the rules made of it, directly or not.
        stamp: stands for the set of published versions the plan was checked against.
        zone: the data model's time zone.
    """

    effects: tuple[Effect, ...]
    as_of: datetime
    documents: tuple[RuleDocument, ...]
    expected: Mapping[str, int]
    measured: bool
    publish: bool
    reach: Mapping[str, tuple[str, ...]]
    stamp: str
    zone: str


def plan_apply(
    context: WorkspaceContext,
    documents: Iterable[RuleDocument],
    *,
    as_of: datetime | None = None,
    measured: bool = True,
    publish: bool = True,
    from_file: bool = True,
    reviving: bool = False,
) -> ApplyPlan:
    """Say what applying would change: entered and left per segment, children included.

    Both the published and the new definitions are evaluated at one instant on the same data, so the
    difference is the edit's alone.

    Args:
        measured: False leaves all sizes at 0 and looks at no data, for rules that are refreshed
            right after.
        publish: False plans drafts; they may speak of rules that are drafts themselves.
        from_file: faults say which rule they are in.
        reviving: the rules may be archived ones.

    Raises:
        InvalidRule: with every fault of every document.
        Conflict: SEGMENT_CYCLE; RULE_ARCHIVED.
    """
    instant = as_of or context.resources.clock.now_utc()
    given = tuple(documents)
    mentioned = {name for document in given for name in segments_in(document.definition)}
    with context.transaction() as connection:
        stamp = rule_lists.publication_stamp(connection, context.workspace.id)
        names = {document.name for document in given} | mentioned
        ids = [int(name) for name in mentioned if name.isdecimal() and len(name) < 19]
        found = rule_lists.named(connection, context.workspace.id, names, ids=ids)
    newest = {rule.name: rule for rule in found}
    catalog = read_catalog(context, current_model(context))
    named = tuple(_with_names(document, found) for document in given)
    if not reviving:
        _refuse_archived(named, newest)
    after = catalog.with_definitions({document.name: document.definition for document in named})
    known = set(after.definitions)
    if not publish:
        known |= {rule.name for rule in found if rule.status is not RuleStatus.ARCHIVED}
    _check(named, after, known, from_file=from_file)
    refuse_cycle(after)
    changes = {document.name: _change(document, newest, catalog, publish) for document in named}
    moving = [name for name, change in changes.items() if change in ("new", "changed")]
    order = [*moving, *after.descendants(moving)] if measured else []
    return ApplyPlan(
        effects=measure_effects(context, catalog, after, changes, order, instant),
        as_of=instant,
        documents=named,
        expected={name: rule.version for name, rule in newest.items() if name in changes},
        measured=measured,
        publish=publish,
        reach={name: after.descendants([name]) for name in moving},
        stamp=stamp,
        zone=catalog.model.time_zone,
    )


def apply(
    context: WorkspaceContext,
    plan: ApplyPlan,
    *,
    reason: str = "",
    drafts: Collection[str] = (),
) -> tuple[Rule, ...]:
    """Write the rules of a plan, all in one transaction.

    Args:
        drafts: names of rules that are left drafts although the plan publishes.

    Raises:
        Conflict: STALE_VERSION, somebody changed a rule since the plan was made.
        InvalidRule, Conflict: since then, other rules were published with which it does not fit.
    """
    for _ in range(_TRIES):
        with context.transaction() as connection:
            written = write_plan(connection, context, plan, reason=reason, drafts=drafts)
        if written is not None:
            return written
        plan = checked_again(context, plan)
    raise too_busy()


def write_plan(
    connection: Transaction,
    context: WorkspaceContext,
    plan: ApplyPlan,
    *,
    reason: str,
    drafts: Collection[str] = (),
) -> tuple[Rule, ...] | None:
    """Write the rules of a plan; None, and nothing, if other rules were published meanwhile."""
    workspace_id = context.workspace.id
    if plan.publish:
        take_turn(connection, context)
        if rule_lists.publication_stamp(connection, workspace_id) != plan.stamp:
            _refuse_stale(connection, context, plan)
            return None
    return tuple(
        _write(
            connection,
            context,
            document,
            plan,
            publish=plan.publish and document.name not in drafts,
            reason=reason,
        )
        for document in plan.documents
    )


def checked_again(context: WorkspaceContext, plan: ApplyPlan) -> ApplyPlan:
    """Return a plan that was checked against what is published now; its figures stay."""
    again = plan_apply(
        context, plan.documents, as_of=plan.as_of, measured=False, publish=plan.publish
    )
    return replace(plan, stamp=again.stamp)


def too_busy() -> Busy:
    """Return the error for a catalog that changes faster than a plan can be checked."""
    return Busy(
        "RULES_CHANGE",
        "Other rules are being published all the time.",
        hint="Try again in a moment.",
    )


def same_content(rule: Rule, document: RuleDocument) -> bool:
    """Whether a rule says what a document says: the same meaning and the same words."""
    words = (rule.title, rule.description, rule.schedule, rule.tags)
    same = words == (document.title, document.description, document.schedule, document.tags)
    return same and rule.fingerprint == fingerprint(document.definition)


def as_document(rule: Rule | RuleVersion, name: str) -> RuleDocument:
    """Return a stored version of the named rule as a document."""
    return RuleDocument(
        name=name,
        title=rule.title,
        description=rule.description,
        tags=rule.tags,
        schedule=rule.schedule,
        definition=parse_definition(rule.definition),
        raw=rule.definition,
    )


def _write(
    connection: Transaction,
    context: WorkspaceContext,
    document: RuleDocument,
    plan: ApplyPlan,
    *,
    publish: bool,
    reason: str,
) -> Rule:
    """Create or change one rule, unless it says and is already what it should."""
    workspace_id = context.workspace.id
    content = {
        "title": document.title,
        "description": document.description,
        "definition": document.raw,
        "fingerprint": fingerprint(document.definition),
        "schedule": document.schedule,
        "tags": document.tags,
        "author": context.actor,
        "reason": reason,
        "publish": publish,
    }
    if document.name not in plan.expected:
        before = None
        rule = rule_store.create(connection, workspace_id, name=document.name, **content)
        action = "rule.create"
    else:
        old = rule_store.by_name(connection, workspace_id, document.name)
        version = plan.expected[document.name]
        before = told(old)
        if not same_content(old, document):
            rule = rule_store.update(
                connection, workspace_id, old.id, expected_version=version, **content
            )
            action = "rule.update"
        elif publish and old.published_version != old.version:
            rule = rule_store.set_published(
                connection, workspace_id, old.id, expected_version=version
            )
            action = "rule.publish"
        else:
            return old
    if publish:
        follow_publication(connection, context, rule, model_zone=plan.zone)
    record(connection, context, action, rule.name, before=before, after=told(rule), reason=reason)
    return rule


def told(rule: Rule) -> dict[str, object]:
    """Return what the audit log keeps of a rule."""
    return {
        "version": rule.version,
        "published_version": rule.published_version,
        "status": rule.status.value,
        "title": rule.title,
        "schedule": rule.schedule,
        "definition": rule.definition,
    }


def _refuse_stale(connection: Transaction, context: WorkspaceContext, plan: ApplyPlan) -> None:
    """Raise Conflict STALE_VERSION if one of the plan's own rules was changed since."""
    names = [document.name for document in plan.documents]
    found = rule_lists.named(connection, context.workspace.id, names)
    for rule in found:
        expected = plan.expected.get(rule.name)
        if expected is not None and rule.version != expected:
            raise Conflict(
                "STALE_VERSION",
                f'The rule "{rule.name}" is at version {rule.version}; this change was made to'
                f" version {expected}.",
                hint="Look at the newer version and make the change again.",
            )


def _refuse_archived(documents: Iterable[RuleDocument], newest: Mapping[str, Rule]) -> None:
    for document in documents:
        rule = newest.get(document.name)
        if rule is not None and rule.status is RuleStatus.ARCHIVED:
            raise Conflict(
                "RULE_ARCHIVED",
                f'The rule "{rule.name}" is archived.',
                hint="Bring it back first (unarchive), or choose another name.",
            )


def restore_document(context: WorkspaceContext, name: str, number: int) -> RuleDocument:
    """Return an old version of a rule as a document; restoring is applying it like any other."""
    with context.transaction() as connection:
        rule = rule_store.by_name(connection, context.workspace.id, name)
        old = rule_store.version(connection, context.workspace.id, rule.id, number=number)
    return as_document(old, name)


def _with_names(document: RuleDocument, found: Iterable[Rule]) -> RuleDocument:
    """Replace rule ids (as the list form's depends_on may have them) by names."""
    by_id = {str(rule.id): rule.name for rule in found}
    if not any(segment in by_id for segment in segments_in(document.definition)):
        return document
    definition, raw = rename_segments(
        document.definition, document.raw, lambda segment: by_id.get(segment, segment)
    )
    return replace(document, definition=definition, raw=raw)


def _check(
    documents: Iterable[RuleDocument], after: Catalog, known: set[str], *, from_file: bool
) -> None:
    """Resolve every document against the model; all faults of all documents are reported."""
    problems: list[Problem] = []
    for document in documents:
        try:
            resolve_rule(document.definition, after.model, segments=known)
        except InvalidRule as error:
            where = f"{document.name}: " if from_file else ""
            problems += [replace(item, path=where + item.path) for item in error.problems]
    if problems:
        raise InvalidRule.of("INVALID_RULE", "The file" if from_file else "The rule", problems)


def _change(
    document: RuleDocument, newest: Mapping[str, Rule], catalog: Catalog, publish: bool
) -> Change:
    """Say how a document changes what is evaluated; of a draft, how it changes what is edited."""
    latest = newest.get(document.name)
    base = catalog.rules.get(document.name) if publish else latest
    if base is None or latest is None:
        return "new"
    if base.fingerprint != fingerprint(document.definition):
        return "changed"
    settled = base.version == latest.version and same_content(base, document)
    return "unchanged" if settled else "described"


def list_rules(context: WorkspaceContext) -> tuple[Rule, ...]:
    """Return the workspace's rules by name."""
    with context.transaction() as connection:
        return rule_store.every(connection, context.workspace.id)


def show_rule(context: WorkspaceContext, name: str) -> tuple[Rule, tuple[RuleVersion, ...]]:
    """Return a rule and its versions, newest first; NotFound UNKNOWN_RULE."""
    with context.transaction() as connection:
        rule = rule_store.by_name(connection, context.workspace.id, name)
        return rule, rule_store.versions(connection, context.workspace.id, rule.id)
