"""Bodies about runs."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from muster.base.records import RuleOutcome, RunKind, RunOrigin, RunState

RuleName = Annotated[str, Field(min_length=1, max_length=63, examples=["frequent_travellers"])]


class RunProgress(BaseModel):
    """How far a run is, in its own words."""

    share: float | None = Field(description="From 0 to 1", examples=[0.4])
    what: str | None = Field(description="What it does now", examples=["scanning payments"])


class RunError(BaseModel):
    """Why a run or one of its rules failed."""

    code: str = Field(examples=["ENGINE_MEMORY"])
    sentence: str = Field(examples=["The warehouse ran out of memory."])


class RunBody(BaseModel):
    """One refresh of rules at one instant, or another kind of work of the workspace."""

    id: int = Field(examples=[12])
    state: RunState = Field(description="The last three are final")
    kind: RunKind = Field(description="What it does")
    origin: RunOrigin = Field(description="What made it")
    requested_by: str = Field(description="Who asked for it", examples=["ann@example.org"])
    priority: int = Field(description="Higher goes first", examples=[10])
    rules: list[str] = Field(
        description="The rules asked for; parents they need are evaluated, too",
        examples=[["frequent_travellers"]],
    )
    as_of: datetime = Field(description="The instant that the data is looked at")
    created_at: datetime = Field(description="When it was put into the queue")
    started_at: datetime | None = Field(description="When its last attempt began")
    finished_at: datetime | None = Field(description="When it ended")
    seconds: float | None = Field(
        description="How long its last attempt took, or has taken", examples=[1.25]
    )
    attempt: int = Field(description="How often it was started", examples=[1])
    max_attempts: int = Field(description="How often it is started at most", examples=[3])
    crashes: int = Field(description="How often its worker vanished", examples=[0])
    not_before: datetime | None = Field(description="A retry waits until then")
    cancel_requested_at: datetime | None = Field(description="When somebody called it off")
    cancelled_by: str | None = Field(description="Who called it off", examples=["ann@example.org"])
    progress: RunProgress | None = Field(description="How far it is; null before its first word")
    error: RunError | None = Field(description="Why it failed")
    figures: Any = Field(description="What it measured, as JSON; null before its end")
    retry_of: int | None = Field(description="The run that this one repeats", examples=[11])
    dead_letter: bool = Field(description="It used up its attempts and waits for a person")


class RunRuleBody(BaseModel):
    """What became of one rule of a run."""

    rule: str = Field(examples=["frequent_travellers"])
    outcome: RuleOutcome = Field(description="A child of a failed parent is skipped")
    segment_version: int | None = Field(description="The version that was published", examples=[7])
    size: int | None = Field(description="Members", examples=[1234])
    seconds: float | None = Field(description="What it cost", examples=[0.25])
    error: RunError | None = Field(description="Why it was not published")


class WaitingBody(BaseModel):
    """Why a queued run does not run yet."""

    kind: str = Field(
        description="`retry`, `turn` (others go first), `worker` (the next free one), `no_worker`",
        examples=["turn"],
    )
    sentence: str = Field(examples=["The next free worker takes it."])
    until: datetime | None = Field(description="When a retry begins at the earliest")
    runs: list[int] = Field(description="Runs of this workspace at work", examples=[[11]])
    ahead: int = Field(description="Queued runs of this workspace that go first", examples=[0])


class RunDetailBody(RunBody):
    """A run with what became of each rule."""

    outcomes: list[RunRuleBody] = Field(description="Empty before an attempt looked at its rules")
    waiting: WaitingBody | None = Field(description="What it waits for; null unless it is queued")


class RunList(BaseModel):
    """Some runs, the newest first."""

    items: list[RunBody]
    total: int = Field(description="How many fit in all", examples=[42])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[5])
    next_cursor: str | None = Field(description="Of the following page; null after the last")


class RunLogLineBody(BaseModel):
    """One line of a run's log."""

    id: int = Field(description="Grows; ask for what came after it", examples=[101])
    at: datetime
    level: str = Field(description="info, warning or error", examples=["info"])
    message: str = Field(examples=["Evaluating 3 rules."])
    detail: Any = Field(description="JSON for programs, or null")


class RunLogBody(BaseModel):
    """Some lines of a run's log, the oldest first."""

    items: list[RunLogLineBody]
    last_id: int = Field(description="Send it as after_id to read on", examples=[101])
    state: RunState = Field(description="The run's; nothing follows a final one's last line")


class TriggerBody(BaseModel):
    """Which rules to refresh: some by name, or all that are published."""

    model_config = ConfigDict(extra="forbid", json_schema_extra={"examples": [{"all": True}]})

    rules: list[RuleName] | None = Field(
        default=None,
        min_length=1,
        max_length=10_000,
        description="Names of published rules",
        examples=[["frequent_travellers"]],
    )
    all: bool = Field(default=False, description="Every published rule; without `rules`")


class TriggeredBody(BaseModel):
    """The run that was asked for."""

    run: RunBody
    made: bool = Field(description="False: an equal run was there already, and this is it")
