"""What was made lately is remembered, and no more than that."""

from __future__ import annotations

import pytest

from muster.base.recent import Recent


def test_a_value_is_made_once() -> None:
    made: list[int] = []
    recent: Recent[str, int] = Recent(kept=2)
    for _ in range(3):
        assert recent.get("a", lambda: made.append(1) or 7) == 7
    assert made == [1]


def test_what_was_not_used_for_longest_goes_first() -> None:
    recent: Recent[str, str] = Recent(kept=2)
    recent.get("a", lambda: "old a")
    recent.get("b", lambda: "old b")
    recent.get("a", lambda: "never made")
    recent.get("c", lambda: "old c")
    assert recent.get("a", lambda: "new a") == "old a"
    assert recent.get("b", lambda: "new b") == "new b"


def test_a_failure_is_not_remembered() -> None:
    recent: Recent[str, float] = Recent(kept=2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 / 0)
    assert recent.get("a", lambda: 1.0) == 1.0
