"""How Alembic runs our migrations: always on a connection that `store/migrate.py` hands over."""

from __future__ import annotations

from typing import Literal

from alembic import context
from alembic.autogenerate.api import AutogenContext

from muster.store.column_types import ExactJson, Instant, PlainText
from muster.store.schema import metadata

_JSONB_IMPORT = "from sqlalchemy.dialects import postgresql"


def _render_plain(kind: str, item: object, autogenerate: AutogenContext) -> str | Literal[False]:
    """Write our own column types as what they are in the database: migrations outlive our code."""
    if kind != "type":
        return False
    match item:
        case PlainText():
            return "sa.Text()"
        case Instant():
            return "sa.DateTime(timezone=True)"
        case ExactJson():
            autogenerate.imports.add(_JSONB_IMPORT)
            return "postgresql.JSONB()"
        case _:
            return False


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    compare_type=True,
    compare_server_default=True,
    render_item=_render_plain,
)
with context.begin_transaction():
    context.run_migrations()
