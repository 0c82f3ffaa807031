"""What an import would move: it is put on the desk, looked at, and taken back."""

from __future__ import annotations

from uuid import uuid4

from muster.services.context import WorkspaceContext
from muster.services.orders.impact import Impact, readable_model, rehearse, told
from muster.services.orders.import_running import draft_of, refuse_unmapped
from muster.services.orders.import_working import plan_all
from muster.services.orders.importing import at_work


def foresee_import(context: WorkspaceContext, import_id: int) -> Impact:
    """Return what the rows without errors would move; nothing stays written.

    Raises:
        NotFound: UNKNOWN_IMPORT. Forbidden: NOT_YOUR_IMPORT, NOT_ALLOWED.
        InvalidInput: NOTHING_MAPPED, or what only writing finds. Conflict: NOT_CHECKED,
            IMPORT_OVER; CELLS_CHANGED. Busy: IMPORT_AT_WORK.
    """
    readable = readable_model(context)
    with at_work(context, import_id, states=("checked",)) as (connection, desk, found):
        refuse_unmapped(context, found)
        work = plan_all(connection, desk, context, found, keep=True)
        draft = draft_of(found, work, uuid4())
        rehearsal = rehearse(connection, desk, context, draft, readable)
    return told(context, rehearsal)
