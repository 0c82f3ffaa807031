"""Bodies about how many segments overlap with each other."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.comparison import RegionBody, SegmentReference
from muster.services.overlap import MOST


class OverlapRequest(BaseModel):
    """Which segments are compared, and how."""

    model_config = ConfigDict(extra="forbid")

    segments: list[SegmentReference] | None = Field(
        default=None,
        min_length=1,
        max_length=MOST,
        description="Names or ids of published segments; all of them if left out",
        examples=[["first_tier", "elsewhere"]],
    )
    method: Literal["exact", "sketch"] = Field(
        default="exact",
        description="sketch: estimated from samples of 4,096 members, with intervals",
        examples=["exact"],
    )
    regions: bool = Field(
        default=False,
        description="Also say who is in exactly which segments; for at most 16 of them",
        examples=[False],
    )


class OverlappingBody(BaseModel):
    """One of the segments; its place is its row and column in the matrices."""

    id: int
    name: str
    version: int
    as_of: datetime
    row_count: int = Field(description="Members; an estimate if the answer is one")


class BoundsBody(BaseModel):
    """95 % intervals of a matrix of estimates: 19 of 20 true numbers lie within."""

    low: list[list[float]]
    high: list[list[float]]


class OverlapMatrixBody(BaseModel):
    """How n segments overlap; matrices are n by n, the diagonal is a segment with itself."""

    segments: list[OverlappingBody]
    method: Literal["exact", "sketch"]
    estimated: bool = Field(description="The numbers are estimates; their intervals stand beside")
    intersections: list[list[int]]
    jaccard: list[list[float]] = Field(description="intersection / union, 0 for two empty ones")
    containment: list[list[float]] = Field(
        description="Row i, column j: the share of segment i that is in segment j"
    )
    intersection_bounds: BoundsBody | None = Field(description="Null if the numbers are exact")
    jaccard_bounds: BoundsBody | None
    regions: list[RegionBody] | None = Field(
        description="The largest first, empty ones left out; null unless asked for"
    )
    left_out: list[str] = Field(description="Segments that were never refreshed")
    synthetic: bool
