"""The audit log as a chain of hashes."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    _audit()


def _audit() -> None:
    op.add_column("audit", sa.Column("request_id", sa.Text(), nullable=True))
    op.add_column("audit", sa.Column("position", sa.BigInteger(), nullable=True))
    op.add_column("audit", sa.Column("previous_hash", sa.Text(), nullable=True))
    op.add_column("audit", sa.Column("hash", sa.Text(), nullable=True))
    op.create_index("uq_audit_position", "audit", ["workspace_id", "position"], unique=True)
    # PostgreSQL 14 lets NULLs repeat in a unique index, so the installation's chain has its own
    op.create_index(
        "uq_audit_position_of_installation",
        "audit",
        ["position"],
        unique=True,
        postgresql_where=sa.text("workspace_id IS NULL"),
    )
