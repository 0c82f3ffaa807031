"""The desk's tables as the warehouse has them: the names and columns of the example's data model.

What flows into the warehouse and what an impact is foreseen from must be the same rows, so both
read these. Every table of a customer's doings bears the customer's key.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache

from sqlalchemy import Subquery, func, select

from muster.store.orders.tables import (
    customers,
    order_items,
    order_status_history,
    orders,
    products,
)

_CUSTOMER = (
    *("customer_id", "name", "email", "phone", "address", "city", "state", "country"),
    *("latitude", "longitude", "birth_date", "customer_type", "tier", "newsletters"),
    *("email_verified", "marketing_consent", "loyalty_ends_on", "created_at"),
)
_PRODUCT = ("product_id", "name", "category", "brand", "price")


@cache
def shapes() -> Mapping[str, Subquery]:
    """Return table of the warehouse -> a subquery with its columns, in their order there.

    An order without a customer is nobody's: its rows have no ``customer_id``.
    """
    since = (
        select(func.max(order_status_history.c.changed_at))
        .where(order_status_history.c.order_id == orders.c.order_id)
        .scalar_subquery()
    )
    order = orders.c
    item = order_items.c
    step = order_status_history.c
    found = {
        "customers": select(*(customers.c[name] for name in _CUSTOMER)),
        "products": select(*(products.c[name] for name in _PRODUCT)),
        "orders": select(
            order.order_id,
            order.customer_id,
            order.order_date,
            order.status,
            order.total_amount.label("total"),
            order.item_count,
            order.channel,
            order.payment_method,
            order.coupon,
            # "status since" in the model, not when any other field was changed
            func.coalesce(since, order.created_at).label("updated_at"),
            order.created_at.label("loaded_at"),
        ),
        "order_items": select(
            item.order_item_id,
            item.order_id,
            order.customer_id,
            item.product_id,
            item.quantity,
            item.unit_price,
            item.subtotal,
            order.order_date.label("ordered_at"),
            item.created_at.label("loaded_at"),
        ).join_from(order_items, orders, item.order_id == order.order_id),
        "order_status_history": select(
            step.status_change_id,
            step.order_id,
            order.customer_id,
            step.from_status,
            step.to_status,
            step.changed_at,
            step.changed_at.label("loaded_at"),
        ).join_from(order_status_history, orders, step.order_id == order.order_id),
    }
    return {name: query.subquery(f"shape_{name}") for name, query in found.items()}
