"""A small world of plain rows: what the reference evaluator looks at.

Rows use logical names. An entity's row maps attributes to values; an event's row has its fields and
may have ``id``. Instants are datetimes in UTC, days are dates, money is Decimal, a geo value is
(latitude, longitude) with None where missing, a list is a list of strings.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from muster.base.datamodel import DataModel, EventSource

Key = str | int
Row = Mapping[str, Any]
_FIRST = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Published:
    """One published version of a segment."""

    number: int
    as_of: datetime
    members: frozenset[Key]


@dataclass(frozen=True, slots=True)
class World:
    """Everything a rule can see.

    Attributes:
        entities: key -> row.
        events: source name -> (entity key, row) pairs; keys of nobody are allowed.
        lists: list name -> keys.
        segments: segment name -> published versions, oldest first.
    """

    model: DataModel
    entities: Mapping[Key, Row]
    events: Mapping[str, Sequence[tuple[Key | None, Row]]]
    lists: Mapping[str, frozenset[Key]] = field(default_factory=dict)
    segments: Mapping[str, tuple[Published, ...]] = field(default_factory=dict)

    def events_by_entity(self, source: str) -> dict[Key, list[Row]]:
        """Return a source's events per entity, deduplicated as the model says."""
        spec = self.model.events[source]
        rows = list(self.events.get(source, ()))
        if spec.keep_latest:
            rows = _latest(spec, rows)
        found: dict[Key, list[Row]] = defaultdict(list)
        for key, row in rows:
            if key is not None and key in self.entities:
                found[key].append(row)
        return found


def _latest(spec: EventSource, rows: list[tuple[Key | None, Row]]) -> list[tuple[Key | None, Row]]:
    """Keep, of the rows with one id, the one ingested last; rows without an id all stay."""
    kept: dict[Any, tuple[Key | None, Row]] = {}
    loose = []
    for key, row in rows:
        identity = row.get("id")
        if identity is None:
            loose.append((key, row))
        elif identity not in kept or _rank(spec, row) > _rank(spec, kept[identity][1]):
            kept[identity] = (key, row)
    return loose + list(kept.values())


def _rank(spec: EventSource, row: Row) -> tuple[datetime, datetime]:
    ingested = row.get(spec.ingested_at) if spec.ingested_at else None
    return (ingested or _FIRST, row.get(spec.at) or _FIRST)
