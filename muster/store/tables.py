"""The tables of definitions, runs, segments and audit, in SQLAlchemy Core.

The migrations build the same. Others: `tables_runs.py`, `tables_people.py`, `tables_notices.py`.
"""

from __future__ import annotations

from sqlalchemy import (
    DDL,
    BigInteger,
    Boolean,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    event,
    text,
)

from muster.base.records import RuleStatus, RunKind, RunOrigin, RunState
from muster.store.column_types import ExactJson, PlainText
from muster.store.columns import (
    NAME_CHECK,
    check,
    count,
    flag,
    id_column,
    instant,
    metadata,
    now,
    one_of,
    refers,
    text_column,
    texts,
    version,
    workspace_column,
)

_STATES = [state.value for state in RunState]

workspaces = Table(
    "workspaces",
    metadata,
    id_column(),
    text_column("name"),
    text_column("title"),
    Column("synthetic", Boolean, nullable=False),
    now("created_at"),
    UniqueConstraint("name"),
    check("name", NAME_CHECK),
)

data_models = Table(
    "data_models",
    metadata,
    workspace_column(),
    version("version"),
    text_column("document"),
    text_column("fingerprint"),
    now("created_at"),
    PrimaryKeyConstraint("workspace_id", "version"),
    check("version", "version >= 1"),
    check("fingerprint", "fingerprint <> ''"),
)

