"""Retention: what is too old goes, exactly; what anything refers to stays, and so do neighbours."""

from __future__ import annotations

from dataclasses import asdict, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, text, update

from muster.base.clock import FixedClock
from muster.base.errors import Forbidden, LostLease
from muster.base.people import Role, permissions_of
from muster.base.records import RunKind, RunOrigin, RunState
from muster.engines.entities import read_entities
from muster.services import retention
from muster.services.access import enter_locally
from muster.services.applying import apply, plan_apply
from muster.services.attempts import Attempt
from muster.services.context import WorkspaceContext
from muster.services.members import version_members
from muster.services.refresh import execute, refresh
from muster.services.retention import Removed, foresee, retain, retain_now
from muster.services.segments import read_members, show_segment
from muster.services.workspace_settings import change_settings
from muster.services.workspaces import create_workspace
from muster.store import audit, leases, queue, run_log, runs, schedules
from muster.store.tables import audit as audit_table
from muster.store.tables import runs as runs_table
from muster.store.tables import segment_versions
from muster.store.tables_notices import deliveries, notification_reads, notifications
from muster.store.tables_runs import run_log as log_table
from muster.store.tables_runs import run_rules, schedule_fires
from tests.services.claiming import begun, claimed, log_of, present
from tests.services.small_workspace import AS_OF, documents, keys

NOW = datetime.now(UTC).replace(microsecond=0) + timedelta(days=1)
RUNS_KEPT = timedelta(days=90)
LOGS_KEPT = timedelta(days=30)
TICK = timedelta(microseconds=1)
COUNTED = (
    runs_table, run_rules, log_table, schedule_fires, notifications, notification_reads, deliveries,
    segment_versions,
)  # fmt: skip


