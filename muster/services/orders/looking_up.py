"""Says what the desk is, what one order is, and what values, products and customers there are."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from zoneinfo import ZoneInfo

from muster.base.errors import InvalidInput
from muster.base.order_detail import (
    CustomerCard,
    CustomerChoice,
    NextStatus,
    OrderDetail,
    ProductChoice,
)
from muster.base.order_query import QUERY_FIELDS, OrderQuery
from muster.base.order_rows import OrderRow
from muster.base.order_steps import Means, Standing, Steps
from muster.base.orders import Desk, OrderFieldType, Status, Transition
from muster.base.people import Permission, Role
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.services.orders.reading import reading, unknown_order
from muster.services.orders.traces import trace_reading
from muster.store.orders import counting, details, distinct
from muster.store.orders.order_rows import rows_by_id
from muster.store.orders.statuses import read_statuses, read_transitions

MOST_CHOICES = 50
MOST_VALUES = 200
_LISTED = (OrderFieldType.TEXT, OrderFieldType.ENUM)


@dataclass(frozen=True, slots=True)
class DeskFacts:
    """What a grid has to know before it shows anything.

    Attributes:
        orders_estimate: about how many orders there are.
        today: the day it is in the desk's time zone.
    """

    desk: Desk
    statuses: tuple[Status, ...]
    transitions: tuple[Transition, ...]
    can_edit: bool
    sees_personal: bool
    orders_estimate: int
    today: date


def desk_facts(context: WorkspaceContext) -> DeskFacts:
    """Return what the desk of a workspace is; NotFound NO_ORDER_DESK."""
    now = context.resources.clock.now_utc()
    with reading(context, OrderQuery()) as found:
        connection, desk = found.connection, found.desk
        return DeskFacts(
            desk=desk,
            statuses=read_statuses(connection),
            transitions=read_transitions(connection),
            can_edit=context.allows(Permission.EDIT_ORDERS),
            sees_personal=context.allows(Permission.SEE_PERSONAL),
            orders_estimate=counting.estimate(connection, found.where),
            today=now.astimezone(ZoneInfo(desk.time_zone)).date(),
        )


def read_detail(context: WorkspaceContext, order_id: int) -> OrderDetail:
    """Return one order with everything about it.

    Raises:
        NotFound: UNKNOWN_ORDER, NO_ORDER_DESK.
    """
    with open_desk(context) as (connection, _):
        row = rows_by_id(connection, [order_id]).get(order_id)
        if row is None:
            raise unknown_order(order_id)
        customer = details.customer_card(connection, row.customer_id)
        steps = Steps.of(read_transitions(connection))
        sees_personal = context.allows(Permission.SEE_PERSONAL)
        found = OrderDetail(
            order=row if sees_personal else row.masked(),
            customer=_shown(customer, sees_personal=sees_personal),
            items=details.items_of(connection, order_id),
            history=details.history_of(connection, order_id),
            next=tuple(_next(context, row, steps)),
        )
        trace_reading(connection, context, count=1)
        return found


def field_values(
    context: WorkspaceContext, name: str, query: OrderQuery, *, prefix: str = "", limit: int = 50
) -> tuple[list[tuple[str, int]], bool]:
    """Return values of a field among what a query finds, by letters, and whether there are more.

    Raises:
        InvalidInput: UNKNOWN_FIELD, NOT_LISTED (its values are no texts), PERSONAL_FIELD.
    """
    target = QUERY_FIELDS.get(name)
    if target is None:
        known = ", ".join(QUERY_FIELDS)
        raise InvalidInput(
            "UNKNOWN_FIELD", f'There is no field "{name}".', path="$.field", hint=f"Known: {known}."
        )
    if target.type not in _LISTED:
        raise InvalidInput("NOT_LISTED", f'"{name}" is not chosen from a list.', path="$.field")
    if target.personal and not context.allows(Permission.SEE_PERSONAL):
        raise InvalidInput(
            "PERSONAL_FIELD", f'"{name}" is personal: you may not list it.', path="$.field"
        )
    with reading(context, query) as found:
        values = distinct.values_of(
            found.connection, found.where, target, prefix=prefix, limit=limit + 1
        )
        if target.personal:
            trace_reading(found.connection, context, count=len(values))
    return values[:limit], len(values) > limit


def find_products(context: WorkspaceContext, search: str, *, limit: int) -> list[ProductChoice]:
    """Return products for a picker."""
    with open_desk(context) as (connection, _):
        return details.products_like(connection, search, limit=limit)


def find_customers(context: WorkspaceContext, search: str, *, limit: int) -> list[CustomerChoice]:
    """Return customers for a picker, masked for whoever may not see personal data."""
    sees_personal = context.allows(Permission.SEE_PERSONAL)
    with open_desk(context) as (connection, _):
        found = details.customers_like(connection, search, limit=limit, sees_personal=sees_personal)
        trace_reading(connection, context, count=len(found))
    return found if sees_personal else [one.masked() for one in found]


def _shown(customer: CustomerCard | None, *, sees_personal: bool) -> CustomerCard | None:
    return customer if customer is None or sees_personal else customer.masked()


def _next(context: WorkspaceContext, row: OrderRow, steps: Steps) -> Iterator[NextStatus]:
    """Yield the statuses after an order's own, and why it or the caller cannot go there."""
    standing = Standing(row.status, row.held_from, row.paid_at is not None)
    means = Means(reason=True, admin=context.role is Role.ADMIN)
    for step in steps.leaving.get(row.status, ()):
        verdict = steps.verdict(standing, step.to_status, means)
        why = None if verdict.code == "LEGAL" else verdict.sentence
        if not context.allows(Permission.EDIT_ORDERS):
            why = "You may not change orders."
        yield NextStatus(step.to_status, step.reason_required, why is None, why)
