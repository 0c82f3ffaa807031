"""How much happened on each local day: events, and the money they moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from sqlglot import exp

from muster.base.datamodel import EventSource, Field
from muster.compile.literals import timestamp
from muster.compile.relations import local_day
from muster.compile.statement import Statement
from muster.engines.base import Warehouse
from muster.engines.index.reading import at_row, event_relation
from muster.engines.templates import fill_value
from muster.rules.duration import midnight_utc

_MOST_DAYS = 1000


@dataclass(frozen=True, slots=True)
class Day:
    """One local day; ``money`` is 0 where none was asked for."""

    events: int = 0
    money: Decimal = Decimal(0)


def daily_totals(
    warehouse: Warehouse,
    sources: Iterable[EventSource],
    *,
    money: Mapping[str, Field],
    first: date,
    last: date,
    zone: str,
) -> dict[date, Day]:
    """Return what happened on each day that had events, both ends included.

    Corrected events count once, those of nobody do not.

    Args:
        money: by source the field that is summed up.

    Raises:
        EngineFailed: the warehouse failed.
    """
    found: dict[date, Day] = {}
    for source in sources:
        tree = _tree(source, money.get(source.name), first, last, zone)
        purpose = f"days of {source.name}"
        statement = Statement.of(tree, dialect=warehouse.dialect, purpose=purpose)
        for day, number, amount in warehouse.rows(statement, limit=_MOST_DAYS).rows:
            before = found.get(day, Day())
            found[day] = Day(before.events + number, before.money + (amount or 0))
    return found


def _tree(
    source: EventSource, money: Field | None, first: date, last: date, zone: str
) -> exp.Select:
    names = [source.at] if money is None else [source.at, money.name]
    relation = event_relation(source, {name: source.fields[name] for name in names})
    at = at_row("at")
    total: exp.Expr = exp.null()
    if money is not None:
        total = fill_value("SUM($value)", value=at_row(f"f_{money.name}"))
    start = midnight_utc(first, ZoneInfo(zone))
    end = midnight_utc(last + timedelta(days=1), ZoneInfo(zone))
    inside = fill_value(
        "$at >= $start AND $at < $stop", at=at, start=timestamp(start), stop=timestamp(end)
    )
    columns = [local_day(at.copy(), zone), fill_value("COUNT(*)"), total]
    return relation.select(columns, inside).group_by(exp.Literal.number(1))
