"""Migrations: all or nothing, once however many try, numbered without gaps, never backwards."""

from __future__ import annotations

import ast
import shutil
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from subprocess import Popen

import pytest
from alembic import command
from sqlalchemy import Connection, func, inspect, select, table, text

from muster.base.errors import Unavailable
from muster.store.database import Database, open_database
from muster.store.locks import named_lock
from muster.store.migrate import FOLDER, LOCK_KEY, configuration, draft, migrate, pending

NUMBERS = tuple(
    f"{number:04d}" for number in range(1, 1 + len(list((FOLDER / "versions").glob("0*.py"))))
)

MIGRATE = """
import sys
from muster.store.database import open_database
from muster.store.migrate import migrate
print(" ".join(migrate(open_database(sys.argv[1]))), flush=True)
"""

MIGRATE_AND_HANG = """
import sys
from alembic import command
from muster.store.database import open_database
from muster.store.locks import named_lock
from muster.store.migrate import LOCK_KEY, configuration
with named_lock(open_database(sys.argv[1]), LOCK_KEY) as connection:
    command.upgrade(configuration(connection), "0002")
    print("migrated, not committed", flush=True)
    sys.stdin.read()
"""

StartPython = Callable[..., "Popen[str]"]


@pytest.fixture
def empty(unmigrated_database_url: str) -> Iterator[Database]:
    opened = open_database(unmigrated_database_url)
    yield opened
    opened.close()


def line(process: Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


def waiters_for_the_lock(database: Database) -> int:
    query = text(
        "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    with database.transaction() as connection:
        return int(connection.execute(query).scalar_one())


def test_an_empty_database_gets_every_migration_and_then_none(empty: Database) -> None:
    assert pending(empty) == NUMBERS
    assert migrate(empty) == NUMBERS
    assert pending(empty) == ()
    assert migrate(empty) == ()


def test_of_two_processes_that_start_at_once_exactly_one_migrates(
    empty: Database, unmigrated_database_url: str, start_python: StartPython
) -> None:
    with named_lock(empty, LOCK_KEY):
        processes = [start_python(MIGRATE, unmigrated_database_url) for _ in range(2)]
        deadline = time.monotonic() + 30
        while waiters_for_the_lock(empty) < 2:  # both have seen an empty database by now
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert sorted(line(process) for process in processes) == ["", " ".join(NUMBERS)]
    assert [process.wait(timeout=10) for process in processes] == [0, 0]
    assert pending(empty) == ()


def test_a_migration_killed_before_its_end_leaves_nothing_and_can_be_run_again(
    empty: Database, unmigrated_database_url: str, start_python: StartPython
) -> None:
    process = start_python(MIGRATE_AND_HANG, unmigrated_database_url)
    assert line(process) == "migrated, not committed"
    process.kill()
    process.wait()
    assert pending(empty) == NUMBERS
    assert migrate(empty) == NUMBERS


AT_0003 = """
INSERT INTO workspaces (name, title, synthetic) VALUES ('one', 'One', true);
INSERT INTO data_models VALUES (1, 1, 'version: 1', 'f');
INSERT INTO rules (workspace_id, name, current_version) VALUES (1, 'a', 2);
INSERT INTO rule_versions VALUES
    (1, 1, 1, '', '', '[]', 'f', NULL, '{}', '', ''),
    (1, 1, 2, '', '', '[]', 'f', '@daily', '{}', '', '');
INSERT INTO runs (workspace_id, state, as_of, rules, started_at, finished_at) VALUES
    (1, 'published', now(), '{a}', now(), now());
INSERT INTO segments (workspace_id, rule_id, name) VALUES (1, 1, 'a');
INSERT INTO segment_versions VALUES
    (1, 1, 1, 1, 1, 1, 5, 5, 0, 9, 1, now(), now(), 'x/1', 'SELECT', 0.1, now());
INSERT INTO lineage VALUES (1, 1, 1, 'table', 'users', NULL, NULL);
INSERT INTO audit (workspace_id, actor, action, subject, reason) VALUES (1, 'a', 'b', 'c', '');
"""


def row_counts(connection: Connection) -> dict[str, int]:
    tables = inspect(connection).get_table_names()
    return {
        name: connection.scalar(select(func.count()).select_from(table(name))) for name in tables
    }


def test_a_database_of_an_older_release_gets_the_rest_and_keeps_its_rows(empty: Database) -> None:
    with empty.transaction() as connection:
        command.upgrade(configuration(connection), "0003")
        connection.execute(text(AT_0003))
        before = row_counts(connection)
    assert pending(empty) == NUMBERS[3:]
    assert migrate(empty) == NUMBERS[3:]
    with empty.transaction() as connection:
        assert before.items() <= row_counts(connection).items()
        rule = connection.execute(text("SELECT status, published_version FROM rules")).one()
        run = connection.execute(text("SELECT kind, origin, attempt FROM runs")).one()
    assert tuple(rule) == ("published", 2)
    assert tuple(run) == ("refresh", "manual", 0)


@pytest.mark.parametrize("ask", [pending, migrate])
def test_a_database_of_a_newer_muster_is_refused(
    database: Database, ask: Callable[[Database], tuple[str, ...]]
) -> None:
    with database.transaction() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0099'"))
    with pytest.raises(Unavailable) as refused:
        ask(database)
    assert refused.value.code == "DATABASE_NEWER"
    assert "0099" in refused.value.sentence
    assert "newer Muster" in (refused.value.hint or "")


def test_migration_numbers_have_no_gaps_and_follow_one_another() -> None:
    files = sorted(file for file in (FOLDER / "versions").glob("*.py"))
    assert [file.name[:5] for file in files] == [
        f"{number + 1:04}_" for number in range(len(files))
    ]
    before = None
    for file in files:
        names = {
            target.id: ast.literal_eval(node.value)
            for node in ast.parse(file.read_text()).body
            if isinstance(node, ast.Assign)
            for target in node.targets
            if isinstance(target, ast.Name) and target.id in ("revision", "down_revision")
        }
        assert names == {"revision": file.name[:4], "down_revision": before}
        before = file.name[:4]
    assert before == NUMBERS[-1]


@pytest.mark.parametrize(
    "file", sorted((FOLDER / "versions").glob("*.py")), ids=lambda file: file.stem
)
def test_every_migration_gives_up_rather_than_queue_for_a_lock(file: Path) -> None:
    assert "op.execute(\"SET LOCAL lock_timeout = '5s'\")" in file.read_text()


def test_the_next_migration_is_drafted_from_the_difference(
    database: Database, tmp_path: Path
) -> None:
    folder = shutil.copytree(FOLDER, tmp_path / "100% migrations")
    with database.transaction() as connection:
        connection.execute(
            text("ALTER TABLE runs DROP COLUMN figures, DROP COLUMN started_at, DROP COLUMN rules")
        )
        written = draft(connection, "Add the figures", folder=folder)
    assert written == folder / "versions" / f"{len(NUMBERS) + 1:04}_add_the_figures.py"
    drafted = written.read_text()
    ast.parse(drafted)
    for part in (
        f"revision = '{len(NUMBERS) + 1:04}'\ndown_revision = '{NUMBERS[-1]}'",
        "SET LOCAL lock_timeout",
        "sa.Column('figures', postgresql.JSONB(), nullable=True)",
        "sa.Column('started_at', sa.DateTime(timezone=True), nullable=True)",
        "sa.Column('rules', postgresql.ARRAY(sa.Text()), nullable=False)",
        "from sqlalchemy.dialects import postgresql",
    ):
        assert part in drafted
