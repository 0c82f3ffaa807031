"""Does one deed in an open transaction: locks, weighs, writes, records it. Every write ends here.

Two deeds on the same rows wait for each other here, and the second sees what the first did.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from muster.base.errors import Busy, CellsChanged, Conflict, InvalidInput, Problem
from muster.base.order_changes import Applied, CellConflict, Kind
from muster.base.order_steps import Means, Steps
from muster.base.order_values import json_value
from muster.base.people import Permission, Role
from muster.services.context import WorkspaceContext
from muster.services.orders.carrying_out import carry_out
from muster.services.orders.leaving import leave_out
from muster.services.orders.recording import changes_between
from muster.services.orders.titles import title_of
from muster.services.orders.units import Units
from muster.services.orders.weighed import Clash, Facts, Weighed
from muster.services.orders.weighing import weigh
from muster.store import audit
from muster.store.database import Transaction
from muster.store.orders import changesets, rows
from muster.store.orders.refusals import refused_politely
from muster.store.orders.rows import Held
from muster.store.orders.statuses import read_statuses, read_transitions

CONTENTION = "DATABASE_CONTENTION"


@dataclass(frozen=True, slots=True)
class Deed:
    """What is to be done, read.

    Attributes:
        problems: what of it could not be read.
        undoes: the changeset it puts back; what cannot be put back is then left and told.
    """

    op_id: UUID
    kind: Kind
    units: Units
    fingerprint: str
    title: str = ""
    reason: str | None = None
    problems: Sequence[Problem] = ()
    undoes: int | None = None
    details: Mapping[str, Any] = field(default_factory=dict)


def done_before(
    connection: Transaction, context: WorkspaceContext, op_id: UUID, fingerprint: str
) -> Applied | None:
    """Return what became of an op_id that was used before, None if it was not.

    Whoever uses the same one at the same time waits until this transaction ends.

    Raises:
        Conflict: OP_ID_REUSED, it was used for something else.
    """
    changesets.take_turn(connection, op_id)
    found = changesets.by_op_id(connection, op_id)
    if found is None:
        return None
    if found.actor != context.actor or found.details.get("fingerprint") != fingerprint:
        raise Conflict(
            "OP_ID_REUSED",
            "Something else was done under this op_id before.",
            hint="Use a new UUID for each deed; the same one only to send the same again.",
        )
    return Applied(
        found.id,
        found.orders,
        found.cells,
        found.title,
        changesets.order_ids_of(connection, found.id),
        already=True,
        undone=found.undoes,
        skipped=tuple(_conflict(one) for one in found.details.get("skipped", ())),
    )


def do(connection: Transaction, context: WorkspaceContext, deed: Deed) -> Applied:
    """Do a deed whose op_id was not used before (`done_before`).

    Raises:
        Forbidden, InvalidInput, CellsChanged, Busy: see `changing.write`.
    """
    if deed.units.personal:
        context.require(Permission.SEE_PERSONAL)
    units, held = _locked(connection, deed.units)
    facts = _facts(connection, context, deed, units)
    skipped: tuple[CellConflict, ...] = ()
    if deed.undoes is None:
        weighed = weigh(units, held, facts)
        _refuse(connection, deed, weighed)
        if not weighed.count:
            return Applied(None, 0, 0, deed.title or "Nothing", ())
    else:
        weighed, left = leave_out(units, held, facts)
        skipped = _with_authors(connection, left)
    return _written(connection, context, deed, weighed, held, facts, skipped)


def _written(
    connection: Transaction,
    context: WorkspaceContext,
    deed: Deed,
    weighed: Weighed,
    held: Held,
    facts: Facts,
    skipped: tuple[CellConflict, ...],
) -> Applied:
    units = weighed.units
    own = {cell.order_id for cell in weighed.cells.values() if cell.order_id is not None}
    orders = len(own | weighed.rebuilt) + len(units.orders)
    title = deed.title or title_of(weighed, facts)
    details = {**deed.details, "fingerprint": deed.fingerprint}
    if skipped:
        details["skipped"] = [_document(one) for one in skipped]
    changeset_id = changesets.add(
        connection,
        op_id=deed.op_id,
        kind=deed.kind,
        actor=context.actor,
        title=title,
        reason=deed.reason,
        orders=orders,
        cells=weighed.count,
        undoes=deed.undoes,
        details=details,
    )
    histories = rows.histories(connection, [one.order_id for one in units.gone_orders])
    with refused_politely():
        made = carry_out(connection, weighed, held, facts)
    after = rows.read(
        connection,
        order_ids={*held.orders, *made},
        with_items=units.with_lines | set(made),
        customer_ids=[str(key[0]) for key in weighed.wanted("customer")],
    )
    found = list(changes_between(held, after, units, histories))
    changesets.add_changes(connection, changeset_id, found)
    renamed = _renamed(units)
    followers = rows.followers(connection, renamed) if renamed else ()
    buyers = {row["customer_id"] for one in (held, after) for row in one.orders.values()}
    applied = Applied(
        changeset_id,
        orders,
        weighed.count,
        title,
        tuple(sorted({one.order_id for one in found if one.order_id is not None} | {*followers})),
        tuple(sorted((buyers | set(held.customers)) - {None})),
        undone=deed.undoes,
        skipped=skipped,
    )
    _tell(connection, context, deed, applied, weighed)
    return applied


def _locked(connection: Transaction, units: Units) -> tuple[Units, Held]:
    """Lock and read the rows a deed touches; customers behind orders' cells are filled in."""
    named = {
        int(cell.sent.key)
        for cell in units.cells
        if cell.entity == "customer" and cell.sent.entity == "order"
    }
    owners = rows.customers_of(connection, named)
    units = units.resolved(owners)
    edited = {str(cell.key[0]) for cell in units.cells if cell.entity == "customer"}
    referred = {
        str(cell.value)
        for cell in units.cells
        if cell.entity == "order" and cell.column == "customer_id" and cell.value is not None
    } | {str(one.row["customer_id"]) for one in units.orders if one.row.get("customer_id")}
    order_ids = units.order_ids
    rows.lock(
        connection,
        edited=edited,
        referred=referred,
        renamed=_renamed(units),
        order_ids=order_ids,
    )
    held = rows.read(
        connection,
        order_ids=order_ids,
        with_items=units.with_lines,
        customer_ids=edited | referred,
    )
    for order_id, owner in owners.items():
        row = held.orders.get(order_id)
        if row is not None and row["customer_id"] != owner:
            # it went to another customer while we waited, whom we have not locked
            raise Busy(CONTENTION, "The order's customer was changed just now.", hint="Try again.")
    return units, held


