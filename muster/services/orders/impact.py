"""What a change of the desk would move, told before it is done: segments and today's figures.

The change is written, looked at and rolled back in one transaction; rules are evaluated after it,
so that nobody waits for rows while Python thinks.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from muster.base.errors import NotFound
from muster.base.order_changes import Applied, Draft
from muster.base.orders import Desk
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import attempted, write
from muster.services.orders.day_windows import window_of
from muster.services.orders.impact_rules import (
    Foreseen,
    SegmentImpact,
    Unmeasured,
    Watched,
    foreseen,
)
from muster.services.orders.snapshots import Readable, snapshot, touched_tables
from muster.services.workspaces import current_model
from muster.store.database import Transaction
from muster.store.orders.bulk import database_time, open_orders
from muster.store.orders.figures import Clock, Span, day_figures
from muster.store.orders.writing import rehearsed

_SECONDS = 5.0
FigureKey = Literal["orders_today", "revenue_today", "open_orders"]
_NO_MODEL = "The workspace's data model is not of the desk's tables, so no segment is foreseen."


@dataclass(frozen=True, slots=True)
class Figure:
    """One number of the desk before and after; ``unit``: a currency, None for a count.

    ``orders_today``: sales placed this local day, whatever their status. ``revenue_today``: the
    totals of this day's orders that are neither cancelled nor refunded, credits taken off.
    ``open_orders``: of any day, in a status that is not yet an end.
    """

    key: FigureKey
    label: str
    before: Decimal
    after: Decimal
    unit: str | None


@dataclass(frozen=True, slots=True)
class Impact:
    """What a change would move.

    Attributes:
        segments: those that change, the most first.
        customers: whose orders or data change.
        exact: all of them were looked at, not a sample.
        not_measured: segments that may change, too, and why that cannot be told.
    """

    segments: tuple[SegmentImpact, ...]
    figures: tuple[Figure, ...]
    customers: int
    exact: bool
    sentence: str
    not_measured: tuple[Unmeasured, ...]


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """What was seen of a change that was written and taken back; None: segments were not."""

    applied: Applied
    figures: tuple[Figure, ...]
    watched: Watched | None


def impact_of(context: WorkspaceContext, draft: Draft) -> Impact:
    """Return what a draft would move; nothing stays written.

    Raises:
        Forbidden, InvalidInput, Conflict, Busy: as `changing.write`.
    """
    readable = readable_model(context)
    rehearsal = attempted(
        context, lambda connection, desk: rehearse(connection, desk, context, draft, readable)
    )
    return told(context, rehearsal)


def readable_model(context: WorkspaceContext) -> Readable | None:
    """Return what of the workspace's data model the desk can answer; None without any."""
    try:
        return Readable.of(current_model(context))
    except NotFound:
        return None


def rehearse(
    connection: Transaction,
    desk: Desk,
    context: WorkspaceContext,
    draft: Draft,
    readable: Readable | None,
) -> Rehearsal:
    """Write a draft in the caller's transaction, look, and take it back; locks go with it."""
    now = context.resources.clock.now_utc()
    tables = touched_tables(draft)
    with rehearsed(connection):
        applied = write(connection, desk, context, replace(draft, op_id=uuid4()))
        after = None if readable is None else snapshot(connection, readable, applied, tables)
        figures_after = _figures(connection, desk, now)
        written_at = database_time(connection)
    figures = tuple(
        Figure(key, label, before, figures_after[key], unit)
        for (key, before), (label, unit) in zip(
            _figures(connection, desk, now).items(), _labels(desk), strict=True
        )
    )
    if readable is None or after is None:
        return Rehearsal(applied, figures, None)
    before = snapshot(connection, readable, applied, tables)
    # clocks differ: what was written a moment ago is not to lie in the future
    as_of = max(written_at, context.resources.clock.now_utc())
    return Rehearsal(applied, figures, Watched(readable, applied.order_ids, before, after, as_of))


def told(context: WorkspaceContext, rehearsal: Rehearsal) -> Impact:
    """Return what a rehearsed change would move; not inside the desk's transaction."""
    found = Foreseen((), (), 0, 0)
    if rehearsal.watched is not None:
        found = foreseen(context, rehearsal.watched, seconds=_SECONDS)
    return Impact(
        found.segments,
        rehearsal.figures,
        len(rehearsal.applied.customer_ids),
        found.looked_at == found.concerned,
        _sentence(rehearsal, found),
        found.not_measured,
    )


# -- figures ---------------------------------------------------------------------------------------


def _figures(connection: Transaction, desk: Desk, now: datetime) -> dict[FigureKey, Decimal]:
    zone = ZoneInfo(desk.time_zone)
    day = window_of(now.astimezone(zone).date(), zone)
    whole = day_figures(
        connection,
        Span(day.start, day.end, day.end),
        before=None,
        narrowed=(),
        clock=Clock(desk.time_zone, now),
        top=1,
    ).whole
    return {
        "orders_today": Decimal(whole.sum("sales").rows),
        "revenue_today": whole.sum("counted").amount,
        "open_orders": Decimal(open_orders(connection)),
    }


def _labels(desk: Desk) -> tuple[tuple[str, str | None], ...]:
    return (("Orders today", None), ("Revenue today", desk.currency), ("Open orders", None))


# -- words -----------------------------------------------------------------------------------------


def _sentence(rehearsal: Rehearsal, found: Foreseen) -> str:
    orders, customers = rehearsal.applied.orders, len(rehearsal.applied.customer_ids)
    whose = _counted(customers, "customer")
    what = f"{_counted(orders, 'order')} of {whose}" if orders else whose
    parts = [f"{what} would change"]
    parts += [f"{_moved(one)} {one.title}" for one in found.segments[:3]]
    if len(found.segments) > 3:
        parts.append(f"{len(found.segments) - 3} more segments change")
    parts += [_figure_moved(one) for one in rehearsal.figures if one.before != one.after]
    said = f"{'; '.join(parts)}."
    if rehearsal.watched is None:
        return f"{said} {_NO_MODEL}"
    if found.looked_at < found.concerned:
        said += f" Segments are of a sample of {found.looked_at:,} customers."
    if found.not_measured:
        said += f" {_counted(len(found.not_measured), 'segment')} could not be foreseen."
    return said


def _moved(one: SegmentImpact) -> str:
    ways = ((one.entered, "enter"), (one.left, "leave"))
    said = [
        f"{_counted(number, 'customer')} {way}{'s' * (number == 1)}"
        for number, way in ways
        if number
    ]
    return " and ".join(said)


def _figure_moved(figure: Figure) -> str:
    change = figure.after - figure.before
    unit = "" if figure.unit is None else f" {figure.unit}"
    return f"{figure.label.lower()} {change:+,}{unit}"


def _counted(number: int, noun: str) -> str:
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
