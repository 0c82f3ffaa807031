"""Makes one table of the warehouse from its staged rows, and counts what it found."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from sqlglot import exp

from muster.base.datamodel import DataModel, EventSource
from muster.compile.statement import Statement
from muster.engines.duckdb import DuckDBWarehouse
from muster.engines.duckdb_facts import all_rows, one_row
from muster.engines.load_columns import Target
from muster.engines.load_report import TableReport
from muster.engines.load_stage import staged_name
from muster.engines.load_verdicts import (
    DUPLICATE,
    ROW,
    VERDICTS,
    TableRoles,
    kept_rows,
    make_verdicts,
)
from muster.engines.templates import (
    column,
    create_table,
    drop_table,
    fill,
    fill_value,
    named,
    table,
)


class TableLoading:
    """Makes one table from its staged rows, within the transaction of all."""

    def __init__(
        self,
        warehouse: DuckDBWarehouse,
        model: DataModel,
        roles: TableRoles,
        columns: Sequence[Target],
        loaded_at: datetime,
    ) -> None:
        self._warehouse = warehouse
        self._model = model
        self._roles = roles
        self._columns = columns
        self._loaded_at = loaded_at
        self._name = roles.name

    def run(self) -> TableReport:
        """Load the table and report on it."""
        make_verdicts(self._warehouse, staged_name(self._name), self._roles, self._columns)
        read = self._number(fill("SELECT COUNT(*) FROM $rows", rows=table(staged_name(self._name))))
        verdicts = self._verdicts()
        unreadable = self._unreadable()
        self._make_table()
        self._make_rejected_table(any(reason != DUPLICATE for reason in verdicts))
        earliest, latest, future = self._times()
        return TableReport(
            table=self._name,
            read=read,
            loaded=self._number(fill("SELECT COUNT(*) FROM $rows", rows=table(self._name))),
            duplicates=verdicts.get(DUPLICATE, 0),
            rejected={name: count for name, count in verdicts.items() if name != DUPLICATE},
            unreadable=unreadable,
            orphans=sum(self._orphans(source) for source in self._roles.sources),
            future=future,
            earliest=earliest,
            latest=latest,
        )

    def _make_table(self) -> None:
        rows = kept_rows(staged_name(self._name))
        rows.set("expressions", [named(one.value.copy(), one.name) for one in self._columns])
        for source in self._roles.sources[:1]:
            at = self._value(source.fields[source.at].column)
            rows = rows.order_by(exp.Ordered(this=at, nulls_first=False), column(ROW))
        self._run(create_table(self._name, rows))

    def _make_rejected_table(self, some: bool) -> None:
        """Keep what was rejected as the file had it; with nothing rejected there is no table."""
        rejected = f"{self._name}_rejected"
        if not some:
            self._run(drop_table(rejected))
            return
        query = exp.select(
            *(column(one.name, "s") for one in self._columns),
            exp.alias_(column("reason", "v"), "rejected_because"),
        ).from_(table(staged_name(self._name)).as_("s"))
        on = exp.EQ(this=column(ROW, "s"), expression=column("row_number", "v"))
        query = (
            query.join(table(VERDICTS).as_("v"), on=on)
            .where(exp.NEQ(this=column("reason", "v"), expression=exp.convert(DUPLICATE)))
            .order_by(column(ROW, "s"))
        )
        self._run(create_table(rejected, query))

    def _verdicts(self) -> dict[str, int]:
        tree = fill(
            "SELECT reason, COUNT(*) FROM $verdicts GROUP BY reason ORDER BY reason",
            verdicts=table(VERDICTS),
        )
        return dict(all_rows(self._warehouse, tree, self._purpose))

    def _unreadable(self) -> dict[str, int]:
        """Count the values of loaded rows that their column's type cannot hold."""
        converted = [one for one in self._columns if one.is_converted]
        if not converted:
            return {}
        rows = kept_rows(staged_name(self._name))
        counts = [
            fill_value(
                "COUNT(*) FILTER (WHERE ($source) IS NOT NULL AND ($value) IS NULL)",
                source=one.source,
                value=one.value,
            )
            for one in converted
        ]
        rows.set("expressions", counts)
        found = one_row(self._warehouse, rows, self._purpose)
        return {one.name: count for one, count in zip(converted, found, strict=True) if count}

    def _orphans(self, source: EventSource) -> int:
        key = column(source.entity_key, "e")
        return self._number(
            fill(
                "SELECT COUNT(*) FROM $events AS e WHERE $key IS NOT NULL "
                "AND NOT EXISTS (SELECT 1 FROM $entities AS k WHERE $entity_key = $key)",
                events=table(self._name),
                key=key,
                entities=table(self._model.entity.table),
                entity_key=column(self._model.entity.key, "k"),
            )
        )

    def _times(self) -> tuple[datetime | None, datetime | None, int]:
        """Return the first and the last event's time, and the number of future events."""
        if not self._roles.sources:
            return None, None, 0
        now = self._loaded_at.astimezone(UTC).replace(tzinfo=None)
        first: list[datetime] = []
        last: list[datetime] = []
        future = 0
        for source in self._roles.sources:
            at = source.fields[source.at]
            found = one_row(
                self._warehouse,
                fill(
                    "SELECT MIN($at), MAX($at), COUNT(*) FILTER (WHERE $at > $now) FROM $rows",
                    at=_in_utc(column(at.column), at.stored_as),
                    now=exp.cast(exp.Literal.string(now.isoformat(sep=" ")), "TIMESTAMP"),
                    rows=table(self._name),
                ),
                self._purpose,
            )
            first += [found[0].replace(tzinfo=UTC)] if found[0] is not None else []
            last += [found[1].replace(tzinfo=UTC)] if found[1] is not None else []
            future += found[2]
        return min(first, default=None), max(last, default=None), future

    @property
    def _purpose(self) -> str:
        return f"load {self._name}"

    def _value(self, name: str) -> exp.Expr:
        return next(one.value.copy() for one in self._columns if one.name == name)

    def _number(self, tree: exp.Expr) -> int:
        return int(one_row(self._warehouse, tree, self._purpose)[0])

    def _run(self, tree: exp.Expr) -> None:
        self._warehouse.run(Statement.of(tree, dialect="duckdb", purpose=self._purpose))


def _in_utc(value: exp.Expr, stored_as: str) -> exp.Expr:
    """Return a loaded time as a naive one in UTC."""
    if stored_as == "utc":
        return value
    if stored_as != "instant":
        value = fill_value("timezone($zone, $value)", zone=stored_as, value=value)
    return fill_value("timezone('UTC', $value)", value=value)
