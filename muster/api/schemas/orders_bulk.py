"""Bodies of bulk edits and of what a change would move."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from muster.api.schemas.orders_changes import CellValue, OpId, Reason
from muster.api.schemas.orders_read import LARGEST_ID, OrderQueryBody
from muster.services.orders.bulk import MOST_ORDERS, BulkPreview
from muster.services.orders.impact import FigureKey, Impact

OrderIds = Annotated[
    list[int], Field(description="Orders' numbers, the first 100", examples=[[17, 23]])
]
Via = Annotated[
    list[str],
    Field(description="Statuses in between, in order", examples=[["confirmed", "processing"]]),
]


class ChosenOrders(BaseModel):
    """Orders that somebody ticked."""

    model_config = ConfigDict(extra="forbid")

    order_ids: list[Annotated[int, Field(ge=1, le=LARGEST_ID)]] = Field(
        min_length=1, max_length=MOST_ORDERS, description="Their numbers", examples=[[17, 23, 42]]
    )


class QueriedOrders(BaseModel):
    """All orders that a query finds."""

    model_config = ConfigDict(extra="forbid")

    query: OrderQueryBody = Field(
        description="The grid's query",
        examples=[{"filter": {"field": "status", "op": "=", "value": "processing"}}],
    )


class BulkPreviewRequest(BaseModel):
    """One wish for many orders."""

    model_config = ConfigDict(extra="forbid")

    select: ChosenOrders | QueriedOrders = Field(
        description=f"Which orders; at most {MOST_ORDERS:,}", examples=[{"order_ids": [17, 23]}]
    )
    set: dict[Annotated[str, Field(max_length=63)], CellValue] = Field(
        min_length=1,
        max_length=20,
        description="Field -> the value each order is to have",
        examples=[{"status": "shipped"}],
    )
    reason: Reason = None
    steps: bool = Field(
        default=False,
        description="Walk through the statuses in between where there is no single step",
        examples=[True],
    )


class BulkApplyRequest(BulkPreviewRequest):
    """What a preview showed, to be done."""

    op_id: OpId
    token: str = Field(
        max_length=200, description="Of the preview", examples=["9f86d081884c7d659a2feaa0c55ad015"]
    )
    expect: int = Field(
        ge=0,
        le=LARGEST_ID,
        description="How many orders the preview said would change",
        examples=[2],
    )


class RefusedBody(BaseModel):
    """Orders that cannot change for one reason."""

    code: str = Field(
        description="ILLEGAL_TRANSITION, FINAL_STATUS, REASON_REQUIRED, ADMIN_REQUIRED, NEVER_PAID,"
        " HELD_ELSEWHERE or DATES_OUT_OF_ORDER",
        examples=["FINAL_STATUS"],
    )
    sentence: str = Field(description="Why", examples=["An order that is refunded stays so."])
    count: int = Field(description="How many", examples=[3])
    order_ids: OrderIds


class WayBody(BaseModel):
    """Orders that need the same statuses in between."""

    via: Via
    count: int = Field(description="How many", examples=[3])
    order_ids: OrderIds


class SegmentImpactBody(BaseModel):
    """A segment that changes."""

    segment_id: int = Field(description="Its number", examples=[4])
    name: str = Field(description="Its name", examples=["high_value"])
    title: str = Field(description="For people", examples=["High value"])
    entered: int = Field(description="Customers who enter it", examples=[5])
    left: int = Field(description="Customers who leave it", examples=[37])
    size_before: int | None = Field(
        description="Members by its last refresh; null before the first", examples=[412]
    )


class ImpactFigureBody(BaseModel):
    """A number of the desk before and after."""

    key: FigureKey = Field(examples=["revenue_today"])
    label: str = Field(description="For people", examples=["Revenue today"])
    before: str = Field(description="Decimal text", examples=["12040.50"])
    after: str = Field(description="Decimal text", examples=["10836.50"])
    unit: str | None = Field(description="Currency; null: a count", examples=["USD"])


class NotMeasuredBody(BaseModel):
    """A segment that may change, too."""

    segment: str = Field(description="Its name", examples=["top_decile"])
    why: str = Field(description="Why that cannot be told", examples=["It ranks all customers."])


class ImpactBody(BaseModel):
    """What a change would move, had it been done now."""

    segments: list[SegmentImpactBody] = Field(description="Those that change, the most first")
    figures: list[ImpactFigureBody] = Field(
        description="Orders today (sales placed this day), revenue today (of orders neither"
        " cancelled nor refunded), open orders"
    )
    customers: int = Field(description="Whose orders or data change", examples=[398])
    exact: bool = Field(description="All of them were looked at, not a sample", examples=[True])
    sentence: str = Field(
        description="All of it in a few words",
        examples=["412 orders of 398 customers would change; 37 customers leave High value."],
    )
    not_measured: list[NotMeasuredBody] = Field(description="Segments that may change, too")


class BulkPreviewBody(BaseModel):
    """What a wish means for each order, and what it would move."""

    matching: int = Field(description="Orders that are meant", examples=[500])
    legal: int = Field(description="Orders that would change", examples=[480])
    same: int = Field(description="Orders that are so already", examples=[5])
    illegal: list[RefusedBody] = Field(description="Orders that cannot, by the reason")
    one_step_short: list[WayBody] = Field(
        description="Orders that need statuses in between; counted in legal with steps"
    )
    impact: ImpactBody
    token: str = Field(
        description="To be sent with apply", examples=["9f86d081884c7d659a2feaa0c55ad015"]
    )


def bulk_preview_body(found: BulkPreview) -> BulkPreviewBody:
    """Return a preview as sent."""
    orders = found.orders
    return BulkPreviewBody(
        matching=orders.matching,
        legal=len(orders.legal),
        same=orders.same,
        illegal=[
            RefusedBody(
                code=one.code,
                sentence=one.sentence,
                count=one.count,
                order_ids=list(one.order_ids),
            )
            for one in orders.illegal
        ],
        one_step_short=[
            WayBody(via=list(one.via), count=one.count, order_ids=list(one.order_ids))
            for one in orders.short
        ],
        impact=impact_body(found.impact),
        token=found.token,
    )


def impact_body(found: Impact) -> ImpactBody:
    """Return what a change would move as sent."""
    return ImpactBody(
        segments=[SegmentImpactBody.model_validate(asdict(one)) for one in found.segments],
        figures=[
            ImpactFigureBody(
                key=one.key,
                label=one.label,
                before=str(one.before),
                after=str(one.after),
                unit=one.unit,
            )
            for one in found.figures
        ],
        customers=found.customers,
        exact=found.exact,
        sentence=found.sentence,
        not_measured=[
            NotMeasuredBody(segment=one.segment, why=one.why) for one in found.not_measured
        ],
    )
