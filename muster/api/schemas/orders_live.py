"""Shapes of what happens at the order desk while one looks on."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

ClientId = Annotated[
    UUID,
    Field(
        description="A window of the client's, an id it made up",
        examples=["7f0c2a4e-3b1d-4c6a-9e55-0d7f6a1b2c3d"],
    ),
]
OrderId = Annotated[
    int, Field(ge=1, le=2**63 - 1, description="The order somebody is at", examples=[1042])
]
FieldName = Annotated[
    str,
    Field(
        min_length=1,
        max_length=64,
        pattern=r"^[a-z_][a-z0-9_]*$",
        description="The field somebody is at",
        examples=["status"],
    ),
]


class PresenceInput(BaseModel):
    """Where somebody is, to be told again every ten seconds."""

    model_config = ConfigDict(extra="forbid")

    client_id: ClientId
    order_id: OrderId | None = None
    field: FieldName | None = None


class PersonBody(BaseModel):
    """A window somebody has open at the order desk."""

    actor: str = Field(description="Who", examples=["anna"])
    client_id: ClientId
    order_id: int | None = Field(description="The order they are at", examples=[1042])
    field: str | None = Field(description="The field they are at", examples=["status"])
    me: bool = Field(description="Whether this is the window that asks", examples=[False])


class PeopleEvent(BaseModel):
    """Who is at the order desk now: the data of an event ``presence``."""

    people: list[PersonBody] = Field(description="By name", examples=[[]])


class DeedBody(BaseModel):
    """The changeset that rows changed with."""

    id: int = Field(description="The changeset", examples=[17])
    actor: str = Field(description="Who did it", examples=["anna"])
    title: str = Field(description="What they did", examples=["Status of 12 orders"])


class RowsEvent(BaseModel):
    """What changed: the data of an event ``rows``."""

    order_ids: list[int] = Field(description="Orders that changed, appeared or are gone")
    customer_ids: list[str] = Field(description="Customers that did")
    many: bool = Field(description="Too much to name: what is shown is to be read again")
    feed_position: int = Field(description="How far the client knows everything")
    changesets: list[DeedBody] = Field(description="Who did it")
