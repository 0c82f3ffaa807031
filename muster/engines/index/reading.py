"""Reads a warehouse the way rules see it: the same expressions, in the units an index keeps.

A relation has the key ``k``, for events ``at`` and perhaps ``id``, and each field as ``f_<name>``
(a point as ``y_<name>`` and ``x_<name>``).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field, FieldType, Lookup
from muster.compile.fields import column, joined, physical, point, table
from muster.compile.relations import OWNER, entity_key, entity_select, origin_of
from muster.compile.statement import Statement
from muster.engines.base import Warehouse
from muster.engines.templates import fill, fill_value, named

DAY_MICROSECONDS = 86_400_000_000
MOST_ATTRIBUTE_TEXTS = 100_000
MOST_EVENT_TEXTS = 65_535
_ALL_ROWS = 10_000_000
_WHOLE_TYPES = ("TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT")
_INTEGER_TYPES = frozenset((*_WHOLE_TYPES, *(f"U{name}" for name in _WHOLE_TYPES)))
KEY_TYPES = _INTEGER_TYPES - {"HUGEINT", "UHUGEINT", "UBIGINT"}
"""Types of whole keys that fit 64 bits with a sign."""

_NATIVE = {
    FieldType.INTEGER: _INTEGER_TYPES,
    FieldType.BOOLEAN: frozenset({"BOOLEAN"}),
    FieldType.LIST: frozenset({"VARCHAR[]"}),
}
_KINDS = {
    FieldType.STRING: "codes",
    FieldType.ENUM: "codes",
    FieldType.NUMBER: "real",
    FieldType.GEO: "points",
    FieldType.LIST: "lists",
}
_LARGEST = 2**63 - 1
_ROW = "r"


def kind_of(field: Field) -> str:
    """Return which column of layout.py holds a field: codes, whole, real, points or lists."""
    return _KINDS.get(field.type, "whole")


@dataclass(frozen=True, slots=True)
class Relation:
    """Rows to read: a query, its fields, and what else identifies a row."""

    tree: exp.Select
    fields: Mapping[str, Field]
    others: tuple[str, ...]

    def select(self, columns: Iterable[exp.Expr], where: exp.Expr | None = None) -> exp.Select:
        """Return a SELECT from the relation, which it calls ``r``."""
        found = exp.select(*columns).from_(self.tree.subquery(_ROW), copy=False)
        return found if where is None else found.where(where, copy=False)

    def everything(self) -> list[exp.Expr]:
        """Return all its columns."""
        names = list(self.others)
        for name, field in sorted(self.fields.items()):
            points = field.type is FieldType.GEO
            names += [f"y_{name}", f"x_{name}"] if points else [f"f_{name}"]
        return [at_row(name) for name in names]


def at_row(name: str) -> exp.Expr:
    """Return a column of a relation."""
    return column(name, _ROW)


def entity_relation(model: DataModel, fields: Mapping[str, Field]) -> Relation:
    """Return the entity's rows that have a key, with some of its attributes."""
    key = entity_key(model)
    columns = [named(key, "k"), *_fields(fields.values())]
    select = entity_select(model, columns, fields.values())
    return Relation(select.where(_given(key)), fields, ("k",))


def event_relation(source: EventSource, fields: Mapping[str, Field]) -> Relation:
    """Return a source's rows that have a key, deduplicated if the model says so.

    Args:
        source: the source.
        fields: those of its fields that are wanted, the time among them.
    """
    origin, key = origin_of(source)
    at = physical(source.fields[source.at], OWNER)
    columns = [named(key.copy(), "k"), named(at, "at"), *_fields(fields.values())]
    others = ["k", "at"]
    if source.id is not None:
        columns.append(named(column(source.id, OWNER), "id"))
        others.append("id")
    select = exp.select(*columns, copy=False).from_(origin, copy=False)
    lookups = {field.lookup for field in fields.values() if field.lookup is not None}
    select = joined(select, source.lookups, lookups, OWNER).where(_given(key))
    return Relation(select, fields, tuple(others))


def views_in(warehouse: Warehouse) -> frozenset[str]:
    """Return the views of a warehouse, in lower case; those of the main schema also without it.

    What a view shows may come from elsewhere or change by itself, and the stamp of the warehouse
    would not tell: only tables are indexed.
    """
    select = fill("SELECT table_schema, table_name FROM information_schema.views")
    assert isinstance(select, exp.Select)
    found = set()
    for schema, name in fetch(warehouse, select, "views"):
        found.add(f"{schema}.{name}".lower())
        if schema == "main":
            found.add(str(name).lower())
    return frozenset(found)


def doubtful_lookups(
    warehouse: Warehouse, lookups: Mapping[str, Lookup], views: frozenset[str]
) -> dict[str, str]:
    """Return why lookups are left out: a view, or several rows for one key, which multiply rows."""
    found = {}
    for name, lookup in lookups.items():
        if lookup.table.lower() in views:
            found[name] = f"its lookup {name} is a view"
            continue
        key = column(lookup.key, _ROW)
        counts = fill_value("COUNT($key) = COUNT(DISTINCT $key)", key=key)
        select = exp.select(counts).from_(table(lookup.table, _ROW))
        if not fetch(warehouse, select, f"keys of {name}")[0][0]:
            found[name] = f"its lookup {name} repeats keys"
    return found


