"""Segments as readers see them: lists, members, differences between versions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from muster.base.errors import InvalidInput, NotFound
from muster.base.ids import SegmentId
from muster.base.records import Rule, Segment, SegmentVersion
from muster.engines import bits
from muster.engines.entities import read_entities
from muster.engines.member_rows import member_batches, output_columns
from muster.rules.duration import to_utc
from muster.services import personal
from muster.services.context import WorkspaceContext
from muster.services.members import (
    MemberChange,
    current_version,
    first_keys,
    version_members,
)
from muster.services.workspaces import current_model
from muster.store import rules as rule_store
from muster.store import segment_history
from muster.store import segments as segment_store

MASK = personal.MASK
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
        total: how many there are in all.
        change: they are those who entered or left with the version; None: its members.
    """

    version: SegmentVersion
    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    masked: tuple[str, ...]
    truncated: bool
    total: int
    change: MemberChange | None


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


def find_segment(context: WorkspaceContext, segment: str | int) -> Segment:
    """Return a segment by its name or id; NotFound UNKNOWN_SEGMENT."""
    with context.transaction() as connection:
        if isinstance(segment, str):
            return segment_store.by_name(connection, context.workspace.id, segment)
        return segment_store.by_id(connection, context.workspace.id, SegmentId(segment))


def find_version(
    context: WorkspaceContext, name: str | int, number: int | None
) -> tuple[Segment, SegmentVersion]:
    """Return a segment (named, or by id) and one of its versions; None is what readers see.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_SEGMENT_VERSION, SEGMENT_NOT_PUBLISHED.
    """
    segment = find_segment(context, name)
    if number is None:
        return segment, current_version(segment)
    with context.transaction() as connection:
        found = segment_store.version(connection, context.workspace.id, segment.id, number=number)
    return segment, found


def version_at(
    context: WorkspaceContext, name: str | int, at: datetime
) -> tuple[Segment, SegmentVersion]:
    """Return a segment and its version with the last ``as_of`` not after an instant.

    Raises:
        NotFound: UNKNOWN_SEGMENT, NO_VERSION_YET.
    """
    segment = find_segment(context, name)
    with context.transaction() as connection:
        found = segment_history.version_at(connection, context.workspace.id, segment.id, at=at)
    if found is None:
        raise NotFound(
            "NO_VERSION_YET",
            f'"{segment.name}" had no version at {to_utc(at):%Y-%m-%d %H:%M:%S} UTC.',
            hint="Choose a later instant, or recompute past sizes from the rule.",
        )
    return segment, found


def version_page(
    context: WorkspaceContext,
    segment_id: int,
    *,
    limit: int,
    offset: int = 0,
    before: int | None = None,
) -> tuple[Segment, tuple[SegmentVersion, ...]]:
    """Return a segment and some of its versions, the newest first; NotFound UNKNOWN_SEGMENT.

    Args:
        before: only versions with a lower number.
    """
    segment = find_segment(context, segment_id)
    with context.transaction() as connection:
        found = segment_store.versions(
            connection,
            context.workspace.id,
            segment.id,
            limit=limit,
            offset=offset,
            before=before,
        )
    return segment, found


def read_members(
    context: WorkspaceContext,
    name: str | int,
    *,
    limit: int = 100,
    offset: int = 0,
    after: Key | None = None,
    columns: Sequence[str] | None = (),
    version: int | None = None,
    at: datetime | None = None,
    change: MemberChange | None = None,
    unmask: bool = False,
) -> MemberPage:
    """Return some members of a segment, by key, with attributes.

    Values of fields with a PII class are hidden unless ``unmask``, and that is written into the
    audit log.

    Args:
        after: begin with the first key above this one.
        columns: names of attributes; None = all of them.
        version: of this one; else of what readers see.
        at: who were members at this instant: the version with the last ``as_of`` not after it.
        change: who entered, or left, with the version instead of its members.

    Raises:
        NotFound: UNKNOWN_SEGMENT, UNKNOWN_SEGMENT_VERSION, SEGMENT_NOT_PUBLISHED, NO_VERSION_YET.
        InvalidInput: VERSION_OR_TIME, both are given; BAD_LIMIT, UNKNOWN_COLUMN, BAD_CURSOR.
        Forbidden: NOT_ALLOWED, personal values are not for the caller.
        Conflict: VERSION_SWEPT.
    """
    if not 1 <= limit <= MAX_PAGE or offset < 0:
        raise InvalidInput(
            "BAD_LIMIT", f"A page has 1 to {MAX_PAGE:,} members and begins at 0 or later."
        )
    model = current_model(context)
    names = tuple(model.attributes) if columns is None else columns
    shown = personal.shown_fields(context, model, names, clear=unmask)
    segment, found = _version_or_time(context, name, version, at)
    keys, truncated, total = first_keys(
        context, found, limit=offset + limit, after=after, change=change
    )
    page = keys[offset:]
    rows: list[tuple[Any, ...]] = []
    if shown.fields and len(page):
        with context.open_warehouse() as warehouse:
            for batch in member_batches(warehouse, model, page, shown.fields, masked=shown.mask):
                rows += batch
    else:
        rows = [(key,) for key in page.tolist()]
    if shown.revealed:
        with context.transaction() as connection:
            personal.record_read(
                connection,
                context,
                f"segment/{segment.name}",
                shown.revealed,
                len(rows),
                how="members",
                version=found.number,
            )
    return MemberPage(
        found,
        output_columns(model, shown.fields),
        tuple(rows),
        output_columns(model, shown.hidden)[1:],
        truncated,
        total,
        change,
    )


def _version_or_time(
    context: WorkspaceContext, name: str | int, number: int | None, at: datetime | None
) -> tuple[Segment, SegmentVersion]:
    if at is None:
        return find_version(context, name, number)
    if number is not None:
        raise InvalidInput(
            "VERSION_OR_TIME", "Name a version or an instant, not both.", path="$.query.at"
        )
    return version_at(context, name, at)


def compare_versions(
    context: WorkspaceContext,
    name: str | int,
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
