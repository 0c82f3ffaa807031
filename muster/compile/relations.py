"""The relations that scans read: the entity's row, and events under logical names.

An event relation has the columns ``k`` (entity key), ``at`` (naive UTC), and on demand ``src`` and
``id`` (what orders events of one time) and ``f_<field>`` for each field used.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource, Field
from muster.compile.dialects import duckdb as dialect
from muster.compile.fields import column, joined, physical, point, table
from muster.compile.literals import timestamp
from muster.compile.predicates import condition
from muster.rules.resolved import InArea, Resolved, Test, leaves_of
from muster.rules.windows import Interval

OWNER = "e"


def fields_of(node: Resolved | None) -> tuple[Field, ...]:
    """Return the fields a condition on one row looks at."""
    if node is None:
        return ()
    found: dict[str, Field] = {}
    for leaf in leaves_of(node):
        assert isinstance(leaf, Test | InArea)
        found[leaf.field.name] = leaf.field
        if isinstance(leaf, Test) and isinstance(leaf.operand, Field):
            found[leaf.operand.name] = leaf.operand
    return tuple(found.values())


def entity_select(model: DataModel, columns: list[exp.Expr], used: Iterable[Field]) -> exp.Select:
    """Return a SELECT over the entity table (alias ``e``) with the lookups its fields need."""
    select = exp.select(*columns).from_(table(model.entity.table, OWNER), copy=False)
    lookups = {field.lookup for field in used if field.lookup is not None}
    return joined(select, model.entity.lookups, lookups, OWNER)


def entity_key(model: DataModel) -> exp.Expr:
    """Return the entity's key column."""
    return column(model.entity.key, OWNER)


def event_relation(
    model: DataModel,
    sources: tuple[str, ...],
    *,
    where: Resolved | None,
    interval: Interval,
    fields: Iterable[Field] = (),
    ordered: bool = False,
) -> exp.Select:
    """Return the events of some sources in an interval that pass a filter.

    Args:
        fields: fields to select as ``f_<name>``.
        ordered: also select ``src`` and ``id``, which break ties in time.
    """
    wanted = {field.name for field in fields}
    parts: list[exp.Select] = []
    for index, name in enumerate(sources):
        source = model.events[name]
        parts.append(
            _source_select(source, sorted(wanted), where, interval, index if ordered else None)
        )
    union: exp.Expr = parts[0]
    for part in parts[1:]:
        union = exp.Union(this=union, expression=part, distinct=False)
    if len(parts) == 1:
        return parts[0]
    return exp.select(exp.Star()).from_(
        exp.Subquery(this=union, alias=exp.TableAlias(this=exp.to_identifier("u"))), copy=False
    )


def _source_select(
    source: EventSource,
    wanted: list[str],
    where: Resolved | None,
    interval: Interval,
    index: int | None,
) -> exp.Select:
    at = physical(source.fields[source.at], OWNER)
    columns: list[exp.Expr] = [
        exp.alias_(column(source.entity_key, OWNER), "k", copy=False),
        exp.alias_(at.copy(), "at", quoted=True, copy=False),
    ]
    if index is not None:
        identity = (
            exp.cast(column(source.id, OWNER), exp.DType.VARCHAR, copy=False)
            if source.id
            else exp.null()
        )
        columns += [
            exp.alias_(exp.Literal.number(index), "src", copy=False),
            exp.alias_(exp.cast(identity, exp.DType.VARCHAR, copy=False), "id", copy=False),
        ]
    used = [source.fields[source.at]]
    for name in wanted:
        field = source.fields[name]
        used.append(field)
        columns.append(exp.alias_(physical(field, OWNER), f"f_{name}", quoted=True, copy=False))
    filtered = [source.fields[field.name] for field in fields_of(where)]
    used += filtered
    origin, key = origin_of(source)
    select = exp.select(*columns).from_(origin, copy=False)
    lookups = {field.lookup for field in used if field.lookup is not None}
    select = joined(select, source.lookups, lookups, OWNER)
    # The trees are new and in no one else's hands: copying them took a third of the planning.
    select = select.where(*_bounds(at, interval), copy=False)
    select = select.where(exp.Not(this=exp.Is(this=key, expression=exp.null())), copy=False)
    if where is not None:
        found = condition(
            where,
            lambda field: physical(source.fields[field.name], OWNER),
            lambda field: point(source.fields[field.name], OWNER),
        )
        select = select.where(found, copy=False)
    return select


def _bounds(at: exp.Expr, interval: Interval) -> list[exp.Expr]:
    bounds: list[exp.Expr] = []
    if interval.start is not None:
        bounds.append(exp.GTE(this=at.copy(), expression=timestamp(interval.start)))
    bounds.append(exp.LT(this=at.copy(), expression=timestamp(interval.end)))
    return bounds


def origin_of(source: EventSource) -> tuple[exp.Expr, exp.Expr]:
    """Return the table to read (deduplicated if the model says so) and the key column."""
    key = column(source.entity_key, OWNER)
    if not source.keep_latest or source.id is None:
        return table(source.table, OWNER), key
    order = [
        exp.Ordered(this=physical(source.fields[name], OWNER), desc=True, nulls_first=False)
        for name in (source.ingested_at, source.at)
        if name is not None
    ]
    rank = exp.Window(
        this=exp.RowNumber(),
        partition_by=[column(source.id, OWNER)],
        order=exp.Order(expressions=order),
        over="OVER",
    )
    latest = exp.or_(
        exp.Is(this=column(source.id, OWNER), expression=exp.null()),
        exp.EQ(this=rank, expression=exp.Literal.number(1)),
        copy=False,
    )
    inner = exp.select(exp.Column(this=exp.Star(), table=exp.to_identifier(OWNER, quoted=True)))
    inner = inner.from_(table(source.table, OWNER), copy=False)
    inner.set("qualify", exp.Qualify(this=latest))
    return inner.subquery(OWNER, copy=False), key


def value_of(field: Field, alias: str) -> exp.Expr:
    """Return a field of an event relation."""
    return column(f"f_{field.name}", alias)


def local_day(at: exp.Expr, zone: str) -> exp.Expr:
    """Return the local day of a naive UTC timestamp."""
    return exp.cast(
        exp.paren(dialect.utc_to_local(at, zone), copy=False), exp.DType.DATE, copy=False
    )