def _fields(fields: Iterable[Field]) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    for field in fields:
        if field.type is FieldType.GEO:
            latitude, longitude = point(field, OWNER)
            found += [named(latitude, f"y_{field.name}"), named(longitude, f"x_{field.name}")]
        else:
            found.append(named(physical(field, OWNER), f"f_{field.name}"))
    return found


def _given(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=exp.Is(this=value.copy(), expression=exp.null()))


def units(field: Field, value: exp.Expr, *, wide: bool = True) -> exp.Expr:
    """Return a value in the unit of layout.Whole as BIGINT; null where it has none.

    Args:
        wide: a decimal times its power of ten may need more than 18 digits.
    """
    match field.type:
        case FieldType.MONEY | FieldType.DECIMAL:
            if wide:
                value = exp.cast(value, f"DECIMAL(38, {field.scale})")
            unit = exp.Literal.number(10**field.scale)
            return fill_value("CAST($value * $unit AS BIGINT)", value=value, unit=unit)
        case FieldType.DATE:
            return fill_value(
                "CASE WHEN ISFINITE($value) THEN DATE_DIFF('day', DATE '1970-01-01', $value) END",
                value=value,
            )
        case FieldType.TIMESTAMP:
            return fill_value("CASE WHEN ISFINITE($value) THEN EPOCH_US($value) END", value=value)
        case _:
            return fill_value("TRY_CAST($value AS BIGINT)", value=value)


def day_of(at: exp.Expr) -> exp.Expr:
    """Return the number of a timestamp's UTC day; null for null and infinity."""
    return fill_value(
        "CASE WHEN ISFINITE($at) THEN DATE_DIFF('day', DATE '1970-01-01', CAST($at AS DATE)) END",
        at=at,
    )


@dataclass(frozen=True, slots=True)
class Extent:
    """The least and the largest value in units, None without any; what 64 bits cannot hold."""

    low: int | None = None
    high: int | None = None
    lost: int = 0

    def __or__(self, other: Extent) -> Extent:
        """Return the extent of both."""
        lows = [one for one in (self.low, other.low) if one is not None]
        highs = [one for one in (self.high, other.high) if one is not None]
        return Extent(min(lows, default=None), max(highs, default=None), self.lost + other.lost)

    @property
    def fits(self) -> bool:
        """Whether every value, and its opposite, is a whole number of 64 bits."""
        low, high = self.low or 0, self.high or 0
        return self.lost == 0 and low >= -_LARGEST and high <= _LARGEST

    @property
    def dtype(self) -> np.dtype[Any]:
        """The narrowest type that holds every value."""
        low, high = self.low or 0, self.high or 0
        for name in ("int8", "int16", "int32"):
            limits = np.iinfo(name)
            if limits.min <= low and high <= limits.max:
                return np.dtype(name)
        return np.dtype("int64")


@dataclass(frozen=True, slots=True)
class Surveyed:
    """Some rows at a glance: how many, a digest of all their values, extents of whole fields."""

    rows: int
    digest: str
    extents: Mapping[str, Extent]


@dataclass(frozen=True, slots=True)
class Survey:
    """A relation at a glance, by day; the entity's rows have the one day 0."""

    days: Mapping[int, Surveyed]
    timeless: int
    """Rows at infinity; those without a time are not counted."""
    newest_ingested: int | None = None

    def extents(self, days: Iterable[int]) -> dict[str, Extent]:
        """Return the extents of whole fields over some days."""
        found: dict[str, Extent] = {}
        for day in days:
            for name, extent in self.days[day].extents.items():
                found[name] = found.get(name, Extent()) | extent
        return found


def survey(warehouse: Warehouse, relation: Relation, *, ingested_at: str | None = None) -> Survey:
    """Scan a relation once; see `Survey`."""
    whole = [field for field in relation.fields.values() if kind_of(field) == "whole"]
    timed = "at" in relation.others
    at = at_row("at")
    day = day_of(at) if timed else exp.Literal.number(0)
    infinite = fill_value("COUNT($at)", at=at) if timed else exp.Literal.number(0)
    late = at_row(f"f_{ingested_at}") if ingested_at else exp.null()
    everything = relation.everything()
    columns = [
        named(day, "day"),
        fill_value("COUNT(*)"),
        infinite,
        fill_value("MAX(EPOCH_US($late))", late=late) if ingested_at else exp.null(),
        *_digests(everything),
    ]
    for field in whole:
        columns += _extent(field)
    select = relation.select(columns).group_by(exp.Literal.number(1), copy=False)
    days: dict[int, Surveyed] = {}
    timeless, newest = 0, None
    for number, rows, present, ingested, first, second, *rest in fetch(warehouse, select, "survey"):
        if number is None:
            timeless = int(present)
            continue
        extents = {
            field.name: _read_extent(field, *rest[3 * place : 3 * place + 3])
            for place, field in enumerate(whole)
        }
        days[int(number)] = Surveyed(int(rows), f"{int(first):x}.{int(second):x}", extents)
        newest = ingested if newest is None else max(newest, ingested or newest)
    return Survey(days, timeless, newest)


