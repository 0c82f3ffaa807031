"""Makes the next generation of an index, from nothing or from what an earlier one holds."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from muster.base.datamodel import DataModel
from muster.engines import bits
from muster.engines.base import Progress
from muster.engines.entities import EntityDictionary, extend_entities
from muster.engines.index.attributes_build import AttributeBuilder
from muster.engines.index.events_build import Before, SourceBuilder
from muster.engines.index.files import GenerationWriter, open_index
from muster.engines.index.keyed import Keyed, entity_keys
from muster.engines.index.layout import AudienceIndex
from muster.engines.index.manifest import (
    Manifest,
    StoredArray,
    StoredColumn,
    StoredSource,
    model_fingerprint,
)
from muster.engines.index.reading import doubtful_lookups, entity_relation, survey, views_in
from muster.engines.scan_executor import EmbeddedWarehouse


@dataclass(frozen=True, slots=True)
class Earlier:
    """The generation that the next one is made from."""

    manifest: Manifest
    index: AudienceIndex


def make_generation(
    warehouse: EmbeddedWarehouse,
    model: DataModel,
    *,
    folder: Path,
    stamp: str,
    earlier: Earlier | None,
    progress: Progress | None,
) -> AudienceIndex:
    """Write a generation, make it the one that counts, and open it.

    Raises:
        EngineFailed: the warehouse failed.
        InvalidFile: DUPLICATE_KEYS, or the entity dictionary is damaged.
    """
    keys = entity_keys(warehouse, model)
    entities = extend_entities(folder.parent, keys)
    now = datetime.now(UTC)
    generation = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(4)}"
    keyed = Keyed(warehouse, entities)
    try:
        with GenerationWriter(folder, generation) as writer:
            making = _Making(warehouse, model, keyed, writer, earlier, progress or _silent)
            making.views = views_in(warehouse)
            present = bits.from_ordinals(entities.ordinals_of(keys), entities.size)
            making.entity(present, entities)
            making.sources()
            manifest = Manifest(
                generation=generation,
                stamp=stamp,
                model=model_fingerprint(model),
                built_at=now,
                size=entities.size,
                entities=entities.fingerprint(entities.size),
                present=writer.whole("present", present),
                attributes=making.attributes,
                events=making.events,
                # a source may be called "entity"
                versions={
                    **making.versions,
                    "entity": making.entity_version + making.versions.get("entity", ""),
                },
                entity_version=making.entity_version,
                left_out=making.left_out,
            )
            writer.commit(manifest)
    finally:
        keyed.close()
    found = open_index(folder, verify=False)
    assert found is not None
    return found


@dataclass(slots=True)
class _Making:
    """What a generation consists of so far."""

    warehouse: EmbeddedWarehouse
    model: DataModel
    keyed: Keyed
    writer: GenerationWriter
    earlier: Earlier | None
    progress: Progress
    attributes: dict[str, StoredColumn] = field(default_factory=dict)
    events: dict[str, StoredSource] = field(default_factory=dict)
    versions: dict[str, str] = field(default_factory=dict)
    left_out: dict[str, str] = field(default_factory=dict)
    entity_version: str = ""
    views: frozenset[str] = frozenset()

    def entity(self, present: bits.Words, entities: EntityDictionary) -> None:
        """Write the attributes, or take them over if nothing changed."""
        self.progress(f"index: {self.model.entity.name}")
        doubtful = doubtful_lookups(self.warehouse, self.model.entity.lookups, self.views)
        fields = {}
        for name, one in self.model.attributes.items():
            if one.lookup in doubtful:
                self.left_out[f"entity.{name}"] = doubtful[one.lookup]
            else:
                fields[name] = one
        relation = entity_relation(self.model, fields)
        found = survey(self.warehouse, relation)
        version = sha256(entities.fingerprint(entities.size).encode() + present.tobytes())
        version.update(repr([(one.rows, one.digest) for one in found.days.values()]).encode())
        self.entity_version = version.hexdigest()[:32]
        earlier = self.earlier
        if earlier and earlier.manifest.entity_version == self.entity_version:
            self.attributes = dict(earlier.manifest.attributes)
            self._take_over(earlier.manifest.generation, self.attributes)
            for name, why in _of_part(earlier.manifest.left_out, "entity").items():
                self.left_out[f"entity.{name}"] = why
            return
        builder = AttributeBuilder(self.warehouse, relation, self.keyed, self.writer)
        self.attributes = builder.build(found)
        self.left_out |= {f"entity.{name}": why for name, why in builder.left_out.items()}

    def sources(self) -> None:
        """Write the events of every source."""
        earlier = self.earlier
        for place, (name, source) in enumerate(self.model.events.items()):
            self.progress(f"index: {name}")
            before = None
            if earlier is not None and name in earlier.index.events:
                before = Before(
                    earlier.manifest.generation,
                    earlier.manifest.events[name],
                    earlier.index.events[name],
                    _of_part(earlier.manifest.left_out, name),
                )
            builder = SourceBuilder(
                self.warehouse,
                source,
                self.keyed,
                self.writer,
                prefix=f"events{place}",
                size_before=earlier.manifest.size if earlier else 0,
                views=self.views,
            )
            built = builder.build(before)
            if built.version:
                self.versions[name] = built.version
            for key, why in built.left_out.items():
                self.left_out[f"{name}.{key}" if key else name] = why
            if built.stored is not None:
                self.events[name] = built.stored

    def _take_over(self, generation: str, columns: Mapping[str, StoredColumn]) -> None:
        arrays: list[StoredArray] = []
        for column in columns.values():
            arrays += column.arrays.values()
        self.writer.take_over(generation, arrays)


def _of_part(left_out: Mapping[str, str], part: str) -> dict[str, str]:
    """Return what is left out of the entity or of a source, by field."""
    start = f"{part}."
    return {
        name.removeprefix(start): why for name, why in left_out.items() if name.startswith(start)
    }


def _silent(_what: str) -> None:
    """Take progress and say nothing."""
