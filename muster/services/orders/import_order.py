"""Plans what the rows of a file make of an order itself and of its customer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from muster.base.order_imports import CUSTOMER_TARGETS, TARGETS
from muster.base.order_steps import Standing
from muster.base.order_values import same_value
from muster.base.orders import FIELDS, OrderValue
from muster.services.orders.import_parts import OrderParts
from muster.services.orders.import_reading import ReadRow

_DATES = ("order_date", "shipped_at", "delivered_at")


def plan_update(parts: OrderParts, present: Mapping[str, Any]) -> None:
    """Change what differs of an order that is there."""
    number = present["order_id"]
    for target, (value, row) in parts.values.items():
        if target in CUSTOMER_TARGETS or same_value(value, present[target]):
            continue
        if target == "order_id":
            parts.fault(row, target, "MATCH_DISAGREES", f"The reference is that of order {number}.")
        elif target == "kind":
            parts.fault(
                row, target, "NOT_EDITABLE", "What kind an order is is said when it is made."
            )
        else:
            if target == "status":
                _check_step(parts, present, str(value), row)
            at = f"{row.row_no}].{target}"
            parts.change("order", str(number), target, base=present[target], value=value, at=at)
    _check_reference(parts, number)
    _check_dates(parts)
    customer_id = _customer_of(parts, present["customer_id"])
    if customer_id != parts.after("customer_id"):  # found by the address
        row = parts.group.rows[0]
        parts.change(
            "order",
            str(number),
            "customer_id",
            base=None,
            value=customer_id,
            at=f"{row.row_no}].customer_id",
        )
    _plan_customer(parts, customer_id)


def plan_new_order(parts: OrderParts) -> None:
    """Make an order that is not there, if the import may."""
    options, row = parts.rules.options, parts.group.rows[0]
    if parts.group.key is not None and options.match == "order_id":
        if not row.errors:
            parts.fault(row, "order_id", "UNKNOWN_ORDER", "There is no order with this number.")
        return
    if not options.create:
        sentence = "The order is not there, and this import makes none."
        parts.fault(row, options.match, "UNKNOWN_ORDER", sentence)
        return
    if parts.value("order_id") is not None:
        parts.fault(row, "order_id", "NUMBER_GIVEN", "A new order gets its number from the desk.")
    parts.fields = {
        target: value
        for target, (value, _) in parts.values.items()
        if target not in CUSTOMER_TARGETS and target != "order_id"
    }
    parts.fields.setdefault("status", options.status)
    _check_reference(parts, None)
    _check_dates(parts)
    customer_id = _customer_of(parts, None)
    if customer_id is not None:
        parts.fields["customer_id"] = customer_id
    _plan_customer(parts, customer_id)


def _check_step(parts: OrderParts, present: Mapping[str, Any], wanted: str, row: ReadRow) -> None:
    """Refuse a status the order cannot go to from where it stands."""
    paid = parts.after("paid_at") is not None
    standing = Standing(present["status"], present["held_from"], paid)
    verdict = parts.rules.steps.verdict(standing, wanted, parts.rules.means)
    if verdict.code not in ("SAME", "LEGAL"):
        illegal = verdict.code in ("ILLEGAL_TRANSITION", "FINAL_STATUS", "STEPS")
        code = "ILLEGAL_STATUS" if illegal else verdict.code
        parts.fault(row, "status", code, verdict.sentence)


def _check_reference(parts: OrderParts, number: int | None) -> None:
    """Refuse a reference that another order has, or a row before gives."""
    found = parts.values.get("reference")
    if found is None or found[0] is None:
        return
    reference, row = str(found[0]), found[1]
    holder = parts.held.references.get(reference)
    if holder is not None and holder != number:
        parts.fault(row, "reference", "DUPLICATE_REFERENCE", f"Order {holder} has this reference.")
    before = parts.seen.references.get(reference)
    if before is not None and before != row.row_no:
        parts.fault(
            row, "reference", "DUPLICATE_REFERENCE", f"Row {before} gives it to another order."
        )


def _check_dates(parts: OrderParts) -> None:
    """Refuse an order that would be shipped before it was ordered, or delivered before that."""
    given = [target for target in _DATES if target in parts.values]
    ordered, shipped, delivered = (parts.after(target) for target in _DATES)
    if parts.present is None and ordered is None:
        ordered = parts.rules.now
    pairs = (("shipped_at", ordered, shipped), ("delivered_at", shipped or ordered, delivered))
    for target, first, second in pairs:
        if given and first is not None and second is not None and second < first:
            at = target if target in given else given[0]
            label = FIELDS[target].label.lower()
            parts.fault(
                parts.values[at][1], at, "DATES_DISORDERED", f"It would be {label} too early."
            )


def _customer_of(parts: OrderParts, present: str | None) -> str | None:
    """Return whose order it is: as the file says by number, as it is, or by the e-mail address."""
    if "customer_id" in parts.values:
        wanted, row = parts.values["customer_id"]
        if wanted is None:
            return None
        if wanted not in parts.held.customers:
            parts.fault(row, "customer_id", "UNKNOWN_CUSTOMER", "No customer has this number.")
        return str(wanted)
    if present is not None:
        return present
    email, row = parts.values.get("customer_email", (None, parts.group.rows[0]))
    if not isinstance(email, str):
        return None
    found = parts.held.by_email.get(email.lower())
    if found is None:
        sentence = "No customer has this e-mail address."
        parts.fault(row, "customer_email", "UNKNOWN_CUSTOMER", sentence)
    return found


def _plan_customer(parts: OrderParts, customer_id: str | None) -> None:
    """Change what the file says otherwise of the order's customer."""
    held = None if customer_id is None else parts.held.customers.get(customer_id)
    for target in CUSTOMER_TARGETS:
        if target not in parts.values:
            continue
        value, row = parts.values[target]
        if held is None or customer_id is None:
            if value is not None and not row.errors:
                sentence = "The order has no customer whom this could be said of."
                parts.fault(row, target, "UNKNOWN_CUSTOMER", sentence)
            continue
        name = TARGETS[target].field.name
        if same_value(value, held[name]) or _same_address(target, value, held[name]):
            continue
        if target == "customer_email":
            _check_email(parts, value, customer_id, row)
        if parts.say_of_customer(customer_id, name, value, row):
            at = f"{row.row_no}].{target}"
            parts.change("customer", customer_id, name, base=held[name], value=value, at=at)


def _same_address(target: str, value: OrderValue, held: OrderValue) -> bool:
    """Whether only the letters' size differs; that alone changes nobody's address."""
    if target != "customer_email" or not isinstance(value, str) or not isinstance(held, str):
        return False
    return value.lower() == held.lower()


def _check_email(parts: OrderParts, value: OrderValue, customer_id: str, row: ReadRow) -> None:
    if not isinstance(value, str):
        return
    holder = parts.held.by_email.get(value.lower(), customer_id)
    wanted = parts.seen.emails.get(value.lower(), customer_id)
    if holder != customer_id or wanted != customer_id:
        sentence = "Another customer has this e-mail address."
        parts.fault(row, "customer_email", "DUPLICATE_EMAIL", sentence)
