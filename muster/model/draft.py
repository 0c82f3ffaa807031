"""Drafts a data model from what was found in a warehouse; a person confirms or corrects it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

from muster.base.datamodel import (
    DataModel,
    Entity,
    EntityList,
    EventSource,
    Facets,
    Field,
    FieldType,
    Lookup,
    MetricDefinition,
)
from muster.base.errors import InvalidModel
from muster.base.inspection import TableFacts, WarehouseFacts
from muster.model.draft_fields import FieldContext, draft_fields
from muster.model.draft_tables import (
    Referrer,
    created_column,
    entity_table,
    ingested_column,
    lookups_of,
    referrers,
    time_column,
)
from muster.model.names import logical_name, singular
from muster.model.read_fields import TEXTUAL

_LISTS = re.compile(r"suppress|unsubscribe|opt_?out|block_?list|deny_?list|exclu")
_LOCATIONS = re.compile(r"(^|_)(city|town|state|province|region|county|country)$")
_BIRTH = re.compile(r"^(born|dob|birth(_?(date|day))?|date_of_birth)$")


def draft_model(
    facts: WarehouseFacts, *, time_zone: str, name: str, currency: str | None = None
) -> DataModel:
    """Guess a data model: who is counted, what is known of them, what happened to them.

    Args:
        facts: what was found.
        time_zone: IANA zone in which days are meant.
        name: of the workspace; becomes the description.
        currency: of money fields, when known.

    Raises:
        InvalidModel: no table has one row for each of anything others refer to.
    """
    return _Draft(facts, time_zone, name, currency).model()


def explain_guesses(
    facts: WarehouseFacts, *, time_zone: str, name: str, currency: str | None = None
) -> tuple[str, ...]:
    """Return one sentence for each decision that ``draft_model`` takes on the same facts.

    Raises:
        InvalidModel: as for ``draft_model``.
    """
    draft = _Draft(facts, time_zone, name, currency)
    draft.model()
    return tuple(draft.sentences)


@dataclass(slots=True)
class _Draft:
    facts: WarehouseFacts
    time_zone: str
    name: str
    currency: str | None
    sentences: list[str] = field(default_factory=list)

    def model(self) -> DataModel:
        table, reason = self._entity_table()
        assert table.primary_key is not None
        self._say(f'"{table.name}" is the entity, with the key "{table.primary_key}": {reason}.')
        entity_name = _entity_name(table)
        found = referrers(self.facts, table)
        side_tables = [
            one for one in found if one.column == one.table.primary_key and not _is_list(one.table)
        ]
        entity, attributes = self._entity(entity_name, table, side_tables)
        events: dict[str, EventSource] = {}
        lists: dict[str, EntityList] = {}
        for referrer in found:
            if referrer not in side_tables:
                self._place(referrer, table, events, lists)
        self._say_unused(table, found, events, entity)
        return DataModel(
            entity=entity,
            attributes=attributes,
            events=events,
            unions={},
            metrics=self._metrics(attributes, events),
            time_zone=self.time_zone,
            currency=self.currency,
            observed="window" if entity.created_at else "off",
            lists=lists,
            facets=self._facets(attributes),
            description=self.name,
        )

    def _entity_table(self) -> tuple[TableFacts, str]:
        found = entity_table(self.facts)
        if found is None:
            raise InvalidModel(
                "NO_ENTITY",
                "No table has one row for each entity with a key that other tables name.",
                hint="Add a table of customers (users, households …) with a unique key, "
                "or write model.yml by hand.",
            )
        return found

    def _entity(
        self, name: str, table: TableFacts, side_tables: list[Referrer]
    ) -> tuple[Entity, dict[str, Field]]:
        assert table.primary_key is not None
        lookups = lookups_of(table, self.facts, without=set())
        for side in side_tables:
            lookup_name = logical_name(singular(side.table.name))
            lookups[lookup_name] = Lookup(
                lookup_name, table=side.table.name, key=side.column, on=table.primary_key
            )
        created = created_column(table)
        context = FieldContext(of_person=True, currency=self.currency)
        attributes = draft_fields(table, context, without={table.primary_key}, taken=())
        self._add_lookup_fields(attributes, lookups, of_person=True)
        created_at = next(
            (one.name for one in attributes.values() if created and one.column == created), None
        )
        if created_at:
            self._say(f'"{created_at}" says since when a {name} is known.')
        entity = Entity(
            name=name,
            table=table.name,
            key=table.primary_key,
            label=_label(table.name),
            created_at=created_at,
            lookups=lookups,
        )
        return entity, attributes

    def _place(
        self,
        referrer: Referrer,
        entity: TableFacts,
        events: dict[str, EventSource],
        lists: dict[str, EntityList],
    ) -> None:
        """Make a table that refers to the entity a source of events, or a list, or nothing."""
        table = referrer.table
        table_name = logical_name(table.name)
        if _is_list(table):
            lists[table_name] = EntityList(table_name, table.name, referrer.column)
            self._say(f'"{table.name}" is a list of keys.')
            return
        at = time_column(table)
        if at is None:
            self._say(f'"{table.name}" is left out: it has no column of time.')
            return
        name = logical_name(singular(table.name))
        events[name] = self._source(name, referrer, at, entity)
        proof = "" if referrer.proven else ", though not all its keys were found there"
        self._say(
            f'"{table.name}" holds events: "{referrer.column}" refers to "{entity.name}"{proof}, '
            f'and "{at}" says when they happened.'
        )

    def _source(self, name: str, referrer: Referrer, at: str, entity: TableFacts) -> EventSource:
        table = referrer.table
        lookups = lookups_of(table, self.facts, without={entity.name})
        event_id = table.primary_key if table.primary_key != referrer.column else None
        context = FieldContext(of_person=False, currency=self.currency)
        without = {referrer.column, *([event_id] if event_id else [])}
        fields = draft_fields(table, context, without=without, taken=())
        at_name = next(one.name for one in fields.values() if one.column == at)
        if fields[at_name].type is FieldType.DATE:  # a day counts from its local midnight
            fields[at_name] = Field(
                at_name,
                FieldType.TIMESTAMP,
                column=at,
                stored_as="utc" if self.time_zone == "UTC" else self.time_zone,
                guessed=("type", "stored_as"),
            )
        ingested = ingested_column(table, at)
        ingested_at = next(
            (one.name for one in fields.values() if ingested and one.column == ingested), None
        )
        self._add_lookup_fields(fields, lookups, of_person=False)
        return EventSource(
            name=name,
            table=table.name,
            entity_key=referrer.column,
            at=at_name,
            fields=fields,
            id=event_id,
            ingested_at=ingested_at,
            label=_label(table.name),
            lookups=lookups,
        )

    def _add_lookup_fields(
        self, fields: dict[str, Field], lookups: dict[str, Lookup], *, of_person: bool
    ) -> None:
        for lookup in lookups.values():
            table = self.facts.table(lookup.table)
            assert table is not None
            context = FieldContext(
                of_person=of_person and lookup.key != table.primary_key,
                currency=self.currency,
                lookup=lookup.name,
            )
            fields.update(draft_fields(table, context, without={lookup.key}, taken=fields))
            self._say(f'"{lookup.table}" is looked up by "{lookup.on}".')

    def _metrics(
        self, attributes: dict[str, Field], events: dict[str, EventSource]
    ) -> dict[str, MetricDefinition]:
        found: dict[str, MetricDefinition] = {}

        def add(metric: MetricDefinition) -> None:
            name = metric.name if metric.name not in attributes else f"{metric.name}_metric"
            found[name] = replace(metric, name=name)

        for name, source in events.items():
            label = source.label.lower()
            add(MetricDefinition(f"{name}_count", "count", (name,), label=f"Number of {label}"))
            for one in source.fields.values():
                if one.type is FieldType.MONEY and one.lookup is None:
                    add(
                        MetricDefinition(
                            f"{name}_{one.name}_total"[:60],
                            "sum",
                            (name,),
                            of=one.name,
                            label=f"Total {one.name.replace('_', ' ')} of {label}",
                        )
                    )
        return found

    def _facets(self, attributes: dict[str, Field]) -> Facets:
        def first(pattern: str | re.Pattern[str], kind: FieldType) -> str | None:
            return next(
                (
                    name
                    for name, one in attributes.items()
                    if one.type is kind and re.search(pattern, name)
                ),
                None,
            )

        return Facets(
            age=first(r"^age$", FieldType.INTEGER) or first(_BIRTH, FieldType.DATE),
            locations=tuple(
                name
                for name, one in attributes.items()
                if one.type in TEXTUAL and _LOCATIONS.search(name)
            ),
            interests=first(r"^(interest|tag|genre|topic)", FieldType.LIST),
        )

    def _say_unused(
        self,
        entity_table: TableFacts,
        found: list[Referrer],
        events: dict[str, EventSource],
        entity: Entity,
    ) -> None:
        used = {entity_table.name, *(one.table.name for one in found)}
        for lookups in (entity.lookups, *(source.lookups for source in events.values())):
            used.update(lookup.table for lookup in lookups.values())
        for table in self.facts.tables:
            if table.name not in used:
                self._say(
                    f'"{table.name}" is left out: no column of it refers to "{entity_table.name}".'
                )

    def _say(self, sentence: str) -> None:
        if sentence not in self.sentences:
            self.sentences.append(sentence)


def _is_list(table: TableFacts) -> bool:
    return len(table.columns) == 1 or _LISTS.search(logical_name(table.name)) is not None


def _entity_name(table: TableFacts) -> str:
    """Name the entity after its key, ``household_id``, else after its table."""
    key = logical_name(table.primary_key or "")
    name = re.sub(r"_?(id|key|uuid|number|no)$", "", key)
    return logical_name(name) if name else logical_name(singular(table.name))


def _label(table: str) -> str:
    return logical_name(table).replace("_", " ").capitalize()
