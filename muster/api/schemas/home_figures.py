"""Bodies of the first page."""

from __future__ import annotations

from datetime import date, datetime
from typing import Literal

from pydantic import BaseModel, Field

from muster.services.home_attention import AttentionKind, Fix, Severity


class PointBody(BaseModel):
    """A number on one day."""

    at: date = Field(description="A local day of the data model's zone", examples=["2026-11-20"])
    value: float = Field(description="What it was", examples=[1250])


class FigureBody(BaseModel):
    """One number with what it was before."""

    key: Literal["people", "segments", "events", "money"] = Field(
        description="Which one", examples=["events"]
    )
    label: str = Field(description="For people", examples=["Events on Friday 20 November"])
    value: float | None = Field(description="Null where it cannot be said", examples=[1250])
    unit: str | None = Field(description="Currency; null: a number of something", examples=["AUD"])
    previous: float | None = Field(description="What it was before", examples=[1100])
    previous_label: str = Field(description="When that was", examples=["Friday 13 November"])
    series: list[PointBody] = Field(description="By day, 31 at most, the oldest first")
    note: str | None = Field(description="More about it, or why there is no value")


class AttentionBody(BaseModel):
    """Something to look at."""

    kind: AttentionKind = Field(description="What it is about", examples=["stale"])
    severity: Severity = Field(description="How much it matters", examples=["warning"])
    title: str = Field(description="In a few words", examples=["Regulars is out of date"])
    sentence: str = Field(description="What happened, and what to do", examples=["Refresh it."])
    at: datetime | None = Field(description="Since when; null where that is not known")
    rule_id: int | None = Field(description="The rule it is about", examples=[1])
    segment_id: int | None = Field(description="The segment it is about", examples=[1])
    run_id: int | None = Field(description="The run it is about", examples=[1])
    fix: Fix | None = Field(description="The button that mends it", examples=["refresh"])


class BarBody(BaseModel):
    """One bin of the attribute."""

    label: str = Field(description="What is in it", examples=["25-34"])
    share: float = Field(description="Of the members, 0 to 1", examples=[0.4])
    share_of_everyone: float = Field(description="0 to 1", examples=[0.2])


class BarsBody(BaseModel):
    """The members by one attribute."""

    name: str = Field(description="Of the attribute", examples=["age"])
    label: str = Field(description="The attribute, for people", examples=["Age"])
    parts: list[BarBody]


class PosterBody(BaseModel):
    """One segment as a poster."""

    segment_id: int = Field(examples=[1])
    rule_id: int = Field(examples=[1])
    name: str = Field(description="What rules call it", examples=["regulars"])
    title: str = Field(description="For people", examples=["Regulars"])
    sentence: str = Field(description="What the rule says, in English")
    tags: list[str] = Field(examples=[["loyalty"]])
    row_count: int | None = Field(description="Members", examples=[150])
    share: float | None = Field(description="Of the universe, 0 to 1", examples=[0.1])
    entered: int | None = Field(description="Members that the version before did not have")
    left: int | None = Field(description="Members of the version before that are gone")
    as_of: datetime | None = Field(description="The instant the rule was evaluated at")
    stale: bool = Field(description="The rule, or a parent, says another thing now")
    sizes: list[int] = Field(description="Of the last 30 versions, the oldest first")
    bars: BarsBody | None = Field(description="One telling attribute that is not personal")


class HomeBody(BaseModel):
    """The first page."""

    figures: list[FigureBody] = Field(description="People, segments, events, money")
    attention: list[AttentionBody] = Field(description="What matters most first")
    recently_refreshed: list[PosterBody] = Field(description="The latest first, 12 at most")
    fastest_growing: list[PosterBody] = Field(description="The fastest first, 12 at most")
    synthetic: bool = Field(description="The workspace's data is generated", examples=[True])
