"""The numbers of one widget of today's analytics as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal, TypeAlias

from muster.base.people import Permission
from muster.base.spreadsheets import harmless
from muster.services.context import WorkspaceContext
from muster.services.orders.day_records import Narrowed, Today
from muster.services.orders.day_windows import Compare
from muster.services.orders.days import days
from muster.services.orders.today import today

Widget: TypeAlias = Literal["figures", "hourly", "statuses", "products", "customers", "days"]
_Rows: TypeAlias = Iterable[Sequence[object]]


def sheet(
    context: WorkspaceContext,
    widget: Widget,
    *,
    day: date | None = None,
    compare: Compare = Compare.WEEKDAY,
    narrowed: Narrowed,
    first: date | None = None,
    last: date | None = None,
) -> tuple[str, str]:
    """Return a file's name and its CSV; cells that a spreadsheet would run are made harmless.

    Raises:
        NotFound: NO_ORDER_DESK. InvalidInput: see `today` and `days`. Forbidden: NOT_ALLOWED.
    """
    context.require(Permission.EXPORT)
    if widget == "days":
        range_ = days(context, first=first, last=last, narrowed=narrowed)
        rows: _Rows = [(one.day, one.orders, one.revenue) for one in range_.days]
        name = f"days-{range_.days[0].day}-{range_.days[-1].day}.csv"
        return name, _csv(("Day", "Orders", "Revenue"), rows)
    found = today(context, day=day, compare=compare, narrowed=narrowed)
    return f"{widget}-{found.day}.csv", _csv(*_table(found, widget))


def _table(found: Today, widget: Widget) -> tuple[Sequence[str], _Rows]:
    beside = found.previous_label or "Before"
    if widget == "figures":
        return ("Number", "Value", beside, "Definition"), (
            (one.label, one.value, one.previous, one.definition) for one in found.figures
        )
    if widget == "hourly":
        head = ("Hour", "Begins", "Orders", "Revenue", f"Orders, {beside}", f"Revenue, {beside}")
        return head, (
            (
                one.hour,
                one.start.isoformat(),
                one.orders,
                one.revenue,
                one.previous_orders,
                one.previous_revenue,
            )
            for one in found.hourly
        )
    if widget == "statuses":
        return ("Status", "Orders", "Amount"), (
            (one.label, one.orders, one.amount) for one in found.statuses
        )
    if widget == "customers":
        return ("Customers", "Different ones", "Orders", "Revenue"), (
            (one.label, one.customers, one.orders, one.revenue) for one in found.buyers
        )
    both = {one.product_id: one for one in (*found.by_revenue, *found.by_quantity)}
    return ("Product", "Name", "Pieces", "Revenue", "Orders"), (
        (one.product_id, one.name, one.quantity, one.revenue, one.orders) for one in both.values()
    )


def _csv(head: Sequence[str], rows: _Rows) -> str:
    text = io.StringIO()
    writer = csv.writer(text)
    for row in (head, *rows):
        writer.writerow(
            harmless(cell) if isinstance(cell, str) else "" if cell is None else cell
            for cell in row
        )
    return text.getvalue()
