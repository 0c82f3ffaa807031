"""What checking and applying an import both do: plan every row, and tell how far that is.

How far the work is is written by transactions of their own: others see it while this one goes on.
"""

from __future__ import annotations

import itertools
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from muster.base.errors import Busy
from muster.base.order_changes import CellChange, NewItem, NewOrder
from muster.base.order_imports import OUTCOMES, CellError, Import
from muster.base.order_steps import Means, Steps
from muster.base.order_values import json_value
from muster.base.orders import Desk
from muster.base.people import Role
from muster.services.context import WorkspaceContext
from muster.services.orders.import_parts import Planned, Rules, Seen
from muster.services.orders.import_planning import plan
from muster.services.orders.import_reading import RowReader, groups
from muster.services.orders.importing import own_import
from muster.services.orders.opening import open_desk
from muster.store.database import Transaction
from muster.store.orders import imports
from muster.store.orders.statuses import read_statuses, read_transitions

_BATCH = 2_000  # orders looked up at once
_TELL_SECONDS = 0.5
_logger = logging.getLogger("muster.orders")


@dataclass(slots=True)
class Work:
    """What a whole import comes to; ``amount``: what all totals together move by."""

    cells: list[CellChange] = field(default_factory=list)
    inserts: list[NewOrder] = field(default_factory=list)
    item_inserts: list[NewItem] = field(default_factory=list)
    amount: Decimal = Decimal(0)

    def add(self, planned: Planned, *, keep: bool) -> None:
        """Take an order of the file along; without ``keep`` only what it amounts to."""
        self.amount += planned.amount
        if not keep:
            return
        self.cells += planned.cells
        self.item_inserts += planned.item_inserts
        if planned.insert is not None:
            self.inserts.append(planned.insert)


class _Progress:
    """Tells now and then how many rows are done."""

    def __init__(self, context: WorkspaceContext, found: Import, *, doing: str) -> None:
        self._context = context
        self._found = found
        self._doing = doing
        self._done = 0
        self._told = time.monotonic()

    def add(self, rows: int) -> None:
        """Count rows that were planned."""
        self._done += rows
        if time.monotonic() - self._told > _TELL_SECONDS:
            self._tell(self._doing)

    def writes(self) -> None:
        """Say that all are planned, and written next."""
        self._tell("write")

    def _tell(self, doing: str) -> None:
        self._told = time.monotonic()
        progress = {"doing": doing, "done": self._done, "of": self._found.summary["rows"]}
        try:
            with open_desk(self._context) as (connection, _):
                imports.tell_progress(connection, self._found.id, progress)
        except Busy as error:  # nobody sees how far it is; that is no reason to stop
            _logger.warning("the progress of an import is not told: %s", error.code)


def plan_all(
    connection: Transaction,
    desk: Desk,
    context: WorkspaceContext,
    found: Import,
    *,
    keep: bool,
    barred: Mapping[int, CellError] = MappingProxyType({}),
) -> Work:
    """Plan every row and note what becomes of it.

    Args:
        keep: what it comes to is wanted, on orders that nobody else may change any more.
        barred: rows that were refused when they were written.
    """
    reader = RowReader(found, currency=desk.currency)
    rules = rules_of(connection, context, found)
    progress = _Progress(context, found, doing="apply" if keep else "check")
    seen, work = Seen(), Work()
    orders = groups(connection, found.id, reader)
    while batch := list(itertools.islice(orders, _BATCH)):
        for row in itertools.chain.from_iterable(group.rows for group in batch if barred):
            row.errors += [barred[row.row_no]] if row.row_no in barred else []
        planned = plan(connection, batch, reader, rules, seen, lock=keep)
        keep_outcomes(connection, found.id, planned)
        for one in planned:
            work.add(one, keep=keep)
        progress.add(sum(len(one.rows) for one in planned))
    if keep:
        progress.writes()
    return work


def rules_of(connection: Transaction, context: WorkspaceContext, found: Import) -> Rules:
    """Return what an import is checked by."""
    return Rules(
        found.options,
        Steps.of(read_transitions(connection)),
        Means(reason=bool(found.options.reason), admin=context.role is Role.ADMIN),
        frozenset(one.status for one in read_statuses(connection) if one.items_frozen),
        context.resources.clock.now_utc(),
    )


def keep_outcomes(connection: Transaction, import_id: int, planned: Iterable[Planned]) -> None:
    """Note what becomes of the rows of some orders."""
    rows = [row for one in planned for row in one.rows]
    imports.set_outcomes(
        connection,
        import_id,
        [(row.row_no, row.outcome, row.errors, row.order_id, row.key) for row in rows],
    )


def sum_up(
    connection: Transaction, context: WorkspaceContext, import_id: int, *, amount: Decimal | None
) -> dict[str, Any]:
    """Put what becomes of the rows into the summary; the import is checked now."""
    counts = imports.count_outcomes(connection, import_id)
    before = own_import(connection, context, import_id).summary
    summary: dict[str, Any] = {name: before[name] for name in ("rows", "file")}
    for outcome in OUTCOMES:
        rows, orders = counts.get(outcome, (0, 0))
        summary["errors" if outcome == "error" else outcome] = rows
        summary[f"{outcome}_orders"] = orders
    summary["error_kinds"] = imports.error_kinds(connection, import_id)
    summary["amount"] = None if amount is None else json_value(amount)
    imports.change(connection, import_id, state="checked", summary=summary)
    return summary
