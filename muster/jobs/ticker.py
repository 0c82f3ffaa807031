"""One look at the schedules: what is due becomes runs. Any server may look, at any time."""

from __future__ import annotations

import logging
from dataclasses import dataclass
from datetime import datetime

from muster.base.errors import MusterError, Unavailable
from muster.services.context import Resources
from muster.services.firing import fire_workspace
from muster.store.fires import workspaces_due
from muster.store.schedules import database_now

_logger = logging.getLogger("muster.ticker")


@dataclass(frozen=True, slots=True)
class TickReport:
    """What one look did.

    Attributes:
        schedules: how many were due and looked at.
        runs: runs made; ``joined``: instants whose run waited in the queue already.
        missed: planned times that nothing makes up for.
        failed: workspaces whose schedules could not be fired this time, and single schedules that
            cannot be computed at all; the log says why.
    """

    now: datetime
    schedules: int
    runs: int
    joined: int
    missed: int
    failed: int


def tick(resources: Resources, *, now: datetime | None = None, limit: int = 500) -> TickReport:
    """Fire every schedule that is due; to be called about once a second.

    Several servers may do so at once: each workspace is fired by one of them at a time, and an
    instant that fired is remembered, so it never fires twice.

    Args:
        now: the present, for tests; None = by the database's clock, which all servers share.
        limit: about how many schedules at most; the rest is due at the next tick.

    Raises:
        Unavailable: the database is not there. Busy: it cannot be asked what is due.
    """
    with resources.database.transaction() as connection:
        present = now or database_now(connection)
        waiting = workspaces_due(connection, now=present, limit=limit)
    schedules = runs = joined = missed = failed = 0
    for workspace_id in waiting:
        if schedules >= limit:
            break
        try:
            fired = fire_workspace(
                resources.database, workspace_id, now=present, limit=limit - schedules
            )
        except Unavailable:
            raise  # the next workspace would not fare better
        except MusterError:
            _logger.exception("the schedules of workspace %s could not be fired", workspace_id)
            failed += 1
            continue
        schedules += fired.schedules
        runs += fired.runs
        joined += fired.joined
        missed += fired.missed
        failed += fired.broken
    return TickReport(present, schedules, runs, joined, missed, failed)
