"""What people did on the desk, as it is shown: the newest first, personal values masked."""

from __future__ import annotations

from dataclasses import dataclass, replace

from muster.base.order_changes import Kind
from muster.base.orders import CUSTOMER_FIELDS
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.opening import open_desk
from muster.services.personal import MASK, record_read
from muster.store.orders import changesets
from muster.store.orders.changesets import Change, Changeset

MOST_CHANGES = 1000


@dataclass(frozen=True, slots=True)
class ChangesetPage:
    """A part of the history; ``next``: the id to go on before, None at its end."""

    items: tuple[Changeset, ...]
    next: int | None


def list_changesets(
    context: WorkspaceContext,
    *,
    limit: int,
    before: int | None = None,
    order_id: int | None = None,
    actor: str | None = None,
    kind: Kind | None = None,
) -> ChangesetPage:
    """Return the newest changesets, at most ``limit``.

    Args:
        before: only older ones than this id.
        order_id: only those that touched this order, or the customer it has.
    """
    with open_desk(context) as (connection, _):
        found = changesets.page(
            connection, limit=limit + 1, before=before, order_id=order_id, actor=actor, kind=kind
        )
    more = len(found) > limit
    return ChangesetPage(found[:limit], found[limit - 1].id if more else None)


def show_changeset(
    context: WorkspaceContext, changeset_id: int
) -> tuple[Changeset, tuple[Change, ...]]:
    """Return a changeset and its first changes; who sees personal values in it is recorded.

    Raises:
        NotFound: UNKNOWN_CHANGESET.
    """
    with open_desk(context) as (connection, _):
        found = changesets.by_id(connection, changeset_id)
        changes = changesets.changes_of(connection, changeset_id, limit=MOST_CHANGES)
        personal = [one for one in changes if _is_personal(one)]
        if not context.allows(Permission.SEE_PERSONAL):
            return found, tuple(_masked(one) if _is_personal(one) else one for one in changes)
        fields = sorted({f"customer.{one.field}" for one in personal})
        count = len({one.key for one in personal})
        record_read(connection, context, f"changeset/{changeset_id}", fields, count)
    return found, changes


def _is_personal(change: Change) -> bool:
    field = CUSTOMER_FIELDS.get(change.field or "") if change.entity == "customer" else None
    return field is not None and field.personal


def _masked(change: Change) -> Change:
    return replace(
        change,
        old=None if change.old is None else MASK,
        new=None if change.new is None else MASK,
    )
