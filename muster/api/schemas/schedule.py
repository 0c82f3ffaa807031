"""Bodies about schedules."""

from __future__ import annotations

from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from muster.base.records import Misfire, RunKind

_MISFIRE = (
    "What becomes of times that passed while no server ran: none of them (skip), the last one"
    " (once), each one (all)"
)
_ZONE = "IANA name; the cron fields are local times there"
_GRACE = "A time missed by more than this is not made up for"


class FireBody(BaseModel):
    """One instant that came."""

    fire_at: datetime
    run_id: int | None = Field(description="The run it became; null: it was missed", examples=[12])


class ScheduleBody(BaseModel):
    """When a rule refreshes by itself."""

    id: int = Field(examples=[3])
    rule: str | None = Field(
        description="The rule's name; null for the workspace's own work",
        examples=["frequent_travellers"],
    )
    title: str | None = Field(description="The rule's title", examples=["Frequent travellers"])
    kind: RunKind = Field(description="What it does")
    cron: str = Field(
        description="Five fields or a nickname; it belongs to the rule's versions",
        examples=["0 6 * * mon-fri"],
    )
    time_zone: str = Field(description=_ZONE, examples=["Europe/Vienna"])
    starts_at: datetime | None = Field(description="Nothing fires before it")
    ends_at: datetime | None = Field(description="Nothing fires at or after it")
    misfire: Misfire = Field(description=_MISFIRE)
    grace_seconds: int = Field(description=_GRACE, examples=[3600])
    paused: bool = Field(description="It fires nothing until it is resumed")
    next_fires: list[datetime] = Field(description="The next five times; empty while it is paused")
    last_fire_at: datetime | None = Field(description="The last time that became a run")
    fired: list[FireBody] = Field(
        description="The last five times; empty in lists, which do not read them"
    )
    revision: int = Field(description="Grows with each change; the ETag", examples=[1])


class ScheduleList(BaseModel):
    """Some schedules, by id."""

    items: list[ScheduleBody]
    total: int = Field(description="How many fit in all", examples=[42])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[5])
    next_cursor: str | None = Field(description="Of the following page; null after the last")


class ScheduleInput(BaseModel):
    """All of a schedule that may be changed."""

    model_config = ConfigDict(extra="forbid")

    time_zone: str = Field(
        min_length=1, max_length=64, description=_ZONE, examples=["Europe/Vienna"]
    )
    starts_at: AwareDatetime | None = Field(description="Nothing fires before it", examples=[None])
    ends_at: AwareDatetime | None = Field(
        description="Nothing fires at or after it", examples=["2030-01-01T00:00:00Z"]
    )
    misfire: Misfire = Field(description=_MISFIRE, examples=["once"])
    grace_seconds: int = Field(ge=0, le=604_800, description=_GRACE, examples=[3600])
    paused: bool = Field(description="It fires nothing until it is resumed", examples=[False])


class SchedulePreview(BaseModel):
    """When a schedule would fire."""

    cron: str = Field(examples=["@daily"])
    time_zone: str = Field(examples=["Europe/Vienna"])
    next_fires: list[datetime] = Field(description="The next five times")
