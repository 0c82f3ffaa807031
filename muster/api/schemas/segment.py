"""Bodies about segments."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field


class SegmentBody(BaseModel):
    """One segment as readers see it; the figures are null before its first refresh."""

    id: int
    segment_name: str = Field(examples=["frequent_travellers"])
    title: str = Field(examples=["Frequent travellers"])
    sentence: str = Field(description="What the rule says, in English")
    row_count: int | None = Field(description="Members", examples=[1234])
    share: float | None = Field(description="Members as a share of the universe, 0 to 1")
    unknown_count: int | None = Field(description="Entities for which the rule is unknown")
    entered: int | None
    left: int | None
    version: int | None
    as_of: datetime | None = Field(description="The instant the rule was evaluated at")
    watermark: datetime | None = Field(description="The newest event the data held")
    last_refreshed_at: datetime | None


class SegmentList(BaseModel):
    """Every segment of a workspace, by name."""

    items: list[SegmentBody]
    total: int
    synthetic: bool = Field(description="The workspace's data is generated")
