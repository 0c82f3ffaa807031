"""Lets an index speak of a data model's own fields, whose labels may have changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from muster.base.datamodel import DataModel, Field
from muster.engines.index.layout import AudienceIndex, Column


def with_fields_of(model: DataModel, index: AudienceIndex) -> AudienceIndex:
    """Return the index with the fields of a model of the same fingerprint."""

    def renewed(columns: Mapping[str, Column], fields: Mapping[str, Field]) -> dict[str, Column]:
        return {name: replace(column, field=fields[name]) for name, column in columns.items()}

    events = {}
    for name, source in index.events.items():
        fields = model.events[name].fields
        partition = source.partition
        events[name] = replace(
            source,
            columns=renewed(source.columns, fields),
            partition=None if partition is None else fields[partition.name],
        )
    return replace(index, attributes=renewed(index.attributes, model.attributes), events=events)
