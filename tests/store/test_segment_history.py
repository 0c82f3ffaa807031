"""The last version at an instant is told by what it is of, not by when it was published."""

from __future__ import annotations

from datetime import timedelta

from sqlalchemy import Connection

from muster.base.ids import SegmentId
from muster.base.records import Workspace
from muster.store.segment_history import version_at
from tests.store.test_segments import AS_OF, make_run, make_segment, publish


def test_the_last_version_at_an_instant(connection: Connection, workspace: Workspace) -> None:
    segment = make_segment(connection, workspace, "vip")
    run = make_run(connection, workspace)
    for days in (0, 5, 3, 3):  # a late run may publish an earlier instant
        publish(connection, segment, run, as_of=AS_OF + timedelta(days=days))

    def number_at(days: float, of: SegmentId = segment.id) -> int | None:
        found = version_at(connection, workspace.id, of, at=AS_OF + timedelta(days=days))
        return None if found is None else found.number

    assert [number_at(days) for days in (-0.001, 0, 2.999, 3, 4.999, 5, 900)] == [
        *(None, 1, 1, 4, 4, 2, 2)
    ]
    assert number_at(5, SegmentId(segment.id + 1000)) is None
