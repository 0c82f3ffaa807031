"""Members of published segments, read from their bitmaps."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.base.records import Segment, SegmentVersion
from muster.compile.atoms import MemberAtom
from muster.engines import bits
from muster.engines.bitmap_files import read_members
from muster.engines.bits import Words
from muster.engines.entities import EntityDictionary, read_entities
from muster.services.context import WorkspaceContext
from muster.store import segment_list
from muster.store import segments as segment_store

_ALL_VERSIONS = 1_000_000
MemberChange = Literal["entered", "left"]


def version_members(
    context: WorkspaceContext, version: SegmentVersion, entities: EntityDictionary
) -> Words:
    """Return one version's members as bits.

    Raises:
        Conflict: VERSION_SWEPT, its members are no longer kept.
    """
    if version.bitmap is None:
        raise Conflict(
            "VERSION_SWEPT",
            f"The members of version {version.number} are no longer kept.",
            hint="Only the newest versions keep their members; choose a later one.",
        )
    return read_members(context.resources.data_folder / version.bitmap, entities)


def chosen_members(
    context: WorkspaceContext,
    version: SegmentVersion,
    entities: EntityDictionary,
    *,
    change: MemberChange | None = None,
) -> Words:
    """Return one version's members, or who entered or left with it, as bits.

    Raises:
        Conflict: VERSION_SWEPT, its members (or those of the version before) are not kept.
    """
    members = version_members(context, version, entities)
    if change is None:
        return members
    before = bits.zeros(entities.size)
    if version.number > 1:
        with context.transaction() as connection:
            previous = segment_store.version(
                connection, context.workspace.id, version.segment_id, number=version.number - 1
            )
        before = version_members(context, previous, entities)
    return members & ~before if change == "entered" else before & ~members


def keys_of(
    context: WorkspaceContext, version: SegmentVersion, *, change: MemberChange | None = None
) -> NDArray[np.generic]:
    """Return one version's entity keys (or of who entered or left with it), in order of key."""
    entities = read_entities(context.folder)
    members = chosen_members(context, version, entities, change=change)
    return np.sort(entities.keys[bits.to_ordinals(members, entities.size)])


def first_keys(
    context: WorkspaceContext,
    version: SegmentVersion,
    *,
    limit: int,
    after: str | int | None,
    change: MemberChange | None = None,
) -> tuple[NDArray[np.generic], bool, int]:
    """Return the smallest keys of one version above ``after``, whether there are more, and of all.

    Args:
        change: only those who entered or left with the version.

    Raises:
        InvalidInput: BAD_CURSOR, ``after`` is not of the keys' kind.
    """
    entities = read_entities(context.folder)
    members = chosen_members(context, version, entities, change=change)
    keys = entities.keys[bits.to_ordinals(members, entities.size)]
    total = len(keys)
    if after is not None:
        if isinstance(after, str) is not entities.is_text:
            raise InvalidInput(
                "BAD_CURSOR",
                "The cursor belongs to another list.",
                path="$.query.cursor",
                hint="Begin again without a cursor.",
            )
        keys = keys[keys > after]
    if len(keys) > limit:  # finding the smallest costs a tenth of sorting them all
        return np.sort(np.partition(keys, limit - 1)[:limit]), True, total
    return np.sort(keys), False, total


def current_version(segment: Segment) -> SegmentVersion:
    """Return what readers see of a segment; NotFound SEGMENT_NOT_PUBLISHED before its first run."""
    if segment.current is None:
        raise not_published(segment.name)
    return segment.current


def not_published(name: str) -> NotFound:
    """Return the error for a segment that has no version yet."""
    return NotFound(
        "SEGMENT_NOT_PUBLISHED",
        f'The segment "{name}" was never refreshed.',
        hint=f"Run `muster refresh {name}`.",
    )


def stored_members(context: WorkspaceContext) -> Callable[[MemberAtom], NDArray[np.int64]]:
    """Return what the evaluator calls for members of segments outside its own wave."""

    def ordinals(atom: MemberAtom) -> NDArray[np.int64]:
        entities = read_entities(context.folder)
        workspace_id = context.workspace.id
        name = str(atom.member.segment)
        with context.transaction() as connection:
            found = segment_list.named(connection, workspace_id, [name])
            segment = found[0].segment if found else None
            history: tuple[SegmentVersion, ...] = ()
            if segment is not None and (atom.member.changed or atom.member.version is not None):
                history = segment_store.versions(
                    connection, workspace_id, segment.id, limit=_ALL_VERSIONS
                )
        if atom.member.changed is not None:
            return _changed(context, atom, history, entities)
        if segment is None:
            raise not_published(name)
        version = current_version(segment)
        if atom.member.version is not None:
            pinned = [item for item in history if item.number == atom.member.version]
            if not pinned:
                raise NotFound(
                    "UNKNOWN_VERSION",
                    f'The segment "{segment.name}" has no version {atom.member.version}.',
                )
            version = pinned[0]
        members = version_members(context, version, entities)
        return bits.to_ordinals(members, entities.size)

    return ordinals


def _changed(
    context: WorkspaceContext,
    atom: MemberAtom,
    history: tuple[SegmentVersion, ...],
    entities: EntityDictionary,
) -> NDArray[np.int64]:
    """Return who entered (or exited) by any version whose as_of lies in the interval."""
    assert atom.changed_in is not None
    assert atom.member.changed is not None
    oldest_first = history[::-1]
    found = bits.zeros(entities.size)
    for index, version in enumerate(oldest_first):
        if not atom.changed_in.holds(version.as_of):
            continue
        after = version_members(context, version, entities)
        before = bits.zeros(entities.size)
        if index > 0:
            before = version_members(context, oldest_first[index - 1], entities)
        entered = atom.member.changed.kind == "entered"
        found |= (after & ~before) if entered else (before & ~after)
    return bits.to_ordinals(found, entities.size)
