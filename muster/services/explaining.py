"""Why one entity is in a segment or not: by the published version, or as of any instant."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

import numpy as np

from muster.base.datamodel import DataModel
from muster.base.records import Segment, SegmentVersion
from muster.engines import bits
from muster.engines.bits import Mask, Words
from muster.engines.entities import EntityDictionary, read_entities
from muster.engines.entity_rows import typed_key, world_of
from muster.engines.evaluate import Evaluated
from muster.rules.explain import explain
from muster.rules.explain_needs import needs_of
from muster.rules.explain_records import Explanation, Rank
from muster.rules.nodes import Definition, Member
from muster.rules.parse import parse_definition
from muster.rules.resolve import resolve_rule
from muster.rules.resolved import Measure, ResolvedLeaf, ResolvedRule, leaves_of
from muster.rules.sentence import sentence
from muster.rules.truth import Truth
from muster.rules.world import Key, Published
from muster.services.context import WorkspaceContext
from muster.services.counting import DRAFT
from muster.services.evaluating import evaluate
from muster.services.masking import mask_explanation, personal_fields
from muster.services.members import version_members
from muster.services.needed import definition_of, needed_catalog
from muster.services.patience import ENDLESS, Patience
from muster.services.personal import may_show_clear, record_read
from muster.services.wave import Catalog, plan_wave
from muster.services.workspaces import current_model
from muster.store import rules as rule_store
from muster.store import segment_list
from muster.store import segments as segment_store
from muster.store.segment_list import ListedSegment

_ALL_VERSIONS = 1_000_000


@dataclass(frozen=True, slots=True)
class MemberExplanation:
    """An explanation with what it is about.

    Attributes:
        segment: None for a rule that is not saved.
        version: the published version that is explained; None = the rule as of another instant.
        published: whether that version holds the entity.
        masked: some values are hidden because they are personal.
    """

    segment: Segment | None
    version: SegmentVersion | None
    published: bool | None
    model: DataModel
    rule: ResolvedRule
    sentence: str
    explanation: Explanation
    masked: bool

    @property
    def agrees(self) -> bool:
        """False if the data, or a parent, has changed since the version was published."""
        return self.published is None or self.published == self.explanation.member


def explain_member(
    context: WorkspaceContext,
    name: str | int,
    key: str,
    *,
    as_of: datetime | None = None,
    unmask: bool = False,
    patience: Patience = ENDLESS,
) -> MemberExplanation:
    """Explain one entity's membership.

    Args:
        key: as text; it becomes a number where keys are numbers.
        as_of: explain the rule as it is now, at this instant; None = what the current version
            published (before the first one: the rule, now).
        unmask: show personal values; written into the audit log.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_ENTITY, NO_MODEL.
        Conflict: VERSION_SWEPT, a parent's members are no longer kept.
        EngineFailed: the warehouse failed.
    """
    model = current_model(context)
    with context.transaction() as connection:
        listed = segment_list.one(connection, context.workspace.id, name)
    segment = listed.segment
    version = segment.current if as_of is None else None
    asked = _Asked(
        context,
        model,
        segment.name,
        segment,
        version,
        _definition(context, listed, version),
        as_of or (version.as_of if version else context.resources.clock.now_utc()),
    )
    return _explain(asked, key, unmask=unmask, patience=patience)


def explain_definition(
    context: WorkspaceContext,
    definition: Definition,
    key: str,
    *,
    as_of: datetime | None = None,
    unmask: bool = False,
    patience: Patience = ENDLESS,
) -> MemberExplanation:
    """Explain one entity for a rule that is not saved, as of an instant (now if None).

    Raises:
        InvalidRule: it does not fit the data model. Otherwise as `explain_member`.
    """
    instant = as_of or context.resources.clock.now_utc()
    model = current_model(context)
    asked = _Asked(context, model, DRAFT, None, None, definition, instant)
    return _explain(asked, key, unmask=unmask, patience=patience)


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is to be explained: a version of a segment, or a rule as of an instant."""

    context: WorkspaceContext
    model: DataModel
    name: str
    segment: Segment | None
    version: SegmentVersion | None
    definition: Definition
    as_of: datetime


def _explain(asked: _Asked, key: str, *, unmask: bool, patience: Patience) -> MemberExplanation:
    context, model, version = asked.context, asked.model, asked.version
    may_show_clear(context, clear=unmask)
    needed = needed_catalog(context, model, {asked.name: asked.definition})
    catalog = needed.catalog
    # a saved rule may speak of segments that are gone by now: it is explained with what is left
    segments = needed.known if asked.segment is None else None
    rule = resolve_rule(asked.definition, model, segments=segments)
    needs = needs_of(rule, model, as_of=asked.as_of)
    evaluated = None
    if _depends_on_everybody(rule) or (needs.members and version is None):
        plan = plan_wave(catalog, [asked.name], as_of=asked.as_of)
        evaluated = evaluate(context, plan, catalog, patience=patience)
    with context.open_warehouse() as warehouse, patience.watching(warehouse):
        typed = typed_key(warehouse, model, key)
        one = _One(context, read_entities(context.folder), typed)
        world = world_of(
            warehouse,
            model,
            typed,
            sources=needs.sources,
            attributes=needs.attributes,
            lists=needs.lists,
            segments=_published(one, catalog, asked, needs.members, evaluated),
        )
    published = None if version is None else one.is_in(version_members(context, version, one.known))
    kept = published
    if version is None and evaluated is not None:
        kept = one.is_in(evaluated.outcomes[asked.name].members)
    ranks = _ranks(one, asked.name, evaluated)
    found = explain(rule, world, typed, as_of=asked.as_of, ranks=ranks, kept=kept)
    hidden = personal_fields(found, model)
    if hidden and unmask:
        _record(asked, typed, hidden)
    elif hidden:
        found = mask_explanation(found, model)
    return MemberExplanation(
        asked.segment,
        version,
        published,
        model,
        rule,
        sentence(rule, model),
        found,
        bool(hidden) and not unmask,
    )


