"""Collecting files: what nothing points to goes, what somebody works on or reads stays."""

from __future__ import annotations

from datetime import timedelta

from muster.services.collecting import collect, discard
from muster.services.publishing import member_file
from muster.services.refresh import execute
from muster.services.segments import read_members
from tests.services.claiming import begun, taken_over
from tests.services.small_workspace import AS_OF, keys

LATER = AS_OF + timedelta(days=1)


def files(context) -> set[str]:
    return {path.name for path in (context.folder / "segments" / "quiet").iterdir()}


def leave(context, *names: str) -> None:
    for name in names:
        (context.folder / "segments" / "quiet" / name).write_bytes(b"left")


def test_what_versions_point_to_stays(context) -> None:
    assert collect(context) == 0
    found = {row[0] for row in read_members(context, "quiet", limit=100).rows}
    assert found == keys(where="quiet")


def test_files_of_runs_that_are_over_go_and_foreign_ones_stay(context) -> None:
    before = files(context)
    leave(context, "77.1.members", "77.members", "78.2.members.tmp9", "README.txt")
    assert collect(context) == 3
    assert files(context) == before | {"README.txt"}


def test_an_attempt_at_work_keeps_its_files_but_not_those_of_earlier_ones(context) -> None:
    attempt = taken_over(begun(context, ["quiet"], as_of=LATER))
    number = attempt.run.id
    leave(context, f"{number}.1.members", f"{number}.2.members", f"{number}.2.members.tmp5")
    assert collect(context) == 1
    assert f"{number}.1.members" not in files(context)
    assert {f"{number}.2.members", f"{number}.2.members.tmp5"} <= files(context)


def test_an_attempt_removes_its_own_files_unless_they_are_published(context) -> None:
    attempt = begun(context, ["quiet"], as_of=LATER)
    execute(attempt)
    discard(attempt)  # as if the answer to its commit had been lost
    assert member_file(attempt, "quiet").name in files(context)
    unpublished = begun(context, ["quiet"], as_of=LATER)
    leave(context, member_file(unpublished, "quiet").name)
    discard(unpublished)
    assert member_file(unpublished, "quiet").name not in files(context)


def test_half_written_entity_dictionaries_go(context) -> None:
    (context.folder / "entities.tmp4711").write_bytes(b"half")
    assert collect(context) == 1
    assert collect(context) == 0
