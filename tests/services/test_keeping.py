"""What somebody keeps is theirs alone, in one workspace, within limits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from muster.base.errors import Conflict, MusterError, NotFound
from muster.base.people import Role
from muster.services import keeping
from muster.services.context import WorkspaceContext
from muster.services.keeping import forget, keep, list_kept, read_kept
from muster.services.people import remove_member
from tests.services.someone import BANK, Town, town_in


@pytest.fixture
def town(database_url: str, tmp_path: Path) -> Iterator[Town]:
    with town_in(database_url, tmp_path) as town:
        yield town


def found(context: WorkspaceContext, prefix: str = "") -> dict[str, Any]:
    return {one.key: one.value for one in list_kept(context, prefix=prefix)}


def test_neither_two_people_nor_two_workspaces_see_each_others(town: Town) -> None:
    ada = town.person("ada", shop=Role.ADMIN, bank=Role.ADMIN)
    bob = town.person("bob", shop=Role.VIEWER)
    everywhere = {
        "ada in the shop": town.entered(ada),
        "ada in the bank": town.entered(ada, BANK),
        "bob in the shop": town.entered(bob),
        "who sits at the machine, without an account": town.locally(),
    }
    for who, context in everywhere.items():
        keep(context, "preferences", who)
    for who, context in everywhere.items():
        assert found(context) == {"preferences": who}
    forget(everywhere["ada in the shop"], "preferences")
    assert found(everywhere["ada in the shop"]) == {}
    for who in list(everywhere)[1:]:
        assert read_kept(everywhere[who], "preferences").value == who


def test_what_is_kept_comes_back_as_it_was_and_the_last_word_wins(town: Town) -> None:
    context = town.locally()
    values = [None, True, 0.1, 10**400, "ünïcode \x00 'quoted'", [], {"b": 1, "a": [{"": None}]}]
    for value in values:
        first = keep(context, "draft:new", value)
        again = read_kept(context, "draft:new")
        assert (again.value, again.updated_at) == (value, first.updated_at)
    assert list(again.value) == ["b", "a"]
    assert town.audited() == []  # it is nobody else's business


def test_keys_are_found_by_how_they_begin(town: Town) -> None:
    context = town.locally()
    for key in ("draft:new", "draft:rule:1", "draft_new", "view:segments"):
        keep(context, key, key)
    assert list(found(context, "draft:")) == ["draft:new", "draft:rule:1"]
    assert list(found(context, "draft_")) == ["draft_new"]
    assert list(found(context, "%")) == []
    with pytest.raises(NotFound) as missing:
        read_kept(context, "draft")
    assert missing.value.code == "NOTHING_KEPT"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("x" * keeping.MOST_BYTES, "KEPT_TOO_LARGE"),
        ("ü" * (keeping.MOST_BYTES // 2), "KEPT_TOO_LARGE"),
        (float("nan"), "UNSTORABLE_NUMBER"),
        ([float("inf")], "UNSTORABLE_NUMBER"),
        ("\ud800", "UNSTORABLE_TEXT"),
    ],
)
def test_what_cannot_be_kept_is_refused(town: Town, value: Any, code: str) -> None:
    with pytest.raises(MusterError) as refused:
        keep(town.locally(), "draft:new", value)
    assert refused.value.code == code


def test_a_value_may_be_deep_but_not_endlessly(town: Town) -> None:
    def nested(levels: int) -> Any:
        value: Any = 1
        for level in range(levels):
            value = [value] if level % 2 else {"a": value}
        return value

    keep(town.locally(), "draft:new", nested(100))
    with pytest.raises(MusterError) as refused:
        keep(town.locally(), "draft:new", nested(101))
    assert refused.value.code == "KEPT_TOO_DEEP"


def test_there_is_room_for_so_many_and_one_of_them_can_still_be_changed(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "MOST_KEPT", 3)
    context = town.locally()
    for number in range(3):
        keep(context, f"view:{number}", number)
    with pytest.raises(Conflict, match="no more"):
        keep(context, "view:3", 3)
    keep(context, "view:2", "changed")
    keep(town.locally(BANK), "view:3", 3)
    forget(context, "view:0")
    forget(context, "view:0")
    keep(context, "view:3", 3)


def test_who_leaves_a_workspace_leaves_nothing_behind(town: Town) -> None:
    admin = town.entered(town.person("ada", shop=Role.ADMIN))
    bob = town.person("bob", shop=Role.VIEWER, bank=Role.VIEWER)
    for workspace in ("shop", BANK):
        keep(town.entered(bob, workspace), "preferences", {})
    keep(admin, "preferences", {})
    remove_member(admin, bob.id)
    with admin.transaction() as connection:
        left = keeping.kept.every(connection, admin.workspace.id, person=bob.email)
    assert left == ()
    assert found(town.entered(bob, BANK)) == found(admin) == {"preferences": {}}
