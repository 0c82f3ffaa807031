"""Bodies about saved views of the orders' grid."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

_STATE = {"filter": None, "search": "", "sort": [], "columns": ["order_id"], "formats": []}


class OrderViewRequest(BaseModel):
    """A view to keep."""

    model_config = ConfigDict(extra="forbid")

    name: str = Field(
        min_length=1, max_length=80, description="Yours are called differently", examples=["Late"]
    )
    shared: bool = Field(default=False, description="Others may use it", examples=[False])
    state: dict[str, Any] = Field(
        description="filter, search and sort as in a query; columns and formats are the grid's",
        examples=[_STATE],
    )


class OrderViewChange(OrderViewRequest):
    """A view as it is to be."""

    row_version: int = Field(
        ge=1, le=2**63 - 1, description="As it was read; another one answers 409", examples=[1]
    )


class OrderViewBody(BaseModel):
    """A saved view."""

    id: int = Field(examples=[3])
    name: str = Field(examples=["Late"])
    owner: str = Field(description="Who may change it", examples=["ada@example.org"])
    shared: bool = Field(description="Others may use it")
    mine: bool = Field(description="It is yours")
    state: Any = Field(description="As it was kept", examples=[_STATE])
    updated_at: datetime
    row_version: int = Field(description="Grows with every change", examples=[1])


class OrderViewList(BaseModel):
    """The views you may use, by name."""

    items: list[OrderViewBody]
