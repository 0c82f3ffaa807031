"""Bodies about the audience index."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from muster.services.indexing import IndexState


class IndexPartBody(BaseModel):
    """The entity, or an event source, in the index."""

    name: str = Field(description='"entity", or an event source', examples=["purchase"])
    rows: int = Field(description="Entities or events", examples=[50000])
    size_bytes: int = Field(description="Bytes on disk", examples=[900000])
    newest_event: datetime | None = Field(
        description="Time of the newest event; null without any", examples=["2025-06-01T00:00:00Z"]
    )
    newest_ingested: datetime | None = Field(
        description="When the newest event came in; null if the source does not say",
        examples=["2025-06-01T00:05:00Z"],
    )


class LeftOutBody(BaseModel):
    """Something that the warehouse answers."""

    name: str = Field(
        description='An attribute ("entity.name"), a source, or a field of one ("source.field")',
        examples=["purchase.note"],
    )
    why: str = Field(
        description="Why the index does not hold it",
        examples=["it has more than 65,535 distinct texts"],
    )


class IndexBody(BaseModel):
    """What there is of an audience index, and why it is not used where it is not."""

    state: IndexState = Field(
        description="Only a fresh index is used; otherwise the warehouse answers",
        examples=["fresh"],
    )
    sentence: str = Field(
        description="The state in words", examples=["It is as fresh as the warehouse."]
    )
    generation: str | None = Field(
        description="Which generation; null without one", examples=["20250601T000501-9f86d081"]
    )
    built_at: datetime | None = Field(
        description="When it was written", examples=["2025-06-01T00:05:01Z"]
    )
    size_bytes: int = Field(description="Bytes on disk", examples=[1200000])
    parts: list[IndexPartBody] = Field(description="The entity first, then the event sources")
    left_out: list[LeftOutBody] = Field(description="What the warehouse answers nevertheless")
