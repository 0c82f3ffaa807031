"""Bodies about what the members of segments are like."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.comparison import SegmentReference

Number = int | float | str


class ProfileRequest(BaseModel):
    """Which segments are profiled, and by what."""

    model_config = ConfigDict(extra="forbid")

    segments: list[SegmentReference] = Field(
        min_length=1,
        max_length=6,
        description="Names or ids of published segments",
        examples=[["first_tier", "elsewhere"]],
    )
    attributes: list[Annotated[str, Field(max_length=200)]] | None = Field(
        default=None,
        max_length=200,
        description="Attributes; every one that is not personal if left out",
        examples=[["tier"]],
    )


class ProfiledBody(BaseModel):
    """One of the segments."""

    id: int = Field(description="Of the segment", examples=[1])
    name: str = Field(description="What rules call it", examples=["first_tier"])
    title: str = Field(description="For people", examples=["First tier"])
    row_count: int = Field(description="Members", examples=[150])


class ProfilePartBody(BaseModel):
    """One bin of an attribute; the lists have one number for each segment, in their order."""

    kind: Literal["value", "range", "other", "missing"] = Field(
        description="other: any other value; missing: no value", examples=["range"]
    )
    label: str | None = Field(
        description="The value, ages, year; null: the ends say it", examples=["25-34"]
    )
    above: Number | None = Field(
        description="Where a range begins, not included; null: open", examples=[100]
    )
    to: Number | None = Field(description="Where it ends, included; null: open", examples=[200])
    everyone: int = Field(description="Entities in the bin", examples=[1000])
    share_of_everyone: float = Field(description="0 to 1", examples=[0.2])
    members: list[int] = Field(description="Members in the bin", examples=[[30, 120]])
    shares: list[float] = Field(description="Of the members, 0 to 1", examples=[[0.1, 0.4]])
    indexes: list[float | None] = Field(
        description="100 * share / share_of_everyone; null of nobody", examples=[[50.0, 200.0]]
    )


class ProfiledAttributeBody(BaseModel):
    """Segments and everybody by one attribute."""

    name: str = Field(description="What rules call it", examples=["tier"])
    label: str = Field(description="For people", examples=["Tier"])
    several: bool = Field(
        description="An entity may be in several parts, or in none", examples=[False]
    )
    parts: list[ProfilePartBody]


class DifferenceBody(BaseModel):
    """A part in which a segment is unlike everybody."""

    attribute: str = Field(description="Name of the attribute", examples=["tier"])
    label: str = Field(description="The attribute, for people", examples=["Tier"])
    part: str = Field(description="The bin, in words", examples=["gold"])
    segment: str = Field(description="Name of the segment", examples=["first_tier"])
    share: float = Field(description="Of its members, 0 to 1", examples=[0.4])
    share_of_everyone: float = Field(description="0 to 1", examples=[0.2])
    index: float = Field(description="100 * share / share_of_everyone", examples=[200.0])


class ProfileBody(BaseModel):
    """Segments beside each other and beside everybody."""

    segments: list[ProfiledBody]
    attributes: list[ProfiledAttributeBody]
    differences: list[DifferenceBody] = Field(
        description="The most telling first; of parts with at least 30 members, 50 at most"
    )
    hidden: list[str] = Field(description="Personal attributes, left out", examples=[["email"]])
    synthetic: bool = Field(description="The workspace's data is generated", examples=[True])
