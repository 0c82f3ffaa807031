"""What the desk's constraints and triggers refuse, as faults of the draft; see `triggers.sql`.

The write path checks the same rules before, cell by cell; this is for what got past it, and for
whoever is quicker than it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError

from muster.base.errors import InvalidInput, Problem

_BY_STATE = {
    "MU001": ("ILLEGAL_STATUS", "An order cannot take this step."),
    "MU002": ("NEVER_PAID", "An order that was never paid cannot take this step."),
    "MU003": ("HELD_ELSEWHERE", "An order on hold goes back to where it was held."),
    "MU005": ("ITEMS_FROZEN", "The lines of an order are fixed in its status."),
    "MU006": ("TOTAL_DIFFERS", "The total of an order differs from its lines."),
    "MU007": ("NEGATIVE_QUANTITY", "A sale has no negative quantities."),
    "22003": ("OUT_OF_RANGE", "A number is too large."),
    "54000": ("TOO_LONG", "A row is too long."),
}
_BY_CONSTRAINT = {
    "uq_customers_email": ("DUPLICATE_EMAIL", "Another customer has this e-mail address."),
    "orders_reference_key": ("DUPLICATE_REFERENCE", "Another order has this reference."),
    "orders_pkey": ("DUPLICATE_ORDER", "There is an order with this number."),
    "order_items_pkey": ("DUPLICATE_LINE", "There is a line with this number."),
    "orders_customer_id_fkey": ("UNKNOWN_CUSTOMER", "There is no such customer."),
    "order_items_order_id_fkey": ("UNKNOWN_ORDER", "There is no such order."),
    "order_items_product_id_fkey": ("UNKNOWN_PRODUCT", "There is no such product."),
    "ck_orders_shipped": ("DATES_DISORDERED", "An order is not shipped before it is ordered."),
    "ck_orders_delivered": ("DATES_DISORDERED", "An order is not delivered before it is shipped."),
}
_INTEGRITY = "23"


@contextmanager
def refused_politely() -> Iterator[None]:
    """Run statements; what the desk's rules refuse becomes InvalidInput BAD_CELLS.

    The transaction cannot go on after that.
    """
    try:
        yield
    except DBAPIError as error:
        state = getattr(error.orig, "sqlstate", None) or ""
        diagnosis = getattr(error.orig, "diag", None)
        constraint = getattr(diagnosis, "constraint_name", None) or ""
        known = _BY_CONSTRAINT.get(constraint) or _BY_STATE.get(state)
        if known is None and state.startswith(_INTEGRITY):
            known = ("NOT_ALLOWED_HERE", f"The desk does not allow it: {constraint or 'a rule'}.")
        if known is None:
            raise
        code, sentence = known
        raise InvalidInput.of("BAD_CELLS", "The change", [Problem(code, "$", sentence)]) from error
