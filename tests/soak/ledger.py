"""What must be true after two servers were killed: told and kept agree, each run counts once."""

from __future__ import annotations

from collections import Counter
from datetime import datetime

from sqlalchemy import func, select

from muster.base.ids import ScheduleId
from muster.base.records import Run, RunOrigin, SegmentVersion
from muster.engines import bits
from muster.engines.entities import EntityDictionary, read_entities
from muster.services.auditing import of_workspace, verify
from muster.services.context import WorkspaceContext
from muster.services.evaluating import evaluate
from muster.services.members import version_members
from muster.services.wave import plan_wave, read_catalog
from muster.services.workspaces import current_model
from muster.store import segments as segment_store
from muster.store.tables import audit
from muster.store.tables_notices import notifications
from muster.store.tables_runs import schedule_fires
from tests.soak.killing import FINAL, check_whole, every_run, wait_until
from tests.soak.two_servers import NIGHTLY, Asked, Servers

Fires = set[tuple[ScheduleId, datetime]]
_RECOMPUTED = 4  # versions of each segment, the newest; data older ones saw is the same


def check_ledger(
    context: WorkspaceContext, asked: Asked, fires: Fires, *, servers: Servers
) -> None:
    """Assert that nothing was lost, doubled, half published, orphaned or wrong.

    Args:
        asked: what callers were told.
        fires: every instant that schedules had to fire, of the nightly rules alone.
        servers: for the processes that should be gone.
    """
    assert asked.wrong == []
    found = every_run(context)
    _check_runs(found, asked)
    _check_fires(context, found, fires)
    check_whole(context, [int(run.id) for run in found])
    _check_history(context, found)
    _check_audit(context, found)
    _check_notices(context)
    wait_until(lambda: not servers.warm.living(), what="no process is left over", seconds=30)


def _check_runs(found: tuple[Run, ...], asked: Asked) -> None:
    """Each request has one run, and each run was asked for."""
    by_key = {run.idempotency_key: int(run.id) for run in found if run.idempotency_key}
    assert by_key == asked.by_key
    of_people = {int(run.id) for run in found if run.origin is RunOrigin.API}
    unexplained = of_people - set(asked.accepted)
    assert len(unexplained) <= asked.unheard, f"runs that nobody asked for: {unexplained}"
    assert [run.id for run in found if run.state not in FINAL] == [], "stuck runs"


def _check_fires(context: WorkspaceContext, found: tuple[Run, ...], fires: Fires) -> None:
    """Each due instant fired once, into a run of its own instant that the two rules share."""
    with context.transaction() as connection:
        rows = connection.execute(select(schedule_fires)).all()
    assert Counter((ScheduleId(row.schedule_id), row.fire_at) for row in rows) == Counter(fires)
    scheduled = {run.id: run for run in found if run.origin is RunOrigin.SCHEDULE}
    assert {row.run_id for row in rows} == set(scheduled)
    for row in rows:
        assert scheduled[row.run_id].as_of == row.fire_at
        assert scheduled[row.run_id].rules == tuple(sorted(NIGHTLY))
    assert len(scheduled) * len(NIGHTLY) == len(fires), "an instant has two runs"


def _check_history(context: WorkspaceContext, found: tuple[Run, ...]) -> None:
    """Each segment's versions go on in time, and hold whom their rule meant at their instant."""
    as_of = {run.id: run.as_of for run in found}
    entities = read_entities(context.folder)
    with context.transaction() as connection:
        histories = {
            segment.name: segment_store.versions(
                connection, context.workspace.id, segment.id, limit=1_000_000
            )
            for segment in segment_store.every(connection, context.workspace.id)
        }
    for name, history in histories.items():
        instants = [version.as_of for version in history]
        assert instants == sorted(instants, reverse=True), f"{name} went back in time"
        assert instants == [as_of[version.run_id] for version in history]
        kept = [version for version in history if version.bitmap is not None]
        assert kept[:1] == list(history[:1])
        for version in kept:
            assert bits.count(version_members(context, version, entities)) == version.size
        for version in kept[:_RECOMPUTED]:
            _recompute(context, name, version, entities)


def _recompute(
    context: WorkspaceContext, name: str, version: SegmentVersion, entities: EntityDictionary
) -> None:
    catalog = read_catalog(context, current_model(context))
    plan = plan_wave(catalog, [name], as_of=version.as_of)
    again = evaluate(context, plan, catalog).outcomes[name]
    members = version_members(context, version, entities)
    assert (members == again.members).all(), f"{name}, version {version.number}"


def _check_audit(context: WorkspaceContext, found: tuple[Run, ...]) -> None:
    """The chain holds; each request and each publication of a run was written down once."""
    assert verify(of_workspace(context)).broken is None
    wanted = select(audit.c.action, audit.c.subject, func.count().label("times")).group_by(
        audit.c.action, audit.c.subject
    )
    with context.transaction() as connection:
        times = {(row.action, row.subject): row.times for row in connection.execute(wanted)}
    assert {key for key, number in times.items() if key[0] == "run.trigger" and number > 1} == set()
    assert {subject for action, subject in times if action == "run.trigger"} == {
        f"run/{run.id}" for run in found if run.origin is RunOrigin.API
    }
    assert {key: number for key, number in times.items() if key[0] == "segment.refresh"} == {
        ("segment.refresh", f"run {run.id}"): 1 for run in found
    }


def _check_notices(context: WorkspaceContext) -> None:
    """No run became a dead letter, and nobody was told that one did or failed."""
    told = select(notifications.c.kind).where(notifications.c.kind.like("run.%"))
    with context.transaction() as connection:
        assert list(connection.scalars(told)) == []
