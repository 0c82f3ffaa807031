"""Some members of an unsaved rule: spread, the same after an edit, masked like a segment's."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from muster.base.errors import Forbidden
from muster.base.people import Permission
from muster.rules.parse import parse_definition
from muster.services.auditing import entries_of, of_workspace
from muster.services.live import LivePart, LiveQuestion, answer
from muster.services.live_breakdown import AxesAsked
from muster.services.live_sample import Sample, spread
from muster.services.segments import read_members
from tests.services.small_workspace import USERS

VIENNESE = {"field": "city", "op": "=", "value": "Vienna"}


def sampled(context: Any, rule: Any, rows: int = 10, *, clear: bool = False) -> Sample:
    question = LiveQuestion(
        frozenset({LivePart.SAMPLE}), sample_rows=rows, axes=AxesAsked(clear=clear)
    )
    found = answer(context, parse_definition(rule), question).sample
    assert found is not None
    return found


def test_a_sample_shows_what_the_sample_of_a_segment_shows(shared) -> None:
    found = sampled(shared, VIENNESE, 20)
    page = read_members(shared, "viennese", columns=None)
    assert (found.columns, found.masked) == (page.columns, page.masked)
    assert found.rows == page.rows  # all of them: there are fewer than twenty
    assert found.rows[0][1:3] == ("***", "***")


def test_nobody_is_shown_of_a_rule_without_members(shared) -> None:
    found = sampled(shared, {"field": "city", "op": "=", "value": "Rome"})
    assert (found.rows, found.columns[0]) == ((), "user_id")


def test_an_edit_changes_the_rows_of_those_alone_whom_it_lets_in_or_out(shared) -> None:
    some = {row[0] for row in sampled(shared, {"field": "name", "op": "exists"}).rows}
    assert len(some) == 10
    ages = {user.key: user.age for user in USERS}
    older = {row[0] for row in sampled(shared, {"field": "age", "op": ">=", "value": 30}).rows}
    stayed = {key for key in some if (ages[key] or 0) >= 30}
    assert stayed <= older


def test_who_is_shown_comes_from_all_over_the_population() -> None:
    for members in (np.arange(1_000_000), np.arange(0, 1_000_000, 7), np.arange(64, 1_000_000, 64)):
        found = np.sort(spread(members, 10))
        assert len(set(found.tolist())) == 10
        assert found.tolist() == np.sort(spread(members, 10)).tolist()
        tenths = set((found // 100_000).tolist())
        assert len(tenths) >= 5, found


def test_personal_values_are_shown_to_whom_they_are_for_and_that_is_written_down(context) -> None:
    assert sampled(context, VIENNESE).masked == ("name", "email", "home_latitude", "home_longitude")
    shown = sampled(context, VIENNESE, 2, clear=True)
    assert shown.masked == ()
    assert shown.rows[0][1].startswith("Person ")
    entry = entries_of(of_workspace(context), limit=1).items[0]
    assert (entry.action, entry.subject) == ("personal.read", "live")
    assert entry.after == {"fields": ["name", "email", "home"], "count": 2, "how": "sample"}
    analyst = replace(context, permissions=frozenset({Permission.READ, Permission.EDIT}))
    with pytest.raises(Forbidden):
        sampled(analyst, VIENNESE, clear=True)
