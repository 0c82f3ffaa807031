"""Bodies about members: samples, pages, and why one entity is in or out."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal

from pydantic import BaseModel, Field


class SampleData(BaseModel):
    """Some members with their attributes; personal values are hidden unless asked for."""

    columns: list[str] = Field(examples=[["user_id", "name", "email"]])
    data: list[list[Any]] = Field(
        description="Rows; money and decimals as text, instants in UTC",
        examples=[[[101, "***", "***"], [102, "***", "***"]]],
    )
    masked: list[str] = Field(
        description="Columns whose values are hidden", examples=[["name", "email"]]
    )
    version: int = Field(examples=[3])
    row_count: int = Field(
        description="Members of that version, or those of them asked for", examples=[150]
    )
    truncated: bool = Field(description="There are more members than rows")
    synthetic: bool = Field(description="The workspace's data is generated")


class MemberList(SampleData):
    """A page of members by key; further pages stay with the same version."""

    next_cursor: str | None


class SpellBody(BaseModel):
    """Versions in a row that agree about one entity."""

    member: bool | None = Field(description="Null: the versions no longer keep their members")
    first_version: int = Field(examples=[1])
    last_version: int = Field(examples=[3])
    since: datetime = Field(description="as_of of the first of them")
    until: datetime = Field(description="as_of of the last of them")


class MembershipBody(BaseModel):
    """When one entity entered and left a segment, the oldest versions first."""

    segment: str
    entity: int | str
    spells: list[SpellBody]
    synthetic: bool


class ChangeBody(BaseModel):
    """The smallest change that gives a condition the wanted truth."""

    kind: str = Field(examples=["more_events"])
    words: str = Field(examples=["2 more events"])


class EventRowBody(BaseModel):
    """One event that counts."""

    at: datetime
    source: str
    id: Any = Field(description="The event's own id, null without one")
    fields: dict[str, Any]
    steps: list[int] = Field(description="Steps of a sequence it stands for, from 1")


class EvidenceBody(BaseModel):
    """The events that count: the newest first, and how many there are."""

    total: int
    rows: list[EventRowBody]


class ExplainedConditionBody(BaseModel):
    """One condition about one entity; ``truth`` null is unknown."""

    kind: Literal["condition"]
    path: str = Field(description="Where it stands in the rule", examples=["$.where[0]"])
    sentence: str
    truth: bool | None
    found: str
    needed: str
    evidence: EvidenceBody | None
    flip: ChangeBody | None
    no_flip_because: str | None
    turns_at: datetime | None = Field(description="When its truth changes by itself")
    turns_to: bool | None


class ExplainedGroupBody(BaseModel):
    """A group of conditions; ``n`` is for at_least."""

    kind: Literal["all", "any", "not", "at_least"]
    n: int | None
    truth: bool | None
    children: list[ExplainedGroupBody | ExplainedConditionBody]


class FlipStepBody(BaseModel):
    """One condition that would have to change."""

    path: str
    sentence: str
    wanted: bool
    change: ChangeBody | None


class FlipBody(BaseModel):
    """The fewest conditions that would have to change to flip membership."""

    words: str
    steps: list[FlipStepBody]


class LapseBody(BaseModel):
    """When membership changes by itself, with no new data."""

    at: datetime | None
    enters: bool | None
    known_until: datetime | None
    not_foreseen: list[str]


class ExplanationBody(BaseModel):
    """Why an entity is in or out."""

    segment: str | None = Field(description="Null for a rule that is not saved")
    entity: int | str
    as_of: datetime
    version: int | None = Field(description="The published version that is explained")
    published_member: bool | None
    member: bool | None
    truth: bool | None
    in_universe: bool
    qualifies: bool
    agrees_with_published: bool
    sentence: str
    where: ExplainedGroupBody | ExplainedConditionBody
    universe: ExplainedGroupBody | ExplainedConditionBody | None
    exclude: list[ExplainedConditionBody]
    flip: FlipBody
    lapse: LapseBody
    masked: bool = Field(description="Some values are hidden because they are personal")
    synthetic: bool
