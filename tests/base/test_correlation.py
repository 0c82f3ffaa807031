"""Ids follow the work they are bound to, and end with it."""

from __future__ import annotations

import pytest

from muster.base.correlation import bind, current


def test_nothing_is_bound_at_first() -> None:
    assert current() == {}


def test_inner_ids_join_outer_ones_and_none_changes_nothing() -> None:
    with bind(request_id="r", workspace="shop"):
        with bind(run_id=3, request_id=None):
            assert current() == {"request_id": "r", "workspace": "shop", "run_id": "3"}
        assert current() == {"request_id": "r", "workspace": "shop"}


def test_a_failure_unbinds_too() -> None:
    with pytest.raises(RuntimeError), bind(request_id="r"):
        raise RuntimeError
    assert current() == {}
