"""Runs, segments, their published versions and what these were computed from."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    _create_runs()
    _create_segments()
    _create_segment_versions()
    _create_lineage()


def _create_runs() -> None:
    op.create_table(
        "runs",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("rules", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error", sa.Text(), nullable=True),
        sa.Column("figures", postgresql.JSONB(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.Column("started_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("finished_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_runs")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_runs_workspace_id_id")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_runs_workspace")
        ),
        sa.CheckConstraint(
            "state IN ('queued', 'running', 'published', 'failed', 'cancelled')",
            name=op.f("ck_runs_state"),
        ),
        sa.CheckConstraint("cardinality(rules) >= 1", name=op.f("ck_runs_rules")),
        sa.CheckConstraint(
            "started_at IS NOT NULL OR state NOT IN ('running', 'published')",
            name=op.f("ck_runs_started"),
        ),
        sa.CheckConstraint(
            "(finished_at IS NULL) = (state IN ('queued', 'running'))",
            name=op.f("ck_runs_finished"),
        ),
        sa.CheckConstraint(
            "(error_code IS NOT NULL AND error IS NOT NULL) OR state <> 'failed'",
            name=op.f("ck_runs_failed"),
        ),
    )


def _create_segments() -> None:
    op.create_table(
        "segments",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=True),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_segments")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_segments_workspace_id_name")),
        sa.UniqueConstraint(
            "workspace_id", "rule_id", name=op.f("uq_segments_workspace_id_rule_id")
        ),
        sa.UniqueConstraint(
            "workspace_id", "id", "rule_id", name=op.f("uq_segments_workspace_id_id_rule_id")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_segments_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id"],
            ["rules.workspace_id", "rules.id"],
            name=op.f("fk_segments_rule"),
        ),
        sa.CheckConstraint("name ~ '^[a-z][a-z0-9_]{0,62}$'", name=op.f("ck_segments_name")),
    )


def _create_segment_versions() -> None:
    op.create_table(
        "segment_versions",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_version", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.BigInteger(), nullable=False),
        sa.Column("size", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("left", sa.BigInteger(), nullable=False),
        sa.Column("universe_size", sa.BigInteger(), nullable=False),
        sa.Column("unknown_size", sa.BigInteger(), nullable=False),
        sa.Column("as_of", sa.DateTime(timezone=True), nullable=False),
        sa.Column("watermark", sa.DateTime(timezone=True), nullable=True),
        sa.Column("bitmap", sa.Text(), nullable=True),
        sa.Column("sql", sa.Text(), nullable=False),
        sa.Column("seconds", sa.Double(), nullable=False),
        sa.Column("published_at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(
            "workspace_id", "segment_id", "number", name=op.f("pk_segment_versions")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_segment_versions_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "segment_id", "rule_id"],
            ["segments.workspace_id", "segments.id", "segments.rule_id"],
            name=op.f("fk_segment_versions_segment"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id", "rule_version"],
            ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
            name=op.f("fk_segment_versions_rule_version"),
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "run_id"],
            ["runs.workspace_id", "runs.id"],
            name=op.f("fk_segment_versions_run"),
        ),
        sa.CheckConstraint("number >= 1", name=op.f("ck_segment_versions_number")),
        sa.CheckConstraint(
            "size >= 0 AND size <= universe_size", name=op.f("ck_segment_versions_size")
        ),
        sa.CheckConstraint(
            "entered >= 0 AND entered <= size", name=op.f("ck_segment_versions_entered")
        ),
        sa.CheckConstraint('"left" >= 0', name=op.f("ck_segment_versions_left")),
        sa.CheckConstraint(
            "unknown_size >= 0 AND unknown_size <= universe_size",
            name=op.f("ck_segment_versions_unknown_size"),
        ),
        sa.CheckConstraint("seconds >= 0", name=op.f("ck_segment_versions_seconds")),
        sa.CheckConstraint(
            r"bitmap <> '' AND bitmap !~ '^/|(^|/)\.\.(/|$)'",
            name=op.f("ck_segment_versions_bitmap"),
        ),
    )
    op.create_index("ix_segment_versions_run", "segment_versions", ["workspace_id", "run_id"])
    op.create_foreign_key(
        op.f("fk_segments_current_version"),
        "segments",
        "segment_versions",
        ["workspace_id", "id", "current_version"],
        ["workspace_id", "segment_id", "number"],
    )


def _create_lineage() -> None:
    versions = [
        "segment_versions.workspace_id",
        "segment_versions.segment_id",
        "segment_versions.number",
    ]
    op.create_table(
        "lineage",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("segment_id", sa.BigInteger(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("parent_segment_id", sa.BigInteger(), nullable=True),
        sa.Column("parent_number", sa.Integer(), nullable=True),
        sa.PrimaryKeyConstraint(
            "workspace_id", "segment_id", "number", "kind", "name", name=op.f("pk_lineage")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_lineage_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "segment_id", "number"], versions, name=op.f("fk_lineage_version")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "parent_segment_id", "parent_number"],
            versions,
            name=op.f("fk_lineage_parent"),
        ),
        sa.CheckConstraint(
            "CASE kind WHEN 'segment' THEN num_nulls(parent_segment_id, parent_number) = 0"
            " WHEN 'table' THEN num_nulls(parent_segment_id, parent_number) = 2 ELSE false END",
            name=op.f("ck_lineage_kind"),
        ),
    )
    op.create_index(
        "ix_lineage_parent", "lineage", ["workspace_id", "parent_segment_id", "parent_number"]
    )