@pytest.fixture(autouse=True)
def _few_are_kept_anyway(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the newest two runs stay rather than the newest hundred."""
    monkeypatch.setattr(retention, "RUNS_KEPT_AT_LEAST", 2)


def begun_retention(context: WorkspaceContext) -> Attempt:
    with context.transaction() as connection:
        queue.enqueue(
            connection,
            context.workspace.id,
            rules=(),
            as_of=AS_OF,
            origin=RunOrigin.SCHEDULE,
            requested_by="scheduler",
            priority=0,
            kind=RunKind.RETENTION,
        )
    return claimed(context)


def cleared(context: WorkspaceContext) -> Removed:
    """Run the retention at `NOW`; it removes just what was foreseen."""
    attempt = begun_retention(context)
    foreseen = foresee(context, now=NOW)
    removed = retain(attempt, now=NOW)
    assert removed == foreseen
    return removed


def old_run(
    context: WorkspaceContext,
    *,
    ended: datetime = NOW - RUNS_KEPT - TICK,
    state: RunState = RunState.CANCELLED,
    retry_of: int | None = None,
    rules: tuple[str, ...] = ("gone_rule",),
) -> int:
    """Add a run that ended at an instant, with an outcome, a line and a fire; return its id."""
    home = context.workspace.id
    final = state not in (RunState.QUEUED, RunState.RUNNING)
    with context.transaction() as connection:
        number: int = connection.execute(
            insert(runs_table)
            .values(
                workspace_id=home,
                state=state.value,
                as_of=AS_OF,
                rules=list(rules),
                started_at=ended,
                finished_at=ended if final else None,
                # far away, so that nobody claims or reaps it
                not_before=NOW,
                lease_until=NOW if state is RunState.RUNNING else None,
                retry_of=retry_of,
            )
            .returning(runs_table.c.id)
        ).scalar_one()
        for rule in rules:
            connection.execute(
                insert(run_rules).values(
                    workspace_id=home, run_id=number, rule=rule, outcome="skipped"
                )
            )
        run_log.add(connection, home, number, level="info", message="a line")
        own = schedules.own(connection, home, kind=RunKind.RETENTION)
        assert own is not None
        connection.execute(
            insert(schedule_fires).values(
                workspace_id=home,
                schedule_id=own.id,
                fire_at=AS_OF + number * TICK,
                run_id=number,
            )
        )
    return number


def newest_two(context: WorkspaceContext) -> None:
    """Add what is kept because it is the newest; the run of the retention itself is one more."""
    old_run(context)


def has_run(context: WorkspaceContext, number: int) -> bool:
    with context.transaction() as connection:
        wanted = select(runs_table.c.id).where(runs_table.c.id == number)
        return connection.scalar(wanted) is not None


def counts(context: WorkspaceContext) -> dict[str, int]:
    """Count the rows of every table and the files, of all workspaces."""
    with context.resources.database.transaction() as connection:
        found = {
            table.name: connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in COUNTED
        }
        found["bitmaps"] = connection.execute(
            select(func.count(segment_versions.c.bitmap))
        ).scalar_one()
    files = [path for path in context.resources.data_folder.rglob("*.members*") if path.is_file()]
    found["files"] = len(files)
    found["bytes"] = sum(path.stat().st_size for path in files)
    return found


def gone(before: dict[str, int], after: dict[str, int]) -> dict[str, int]:
    return {name: before[name] - after[name] for name in before}


@pytest.mark.parametrize(
    ("ended", "kept"), [(NOW - RUNS_KEPT - TICK, False), (NOW - RUNS_KEPT, True), (NOW, True)]
)
@pytest.mark.parametrize("state", [RunState.CANCELLED, RunState.PUBLISHED])
def test_a_finished_run_goes_once_it_is_older_than_runs_are_kept(
    context, ended, kept, state
) -> None:
    number = old_run(context, ended=ended, state=state)
    newest_two(context)
    removed = cleared(context)
    assert has_run(context, number) is kept
    assert (removed.runs, removed.run_rules, removed.fires) == ((0, 0, 0) if kept else (1, 1, 1))


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_a_run_that_is_not_over_stays_however_old(context, state) -> None:
    change_settings(context, {"concurrency": 2})
    number = old_run(context, state=state)
    newest_two(context)
    assert cleared(context).runs == 0
    assert has_run(context, number)


def test_the_newest_runs_stay_however_old(context) -> None:
    numbers = [old_run(context) for _ in range(4)]
    assert cleared(context).runs == 3  # the run of the retention itself is the newest
    assert [has_run(context, number) for number in numbers] == [False, False, False, True]


def test_a_run_that_a_version_refers_to_stays(context) -> None:
    refresh(context, ["quiet"], as_of=AS_OF + timedelta(days=1))
    refresh(context, None, as_of=AS_OF + timedelta(days=2))  # the newest run of every rule
    newest_two(context)
    newest_two(context)
    _, history = show_segment(context, "quiet", versions=10)
    with context.transaction() as connection:
        connection.execute(update(runs_table).values(finished_at=NOW - RUNS_KEPT - TICK))
    assert cleared(context).runs == 1
    assert all(has_run(context, version.run_id) for version in history)


def test_the_newest_run_of_a_rule_stays_and_earlier_ones_go(context) -> None:
    earlier = old_run(context, rules=("quiet",))
    newest = old_run(context, rules=("quiet", "gone_rule"))
    newest_two(context)
    cleared(context)
    assert [has_run(context, earlier), has_run(context, newest)] == [False, True]


def test_what_a_kept_retry_repeats_stays_and_a_whole_old_chain_goes(context) -> None:
    first = old_run(context)
    second = old_run(context, retry_of=first)
    kept_first = old_run(context)
    kept_second = old_run(context, retry_of=kept_first)
    young = old_run(context, retry_of=kept_second, ended=NOW - RUNS_KEPT)
    newest_two(context)
    removed = cleared(context)
    assert removed.runs == 2
    assert [has_run(context, number) for number in (first, second)] == [False, False]
    assert all(has_run(context, number) for number in (kept_first, kept_second, young))


def test_a_run_that_somebody_is_repeating_this_moment_stays(context) -> None:
    number = old_run(context)
    newest_two(context)
    with context.transaction() as connection:
        connection.execute(
            select(runs_table.c.id).where(runs_table.c.id == number).with_for_update(key_share=True)
        )
        connection.execute(
            insert(runs_table).values(
                workspace_id=context.workspace.id,
                state="queued",
                as_of=AS_OF,
                rules=["quiet"],
                not_before=NOW,
                retry_of=number,
            )
        )
        assert retain(begun_retention(context), now=NOW).runs == 0
    assert has_run(context, number)


def line(context: WorkspaceContext, at: datetime) -> None:
    _, (version,) = show_segment(context, "quiet", versions=10)
    with context.transaction() as connection:
        connection.execute(
            insert(log_table).values(
                workspace_id=context.workspace.id,
                run_id=version.run_id,
                at=at,
                level="info",
                message=f"{at}",
            )
        )


def test_lines_of_kept_runs_go_once_they_are_older_than_logs_are_kept(context) -> None:
    line(context, NOW - LOGS_KEPT - TICK)
    line(context, NOW - LOGS_KEPT)
    assert cleared(context).log_lines == 1
    with context.transaction() as connection:
        assert connection.scalar(select(func.min(log_table.c.at))) == NOW - LOGS_KEPT


def test_missed_times_go_and_what_became_a_kept_run_stays(context) -> None:
    young = old_run(context, ended=NOW)
    with context.transaction() as connection:
        connection.execute(update(schedule_fires).values(created_at=NOW - RUNS_KEPT - TICK))
        own = schedules.own(connection, context.workspace.id, kind=RunKind.RETENTION)
        for day, noted in enumerate([NOW - RUNS_KEPT - TICK, NOW - RUNS_KEPT]):
            connection.execute(
                insert(schedule_fires).values(
                    workspace_id=context.workspace.id,
                    schedule_id=own.id,
                    fire_at=AS_OF + timedelta(days=day + 1),
                    created_at=noted,
                )
            )
    assert cleared(context).fires == 1
    with context.transaction() as connection:
        rows = connection.execute(
            select(schedule_fires.c.run_id, schedule_fires.c.created_at).order_by("fire_at")
        ).all()
    assert (rows[0].run_id, rows[1].created_at) == (young, NOW - RUNS_KEPT)


def notice(context: WorkspaceContext, at: datetime, *, sending: str | None = None) -> int:
    """Add a notification that somebody has read, and that was sent (or is being sent)."""
    home = context.workspace.id
    with context.transaction() as connection:
        number: int = connection.execute(
            insert(notifications)
            .values(
                workspace_id=home, at=at, kind="k", severity="info", subject="s", title="t", body=""
            )
            .returning(notifications.c.id)
        ).scalar_one()
        connection.execute(
            insert(notification_reads).values(
                workspace_id=home, notification_id=number, reader="ann", at=at
            )
        )
        if sending:
            connection.execute(
                text(
                    "INSERT INTO notification_channels"
                    " (workspace_id, kind, name, target, kinds, created_by)"
                    " VALUES (:home, 'email', 'desk', 'a@example.com', '{}', 'ann')"
                    " ON CONFLICT DO NOTHING"
                ),
                {"home": home},
            )
            channel = connection.scalar(text("SELECT max(id) FROM notification_channels"))
            connection.execute(
                insert(deliveries).values(
                    workspace_id=home, notification_id=number, channel_id=channel, state=sending
                )
            )
    return number


def test_old_notifications_go_with_reads_and_deliveries_unless_they_are_being_sent(context) -> None:
    old = NOW - LOGS_KEPT - TICK
    notice(context, old)
    notice(context, old, sending="sent")
    under_way = notice(context, old, sending="pending")
    young = notice(context, NOW - LOGS_KEPT)
    assert cleared(context).notifications == 2
    with context.transaction() as connection:
        left = connection.scalars(select(notifications.c.id).order_by("id")).all()
        reads = connection.scalars(select(notification_reads.c.notification_id)).all()
    assert list(left) == [under_way, young]
    assert sorted(reads) == [under_way, young]


def versions_of(context: WorkspaceContext, name: str) -> list[bool]:
    """Return for each version, the oldest first, whether its members are kept."""
    _, history = show_segment(context, name, versions=100)
    return [version.bitmap is not None for version in history][::-1]


def age(context: WorkspaceContext, name: str, *, days: int) -> None:
    for day in range(1, days + 1):
        refresh(context, [name], as_of=AS_OF + timedelta(days=day))


def test_members_of_versions_beyond_the_setting_go_for_every_segment(context) -> None:
    age(context, "viennese", days=3)
    age(context, "spenders", days=1)
    change_settings(context, {"versions_kept": 2})
    before = counts(context)
    removed = cleared(context)
    assert versions_of(context, "viennese") == [False, False, True, True]
    assert versions_of(context, "spenders") == [True, True]
    assert (removed.versions, removed.files) == (2, 2)
    away = gone(before, counts(context))
    assert (away["bitmaps"], away["files"], away["bytes"]) == (2, 2, removed.freed_bytes)
    assert away["segment_versions"] == 0
    assert {row[0] for row in read_members(context, "viennese", limit=100).rows} == keys(
        where="viennese"
    )


def test_a_version_that_a_rule_still_looks_at_keeps_its_members(context) -> None:
    age(context, "viennese", days=4)
    text_of_rule = "- {name: first, where: {segment: viennese, version: 2}}"
    apply(context, plan_apply(context, documents(text_of_rule), measured=False))
    change_settings(context, {"versions_kept": 1})
    assert cleared(context).versions == 1
    assert versions_of(context, "viennese") == [False, True, True, True, True]
    refresh(context, ["first"], as_of=AS_OF + timedelta(days=9))


def test_the_windows_of_a_waiting_run_reach_back_from_its_own_instant(context) -> None:
    change_settings(context, {"versions_kept": 100})
    age(context, "viennese", days=20)
    rule = "- {name: came, where: {segment: viennese, changed: {entered: {last: P1D}}}}"
    apply(context, plan_apply(context, documents(rule), measured=False))
    change_settings(context, {"versions_kept": 1})
    attempt = begun_retention(context)
    with context.transaction() as connection:
        waiting = AS_OF + timedelta(days=12)
        connection.execute(
            update(runs_table).where(runs_table.c.id == attempt.run.id).values(as_of=waiting)
        )
    late = Attempt(_at(context, AS_OF + timedelta(days=20)), attempt.run)
    retain(late, now=NOW)
    # a day, four of slack, and the version before the first
    assert versions_of(context, "viennese").index(True) == 12 - 1 - 4 - 1


def _at(context: WorkspaceContext, moment: datetime) -> WorkspaceContext:
    return replace(context, resources=replace(context.resources, clock=FixedClock(moment)))


def test_files_that_nothing_points_to_go_and_those_of_a_run_at_work_stay(context) -> None:
    change_settings(context, {"concurrency": 2})
    at_work = begun(context, ["quiet"], as_of=AS_OF + timedelta(days=1)).run
    folder = context.folder / "segments" / "quiet"
    for name in ("77.1.members", f"{at_work.id}.{at_work.fence}.members", "README"):
        (folder / name).write_bytes(b"four")
    (context.folder / "entities.tmp4711").write_bytes(b"half")
    removed = cleared(context)
    assert (removed.files, removed.freed_bytes) == (2, 8)
    assert not (folder / "77.1.members").exists()
    assert (folder / f"{at_work.id}.{at_work.fence}.members").exists()
    assert (folder / "README").exists()


def test_a_refresh_begun_before_publishes_after_it(context) -> None:
    change_settings(context, {"versions_kept": 1, "concurrency": 2})
    age(context, "quiet", days=2)
    attempt = begun(context, ["mail_to_win_back"], as_of=AS_OF + timedelta(days=3))
    cleared(context)
    published = execute(attempt)
    assert published.run.state is RunState.PUBLISHED
    for segment, version in published.versions:
        assert version_members(context, version, read_entities(context.folder)).any(), segment.name


def everything_old(context: WorkspaceContext) -> None:
    """Leave something of every kind behind that is too old."""
    for _ in range(3):
        old_run(context)
    age(context, "viennese", days=2)
    change_settings(context, {"versions_kept": 1})
    notice(context, NOW - LOGS_KEPT - TICK, sending="sent")
    line(context, NOW - LOGS_KEPT - TICK)
    (context.folder / "segments" / "quiet" / "77.1.members").write_bytes(b"left")


def test_figures_are_what_disappeared_and_were_foreseen(context) -> None:
    everything_old(context)
    attempt = begun_retention(context)
    foreseen = foresee(context, now=NOW)
    before = counts(context)
    assert foresee(context, now=NOW) == foreseen
    assert counts(context) == before
    removed = retain(attempt, now=NOW)
    assert removed == foreseen
    away = gone(before, counts(context))
    lines_of_its_own = len(log_of(attempt))
    assert lines_of_its_own == 4
    assert asdict(removed) == {
        "versions": away["bitmaps"],
        "files": away["files"],
        "freed_bytes": away["bytes"],
        "runs": away["runs"],
        "run_rules": away["run_rules"],
        "log_lines": away["run_log"] + lines_of_its_own,
        "fires": away["schedule_fires"],
        "notifications": away["notifications"],
    }
    assert all(asdict(removed).values())
    assert away["notification_reads"] == away["deliveries"] == 1


def test_running_twice_removes_nothing_more(context) -> None:
    everything_old(context)
    assert cleared(context).runs
    assert cleared(context) == Removed()


def test_rows_go_in_batches(context, monkeypatch) -> None:
    monkeypatch.setattr(retention, "_RUNS_AT_ONCE", 2)
    monkeypatch.setattr(retention, "_ROWS_AT_ONCE", 1)
    numbers = [old_run(context)]
    numbers += [old_run(context, retry_of=numbers[-1]) for _ in range(1)]
    numbers += [old_run(context) for _ in range(4)]
    for _ in range(3):
        notice(context, NOW - LOGS_KEPT - TICK)
        line(context, NOW - LOGS_KEPT - TICK)
    removed = cleared(context)
    assert (removed.runs, removed.notifications) == (5, 3)
    assert removed.log_lines >= 3


def test_the_run_the_log_and_the_audit_entry_tell_of_it(context) -> None:
    everything_old(context)
    attempt = begun_retention(context)
    removed = retain(attempt, now=NOW)
    run = present(attempt)
    assert (run.state, run.figures) == (RunState.PUBLISHED, asdict(removed))
    lines = log_of(attempt)
    assert [one.partition(": ")[0] for one in lines] == ["info"] * 4
    assert "3 runs were removed with 3 outcomes" in lines[1]
    with context.transaction() as connection:
        newest, *_ = audit.every(connection, context.workspace.id, limit=1)
    assert (newest.action, newest.subject) == ("retention.run", f"run/{run.id}")
    assert newest.after["removed"] == asdict(removed)
    assert newest.after["kept"] == {"versions_kept": 1, "runs_kept_days": 90, "logs_kept_days": 30}


def test_the_audit_log_loses_nothing(context) -> None:
    with context.resources.database.transaction() as connection:
        before = connection.execute(select(func.count()).select_from(audit_table)).scalar_one()
    cleared(context)
    with context.resources.database.transaction() as connection:
        after = connection.execute(select(func.count()).select_from(audit_table)).scalar_one()
    assert after == before + 1


@pytest.fixture
def neighbour(context: WorkspaceContext) -> WorkspaceContext:
    """Another workspace of the same installation."""
    create_workspace(context.resources, name="next", title="", synthetic=False, actor="tester")
    return enter_locally(context.resources, "next", actor="tester")


def test_other_workspaces_are_not_touched(context, neighbour) -> None:
    everything_old(context)
    kept = [old_run(neighbour) for _ in range(4)]
    notice(neighbour, NOW - LOGS_KEPT - TICK)
    folder = neighbour.folder / "segments" / "quiet"
    folder.mkdir(parents=True)
    (folder / "77.1.members").write_bytes(b"left")
    before = foresee(neighbour, now=NOW)
    cleared(context)
    assert foresee(neighbour, now=NOW) == before
    assert all(has_run(neighbour, number) for number in kept)
    assert before.files == before.notifications == 1


def test_a_workspace_without_a_model_is_cleared_too(neighbour) -> None:
    for _ in range(3):
        old_run(neighbour)
    assert cleared(neighbour).runs == 2


def test_an_attempt_that_lost_its_run_stops_and_says_so(context) -> None:
    for _ in range(3):
        old_run(context)
    attempt = begun_retention(context)
    with context.transaction() as connection:
        leases.release(connection, attempt.run)
    with pytest.raises(LostLease):
        retain(attempt, now=NOW)
    assert present(attempt).state is RunState.QUEUED


def test_by_hand_it_is_a_run_of_its_own(context) -> None:
    run, removed = retain_now(context)
    with context.transaction() as connection:
        done = runs.by_id(connection, context.workspace.id, run.id)
    assert (done.kind, done.state, done.rules) == (RunKind.RETENTION, RunState.PUBLISHED, ())
    assert (done.requested_by, done.figures) == ("tester", asdict(removed))


def test_only_who_administers_may_ask_for_it(context) -> None:
    operator: Any = replace(context, role=Role.OPERATOR, permissions=permissions_of(Role.OPERATOR))
    for asked in (retain_now, foresee):
        with pytest.raises(Forbidden):
            asked(operator)
