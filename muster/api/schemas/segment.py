"""Bodies about segments."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from muster.base.records import RuleStatus


class RuleReference(BaseModel):
    """The rule that yields a segment."""

    id: int = Field(examples=[1])
    name: str = Field(description="What other rules call it", examples=["high_value_customers"])
    rule_name: str = Field(description="Its title", examples=["High Value Customers"])


class SegmentBody(BaseModel):
    """One segment as readers see it; the figures are null before its first refresh."""

    id: int = Field(examples=[1])
    name: str = Field(description="What rules call it", examples=["high_value_customers"])
    segment_name: str = Field(description="For people", examples=["High Value Customers"])
    description: str
    table_name: str = Field(
        description="Table or view it is written to where that is asked for",
        examples=["segment_output_1"],
    )
    row_count: int | None = Field(description="Members", examples=[150])
    last_refreshed_at: datetime | None
    rule: RuleReference
    title: str = Field(description="The same as segment_name", examples=["High Value Customers"])
    sentence: str = Field(description="What the rule says, in English")
    share: float | None = Field(description="Members as a share of the universe, 0 to 1")
    universe_count: int | None = Field(description="Entities the rule was asked about")
    unknown_count: int | None = Field(description="Entities for which the rule is unknown")
    entered: int | None = Field(description="Members that the version before did not have")
    left: int | None = Field(description="Members of the version before that are gone")
    version: int | None = Field(description="Number of the version that readers see")
    as_of: datetime | None = Field(description="The instant the rule was evaluated at")
    watermark: datetime | None = Field(description="The newest event the data held")
    stale: bool = Field(description="The rule, or a segment it is made of, says another thing now")
    tags: list[str] = Field(examples=[["loyalty"]])
    status: RuleStatus
    schedule: str | None = Field(examples=["@daily"])
    owner: str = Field(description="Who wrote the rule first", examples=["ann@example.com"])
    sizes: list[int] = Field(
        description="Members of the last 30 versions, the oldest first", examples=[[140, 150]]
    )


class SegmentDetail(SegmentBody):
    """One segment with how it was computed."""

    sql_query: str | None = Field(description="The rule as one SELECT")
    run_id: int | None = Field(description="The run that published the current version")
    seconds: float | None = Field(description="How long that took")
    rule_version: int | None = Field(description="The rule's version that was evaluated")
    synthetic: bool = Field(description="The workspace's data is generated")


class SegmentList(BaseModel):
    """A page of segments."""

    items: list[SegmentBody]
    total: int = Field(examples=[1])
    page: int = Field(examples=[1])
    pages: int = Field(examples=[1])
    next_cursor: str | None
    synthetic: bool = Field(description="The workspace's data is generated")


class SegmentVersionBody(BaseModel):
    """One published version."""

    version: int = Field(examples=[3])
    rule_version: int
    run_id: int
    row_count: int = Field(description="Members")
    share: float = Field(description="Members as a share of the universe, 0 to 1")
    universe_count: int
    unknown_count: int
    entered: int
    left: int
    as_of: datetime
    watermark: datetime | None
    seconds: float
    published_at: datetime
    members_kept: bool = Field(description="Its members can still be read")
    current: bool = Field(description="It is what readers see")


class SegmentVersionDetail(SegmentVersionBody):
    """One published version with its SQL."""

    sql_query: str


class SegmentVersionList(BaseModel):
    """A page of versions, the newest first."""

    items: list[SegmentVersionBody]
    total: int
    page: int
    pages: int
    next_cursor: str | None


class DifferenceBody(BaseModel):
    """Who entered and left between two versions; the samples are the smallest keys."""

    segment: str
    before: SegmentVersionBody
    after: SegmentVersionBody
    entered: int
    left: int
    stayed: int
    entered_sample: list[int | str]
    left_sample: list[int | str]
    rule_changed: bool = Field(description="The rule itself is another one")


class SqlBody(BaseModel):
    """The SQL that says the same as the rule."""

    version: int
    dialect: str = Field(examples=["duckdb"])
    sql: str


class AncestorBody(BaseModel):
    """What a version was computed from, and from what that was."""

    kind: str = Field(description="segment or table", examples=["segment"])
    name: str
    segment_id: int | None = Field(description="Null for a table, or when it was deleted since")
    version: int | None
    versions_behind: int = Field(description="Versions published since that one")
    row_count: int | None
    as_of: datetime | None
    age_seconds: float | None
    repeated: bool = Field(description="It stands elsewhere already, with its own parents")
    parents: list[AncestorBody]


class LineageNode(BaseModel):
    """One thing of the graph."""

    key: str = Field(examples=["segment:vip"])
    kind: str = Field(examples=["segment"])
    name: str
    segment_id: int | None
    version: int | None
    versions_behind: int
    row_count: int | None


class LineageEdgeBody(BaseModel):
    """``source`` went into ``target``; both are keys of nodes."""

    source: str
    target: str


class LineageBody(BaseModel):
    """Where a segment comes from: as a tree, and flat for a graph; and what is made of it."""

    segment: str
    version: int | None
    as_of: datetime | None
    age_seconds: float | None
    parents: list[AncestorBody]
    children: list[RelatedSegment]
    nodes: list[LineageNode]
    edges: list[LineageEdgeBody]


class RelatedSegment(BaseModel):
    """Another segment."""

    id: int
    name: str
