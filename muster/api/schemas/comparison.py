"""Bodies about segments beside each other."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

SegmentReference = (
    Annotated[str, Field(min_length=1, max_length=63)]
    | Annotated[int, Field(ge=1, le=2**63 - 1, strict=True)]
)


class CompareRequest(BaseModel):
    """Which segments are compared."""

    model_config = ConfigDict(extra="forbid")

    segments: list[SegmentReference] = Field(
        min_length=2,
        max_length=6,
        description="Names or ids of published segments",
        examples=[["first_tier", "elsewhere"]],
    )


class ComparedBody(BaseModel):
    """One of the segments."""

    id: int
    name: str
    segment_name: str
    version: int
    as_of: datetime
    row_count: int
    only: int = Field(description="Members that are in none of the others")


class OverlapBody(BaseModel):
    """Two of the segments."""

    first: str = Field(description="Name of a segment")
    second: str
    intersection: int
    union: int
    jaccard: float = Field(description="intersection / union, 0 for two empty segments")
    share_of_first: float
    share_of_second: float


class RegionBody(BaseModel):
    """Entities that are in exactly these segments and in no other of those compared."""

    segments: list[str]
    row_count: int


class ComparisonBody(BaseModel):
    """Several segments beside each other."""

    segments: list[ComparedBody]
    overlaps: list[OverlapBody]
    regions: list[RegionBody] = Field(description="The largest first; empty ones are left out")
    union: int = Field(description="Entities that are in any of them")
    synthetic: bool
