"""Workspaces, data models, rules and their versions."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_NAME = "name ~ '^[a-z][a-z0-9_]{0,62}$'"


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "workspaces",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("synthetic", sa.Boolean(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_workspaces")),
        sa.UniqueConstraint("name", name=op.f("uq_workspaces_name")),
        sa.CheckConstraint(_NAME, name=op.f("ck_workspaces_name")),
    )
    op.create_table(
        "data_models",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("workspace_id", "version", name=op.f("pk_data_models")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_data_models_workspace")
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_data_models_version")),
        sa.CheckConstraint("fingerprint <> ''", name=op.f("ck_data_models_fingerprint")),
    )
    op.create_table(
        "rules",
        sa.Column("id", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("current_version", sa.Integer(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rules")),
        sa.UniqueConstraint("workspace_id", "id", name=op.f("uq_rules_workspace_id_id")),
        sa.UniqueConstraint("workspace_id", "name", name=op.f("uq_rules_workspace_id_name")),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rules_workspace")
        ),
        sa.CheckConstraint(_NAME, name=op.f("ck_rules_name")),
    )
    op.create_table(
        "rule_versions",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("rule_id", sa.BigInteger(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("description", sa.Text(), nullable=False),
        sa.Column("definition", postgresql.JSONB(), nullable=False),
        sa.Column("fingerprint", sa.Text(), nullable=False),
        sa.Column("schedule", sa.Text(), nullable=True),
        sa.Column("tags", postgresql.ARRAY(sa.Text()), nullable=False),
        sa.Column("author", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column(
            "created_at", sa.DateTime(timezone=True), server_default=sa.func.now(), nullable=False
        ),
        sa.PrimaryKeyConstraint(
            "workspace_id", "rule_id", "version", name=op.f("pk_rule_versions")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_rule_versions_workspace")
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id", "rule_id"],
            ["rules.workspace_id", "rules.id"],
            name=op.f("fk_rule_versions_rule"),
        ),
        sa.CheckConstraint("version >= 1", name=op.f("ck_rule_versions_version")),
        sa.CheckConstraint("fingerprint <> ''", name=op.f("ck_rule_versions_fingerprint")),
        sa.CheckConstraint("schedule <> ''", name=op.f("ck_rule_versions_schedule")),
    )
    op.create_foreign_key(
        op.f("fk_rules_current_version"),
        "rules",
        "rule_versions",
        ["workspace_id", "id", "current_version"],
        ["workspace_id", "rule_id", "version"],
        deferrable=True,
        initially="DEFERRED",
    )
