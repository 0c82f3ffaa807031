"""Bodies of the order desk's analytics; money is a decimal text."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, JsonValue

from muster.services.orders.day_windows import Compare

Query = Annotated[
    dict[str, JsonValue],
    Field(
        description="The query of orders that finds exactly the rows behind the number",
        examples=[{"filter": {"field": "order_date", "op": "=", "value": "2026-11-22"}}],
    ),
]
Money = Annotated[
    str, Field(description="Decimal text in the desk's currency", examples=["1250.50"])
]
Widget = Literal["figures", "hourly", "statuses", "products", "customers", "days"]
FigureKey = Literal["orders", "revenue", "average_order", "items", "new_customers"]


class AudienceBody(BaseModel):
    """A rule for the people behind a number, to open in the builder."""

    title: str = Field(examples=["Ordered on 2026-11-22"])
    definition: dict[str, JsonValue] = Field(description="In the audience language")


Rule = Annotated[
    AudienceBody | None, Field(description="Null: the data model does not know the desk's tables")
]


class SumsBody(BaseModel):
    """The sums over the rows that a number's query finds."""

    rows: int = Field(description="Orders", examples=[12])
    amount: Money
    pieces: int = Field(description="Pieces in them", examples=[30])


class DayFigureBody(BaseModel):
    """One number of the day."""

    key: FigureKey = Field(examples=["revenue"])
    label: str = Field(description="For people", examples=["Revenue"])
    value: str | None = Field(
        description="Decimal text; null where there is none", examples=["1250.50"]
    )
    previous: str | None = Field(
        description="Of the day compared with; null where there is none", examples=["990.00"]
    )
    previous_label: str | None = Field(
        description="Which day that was, and until when",
        examples=["Sunday 15 November 2026 until 14:05"],
    )
    unit: str | None = Field(description="Currency; null: a number of something", examples=["USD"])
    definition: str = Field(description="What is counted", examples=["Sales placed on this day."])
    query: Query
    check: SumsBody
    rule: Rule


class HourBody(BaseModel):
    """One local hour; a day of a change of clocks has 23 or 25."""

    hour: str = Field(
        description="When it begins by the desk's clock; with the zone where it comes twice",
        examples=["14:00"],
    )
    start: datetime = Field(description="Its first instant")
    end: datetime = Field(description="The next hour's first instant")
    orders: int | None = Field(description="Null: it has not begun", examples=[12])
    revenue: Money | None = Field(description="Null: it has not begun", examples=["1250.50"])
    previous_orders: int | None = Field(
        description="Of the same local hour of the day compared with", examples=[10]
    )
    previous_revenue: Money | None = Field(
        description="Of the same local hour of the day compared with", examples=["990.00"]
    )
    query: Query
    revenue_query: Query


class StatusSumBody(BaseModel):
    """The day's sales that are in one status now."""

    status: str = Field(examples=["shipped"])
    label: str = Field(description="For people", examples=["Shipped"])
    orders: int = Field(description="How many", examples=[12])
    amount: Money
    query: Query
    rule: Rule


class ProductSumBody(BaseModel):
    """What was sold of one product in orders neither cancelled nor refunded; credits subtract."""

    product_id: str = Field(examples=["SKU-001"])
    name: str = Field(description="For people", examples=["Kettle"])
    quantity: int = Field(description="Pieces", examples=[30])
    revenue: Money
    orders: int = Field(description="Orders that have it", examples=[12])
    query: Query
    rule: Rule


class ProductsBody(BaseModel):
    """The ten products that were sold most."""

    by_quantity: list[ProductSumBody] = Field(description="Most pieces first")
    by_revenue: list[ProductSumBody] = Field(description="Most revenue first")


class BuyersBody(BaseModel):
    """The day's sales to new customers, to returning ones or to guests."""

    key: Literal["new", "returning", "guests"] = Field(examples=["new"])
    label: str = Field(description="For people", examples=["New customers"])
    definition: str = Field(description="What is counted", examples=["First order of a customer."])
    customers: int | None = Field(
        description="Different ones; null for guests, who are not told apart", examples=[9]
    )
    orders: int = Field(description="Sales", examples=[12])
    revenue: Money
    query: Query
    revenue_query: Query
    rule: Rule


class StatusChoiceBody(BaseModel):
    """One status that orders may be narrowed to."""

    status: str = Field(examples=["shipped"])
    label: str = Field(description="For people", examples=["Shipped"])


class ChoicesBody(BaseModel):
    """What the day may be narrowed to."""

    channels: list[str] = Field(examples=[["web", "app"]])
    statuses: list[StatusChoiceBody]


class TodayBody(BaseModel):
    """One local day of the order desk, all of it read at one instant."""

    day: date = Field(description="In the desk's zone", examples=["2026-11-22"])
    is_today: bool = Field(description="It is the present day")
    time_zone: str = Field(examples=["America/New_York"])
    currency: str = Field(examples=["USD"])
    as_of: datetime = Field(description="When it was read")
    feed_position: int = Field(description="Every change up to it is counted", examples=[1042])
    previous_day: date | None = Field(description="The day compared with; null: none")
    previous_label: str | None = Field(
        description="The same for people", examples=["Sunday 15 November 2026 until 14:05"]
    )
    latest_day: date | None = Field(
        description="If the day has no orders: the last one that has; else null"
    )
    figures: list[DayFigureBody] = Field(
        description="Orders, revenue, average order, pieces, new customers"
    )
    hourly: list[HourBody] = Field(description="Every hour of the day")
    statuses: list[StatusSumBody] = Field(description="Those that have sales, in their order")
    products: ProductsBody
    customers: list[BuyersBody] = Field(description="New, returning, guests")
    choices: ChoicesBody


class DayBody(BaseModel):
    """One local day."""

    day: date = Field(examples=["2026-11-22"])
    orders: int = Field(description="Sales placed", examples=[120])
    revenue: Money
    query: Query


class DaysBody(BaseModel):
    """Orders and revenue of every day of a range."""

    time_zone: str = Field(examples=["America/New_York"])
    currency: str = Field(examples=["USD"])
    as_of: datetime = Field(description="When it was read")
    days: list[DayBody] = Field(description="The earliest first, those without orders too")


class ExportParams(BaseModel):
    """Which day, or range of days, and which orders."""

    model_config = ConfigDict(extra="forbid")

    day: date | None = Field(
        default=None, description="Null: the present day", examples=["2026-11-22"]
    )
    compare: Compare = Field(default=Compare.WEEKDAY, description="The day beside it")
    channel: str | None = Field(default=None, max_length=40, examples=["web"])
    status: str | None = Field(default=None, max_length=40, examples=["shipped"])
    first: date | None = Field(
        default=None, alias="from", description="Of days: the first", examples=["2026-11-01"]
    )
    last: date | None = Field(
        default=None, alias="to", description="Of days: the last", examples=["2026-11-22"]
    )


class ExportRequest(BaseModel):
    """A widget whose numbers are wanted as CSV."""

    model_config = ConfigDict(extra="forbid")

    widget: Widget = Field(description="Which numbers", examples=["products"])
    params: ExportParams = Field(
        default_factory=ExportParams, description="The same as of the page"
    )
