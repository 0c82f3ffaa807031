"""Segments: versions are numbered without gaps, published whole, and never across workspaces."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import Connection

from muster.base.errors import Conflict, NotFound
from muster.base.ids import RunId, SegmentId
from muster.base.records import LineageEdge, Rule, Run, RunState, Segment, SegmentVersion, Workspace
from muster.store import rules, segments, workspaces
from muster.store.database import Database
from muster.store.segments import ComputedFrom
from tests.store import run_rows

AS_OF = datetime(2026, 1, 2, tzinfo=UTC)
FIELDS: dict[str, Any] = {
    "rule_version": 1,
    "size": 5,
    "entered": 5,
    "left": 0,
    "universe_size": 9,
    "unknown_size": 1,
    "as_of": AS_OF,
    "watermark": None,
    "bitmap": None,
    "sql": "SELECT 1",
    "seconds": 0.5,
}


def make_rule(connection: Connection, workspace: Workspace, name: str) -> Rule:
    return rules.create(
        connection,
        workspace.id,
        name=name,
        title="",
        description="",
        definition=[],
        fingerprint="f",
        schedule=None,
        tags=[],
        author="",
        reason="",
    )


def make_segment(connection: Connection, workspace: Workspace, name: str) -> Segment:
    return segments.ensure(connection, workspace.id, make_rule(connection, workspace, name))


def make_run(connection: Connection, workspace: Workspace) -> Run:
    return run_rows.running(connection, workspace.id, as_of=AS_OF, rules=["a"])


def publish(connection: Connection, segment: Segment, run: Run, **changes: Any) -> SegmentVersion:
    fields = {**FIELDS, **changes}
    return segments.publish(connection, segment.workspace_id, segment.id, run_id=run.id, **fields)


@pytest.fixture
def run(connection: Connection, workspace: Workspace) -> Run:
    return make_run(connection, workspace)


@pytest.fixture
def segment(connection: Connection, workspace: Workspace) -> Segment:
    return make_segment(connection, workspace, "vip")


def test_a_rule_has_one_segment_named_like_it(connection: Connection, workspace: Workspace) -> None:
    rule = make_rule(connection, workspace, "vip")
    first = segments.ensure(connection, workspace.id, rule)
    assert segments.ensure(connection, workspace.id, rule) == first
    assert (first.name, first.rule_id, first.current) == ("vip", rule.id, None)
    assert segments.every(connection, workspace.id) == (first,)
    assert segments.by_id(connection, workspace.id, first.id) == first
    assert segments.by_name(connection, workspace.id, "vip") == first


def test_publishing_makes_the_next_version_the_one_readers_see(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    first = publish(connection, segment, run, watermark=AS_OF, bitmap="segments/1")
    second = publish(connection, segment, run, size=7, entered=3, left=1)
    assert (first.number, second.number) == (1, 2)
    assert (first.watermark, first.bitmap, first.as_of) == (AS_OF, "segments/1", AS_OF)
    assert (second.size, second.entered, second.left) == (7, 3, 1)
    assert (second.universe_size, second.unknown_size, second.seconds) == (9, 1, 0.5)
    assert (second.rule_version, second.run_id, second.sql) == (1, run.id, "SELECT 1")
    for found in (
        segments.by_id(connection, workspace.id, segment.id),
        segments.by_name(connection, workspace.id, "vip"),
        *segments.every(connection, workspace.id),
    ):
        assert found.current == second
    assert segments.versions(connection, workspace.id, segment.id, limit=9) == (second, first)
    assert segments.versions(connection, workspace.id, segment.id, limit=1) == (second,)
    assert segments.version(connection, workspace.id, segment.id, number=1) == first


def test_a_publication_that_is_rolled_back_was_never_there(database: Database) -> None:
    with database.transaction() as connection:
        workspace = workspaces.create(connection, name="w", title="", synthetic=False)
        segment = make_segment(connection, workspace, "vip")
        run = make_run(connection, workspace)
        first = publish(connection, segment, run)
    with database.transaction() as connection:
        publish(connection, segment, run, computed_from=[ComputedFrom("table", "users")])
        connection.rollback()
    with database.transaction() as connection:
        assert segments.by_id(connection, workspace.id, segment.id).current == first
        assert segments.versions(connection, workspace.id, segment.id, limit=9) == (first,)
        assert publish(connection, segment, run).number == 2


def test_many_publishers_take_turns(database: Database) -> None:
    with database.transaction() as connection:
        workspace = workspaces.create(connection, name="w", title="", synthetic=False)
        segment = make_segment(connection, workspace, "vip")
        run_of = [make_run(connection, workspace) for _ in range(8)]

    def work(run: Run) -> None:
        with database.transaction() as connection:
            publish(connection, segment, run)

    threads = [threading.Thread(target=work, args=(run,)) for run in run_of]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.transaction() as connection:
        published = segments.versions(connection, workspace.id, segment.id, limit=99)
        current = segments.by_id(connection, workspace.id, segment.id).current
    assert [version.number for version in published] == [8, 7, 6, 5, 4, 3, 2, 1]
    assert {version.run_id for version in published} == {run.id for run in run_of}
    assert current == published[0]


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.CANCELLED, RunState.PUBLISHED])
def test_only_a_running_run_may_publish(
    connection: Connection, workspace: Workspace, segment: Segment, state: RunState
) -> None:
    if state is RunState.QUEUED:
        run = run_rows.queued(connection, workspace.id, as_of=AS_OF, rules=["vip"])
    else:
        run = run_rows.ended(connection, workspace.id, as_of=AS_OF, rules=["vip"], state=state)
    with pytest.raises(Conflict) as refused:
        publish(connection, segment, run)
    assert refused.value.code == "RUN_STATE"
    assert segments.by_id(connection, workspace.id, segment.id).current is None


def test_lineage_names_parents_with_their_versions_and_tables(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    for name in ("b", "a"):
        publish(connection, make_segment(connection, workspace, name), run)
    sources = [
        ComputedFrom("table", "users"),
        ComputedFrom("segment", "b", 1),
        ComputedFrom("segment", "a", 1),
        ComputedFrom("table", "users"),
    ]
    published = publish(connection, segment, run, computed_from=sources)
    found = segments.lineage(connection, workspace.id, segment.id, number=published.number)
    assert found == (
        LineageEdge(segment.id, 1, "segment", "a", 1),
        LineageEdge(segment.id, 1, "segment", "b", 1),
        LineageEdge(segment.id, 1, "table", "users", None),
    )


def test_children_are_the_segments_whose_current_version_uses_it(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    publish(connection, segment, run)
    uses_it = [ComputedFrom("segment", "vip", 1)]
    still, once = (make_segment(connection, workspace, name) for name in ("still", "once"))
    publish(connection, still, run, computed_from=uses_it)
    publish(connection, once, run, computed_from=uses_it)
    names = [child.name for child in segments.children(connection, workspace.id, segment.id)]
    assert names == ["once", "still"]
    publish(connection, once, run)
    (child,) = segments.children(connection, workspace.id, segment.id)
    assert child == segments.by_id(connection, workspace.id, still.id)


@pytest.mark.parametrize(
    ("source", "code"),
    [
        (ComputedFrom("segment", "nobody", 1), "UNKNOWN_SEGMENT"),
        (ComputedFrom("segment", "foreign", 1), "UNKNOWN_SEGMENT"),
        (ComputedFrom("segment", "empty", 1), "UNKNOWN_SEGMENT_VERSION"),
        (ComputedFrom("segment", "empty", None), "UNKNOWN_SEGMENT_VERSION"),
    ],
)
def test_a_parent_must_be_published_in_the_same_workspace(
    connection: Connection,
    workspace: Workspace,
    segment: Segment,
    run: Run,
    source: ComputedFrom,
    code: str,
) -> None:
    make_segment(connection, workspace, "empty")
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    publish(connection, make_segment(connection, other, "foreign"), make_run(connection, other))
    with pytest.raises(NotFound) as refused:
        publish(connection, segment, run, computed_from=[source])
    assert refused.value.code == code


def test_forgotten_bitmaps_leave_the_newest_and_name_the_files_nobody_needs(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    for file in ("one", "shared", None, "shared", "five"):
        publish(connection, segment, run, bitmap=file)

    def forget(keep_last: int) -> tuple[str, ...]:
        return segments.forget_bitmaps(connection, workspace.id, segment.id, keep_last=keep_last)

    def kept() -> list[str | None]:
        found = segments.versions(connection, workspace.id, segment.id, limit=9)
        return [version.bitmap for version in found]

    assert forget(5) == ()
    assert forget(2) == ("one",)
    assert kept() == ["five", "shared", None, None, None]
    assert forget(2) == ()
    assert forget(1) == ("shared",)
    assert kept() == ["five", None, None, None, None]
    with pytest.raises(ValueError, match="at least 1"):
        forget(0)


def test_a_bitmap_another_segment_points_to_is_no_waste(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    twin = make_segment(connection, workspace, "twin")
    publish(connection, twin, run, bitmap="same")
    for file in ("same", "newer"):
        publish(connection, segment, run, bitmap=file)
    assert segments.forget_bitmaps(connection, workspace.id, segment.id, keep_last=1) == ()


def test_nothing_of_another_workspace_is_seen(
    connection: Connection, workspace: Workspace, segment: Segment, run: Run
) -> None:
    publish(connection, segment, run, bitmap="one")
    publish(connection, segment, run, computed_from=[ComputedFrom("table", "users")])
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    foreign_run = make_run(connection, other)
    assert segments.every(connection, other.id) == ()
    assert segments.versions(connection, other.id, segment.id, limit=9) == ()
    assert segments.lineage(connection, other.id, segment.id, number=2) == ()
    assert segments.children(connection, other.id, segment.id) == ()
    assert segments.forget_bitmaps(connection, other.id, segment.id, keep_last=1) == ()
    for attempt in (
        lambda: segments.by_id(connection, other.id, segment.id),
        lambda: segments.by_name(connection, other.id, "vip"),
        lambda: segments.version(connection, other.id, segment.id, number=1),
        lambda: segments.publish(connection, other.id, segment.id, run_id=foreign_run.id, **FIELDS),
        lambda: publish(connection, segment, foreign_run),
    ):
        with pytest.raises(NotFound):
            attempt()


def test_unknown_segments_and_versions_are_reported(
    connection: Connection, workspace: Workspace, segment: Segment
) -> None:
    with pytest.raises(NotFound) as refused:
        segments.by_name(connection, workspace.id, "vop")
    assert (refused.value.code, refused.value.hint) == ("UNKNOWN_SEGMENT", "There are: vip.")
    with pytest.raises(NotFound) as refused:
        segments.by_id(connection, workspace.id, SegmentId(99))
    assert refused.value.code == "UNKNOWN_SEGMENT"
    with pytest.raises(NotFound) as refused:
        segments.version(connection, workspace.id, segment.id, number=1)
    assert refused.value.code == "UNKNOWN_SEGMENT_VERSION"
    with pytest.raises(NotFound) as refused:
        segments.publish(connection, workspace.id, segment.id, run_id=RunId(99), **FIELDS)
    assert refused.value.code == "UNKNOWN_RUN"
