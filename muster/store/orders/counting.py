"""How many orders a query finds: exactly, or as the planner guesses, which costs a millisecond."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    ClauseElement,
    ColumnElement,
    Connection,
    Executable,
    func,
    literal,
    select,
    text,
)
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.compiler import SQLCompiler

from muster.store.orders.tables import orders

# Plans for these very values, not for any: a window deep in an index is worth one of its own.
# Compiling a plan to machine code takes longer than a window does.
_READING = text(
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true),"
    " set_config('jit', 'off', true)"
)


@dataclass(frozen=True, slots=True)
class Counted:
    """Exactly how many orders, pieces and how much money."""

    total: int
    quantity_sum: int
    amount_sum: Decimal


def prepare_reading(connection: Connection) -> None:
    """Let the transaction plan as suits windows on orders."""
    connection.execute(_READING)


def count(connection: Connection, where: ColumnElement[bool]) -> Counted:
    """Count what a condition finds; reads all of it."""
    query = select(
        func.count(),
        func.coalesce(func.sum(orders.c.quantity), 0),
        func.coalesce(func.sum(orders.c.total_amount), 0),
    )
    total, pieces, amount = connection.execute(query.select_from(orders).where(where)).one()
    return Counted(total, int(pieces), Decimal(amount))


def estimate(connection: Connection, where: ColumnElement[bool]) -> int:
    """Return about how many orders a condition finds, as the planner guesses."""
    plan = connection.scalar(_Explain(select(literal(1)).select_from(orders).where(where)))
    return int(plan[0]["Plan"]["Plan Rows"])


class _Explain(Executable, ClauseElement):
    """``EXPLAIN`` of a statement, with its parameters bound as usual."""

    inherit_cache = False

    def __init__(self, statement: ClauseElement) -> None:
        self.statement = statement


@compiles(_Explain)
def _explain(element: _Explain, compiler: SQLCompiler, **options: Any) -> str:
    return f"EXPLAIN (FORMAT JSON) {compiler.process(element.statement, **options)}"
