"""Each transaction sees one workspace's rows; `store/database.py` says whose, by a setting."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

# FORCE: the policy holds for the tables' owner too, which is whom Muster signs in as. The setting
# is read in a sub-select, so once a statement and not once a row. A row of no workspace (audit) is
# NULL::text, which equals nothing: it is for 'all' alone. No setting: no rows.
_POLICIES = """
DO $$
DECLARE
    belonging text;
BEGIN
    FOREACH belonging IN ARRAY ARRAY[
        'api_tokens', 'approvals', 'audit', 'data_models', 'deliveries', 'invitations', 'lineage',
        'memberships', 'notification_channels', 'notification_reads', 'notifications', 'rules',
        'rule_versions', 'run_log', 'run_rules', 'runs', 'schedule_fires', 'schedules', 'segments',
        'segment_versions', 'workspace_settings', 'workspaces'
    ] LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', belonging);
        EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', belonging);
        EXECUTE format(
            'CREATE POLICY workspace_rows ON %I USING ('
            '(SELECT current_setting(''muster.workspace_id'', true)) IN (''all'', %I::text))',
            belonging,
            CASE belonging WHEN 'workspaces' THEN 'id' ELSE 'workspace_id' END
        );
    END LOOP;
END
$$
"""

# Policies do not hold for superusers (whom Compose signs in as) nor for BYPASSRLS. Such a user
# takes this role in every transaction. Roles belong to the whole server: another database's
# migration may have made it, or be making it.
_ROLE = """
DO $$
DECLARE
    exempt boolean;
BEGIN
    SELECT rolsuper OR rolbypassrls INTO exempt FROM pg_roles WHERE rolname = current_user;
    IF NOT exempt THEN
        RETURN;
    END IF;
    BEGIN
        CREATE ROLE muster_rows NOLOGIN NOINHERIT;
    EXCEPTION
        WHEN duplicate_object OR unique_violation THEN NULL;
    END;
    GRANT muster_rows TO CURRENT_USER;
    EXECUTE format('GRANT USAGE ON SCHEMA %I TO muster_rows', current_schema);
    EXECUTE format(
        'GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA %I TO muster_rows',
        current_schema
    );
    EXECUTE format(
        'ALTER DEFAULT PRIVILEGES IN SCHEMA %I'
        ' GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO muster_rows',
        current_schema
    );
EXCEPTION
    WHEN insufficient_privilege THEN
        RAISE WARNING 'no role for row-level security: %', SQLERRM;
END
$$
"""


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.execute(_POLICIES)
    op.execute(_ROLE)
