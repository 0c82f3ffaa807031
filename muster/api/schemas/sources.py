"""Bodies about where the data comes from."""

from __future__ import annotations

from datetime import datetime

from pydantic import BaseModel, Field

from muster.base.datamodel import FieldType, PiiClass
from muster.services.sources import SourceKind

Plain = bool | int | float | str


class WarehouseBody(BaseModel):
    """The warehouse of a workspace."""

    kind: str = Field(description="What it is made of", examples=["DuckDB"])
    location: str = Field(
        description="File, within the data folder", examples=["workspaces/shop/warehouse.duckdb"]
    )
    sentence: str = Field(description="How it is", examples=["62 MB, last written 2 hours ago."])


class SourceBody(BaseModel):
    """One table behind the data model."""

    name: str = Field(description="What rules call it", examples=["card"])
    label: str = Field(description="For people", examples=["Card payments"])
    kind: SourceKind = Field(description="What it is to the data model", examples=["event"])
    table: str = Field(description="In the warehouse", examples=["card_payments"])
    rows: int | None = Field(description="Null where it cannot be read", examples=[1000000])
    newest: datetime | None = Field(description="The time of the newest row that is not to come")
    oldest: datetime | None = Field(description="The time of the oldest row")
    fresh: bool | None = Field(
        description="The newest row is of late: events a day and a half, entities a week;"
        " null where rows have no time",
        examples=[True],
    )
    sentence: str = Field(
        description="How it is", examples=["10 rows; the newest event is of 1 May 2026, 10:00."]
    )
    fields: int = Field(description="Fields that the data model knows", examples=[8])
    used_by: list[str] = Field(
        description="Names of the rules that looked at it when last refreshed", examples=[["vip"]]
    )


class SourceList(BaseModel):
    """The warehouse, and the tables behind the data model."""

    warehouse: WarehouseBody
    items: list[SourceBody]
    total: int = Field(examples=[3])


class TopValueBody(BaseModel):
    """One of the most frequent values."""

    value: Plain = Field(description="As a rule would write it", examples=["NSW"])
    count: int = Field(description="Rows that have it", examples=[15047])
    share: float = Field(description="Of all rows, 0 to 1", examples=[0.3])


class FieldProfileBody(BaseModel):
    """One field of a source."""

    name: str = Field(description="What rules call it", examples=["state"])
    label: str = Field(description="For people", examples=["State"])
    type: FieldType = Field(description="Decides which operators it takes", examples=["enum"])
    pii: PiiClass = Field(description="How personal it is", examples=["none"])
    description: str = Field(description="By the data model's author", examples=[""])
    coverage: float | None = Field(
        description="Rows with a value, 0 to 1; null where there is no row", examples=[0.98]
    )
    distinct: int | None = Field(
        description="Different values, of a list elements; null where they are not counted",
        examples=[8],
    )
    low: Plain | None = Field(description="The least number, day or instant", examples=[18])
    high: Plain | None = Field(description="The largest", examples=[90])
    top: list[TopValueBody] = Field(description="The most frequent values, ten at most")
    hidden: str | None = Field(description="Why values are not shown; null: they are")


class SourceProfileBody(BaseModel):
    """What the fields of a source hold."""

    name: str = Field(description="What rules call it", examples=["card"])
    rows: int = Field(description="Rows with a key; corrected ones once", examples=[1000000])
    fields: list[FieldProfileBody]
    seconds: float = Field(description="How long it took to look, the first time", examples=[0.2])
    synthetic: bool = Field(description="The workspace's data is generated", examples=[True])


class TrialStepBody(BaseModel):
    """One thing that was tried."""

    name: str = Field(description="What was tried", examples=["Open the warehouse"])
    ok: bool = Field(description="It went well", examples=[True])
    seconds: float = Field(description="How long it took", examples=[0.05])
    sentence: str = Field(description="What came of it", examples=["It opens; 62 MB."])
    hint: str | None = Field(description="What to do about it")


class TrialBody(BaseModel):
    """What became of trying the warehouse; steps that depend on a failed one are left out."""

    ok: bool = Field(description="Every step went well", examples=[True])
    steps: list[TrialStepBody]
