"""How the columns of the product database are written: one word for each kind of column.

Every row but a workspace's own carries `workspace_id`, and references between rows are composite
with it, so that the database itself refuses a row that points into another workspace.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Integer,
    MetaData,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY

from muster.store.column_types import Instant, PlainText
from muster.store.names import NAME_PATTERN

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(constraint_name)s",
    }
)


def id_column() -> Column[int]:
    """Build the `id` column, numbered by the database."""
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def workspace_column(*, nullable: bool = False) -> Column[int]:
    """Build the column that says whose row it is."""
    key = ForeignKey("workspaces.id", name="workspace")
    return Column("workspace_id", BigInteger, key, nullable=nullable)


def text_column(name: str, *, nullable: bool = False) -> Column[str]:
    """Build a text column."""
    return Column(name, PlainText, nullable=nullable)


def instant(name: str, *, nullable: bool = False) -> Column[Any]:
    """Build a column for a point in time."""
    return Column(name, Instant, nullable=nullable)


def now(name: str) -> Column[Any]:
    """Build a column for a point in time that is now unless something else is said."""
    return Column(name, Instant, nullable=False, server_default=func.now())


def texts(name: str) -> Column[Any]:
    """Build a column for a list of texts."""
    return Column(name, ARRAY(PlainText), nullable=False)


def count(name: str) -> Column[int]:
    """Build a column for a number of things."""
    return Column(name, BigInteger, nullable=False)


def version(name: str, *, nullable: bool = False) -> Column[int]:
    """Build a column for the number of a version."""
    return Column(name, Integer, nullable=nullable)


def refers(
    columns: list[str], target: list[str], name: str, *, later: bool = False
) -> ForeignKeyConstraint:
    """Build a composite reference; ``later``: checked when the transaction commits."""
    return ForeignKeyConstraint(
        columns,
        target,
        name=name,
        deferrable=later or None,
        initially="DEFERRED" if later else None,
        use_alter=name.startswith("current_"),
    )


def check(name: str, condition: str) -> CheckConstraint:
    """Build a named check."""
    return CheckConstraint(condition, name=name)


NAME_CHECK = f"name ~ '{NAME_PATTERN}'"


def flag(name: str, *, default: bool = False) -> Column[bool]:
    """Build a boolean column that is never NULL."""
    return Column(name, Boolean, nullable=False, server_default=text(str(default).lower()))


def one_of(name: str, column: str, values: Iterable[str]) -> CheckConstraint:
    """Build a check that a column holds one of some words."""
    listed = ", ".join(f"'{value}'" for value in values)
    return CheckConstraint(f"{column} IN ({listed})", name=name)
