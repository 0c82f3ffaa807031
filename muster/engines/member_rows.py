"""Attributes of given entities, typed and in batches: what member lists and exports are made of."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from muster.base.datamodel import DataModel, Field, FieldType, PiiClass
from muster.compile.fields import column, physical, point, table
from muster.compile.relations import OWNER, entity_key, entity_select
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.templates import create_table, fill, fill_value, named
from muster.engines.templates import table as plain_table

KEYS_TABLE = "muster_member_keys"
MEMBERS_TABLE = "muster_members"
BATCH_ROWS = 10_000


def output_columns(model: DataModel, fields: Sequence[Field]) -> tuple[str, ...]:
    """Return the names of the columns: the key's, then the fields'; a point takes two."""
    names = [model.entity.key]
    for field in fields:
        if field.type is FieldType.GEO:
            names += [f"{field.name}_latitude", f"{field.name}_longitude"]
        else:
            names.append(field.name)
    return tuple(names)


def members_select(
    model: DataModel,
    fields: Sequence[Field],
    *,
    masked: str | None,
    text_keys: bool,
    zoned_times: bool = False,
) -> exp.Select:
    """Return the SELECT of keys in `KEYS_TABLE` with fields, in order of key.

    Keys that the entity table no longer holds come with nulls.

    Args:
        text_keys: `KEYS_TABLE` holds text; the entity's keys are compared as text then.
        zoned_times: instants are TIMESTAMPTZ, not naive timestamps in UTC.
        masked: what stands for every present value of a field with a PII class; None = the value.
    """
    names = iter(output_columns(model, fields))
    columns: list[exp.Expr] = [exp.alias_(column("key", "m"), next(names), quoted=True)]
    for field in fields:
        values = point(field, OWNER) if field.type is FieldType.GEO else (physical(field, OWNER),)
        for value in values:
            shown = value
            if masked is not None and field.pii is not PiiClass.NONE:
                shown = _mask(value, masked)
            elif zoned_times and field.type is FieldType.TIMESTAMP:
                shown = fill_value("timezone('UTC', $value)", value=value)
            columns.append(exp.alias_(shown, next(names), quoted=True))
    if not fields:
        source = exp.select(*columns).from_(table(KEYS_TABLE, "m"))
    else:
        source = _joined(model, fields, columns, text_keys=text_keys)
    return source.order_by(column("key", "m"))


def member_batches(
    warehouse: DuckDBWarehouse,
    model: DataModel,
    keys: NDArray[Any],
    fields: Sequence[Field],
    *,
    masked: str | None,
) -> Iterator[list[tuple[Any, ...]]]:
    """Yield rows (key, then values) of entities in order of key, batch by batch.

    Raises:
        EngineFailed: the warehouse failed.
    """
    if not fields:
        ordered = np.sort(keys)
        for start in range(0, len(ordered), BATCH_ROWS):
            yield [(key,) for key in ordered[start : start + BATCH_ROWS].tolist()]
        return
    warehouse.register_keys(KEYS_TABLE, keys)
    tree = members_select(model, fields, masked=masked, text_keys=keys.dtype == object)
    statement = Statement.of(tree, dialect="duckdb", purpose="member attributes")
    with warehouse.native(statement.purpose):
        found = warehouse.connection.execute(statement.sql)
    while True:
        with warehouse.native(statement.purpose):
            batch = found.fetchmany(BATCH_ROWS)
        if not batch:
            return
        yield batch


def _mask(value: exp.Expr, masked: str) -> exp.Expr:
    present = exp.Not(this=exp.Is(this=value, expression=exp.null()))
    return exp.Case(ifs=[exp.If(this=present, true=exp.Literal.string(masked))])


def _joined(
    model: DataModel, fields: Sequence[Field], columns: list[exp.Expr], *, text_keys: bool
) -> exp.Select:
    """Return a SELECT over the keys with each one's row, if the entity table has one."""
    inside = entity_select(model, [exp.Star()], fields)
    entity = inside.args["from_"].this
    key: exp.Expr = entity_key(model)
    if text_keys:
        key = exp.cast(key, exp.DType.VARCHAR)
    same = exp.EQ(this=key, expression=column("key", "m"))
    select = exp.select(*columns).from_(table(KEYS_TABLE, "m"))
    select = select.join(entity, on=same, join_type="left")
    for join in inside.args.get("joins") or []:
        select.append("joins", join)
    return select


def list_select(model: DataModel, name: str) -> exp.Select:
    """Return the SELECT of the keys on a list of the data model."""
    listed = model.lists[name]
    key = column(listed.key, "l")
    present = exp.Not(this=exp.Is(this=key.copy(), expression=exp.null()))
    return exp.select(exp.alias_(key, "k")).from_(table(listed.table, "l")).where(present)


def register_members(
    warehouse: DuckDBWarehouse, members: Mapping[str, NDArray[Any]], *, key_column: str
) -> None:
    """Make the temporary table `MEMBERS_TABLE`: ``segment`` and a key in ``key_column``.

    Args:
        members: by segment, its entities' keys; all of one kind.

    Raises:
        EngineFailed: the warehouse failed.
    """
    made = False
    for segment, keys in members.items():
        warehouse.register_keys(KEYS_TABLE, keys)
        rows = fill("SELECT $segment AS segment, key FROM $keys", **_parts(segment))
        assert isinstance(rows, exp.Select)
        rows.set("expressions", [rows.selects[0], named(rows.selects[1], key_column)])
        tree: exp.Expr = create_table(MEMBERS_TABLE, rows, temporary=True)
        if made:
            tree = exp.Insert(this=plain_table(MEMBERS_TABLE), expression=rows)
        made = True
        warehouse.run(Statement.of(tree, dialect="duckdb", purpose=f"members of {segment}"))


def _parts(segment: str) -> dict[str, exp.Expr]:
    return {
        "segment": exp.Literal.string(segment),
        "keys": plain_table(KEYS_TABLE),
    }