def _digests(columns: list[exp.Expr]) -> list[exp.Expr]:
    """Return two digests of a set of rows, of independent hashes of 64 bits.

    DuckDB mixes the last of several columns in by exclusive or alone; hashing once more makes rows
    that exchange a value differ.
    """
    first = exp.Anonymous(this="HASH", expressions=columns)
    second = exp.Anonymous(this="HASH", expressions=[exp.Literal.number(7), *columns[::-1]])
    return [
        fill_value("SUM(HASH($row))", row=first),
        fill_value("BIT_XOR(HASH($row))", row=second),
    ]


def _extent(field: Field) -> list[exp.Expr]:
    value = at_row(f"f_{field.name}")
    if field.type in (FieldType.MONEY, FieldType.DECIMAL):  # costly to convert for every row
        return [
            fill_value("MIN($value)", value=value),
            fill_value("MAX($value)", value=value),
            exp.Literal.number(0),
        ]
    if field.type is FieldType.BOOLEAN:
        return [exp.Literal.number(0), exp.Literal.number(1), exp.Literal.number(0)]
    found = units(field, value)
    return [
        fill_value("MIN($found)", found=found),
        fill_value("MAX($found)", found=found),
        fill_value("COUNT($value) - COUNT($found)", value=value, found=found),
    ]


def _read_extent(field: Field, low: Any, high: Any, lost: int) -> Extent:
    def read(value: Any) -> int | None:
        if isinstance(value, Decimal):
            return int(value.scaleb(field.scale))
        return None if value is None else int(value)

    return Extent(read(low), read(high), int(lost))


def native_types(warehouse: Warehouse, relation: Relation) -> dict[str, str]:
    """Return the types of the key (as ``k``) and of each field in the warehouse; empty: no row."""
    names = {"k": "k", **{f"f_{name}": name for name in relation.fields}}
    for name, field in relation.fields.items():
        if field.type is FieldType.GEO:
            del names[f"f_{name}"]
    columns = [fill_value("TYPEOF($value)", value=at_row(name)) for name in names]
    select = relation.select(columns).limit(1)
    found = fetch(warehouse, select, "types")
    return dict(zip(names.values(), found[0], strict=True)) if found else {}


def unfit(field: Field, native: Mapping[str, str], extent: Extent | None) -> str | None:
    """Return why a field cannot be in an index, as far as types and extents tell."""
    allowed = _NATIVE.get(field.type)
    if allowed is not None and native.get(field.name, min(allowed)) not in allowed:
        return f"it is stored as {native[field.name]}"
    if extent is not None and not extent.fits:
        return "it has values that 64 bits cannot hold, or that are infinite"
    return None


def count_texts(
    warehouse: Warehouse,
    relation: Relation,
    names: Iterable[str],
    *,
    most: int,
    where: exp.Expr | None = None,
) -> dict[str, dict[str, int]]:
    """Return the distinct texts of fields with their numbers of rows; too many: absent.

    Args:
        names: fields of text.
        most: how many distinct texts are wanted at most.
        where: only these rows.
    """
    wanted = list(names)
    if not wanted:
        return {}
    columns = [
        fill_value("APPROX_COUNT_DISTINCT($value)", value=at_row(f"f_{name}")) for name in wanted
    ]
    estimates = fetch(warehouse, relation.select(columns, where), "distinct texts")[0]
    found = {}
    for name, estimate in zip(wanted, estimates, strict=True):
        if estimate > most * 1.3:  # the estimate is off by a few per cent
            continue
        value = at_row(f"f_{name}")
        select = relation.select([value, fill_value("COUNT(*)")], where)
        select = select.group_by(exp.Literal.number(1), copy=False)
        rows = fetch(warehouse, select, f"texts of {name}")
        counts = {text: int(number) for text, number in rows if text is not None}
        if len(counts) <= most:
            found[name] = dict(sorted(counts.items()))
    return found


def fetch(warehouse: Warehouse, tree: exp.Select, purpose: str) -> tuple[tuple[Any, ...], ...]:
    """Run a query of few rows."""
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"index: {purpose}")
    return warehouse.rows(statement, limit=_ALL_ROWS).rows


def fetch_columns(warehouse: Warehouse, tree: exp.Select, purpose: str) -> dict[str, NDArray[Any]]:
    """Run a query and return its columns."""
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"index: {purpose}")
    return dict(warehouse.columns(statement))


def codes_dtype(values: int) -> np.dtype[Any]:
    """Return the narrowest type for codes of so many values, and 0."""
    return np.dtype("uint8" if values < 256 else "uint16" if values < 65_536 else "uint32")
