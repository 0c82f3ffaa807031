"""A backup holds everything as of one moment; a restore gives it all back or changes nothing."""

from __future__ import annotations

import io
import json
import stat
import tarfile
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.engine import make_url

from muster.base.errors import Busy, Conflict, InvalidFile, MusterError
from muster.base.notices import ChannelKind
from muster.base.people import local_principal
from muster.secret_key import load_secret_keys
from muster.services import auditing, backing_up, channels, restoring
from muster.services.access import enter_locally
from muster.services.backup_file import Manifest
from muster.services.context import WorkspaceContext
from muster.services.members import keys_of
from muster.services.orders.opening import open_desk
from muster.services.refresh import refresh
from muster.settings import Settings
from muster.store import audit, dump, segments
from muster.store.columns import metadata
from muster.store.database import Database, open_database, without_row_role
from muster.store.row_security import unguarded_tables
from muster.wiring import open_resources, open_unmigrated
from tests.orders_shop import ORDERS, make_desk
from tests.services.small_workspace import AS_OF, CLOCK, NAME, Installation, new_database


def quiet(_what: str) -> None:
    """Tell nobody."""


def take(context: WorkspaceContext, target: Path, **options: bool) -> Manifest:
    return backing_up.back_up(
        context.resources, target, actor="ann", tell=quiet, **options
    ).manifest


def settings_of(url: str, folder: Path) -> Settings:
    return Settings(data=folder, database_url=url, threads=1)


def give(url: str, folder: Path, source: Path, *, force: bool = False) -> restoring.Restored:
    settings = settings_of(url, folder)
    with open_unmigrated(settings, application_name="muster-restore") as (database, data):
        return restoring.restore_backup(
            database, data, source, actor="bob", tell=quiet, force=force
        )


@contextmanager
def opened(url: str, folder: Path) -> Iterator[WorkspaceContext]:
    with open_resources(settings_of(url, folder), clock=CLOCK) as resources:
        yield enter_locally(resources, NAME, actor="tester")


