"""The one write path of the order desk: every edit, paste, bulk change, import and undo is a draft.

A draft is checked cell by cell against locked rows, written set by set, and kept as a changeset.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import replace
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from muster.base.errors import Busy
from muster.base.order_changes import Applied, Draft
from muster.base.orders import Desk
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.orders.deeds import CONTENTION, Deed, do, done_before
from muster.services.orders.opening import open_desk
from muster.services.orders.units import read_draft
from muster.store.database import Transaction
from muster.store.orders.writing import rehearsed

_TRIES = 6
_PAUSE_SECONDS = 0.02
Outcome = TypeVar("Outcome")


def write(connection: Transaction, _desk: Desk, context: WorkspaceContext, draft: Draft) -> Applied:
    """Do what a draft says, in the caller's transaction (of `open_desk`).

    Raises:
        Forbidden: NOT_ALLOWED.
        InvalidInput: BAD_CELLS, with every fault.
        CellsChanged: CELLS_CHANGED, with every cell that somebody else changed.
        Conflict: OP_ID_REUSED.
        Busy: others are at work on the same rows; roll back and try again (`apply` does).
    """
    context.require(Permission.EDIT_ORDERS)
    fingerprint = draft.fingerprint or fingerprint_of(draft)
    known = done_before(connection, context, draft.op_id, fingerprint)
    if known is not None:
        return known
    units, problems = read_draft(draft, now=context.resources.clock.now_utc())
    return do(
        connection,
        context,
        Deed(
            draft.op_id,
            draft.kind,
            units,
            fingerprint,
            title=draft.title,
            reason=(draft.reason or "").strip() or None,
            problems=problems,
            details=draft.details,
        ),
    )


def apply(context: WorkspaceContext, draft: Draft, *, dry_run: bool = False) -> Applied:
    """Do what a draft says, in a transaction of its own.

    Args:
        dry_run: take everything back again; the answer then names no changeset.

    Raises:
        As `write`; Busy only after several tries.
    """

    def once(connection: Transaction, desk: Desk) -> Applied:
        if not dry_run:
            return write(connection, desk, context, draft)
        with rehearsed(connection):
            return replace(write(connection, desk, context, draft), changeset_id=None)

    return attempted(context, once)


def earlier(
    connection: Transaction, context: WorkspaceContext, op_id: UUID, fingerprint: str
) -> Applied | None:
    """Return what became of an op_id that was used before; see `deeds.done_before`."""
    return done_before(connection, context, op_id, fingerprint)


def attempted(context: WorkspaceContext, once: Callable[[Transaction, Desk], Outcome]) -> Outcome:
    """Run a deed in a transaction of its own, again if others got in its way.

    Raises:
        Busy: DATABASE_CONTENTION, they did each time.
    """
    for left in reversed(range(_TRIES)):
        try:
            with open_desk(context) as (connection, desk):
                return once(connection, desk)
        except Busy as error:
            if error.code != CONTENTION or not left:
                raise
        # a random while, so that the same two do not meet again
        time.sleep(_PAUSE_SECONDS * (_TRIES - left) * random.random())  # noqa: S311 - no secret
    raise AssertionError("unreachable")


def fingerprint_of(draft: Draft) -> str:
    """Return what tells one draft from another under the same op_id."""
    told = (
        draft.kind,
        draft.reason,
        draft.cells,
        draft.inserts,
        draft.item_inserts,
        draft.item_deletes,
        draft.deletes,
    )
    return sha256(repr(told).encode(errors="backslashreplace")).hexdigest()[:32]
