"""What a change of the desk would move, told before it is done: segments and today's figures.

The change is written, looked at and rolled back in one transaction; rules are evaluated after it,
so that nobody waits for rows while Python thinks.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from itertools import accumulate
from typing import Literal
from uuid import uuid4
from zoneinfo import ZoneInfo

from muster.base.errors import NotFound
from muster.base.order_changes import Applied, Draft
from muster.base.orders import Desk
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import write
from muster.services.orders.day_windows import window_of
from muster.services.orders.impact_rules import SegmentImpact, Unmeasured, Watched, foreseen
from muster.services.orders.opening import open_desk
from muster.services.orders.snapshots import Readable, snapshot
from muster.services.workspaces import current_model
from muster.store.database import Transaction
from muster.store.orders.bulk import database_time, open_orders
from muster.store.orders.customer_rows import weights
from muster.store.orders.figures import Clock, Span, day_figures
from muster.store.orders.writing import rehearsed

MOST_CUSTOMERS = 2_000
_MOST_ROWS = 100_000
_SECONDS = 5.0
FigureKey = Literal["orders_today", "revenue_today", "open_orders"]
_NO_MODEL = "The workspace's data model is not about the desk's customers: no segment is foreseen."


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
    """What was seen of a change that was written and taken back, ``looked_at`` customers of it."""

    applied: Applied
    figures: tuple[Figure, ...]
    watched: Watched | None
    looked_at: int


def impact_of(context: WorkspaceContext, draft: Draft) -> Impact:
    """Return what a draft would move; nothing stays written.

    Raises:
        Forbidden, InvalidInput, Conflict, Busy: as `changing.write`.
    """
    readable = readable_model(context)
    with open_desk(context) as (connection, desk):
        rehearsal = rehearse(connection, desk, context, draft, readable)
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
    looked_at: tuple[str, ...] = ()
    with rehearsed(connection):
        applied = write(connection, desk, context, replace(draft, op_id=uuid4()))
        if readable is not None:
            looked_at = _looked_at(connection, applied.customer_ids)
            after = snapshot(connection, readable, looked_at)
        figures_after = _figures(connection, desk, now)
        written_at = database_time(connection)
    figures = tuple(
        Figure(key, label, before, figures_after[key], unit)
        for (key, before), (label, unit) in zip(
            _figures(connection, desk, now).items(), _labels(desk), strict=True
        )
    )
    if readable is None:
        return Rehearsal(applied, figures, None, 0)
    before = snapshot(connection, readable, looked_at)
    # clocks differ: what was written a moment ago is not to lie in the future
    as_of = max(written_at, context.resources.clock.now_utc())
    return Rehearsal(applied, figures, Watched(readable, before, after, as_of), len(looked_at))


def told(context: WorkspaceContext, rehearsal: Rehearsal) -> Impact:
    """Return what a rehearsed change would move; not inside the desk's transaction."""
    segments: tuple[SegmentImpact, ...] = ()
    not_measured: tuple[Unmeasured, ...] = ()
    if rehearsal.watched is not None:
        segments, not_measured = foreseen(context, rehearsal.watched, seconds=_SECONDS)
    customers = len(rehearsal.applied.customer_ids)
    exact = rehearsal.watched is None or rehearsal.looked_at == customers
    sentence = _sentence(rehearsal, segments, not_measured)
    return Impact(segments, rehearsal.figures, customers, exact, sentence, not_measured)


def _looked_at(connection: Transaction, customer_ids: Collection[str]) -> tuple[str, ...]:
    """Return the customers that are looked at: all, or as many by chance as time allows."""
    found = weights(connection, customer_ids)
    running = accumulate(found.values())
    return tuple(
        key
        for place, (key, rows) in enumerate(zip(found, running, strict=True))
        if place < MOST_CUSTOMERS and (rows <= _MOST_ROWS or place == 0)
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


def _sentence(
    rehearsal: Rehearsal,
    segments: Sequence[SegmentImpact],
    not_measured: Sequence[Unmeasured],
) -> str:
    orders, customers = rehearsal.applied.orders, len(rehearsal.applied.customer_ids)
    parts = [f"{_counted(orders, 'order')} of {_counted(customers, 'customer')} would change"]
    parts += [f"{_moved(one)} {one.title}" for one in segments[:3]]
    if len(segments) > 3:
        parts.append(f"{len(segments) - 3} more segments change")
    parts += [_figure_moved(one) for one in rehearsal.figures if one.before != one.after]
    said = f"{'; '.join(parts)}."
    if rehearsal.watched is None:
        return f"{said} {_NO_MODEL}"
    if rehearsal.looked_at < customers:
        said += f" Segments are of a sample of {rehearsal.looked_at:,} customers."
    if not_measured:
        said += f" {_counted(len(not_measured), 'segment')} could not be foreseen."
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