def rows(database: Database) -> dict[str, list[tuple[Any, ...]]]:
    with database.transaction() as connection:
        return {
            table.name: sorted(map(tuple, connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
        }


def members(context: WorkspaceContext) -> dict[tuple[str, int], list[object]]:
    """Return the keys of every version of every segment that keeps them."""
    with context.transaction() as connection:
        found = [
            (segment.name, version)
            for segment in segments.every(connection, context.workspace.id)
            for version in segments.versions(
                connection, context.workspace.id, segment.id, limit=100
            )
        ]
    return {
        (name, version.number): keys_of(context, version).tolist()
        for name, version in found
        if version.bitmap is not None
    }


def chains_hold(context: WorkspaceContext) -> bool:
    logs = [
        auditing.of_workspace(context),
        auditing.of_installation(context.resources, local_principal("tester")),
    ]
    return all(auditing.verify(log).holds for log in logs)


@pytest.fixture
def elsewhere(installation: Installation) -> Iterator[str]:
    """The URL of an empty database."""
    with new_database(installation.server, template="template1") as name:
        yield installation.server.url(database=name)


def test_everything_comes_back_elsewhere(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    file, folder = tmp_path / "all.backup", tmp_path / "restored"
    before, kept = rows(context.resources.database), members(context)
    manifest = take(context, file)
    assert (manifest.missing, manifest.workspaces) == ((), (NAME,))
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    done = give(elsewhere, folder, file)
    assert (done.migrations, done.kept) == ((), None)
    with opened(elsewhere, folder) as restored:
        after = rows(restored.resources.database)
        added = [entry for entry in after["audit"] if entry not in before["audit"]]
        assert len(added) == 1  # the restore itself
        after["audit"] = [entry for entry in after["audit"] if entry in before["audit"]]
        assert after == before
        assert members(restored) == kept
        assert len(kept) == 5
        assert chains_hold(restored)
        assert unguarded_tables(restored.resources.database) == ()
        refresh(restored, as_of=AS_OF)  # with the warehouse that came along
        newest = {name: keys for (name, number), keys in members(restored).items() if number == 2}
        assert newest == {name: keys for (name, _), keys in kept.items()}
    with context.resources.database.transaction() as connection:
        (entry,) = audit.every(connection, None, limit=1)
    assert (entry.action, entry.actor) == ("backup.create", "ann")


def test_a_backup_under_load_is_one_moment(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    stop, began, failures = threading.Event(), threading.Event(), []

    def write() -> None:
        try:
            while not stop.is_set():
                refresh(context, as_of=AS_OF)
                began.set()
        except MusterError as error:
            failures.append(error)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert began.wait(60)
        for number in range(3):
            take(context, tmp_path / f"{number}.backup")
    finally:
        stop.set()
        writer.join()
    assert failures == []
    expected = members(context)
    assert len(expected) >= 10
    give(elsewhere, tmp_path / "restored", tmp_path / "2.backup")
    with opened(elsewhere, tmp_path / "restored") as restored:
        found = members(restored)  # every version the database knows can be read
        assert len(found) >= 10
        assert found == {key: expected[key] for key in found if key in expected}
        assert chains_hold(restored)


def test_a_file_that_was_lost_before_is_said_and_stops_no_backup(
    context: WorkspaceContext, tmp_path: Path
) -> None:
    with context.transaction() as connection:
        (segment, *_) = segments.every(connection, context.workspace.id)
    assert segment.current is not None
    (context.resources.data_folder / str(segment.current.bitmap)).unlink()
    assert take(context, tmp_path / "file").missing == (segment.current.bitmap,)


def test_a_file_that_is_swept_meanwhile_leads_to_a_later_snapshot(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    for _ in range(2):
        refresh(context, as_of=AS_OF)
    asked: list[str] = []

    def sweep(what: str) -> None:
        """Forget old versions' members between the snapshot and the links, once."""
        asked.append(what)
        if asked.count("members") > 1 or what != "members":
            return
        with context.transaction() as connection:
            forgotten = [
                name
                for segment in segments.every(connection, context.workspace.id)
                for name in segments.forget_bitmaps(
                    connection, context.workspace.id, segment.id, keep_last=1
                )
            ]
        assert forgotten
        for name in forgotten:
            (context.resources.data_folder / name).unlink()

    file = tmp_path / "all.backup"
    done = backing_up.back_up(context.resources, file, actor="ann", tell=sweep)
    assert asked.count("members") == 2
    assert done.manifest.missing == ()
    give(elsewhere, tmp_path / "restored", file)
    with opened(elsewhere, tmp_path / "restored") as restored:
        assert members(restored) == members(context)


def damaged(body: bytes) -> dict[str, bytes]:
    middle = len(body) // 3
    flipped = body[:middle] + bytes([body[middle] ^ 1]) + body[middle + 1 :]
    return {
        "cut": body[: len(body) * 2 // 3],
        "without its end": body[:-20_000],
        "altered": flipped,
        "empty": b"",
        "text": b"no archive at all",
    }


@pytest.mark.parametrize("how", ["cut", "without its end", "altered", "empty", "text"])
def test_a_damaged_file_is_refused_and_changes_nothing(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path, how: str
) -> None:
    file, folder = tmp_path / "all.backup", tmp_path / "restored"
    take(context, file)
    file.write_bytes(damaged(file.read_bytes())[how])
    with pytest.raises(InvalidFile) as caught:
        give(elsewhere, folder, file)
    assert caught.value.code == "BACKUP_DAMAGED"
    assert list(folder.iterdir()) == []
    database = open_database(elsewhere)
    try:
        assert dump.is_empty(database)
    finally:
        database.close()


def rewritten(source: Path, target: Path, change: Callable[[dict[str, bytes]], None]) -> None:
    """Write a backup again with other parts, in their order."""
    with tarfile.open(source) as archive:
        parts = {one.name: archive.extractfile(one).read() for one in archive}  # type: ignore[union-attr]
    change(parts)
    with tarfile.open(target, "w") as archive:
        for name, body in parts.items():
            header = tarfile.TarInfo(name)
            header.size = len(body)
            archive.addfile(header, io.BytesIO(body))


def add_first(name: str) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        rest = dict(parts)
        parts.clear()
        parts |= {name: b"evil", **rest}

    return change


def drop(name: str) -> Callable[[dict[str, bytes]], None]:
    return lambda parts: parts.__delitem__(name)


def manifest_of(**changes: object) -> Callable[[dict[str, bytes]], None]:
    def change(parts: dict[str, bytes]) -> None:
        document = json.loads(parts["manifest.json"]) | changes
        parts["manifest.json"] = json.dumps(document).encode()

    return change


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (add_first("../evil"), "BACKUP_DAMAGED"),
        (add_first("/etc/evil"), "BACKUP_DAMAGED"),
        (add_first("workspaces/shop/../../evil"), "BACKUP_DAMAGED"),
        (add_first("workspaces/shop/.hidden"), "BACKUP_DAMAGED"),
        (add_first("workspaces/shop/extra"), "BACKUP_DAMAGED"),
        (add_first("secret.key"), "BACKUP_DAMAGED"),
        (drop("database.dump"), "BACKUP_DAMAGED"),
        (drop("manifest.json"), "BACKUP_DAMAGED"),
        (drop("workspaces/shop/entities.npy"), "BACKUP_DAMAGED"),
        (manifest_of(format="muster-backup-9"), "BACKUP_DAMAGED"),
        (manifest_of(parts=[]), "BACKUP_DAMAGED"),
        (manifest_of(surprise=1), "BACKUP_DAMAGED"),
        (manifest_of(migration="9999"), "BACKUP_NEWER"),
    ],
)
def test_what_no_backup_holds_is_refused(
    context: WorkspaceContext,
    elsewhere: str,
    tmp_path: Path,
    change: Callable[[dict[str, bytes]], None],
    code: str,
) -> None:
    take(context, tmp_path / "good", warehouses=False)
    rewritten(tmp_path / "good", tmp_path / "bad", change)
    with pytest.raises(InvalidFile) as caught:
        give(elsewhere, tmp_path / "restored", tmp_path / "bad")
    assert caught.value.code == code
    assert list((tmp_path / "restored").iterdir()) == []
    assert not (tmp_path / "evil").exists()


def test_a_link_in_the_archive_is_refused(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    with tarfile.open(tmp_path / "bad", "w") as archive:
        link = tarfile.TarInfo("database.dump")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    with pytest.raises(InvalidFile):
        give(elsewhere, tmp_path / "restored", tmp_path / "bad")


def test_an_installation_that_is_not_empty_is_replaced_by_force_alone(
    context: WorkspaceContext, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    take(context, file)
    url = context.resources.database.engine.url.render_as_string(hide_password=False)
    folder = context.resources.data_folder
    channels.create_channel(context, kind=ChannelKind.EMAIL, name="later", target="a@example.org")
    with pytest.raises(Conflict) as caught:
        give(url, folder, file)
    assert caught.value.code == "RESTORE_NOT_EMPTY"
    assert len(channels.list_channels(context)) == 1
    done = give(url, folder, file, force=True)
    assert done.kept is not None
    assert (done.kept / "workspaces" / NAME / "warehouse.duckdb").exists()
    assert channels.list_channels(context) == ()
    assert chains_hold(context)
    assert len(members(context)) == 5


def test_a_failing_database_leaves_everything_as_it_was(
    context: WorkspaceContext, tmp_path: Path
) -> None:
    file = tmp_path / "all.backup"
    take(context, file)
    database = context.resources.database
    url = database.engine.url.render_as_string(hide_password=False)
    before = rows(database)
    with database.transaction() as connection:
        connection.execute(select(metadata.tables["rules"]).with_for_update())
        with pytest.raises(MusterError) as caught:  # the tables cannot be dropped
            give(url, context.resources.data_folder, file, force=True)
    assert caught.value.code == "DUMP_FAILED"
    assert rows(database) == before
    assert len(members(context)) == 5


def test_a_running_server_forbids_it(context: WorkspaceContext, tmp_path: Path) -> None:
    file = tmp_path / "all.backup"
    take(context, file)
    url = context.resources.database.engine.url.render_as_string(hide_password=False)
    server = open_database(url, application_name="muster-serve")
    try:
        with pytest.raises(Conflict) as caught:
            give(url, context.resources.data_folder, file, force=True)
    finally:
        server.close()
    assert caught.value.code == "RESTORE_IN_USE"


def test_an_older_backup_is_migrated_forward(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    # as if the last migrations had never been run: no policies
    database = context.resources.database
    with without_row_role(database).transaction() as connection:
        connection.exec_driver_sql("DROP TABLE kept")
        for table in unguarded_candidates():
            connection.exec_driver_sql(f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
            connection.exec_driver_sql(f"DROP POLICY workspace_rows ON {table}")
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0007'")
    take(context, tmp_path / "old")
    done = give(elsewhere, tmp_path / "restored", tmp_path / "old")
    assert done.migrations[0] == "0008"
    with opened(elsewhere, tmp_path / "restored") as restored:
        assert unguarded_tables(restored.resources.database) == ()
        assert chains_hold(restored)
        assert len(members(restored)) == 5


def unguarded_candidates() -> list[str]:
    return [
        table.name
        for table in metadata.sorted_tables
        if table.name != "kept" and ("workspace_id" in table.c or table.name == "workspaces")
    ]


def test_secrets_and_warehouses_are_in_it_only_when_they_should(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    keys = load_secret_keys(None, context.resources.data_folder)
    assert not take(context, tmp_path / "plain").has_secret_key
    manifest = take(context, tmp_path / "secret", secrets=True, warehouses=False)
    names = [part.name for part in manifest.parts]
    assert "secret.key" in names
    assert not any("warehouse" in name for name in names)
    give(elsewhere, tmp_path / "restored", tmp_path / "secret")
    assert load_secret_keys(None, tmp_path / "restored") == keys
    assert not (tmp_path / "restored" / "workspaces" / NAME / "warehouse.duckdb").exists()


def test_a_backup_replaces_no_file_and_leaves_none_behind_when_it_fails(
    context: WorkspaceContext, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "there").write_text("mine")
    with pytest.raises(Conflict) as caught:
        take(context, tmp_path / "there")
    assert caught.value.code == "BACKUP_EXISTS"
    monkeypatch.setattr(backing_up, "_WAREHOUSE_WAIT_SECONDS", 0.0)
    folder = tmp_path / "backups"
    folder.mkdir()
    with context.open_warehouse(read_only=False), pytest.raises(Busy):
        take(context, folder / "busy")
    assert list(folder.iterdir()) == []
    assert not list(context.resources.data_folder.glob(".backup-*"))
    with pytest.raises(MusterError) as unwritable:
        take(context, tmp_path / "no" / "such" / "folder")
    assert unwritable.value.code == "BACKUP_FAILED"


def test_no_password_is_in_the_arguments_of_a_program() -> None:
    url = make_url("postgresql+psycopg://ann:pa55@db.example:5433/muster?sslmode=require")
    told = dump._conninfo(url)
    assert "pa55" not in told
    for part in ("host=db.example", "port=5433", "sslmode=require", "muster.workspace_id=all"):
        assert part in told


def test_the_order_desk_comes_back_and_replaces_another(
    context: WorkspaceContext, elsewhere: str, tmp_path: Path
) -> None:
    file, folder = tmp_path / "all.backup", tmp_path / "restored"
    make_desk(context)
    take(context, file)
    for force in (False, True):  # into nothing, then over what has been changed meanwhile
        give(elsewhere, folder, file, force=force)
        with opened(elsewhere, folder) as restored, open_desk(restored) as (connection, desk):
            assert desk.currency == "USD"
            counted = "SELECT count(*) FROM orders WHERE total_amount = {} AND note IS NULL"
            items = "(SELECT sum(subtotal) FROM order_items i WHERE i.order_id = orders.order_id)"
            assert connection.scalar(text(counted.format(items))) > 100
            assert connection.scalar(text("SELECT count(*) FROM orders")) == ORDERS
            connection.execute(text("UPDATE orders SET note = 'changed later'"))
