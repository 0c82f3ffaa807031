"""SELECTs over one entity: its row and its events, as typed values in the order of given fields.

Columns have no names of their own: a reader goes by position, so that no two names can clash. A
point takes two columns, latitude and longitude.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from sqlglot import exp

from muster.base.datamodel import DataModel, EntityList, EventSource, Field, FieldType
from muster.compile.fields import column, joined, physical, point, table
from muster.compile.literals import literal, timestamp
from muster.compile.relations import OWNER, entity_key, entity_select

Key = str | int


def entity_row(model: DataModel, key: Key, fields: Sequence[Field]) -> exp.Select:
    """Return the entity's key and fields; no row if there is no such entity."""
    found = entity_key(model)
    columns = _numbered([_typed_key(found, key), *_values(fields)])
    return entity_select(model, columns, fields).where(_is(found, key), copy=False)


def event_rows(
    source: EventSource, key: Key, fields: Sequence[Field], *, since: datetime | None = None
) -> exp.Select:
    """Return owner, id (as text) and fields of one entity's events, the newest first.

    Where the model keeps the last ingested of several rows with one id, all rows of an id that was
    the entity's at any time are returned: the last may be somebody else's, or outside the time.

    Args:
        since: leave out events that lie before; None = take all.
    """
    owner = column(source.entity_key, OWNER)
    identity: exp.Expr = exp.null()
    if source.id is not None:
        identity = column(source.id, OWNER)
    at = source.fields[source.at]
    columns = _numbered(
        [
            _typed_key(owner, key),
            exp.cast(identity, exp.DType.VARCHAR, copy=False),
            *_values(fields),
        ]
    )
    select = exp.select(*columns).from_(table(source.table, OWNER), copy=False)
    lookups = {field.lookup for field in (*fields, at) if field.lookup is not None}
    select = joined(select, source.lookups, lookups, OWNER)
    wanted = _wanted(source, key, at, since)
    if source.keep_latest and source.id is not None:
        wanted = exp.or_(wanted, _of_its_ids(source, key, at, since), copy=False)
    newest = exp.Ordered(this=physical(at, OWNER), desc=True, nulls_first=False)
    return select.where(wanted, copy=False).order_by(newest, copy=False)


def list_row(spec: EntityList, key: Key) -> exp.Select:
    """Return a row if a list holds the key."""
    found = column(spec.key, OWNER)
    one = exp.alias_(exp.Literal.number(1), "c0", quoted=True, copy=False)
    return (
        exp.select(one)
        .from_(table(spec.table, OWNER), copy=False)
        .where(_is(found, key), copy=False)
        .limit(1, copy=False)
    )


def any_key(model: DataModel) -> exp.Select:
    """Return one entity's key as it is stored, to learn its type."""
    key = entity_key(model)
    select = entity_select(model, [exp.alias_(key, "c0", quoted=True, copy=False)], ())
    return select.where(
        exp.Not(this=exp.Is(this=key.copy(), expression=exp.null())), copy=False
    ).limit(1, copy=False)


def _of_its_ids(source: EventSource, key: Key, at: Field, since: datetime | None) -> exp.Expr:
    assert source.id is not None
    inner = exp.select(column(source.id, OWNER)).from_(table(source.table, OWNER), copy=False)
    lookups = {at.lookup} if at.lookup is not None else set()
    inner = joined(inner, source.lookups, lookups, OWNER).where(
        _wanted(source, key, at, since), copy=False
    )
    return exp.In(this=column(source.id, OWNER), query=inner.subquery())


def _wanted(source: EventSource, key: Key, at: Field, since: datetime | None) -> exp.Expr:
    owned = _is(column(source.entity_key, OWNER), key)
    if since is None:
        return owned
    return exp.and_(
        owned, exp.GTE(this=physical(at, OWNER), expression=timestamp(since)), copy=False
    )


def _is(found: exp.Expr, key: Key) -> exp.Expr:
    """Compare a key column with a key: text with text, whatever type the column has."""
    return exp.EQ(this=_typed_key(found, key), expression=literal(key))


def _typed_key(found: exp.Expr, key: Key) -> exp.Expr:
    return exp.cast(found, exp.DType.VARCHAR, copy=False) if isinstance(key, str) else found


def _values(fields: Sequence[Field]) -> list[exp.Expr]:
    found: list[exp.Expr] = []
    for field in fields:
        if field.type is FieldType.GEO:
            found += point(field, OWNER)
        else:
            found.append(physical(field, OWNER))
    return found


def _numbered(columns: list[exp.Expr]) -> list[exp.Expr]:
    return [
        exp.alias_(value, f"c{number}", quoted=True, copy=False)
        for number, value in enumerate(columns)
    ]
