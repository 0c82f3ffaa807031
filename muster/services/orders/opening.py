"""Opens the order desk of a workspace for one use case."""

from __future__ import annotations

from contextlib import AbstractContextManager

from muster.base.orders import Desk
from muster.services.context import WorkspaceContext
from muster.store.database import Transaction
from muster.store.orders.desk import desk_transaction


def open_desk(context: WorkspaceContext) -> AbstractContextManager[tuple[Transaction, Desk]]:
    """Begin a transaction on the workspace's order desk.

    Raises:
        NotFound: NO_ORDER_DESK.
    """
    resources = context.resources
    return desk_transaction(resources.database, resources.orders_schema, context.workspace.id)
