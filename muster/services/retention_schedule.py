"""The schedule by which every workspace clears away what it no longer keeps."""

from __future__ import annotations

from dataclasses import replace

from muster.base.ids import WorkspaceId
from muster.base.records import RunKind, Schedule
from muster.store import schedules
from muster.store.database import Transaction
from muster.store.locks import lock_in_transaction

_QUIET_HOUR = 4
_AS_ADDED = 1
_WEEK_SECONDS = 7 * 86_400


def ensure(connection: Transaction, workspace_id: WorkspaceId, *, time_zone: str) -> Schedule:
    """Return the workspace's schedule of retention; add it when there is none.

    Once a day in a quiet hour, workspaces spread over it. A machine that is off at that hour makes
    up for it when it is on. One that nobody has changed yet takes on the zone.
    """
    lock_in_transaction(connection, f"schedules.own:{workspace_id}")
    present = schedules.own(connection, workspace_id, kind=RunKind.RETENTION)
    if present is None:
        return schedules.add(
            connection,
            workspace_id,
            kind=RunKind.RETENTION,
            rule_id=None,
            cron=f"{workspace_id * 7 % 60} {_QUIET_HOUR} * * *",
            time_zone=time_zone,
            grace_seconds=_WEEK_SECONDS,
        )
    if present.revision == _AS_ADDED and present.time_zone != time_zone:
        moved = replace(present, time_zone=time_zone)
        return schedules.change(connection, moved, revision=present.revision)
    return present
