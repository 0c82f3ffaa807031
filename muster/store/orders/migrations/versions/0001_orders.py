"""The tables of the order desk: customers, products, orders, items, statuses, history, changesets.

They lie in whatever schema comes first on the search path. Everything that must hold for an order
holds here, whoever writes: transitions, totals, versions, history.
"""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    folder = Path(__file__).with_suffix("")
    for part in ("tables", "changesets", "triggers", "indexes", "statuses", "ask"):
        op.execute((folder / f"{part}.sql").read_text(encoding="utf-8"))
