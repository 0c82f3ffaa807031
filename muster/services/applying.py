"""Rules from files: first a plan of what they would change, then all of them or none."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.base.errors import InvalidRule, NotFound, Problem
from muster.base.records import Rule, RuleVersion
from muster.engines import bits
from muster.rules.document import RuleDocument
from muster.rules.fingerprint import fingerprint
from muster.rules.members import rename_segments
from muster.rules.parse import parse_definition
from muster.rules.references import segments_in
from muster.rules.resolve import resolve_rule
from muster.services.context import WorkspaceContext
from muster.services.counting import evaluate_wave
from muster.services.wave import Catalog, plan_wave, read_catalog, refuse_cycle
from muster.services.workspaces import current_model
from muster.store import audit
from muster.store import rules as rule_store
from muster.store import segments as segment_store

SAMPLE = 20


@dataclass(frozen=True, slots=True)
class Effect:
    """What a change does to one segment at one instant, by key samples of at most 20.

    ``change``: new, changed, described (only words change), unchanged, or child (a rule made of a
    changed one).
    """

    name: str
    change: str
    size_before: int
    size_after: int
    entered: int
    left: int
    entered_sample: tuple[str | int, ...]
    left_sample: tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class ApplyPlan:
    """What applying documents would do; nothing is written yet."""

    effects: tuple[Effect, ...]
    as_of: datetime
    documents: tuple[RuleDocument, ...]
    expected: Mapping[str, int]


def plan_apply(
    context: WorkspaceContext,
    documents: Iterable[RuleDocument],
    *,
    as_of: datetime | None = None,
    measured: bool = True,
) -> ApplyPlan:
    """Say what applying would change: entered and left per segment, children included.

    Both the old and the new definitions are evaluated at one instant on the same data, so the
    difference is the edit's alone.

    Args:
        measured: False leaves all sizes at 0 and looks at no data, for rules that are refreshed
            right after.

    Raises:
        InvalidRule: with every fault of every document. Conflict: SEGMENT_CYCLE.
    """
    instant = as_of or context.resources.clock.now_utc()
    catalog = read_catalog(context, current_model(context))
    named = tuple(_with_names(document, catalog) for document in documents)
    changed = {document.name: document.definition for document in named}
    after = catalog.with_definitions(changed)
    _check(named, after)
    refuse_cycle(after)
    changes = {document.name: _change(document, catalog) for document in named}
    moving = [name for name, change in changes.items() if change in ("new", "changed")]
    children = after.descendants(moving)
    order = [*moving, *children] if measured else []
    effects = _effects(context, catalog, after, changes, order, instant)
    expected = {name: rule.version for name, rule in catalog.rules.items() if name in changes}
    return ApplyPlan(effects, instant, named, expected)


def apply(context: WorkspaceContext, plan: ApplyPlan, *, reason: str = "") -> tuple[Rule, ...]:
    """Write the rules of a plan, all in one transaction.

    Raises:
        Conflict: STALE_VERSION, somebody changed a rule since the plan was made.
    """
    workspace_id = context.workspace.id
    written: list[Rule] = []
    changes = {effect.name: effect.change for effect in plan.effects}
    with context.transaction() as connection:
        for document in plan.documents:
            change = changes[document.name]
            content = {
                "title": document.title,
                "description": document.description,
                "definition": document.raw,
                "fingerprint": fingerprint(document.definition),
                "schedule": document.schedule,
                "tags": document.tags,
                "author": context.actor,
                "reason": reason,
            }
            before = None
            if change == "unchanged":
                written.append(rule_store.by_name(connection, workspace_id, document.name))
                continue
            if document.name in plan.expected:
                old = rule_store.by_name(connection, workspace_id, document.name)
                before = {"version": old.version, "definition": old.definition}
                rule = rule_store.update(
                    connection,
                    workspace_id,
                    old.id,
                    expected_version=plan.expected[document.name],
                    **content,
                )
            else:
                rule = rule_store.create(connection, workspace_id, name=document.name, **content)
            segment_store.ensure(connection, workspace_id, rule)
            audit.record(
                connection,
                workspace_id,
                actor=context.actor,
                action="rule.create" if before is None else "rule.update",
                subject=rule.name,
                before=before,
                after={"version": rule.version, "definition": rule.definition},
                reason=reason,
            )
            written.append(rule)
    return tuple(written)


def restore_document(context: WorkspaceContext, name: str, number: int) -> RuleDocument:
    """Return an old version of a rule as a document; restoring is applying it like any other."""
    with context.transaction() as connection:
        rule = rule_store.by_name(connection, context.workspace.id, name)
        old: RuleVersion = rule_store.version(
            connection, context.workspace.id, rule.id, number=number
        )
    return RuleDocument(
        name=name,
        title=old.title,
        description=old.description,
        tags=old.tags,
        schedule=old.schedule,
        definition=parse_definition(old.definition),
        raw=old.definition,
    )


def _with_names(document: RuleDocument, catalog: Catalog) -> RuleDocument:
    """Replace rule ids (as the list form's depends_on may have them) by names."""
    by_id = {str(rule.id): name for name, rule in catalog.rules.items()}

    def name_of(segment: str) -> str:
        if not segment.isdigit():
            return segment
        if segment not in by_id:
            raise NotFound("UNKNOWN_SEGMENT", f"There is no rule with the id {segment}.")
        return by_id[segment]

    if not any(segment.isdigit() for segment in segments_in(document.definition)):
        return document
    definition, raw = rename_segments(document.definition, document.raw, name_of)
    return RuleDocument(
        name=document.name,
        title=document.title,
        description=document.description,
        tags=document.tags,
        schedule=document.schedule,
        definition=definition,
        raw=raw,
    )


def _check(documents: Iterable[RuleDocument], after: Catalog) -> None:
    """Resolve every document against the model; all faults of all documents are reported."""
    problems: list[Problem] = []
    for document in documents:
        try:
            resolve_rule(document.definition, after.model, segments=set(after.definitions))
        except InvalidRule as error:
            problems += [
                Problem(item.code, f"{document.name}: {item.path}", item.sentence, item.hint)
                for item in error.problems
            ]
    if problems:
        raise InvalidRule.of("INVALID_RULE", "The file", problems)


def _change(document: RuleDocument, catalog: Catalog) -> str:
    rule = catalog.rules.get(document.name)
    if rule is None:
        return "new"
    if rule.fingerprint != fingerprint(document.definition):
        return "changed"
    words = (rule.title, rule.description, rule.schedule, rule.tags)
    same = words == (document.title, document.description, document.schedule, document.tags)
    return "unchanged" if same else "described"


def _effects(
    context: WorkspaceContext,
    before: Catalog,
    after: Catalog,
    changes: Mapping[str, str],
    order: list[str],
    as_of: datetime,
) -> tuple[Effect, ...]:
    """Evaluate ``order`` (the changed rules and their children) as it was and as it would be."""
    still = [name for name in changes if name not in order]
    effects = {name: Effect(name, changes[name], 0, 0, 0, 0, (), ()) for name in still}
    if order:
        new = evaluate_wave(context, plan_wave(after, order, as_of=as_of), after)
        known = [name for name in order if name in before.definitions]
        old = (
            evaluate_wave(context, plan_wave(before, known, as_of=as_of), before) if known else None
        )
        size = new.entities.size
        for name in order:
            members = new.outcomes[name].members
            previous = bits.zeros(size)
            if old is not None and name in old.outcomes:
                # The dictionary may have grown in between; ordinals stay.
                previous = bits.grown(old.outcomes[name].members, size)
            entered, left = members & ~previous, previous & ~members
            effects[name] = Effect(
                name,
                changes.get(name, "child"),
                bits.count(previous),
                bits.count(members),
                bits.count(entered),
                bits.count(left),
                _sample(new.entities.keys, entered, size),
                _sample(new.entities.keys, left, size),
            )
    return tuple(effects[name] for name in dict.fromkeys([*changes, *order]))


def _sample(keys: np.ndarray, chosen: bits.Words, size: int) -> tuple[str | int, ...]:
    return tuple(keys[bits.to_ordinals(chosen, size)[:SAMPLE]].tolist())


def list_rules(context: WorkspaceContext) -> tuple[Rule, ...]:
    """Return the workspace's rules by name."""
    with context.transaction() as connection:
        return rule_store.every(connection, context.workspace.id)


def show_rule(context: WorkspaceContext, name: str) -> tuple[Rule, tuple[RuleVersion, ...]]:
    """Return a rule and its versions, newest first; NotFound UNKNOWN_RULE."""
    with context.transaction() as connection:
        rule = rule_store.by_name(connection, context.workspace.id, name)
        return rule, rule_store.versions(connection, context.workspace.id, rule.id)
