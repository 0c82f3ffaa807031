"""One row of the orders' grid."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

HIDDEN = "***"
"""What stands where a personal value is hidden."""


@dataclass(frozen=True, slots=True)
class OrderRow:
    """An order as the grid shows it: a value for each of `FIELDS`, and what editing needs."""

    order_id: int
    reference: str | None
    kind: str
    order_date: datetime
    customer_id: str | None
    customer_name: str | None
    customer_email: str | None
    item_count: int
    quantity: int
    total_amount: Decimal
    status: str
    channel: str | None
    payment_method: str | None
    coupon: str | None
    note: str | None
    paid_at: datetime | None
    shipped_at: datetime | None
    delivered_at: datetime | None
    updated_at: datetime
    row_version: int
    held_from: str | None

    def masked(self) -> OrderRow:
        """Return the row without personal values."""
        return replace(
            self,
            customer_name=None if self.customer_name is None else HIDDEN,
            customer_email=None if self.customer_email is None else HIDDEN,
        )
