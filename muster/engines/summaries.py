"""Asks a warehouse what it holds in all."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlglot import exp

from muster.base.datamodel import DataModel, Field
from muster.compile.statement import Statement
from muster.compile.summaries import entity_count, event_totals
from muster.engines.base import Warehouse


@dataclass(frozen=True, slots=True)
class Totals:
    """What a warehouse holds.

    Attributes:
        money: the sum asked for; None if none was asked for.
        newest: the newest event in the past, None without one.
    """

    entities: int
    events: int
    money: Decimal | None
    newest: datetime | None


def totals(
    warehouse: Warehouse, model: DataModel, money: tuple[tuple[str, Field], ...], *, now: datetime
) -> Totals:
    """Count entities and events, and sum a field.

    Args:
        money: event sources, and the field of each that is summed; the others are only counted.

    Raises:
        EngineFailed: the warehouse failed.
    """
    summed = dict(money)
    events, newest = 0, list[datetime]()
    total = Decimal(0)
    for name, source in model.events.items():
        tree = event_totals(source, summed.get(name), before=now)
        number, latest, amount = _row(warehouse, tree, f"totals of {name}")
        events += number
        if latest is not None:
            newest.append(latest.replace(tzinfo=UTC))
        if amount is not None:
            total += amount
    (entities,) = _row(warehouse, entity_count(model), f"number of {model.entity.name}")
    return Totals(entities, events, total if money else None, max(newest, default=None))


def _row(warehouse: Warehouse, tree: exp.Select, purpose: str) -> tuple[Any, ...]:
    statement = Statement.of(tree, dialect=warehouse.dialect, purpose=purpose)
    return warehouse.rows(statement, limit=1).rows[0]
