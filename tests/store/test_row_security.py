"""Row-level security: the database shows and takes one workspace's rows, whatever the query."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection, Table, delete, func, insert, select, text, update
from sqlalchemy.exc import ProgrammingError

from muster.base.ids import WorkspaceId
from muster.store import embedded, postmaster
from muster.store.database import Database, open_database, with_row_role
from muster.store.migrate import migrate
from muster.store.postgres_programs import find_programs
from muster.store.row_security import row_security_holds, unguarded_tables
from muster.store.schema import metadata
from tests.store.seed import INSTALLATION_TABLES, SEED

REFUSAL = "row-level security"
ONE, TWO = WorkspaceId(1), WorkspaceId(2)
OWNED = [table for table in metadata.sorted_tables if table.name not in INSTALLATION_TABLES]
GUARDED = pytest.mark.parametrize("table", OWNED, ids=lambda table: table.name)

NO_POLICIES = """
DO $$ DECLARE held text; BEGIN
    FOR held IN SELECT tablename FROM pg_policies LOOP
        EXECUTE format('DROP POLICY workspace_rows ON %I', held);
    END LOOP;
END $$
"""


@pytest.fixture(scope="module")
def seeded(module_database_url: str) -> Iterator[Database]:
    database = open_database(module_database_url)
    with database.transaction() as connection:
        connection.execute(text(SEED))
    yield database
    database.close()


@pytest.fixture
def superuser(
    embedded_server: embedded.EmbeddedServer, unmigrated_database_url: str
) -> Iterator[Database]:
    """A seeded database whose user is a superuser, as in many a container."""
    name = unmigrated_database_url.rsplit("/", 1)[1].split("?")[0]
    url = embedded_server.url(database=name).replace(
        f"{postmaster.OWNER}@", f"{postmaster.SUPERUSER}@"
    )
    opened = open_database(url)
    migrate(opened)
    with opened.transaction() as connection:
        connection.execute(text(SEED))
    yield with_row_role(opened)
    opened.close()
    with psycopg.connect(url.replace("+psycopg", ""), autocommit=True) as connection:
        connection.execute("DROP OWNED BY muster_rows; DROP ROLE muster_rows")


def owner_column(table: Table) -> str:
    return "id" if table.name == "workspaces" else "workspace_id"


def owners(connection: Connection, table: Table) -> set[int | None]:
    return set(connection.scalars(select(table.columns[owner_column(table)])))


@GUARDED
def test_a_query_without_a_condition_sees_its_workspace_alone(
    seeded: Database, table: Table
) -> None:
    with seeded.transaction(ONE) as connection:
        assert owners(connection, table) == {1}
    with seeded.transaction() as connection:
        assert owners(connection, table) - {None} == {1, 2}


def test_entries_of_no_workspace_are_for_the_whole_installation_alone(seeded: Database) -> None:
    table = metadata.tables["audit"]
    with seeded.transaction() as connection:
        assert None in owners(connection, table)


@GUARDED
def test_a_forgotten_scope_sees_nothing(seeded: Database, table: Table) -> None:
    with seeded.engine.connect() as connection:
        assert owners(connection, table) == set()


@GUARDED
def test_rows_of_another_workspace_cannot_be_changed_or_removed(
    seeded: Database, table: Table
) -> None:
    column = table.columns[owner_column(table)]
    with seeded.transaction(ONE) as connection:
        # a statement trigger refuses these on the audit log before any row is looked at
        if table.name != "audit":
            changed = update(table).where(column == TWO).values({column: column})
            if table.name == "workspaces":
                changed = update(table).where(column == TWO).values(title="x")
            assert connection.execute(changed.returning(column)).all() == []
            assert (
                connection.execute(delete(table).where(column == TWO).returning(column)).all() == []
            )
    with seeded.transaction() as connection:
        assert connection.scalar(select(func.count()).select_from(table).where(column == TWO)) == 1


@GUARDED
def test_rows_cannot_be_written_into_another_workspace(seeded: Database, table: Table) -> None:
    columns = [column for column in table.columns if column.identity is None]
    with seeded.transaction() as connection:
        held = connection.execute(
            select(*columns).where(table.columns[owner_column(table)] == TWO)
        ).one()
    with pytest.raises(ProgrammingError, match=REFUSAL), seeded.transaction(ONE) as connection:
        connection.execute(insert(table).values(**held._mapping))


def test_a_row_cannot_be_moved_into_another_workspace(seeded: Database) -> None:
    table = metadata.tables["workspace_settings"]
    with pytest.raises(ProgrammingError, match=REFUSAL), seeded.transaction(ONE) as connection:
        connection.execute(update(table).values(workspace_id=TWO))


def test_the_setting_does_not_outlive_its_transaction_on_a_pooled_connection(
    seeded: Database,
) -> None:
    table = metadata.tables["rules"]
    number = text("SELECT pg_backend_pid()")
    seen = []
    for workspace_id in (None, ONE):
        with seeded.transaction(workspace_id) as connection:
            seen.append(connection.scalar(number))
        with seeded.engine.connect() as connection:
            seen.append(connection.scalar(number))
            assert owners(connection, table) == set()
    assert len(set(seen)) == 1  # it was one and the same connection


def test_a_failed_transaction_leaves_no_setting_behind_either(seeded: Database) -> None:
    with pytest.raises(ProgrammingError), seeded.transaction() as connection:
        connection.execute(text("SELECT nonsense"))
    with seeded.engine.connect() as connection:
        assert owners(connection, metadata.tables["rules"]) == set()


def test_row_security_holds_for_the_embedded_servers_user(seeded: Database) -> None:
    assert row_security_holds(seeded)
    assert unguarded_tables(seeded) == ()


@pytest.mark.parametrize(
    "statement",
    [
        "ALTER TABLE rules NO FORCE ROW LEVEL SECURITY",
        "ALTER TABLE rules DISABLE ROW LEVEL SECURITY",
        "DROP POLICY workspace_rows ON rules",
        "CREATE TABLE later (workspace_id bigint)",
    ],
)
def test_a_table_without_a_policy_in_force_is_noticed(database: Database, statement: str) -> None:
    with database.transaction() as connection:
        connection.execute(text(statement))
    assert not row_security_holds(database)
    assert unguarded_tables(database) == (("later",) if "later" in statement else ("rules",))


def test_a_superuser_takes_a_role_that_policies_hold_for(superuser: Database) -> None:
    assert superuser.row_role == "muster_rows"
    assert row_security_holds(superuser)
    for table in OWNED:
        with superuser.transaction(ONE) as connection:
            assert owners(connection, table) == {1}
    with pytest.raises(ProgrammingError, match=REFUSAL), superuser.transaction(ONE) as connection:
        connection.execute(text("UPDATE workspace_settings SET workspace_id = 2"))


def test_the_role_does_not_outlive_its_transaction_either(superuser: Database) -> None:
    current = text("SELECT current_user")
    with superuser.transaction(ONE) as connection:
        assert connection.scalar(current) == "muster_rows"
    with superuser.engine.connect() as connection:
        assert connection.scalar(current) == postmaster.SUPERUSER


def test_a_superuser_without_the_role_is_noticed(superuser: Database) -> None:
    assert not row_security_holds(replace(superuser, row_role=None))


def test_a_superuser_reopens_with_the_role_and_migrates_without_it(superuser: Database) -> None:
    again = open_database(superuser.engine.url.render_as_string(hide_password=False))
    assert again.row_role == "muster_rows"
    with replace(again, row_role=None).transaction() as connection:
        connection.execute(text("DROP TABLE kept"))  # as later migrations have not run either
        connection.execute(text(NO_POLICIES))
        connection.execute(text("UPDATE alembic_version SET version_num = '0007'"))
    assert "0008" in migrate(again)
    assert row_security_holds(again)
    again.close()


def test_a_dump_by_the_owner_is_whole(
    seeded: Database, embedded_server: embedded.EmbeddedServer, tmp_path: Path
) -> None:
    target = (
        f"host={embedded_server.socket_folder} port={postmaster.PORT} user={postmaster.OWNER}"
        f" dbname={seeded.engine.url.database} options='-c muster.workspace_id=all'"
    )
    outcome = find_programs(tmp_path).run(
        "pg_dump",
        ["--enable-row-security", "--inserts", "--table=rules", f"--dbname={target}"],
        working_folder=Path("/"),
        timeout_seconds=60,
    )
    assert outcome.exit_code == 0, outcome.output
    assert outcome.output.count("INSERT INTO public.rules") == 2
    assert "CREATE POLICY workspace_rows" in outcome.output
