"""What a generation of an index on disk consists of, as plain data and as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from muster.base.datamodel import DataModel, Field, FieldType, Fold, PiiClass

FORMAT = 1


@dataclass(frozen=True, slots=True)
class StoredArray:
    """One file: raw values of one NumPy type, and their CRC-32."""

    name: str
    dtype: str
    shape: tuple[int, ...]
    checksum: int
    size_bytes: int


@dataclass(frozen=True, slots=True)
class StoredColumn:
    """One column: its arrays by role, e.g. ``codes``; see the classes of layout.py."""

    kind: str
    field: Field
    arrays: Mapping[str, StoredArray]
    magnitude: int = 0


@dataclass(frozen=True, slots=True)
class Bucket:
    """The events of one UTC day, whoever they are of.

    Attributes:
        rows: those with a time and a key.
        digest: of all their logical columns, whatever their order.
        strangers: rows of keys that were not in the dictionary.
        tied: whether two events of one entity happened at one instant.
    """

    rows: int
    digest: str
    strangers: int
    tied: bool


@dataclass(frozen=True, slots=True)
class StoredSource:
    """One event source.

    Attributes:
        arrays: offsets, entity, at.
        buckets: by the number of days since 1970-01-01.
        newest_event, newest_ingested: microseconds since then; None without.
    """

    partition: Field | None
    partitions: tuple[str, ...]
    arrays: Mapping[str, StoredArray]
    columns: Mapping[str, StoredColumn]
    buckets: Mapping[int, Bucket]
    rows: int
    newest_event: int | None
    newest_ingested: int | None


@dataclass(frozen=True, slots=True)
class Manifest:
    """One generation.

    Attributes:
        model: fingerprint of what the index depends on of the data model.
        entities: fingerprint of the entity dictionary's first ``size`` keys.
        entity_version: hash of the entity's keys and attributes.
        left_out: why an attribute ("entity.name"), a source ("source") or a field of one
            ("source.field") is left to SQL.
    """

    generation: str
    stamp: str
    model: str
    built_at: datetime
    size: int
    entities: str
    present: StoredArray
    attributes: Mapping[str, StoredColumn]
    events: Mapping[str, StoredSource]
    versions: Mapping[str, str]
    entity_version: str
    left_out: Mapping[str, str] = field(default_factory=dict)

    def arrays(self) -> tuple[StoredArray, ...]:
        """Return every file of the generation."""
        columns = [*self.attributes.values()]
        found = [self.present]
        for source in self.events.values():
            found += source.arrays.values()
            columns += source.columns.values()
        for column in columns:
            found += column.arrays.values()
        return tuple(found)

    def bytes_of(self, part: str) -> int:
        """Return how large "entity" or a source is on disk."""
        if part == "entity":
            columns, arrays = self.attributes, [self.present]
        else:
            columns = self.events[part].columns
            arrays = [*self.events[part].arrays.values()]
        for column in columns.values():
            arrays += column.arrays.values()
        return sum(array.size_bytes for array in arrays)


def model_fingerprint(model: DataModel) -> str:
    """Return a hash of what an index depends on: tables, keys, columns and types, not labels."""
    entity = model.entity
    parts: list[object] = [FORMAT, entity.table, entity.key, _plain(entity.lookups)]
    parts.append([_bare(found) for found in model.attributes.values()])
    for name, source in sorted(model.events.items()):
        bare = replace(
            source,
            label="",
            fields={key: _bare(found) for key, found in source.fields.items()},
            lookups=_plain(source.lookups),
        )
        parts.append((name, bare))
    return sha256(repr(parts).encode()).hexdigest()


def _bare(found: Field) -> Field:
    """Drop what says nothing about the values."""
    return replace(
        found,
        label="",
        description="",
        pii=PiiClass.NONE,
        fold=Fold.NONE,
        currency=None,
        values=(),
        top_values=(),
        guessed=(),
    )


def _plain(mapping: Mapping[str, Any]) -> dict[str, Any]:
    return dict(sorted(mapping.items()))


def to_json(manifest: Manifest) -> dict[str, Any]:
    """Return a manifest as JSON."""
    found = asdict(manifest)
    for name, source in manifest.events.items():
        found["events"][name]["buckets"] = [
            [number, one.rows, one.digest, one.strangers, one.tied]
            for number, one in source.buckets.items()
        ]
    found["built_at"] = manifest.built_at.isoformat()
    return found


def from_json(found: Mapping[str, Any]) -> Manifest:
    """Read a manifest; KeyError, TypeError or ValueError if it is none."""
    return Manifest(
        **{
            **found,
            "built_at": datetime.fromisoformat(found["built_at"]),
            "present": _array(found["present"]),
            "attributes": _columns(found["attributes"]),
            "events": {name: _source(one) for name, one in found["events"].items()},
        }
    )


def _source(found: Mapping[str, Any]) -> StoredSource:
    return StoredSource(
        **{
            **found,
            "partition": None if found["partition"] is None else _field(found["partition"]),
            "partitions": tuple(found["partitions"]),
            "arrays": _arrays(found["arrays"]),
            "columns": _columns(found["columns"]),
            "buckets": {number: Bucket(*rest) for number, *rest in found["buckets"]},
        }
    )


def _columns(found: Mapping[str, Any]) -> dict[str, StoredColumn]:
    return {
        name: StoredColumn(
            one["kind"], _field(one["field"]), _arrays(one["arrays"]), one["magnitude"]
        )
        for name, one in found.items()
    }


def _arrays(found: Mapping[str, Any]) -> dict[str, StoredArray]:
    return {role: _array(one) for role, one in found.items()}


def _array(found: Mapping[str, Any]) -> StoredArray:
    return StoredArray(**{**found, "shape": tuple(found["shape"])})


_TUPLES = tuple(one.name for one in fields(Field) if str(one.type).startswith("tuple"))


def _field(found: Mapping[str, Any]) -> Field:
    return Field(
        **{
            **found,
            **{name: tuple(found[name]) for name in _TUPLES},
            "type": FieldType(found["type"]),
            "fold": Fold(found["fold"]),
            "pii": PiiClass(found["pii"]),
        }
    )
