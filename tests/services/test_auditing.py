"""The audit log is read by who may, exported safely, and whatever is done to it is found."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import text

from muster.base.audit_chain import ChainKeys, Head
from muster.base.errors import Forbidden, InvalidInput
from muster.base.people import (
    Permission,
    Principal,
    PrincipalKind,
    Role,
    local_principal,
    permissions_of,
)
from muster.services import auditing
from muster.services.access import enter_locally
from muster.services.auditing import AuditFilter, AuditLog, export, head, verify
from muster.services.context import WorkspaceContext
from muster.store import audit
from muster.store.database import Database, open_database

COUNT = 8


@pytest.fixture
def database(database_url: str) -> Iterator[Database]:
    opened = open_database(database_url)
    yield opened
    opened.close()


@pytest.fixture(params=[None, "secret"], ids=["plain", "sealed"])
def log(request: pytest.FixtureRequest, database: Database) -> AuditLog:
    """A chain of eight entries, once hashed and once sealed with a key."""
    chosen = audit.with_keys(database, ChainKeys.read(request.param))
    made = AuditLog(chosen, None, "installation", "auditor")
    write(made, COUNT)
    return made


def write(log: AuditLog, count: int) -> None:
    with log.transaction() as connection:
        for number in range(count):
            audit.record(
                connection,
                log.workspace_id,
                actor="ada",
                action="rule.update",
                subject=f"rule/r{number}",
                after={"share": 0.1 * number, "n": 10**20},
            )


def tamper(log: AuditLog, *statements: str) -> None:
    """Do what the triggers refuse, as whoever owns the database can."""
    with log.database.transaction() as connection:
        connection.execute(text("ALTER TABLE audit DISABLE TRIGGER audit_is_append_only"))
        for statement in statements:
            connection.execute(text(statement))
        connection.execute(text("ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_append_only"))


def test_an_untouched_chain_holds(log: AuditLog) -> None:
    found = verify(log, exported=head(log))
    assert found.holds
    assert found.entries == COUNT
    assert found.head == head(log)
    assert found.sealed in (0, COUNT)


def test_an_empty_chain_holds_and_has_no_head(database: Database) -> None:
    found = verify(AuditLog(database, None, "installation", "auditor"))
    assert (found.holds, found.entries, found.head) == (True, 0, None)


SWAP_PLACES = (
    "UPDATE audit SET position = -1 WHERE position = {0}",
    "UPDATE audit SET position = {0} WHERE position = {1}",
    "UPDATE audit SET position = {1} WHERE position = -1",
)


@pytest.mark.parametrize(
    ("statements", "position", "why"),
    [
        (["UPDATE audit SET actor = 'bob' WHERE position = 3"], 3, "altered"),
        (["UPDATE audit SET after = '{\"n\": 2}' WHERE position = 1"], 1, "altered"),
        (["UPDATE audit SET at = at + interval '1 us' WHERE position = 8"], 8, "altered"),
        (["UPDATE audit SET hash = 'sha256:00' WHERE position = 2"], 2, None),
        (["UPDATE audit SET hash = NULL WHERE position = 4"], 4, None),
        (["DELETE FROM audit WHERE position = 5"], 5, "removed"),
        (["DELETE FROM audit WHERE position = 1"], 1, "removed"),
        (
            [
                "DELETE FROM audit WHERE position = 5",
                "UPDATE audit SET position = position - 1 WHERE position = 6",
            ],
            5,
            "altered",
        ),
        ([part.format(3, 4) for part in SWAP_PLACES], 3, "reordered"),
        ([part.format(2, 7) for part in SWAP_PLACES], 2, "reordered"),
        ([part.format(1, 2) for part in SWAP_PLACES], 1, "reordered"),
        (
            [
                "INSERT INTO audit (actor, action, subject, reason) VALUES ('eve','a.b','c','')",
            ],
            9,
            "inserted",
        ),
        (
            [
                "INSERT INTO audit (actor, action, subject, reason, position, previous_hash, hash)"
                " SELECT 'eve', 'a.b', 'c', '', 9, hash, hash FROM audit WHERE position = 8"
            ],
            9,
            "altered",
        ),
    ],
)
def test_tampering_is_found(
    log: AuditLog, statements: list[str], position: int, why: str | None
) -> None:
    tamper(log, *statements)
    broken = verify(log).broken
    assert broken is not None
    assert broken.position == position
    assert broken.why == why or why is None
    assert verify(log).entries == position - 1


def test_a_tail_that_was_cut_off_is_found_against_a_head_kept_elsewhere(log: AuditLog) -> None:
    kept = head(log)
    tamper(log, "DELETE FROM audit WHERE position > 6")
    assert verify(log).holds
    broken = verify(log, exported=kept).broken
    assert broken is not None
    assert (broken.position, broken.why) == (7, "cut")


def test_a_tail_written_anew_is_found_against_a_head_kept_elsewhere(log: AuditLog) -> None:
    kept = head(log)
    tamper(log, "DELETE FROM audit WHERE position > 6")
    write(log, 4)
    assert verify(log).holds
    broken = verify(log, exported=kept).broken
    assert broken is not None
    assert (broken.position, broken.why) == (8, "rewritten")


def test_a_chain_that_grew_since_its_head_was_exported_holds(log: AuditLog) -> None:
    kept = head(log)
    write(log, 2)
    assert verify(log, exported=kept).holds


def test_one_entry_forged_without_the_key_is_found(database: Database) -> None:
    """Whoever can only write to the database cannot go on with a sealed chain."""
    sealed = AuditLog(
        audit.with_keys(database, ChainKeys(("secret",))), None, "installation", "auditor"
    )
    write(sealed, 2)
    forger = AuditLog(
        audit.with_keys(database, ChainKeys(("guess",))), None, "installation", "auditor"
    )
    write(forger, 1)
    broken = verify(sealed).broken
    assert broken is not None
    assert (broken.position, broken.why) == (3, "unknown_key")


def test_falling_back_to_hashes_without_a_key_is_found(database: Database) -> None:
    keyed = audit.with_keys(database, ChainKeys(("secret",)))
    sealed = AuditLog(keyed, None, "installation", "auditor")
    plain = AuditLog(database, None, "installation", "auditor")
    write(plain, 2)
    write(sealed, 2)
    assert verify(sealed).holds
    assert verify(sealed).sealed == 2
    tamper(sealed, "UPDATE audit SET position = position + 100 WHERE position > 2")
    write_plain_third = (
        "UPDATE audit SET workspace_id = NULL, hash = 'sha256:' || repeat('0', 64)"
        " WHERE position = 104"
    )
    tamper(
        sealed,
        write_plain_third,
        "UPDATE audit SET position = position - 100 WHERE position > 100",
    )
    broken = verify(sealed).broken
    assert broken is not None
    assert (broken.position, broken.why) == (4, "unsealed")


def test_a_new_key_goes_on_where_the_old_one_ended(database: Database) -> None:
    for keys, count in (("old", 2), ("new,old", 3)):
        chosen = audit.with_keys(database, ChainKeys.read(keys))
        log = AuditLog(chosen, None, "installation", "auditor")
        write(log, count)
    assert verify(log).holds
    assert verify(log).sealed == 5


def test_entries_from_before_there_were_chains_are_kept_and_counted(database: Database) -> None:
    old = "INSERT INTO audit (actor, action, subject, reason) VALUES ('a', 'b.c', 'd', '')"
    with database.transaction() as connection:
        connection.execute(text(old))
        connection.execute(text(old))
    log = AuditLog(database, None, "installation", "auditor")
    assert verify(log).before_chain == 2
    write(log, 3)
    found = verify(log)
    assert (found.holds, found.entries, found.before_chain) == (True, 3, 2)
    assert auditing.entries_of(log, limit=9).total == 5


def test_pages_come_newest_first_and_a_cursor_goes_on(log: AuditLog) -> None:
    first = auditing.entries_of(log, limit=3)
    assert [entry.position for entry in first.items] == [8, 7, 6]
    assert first.total == COUNT
    second = auditing.entries_of(log, limit=3, before_id=first.items[-1].id)
    assert [entry.position for entry in second.items] == [5, 4, 3]
    assert [e.position for e in auditing.entries_of(log, limit=3, offset=6).items] == [2, 1]


def test_csv_is_harmless_in_a_spreadsheet_and_complete(log: AuditLog) -> None:
    with log.transaction() as connection:
        audit.record(
            connection, None, actor="=cmd()", action="a.b", subject="+1", reason='say "hi"\n@x'
        )
    rows = list(csv.DictReader(io.StringIO("".join(export(log, file_format="csv")))))
    assert [int(row["position"]) for row in rows] == list(range(1, COUNT + 3))
    evil = rows[COUNT]
    assert (evil["actor"], evil["subject"]) == ("'=cmd()", "'+1")
    assert evil["reason"] == 'say "hi"\n@x'
    assert json.loads(rows[1]["after"]) == {"n": 10**20, "share": 0.1}
    assert rows[-1]["action"] == "audit.export"
    assert rows[-1]["actor"] == "auditor"


def test_json_lines_hold_one_entry_each_and_obey_filters(log: AuditLog) -> None:
    wanted = AuditFilter(subject="rule/r3")
    lines = "".join(export(log, file_format="jsonl", wanted=wanted)).splitlines()
    (only,) = [json.loads(line) for line in lines]
    assert only["position"] == 4
    assert only["at"].endswith("Z")
    assert only["after"]["n"] == 10**20


def test_another_format_is_refused_and_not_audited(log: AuditLog) -> None:
    with pytest.raises(InvalidInput) as refused:
        export(log, file_format="xlsx")
    assert refused.value.code == "BAD_FORMAT"
    assert verify(log).entries == COUNT


def test_a_bad_head_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        auditing.read_head("yesterday", path="--head")
    assert (refused.value.code, refused.value.path) == ("BAD_HEAD", "--head")
    assert auditing.read_head("3:sha256:ab", path="--head") == Head(3, "sha256:ab")


@pytest.mark.parametrize(
    ("role", "may"), [(role, role is Role.ADMIN) for role in Role], ids=[str(r) for r in Role]
)
def test_only_an_admin_reads_a_workspaces_log(
    shared: WorkspaceContext, role: Role, may: bool
) -> None:
    context = replace(shared, role=role, permissions=permissions_of(role))
    assert (Permission.READ_AUDIT in context.permissions) is may
    if may:
        assert auditing.of_workspace(context).name == shared.workspace.name
        return
    with pytest.raises(Forbidden):
        auditing.of_workspace(context)


def test_only_an_admin_of_the_installation_reads_its_log(shared: WorkspaceContext) -> None:
    with pytest.raises(Forbidden):
        auditing.of_installation(shared.resources, Principal("bob", PrincipalKind.USER))
    assert auditing.of_installation(shared.resources, local_principal("me")).workspace_id is None


def test_the_deeds_of_a_real_workspace_make_a_chain_that_holds(shared: WorkspaceContext) -> None:
    context = enter_locally(shared.resources, shared.workspace.name, actor="auditor")
    found = verify(auditing.of_workspace(context))
    assert found.holds
    assert found.entries > 2
