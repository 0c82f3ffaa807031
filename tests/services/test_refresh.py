"""Refreshing: the right members, all versions or none, runs that tell what happened."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest

from muster.base.errors import Conflict, EngineFailed, NotFound, Unavailable
from muster.base.records import RunState
from muster.engines.entities import read_entities
from muster.services.applying import apply, plan_apply
from muster.services.context import WorkspaceContext
from muster.services.members import version_members
from muster.services.refresh import refresh
from muster.services.segments import list_segments, read_members, show_segment
from muster.services.workspace_settings import change_settings
from tests.services.claiming import every_run
from tests.services.small_workspace import AS_OF, documents, keys

NAMES = ["mail_to_win_back", "quiet", "quiet_spenders", "spenders", "viennese"]


@pytest.mark.parametrize("name", NAMES)
def test_a_segment_holds_exactly_those_whom_the_rule_means(shared, name) -> None:
    page = read_members(shared, name, limit=100)
    assert {row[0] for row in page.rows} == keys(where=name)
    assert page.version.size == len(page.rows) > 0


def test_everything_of_one_refresh_has_one_run_and_one_instant(shared) -> None:
    versions = [entry.segment.current for entry in list_segments(shared)]
    assert {version.run_id for version in versions} == {versions[0].run_id}
    assert {version.as_of for version in versions} == {AS_OF}
    (run,) = every_run(shared)
    assert run.state is RunState.PUBLISHED
    assert sorted(run.rules) == NAMES
    questions = run.figures["questions"]
    assert questions["distinct"] >= questions["indexed"] > 0
    # making the workspace has told what its rules would do, at the same instant
    assert questions["reused"] > 0


def test_a_version_tells_its_universe_its_watermark_and_its_sql(shared) -> None:
    entry, history = show_segment(shared, "quiet")
    (version,) = history
    assert version == entry.segment.current
    assert version.universe_size == 40
    assert version.entered == version.size
    assert version.left == 0
    assert version.watermark is not None
    assert version.watermark < AS_OF
    assert version.sql.startswith("WITH events_1 AS (")


def test_a_named_rule_takes_its_parents_along(context) -> None:
    found = refresh(context, ["mail_to_win_back"], as_of=AS_OF + timedelta(days=1))
    names = [name for name, _ in found.versions]
    assert sorted(names) == ["mail_to_win_back", "quiet", "quiet_spenders", "spenders"]
    assert names.index("quiet_spenders") > names.index("spenders")
    assert names[-1] == "mail_to_win_back"


def test_entered_and_left_are_counted_against_the_version_before(context) -> None:
    later = AS_OF + timedelta(days=20)
    before = keys(where="quiet")
    found = dict(refresh(context, ["quiet"], as_of=later).versions)["quiet"]
    after = {row[0] for row in read_members(context, "quiet", limit=100).rows}
    assert after > before
    assert (found.number, found.entered, found.left) == (2, len(after - before), 0)


def test_an_unknown_rule_is_refused_before_a_run_is_made(context) -> None:
    with pytest.raises(NotFound) as caught:
        refresh(context, ["nobody"])
    assert caught.value.code == "UNKNOWN_RULE"
    assert len(every_run(context)) == 1


def test_refreshing_nothing_is_refused(context) -> None:
    with pytest.raises(NotFound) as caught:
        refresh(context, [])
    assert caught.value.code == "NO_RULES"


def test_a_failure_leaves_the_old_versions_and_a_failed_run(context) -> None:
    with context.open_warehouse(read_only=False) as warehouse:
        warehouse.connection.execute("ALTER TABLE users DROP COLUMN city").fetchall()
    before = list_segments(context)
    with pytest.raises(EngineFailed) as caught:
        refresh(context, as_of=AS_OF + timedelta(days=1))
    assert caught.value.kind == "missing_column"
    assert list_segments(context) == before
    run = every_run(context)[0]
    assert (run.state, run.error_code) == (RunState.FAILED, "ENGINE_MISSING_COLUMN")


def test_a_failure_while_writing_members_leaves_no_file_behind(context) -> None:
    segments = context.folder / "segments"
    shutil.rmtree(segments / "spenders")
    (segments / "spenders").write_text("in the way")
    before = sorted(segments.rglob("*.members*"))
    with pytest.raises(Unavailable) as caught:
        refresh(context, as_of=AS_OF + timedelta(days=1))
    assert caught.value.code == "MEMBERS_UNWRITABLE"
    assert sorted(segments.rglob("*.members*")) == before
    run = every_run(context)[0]
    assert (run.state, run.error_code) == (RunState.FAILED, "MEMBERS_UNWRITABLE")


@pytest.mark.parametrize(
    "harm", [lambda path: path.unlink(), lambda path: path.write_bytes(b"damaged")]
)
def test_a_refresh_heals_lost_and_damaged_members(context, harm) -> None:
    harm(next((context.folder / "segments" / "quiet").iterdir()))
    refresh(context, ["quiet"])
    found = {row[0] for row in read_members(context, "quiet", limit=100).rows}
    assert found == keys(where="quiet")


@pytest.fixture
def forgetful(installation) -> Iterator[WorkspaceContext]:
    """The workspace, set to keep the members of two versions only."""
    with installation.opened() as opened:
        change_settings(opened, {"versions_kept": 2})
        yield opened


def test_only_the_newest_versions_keep_their_members(forgetful) -> None:
    for day in range(1, 4):
        refresh(forgetful, ["viennese"], as_of=AS_OF + timedelta(days=day))
    _, history = show_segment(forgetful, "viennese", versions=100)
    assert [version.bitmap is not None for version in history] == [True, True, False, False]
    assert len(list((forgetful.folder / "segments" / "viennese").iterdir())) == 2
    with pytest.raises(Conflict) as caught:
        version_members(forgetful, history[-1], read_entities(forgetful.folder))
    assert caught.value.code == "VERSION_SWEPT"


def test_versions_that_a_rule_compares_keep_their_members(forgetful) -> None:
    text = "- {name: gone_quiet, where: {segment: quiet, changed: {entered: {last: P7D}}}}"
    apply(forgetful, plan_apply(forgetful, documents(text)))
    for hour in range(1, 5):
        refresh(forgetful, ["quiet", "gone_quiet"], as_of=AS_OF + timedelta(hours=hour))
    _, history = show_segment(forgetful, "quiet", versions=100)
    assert [version.bitmap is not None for version in history] == [True] * 5
    # Nobody was quiet before the first version, so all its members entered with it.
    entered = {row[0] for row in read_members(forgetful, "gone_quiet", limit=100).rows}
    assert entered >= keys(where="quiet")


def test_a_version_that_a_rule_names_keeps_its_members(forgetful) -> None:
    text = "- {name: first_quiet, where: {segment: quiet, version: 1}}"
    apply(forgetful, plan_apply(forgetful, documents(text)))
    for day in range(1, 4):
        refresh(forgetful, ["quiet"], as_of=AS_OF + timedelta(days=day))
    refresh(forgetful, ["first_quiet"])
    found = {row[0] for row in read_members(forgetful, "first_quiet", limit=100).rows}
    assert found == keys(where="quiet")
