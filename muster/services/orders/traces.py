"""Writes down who reads personal data of orders: once an hour for each person and process.

To scroll through a grid is one reading, however many windows it takes; an export is written down
each time (`exporting.py`).
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict

from muster.base.orders import FIELDS
from muster.base.people import Permission
from muster.services.context import WorkspaceContext
from muster.services.personal import record_read
from muster.store.database import Transaction

PERSONAL = tuple(name for name, field in FIELDS.items() if field.personal)
"""The fields of the grid that are hidden from whoever may not see personal data."""
_HOUR_SECONDS = 3600.0
_KEPT = 10_000

_lock = threading.Lock()
_traced: OrderedDict[tuple[str, int, str], float] = OrderedDict()


def trace_reading(connection: Transaction, context: WorkspaceContext, *, count: int) -> None:
    """Write into the audit log that somebody began to read orders with personal data in clear."""
    if not count or not context.allows(Permission.SEE_PERSONAL):
        return
    key = (context.resources.database.where, context.workspace.id, context.actor)
    now = time.monotonic()
    with _lock:
        if now - _traced.get(key, float("-inf")) < _HOUR_SECONDS:
            return
        _traced[key] = now
        _traced.move_to_end(key)
        while len(_traced) > _KEPT:
            _traced.popitem(last=False)
    record_read(connection, context, "orders", PERSONAL, count, how="grid")
