"""One wish for many orders: shown first with what it would move, then done as one changeset."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any
from uuid import UUID, uuid4

from muster.base.errors import Conflict, InvalidInput, Problem
from muster.base.json_value import canonical
from muster.base.order_changes import Applied, CellChange, Draft
from muster.base.order_query import OrderQuery, refuse_personal
from muster.base.order_steps import Means, Steps
from muster.base.order_values import ValueFault, read_value
from muster.base.orders import FIELDS, Desk, OrderFieldType, OrderValue
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.changing import attempted, earlier, write
from muster.services.orders.classifying import Classified, Wish, classify
from muster.services.orders.impact import Impact, Rehearsal, readable_model, rehearse, told
from muster.store.database import Transaction
from muster.store.orders import bulk as bulk_store
from muster.store.orders.statuses import read_transitions

MOST_ORDERS = 50_000
NOTHING = Impact((), (), 0, True, "Nothing would change.", ())
SETTABLE = tuple(
    name
    for name, one in FIELDS.items()
    if one.editable and one.entity == "order" and name != "reference"
)
"""The fields that many orders may share; a reference is one order's, a name the customer's."""


@dataclass(frozen=True, slots=True)
class BulkRequest:
    """What is wished for which orders.

    Attributes:
        chosen: the orders' numbers, or what finds them.
        values: field -> value as somebody wrote it.
        steps: walk through the statuses in between where there is no single step.
    """

    chosen: tuple[int, ...] | OrderQuery
    values: Mapping[str, Any]
    reason: str | None = None
    steps: bool = False


@dataclass(frozen=True, slots=True)
class BulkPreview:
    """What would become of each order, what it would move, and the token to do just that."""

    orders: Classified
    impact: Impact
    token: str


def preview(context: WorkspaceContext, request: BulkRequest) -> BulkPreview:
    """Say what a wish means for the selected orders; nothing stays written.

    Raises:
        Forbidden: NOT_ALLOWED.
        InvalidInput: BAD_CELLS, a value that its field cannot hold; BULK_TOO_LARGE.
    """
    context.require(Permission.EDIT_ORDERS)
    readable = readable_model(context)

    def once(connection: Transaction, desk: Desk) -> tuple[_Found, Rehearsal | None]:
        found = _look(connection, desk, context, request, lock=False)
        if not found.orders.legal:
            return found, None
        return found, rehearse(connection, desk, context, found.draft(uuid4()), readable)

    found, rehearsal = attempted(context, once)
    impact = NOTHING if rehearsal is None else told(context, rehearsal)
    return BulkPreview(found.orders, impact, found.token)


def apply_bulk(
    context: WorkspaceContext, request: BulkRequest, *, op_id: UUID, token: str, expect: int
) -> Applied:
    """Do what a preview showed: one changeset, one audit entry, one undo.

    Args:
        token: of the preview. expect: how many orders it said would change.

    Raises:
        Conflict: SELECTION_CHANGED, other orders would change, or from other values.
        Forbidden, InvalidInput: as `preview`; Conflict, Busy: as `changing.write`.
    """
    context.require(Permission.EDIT_ORDERS)

    def once(connection: Transaction, desk: Desk) -> Applied:
        done = earlier(connection, context, op_id, _fingerprint(request))
        if done is not None:
            return done
        found = _look(connection, desk, context, request, lock=True)
        count = len(found.orders.legal)
        if found.token != token or count != expect:
            raise Conflict(
                "SELECTION_CHANGED",
                f"The orders have changed since the preview: {expect:,} would have been changed"
                f" then, {count:,} now.",
                hint="Look at the preview again.",
            )
        return write(connection, desk, context, found.draft(op_id))

    return attempted(context, once)


@dataclass(frozen=True, slots=True)
class _Found:
    request: BulkRequest
    values: Mapping[str, OrderValue]
    orders: Classified
    token: str = field(default="")

    def draft(self, op_id: UUID) -> Draft:
        cells = tuple(
            CellChange(
                "order",
                str(target.order_id),
                name,
                base,
                self.values[name],
                check_base=False,
                via=target.via if name == "status" else (),
                path=f"$.set.{name}",
            )
            for target in self.orders.legal
            for name, base in target.bases.items()
        )
        refused = sum(one.count for one in self.orders.illegal)
        return Draft(
            op_id,
            "bulk",
            cells,
            title=_title(self.values, len(self.orders.legal)),
            reason=self.request.reason,
            fingerprint=_fingerprint(self.request),
            details={
                "matching": self.orders.matching,
                "same": self.orders.same,
                "illegal": refused,
            },
        )


def _look(
    connection: Transaction,
    desk: Desk,
    context: WorkspaceContext,
    request: BulkRequest,
    *,
    lock: bool,
) -> _Found:
    values = _typed(connection, request)
    sees_personal = context.allows(Permission.SEE_PERSONAL)
    if isinstance(request.chosen, OrderQuery) and not sees_personal:
        refuse_personal(request.chosen)
    now = context.resources.clock.now_utc()
    rows = bulk_store.matched(
        connection,
        request.chosen,
        bulk_store.Seen(desk.time_zone, now, sees_personal),
        fields=tuple(values),
        most=MOST_ORDERS + 1,
        lock=lock,
    )
    if len(rows) > MOST_ORDERS:
        raise InvalidInput(
            "BULK_TOO_LARGE",
            f"More than {MOST_ORDERS:,} orders match; one bulk changes at most so many.",
            hint="Narrow the filter, and do it in parts.",
            path="$.select",
        )
    means = Means(bool((request.reason or "").strip()), context.allows(Permission.ADMINISTER))
    wish = Wish(values, request.steps, means)
    orders = classify(rows, wish, Steps.of(read_transitions(connection)))
    found = _Found(request, values, orders)
    return replace(found, token=_token(found))


def _typed(connection: Transaction, request: BulkRequest) -> dict[str, OrderValue]:
    """Read the wished values; InvalidInput BAD_CELLS names every fault."""
    values: dict[str, OrderValue] = {}
    problems: list[Problem] = []
    for name, raw in request.values.items():
        path = f"$.set.{name}"
        if name not in SETTABLE:
            hint = f"These can: {', '.join(SETTABLE)}."
            problems.append(Problem("NOT_SETTABLE", path, f'"{name}" cannot be set in bulk.', hint))
            continue
        try:
            values[name] = read_value(FIELDS[name], raw)
        except ValueFault as fault:
            problems.append(Problem(fault.code, path, fault.sentence, fault.hint))
    customer = values.get("customer_id")
    if customer is not None and not bulk_store.has_customer(connection, str(customer)):
        sentence = f"There is no customer {customer}."
        problems.append(Problem("UNKNOWN_CUSTOMER", "$.set.customer_id", sentence))
    if problems:
        raise InvalidInput.of("BAD_CELLS", "The change", problems)
    return values


def _fingerprint(request: BulkRequest) -> str:
    """Return a hash of what was asked."""
    chosen = request.chosen
    asked = [
        repr(chosen) if isinstance(chosen, OrderQuery) else sorted(set(chosen)),
        dict(request.values),
        request.reason,
        request.steps,
    ]
    return sha256(canonical(asked).encode()).hexdigest()


def _token(found: _Found) -> str:
    """Return a hash of what was asked and of what would change from what.

    Not of the orders' versions: a note that somebody wrote meanwhile is not in the way.
    """
    digest = sha256(_fingerprint(found.request).encode())
    for target in found.orders.legal:
        digest.update(f"{target.order_id} {target.via} {target.bases!r}\n".encode())
    return digest.hexdigest()


def _title(values: Mapping[str, OrderValue], count: int) -> str:
    said = []
    for name, value in values.items():
        one = FIELDS[name]
        if value is None:
            said.append(f"{one.label} emptied")
        elif one.type is OrderFieldType.ENUM:
            said.append(f"{one.label} set to {str(value).replace('_', ' ')}")
        else:  # what somebody wrote may be personal
            said.append(f"{one.label} set")
    return f"{', '.join(said)} on {count:,} order{'' if count == 1 else 's'}"
