"""The schema: the migrations build what tables.py says, and the database refuses bad rows."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError

from muster.store.database import Database, open_database
from muster.store.schema import metadata

CATALOGUE = {
    "columns": "SELECT table_name, column_name, data_type, udt_name, is_nullable, column_default,"
    " identity_generation FROM information_schema.columns WHERE table_schema = 'public'",
    "constraints": "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid)"
    " FROM pg_constraint WHERE connamespace = 'public'::regnamespace",
    "indexes": "SELECT tablename, indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'",
    "triggers": "SELECT tgrelid::regclass::text, tgenabled, pg_get_triggerdef(oid) FROM pg_trigger"
    " WHERE NOT tgisinternal",
    "functions": "SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
}

# two workspaces with one of everything; ids are 1 in the first and 2 in the second
SEED = """
INSERT INTO workspaces (name, title, synthetic) VALUES ('one', 'One', true), ('two', 'Two', true);
INSERT INTO data_models VALUES (1, 1, 'version: 1', 'f'), (2, 1, 'version: 1', 'f');
INSERT INTO rules (workspace_id, name, current_version, published_version)
    VALUES (1, 'a', 1, 1), (2, 'b', 1, 1);
INSERT INTO rule_versions VALUES
    (1, 1, 1, '', '', '[]', 'f', NULL, '{}', '', ''),
    (2, 2, 1, '', '', '[]', 'f', NULL, '{}', '', '');
INSERT INTO runs (workspace_id, state, as_of, rules, started_at) VALUES
    (1, 'running', now(), '{a}', now()), (2, 'running', now(), '{b}', now());
INSERT INTO segments (workspace_id, rule_id, name) VALUES (1, 1, 'a'), (2, 2, 'b');
INSERT INTO segment_versions VALUES
    (1, 1, 1, 1, 1, 1, 5, 5, 0, 9, 1, now(), now(), 'x/1', 'SELECT', 0.1, now()),
    (2, 2, 1, 2, 1, 2, 5, 5, 0, 9, 1, now(), NULL, NULL, 'SELECT', 0.1, now());
