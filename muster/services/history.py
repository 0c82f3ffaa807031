"""When one entity entered and left a segment, from the members of its published versions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

import numpy as np

from muster.base.errors import InvalidFile, NotFound
from muster.base.records import Segment, SegmentVersion
from muster.engines.bitmap_files import holds_member
from muster.engines.entities import EntityDictionary, read_entities
from muster.services.context import WorkspaceContext
from muster.services.segments import Key, find_segment
from muster.store import segments as segment_store

_ALL_VERSIONS = 1_000_000
_LARGEST = 2**63


@dataclass(frozen=True, slots=True)
class Spell:
    """Versions in a row, ``first`` to ``last``, of which one entity is a member, or not.

    ``member`` None: nobody knows any more; the versions no longer keep their members.
    """

    member: bool | None
    first: SegmentVersion
    last: SegmentVersion


@dataclass(frozen=True, slots=True)
class EntityHistory:
    """An entity's membership over the versions of a segment, the oldest spell first."""

    segment: Segment
    key: Key
    spells: tuple[Spell, ...]


def entity_history(context: WorkspaceContext, name: str | int, key: str) -> EntityHistory:
    """Return when an entity entered and left a segment.

    Args:
        key: as text; it becomes a number where keys are numbers.

    Raises:
        NotFound: UNKNOWN_SEGMENT; UNKNOWN_ENTITY, no refresh ever saw it.
    """
    segment = find_segment(context, name)
    entities = read_entities(context.folder)
    typed, ordinal = _known(entities, key)
    with context.transaction() as connection:
        versions = segment_store.versions(
            connection, context.workspace.id, segment.id, limit=_ALL_VERSIONS
        )
    states = (
        (_is_member(context, version, entities, ordinal), version) for version in versions[::-1]
    )
    return EntityHistory(segment, typed, tuple(_spells(states)))


def _spells(states: Iterator[tuple[bool | None, SegmentVersion]]) -> Iterator[Spell]:
    for member, group in groupby(states, key=lambda state: state[0]):
        versions = [version for _, version in group]
        yield Spell(member, versions[0], versions[-1])


def _known(entities: EntityDictionary, text: str) -> tuple[Key, int]:
    """Return a key as the dictionary has it, and its ordinal."""
    key: Key = text
    if not entities.is_text:
        whole = text.strip().removeprefix("-")
        key = int(text) if whole.isascii() and whole.isdigit() and len(whole) < 20 else _LARGEST
    if key == text or -_LARGEST <= int(key) < _LARGEST:
        wanted = np.array([key], dtype=object if entities.is_text else np.int64)
        ordinal = int(entities.ordinals_of(wanted)[0])
        if ordinal >= 0:
            return key, ordinal
    raise NotFound(
        "UNKNOWN_ENTITY",
        f'No refresh ever saw an entity with the key "{text}".',
        hint="Check the key; new entities are seen by the next refresh.",
        path="$.query.entity",
    )


def _is_member(
    context: WorkspaceContext, version: SegmentVersion, entities: EntityDictionary, ordinal: int
) -> bool | None:
    if version.bitmap is None:
        return None
    path = context.resources.data_folder / version.bitmap
    try:
        return holds_member(path, entities, ordinal)
    except (InvalidFile, NotFound):  # damaged or lost: as good as not kept
        return None