@dataclass(frozen=True, slots=True)
class _One:
    """One entity among all."""

    context: WorkspaceContext
    known: EntityDictionary
    key: Key

    @property
    def ordinal(self) -> int:
        """Its ordinal, -1 if it was never seen by a refresh."""
        keys = np.array([self.key], dtype=object if self.known.is_text else np.int64)
        return int(self.known.ordinals_of(keys)[0])

    def is_in(self, members: Words) -> bool:
        """Whether a set of entities holds it."""
        ordinal = self.ordinal
        if ordinal < 0 or ordinal // 64 >= len(members):
            return False
        return bool((int(members[ordinal // 64]) >> (ordinal % 64)) & 1)

    def truth(self, mask: Mask) -> Truth:
        """Return a mask's truth for it."""
        if self.is_in(mask.true):
            return True
        return False if self.is_in(mask.false) else None


def _definition(
    context: WorkspaceContext, listed: ListedSegment, version: SegmentVersion | None
) -> Definition:
    """Return the definition that was published, or the present one."""
    rule = listed.rule
    if version is None or version.rule_version == rule.version:
        return definition_of(rule)
    with context.transaction() as connection:
        old = rule_store.version(
            connection, context.workspace.id, rule.id, number=version.rule_version
        )
    return parse_definition(old.definition)


def _depends_on_everybody(rule: ResolvedRule) -> bool:
    return rule.limit is not None or any(_is_rank(leaf) for leaf in leaves_of(rule.where))


def _is_rank(leaf: ResolvedLeaf) -> bool:
    return isinstance(leaf, Measure) and leaf.rank != "value"


def _ranks(one: _One, name: str, evaluated: Evaluated | None) -> dict[Measure, Rank]:
    """Return what the ranked conditions came to for the entity, among everybody."""
    if evaluated is None:
        return {}
    outcome = evaluated.outcomes[name]
    return {
        leaf: Rank(one.truth(mask), among=bits.count(mask.true) + bits.count(mask.false))
        for (leaf, _), mask in zip(outcome.rule.leaves, outcome.leaves, strict=True)
        if isinstance(leaf, Measure) and leaf.rank != "value"
    }


def _published(
    one: _One,
    catalog: Catalog,
    asked: _Asked,
    members: Iterable[Member],
    evaluated: Evaluated | None,
) -> dict[str, tuple[Published, ...]]:
    """Return the versions of the parents that the rule saw, with this entity in them or not."""
    used = _used(asked)
    found: dict[str, tuple[Published, ...]] = {}
    by_name: dict[str, list[Member]] = {}
    for member in members:
        by_name.setdefault(str(member.segment), []).append(member)
    for name, conditions in by_name.items():
        history = _history(one, catalog, name, conditions, used.get(name))
        outcome = None
        if evaluated is not None and asked.version is None:
            outcome = evaluated.outcomes.get(name)
        if outcome is not None:
            number = history[-1].number + 1 if history else 1
            keys = _alone(one, one.is_in(outcome.members))
            history = (*history, Published(number, asked.as_of, keys))
        found[name] = history
    return found


def _used(asked: _Asked) -> Mapping[str, int]:
    """Return the versions of the parents that the explained version was computed from."""
    if asked.segment is None or asked.version is None:
        return {}
    with asked.context.transaction() as connection:
        edges = segment_store.lineage(
            connection,
            asked.context.workspace.id,
            asked.segment.id,
            number=asked.version.number,
        )
    return {edge.name: edge.version for edge in edges if edge.version is not None}


def _history(
    one: _One,
    catalog: Catalog,
    name: str,
    conditions: Sequence[Member],
    newest: int | None,
) -> tuple[Published, ...]:
    """Return the versions that conditions look at, oldest first, none newer than ``newest``."""
    parent = catalog.segments.get(name)
    if parent is None:
        return ()
    with one.context.transaction() as connection:
        versions = segment_store.versions(
            connection, one.context.workspace.id, parent.id, limit=_ALL_VERSIONS
        )
    versions = tuple(found for found in versions if newest is None or found.number <= newest)[::-1]
    if not any(member.changed for member in conditions):
        wanted = {member.version for member in conditions if member.version is not None}
        wanted |= {versions[-1].number} if versions else set()
        versions = tuple(found for found in versions if found.number in wanted)
    kept = [found for found in versions if found.bitmap is not None]
    history = [
        Published(
            found.number,
            found.as_of,
            _alone(one, one.is_in(version_members(one.context, found, one.known))),
        )
        for found in kept
    ]
    swept = [found for found in versions if found.bitmap is None]
    if swept and history:
        # What came before is unknown: nobody is said to have entered with the oldest kept version.
        before = Published(swept[-1].number, swept[-1].as_of, history[0].members)
        history.insert(0, before)
    return tuple(history)


def _alone(one: _One, is_in: bool) -> frozenset[Key]:
    return frozenset({one.key} if is_in else ())


def _record(asked: _Asked, key: Key, fields: Sequence[str]) -> None:
    what = "rule" if asked.segment is None else f"segment/{asked.segment.name}"
    with asked.context.transaction() as connection:
        record_read(connection, asked.context, what, fields, 1, how="explain", key=key)
