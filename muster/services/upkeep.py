"""What the installation as a whole needs now and then; any server does it, at any time."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime

from muster.base.errors import InvalidModel
from muster.base.ids import WorkspaceId
from muster.base.people import system_principal
from muster.services import retention_schedule
from muster.services.context import Resources
from muster.services.schedules import default_time_zone
from muster.store import audit, ended, schedules
from muster.store.database import Transaction

_ROWS_AT_ONCE = 1000
_logger = logging.getLogger("muster.retention")


def keep_up(resources: Resources) -> None:
    """Give workspaces the schedules they lack, and remove what is over for everybody."""
    ensure_schedules(resources)
    remove_ended(resources)


def ensure_schedules(resources: Resources) -> int:
    """Add the schedule of retention to workspaces without one; return how many had none."""
    with resources.database.transaction() as connection:
        lacking = schedules.workspaces_without_own(connection)
    for workspace_id in lacking:
        with resources.database.transaction(workspace_id) as connection:
            zone = _zone(connection, workspace_id)
            retention_schedule.ensure(connection, workspace_id, time_zone=zone)
    return len(lacking)


def _zone(connection: Transaction, workspace_id: WorkspaceId) -> str:
    """Return the zone for retention; a workspace that is broken must not hold up the others."""
    try:
        return default_time_zone(connection, workspace_id)
    except InvalidModel as error:
        _logger.warning(
            "the data model of workspace %s cannot be read, its retention is planned in UTC: %s",
            workspace_id,
            error.code,
        )
        return "UTC"


def remove_ended(
    resources: Resources, *, actor: str | None = None, now: datetime | None = None
) -> dict[str, int]:
    """Remove sessions, sign-ins, invitations, tokens and workers that are long over.

    Args:
        actor: who asked for it; None = Muster itself.
        now: the present, for tests; None = by the database's clock.

    Returns:
        How many rows went, by table.
    """
    removed: Counter[str] = Counter()
    while True:
        with resources.database.transaction() as connection:
            present = now or schedules.database_now(connection)
            some = ended.remove_ended(connection, now=present, limit=_ROWS_AT_ONCE)
            if sum(some.values()) == 0:
                break
        removed.update({table: rows for table, rows in some.items() if rows})
    if removed:
        with resources.database.transaction() as connection:
            audit.record(
                connection,
                None,
                actor=actor or system_principal().name,
                action="retention.run",
                subject="installation",
                after=dict(removed),
            )
        _logger.info("removed what is over: %s", dict(removed))
    return {**dict.fromkeys(ended.TABLES, 0), **removed}


def count_ended(resources: Resources, *, now: datetime | None = None) -> dict[str, int]:
    """Return what `remove_ended` would remove."""
    with resources.database.transaction() as connection:
        present = now or schedules.database_now(connection)
        return ended.count_ended(connection, now=present)
