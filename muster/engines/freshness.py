"""How fresh a warehouse is: the newest event it holds."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlglot import exp

from muster.base.datamodel import DataModel
from muster.compile.fields import physical, table
from muster.compile.literals import timestamp
from muster.compile.relations import OWNER
from muster.compile.statement import Statement
from muster.engines.base import Warehouse


def newest_event(
    warehouse: Warehouse, model: DataModel, sources: Iterable[str], *, before: datetime
) -> datetime | None:
    """Return the newest event time (UTC) of some sources before an instant; None without events.

    This is a segment's watermark: what happened later cannot be in it yet.
    """
    newest: datetime | None = None
    for name in sources:
        source = model.events[name]
        at = physical(source.fields[source.at], OWNER)
        tree = (
            exp.select(exp.alias_(exp.Max(this=at), "newest"))
            .from_(table(source.table, OWNER))
            .where(exp.LT(this=at.copy(), expression=timestamp(before)))
        )
        statement = Statement.of(tree, dialect=warehouse.dialect, purpose=f"newest {name}")
        found = warehouse.rows(statement, limit=1).rows[0][0]
        if found is not None:
            instant = found.replace(tzinfo=UTC)
            newest = instant if newest is None else max(newest, instant)
    return newest
