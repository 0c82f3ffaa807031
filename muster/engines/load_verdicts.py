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
from muster.engines.templates import column, create_table, fill, fill_value, table
from muster.model.references import TableRole, table_references

VERDICTS = "muster verdicts"
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

    In this order: keys and times that are null or unreadable, values the model's types cannot
    hold, rows that repeat another, keys that repeat with other content. Of a repeated event id the
    row ingested last stays, else the first of the file; of a repeated key the first.
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


def kept_rows(staged: str, alias: str) -> exp.Select:
    """Return ``SELECT * FROM staged AS alias`` without the rows that have a verdict."""
    query = fill(
        "SELECT * FROM $staged AS s WHERE NOT EXISTS "
        "(SELECT 1 FROM $verdicts AS v WHERE v.row_number = $row)",
        staged=table(staged),
        verdicts=table(VERDICTS),
        row=column("rowid", alias),
    )
    assert isinstance(query, exp.Select)
    query.args["from_"].this.set("alias", exp.TableAlias(this=exp.to_identifier(alias, quoted=True)))
    return query


def _unfit_rows(staged: str, roles: TableRoles, values: Mapping[str, Target]) -> exp.Expr:
    reason = exp.Case()
    for when, text in _reasons(roles, values):
        reason = reason.when(when, exp.Literal.string(text))
    query = fill(
        "SELECT row_number, reason FROM (SELECT rowid AS row_number, $reason AS reason "
        "FROM $staged) AS r WHERE reason IS NOT NULL",
        reason=reason if reason.args.get("ifs") else exp.null(),
        staged=table(staged),
    )
    return query


def _reasons(roles: TableRoles, values: Mapping[str, Target]) -> list[tuple[exp.Expr, str]]:
    """Return the conditions that keep a row out, most important first."""
    found: list[tuple[exp.Expr, str]] = []
    for key in roles.unique_keys:
        found.append((_null(values[key].value), "no_key"))
    for key in roles.list_keys:
        found.append((_null(values[key].value), "no_entity_key"))
    if roles.sources and not roles.unique_keys:
        # One table may hold events of several kinds; a row stays if it is an event of any.
        for key_or_time, text in (("entity_key", "no_entity_key"), ("at", "no_time")):
            columns = [
                source.entity_key if key_or_time == "entity_key" else source.fields[source.at].column
                for source in roles.sources
            ]
            found.append((exp.and_(*(_null(values[one].value) for one in columns)), text))
    required = {
        *roles.unique_keys,
        *roles.list_keys,
        *(source.entity_key for source in roles.sources),
    }
    for name, target in values.items():
        if target.converted:
            unreadable = fill_value(
                "$source IS NOT NULL AND ($value) IS NULL", source=target.source, value=target.value
            )
            found.append((unreadable, f"unreadable_{name}"))
    # A key or time that is there but cannot be read is unreadable rather than missing.
    return sorted(found, key=lambda one: not one[1].startswith("unreadable_")) if required else found


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
    rows = kept_rows(staged, "s")
    rows.set("expressions", [column("rowid", "s").as_("row_number")])
    place = exp.Window(
        this=exp.RowNumber(),
        partition_by=[one.copy() for one in same],
        order=exp.Order(expressions=[*order, exp.Ordered(this=column("rowid", "s"))]),
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
