"""The tables of the product database, as SQLAlchemy Core; the migrations build the same.

Every row but a workspace's own carries `workspace_id`, and references between rows are composite
with it, so that the database itself refuses a row that points into another workspace.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    func,
)
from sqlalchemy.dialects.postgresql import ARRAY

from muster.base.records import RunState
from muster.store.column_types import ExactJson, Instant, PlainText
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


def _id() -> Column[int]:
    return Column("id", BigInteger, Identity(always=True), primary_key=True)


def _workspace(*, nullable: bool = False) -> Column[int]:
    key = ForeignKey("workspaces.id", name="workspace")
    return Column("workspace_id", BigInteger, key, nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> Column[str]:
    return Column(name, PlainText, nullable=nullable)


def _instant(name: str, *, nullable: bool = False) -> Column[Any]:
    return Column(name, Instant, nullable=nullable)


def _now(name: str) -> Column[Any]:
    return Column(name, Instant, nullable=False, server_default=func.now())


def _texts(name: str) -> Column[Any]:
    return Column(name, ARRAY(PlainText), nullable=False)


def _count(name: str) -> Column[int]:
    return Column(name, BigInteger, nullable=False)


def _version(name: str, *, nullable: bool = False) -> Column[int]:
    return Column(name, Integer, nullable=nullable)


def _refers(
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


def _check(name: str, condition: str) -> CheckConstraint:
    return CheckConstraint(condition, name=name)


_NAME_CHECK = f"name ~ '{NAME_PATTERN}'"
_STATES = ", ".join(f"'{state.value}'" for state in RunState)

workspaces = Table(
    "workspaces",
    metadata,
    _id(),
    _text("name"),
    _text("title"),
    Column("synthetic", Boolean, nullable=False),
    _now("created_at"),
    UniqueConstraint("name"),
    _check("name", _NAME_CHECK),
)

data_models = Table(
    "data_models",
    metadata,
    _workspace(),
    _version("version"),
    _text("document"),
    _text("fingerprint"),
    _now("created_at"),
    PrimaryKeyConstraint("workspace_id", "version"),
    _check("version", "version >= 1"),
    _check("fingerprint", "fingerprint <> ''"),
)

rules = Table(
    "rules",
    metadata,
    _id(),
    _workspace(),
    _text("name"),
    _version("current_version"),
    _now("created_at"),
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "name"),
    # a rule and its first version are born in one transaction, and each refers to the other
    _refers(
        ["workspace_id", "id", "current_version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "current_version",
        later=True,
    ),
    _check("name", _NAME_CHECK),
)

rule_versions = Table(
    "rule_versions",
    metadata,
    _workspace(),
    Column("rule_id", BigInteger, nullable=False),
    _version("version"),
    _text("title"),
    _text("description"),
    Column("definition", ExactJson, nullable=False),
    _text("fingerprint"),
    _text("schedule", nullable=True),
    _texts("tags"),
    _text("author"),
    _text("reason"),
    _now("created_at"),
    PrimaryKeyConstraint("workspace_id", "rule_id", "version"),
    _refers(["workspace_id", "rule_id"], ["rules.workspace_id", "rules.id"], "rule"),
    _check("version", "version >= 1"),
    _check("fingerprint", "fingerprint <> ''"),
    _check("schedule", "schedule <> ''"),
)

runs = Table(
    "runs",
    metadata,
    _id(),
    _workspace(),
    _text("state"),
    _instant("as_of"),
    _texts("rules"),
    _text("error_code", nullable=True),
    _text("error", nullable=True),
    Column("figures", ExactJson),
    _now("created_at"),
    _instant("started_at", nullable=True),
    _instant("finished_at", nullable=True),
    UniqueConstraint("workspace_id", "id"),
    _check("state", f"state IN ({_STATES})"),
    _check("rules", "cardinality(rules) >= 1"),
    _check("started", "started_at IS NOT NULL OR state NOT IN ('running', 'published')"),
    _check("finished", "(finished_at IS NULL) = (state IN ('queued', 'running'))"),
    _check(
        "failed",
        "(error_code IS NOT NULL AND error IS NOT NULL) OR state <> 'failed'",
    ),
)

segments = Table(
    "segments",
    metadata,
    _id(),
    _workspace(),
    Column("rule_id", BigInteger, nullable=False),
    _text("name"),
    _version("current_version", nullable=True),
    _now("created_at"),
    UniqueConstraint("workspace_id", "name"),
    UniqueConstraint("workspace_id", "rule_id"),
    UniqueConstraint("workspace_id", "id", "rule_id"),
    _refers(["workspace_id", "rule_id"], ["rules.workspace_id", "rules.id"], "rule"),
    _refers(
        ["workspace_id", "id", "current_version"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "current_version",
    ),
    _check("name", _NAME_CHECK),
)

segment_versions = Table(
    "segment_versions",
    metadata,
    _workspace(),
    Column("segment_id", BigInteger, nullable=False),
    _version("number"),
    Column("rule_id", BigInteger, nullable=False),
    _version("rule_version"),
    Column("run_id", BigInteger, nullable=False),
    _count("size"),
    _count("entered"),
    Column("left", BigInteger, nullable=False),
    _count("universe_size"),
    _count("unknown_size"),
    _instant("as_of"),
    _instant("watermark", nullable=True),
    _text("bitmap", nullable=True),
    _text("sql"),
    Column("seconds", Double, nullable=False),
    _instant("published_at"),
    PrimaryKeyConstraint("workspace_id", "segment_id", "number"),
    _refers(
        ["workspace_id", "segment_id", "rule_id"],
        ["segments.workspace_id", "segments.id", "segments.rule_id"],
        "segment",
    ),
    _refers(
        ["workspace_id", "rule_id", "rule_version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "rule_version",
    ),
    _refers(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], "run"),
    Index("ix_segment_versions_run", "workspace_id", "run_id"),
    _check("number", "number >= 1"),
    _check("size", "size >= 0 AND size <= universe_size"),
    _check("entered", "entered >= 0 AND entered <= size"),
    _check("left", '"left" >= 0'),
    _check("unknown_size", "unknown_size >= 0 AND unknown_size <= universe_size"),
    _check("seconds", "seconds >= 0"),
    # relative to the data folder and never out of it
    _check("bitmap", r"bitmap <> '' AND bitmap !~ '^/|(^|/)\.\.(/|$)'"),
)

lineage = Table(
    "lineage",
    metadata,
    _workspace(),
    Column("segment_id", BigInteger, nullable=False),
    _version("number"),
    _text("kind"),
    _text("name"),
    Column("parent_segment_id", BigInteger),
    _version("parent_number", nullable=True),
    PrimaryKeyConstraint("workspace_id", "segment_id", "number", "kind", "name"),
    _refers(
        ["workspace_id", "segment_id", "number"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "version",
    ),
    _refers(
        ["workspace_id", "parent_segment_id", "parent_number"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "parent",
    ),
    Index("ix_lineage_parent", "workspace_id", "parent_segment_id", "parent_number"),
    _check(
        "kind",
        "CASE kind WHEN 'segment' THEN num_nulls(parent_segment_id, parent_number) = 0"
        " WHEN 'table' THEN num_nulls(parent_segment_id, parent_number) = 2 ELSE false END",
    ),
)

audit = Table(
    "audit",
    metadata,
    _id(),
    _workspace(nullable=True),  # NULL: it concerns the whole installation
    _now("at"),
    _text("actor"),
    _text("action"),
    _text("subject"),
    Column("before", ExactJson),
    Column("after", ExactJson),
    _text("reason"),
    Index("ix_audit_workspace", "workspace_id", "id"),
    _check("who_did_what", "actor <> '' AND action <> '' AND subject <> ''"),
)

AUDIT_GUARD = (
    """
CREATE FUNCTION refuse_audit_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING
        MESSAGE = 'the audit log is append-only: ' || TG_OP || ' refused',
        ERRCODE = 'restrict_violation';
END
$$
""",
    """
CREATE TRIGGER audit_is_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON audit
FOR EACH STATEMENT EXECUTE FUNCTION refuse_audit_change()
""",
    # also for sessions that replay a replication stream, where ordinary triggers rest
    "ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_is_append_only",
)
"""The statements that make the audit log append-only; migration 0003 holds the same."""

for _statement in AUDIT_GUARD:
    event.listen(audit, "after_create", DDL(_statement))  # type: ignore[no-untyped-call]
