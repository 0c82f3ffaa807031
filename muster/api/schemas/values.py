"""Bodies about the values that fields really have."""

from __future__ import annotations

from pydantic import BaseModel, Field


class ValueBody(BaseModel):
    """One value, as a rule would write it."""

    value: bool | int | float | str = Field(
        description="A day as YYYY-MM-DD; a decimal that no double holds as text",
        examples=["NSW"],
    )
    count: int = Field(
        description="Entities, or events, that have it; 0: the data model alone knows it",
        examples=[15872],
    )


class ValueList(BaseModel):
    """Values of a field: those that begin with what is sought, then the most frequent ones."""

    items: list[ValueBody]
    total_distinct: int | None = Field(
        description="Different values in all, searched or not; null where they are not counted",
        examples=[8],
    )
    personal: bool = Field(
        description="The field is personal: nothing is suggested, the person types",
        examples=[False],
    )
