"""Segments as readers see them: lists, members, differences between versions, lineage."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import numpy as np

from muster.base.datamodel import DataModel, Field, PiiClass
from muster.base.errors import InvalidInput, NotFound, Problem
from muster.base.records import LineageEdge, Rule, Segment, SegmentVersion
from muster.engines import bits
from muster.engines.entities import read_entities
from muster.engines.member_rows import member_batches, output_columns
from muster.model.names import did_you_mean
from muster.services.context import WorkspaceContext
from muster.services.members import current_version, keys_of, version_members
from muster.services.wave import read_catalog
from muster.services.workspaces import current_model
from muster.store import audit
from muster.store import rules as rule_store
from muster.store import segments as segment_store

MASK = "***"
MAX_PAGE = 10_000
Key = str | int


@dataclass(frozen=True, slots=True)
class SegmentEntry:
    """A segment with the rule that yields it."""

    segment: Segment
    rule: Rule


@dataclass(frozen=True, slots=True)
class MemberPage:
    """Some members of one version, in order of key.

    Attributes:
        columns: names of the values in ``rows``; the key's first.
        masked: the columns whose values are hidden.
        truncated: there are more members than the page shows.
    """

    version: SegmentVersion
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    masked: tuple[str, ...]
    truncated: bool


@dataclass(frozen=True, slots=True)
class SegmentDifference:
    """What happened between two versions; samples are the smallest keys, at most as many as asked.

    ``rule_changed``: the rule itself is another one, so the change is not the data's alone.
    """

    before: SegmentVersion
    after: SegmentVersion
    entered: int
    left: int
    stayed: int
    entered_sample: tuple[Key, ...]
    left_sample: tuple[Key, ...]
    rule_changed: bool


@dataclass(frozen=True, slots=True)
class Ancestor:
    """What a segment version was computed from, and from what that was.

    Attributes:
        kind: "segment" or "table".
        version: the segment's version that was used; None for a table.
        behind: how many versions have been published since that one.
        age: how old its ``as_of`` is now; None for a table.
        repeated: it stands elsewhere in the tree already, with its own parents.
    """

    kind: str
    name: str
    version: int | None
    behind: int
    size: int | None
    as_of: datetime | None
    age: timedelta | None
    parents: tuple[Ancestor, ...]
    repeated: bool


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where a segment comes from (down to tables) and which segments are made of it."""

    segment: Segment
    age: timedelta | None
    parents: tuple[Ancestor, ...]
    children: tuple[str, ...]


def list_segments(context: WorkspaceContext) -> tuple[SegmentEntry, ...]:
    """Return the workspace's segments by name."""
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        rules = {rule.id: rule for rule in rule_store.every(connection, workspace_id)}
        found = segment_store.every(connection, workspace_id)
    return tuple(SegmentEntry(segment, rules[segment.rule_id]) for segment in found)


def show_segment(
    context: WorkspaceContext, name: str, *, versions: int = 20
) -> tuple[SegmentEntry, tuple[SegmentVersion, ...]]:
    """Return a segment, its rule and its newest versions; NotFound UNKNOWN_SEGMENT."""
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        segment = segment_store.by_name(connection, workspace_id, name)
        rule = rule_store.by_id(connection, workspace_id, segment.rule_id)
        history = segment_store.versions(connection, workspace_id, segment.id, limit=versions)
    return SegmentEntry(segment, rule), history


def find_version(
    context: WorkspaceContext, name: str, number: int | None
) -> tuple[Segment, SegmentVersion]:
    """Return a segment and one of its versions; None is the one readers see.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_SEGMENT_VERSION, SEGMENT_NOT_PUBLISHED.
    """
    workspace_id = context.workspace.id
    with context.transaction() as connection:
        segment = segment_store.by_name(connection, workspace_id, name)
        if number is None:
            return segment, current_version(segment)
        return segment, segment_store.version(connection, workspace_id, segment.id, number=number)


def read_members(
    context: WorkspaceContext,
    name: str,
    *,
    limit: int = 100,
    offset: int = 0,
    columns: Sequence[str] = (),
    version: int | None = None,
    unmask: bool = False,
) -> MemberPage:
    """Return some members of a segment, by key, with attributes.

    Values of fields with a PII class are hidden unless ``unmask``, and that is written into the
    audit log.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_SEGMENT_VERSION, SEGMENT_NOT_PUBLISHED.
        InvalidInput: BAD_LIMIT, UNKNOWN_COLUMN.
        Conflict: VERSION_SWEPT.
    """
    if not 1 <= limit <= MAX_PAGE or offset < 0:
        raise InvalidInput(
            "BAD_LIMIT", f"A page has 1 to {MAX_PAGE:,} members and begins at 0 or later."
        )
    segment, found = find_version(context, name, version)
    model = current_model(context)
    fields = chosen_fields(model, columns)
    keys = keys_of(context, found)
    page = keys[offset : offset + limit]
    rows: list[tuple[Any, ...]] = []
    if fields and len(page):
        with context.open_warehouse() as warehouse:
            masked = None if unmask else MASK
            for batch in member_batches(warehouse, model, page, fields, masked=masked):
                rows += batch
    else:
        rows = [(key,) for key in page.tolist()]
    if unmask and personal(fields):
        record_unmasked(context, segment, found, fields=fields, rows=len(rows), how="members")
    return MemberPage(
        found,
        output_columns(model, fields),
        tuple(rows),
        () if unmask else output_columns(model, personal(fields))[1:],
        offset + limit < len(keys),
    )


