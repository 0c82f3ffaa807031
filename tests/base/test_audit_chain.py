"""An entry's hash moves with everything it says, and with nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any

import pytest

from muster.base.audit_chain import PLAIN, ChainKeys, Head, hash_of, is_keyed, key_id, sealed
from muster.base.ids import WorkspaceId
from muster.base.records import AuditEntry

ENTRY = AuditEntry(
    id=7,
    workspace_id=WorkspaceId(1),
    at=datetime(2026, 1, 2, 3, 4, 5, 6, tzinfo=UTC),
    actor="ada",
    action="rule.update",
    subject="rule/vip",
    before={"version": 1, "share": 0.5},
    after=[1, "two", None],
    reason="wrong",
    request_id="r1",
    position=4,
    previous_hash="sha256:00",
)


def plain(entry: AuditEntry) -> str:
    return hash_of(entry, algorithm=PLAIN, secret=None)


@pytest.mark.parametrize(
    "change",
    [
        {"workspace_id": WorkspaceId(2)},
        {"workspace_id": None},
        {"at": ENTRY.at + timedelta(microseconds=1)},
        {"actor": "bob"},
        {"action": "rule.delete"},
        {"subject": "rule/vip2"},
        {"before": {"version": 2, "share": 0.5}},
        {"before": None},
        {"after": [1, "two"]},
        {"reason": ""},
        {"request_id": None},
        {"position": 5},
        {"previous_hash": "sha256:01"},
    ],
)
def test_the_hash_moves_with(change: dict[str, Any]) -> None:
    assert plain(replace(ENTRY, **change)) != plain(ENTRY)


@pytest.mark.parametrize(
    "change",
    [
        {"id": 8},
        {"hash": "sha256:ff"},
        {"at": ENTRY.at.astimezone(timezone(timedelta(hours=5)))},
        {"before": {"share": Decimal("0.50"), "version": 1.0}},
        {"after": (1, "two", None)},
    ],
)
def test_the_hash_does_not_move_with(change: dict[str, Any]) -> None:
    assert plain(replace(ENTRY, **change)) == plain(ENTRY)


def test_names_that_are_no_text_hash_as_the_database_gives_them_back() -> None:
    given, back = {2: "a", True: "b"}, {"2": "a", "true": "b"}
    assert plain(replace(ENTRY, after=given)) == plain(replace(ENTRY, after=back))


def test_the_key_and_the_algorithm_count() -> None:
    keys = ChainKeys(("secret",))
    found = {
        plain(ENTRY),
        sealed(ENTRY, keys),
        sealed(ENTRY, ChainKeys(("other",))),
        hash_of(ENTRY, algorithm=keys.algorithm, secret=None),
    }
    assert len({one.rpartition(":")[2] for one in found}) == 4
    assert is_keyed(sealed(ENTRY, keys))
    assert not is_keyed(sealed(ENTRY, ChainKeys()))


def test_older_keys_are_found_by_their_id() -> None:
    keys = ChainKeys.read("new,old")
    assert keys.secret_of(f"hmac-sha256:{key_id('old')}") == "old"
    assert keys.secret_of(f"hmac-sha256:{key_id('lost')}") is None
    assert ChainKeys.read(" , ").secrets == ChainKeys.read(None).secrets == ()


@pytest.mark.parametrize("head", [Head(12, "sha256:9f"), Head(1, "hmac-sha256:12345678:9f")])
def test_a_head_is_read_as_it_was_written(head: Head) -> None:
    assert Head.read(f" {head}\n") == head


@pytest.mark.parametrize("text", ["", "12", "x:sha256:9f", "-1:sha256:9f", "1:9f", "9" * 30])
def test_what_is_no_head_is_none(text: str) -> None:
    assert Head.read(text) is None
