"""Says of a staged table which rows are not loaded, and why.

The verdicts are a temporary table (row, reason) of those rows only; usually they are few.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.load_columns import Target
from muster.engines.templates import column, create_table, fill, table
from muster.model.references import TableRole, table_references

VERDICTS = "muster verdicts"
ROW = "muster row"
"""Column of a staged table: the row's place in its file."""

DUPLICATE = "duplicate"
"""Rows with this reason are dropped; rows with any other are rejected and kept aside."""


@dataclass(slots=True)
class TableRoles:
    """What one physical table is to the model; it may be several things."""

    name: str
    unique_keys: list[str] = field(default_factory=list)
    sources: list[EventSource] = field(default_factory=list)
    list_keys: list[str] = field(default_factory=list)


def roles_of_tables(model: DataModel) -> dict[str, TableRoles]:
    """Return the roles of each table the model names, the entity's table first."""
    found: dict[str, TableRoles] = {}
    for reference in table_references(model):
        roles = found.setdefault(reference.table, TableRoles(reference.table))
        match reference.role:
            case TableRole.ENTITY:
                roles.unique_keys.append(model.entity.key)
            case TableRole.EVENTS:
                roles.sources.append(model.events[reference.name])
            case TableRole.LIST:
                roles.list_keys.append(model.lists[reference.name].key)
            case TableRole.LOOKUP:
                pass
    for lookups in (model.entity.lookups, *(source.lookups for source in model.events.values())):
        for lookup in lookups.values():
            keys = found[lookup.table].unique_keys
            if lookup.key not in keys:
                keys.append(lookup.key)
    return found


def make_verdicts(
    warehouse: DuckDBWarehouse, staged: str, roles: TableRoles, targets: Sequence[Target]
) -> None:
    """Fill the table ``VERDICTS`` for a staged table.

    In this order: rows without a usable key or time, rows that repeat another, keys that repeat
    with other content. Of a repeated event id the row ingested last stays, else the first of the
    file; of a repeated key the first.
    """
    values = {target.name: target for target in targets}
    _run(
        warehouse,
        create_table(VERDICTS, _unfit_rows(staged, roles, values), temporary=True),
        f"{roles.name}: check the values",
    )
    if not _drop_repeated_events(warehouse, staged, roles, values):
        _add(
            warehouse,
            _repeats(staged, [column(name) for name in values], [], DUPLICATE),
            f"{roles.name}: find repeated rows",
        )
    for key in roles.unique_keys:
        _add(
            warehouse,
            _repeats(staged, [values[key].value], [], "duplicate_key"),
            f"{roles.name}: find repeated keys",
        )


def kept_rows(staged: str) -> exp.Select:
    """Return ``SELECT *`` of the staged rows that have no verdict."""
    query = fill(
        "SELECT * FROM $staged WHERE $row NOT IN (SELECT row_number FROM $verdicts)",
        row=column(ROW),
        staged=table(staged),
        verdicts=table(VERDICTS),
    )
    assert isinstance(query, exp.Select)
    return query


def _unfit_rows(staged: str, roles: TableRoles, values: Mapping[str, Target]) -> exp.Expr:
    """Return (row, reason) of the rows without a usable key or time."""
    reason = exp.Case()
    for columns, what in _required(roles):
        there = [_not_null(values[name].source) for name in columns]
        usable = [_not_null(values[name].value) for name in columns]
        reason = reason.when(exp.not_(exp.or_(*there)), exp.Literal.string(f"no_{what}"))
        reason = reason.when(exp.not_(exp.or_(*usable)), exp.Literal.string(f"bad_{what}"))
    return fill(
        "SELECT row_number, reason FROM (SELECT $row AS row_number, $reason AS reason "
        "FROM $staged) AS r WHERE reason IS NOT NULL",
        row=column(ROW),
        reason=reason,
        staged=table(staged),
    )


def _required(roles: TableRoles) -> list[tuple[list[str], str]]:
    """Return groups of columns of which a row must have one, and what they are called."""
    found = [([key], "key") for key in roles.unique_keys]
    found += [([key], "entity_key") for key in roles.list_keys]
    if roles.sources and not roles.unique_keys:
        # One table may hold events of several kinds; a row stays if it is an event of any.
        found.append(([source.entity_key for source in roles.sources], "entity_key"))
        found.append(([source.fields[source.at].column for source in roles.sources], "time"))
    return found


def _drop_repeated_events(
    warehouse: DuckDBWarehouse, staged: str, roles: TableRoles, values: Mapping[str, Target]
) -> bool:
    """Drop rows that repeat an event id; False if the table's events have none to go by."""
    source = next((one for one in roles.sources if one.id is not None), None)
    if source is None or source.id is None or source.keep_latest:
        return False
    latest_first: list[exp.Expr] = []
    if source.ingested_at is not None:
        ingested = values[source.fields[source.ingested_at].column].value
        latest_first.append(exp.Ordered(this=ingested.copy(), desc=True, nulls_first=False))
    identity = values[source.id].value
    _add(
        warehouse,
        _repeats(staged, [identity], latest_first, DUPLICATE, where=_not_null(identity)),
        f"{roles.name}: find repeated events",
    )
    return True


def _repeats(
    staged: str,
    same: Sequence[exp.Expr],
    order: Sequence[exp.Expr],
    reason: str,
    *,
    where: exp.Expr | None = None,
) -> exp.Expr:
    """Return (row, reason) of all rows but the first of each group."""
    rows = kept_rows(staged)
    rows.set("expressions", [exp.alias_(column(ROW), "row_number")])
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[one.copy() for one in same],
        order=exp.Order(expressions=[*order, exp.Ordered(this=column(ROW))]),
    )
    rows = rows.select(exp.alias_(place, "place"))
    if where is not None:
        rows = rows.where(where)
    return fill(
        "SELECT row_number, $reason AS reason FROM $rows AS r WHERE place > 1",
        reason=reason,
        rows=exp.Subquery(this=rows),
    )


def _add(warehouse: DuckDBWarehouse, query: exp.Expr, purpose: str) -> None:
    _run(warehouse, exp.Insert(this=table(VERDICTS), expression=query), purpose)


def _run(warehouse: DuckDBWarehouse, tree: exp.Expr, purpose: str) -> None:
    warehouse.run(Statement.of(tree, dialect="duckdb", purpose=purpose))


def _null(value: exp.Expr) -> exp.Expr:
    return exp.Is(this=exp.Paren(this=value.copy()), expression=exp.null())


def _not_null(value: exp.Expr) -> exp.Expr:
    return exp.Not(this=_null(value))
