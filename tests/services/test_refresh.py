"""Refreshing: the right members, all versions or none, runs that tell what happened."""

from __future__ import annotations

import pytest

from muster.services.segments import read_members
from tests.services.small_workspace import keys


@pytest.mark.parametrize(
    "name", ["viennese", "spenders", "quiet", "quiet_spenders", "mail_to_win_back"]
)
def test_a_segment_holds_exactly_those_whom_the_rule_means(shared, name) -> None:
    page = read_members(shared, name, limit=100)
    assert {row[0] for row in page.rows} == keys(where=name)
    assert page.version.size == len(page.rows) > 0
