"""Roles: each may do all that the one before may, and the page about them says so."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from muster.base.people import (
    Permission,
    Role,
    lesser,
    local_principal,
    permissions_of,
    system_principal,
)

PAGE = Path(__file__).parents[2] / "docs/concepts/people-and-roles.md"


def test_each_role_may_do_all_that_the_one_before_may_and_more() -> None:
    for lower, higher in pairwise(Role):
        assert permissions_of(lower) < permissions_of(higher)
    assert permissions_of(Role.ADMIN) == set(Permission)


@pytest.mark.parametrize(
    ("first", "second", "less"),
    [
        (Role.VIEWER, Role.ADMIN, Role.VIEWER),
        (Role.OPERATOR, Role.ANALYST, Role.ANALYST),
        (Role.ADMIN, Role.ADMIN, Role.ADMIN),
    ],
)
def test_the_lesser_of_two_roles_may_do_less(first: Role, second: Role, less: Role) -> None:
    assert lesser(first, second) is less


def test_the_person_at_the_machine_and_muster_itself_may_enter_everything() -> None:
    assert local_principal("ada").installation_admin
    assert system_principal().installation_admin


def test_the_page_about_roles_has_the_table_of_the_code() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in PAGE.read_text().splitlines()
        if line.startswith("| ")
    ]
    head, *permissions = rows
    assert head[2:] == [role.value for role in Role]
    assert {row[0]: [cell == "yes" for cell in row[2:]] for row in permissions} == {
        f"`{permission}`": [permission in permissions_of(role) for role in Role]
        for permission in Permission
    }
