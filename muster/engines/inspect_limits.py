"""How deep an inspection looks; the same for every warehouse."""

from __future__ import annotations

from muster.base.inspection import PhysicalType

TOP_VALUES = 20
TOP_VALUES_DISTINCT = 10_000  # a column with more distinct values has no telling top
MAX_SCALE = 6  # digits after the point looked for in floats

WITH_TOP_VALUES = frozenset(
    {PhysicalType.TEXT, PhysicalType.INTEGER, PhysicalType.BOOLEAN, PhysicalType.TEXT_LIST}
)
WITHOUT_RANGE = frozenset({PhysicalType.TEXT_LIST, PhysicalType.OTHER})
