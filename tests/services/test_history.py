"""Who entered, who left, who was a member when: over several versions of the small workspace."""

from __future__ import annotations

from datetime import timedelta
from itertools import pairwise

import pytest

from muster.base.errors import Conflict, InvalidInput, NotFound
from muster.engines.entities import read_entities
from muster.services.exporting import export_to_file
from muster.services.history import entity_history
from muster.services.refresh import refresh
from muster.services.segments import find_version, read_members, version_at
from muster.store import segments as segment_store
from tests.services.small_workspace import AS_OF, PAYMENTS, USERS

DAYS = (0, 7, 21, 40)


def quiet_at(days: int) -> set[int]:
    """Return who did not buy in the 30 days before, by hand."""
    end = (AS_OF + timedelta(days=days)).replace(tzinfo=None)
    recent = {one.user for one in PAYMENTS if end - timedelta(days=30) <= one.at < end}
    return {user.key for user in USERS} - recent


@pytest.fixture
def versions(context):
    for days in DAYS[1:]:
        refresh(context, ["quiet"], as_of=AS_OF + timedelta(days=days))
    return context


def listed(context, **arguments) -> list[int]:
    page = read_members(context, "quiet", limit=100, **arguments)
    assert page.total == len(page.rows)
    return [row[0] for row in page.rows]


def test_who_entered_and_left_with_each_version_is_listed(versions) -> None:
    assert listed(versions, version=1, change="entered") == sorted(quiet_at(0))
    assert listed(versions, version=1, change="left") == []
    for number, (before, after) in enumerate(pairwise(DAYS), start=2):
        entered, left = quiet_at(after) - quiet_at(before), quiet_at(before) - quiet_at(after)
        assert listed(versions, version=number, change="entered") == sorted(entered)
        assert listed(versions, version=number, change="left") == sorted(left)
        _, version = find_version(versions, "quiet", number)
        assert (version.entered, version.left) == (len(entered), len(left))
    assert any(quiet_at(after) - quiet_at(before) for before, after in pairwise(DAYS))


def test_changes_come_page_by_page(versions) -> None:
    everybody = sorted(quiet_at(0))
    first = read_members(versions, "quiet", version=1, change="entered", limit=2)
    then = read_members(
        versions, "quiet", version=1, change="entered", limit=2, after=first.rows[-1][0]
    )
    assert [row[0] for row in (*first.rows, *then.rows)] == everybody[:4]
    assert (first.truncated, first.total, first.change) == (True, len(everybody), "entered")


def test_members_at_an_instant_are_those_of_the_last_version_before_it(versions) -> None:
    for at, days in ((0, 0), (6, 0), (7, 7), (20, 7), (21, 21), (400, 40)):
        instant = AS_OF + timedelta(days=at)
        assert version_at(versions, "quiet", instant)[1].as_of == AS_OF + timedelta(days=days)
        assert listed(versions, at=instant) == sorted(quiet_at(days))
    with pytest.raises(NotFound) as caught:
        read_members(versions, "quiet", at=AS_OF - timedelta(microseconds=1))
    assert caught.value.code == "NO_VERSION_YET"
    with pytest.raises(InvalidInput) as refused:
        read_members(versions, "quiet", at=AS_OF, version=1)
    assert refused.value.code == "VERSION_OR_TIME"


def test_an_entity_has_a_timeline(versions) -> None:
    for user in USERS:
        spells = entity_history(versions, "quiet", str(user.key)).spells
        states = [user.key in quiet_at(days) for days in DAYS]
        spread = [
            one.member for one in spells for _ in range(one.first.number, one.last.number + 1)
        ]
        assert spread == states
        assert all(one.member is not other.member for one, other in pairwise(spells))


def test_swept_and_lost_members_are_not_guessed(versions) -> None:
    segment, second = find_version(versions, "quiet", 2)
    with versions.transaction() as connection:
        segment_store.forget_bitmaps(connection, versions.workspace.id, segment.id, keep_last=3)
    _, third = find_version(versions, "quiet", 3)
    (versions.resources.data_folder / third.bitmap).write_bytes(b"spoilt")
    found = entity_history(versions, "quiet", "1").spells
    assert found[0].member is None
    assert (found[0].first.number, found[0].last.number) == (1, 1)
    assert None in [one.member for one in found[1:]]
    for arguments in ({"version": 2, "change": "entered"}, {"at": AS_OF}):
        with pytest.raises(Conflict) as caught:
            read_members(versions, "quiet", **arguments)
        assert caught.value.code == "VERSION_SWEPT"
    assert second.number == 2


@pytest.mark.parametrize("key", ["77777", "somebody", "-1", "9" * 30, ""])
def test_who_was_never_seen_has_no_history(shared, key) -> None:
    with pytest.raises(NotFound) as caught:
        entity_history(shared, "quiet", key)
    assert caught.value.code == "UNKNOWN_ENTITY"
    assert read_entities(shared.folder).size == len(USERS)


def test_changes_are_exported(versions, tmp_path) -> None:
    target = tmp_path / "left.csv"
    found = export_to_file(
        versions, "quiet", target, file_format="csv", version=2, change="entered"
    )
    entered = sorted(quiet_at(7) - quiet_at(0))
    assert found.rows == len(entered)
    assert target.read_text().split()[1:] == [str(key) for key in entered]
