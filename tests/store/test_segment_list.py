"""Pages of segments: nothing deleted, nothing of another workspace, the rule as it is published."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection

from muster.base.errors import NotFound
from muster.base.records import Workspace
from muster.store import rules, segment_list, segments, workspaces
from muster.store.segment_query import Freshness, SegmentFilter, SegmentOrder
from tests.store.test_segments import make_rule, make_run, make_segment, publish

CONTENT = {
    "description": "",
    "fingerprint": "other",
    "schedule": None,
    "tags": [],
    "author": "",
    "reason": "",
}


def found(connection: Connection, workspace: Workspace) -> list[str]:
    page, total = segment_list.page(connection, workspace.id, limit=10)
    assert total == segment_list.total(connection, workspace.id) == len(page)
    return [listed.segment.name for listed in page]


def test_deleted_segments_are_hidden_everywhere(
    connection: Connection, workspace: Workspace
) -> None:
    make_segment(connection, workspace, "kept")
    gone = make_segment(connection, workspace, "gone")
    rules.mark_deleted(connection, workspace.id, gone.rule_id)
    assert found(connection, workspace) == ["kept"]
    assert segment_list.names(connection, workspace.id) == ("kept",)
    assert segment_list.named(connection, workspace.id, ["gone"]) == ()
    assert segment_list.total_of_rules(connection, workspace.id) == 1
    assert [one.name for one in segments.every(connection, workspace.id)] == ["kept"]
    for lookup in (
        lambda: segment_list.one(connection, workspace.id, "gone"),
        lambda: segment_list.one(connection, workspace.id, int(gone.id)),
        lambda: segments.by_name(connection, workspace.id, "gone"),
        lambda: segments.by_id(connection, workspace.id, gone.id),
    ):
        with pytest.raises(NotFound) as caught:
            lookup()
        assert caught.value.code == "UNKNOWN_SEGMENT"
    again = make_segment(connection, workspace, "gone")
    assert again.id != gone.id


def test_another_workspace_has_its_own(connection: Connection, workspace: Workspace) -> None:
    make_segment(connection, workspace, "mine")
    other = workspaces.create(connection, name="other", title="", synthetic=False)
    theirs = make_segment(connection, other, "theirs")
    assert found(connection, workspace) == ["mine"]
    with pytest.raises(NotFound):
        segment_list.one(connection, workspace.id, int(theirs.id))


def test_a_draft_does_not_show_before_it_is_published(
    connection: Connection, workspace: Workspace
) -> None:
    rule = make_rule(connection, workspace, "vip")
    segment = segments.ensure(connection, workspace.id, rule)
    publish(connection, segment, make_run(connection, workspace))
    rules.update(
        connection,
        workspace.id,
        rule.id,
        expected_version=1,
        title="Draft",
        definition=[],
        publish=False,
        **CONTENT,
    )
    listed = segment_list.one(connection, workspace.id, "vip")
    assert (listed.rule.title, listed.rule.version, listed.stale) == ("", 1, False)
    rules.set_published(connection, workspace.id, rule.id, expected_version=2)
    listed = segment_list.one(connection, workspace.id, "vip")
    assert (listed.rule.title, listed.rule.version, listed.stale) == ("Draft", 2, True)


@pytest.mark.parametrize("freshness", [None, Freshness.NEVER])
@pytest.mark.parametrize("order", SegmentOrder)
def test_a_page_beyond_the_last_still_tells_how_many_there_are(
    connection: Connection, workspace: Workspace, freshness: Freshness | None, order: SegmentOrder
) -> None:
    for name in ("a", "b", "c"):
        make_segment(connection, workspace, name)
    wanted = SegmentFilter(freshness=freshness)
    for offset, names in ((0, ["a", "b"]), (2, ["c"]), (9, [])):
        page, total = segment_list.page(
            connection, workspace.id, wanted=wanted, order=order, limit=2, offset=offset
        )
        assert ([one.segment.name for one in page], total) == (names, 3)
