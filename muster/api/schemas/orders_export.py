"""Bodies about taking orders out as a file."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from muster.api.schemas.orders_read import OrderQueryBody


class OrderExportRequest(OrderQueryBody):
    """Which orders, which columns, and how."""

    format: Literal["csv", "xlsx"] = Field(
        default="csv", description="Text, or a workbook", examples=["csv"]
    )
    columns: list[Annotated[str, Field(max_length=63)]] = Field(
        default_factory=list,
        max_length=100,
        description="Fields in order; all if empty",
        examples=[["order_id", "status", "total_amount"]],
    )
