"""Writes a DataModel as the text of model.yml, and takes its fingerprint."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from muster.base.datamodel import (
    DataModel,
    Entity,
    EventSource,
    Facets,
    Field,
    FieldType,
    Fold,
    Lookup,
    MetricDefinition,
    PiiClass,
)
from muster.base.json_value import canonical
from muster.model.load import VERSION
from muster.model.names import logical_name
from muster.model.yaml_write import flow, scalar

_INDENT = "  "


def dump_model(model: DataModel) -> str:
    """Write model.yml; ``load_model`` of the text gives the same model back.

    Properties nobody confirmed carry the comment ``# guessed`` (and stand in the field's
    ``guessed`` list, which is to be deleted once they are confirmed).
    """
    lines: list[str] = []
    for key, value in to_document(model).items():
        if key in ("attributes", "events"):
            lines.append(f"{key}:" if value else f"{key}: {{}}")
            for name, content in value.items():
                writer = _event_lines if key == "events" else _field_lines
                lines.extend(_INDENT + line for line in writer(name, content))
        elif isinstance(value, dict) and key != "facets" and value:
            lines.append(f"{key}:")
            lines.extend(f"{_INDENT}{scalar(name)}: {flow(item)}" for name, item in value.items())
        else:
            lines.append(f"{key}: {flow(value)}")
    return "\n".join(lines) + "\n"


def fingerprint(model: DataModel) -> str:
    """Return the SHA-256 (hex) of the model's content; spelling and order of keys do not matter."""
    return hashlib.sha256(canonical(to_document(model)).encode()).hexdigest()


def to_document(model: DataModel) -> dict[str, Any]:
    """Return the model as the plain content of model.yml, with defaults left out."""
    events: dict[str, Any] = {
        name: _source(source, model.currency) for name, source in model.events.items()
    }
    for name, union in model.unions.items():
        events[name] = _stated(union=list(union.sources), label=union.label)
    return _stated(
        version=VERSION,
        description=model.description,
        synthetic=model.synthetic,
        time_zone=model.time_zone,
        currency=model.currency,
        observed=model.observed,
    ) | {
        "entity": _entity(model.entity),
        "attributes": _fields(model.attributes.values(), model.currency),
        "events": events,
        **_stated(
            metrics={name: _metric(metric) for name, metric in model.metrics.items()},
            universes=dict(model.universes),
            places={
                place.name: {
                    "latitude": place.latitude,
                    "longitude": place.longitude,
                    "km": place.km,
                }
                for place in model.places.values()
            },
            lists={
                name: {"table": found.table, "key": found.key}
                for name, found in model.lists.items()
            },
            facets=_facets(model.facets),
        ),
    }


def _stated(**values: Any) -> dict[str, Any]:
    """Leave out what is empty, false or None: the reader's defaults."""
    return {
        key: value
        for key, value in values.items()
        if value is not None and value is not False and value not in ("", [], {})
    }


def _entity(entity: Entity) -> dict[str, Any]:
    return _stated(
        name=entity.name,
        label=entity.label,
        table=entity.table,
        key=entity.key,
        created_at=entity.created_at,
        lookups=_lookups(entity.lookups),
    )


def _lookups(lookups: Mapping[str, Lookup]) -> dict[str, Any]:
    return {
        name: {"table": lookup.table, "key": lookup.key, "on": lookup.on}
        for name, lookup in lookups.items()
    }


def _fields(fields: Iterable[Field], currency: str | None) -> dict[str, Any]:
    return {field.name: _field(field, currency) for field in fields}


def _field(field: Field, currency: str | None) -> dict[str, Any]:
    return {"type": field.type.value} | _stated(
        column=field.column if field.column != field.name else None,
        label=field.label,
        description=field.description,
        lookup=field.lookup,
        currency=field.currency if field.currency != currency else None,
        scale=None if field.scale == 2 else field.scale,
        fold=None if field.fold is Fold.NONE else field.fold.value,
        pii=None if field.pii is PiiClass.NONE else field.pii.value,
        # A guess is shown even where it is the default: somebody has to confirm it.
        stored_as=field.stored_as
        if field.stored_as != "utc" or "stored_as" in field.guessed
        else None,
        values=list(field.values),
        top_values=list(field.top_values),
        latitude=field.latitude,
        longitude=field.longitude,
        guessed=list(field.guessed),
    )


def _source(source: EventSource, currency: str | None) -> dict[str, Any]:
    fields = dict(source.fields)
    at = fields[source.at]
    at_stored_as = ""
    if at == _implied(at):
        del fields[source.at]
        at_stored_as = at.stored_as
    ingested_at = fields.get(source.ingested_at or "")
    if ingested_at is not None and ingested_at == _implied(ingested_at, stored_as="utc"):
        del fields[ingested_at.name]
    ingested_column = None
    if source.ingested_at is not None:
        ingested_column = source.fields[source.ingested_at].column
    return _stated(
        label=source.label,
        table=source.table,
        entity_key=source.entity_key,
        id=source.id,
        at=at.column,
        at_stored_as=None if at_stored_as == "utc" else at_stored_as,
        ingested_at=ingested_column,
        keep_latest=source.keep_latest,
        lookups=_lookups(source.lookups),
        fields=_fields(fields.values(), currency),
    )


def _implied(field: Field, *, stored_as: str | None = None) -> Field:
    """Return the field the reader would add by itself for this time column."""
    return Field(
        name=logical_name(field.column),
        type=FieldType.TIMESTAMP,
        column=field.column,
        stored_as=field.stored_as if stored_as is None else stored_as,
    )


def _metric(metric: MetricDefinition) -> dict[str, Any]:
    on: Any = metric.on[0] if len(metric.on) == 1 else list(metric.on)
    return {metric.aggregate: metric.of or True, "of": on} | _stated(
        where=metric.where,
        window=metric.window,
        quantile=metric.quantile,
        empty=metric.empty,
        label=metric.label,
        description=metric.description,
    )


def _facets(facets: Facets) -> dict[str, Any]:
    return _stated(
        age=facets.age,
        locations=list(facets.locations),
        demographics=list(facets.demographics),
        interests=_stated(
            attribute=facets.interests,
            events=_stated(
                source=facets.interest_source,
                field=facets.interest_field,
                weight=facets.interest_weight,
            ),
        ),
    )


def _event_lines(name: str, content: Mapping[str, Any]) -> Iterator[str]:
    if "union" in content:
        yield f"{scalar(name)}: {flow(content)}"
        return
    yield f"{scalar(name)}:"
    for key, value in content.items():
        if key == "fields":
            yield f"{_INDENT}fields:"
            for field_name, field in value.items():
                yield from (_INDENT * 2 + line for line in _field_lines(field_name, field))
        elif key == "lookups":
            yield f"{_INDENT}lookups:"
            yield from (f"{_INDENT * 2}{scalar(lookup)}: {flow(value[lookup])}" for lookup in value)
        else:
            yield f"{_INDENT}{key}: {flow(value)}"


def _field_lines(name: str, content: Mapping[str, Any]) -> Iterator[str]:
    """Write a field on one line, or line by line where guesses are to be marked."""
    guessed = content.get("guessed", ())
    if not guessed:
        yield f"{scalar(name)}: {flow(content)}"
        return
    yield f"{scalar(name)}:"
    for key, value in content.items():
        comment = "  # guessed" if key in guessed else ""
        yield f"{_INDENT}{key}: {flow(value)}{comment}"
