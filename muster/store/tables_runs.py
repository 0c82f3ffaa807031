"""The tables around runs: schedules, what they fired, what became of each rule, logs, workers."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Column,
    Double,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    UniqueConstraint,
    text,
)

from muster.base.records import ApprovalState, Misfire, RuleOutcome, RunKind
from muster.store.column_types import ExactJson, PlainText
from muster.store.columns import (
    check,
    flag,
    id_column,
    instant,
    metadata,
    now,
    one_of,
    refers,
    text_column,
    version,
    workspace_column,
)

schedules = Table(
    "schedules",
    metadata,
    id_column(),
    workspace_column(),
    Column("kind", PlainText, nullable=False, server_default=text("'refresh'")),
    Column("rule_id", BigInteger, nullable=True),  # NULL: the workspace's own, e.g. retention
    text_column("cron"),
    text_column("time_zone"),
    instant("starts_at", nullable=True),
    instant("ends_at", nullable=True),  # half-open: nothing fires at or after it
    Column("misfire", PlainText, nullable=False, server_default=text("'once'")),
    Column("grace_seconds", Integer, nullable=False, server_default=text("3600")),
    flag("paused"),
    instant("next_at", nullable=True),
    instant("last_fire_at", nullable=True),
    Column("revision", BigInteger, nullable=False, server_default=text("1")),
    now("created_at"),
    now("updated_at"),
    UniqueConstraint("workspace_id", "id"),
    UniqueConstraint("workspace_id", "rule_id"),
    refers(["workspace_id", "rule_id"], ["rules.workspace_id", "rules.id"], "rule"),
    one_of("kind", "kind", [kind.value for kind in RunKind]),
    one_of("misfire", "misfire", [misfire.value for misfire in Misfire]),
    check("grace_seconds", "grace_seconds >= 0"),
    check("rule", "(rule_id IS NOT NULL) = (kind = 'refresh')"),
    check("cron", "cron <> ''"),
    Index("ix_schedules_due", "next_at", postgresql_where=text("NOT paused")),
)

schedule_fires = Table(
    "schedule_fires",
    metadata,
    workspace_column(),
    Column("schedule_id", BigInteger, nullable=False),
    instant("fire_at"),
    Column("run_id", BigInteger, nullable=True),  # NULL: missed, and skipped by the policy
    now("created_at"),
    # one instant of one schedule fires once, however many servers look at it
    PrimaryKeyConstraint("schedule_id", "fire_at"),
    refers(["workspace_id", "schedule_id"], ["schedules.workspace_id", "schedules.id"], "schedule"),
    refers(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], "run"),
    Index("ix_schedule_fires_run", "workspace_id", "run_id"),
)

run_rules = Table(
    "run_rules",
    metadata,
    workspace_column(),
    Column("run_id", BigInteger, nullable=False),
    text_column("rule"),
    text_column("outcome"),
    version("segment_version", nullable=True),
    Column("size", BigInteger, nullable=True),
    Column("seconds", Double, nullable=True),
    text_column("error_code", nullable=True),
    text_column("error", nullable=True),
    PrimaryKeyConstraint("workspace_id", "run_id", "rule"),
    refers(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], "run"),
    one_of("outcome", "outcome", [outcome.value for outcome in RuleOutcome]),
    Index("ix_run_rules_rule", "workspace_id", "rule", "run_id"),  # a rule's newest run
)

run_log = Table(
    "run_log",
    metadata,
    id_column(),
    workspace_column(),
    Column("run_id", BigInteger, nullable=False),
    now("at"),
    text_column("level"),
    text_column("message"),
    Column("detail", ExactJson),
    refers(["workspace_id", "run_id"], ["runs.workspace_id", "runs.id"], "run"),
    one_of("level", "level", ["info", "warning", "error"]),
    Index("ix_run_log_run", "workspace_id", "run_id", "id"),
)

workers = Table(
    "workers",
    metadata,
    Column("name", PlainText, primary_key=True),
    text_column("host"),
    Column("process", Integer, nullable=False),
    text_column("release"),  # the version of Muster it runs
    Column("slots", Integer, nullable=False),
    now("started_at"),
    now("seen_at"),
)

approvals = Table(
    "approvals",
    metadata,
    id_column(),
    workspace_column(),
    Column("rule_id", BigInteger, nullable=False),
    version("version"),
    text_column("requested_by"),
    now("requested_at"),
    text_column("reason"),
    Column("effects", ExactJson, nullable=False),
    Column("moved_share", Double, nullable=True),
    Column("state", PlainText, nullable=False, server_default=text("'pending'")),
    text_column("decided_by", nullable=True),
    instant("decided_at", nullable=True),
    text_column("comment", nullable=True),
    refers(
        ["workspace_id", "rule_id", "version"],
        ["rule_versions.workspace_id", "rule_versions.rule_id", "rule_versions.version"],
        "rule_version",
    ),
    one_of("state", "state", [state.value for state in ApprovalState]),
    check("decided", "(decided_at IS NULL) = (state = 'pending')"),
    Index(
        "uq_approvals_pending",
        "workspace_id",
        "rule_id",
        unique=True,
        postgresql_where=text("state = 'pending'"),
    ),
)
