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
from tests.store.seed import INSTALLATION_TABLES, SEED

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
SCHEDULE = "INSERT INTO schedules (workspace_id, kind, rule_id, cron, time_zone) VALUES ({})"
FIRE = "INSERT INTO schedule_fires (workspace_id, schedule_id, fire_at, run_id) VALUES ({})"
RUN_RULE = "INSERT INTO run_rules (workspace_id, run_id, rule, outcome) VALUES ({})"
RUN_LINE = "INSERT INTO run_log (workspace_id, run_id, level, message) VALUES ({})"
APPROVAL = (
    "INSERT INTO approvals (workspace_id, rule_id, version, requested_by, reason, effects)"
    " VALUES ({}, '', '', '[]')"
)
USER = "INSERT INTO users (email, name, issuer, subject) VALUES ({})"
INVITATION = (
    "INSERT INTO invitations (workspace_id, email, role, token_hash, invited_by, expires_at)"
    " VALUES ({}, '', now())"
)
TOKEN = (
    "INSERT INTO api_tokens (workspace_id, user_id, name, prefix, token_hash, role, scopes,"
    " created_by, expires_at) VALUES ({}, '{{}}', '', now())"
)
NOTIFICATION = (
    "INSERT INTO notifications (workspace_id, kind, severity, subject, title, body, dedupe_key)"
    " VALUES ({}, '', '', '', {})"
)
CHANNEL = (
    "INSERT INTO notification_channels (workspace_id, kind, name, target, kinds, created_by)"
    " VALUES ({}, '', '{{}}', '')"
)
DELIVERY = "INSERT INTO deliveries (workspace_id, notification_id, channel_id) VALUES ({})"

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
    "rules_current_published": "UPDATE rules SET published_version = 2 WHERE id = 1",
    "runs_retry_of": "UPDATE runs SET retry_of = 2 WHERE id = 1",
    "schedules_rule": "UPDATE schedules SET rule_id = 2 WHERE id = 1",
    "schedule_fires_schedule": FIRE.format("1, 2, now(), NULL"),
    "schedule_fires_run": FIRE.format("1, 1, now(), 2"),
    "run_rules_run": RUN_RULE.format("1, 2, 'a', 'published'"),
    "run_log_run": RUN_LINE.format("1, 2, 'info', ''"),
    "approvals_rule_version": APPROVAL.format("2, 1, 1"),
    "notification_reads_notification": "UPDATE notification_reads SET notification_id = 2"
    " WHERE workspace_id = 1",
    "deliveries_notification": DELIVERY.format("1, 2, 1"),
    "deliveries_channel": DELIVERY.format("1, 1, 2"),
    # what people have belongs to an account
    "memberships_user": "INSERT INTO memberships (workspace_id, user_id, role)"
    " VALUES (1, 9, 'viewer')",
    "sessions_user": "INSERT INTO sessions (token_hash, user_id, method, agent, expires_at)"
    " VALUES ('s', 9, 'password', '', now())",
    "api_tokens_user": TOKEN.format("1, 9, '', '', 't', 'viewer'"),
    # every row belongs to a workspace
    "data_models_workspace": "INSERT INTO data_models VALUES (9, 1, '', 'f')",
    "rules_workspace": "INSERT INTO rules (workspace_id, name, current_version, published_version)"
    " VALUES (9, 'z', 1, 1)",
    "runs_workspace": "INSERT INTO runs (workspace_id, state, as_of, rules)"
    " VALUES (9, 'queued', now(), '{a}')",
    "audit_workspace": "INSERT INTO audit (workspace_id, actor, action, subject, reason)"
    " VALUES (9, 'a', 'b', 'c', '')",
    "schedules_workspace": SCHEDULE.format("9, 'retention', NULL, '@daily', 'UTC'"),
    "memberships_workspace": "INSERT INTO memberships (workspace_id, user_id, role)"
    " VALUES (9, 1, 'viewer')",
    "invitations_workspace": INVITATION.format("9, 'a@b', 'viewer', 'i'"),
    "api_tokens_workspace": TOKEN.format("9, NULL, '', '', 't', 'viewer'"),
    "workspace_settings_workspace": "INSERT INTO workspace_settings (workspace_id, document)"
    " VALUES (9, '{}')",
    "kept_workspace": "INSERT INTO kept VALUES (9, 'ada', 'preferences', '{}')",
    "notifications_workspace": NOTIFICATION.format("9, '', 'info'", "NULL"),
    "notification_channels_workspace": CHANNEL.format("9, 'email', ''"),
    # names
    "workspaces_name": "INSERT INTO workspaces (name, title, synthetic) VALUES ('A', '', true)",
    "rules_name": "UPDATE rules SET name = E'a\\n' WHERE id = 1",
    "segments_name": SEGMENT.format(1, 1, "1a"),
    "uq_workspaces_name": "UPDATE workspaces SET name = 'one' WHERE id = 2",
    "uq_rules_workspace_id_name": "INSERT INTO rules (workspace_id, name, current_version,"
    " published_version) VALUES (1, 'a', 1, 1)",
    "uq_segments_workspace_id_name": SEGMENT.format(1, 7, "a"),
    "uq_segments_workspace_id_rule_id": SEGMENT.format(1, 1, "c"),
    "uq_runs_dedupe_key": "INSERT INTO runs (workspace_id, state, as_of, rules, dedupe_key)"
    " VALUES (1, 'queued', now(), '{a}', 'k'), (1, 'queued', now(), '{a}', 'k')",
    "uq_runs_idempotency_key": "INSERT INTO runs (workspace_id, state, as_of, rules,"
    " idempotency_key) VALUES (1, 'queued', now(), '{a}', 'k'), (1, 'queued', now(), '{a}', 'k')",
    "uq_schedules_workspace_id_rule_id": SCHEDULE.format("1, 'refresh', 1, '@daily', 'UTC'"),
    "pk_schedule_fires": FIRE.format("1, 1, '2026-01-01Z', NULL"),
    "uq_approvals_pending": APPROVAL.format("1, 1, 1"),
    "uq_users_email": USER.format("'ada@example.com', '', NULL, NULL"),
    "uq_users_issuer_subject": USER.format("'x@y', '', 'i', 's'), ('z@y', '', 'i', 's'"),
    "pk_memberships": "INSERT INTO memberships (workspace_id, user_id, role)"
    " VALUES (1, 1, 'viewer')",
    "pk_kept": "INSERT INTO kept VALUES (1, 'ada', 'preferences', '{}')",
    "uq_invitations_token_hash": INVITATION.format("1, 'a@b', 'viewer', 'i1'"),
    "uq_api_tokens_token_hash": TOKEN.format("1, 1, '', '', 't1', 'viewer'"),
    "uq_notifications_workspace_id_dedupe_key": NOTIFICATION.format("1, '', 'info'", "'k'"),
    "uq_notification_channels_workspace_id_name": CHANNEL.format("1, 'email', 'desk'"),
    "uq_deliveries_workspace_id_notification_id_channel_id": DELIVERY.format("1, 1, 1"),
    "uq_audit_position": "INSERT INTO audit (workspace_id, actor, action, subject, reason,"
    " position) VALUES (1, 'a', 'b', 'c', '', 1), (1, 'a', 'b', 'c', '', 1)",
    "uq_audit_position_of_installation": "INSERT INTO audit (actor, action, subject, reason,"
    " position) VALUES ('a', 'b', 'c', '', 1), ('a', 'b', 'c', '', 1)",
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
    "runs_kind": "UPDATE runs SET kind = 'walk'",
    "runs_origin": "UPDATE runs SET origin = 'moon'",
    "rules_status": "UPDATE rules SET status = 'lost'",
    "rules_published": "UPDATE rules SET published_version = NULL",
    "schedules_cron": "UPDATE schedules SET cron = ''",
    "schedules_grace_seconds": "UPDATE schedules SET grace_seconds = -1",
    "schedules_kind": "UPDATE schedules SET kind = 'walk', rule_id = NULL",
    "schedules_misfire": "UPDATE schedules SET misfire = 'twice'",
    "run_rules_outcome": "UPDATE run_rules SET outcome = 'odd'",
    "run_log_level": "UPDATE run_log SET level = 'debug'",
    "approvals_state": "UPDATE approvals SET state = 'odd', decided_at = now()",
    "users_identity": USER.format("'x@y', '', 'i', NULL"),
    "memberships_role": "UPDATE memberships SET role = 'owner'",
    "sessions_method": "UPDATE sessions SET method = 'magic'",
    "invitations_role": "UPDATE invitations SET role = 'owner'",
    "api_tokens_role": "UPDATE api_tokens SET role = 'owner'",
    "notifications_severity": "UPDATE notifications SET severity = 'fatal'",
    "notification_channels_kind": "UPDATE notification_channels SET kind = 'fax'",
    "deliveries_state": "UPDATE deliveries SET state = 'lost'",
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
    ("schedules_rule", "UPDATE schedules SET rule_id = NULL"),
    ("ck_schedules_rule", "UPDATE schedules SET kind = 'retention'"),
    ("approvals_decided", "UPDATE approvals SET decided_at = now()"),
    ("approvals_decided", "UPDATE approvals SET state = 'approved'"),
    ("users_email", "UPDATE users SET email = 'Ada@example.com' WHERE id = 1"),
    ("users_email", "UPDATE users SET email = 'ada' WHERE id = 1"),
    ("users_email", "UPDATE users SET email = 'ada @example.com' WHERE id = 1"),
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
        connection.execute(text("SET LOCAL muster.workspace_id = 'all'"))
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
    assert constraint in (name, name.removeprefix("ck_").removeprefix("fk_"))


