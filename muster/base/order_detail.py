"""One order with everything about it, and what pickers offer."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from muster.base.order_rows import HIDDEN, OrderRow


@dataclass(frozen=True, slots=True)
class CustomerCard:
    """An order's customer, with the version that a change of it starts from."""

    customer_id: str
    name: str
    email: str | None
    phone: str | None
    address: str | None
    city: str | None
    state: str | None
    country: str | None
    tier: str | None
    row_version: int

    def masked(self) -> CustomerCard:
        """Return the card without personal values."""
        return replace(
            self,
            name=HIDDEN,
            email=None if self.email is None else HIDDEN,
            phone=None if self.phone is None else HIDDEN,
            address=None if self.address is None else HIDDEN,
        )


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One line of an order."""

    line_no: int
    product_id: str
    product_name: str
    quantity: int
    unit_price: Decimal
    subtotal: Decimal
    row_version: int


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One step that an order took."""

    from_status: str | None
    to_status: str
    changed_at: datetime
    changed_by: str
    reason: str | None
    changeset_id: int | None


@dataclass(frozen=True, slots=True)
class NextStatus:
    """A status the order may or might take next; ``why`` it may not."""

    status: str
    reason_required: bool
    allowed: bool
    why: str | None


@dataclass(frozen=True, slots=True)
class OrderDetail:
    """An order with its customer, lines and history, the oldest step first."""

    order: OrderRow
    customer: CustomerCard | None
    items: tuple[ItemRow, ...]
    history: tuple[HistoryEntry, ...]
    next: tuple[NextStatus, ...]


@dataclass(frozen=True, slots=True)
class ProductChoice:
    """A product as a picker offers it."""

    product_id: str
    name: str
    category: str | None
    price: Decimal | None


@dataclass(frozen=True, slots=True)
class CustomerChoice:
    """A customer as a picker offers them."""

    customer_id: str
    name: str
    email: str | None
    city: str | None

    def masked(self) -> CustomerChoice:
        """Return the customer without personal values."""
        return replace(self, name=HIDDEN, email=None if self.email is None else HIDDEN)