INSERT INTO lineage VALUES (1, 1, 1, 'table', 'users', NULL, NULL);
INSERT INTO audit (workspace_id, actor, action, subject, reason) VALUES (1, 'a', 'b', 'c', '');
"""

RULE_VERSION = (
    "INSERT INTO rule_versions VALUES ({}, {}, {}, '', '', '[]', '{}', {}, '{{}}', '', '')"
)
RUN = "INSERT INTO runs (workspace_id, state, as_of, rules) VALUES (1, '{}', now(), '{}')"
SEGMENT = "INSERT INTO segments (workspace_id, rule_id, name) VALUES ({}, {}, '{}')"
SEGMENT_VERSION = (
    "INSERT INTO segment_versions SELECT {}, {}, {}, {}, {}, {}, 5, 5, 0, 9, 1, now(), NULL, NULL,"
    " 'SELECT', 0.1, now()"
)
CHANGE_VERSION = "UPDATE segment_versions SET {} WHERE workspace_id = 1"
LINEAGE = "INSERT INTO lineage VALUES ({}, {}, {}, '{}', '{}', {}, {})"

REFUSED = {
    # a row cannot point into another workspace
    "rule_versions_rule": RULE_VERSION.format(1, 2, 2, "f", "NULL"),
    "rules_current_version": "UPDATE rules SET current_version = 2 WHERE id = 1",
    "segments_rule": SEGMENT.format(1, 2, "c"),
    "segments_current_version": "UPDATE segments SET current_version = 2 WHERE id = 1",
    "segment_versions_segment": SEGMENT_VERSION.format(1, 2, 2, 1, 1, 1),
    "segment_versions_rule_version": SEGMENT_VERSION.format(1, 1, 2, 1, 2, 1),
    "segment_versions_run": SEGMENT_VERSION.format(1, 1, 2, 1, 1, 2),
    "lineage_version": LINEAGE.format(1, 2, 1, "table", "t", "NULL", "NULL"),
    "lineage_parent": LINEAGE.format(1, 1, 1, "segment", "b", 2, 1),
    # every row belongs to a workspace
    "data_models_workspace": "INSERT INTO data_models VALUES (9, 1, '', 'f')",
    "rules_workspace": "INSERT INTO rules (workspace_id, name, current_version, published_version)"
    " VALUES (9, 'z', 1, 1)",
    "runs_workspace": "INSERT INTO runs (workspace_id, state, as_of, rules)"
    " VALUES (9, 'queued', now(), '{a}')",
    "audit_workspace": "INSERT INTO audit (workspace_id, actor, action, subject, reason)"
    " VALUES (9, 'a', 'b', 'c', '')",
    # names
    "workspaces_name": "INSERT INTO workspaces (name, title, synthetic) VALUES ('A', '', true)",
    "rules_name": "UPDATE rules SET name = E'a\\n' WHERE id = 1",
    "segments_name": SEGMENT.format(1, 1, "1a"),
    "uq_workspaces_name": "UPDATE workspaces SET name = 'one' WHERE id = 2",
    "uq_rules_workspace_id_name": "INSERT INTO rules (workspace_id, name, current_version,"
    " published_version) VALUES (1, 'a', 1, 1)",
    "uq_segments_workspace_id_name": SEGMENT.format(1, 1, "a"),
    "uq_segments_workspace_id_rule_id": SEGMENT.format(1, 1, "c"),
    # numbers and texts
    "data_models_version": "INSERT INTO data_models VALUES (1, 0, '', 'f')",
    "data_models_fingerprint": "INSERT INTO data_models VALUES (1, 2, '', '')",
    "rule_versions_version": RULE_VERSION.format(1, 1, 0, "f", "NULL"),
    "rule_versions_fingerprint": RULE_VERSION.format(1, 1, 2, "", "NULL"),
    "rule_versions_schedule": RULE_VERSION.format(1, 1, 2, "f", "''"),
    "segment_versions_number": SEGMENT_VERSION.format(1, 1, 0, 1, 1, 1),
    "segment_versions_left": CHANGE_VERSION.format('"left" = -1'),
    "segment_versions_seconds": CHANGE_VERSION.format("seconds = -0.1"),
    "audit_who_did_what": "INSERT INTO audit (actor, action, subject, reason)"
    " VALUES ('', 'b', 'c', '')",
    # states
    "runs_state": "UPDATE runs SET state = 'done', finished_at = now()",
    "runs_rules": RUN.format("queued", "{}"),
    "runs_started": RUN.format("running", "{a}"),
}
REFUSED_MORE = [
    ("segment_versions_entered", CHANGE_VERSION.format("size = -1")),
    ("segment_versions_size", CHANGE_VERSION.format("size = 10")),
    ("segment_versions_entered", CHANGE_VERSION.format("entered = -1")),
    ("segment_versions_entered", CHANGE_VERSION.format("entered = 6")),
    ("segment_versions_unknown_size", CHANGE_VERSION.format("unknown_size = -1")),
    ("segment_versions_unknown_size", CHANGE_VERSION.format("unknown_size = 10")),
    ("segment_versions_bitmap", CHANGE_VERSION.format("bitmap = '/etc/passwd'")),
    ("segment_versions_bitmap", CHANGE_VERSION.format("bitmap = 'a/../../b'")),
    ("segment_versions_bitmap", CHANGE_VERSION.format("bitmap = '..'")),
    ("segment_versions_bitmap", CHANGE_VERSION.format("bitmap = ''")),
    ("runs_finished", "UPDATE runs SET finished_at = now()"),
    ("runs_finished", "UPDATE runs SET state = 'cancelled'"),
    ("runs_failed", "UPDATE runs SET state = 'failed', finished_at = now(), error_code = 'X'"),
    ("runs_failed", "UPDATE runs SET state = 'failed', finished_at = now(), error = 'x'"),
    ("lineage_kind", LINEAGE.format(1, 1, 1, "segment", "a", 1, "NULL")),
    ("lineage_kind", LINEAGE.format(1, 1, 1, "segment", "a", "NULL", 1)),
    ("lineage_kind", LINEAGE.format(1, 1, 1, "table", "a", 1, 1)),
    ("lineage_kind", LINEAGE.format(1, 1, 1, "view", "a", "NULL", "NULL")),
]


@pytest.fixture(scope="module")
def seeded(module_database_url: str) -> Iterator[Database]:
    database = open_database(module_database_url)
    with database.transaction() as connection:
        connection.execute(text(SEED))
    yield database
    database.close()


@pytest.fixture
def rows(seeded: Database) -> Iterator[Connection]:
    """A connection on the seeded rows whose changes are rolled back."""
    with seeded.engine.connect() as connection:
        yield connection
        connection.rollback()


def test_the_migrations_build_exactly_what_the_tables_say(
    database_url: str, unmigrated_database_url: str
) -> None:
    migrated, made = open_database(database_url), open_database(unmigrated_database_url)
    with migrated.transaction() as one, made.transaction() as other:
        one.execute(text("DROP TABLE alembic_version"))
        metadata.create_all(other)
        for query in CATALOGUE.values():
            found = sorted(map(str, one.execute(text(query))))
            assert found
            assert found == sorted(map(str, other.execute(text(query))))
    migrated.close()
    made.close()


def test_autogenerate_finds_nothing_to_migrate(database: Database) -> None:
    options = {"compare_type": True, "compare_server_default": True}
    with database.transaction() as connection:
        context = MigrationContext.configure(connection, opts=options)
        assert compare_metadata(context, metadata) == []


def test_autogenerate_would_find_a_missing_column(database: Database) -> None:
    with database.transaction() as connection:
        connection.execute(text("ALTER TABLE runs DROP COLUMN figures"))
        context = MigrationContext.configure(connection)
        assert [change[0] for change in compare_metadata(context, metadata)] == ["add_column"]


@pytest.mark.parametrize(
    ("constraint", "statement"),
    [*REFUSED.items(), *REFUSED_MORE],
)
def test_the_database_refuses(rows: Connection, constraint: str, statement: str) -> None:
    rows.execute(text("SET CONSTRAINTS ALL IMMEDIATE"))
    with pytest.raises(IntegrityError) as refused:
        rows.execute(text(statement))
    name = refused.value.orig.diag.constraint_name  # type: ignore[union-attr]
    assert name is not None
    assert name.removeprefix("ck_").removeprefix("fk_") == constraint


def test_every_check_and_every_reference_has_a_case(rows: Connection) -> None:
    query = (
        "SELECT substr(conname, 4) FROM pg_constraint"
        " WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace"
    )
    # the plain references to workspaces cannot be broken alone where a composite one stands by
    shadowed = {
        f"{table}_workspace"
        for table in ("rule_versions", "segments", "segment_versions", "lineage")
    }
    cases = {constraint for constraint, _ in [*REFUSED.items(), *REFUSED_MORE]}
    assert set(rows.scalars(text(query))) - shadowed == {
        case for case in cases if not case.startswith("uq_")
    }


def test_every_table_but_workspaces_carries_the_workspace() -> None:
    nullable = {
        table.name: table.columns["workspace_id"].nullable
        for table in metadata.sorted_tables
        if table.name != "workspaces"
    }
    assert [name for name, empty in nullable.items() if empty] == ["audit"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET actor = 'nobody'",
        "UPDATE audit SET actor = 'nobody' WHERE false",
        "DELETE FROM audit",
        "TRUNCATE audit",
        "TRUNCATE workspaces CASCADE",
    ],
)
def test_the_audit_log_only_grows(rows: Connection, statement: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"):
        rows.execute(text(statement))


def test_times_are_instants_and_documents_are_jsonb(rows: Connection) -> None:
    query = (
        "SELECT DISTINCT data_type FROM information_schema.columns WHERE table_schema = 'public'"
        " AND (data_type LIKE '%time%' OR data_type LIKE 'json%' OR data_type LIKE 'date%')"
    )
    assert set(rows.scalars(text(query))) == {"timestamp with time zone", "jsonb"}