def _renamed(units: Units) -> set[str]:
    """Return the customers whose name or address all their orders repeat."""
    return {
        str(cell.key[0])
        for cell in units.cells
        if cell.entity == "customer" and cell.column in ("name", "email")
    }


def _facts(connection: Transaction, context: WorkspaceContext, deed: Deed, units: Units) -> Facts:
    products = {line.product_id for line in units.lines}
    products |= {line.product_id for order in units.orders for line in order.lines}
    products |= {
        str(cell.value)
        for cell in units.cells
        if cell.entity == "item" and cell.column == "product_id"
    }
    references = {
        str(cell.value)
        for cell in units.cells
        if cell.column == "reference" and cell.value is not None
    } | {str(one.row["reference"]) for one in units.orders if one.row.get("reference")}
    emails = {
        str(cell.value)
        for cell in units.cells
        if cell.entity == "customer" and cell.column == "email" and cell.value is not None
    }
    by_reference, by_email = rows.holders(connection, references=references, emails=emails)
    asks_status = bool(units.rebuilt or units.orders) or any(
        cell.entity == "item" or cell.column == "status" for cell in units.cells
    )
    return Facts(
        statuses={one.status: one for one in read_statuses(connection)} if asks_status else {},
        steps=Steps.of(read_transitions(connection) if asks_status else ()),
        means=Means(reason=bool(deed.reason), admin=context.role is Role.ADMIN),
        prices=rows.prices(connection, products),
        references=by_reference,
        emails=by_email,
        undoing=deed.undoes is not None,
        importing=deed.kind == "import",
    )


def _refuse(connection: Transaction, deed: Deed, weighed: Weighed) -> None:
    """Raise what keeps a deed from being done: all that is at fault, else all that clashes."""
    faults = [problem for _, problem in weighed.faults]
    # what is at fault beside a clash may be so only because of what the other one did
    if deed.problems or (faults and not weighed.clashes):
        raise InvalidInput.of("BAD_CELLS", "The change", [*deed.problems, *faults])
    if weighed.clashes:
        raise CellsChanged(_with_authors(connection, weighed.clashes))


def _with_authors(connection: Transaction, clashes: Sequence[Clash]) -> tuple[CellConflict, ...]:
    """Return the conflicts with who wrote what is there now."""
    authors = changesets.authors(connection, {clash.at for clash in clashes})
    found = []
    for clash in clashes:
        author = authors.get(clash.at)
        told = clash.conflict
        if author is not None:
            told = replace(told, changed_by=author.actor, changed_at=author.at)
        found.append(told)
    return tuple(found)


def _document(conflict: CellConflict) -> dict[str, Any]:
    """Return what is kept of a conflict; personal values are not."""
    document = {name: getattr(conflict, name) for name in CellConflict.__slots__}
    at = conflict.changed_at
    document["changed_at"] = None if at is None else json_value(at)
    hidden = conflict.entity == "customer" or conflict.field.startswith("customer_")
    return document | (dict.fromkeys(("base", "mine", "theirs")) if hidden else {})


def _conflict(document: Mapping[str, Any]) -> CellConflict:
    at = document["changed_at"]
    return CellConflict(
        **{**document, "changed_at": None if at is None else datetime.fromisoformat(at)}
    )


def _tell(
    connection: Transaction,
    context: WorkspaceContext,
    deed: Deed,
    applied: Applied,
    weighed: Weighed,
) -> None:
    """Write one entry for the whole deed into the audit log: counts, no values."""
    fields = Counter(f"{cell.entity}.{cell.column}" for cell in weighed.cells.values())
    after: dict[str, Any] = {
        "title": applied.title,
        "orders": applied.orders,
        "cells": applied.cells,
        "fields": dict(fields),
    }
    if deed.undoes is not None:
        after |= {"undoes": deed.undoes, "skipped": len(applied.skipped)}
    audit.record(
        connection,
        context.workspace.id,
        actor=context.actor,
        action=f"orders.{deed.kind}",
        subject=f"changeset/{applied.changeset_id}",
        after=after,
        reason=deed.reason or "",
        request_id=context.request_id,
    )
