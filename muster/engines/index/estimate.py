"""How large an index would be, before anything is read."""

from __future__ import annotations

from sqlglot import exp

from muster.base.datamodel import DataModel, FieldType
from muster.compile.fields import table
from muster.engines.base import Warehouse
from muster.engines.index.reading import fetch, views_in
from muster.engines.templates import fill_value

_EVENT_BYTES = 10  # entity and time
_FIELD_BYTES = {
    FieldType.STRING: 2,
    FieldType.ENUM: 1,
    FieldType.BOOLEAN: 1,
    FieldType.NUMBER: 8,
    FieldType.GEO: 16,
    FieldType.LIST: 8,
    FieldType.TIMESTAMP: 8,
}
_USUAL_BYTES = 4


def estimate_bytes(warehouse: Warehouse, model: DataModel) -> int:
    """Return about how many bytes an index of a warehouse takes on disk, from row counts alone.

    Views, which are not indexed, take none.
    """
    views = views_in(warehouse)
    total = _rows(warehouse, model.entity.table) * sum(
        _FIELD_BYTES.get(field.type, _USUAL_BYTES) for field in model.attributes.values()
    )
    for source in model.events.values():
        if source.table.lower() in views:
            continue
        fields = (field for name, field in source.fields.items() if name != source.at)
        width = _EVENT_BYTES + sum(
            0 if field.type is FieldType.LIST else _FIELD_BYTES.get(field.type, _USUAL_BYTES)
            for field in fields
        )
        total += width * _rows(warehouse, source.table)
    return total


def _rows(warehouse: Warehouse, name: str) -> int:
    select = exp.select(fill_value("COUNT(*)")).from_(table(name, "t"))
    return int(fetch(warehouse, select, f"rows of {name}")[0][0])
