"""Builds the events of one source, or replaces the days of an earlier generation that changed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

from muster.base.datamodel import EventSource, Field, FieldType
from muster.engines.index.assembling import Assembler
from muster.engines.index.day_spans import old_part, spans_in, spans_of
from muster.engines.index.event_shapes import (
    MOST_PARTITIONS,
    choose_partition,
    grown_shape,
    shape_of,
)
from muster.engines.index.files import GenerationWriter
from muster.engines.index.keyed import Keyed
from muster.engines.index.layout import BLOCK, EventIndex
from muster.engines.index.layout import Codes as CodesColumn
from muster.engines.index.manifest import Bucket, StoredSource
from muster.engines.index.pieces import (
    Layout,
    Part,
    Piece,
    keep_piece,
    read_piece,
    shape_of_texts,
    within,
)
from muster.engines.index.reading import (
    MOST_EVENT_TEXTS,
    Extent,
    Relation,
    Survey,
    count_texts,
    doubtful_lookups,
    event_relation,
    kind_of,
    native_types,
    survey,
    unfit,
)
from muster.engines.index.temporary import kept_rows
from muster.engines.scan_executor import EmbeddedWarehouse

_PIECE_ROWS = 2_000_000
_REBUILD_SHARE = 0.5
"""Of a source whose changed days hold more of its rows than this, nothing is kept."""


@dataclass(frozen=True, slots=True)
class Before:
    """A source in an earlier generation."""

    generation: str
    stored: StoredSource
    index: EventIndex
    left_out: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Built:
    """A source in the generation that is being made; None: it is left to SQL as a whole."""

    stored: StoredSource | None
    version: str
    left_out: Mapping[str, str]


class SourceBuilder:
    """Writes one source into a generation."""

    def __init__(
        self,
        warehouse: EmbeddedWarehouse,
        source: EventSource,
        keyed: Keyed,
        writer: GenerationWriter,
        *,
        prefix: str,
        size_before: int,
        views: frozenset[str],
    ) -> None:
        self._warehouse = warehouse
        self._source = source
        self._keyed = keyed
        self._writer = writer
        self._prefix = prefix
        self._size_before = size_before
        self._views = views
        self._left_out: dict[str, str] = {}

    def build(self, before: Before | None) -> Built:
        """Write the source, keeping what did not change."""
        if self._source.table.lower() in self._views:
            return Built(None, "", {"": "it is a view, which may change by itself"})
        fields = self._fields()
        if self._source.at not in fields:
            return Built(None, "", {"": "its time is looked up, and may be several"})
        relation = event_relation(self._source, fields)
        with kept_rows(self._warehouse, relation, wanted=self._source.keep_latest) as relation:
            native = native_types(self._warehouse, relation)
            found = survey(self._warehouse, relation, ingested_at=self._source.ingested_at)
            version = _version(found)
            why = self._unfit(found, native)
            if why is not None:
                return Built(None, version, {"": why})
            stored = None
            if before is not None:
                stored = self._extended(before, relation, found, native)
            if stored is None:
                stored = self._whole(relation, found, native)
        return Built(stored, version, dict(self._left_out))

    def _fields(self) -> dict[str, Field]:
        doubtful = doubtful_lookups(self._warehouse, self._source.lookups, self._views)
        for name, field in self._source.fields.items():
            if field.lookup in doubtful:
                self._left_out[name] = doubtful[field.lookup]
        return {
            name: field
            for name, field in self._source.fields.items()
            if field.lookup not in doubtful
        }

    def _unfit(self, found: Survey, native: Mapping[str, str]) -> str | None:
        if found.timeless:
            return "some of its events are at infinity"
        if native and not self._keyed.suits(native["k"]):
            return f"its key is stored as {native['k']}"
        return None

    # -- from nothing --------------------------------------------------------------------------

    def _whole(self, relation: Relation, found: Survey, native: Mapping[str, str]) -> StoredSource:
        extents = found.extents(found.days)
        fields = self._fitting(relation, native, extents)
        names = [field.name for field in fields if kind_of(field) == "codes"]
        counts = count_texts(self._warehouse, relation, names, most=MOST_EVENT_TEXTS)
        for name in names:
            if name not in counts:
                self._left_out[name] = f"it has more than {MOST_EVENT_TEXTS:,} distinct texts"
        shapes = [
            shape_of(field, extents, counts)
            for field in fields
            if kind_of(field) != "codes" or field.name in counts
        ]
        rows = sum(day.rows for day in found.days.values())
        chosen = choose_partition(shapes, counts, rows)
        layout = Layout(
            self._keyed.size, chosen, tuple(shape for shape in shapes if shape is not chosen)
        )
        pieces = self._read(relation, layout, found, sorted(found.days))
        parts = [piece.part for piece in pieces]
        return self._assembled(layout, parts, found, _buckets(found, pieces))

    def _fitting(
        self, relation: Relation, native: Mapping[str, str], extents: Mapping[str, Extent]
    ) -> list[Field]:
        fields = []
        for name, field in relation.fields.items():
            if name == self._source.at:
                continue  # `at` is beside the columns
            why = unfit(field, native, extents.get(name))
            if field.type is FieldType.LIST:
                why = "lists of events are not kept"
            if why is None:
                fields.append(field)
            else:
                self._left_out[name] = why
        return fields

    # -- from an earlier generation ------------------------------------------------------------

    def _extended(
        self, before: Before, relation: Relation, found: Survey, native: Mapping[str, str]
    ) -> StoredSource | None:
        """Replace the days that changed; None where everything is better read again."""
        stored = before.stored
        kept = {*stored.columns, *([stored.partition.name] if stored.partition else ())}
        if not kept <= relation.fields.keys():
            return None  # a lookup's keys repeat since
        grown = self._keyed.size > self._size_before
        gone = [day for day in stored.buckets if day not in found.days]
        changed = [
            day
            for day, one in sorted(found.days.items())
            if (bucket := stored.buckets.get(day)) is None
            or (bucket.rows, bucket.digest) != (one.rows, one.digest)
            or (grown and bucket.strangers)
        ]
        self._left_out = dict(before.left_out)
        blocks = -(-self._keyed.size // BLOCK) - -(-self._size_before // BLOCK)
        if not changed and not gone and not blocks:
            return self._taken_over(before, found)
        rows = sum(day.rows for day in found.days.values())
        if sum(found.days[day].rows for day in changed) > _REBUILD_SHARE * rows:
            self._left_out = {}
            return None
        layout = self._grown(before, relation, found, native, changed)
        if layout is None:
            self._left_out = {}
            return None
        pieces = self._read(relation, layout, found, changed)
        spans = spans_of(changed)
        parts = [replace(piece.part, spans=spans_in(spans, piece)) for piece in pieces]
        parts.append(old_part(before.index, layout, spans_of([*changed, *gone])))
        buckets = {day: one for day, one in stored.buckets.items() if day in found.days}
        return self._assembled(layout, parts, found, buckets | _buckets(found, pieces, changed))

    def _taken_over(self, before: Before, found: Survey) -> StoredSource:
        stored = before.stored
        arrays = [*stored.arrays.values()]
        for column in stored.columns.values():
            arrays += column.arrays.values()
        self._writer.take_over(before.generation, arrays)
        return replace(stored, newest_ingested=found.newest_ingested)

    def _grown(
        self,
        before: Before,
        relation: Relation,
        found: Survey,
        native: Mapping[str, str],
        changed: Sequence[int],
    ) -> Layout | None:
        """Return the layout of what was there and is new; None if the two do not go together."""
        stored = before.stored
        extents = found.extents(changed)
        for name, column in stored.columns.items():
            if unfit(column.field, native, extents.get(name)) is not None:
                return None
        texts = {
            name: column.dictionary
            for name, column in before.index.columns.items()
            if isinstance(column, CodesColumn)
        }
        if stored.partition is not None:
            texts[stored.partition.name] = stored.partitions
        if changed:
            where = within(changed)
            counts = count_texts(
                self._warehouse, relation, texts, most=MOST_EVENT_TEXTS, where=where
            )
            for name, known in texts.items():
                if name not in counts:
                    return None
                fresh = sorted(counts[name].keys() - set(known))
                if len(known) + len(fresh) > MOST_EVENT_TEXTS:
                    return None
                texts[name] = (*known, *fresh)
        partition = None
        if stored.partition is not None:
            partition = shape_of_texts(stored.partition, texts[stored.partition.name])
            if len(partition.texts) > MOST_PARTITIONS:
                return None
        shapes = tuple(
            grown_shape(column.field, before.index, extents, texts)
            for column in stored.columns.values()
        )
        return Layout(self._keyed.size, partition, shapes)

    # -- both ----------------------------------------------------------------------------------

    def _read(
        self, relation: Relation, layout: Layout, found: Survey, days: Sequence[int]
    ) -> list[Piece]:
        """Read some days piece by piece; a piece is written while the next one is read."""
        pending: list[Future[Piece]] = []
        with ThreadPoolExecutor(1) as pool:
            for number, (some, share) in enumerate(_pieces(found, days)):
                rows = read_piece(
                    self._warehouse, self._keyed, relation, layout, days=some, share=share
                )
                if len(pending) > 1:
                    pending[-2].result()  # no more than two are in memory
                name = f"{self._prefix}.piece{number}"
                folder: Path = self._writer.path
                pending.append(pool.submit(keep_piece, rows, layout, folder=folder, name=name))
        return [one.result() for one in pending]

    def _assembled(
        self,
        layout: Layout,
        parts: Sequence[Part],
        found: Survey,
        buckets: Mapping[int, Bucket],
    ) -> StoredSource:
        assembled = Assembler(parts, layout, self._writer, prefix=self._prefix).write()
        partition = layout.partition
        return StoredSource(
            partition=None if partition is None else partition.field,
            partitions=() if partition is None else partition.texts,
            arrays=assembled.arrays,
            columns=assembled.columns,
            buckets=dict(sorted(buckets.items())),
            rows=assembled.rows,
            newest_event=assembled.newest,
            newest_ingested=found.newest_ingested,
        )


def _version(found: Survey) -> str:
    """Return a hash of a source's data."""
    digest = sha256()
    for day, one in sorted(found.days.items()):
        digest.update(f"{day}:{one.rows}:{one.digest};".encode())
    return digest.hexdigest()[:32]


def _pieces(found: Survey, days: Sequence[int]) -> list[tuple[list[int], tuple[int, int]]]:
    """Group days so that a piece has about so many rows as are sorted quickly.

    A day of many more rows makes several pieces; see `read_piece` for shares.
    """
    pieces: list[tuple[list[int], tuple[int, int]]] = []
    room = 0
    for day in days:
        rows = found.days[day].rows
        if rows > 2 * _PIECE_ROWS:
            count = -(-rows // _PIECE_ROWS)
            pieces += [([day], (number, count)) for number in range(count)]
            room = 0
            continue
        if rows > room:
            pieces.append(([], (0, 1)))
            room = _PIECE_ROWS
        pieces[-1][0].append(day)
        room -= rows
    return pieces


def _buckets(
    found: Survey, pieces: Iterable[Piece], days: Iterable[int] | None = None
) -> dict[int, Bucket]:
    """Return what is remembered of the days that were read."""
    known: Counter[int] = Counter()
    tied: set[int] = set()
    for piece in pieces:
        known.update(piece.known)
        tied |= piece.tied
    return {
        day: Bucket(
            found.days[day].rows,
            found.days[day].digest,
            found.days[day].rows - known[day],
            day in tied,
        )
        for day in (found.days if days is None else days)
    }
