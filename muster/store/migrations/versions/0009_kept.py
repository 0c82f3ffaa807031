"""What one person keeps for themselves in one workspace: drafts, views, preferences."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

_POLICY = """
ALTER TABLE kept ENABLE ROW LEVEL SECURITY;
ALTER TABLE kept FORCE ROW LEVEL SECURITY;
CREATE POLICY workspace_rows ON kept USING (
    (SELECT current_setting('muster.workspace_id', true)) IN ('all', workspace_id::text)
)
"""


def upgrade() -> None:
    # rather fail and be run again than queue behind a long reader and block everybody after us
    op.execute("SET LOCAL lock_timeout = '5s'")
    op.create_table(
        "kept",
        sa.Column("workspace_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column(
            "updated_at",
            sa.DateTime(timezone=True),
            server_default=sa.text("now()"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["workspace_id"], ["workspaces.id"], name=op.f("fk_kept_workspace")
        ),
        sa.PrimaryKeyConstraint("workspace_id", "person", "key", name=op.f("pk_kept")),
    )
    op.execute(_POLICY)