def test_every_check_and_every_reference_has_a_case(rows: Connection) -> None:
    query = (
        "SELECT substr(conname, 4) FROM pg_constraint"
        " WHERE contype IN ('c', 'f') AND connamespace = 'public'::regnamespace"
    )
    # the plain references to workspaces cannot be broken alone where a composite one stands by
    shadowed = {
        f"{table}_workspace"
        for table in (
            *("rule_versions", "segments", "segment_versions", "lineage"),
            *("schedule_fires", "run_rules", "run_log", "approvals"),
            *("notification_reads", "deliveries"),
        )
    }
    cases = {constraint for constraint, _ in [*REFUSED.items(), *REFUSED_MORE]}
    assert set(rows.scalars(text(query))) - shadowed == {
        case.removeprefix("ck_") for case in cases if not case.startswith(("uq_", "pk_"))
    }


def test_every_unique_index_but_those_that_references_need_has_a_case(rows: Connection) -> None:
    query = (
        "SELECT indexname FROM pg_indexes WHERE schemaname = 'public' AND indexname LIKE 'uq%'"
        # what composite references point at; the primary key on the id keeps them unique
        " AND indexname NOT LIKE 'uq%workspace_id_id' AND indexname NOT LIKE 'uq%_id_id_rule_id'"
    )
    assert set(rows.scalars(text(query))) == {case for case in REFUSED if case.startswith("uq_")}


def test_every_table_but_workspaces_and_the_installations_carries_the_workspace() -> None:
    nullable = {
        table.name: table.columns["workspace_id"].nullable
        for table in metadata.sorted_tables
        if table.name not in ("workspaces", *INSTALLATION_TABLES)
    }
    assert [name for name, empty in nullable.items() if empty] == ["audit"]
    for name in INSTALLATION_TABLES:
        assert "workspace_id" not in metadata.tables[name].columns


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
