"""What a run is beyond a refresh by hand: schedules, attempts, leases, logs; a rule's life."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    _rules()
    _segments()
    _runs()
    _workers()
    _run_log()
    _run_rules()
    _schedules()
    _approvals()
    _schedule_fires()
    _checks()


def _rules() -> None:
    op.add_column("rules", sa.Column("published_version", sa.Integer(), nullable=True))
    op.add_column(
        "rules",
        sa.Column("status", sa.Text(), server_default=sa.text("'published'"), nullable=False),
    )
    op.add_column("rules", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_rules_workspace_id_name"), "rules", type_="unique")
    op.create_index(
        "uq_rules_workspace_id_name",
        "rules",
        ["workspace_id", "name"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )
    op.create_foreign_key(
        op.f("fk_rules_current_published"),
        "rules",
        "rule_versions",
        ["workspace_id", "id", "published_version"],
        ["workspace_id", "rule_id", "version"],
        initially="DEFERRED",
        deferrable=True,
    )


def _segments() -> None:
    op.add_column("segments", sa.Column("deleted_at", sa.DateTime(timezone=True), nullable=True))
    op.drop_constraint(op.f("uq_segments_workspace_id_name"), "segments", type_="unique")
    op.create_index(
        "uq_segments_workspace_id_name",
        "segments",
        ["workspace_id", "name"],
        unique=True,
        postgresql_where=sa.text("deleted_at IS NULL"),
    )


def _runs() -> None:
    op.add_column(
        "runs", sa.Column("kind", sa.Text(), server_default=sa.text("'refresh'"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("origin", sa.Text(), server_default=sa.text("'manual'"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("requested_by", sa.Text(), server_default=sa.text("''"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("priority", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column("runs", sa.Column("dedupe_key", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("idempotency_key", sa.Text(), nullable=True))
    op.add_column(
        "runs", sa.Column("attempt", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("crashes", sa.Integer(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("max_attempts", sa.Integer(), server_default=sa.text("3"), nullable=False)
    )
    op.add_column(
        "runs",
        sa.Column(
            "not_before",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
    )
    op.add_column("runs", sa.Column("owner", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("lease_until", sa.DateTime(timezone=True), nullable=True))
    op.add_column(
        "runs", sa.Column("fence", sa.BigInteger(), server_default=sa.text("0"), nullable=False)
    )
    op.add_column(
        "runs", sa.Column("cancel_requested_at", sa.DateTime(timezone=True), nullable=True)
    )
    op.add_column("runs", sa.Column("cancelled_by", sa.Text(), nullable=True))
    op.add_column("runs", sa.Column("progress", postgresql.JSONB(), nullable=True))
    op.add_column("runs", sa.Column("retry_of", sa.BigInteger(), nullable=True))
    op.add_column(
        "runs",
        sa.Column("dead_letter", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )
    op.create_index(
        "ix_runs_claimable",
        "runs",
        ["priority", "not_before"],
        unique=False,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "ix_runs_leased",
        "runs",
        ["lease_until"],
        unique=False,
        postgresql_where=sa.text("state = 'running'"),
    )
    op.create_index(
        "ix_runs_retry_of",
        "runs",
        ["workspace_id", "retry_of"],
        unique=False,
        postgresql_where=sa.text("retry_of IS NOT NULL"),
    )
    op.create_index(
        "uq_runs_dedupe_key",
        "runs",
        ["workspace_id", "dedupe_key"],
        unique=True,
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index(
        "uq_runs_idempotency_key",
        "runs",
        ["workspace_id", "idempotency_key"],
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    )
    op.create_foreign_key(
        op.f("fk_runs_retry_of"),
        "runs",
        "runs",
        ["workspace_id", "retry_of"],
        ["workspace_id", "id"],
    )


def _workers() -> None:
    op.create_table(
        "workers",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("process", sa.Integer(), nullable=False),
        sa.Column("release", sa.Text(), nullable=False),
        sa.Column("slots", sa.Integer(), nullable=False),
        sa.Column(
            "started_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "seen_at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_workers")),
    )


def _run_log() -> None:
    op.create_table(
        "run_log",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column(
            "at", sa.DateTime(timezone=True), server_default=sa.text("now()"), nullable=False
        ),
        sa.Column("level", sa.Text(), nullable=False),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("detail", postgresql.JSONB(), nullable=True),
        sa.CheckConstraint("level IN ('info', 'warning', 'error')", name=op.f("ck_run_log_level")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name=op.f("fk_run_log_run"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_run_log_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run_log")),
    )
    op.create_index("ix_run_log_run", "run_log", ["workspace_id", "run_id", "id"], unique=False)


def _run_rules() -> None:
    op.create_table(
        "run_rules",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("segment_version", sa.Integer(), nullable=True),
        sa.Column("size", sa.BigInteger(), nullable=True),
        sa.Column("seconds", sa.Double(), nullable=True),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "outcome IN ('pending', 'published', 'failed', 'skipped')",
            name=op.f("ck_run_rules_outcome"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name=op.f("fk_run_rules_run"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_run_rules_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "run_id", "rule", name=op.f("pk_run_rules")),
    )
    op.create_index(
        "ix_run_rules_rule", "run_rules", ["workspace_id", "rule", "run_id"], unique=False
    )


def _schedules() -> None:
    op.create_table(
        "schedules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("kind", sa.Text(), server_default=sa.text("'refresh'"), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=True),
        sa.Column("cron", sa.Text(), nullable=False),
        sa.Column("time_zone", sa.Text(), nullable=False),
        sa.Column("starts_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ends_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("misfire", sa.Text(), server_default=sa.text("'once'"), nullable=False),
        sa.Column("grace_seconds", sa.Integer(), server_default=sa.text("3600"), nullable=False),
        sa.Column("paused", sa.Boolean(), server_default=sa.text("false"), nullable=False),
        sa.Column("next_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("last_fire_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("revision", sa.BigInteger(), server_default=sa.text("1"), nullable=False),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.CheckConstraint(
            "(rule_id IS NOT NULL) = (kind = 'refresh')", name=op.f("ck_schedules_rule")
        ),
        sa.CheckConstraint("cron <> ''", name=op.f("ck_schedules_cron")),
        sa.CheckConstraint("kind IN ('refresh', 'retention')", name=op.f("ck_schedules_kind")),
        sa.CheckConstraint("misfire IN ('skip', 'once', 'all')", name=op.f("ck_schedules_misfire")),
        sa.CheckConstraint("grace_seconds >= 0", name=op.f("ck_schedules_grace_seconds")),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id"],
            ["rules.workspace_id", "rules.id"],
            name=op.f("fk_schedules_rule"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_schedules_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_schedules")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_schedules_workspace_id_id")),
        sa.UniqueConstraint(
            "workspace_id", "rule_id", name=op.f("uq_schedules_workspace_id_rule_id")
        ),
    )
    op.create_index(
        "ix_schedules_due",
        "schedules",
        ["next_at"],
        unique=False,
        postgresql_where=sa.text("NOT paused"),
    )


def _approvals() -> None:
    op.create_table(
        "approvals",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("requested_by", sa.Text(), nullable=False),
        sa.Column(
            "requested_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("effects", postgresql.JSONB(), nullable=False),
        sa.Column("moved_share", sa.Double(), nullable=True),
        sa.Column("state", sa.Text(), server_default=sa.text("'pending'"), nullable=False),
        sa.Column("decided_by", sa.Text(), nullable=True),
        sa.Column("decided_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("comment", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "(decided_at IS NULL) = (state = 'pending')", name=op.f("ck_approvals_decided")
        ),
        sa.CheckConstraint(
            "state IN ('pending', 'approved', 'rejected', 'withdrawn')",
            name=op.f("ck_approvals_state"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id", "version"],
            ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
            name=op.f("fk_approvals_rule_version"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_approvals_workspace")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_approvals")),
    )
    op.create_index(
        "uq_approvals_pending",
        "approvals",
        ["workspace_id", "rule_id"],
        unique=True,
        postgresql_where=sa.text("state = 'pending'"),
    )


def _schedule_fires() -> None:
    op.create_table(
        "schedule_fires",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("schedule_id", sa.BigInteger(), nullable=False),
        sa.Column("fire_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=True),
        sa.Column(
            "created_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name=op.f("fk_schedule_fires_run"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "schedule_id"],
            ["schedules.workspace_id", "schedules.id"],
            name=op.f("fk_schedule_fires_schedule"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_schedule_fires_workspace")
        ),
        sa.PrimaryKeyConstraint("schedule_id", "fire_at", name=op.f("pk_schedule_fires")),
    )
    op.create_index(
        "ix_schedule_fires_run", "schedule_fires", ["workspace_id", "run_id"], unique=False
    )


def _checks() -> None:
    op.execute("UPDATE rules SET published_version = current_version")
    # the reference is checked at the end otherwise, and no table may be altered until it is
    op.execute("SET CONSTRAINTS ALL IMMEDIATE")
    op.create_check_constraint(
        op.f("ck_rules_status"), "rules", "status IN ('draft', 'published', 'archived')"
    )
    op.create_check_constraint(
        op.f("ck_rules_published"),
        "rules",
        "published_version IS NOT NULL OR status <> 'published'",
    )
    op.create_check_constraint(op.f("ck_runs_kind"), "runs", "kind IN ('refresh', 'retention')")
    op.create_check_constraint(
        op.f("ck_runs_origin"), "runs", "origin IN ('schedule', 'manual', 'api', 'retry')"
    )
    op.drop_constraint(op.f("ck_runs_rules"), "runs", type_="check")
    op.create_check_constraint(
        op.f("ck_runs_rules"), "runs", "kind <> 'refresh' OR cardinality(rules) >= 1"
    )
