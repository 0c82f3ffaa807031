"""Builds the columns of an entity's attributes, one value per ordinal."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import Field
from muster.engines import bits
from muster.engines.index.files import GenerationWriter
from muster.engines.index.keyed import Keyed
from muster.engines.index.manifest import StoredArray, StoredColumn
from muster.engines.index.reading import (
    MOST_ATTRIBUTE_TEXTS,
    Extent,
    Relation,
    Survey,
    at_row,
    codes_dtype,
    count_texts,
    fetch,
    fetch_columns,
    kind_of,
    native_types,
    unfit,
    units,
)
from muster.engines.index.sums import magnitude_of
from muster.engines.scan_executor import EmbeddedWarehouse
from muster.engines.templates import fill_value, named

_MOST_ELEMENTS = 512
_VALUES_AT_ONCE = 16_000_000
PREFIX = "entity"


class AttributeBuilder:
    """Writes the attributes that suit an index; says why others do not."""

    def __init__(
        self,
        warehouse: EmbeddedWarehouse,
        relation: Relation,
        keyed: Keyed,
        writer: GenerationWriter,
    ) -> None:
        self._warehouse = warehouse
        self._relation = relation
        self._keyed = keyed
        self._writer = writer
        self._size = keyed.size
        self.left_out: dict[str, str] = {}

    def build(self, surveyed: Survey) -> dict[str, StoredColumn]:
        """Write every attribute that suits."""
        extents = surveyed.extents(surveyed.days)
        native = native_types(self._warehouse, self._relation)
        fields = []
        for name, field in self._relation.fields.items():
            why = unfit(field, native, extents.get(name))
            if why is None:
                fields.append(field)
            else:
                self.left_out[name] = why
        texts = self._texts(fields)
        found: dict[str, StoredColumn] = {}
        plain = [field for field in fields if kind_of(field) in ("whole", "real", "points")]
        coded = [field for field in fields if field.name in texts]
        at_once = max(1, _VALUES_AT_ONCE // max(self._size, 1))
        for some in _groups([*plain, *coded], at_once):
            found |= self._columns(some, extents, texts)
        for field in fields:
            if kind_of(field) == "lists":
                column = self._lists(field)
                if column is not None:
                    found[field.name] = column
        return {name: found[name] for name in self._relation.fields if name in found}

    def _texts(self, fields: Iterable[Field]) -> dict[str, tuple[str, ...]]:
        names = [field.name for field in fields if kind_of(field) == "codes"]
        counts = count_texts(self._warehouse, self._relation, names, most=MOST_ATTRIBUTE_TEXTS)
        for name in names:
            if name not in counts:
                self.left_out[name] = f"it has more than {MOST_ATTRIBUTE_TEXTS:,} distinct texts"
        return {name: tuple(found) for name, found in counts.items()}

    # -- one value per entity ------------------------------------------------------------------

    def _columns(
        self,
        fields: list[Field],
        extents: Mapping[str, Extent],
        texts: Mapping[str, tuple[str, ...]],
    ) -> dict[str, StoredColumn]:
        """Read some columns in one query and write them."""
        columns: list[exp.Expr] = []
        dictionaries: dict[str, tuple[str, ...]] = {}
        for place, field in enumerate(fields):
            value = at_row(f"f_{field.name}")
            match kind_of(field):
                case "whole":
                    found = exp.cast(units(field, value), exp.DType.BIGINT)
                    columns.append(named(found, f"v{place}"))
                case "real":
                    columns.append(named(value, f"v{place}"))
                case "points":
                    columns.append(named(at_row(f"y_{field.name}"), f"v{place}"))
                    columns.append(named(at_row(f"x_{field.name}"), f"w{place}"))
                case _:
                    dictionaries[f"v{place}"] = texts[field.name]
                    columns.append(named(value, f"v{place}"))
        rows = fetch_columns(
            self._warehouse,
            self._keyed.select(self._relation, columns, dictionaries),
            f"{len(fields)} attributes",
        )
        ordinals = np.ma.getdata(rows["o"]).astype(np.int64)
        found_columns = {}
        for place, field in enumerate(fields):
            first, second = rows[f"v{place}"], rows.get(f"w{place}")
            found_columns[field.name] = self._column(field, ordinals, first, second, extents, texts)
        return found_columns

    def _column(
        self,
        field: Field,
        ordinals: NDArray[np.int64],
        first: NDArray[Any],
        second: NDArray[Any] | None,
        extents: Mapping[str, Extent],
        texts: Mapping[str, tuple[str, ...]],
    ) -> StoredColumn:
        kind = kind_of(field)
        if kind == "codes":
            dictionary = texts[field.name]
            codes = self._spread(ordinals, first, codes_dtype(len(dictionary)))
            arrays = {
                "codes": self._write(field, "codes", codes),
                "dictionary": self._writer.texts(self._name(field, "dictionary"), dictionary),
            }
            return StoredColumn(kind, field, arrays)
        if kind == "whole":
            known = np.zeros(self._size, dtype=np.bool_)
            known[ordinals] = ~np.ma.getmaskarray(first)
            extent = extents.get(field.name)  # an empty table has none
            dtype = np.dtype("int8") if extent is None else extent.dtype
            values = self._spread(ordinals, first, dtype)
            arrays = {"values": self._write(field, "values", values)}
            if not known.all():
                arrays["known"] = self._write(field, "known", known)
            return StoredColumn(kind, field, arrays, magnitude_of(values))
        real = np.dtype("float64")
        values = self._spread(ordinals, first, real)
        if second is None:
            return StoredColumn(kind, field, {"values": self._write(field, "values", values)})
        longitude = self._spread(ordinals, second, real)
        arrays = {
            "latitude": self._write(field, "latitude", values),
            "longitude": self._write(field, "longitude", longitude),
        }
        return StoredColumn(kind, field, arrays)

    def _spread(
        self, ordinals: NDArray[np.int64], values: NDArray[Any], dtype: np.dtype[Any]
    ) -> NDArray[Any]:
        """Put values at their ordinals; elsewhere, and without a value, 0 or NaN."""
        empty = np.nan if dtype.kind == "f" else 0
        found = np.full(self._size, empty, dtype=dtype)
        found[ordinals] = np.ma.filled(values, empty)
        return found

    # -- lists ---------------------------------------------------------------------------------

    def _lists(self, field: Field) -> StoredColumn | None:
        """Write the sets of ordinals whose list has each element."""
        value = at_row(f"f_{field.name}")
        element = fill_value("UNNEST($value)", value=value)
        distinct = self._relation.select([named(element, "x")]).subquery("u")
        rows = fetch(
            self._warehouse,
            exp.select(exp.column("x", table="u"))
            .distinct()
            .from_(distinct)
            .limit(_MOST_ELEMENTS + 2),
            f"elements of {field.name}",
        )
        dictionary = tuple(sorted(row[0] for row in rows if row[0] is not None))
        if len(dictionary) > _MOST_ELEMENTS:
            self.left_out[field.name] = f"its lists have more than {_MOST_ELEMENTS} elements"
            return None
        given = fill_value("$value IS NOT NULL", value=value)
        flags = fetch_columns(
            self._warehouse,
            self._keyed.select(self._relation, [named(given, "given")], {}),
            f"lists of {field.name}",
        )
        ordinals = np.ma.getdata(flags["o"]).astype(np.int64)
        known = bits.from_ordinals(ordinals[np.ma.filled(flags["given"], False)], self._size)
        pairs = fetch_columns(
            self._warehouse,
            self._keyed.select(self._relation, [named(element, "v0")], {"v0": dictionary}),
            f"elements of {field.name}",
        )
        codes = np.ma.filled(pairs["v0"], 0).astype(np.int64)
        owners = np.ma.getdata(pairs["o"]).astype(np.int64)
        order = np.argsort(codes.astype(np.uint16), kind="stable")
        edges = np.searchsorted(codes[order], np.arange(1, len(dictionary) + 2))
        owners = owners[order]
        elements = np.zeros((len(dictionary), len(known)), dtype=np.uint64)
        for place in range(len(dictionary)):
            members = owners[edges[place] : edges[place + 1]]
            elements[place] = bits.from_ordinals(members, self._size)
        arrays = {
            "dictionary": self._writer.texts(self._name(field, "dictionary"), dictionary),
            "elements": self._write(field, "elements", elements),
            "known": self._write(field, "known", known),
        }
        return StoredColumn("lists", field, arrays)

    def _write(self, field: Field, role: str, values: NDArray[Any]) -> StoredArray:
        return self._writer.whole(self._name(field, role), values)

    def _name(self, field: Field, role: str) -> str:
        place = list(self._relation.fields).index(field.name)
        return f"{PREFIX}.{place}.{role}"


def _groups(fields: list[Field], size: int) -> Iterable[list[Field]]:
    return (fields[first : first + size] for first in range(0, len(fields), size))