def chosen_fields(model: DataModel, names: Sequence[str]) -> tuple[Field, ...]:
    """Return the named attributes; InvalidInput UNKNOWN_COLUMN with a problem for each other."""
    problems = [
        Problem(
            "UNKNOWN_COLUMN",
            "--columns",
            f'There is no attribute "{name}".',
            did_you_mean(name, model.attributes),
        )
        for name in names
        if name not in model.attributes
    ]
    if problems:
        raise InvalidInput.of("UNKNOWN_COLUMN", "The list of columns", problems)
    return tuple(model.attributes[name] for name in dict.fromkeys(names))


def personal(fields: Iterable[Field]) -> tuple[Field, ...]:
    """Return the fields that are hidden unless somebody may see them."""
    return tuple(field for field in fields if field.pii is not PiiClass.NONE)


def record_unmasked(
    context: WorkspaceContext,
    segment: Segment,
    version: SegmentVersion,
    *,
    fields: Sequence[Field],
    rows: int,
    how: str,
) -> None:
    """Write into the audit log that somebody saw personal data."""
    with context.transaction() as connection:
        audit.record(
            connection,
            context.workspace.id,
            actor=context.actor,
            action="segment.unmask",
            subject=segment.name,
            after={
                "how": how,
                "version": version.number,
                "rows": rows,
                "fields": [field.name for field in personal(fields)],
            },
        )


def compare_versions(
    context: WorkspaceContext,
    name: str,
    *,
    before: int | None = None,
    after: int | None = None,
    sample: int = 20,
) -> SegmentDifference:
    """Say who entered and left between two versions; by default the last two.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_SEGMENT_VERSION, SEGMENT_NOT_PUBLISHED,
            NO_EARLIER_VERSION.
        Conflict: VERSION_SWEPT.
    """
    segment, newer = find_version(context, name, after)
    if before is None and newer.number == 1:
        raise NotFound(
            "NO_EARLIER_VERSION",
            f'Version 1 of "{segment.name}" has nothing before it to compare with.',
            hint=f"Run `muster refresh {segment.name}`, or name two versions.",
        )
    _, older = find_version(context, name, newer.number - 1 if before is None else before)
    entities = read_entities(context.folder)
    members = version_members(context, newer, entities)
    previous = version_members(context, older, entities)
    entered, left = members & ~previous, previous & ~members

    def smallest(chosen: bits.Words) -> tuple[Key, ...]:
        keys = entities.keys[bits.to_ordinals(chosen, entities.size)]
        return tuple(np.sort(keys)[:sample].tolist())

    return SegmentDifference(
        older,
        newer,
        bits.count(entered),
        bits.count(left),
        bits.count(members & previous),
        smallest(entered),
        smallest(left),
        older.rule_version != newer.rule_version,
    )


def read_lineage(context: WorkspaceContext, name: str) -> Lineage:
    """Return what a segment's current version was computed from, and what is made of it.

    Raises:
        NotFound: UNKNOWN_SEGMENT.
    """
    catalog = read_catalog(context, current_model(context))
    segment = catalog.segments.get(name)
    if segment is None:
        segment, _ = find_version(context, name, None)
    now = context.resources.clock.now_utc()
    tree = _Tree(context, now)
    children = tuple(sorted(child for child, made_of in catalog.edges().items() if name in made_of))
    current = segment.current
    return Lineage(
        segment,
        None if current is None else now - current.as_of,
        () if current is None else tree.parents(segment, current.number),
        children,
    )


class _Tree:
    """Follows lineage down; a version that was followed once is only named the next time."""

    def __init__(self, context: WorkspaceContext, now: datetime) -> None:
        self._context = context
        self._now = now
        self._followed: set[tuple[str, int]] = set()

    def parents(self, segment: Segment, number: int) -> tuple[Ancestor, ...]:
        """Return what one version was computed from."""
        self._followed.add((segment.name, number))
        with self._context.transaction() as connection:
            edges = segment_store.lineage(
                connection, self._context.workspace.id, segment.id, number=number
            )
        return tuple(self._ancestor(edge) for edge in edges)

    def _ancestor(self, edge: LineageEdge) -> Ancestor:
        if edge.kind == "table" or edge.version is None:
            return Ancestor("table", edge.name, None, 0, None, None, None, (), False)
        segment, used = find_version(self._context, edge.name, edge.version)
        newest = used.number if segment.current is None else segment.current.number
        repeated = (edge.name, edge.version) in self._followed
        return Ancestor(
            "segment",
            edge.name,
            used.number,
            newest - used.number,
            used.size,
            used.as_of,
            self._now - used.as_of,
            () if repeated else self.parents(segment, used.number),
            repeated,
        )