rules = Table(
    "rules",
    metadata,
    id_column(),
    workspace_column(),
    text_column("name"),
    version("current_version"),
    # what is evaluated; NULL until the first publication. The current version may be a later draft.
    version("published_version", nullable=True),
    Column("status", PlainText, nullable=False, server_default=text("'published'")),
    now("created_at"),
    instant("deleted_at", nullable=True),
    UniqueConstraint("workspace_id", "id"),
    Index(
        "uq_rules_workspace_id_name",
        "workspace_id",
        "name",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    one_of("status", "status", [status.value for status in RuleStatus]),
    check("published", "published_version IS NOT NULL OR status <> 'published'"),
    refers(
        ["workspace_id", "id", "published_version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "current_published",
        later=True,
    ),
    # a rule and its first version are born in one transaction, and each refers to the other
    refers(
        ["workspace_id", "id", "current_version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "current_version",
        later=True,
    ),
    check("name", NAME_CHECK),
)

rule_versions = Table(
    "rule_versions",
    metadata,
    workspace_column(),
    Column("rule_id", BigInteger, nullable=False),
    version("version"),
    text_column("title"),
    text_column("description"),
    Column("definition", ExactJson, nullable=False),
    text_column("fingerprint"),
    text_column("schedule", nullable=True),
    texts("tags"),
    text_column("author"),
    text_column("reason"),
    now("created_at"),
    PrimaryKeyConstraint("workspace_id", "rule_id", "version"),
    refers(["workspace_id", "rule_id"], ["rules.workspace_id", "rules.id"], "rule"),
    check("version", "version >= 1"),
    check("fingerprint", "fingerprint <> ''"),
    check("schedule", "schedule <> ''"),
)

runs = Table(
    "runs",
    metadata,
    id_column(),
    workspace_column(),
    text_column("state"),
    instant("as_of"),
    texts("rules"),
    text_column("error_code", nullable=True),
    text_column("error", nullable=True),
    Column("figures", ExactJson),
    now("created_at"),
    instant("started_at", nullable=True),
    instant("finished_at", nullable=True),
    Column("kind", PlainText, nullable=False, server_default=text("'refresh'")),
    Column("origin", PlainText, nullable=False, server_default=text("'manual'")),
    Column("requested_by", PlainText, nullable=False, server_default=text("''")),
    Column("priority", Integer, nullable=False, server_default=text("0")),  # higher goes first
    # at most one queued run bears the same key: triggering twice gives the same run
    text_column("dedupe_key", nullable=True),
    # for ever unique: a request sent twice makes one run
    text_column("idempotency_key", nullable=True),
    Column("attempt", Integer, nullable=False, server_default=text("0")),
    Column("crashes", Integer, nullable=False, server_default=text("0")),
    Column("max_attempts", Integer, nullable=False, server_default=text("3")),
    now("not_before"),
    text_column("owner", nullable=True),
    instant("lease_until", nullable=True),
    Column("fence", BigInteger, nullable=False, server_default=text("0")),
    instant("cancel_requested_at", nullable=True),
    text_column("cancelled_by", nullable=True),
    Column("progress", ExactJson),
    Column("retry_of", BigInteger, nullable=True),
    flag("dead_letter"),
    UniqueConstraint("workspace_id", "id"),
    refers(["workspace_id", "retry_of"], ["runs.workspace_id", "runs.id"], "retry_of"),
    one_of("kind", "kind", [kind.value for kind in RunKind]),
    one_of("origin", "origin", [origin.value for origin in RunOrigin]),
    Index(
        "uq_runs_dedupe_key",
        "workspace_id",
        "dedupe_key",
        unique=True,
        postgresql_where=text("state = 'queued'"),
    ),
    Index(
        "uq_runs_idempotency_key",
        "workspace_id",
        "idempotency_key",
        unique=True,
        postgresql_where=text("idempotency_key IS NOT NULL"),
    ),
    Index(
        "ix_runs_claimable",
        "priority",
        "not_before",
        postgresql_where=text("state = 'queued'"),
    ),
    Index("ix_runs_leased", "lease_until", postgresql_where=text("state = 'running'")),
    # without it each run that is removed would look at every other
    Index(
        "ix_runs_retry_of",
        "workspace_id",
        "retry_of",
        postgresql_where=text("retry_of IS NOT NULL"),
    ),
    one_of("state", "state", _STATES),
    check("rules", "kind <> 'refresh' OR cardinality(rules) >= 1"),
    check("started", "started_at IS NOT NULL OR state NOT IN ('running', 'published')"),
    check("finished", "(finished_at IS NULL) = (state IN ('queued', 'running'))"),
    check(
        "failed",
        "(error_code IS NOT NULL AND error IS NOT NULL) OR state <> 'failed'",
    ),
)

segments = Table(
    "segments",
    metadata,
    id_column(),
    workspace_column(),
    Column("rule_id", BigInteger, nullable=False),
    text_column("name"),
    version("current_version", nullable=True),
    now("created_at"),
    instant("deleted_at", nullable=True),
    Index(
        "uq_segments_workspace_id_name",
        "workspace_id",
        "name",
        unique=True,
        postgresql_where=text("deleted_at IS NULL"),
    ),
    UniqueConstraint("workspace_id", "rule_id"),
    UniqueConstraint("workspace_id", "id", "rule_id"),
    refers(["workspace_id", "rule_id"], ["rules.workspace_id", "rules.id"], "rule"),
    refers(
        ["workspace_id", "id", "current_version"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "current_version",
    ),
    check("name", NAME_CHECK),
)

segment_versions = Table(
    "segment_versions",
    metadata,
    workspace_column(),
    Column("segment_id", BigInteger, nullable=False),
    version("number"),
    Column("rule_id", BigInteger, nullable=False),
    version("rule_version"),
    Column("run_id", BigInteger, nullable=False),
    count("size"),
    count("entered"),
    Column("left", BigInteger, nullable=False),
    count("universe_size"),
    count("unknown_size"),
    instant("as_of"),
    instant("watermark", nullable=True),
    text_column("bitmap", nullable=True),
    text_column("sql"),
    Column("seconds", Double, nullable=False),
    instant("published_at"),
    PrimaryKeyConstraint("workspace_id", "segment_id", "number"),
    refers(
        ["workspace_id", "segment_id", "rule_id"],
        ["segments.workspace_id", "segments.id", "segments.rule_id"],
        "segment",
    ),
    refers(
        ["workspace_id", "rule_id", "rule_version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "rule_version",
    ),
    refers(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], "run"),
    Index("ix_segment_versions_run", "workspace_id", "run_id"),
    check("number", "number >= 1"),
    check("size", "size >= 0 AND size <= universe_size"),
    check("entered", "entered >= 0 AND entered <= size"),
    check("left", '"left" >= 0'),
    check("unknown_size", "unknown_size >= 0 AND unknown_size <= universe_size"),
    check("seconds", "seconds >= 0"),
    # relative to the data folder and never out of it
    check("bitmap", r"bitmap <> '' AND bitmap !~ '^/|(^|/)\.\.(/|$)'"),
)

lineage = Table(
    "lineage",
    metadata,
    workspace_column(),
    Column("segment_id", BigInteger, nullable=False),
    version("number"),
    text_column("kind"),
    text_column("name"),
    Column("parent_segment_id", BigInteger),
    version("parent_number", nullable=True),
    PrimaryKeyConstraint("workspace_id", "segment_id", "number", "kind", "name"),
    refers(
        ["workspace_id", "segment_id", "number"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "version",
    ),
    refers(
        ["workspace_id", "parent_segment_id", "parent_number"],
        ["segment_versions.workspace_id", "segment_versions.segment_id", "segment_versions.number"],
        "parent",
    ),
    Index("ix_lineage_parent", "workspace_id", "parent_segment_id", "parent_number"),
    check(
        "kind",
        "CASE kind WHEN 'segment' THEN num_nulls(parent_segment_id, parent_number) = 0"
        " WHEN 'table' THEN num_nulls(parent_segment_id, parent_number) = 2 ELSE false END",
    ),
)

audit = Table(
    "audit",
    metadata,
    id_column(),
    workspace_column(nullable=True),  # NULL: it concerns the whole installation
    now("at"),
    text_column("actor"),
    text_column("action"),
    text_column("subject"),
    Column("before", ExactJson),
    Column("after", ExactJson),
    text_column("reason"),
    text_column("request_id", nullable=True),
    # the chain of one workspace (or of the installation): 1, 2, 3 …; NULL before chains began
    Column("position", BigInteger, nullable=True),
    text_column("previous_hash", nullable=True),
    text_column("hash", nullable=True),
    Index("ix_audit_workspace", "workspace_id", "id"),
    Index("uq_audit_position", "workspace_id", "position", unique=True),
    # PostgreSQL 14 lets NULLs repeat in a unique index, so the installation's chain has its own
    Index(
        "uq_audit_position_of_installation",
        "position",
        unique=True,
        postgresql_where=text("workspace_id IS NULL"),
    ),
    check("who_did_what", "actor <> '' AND action <> '' AND subject <> ''"),
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
