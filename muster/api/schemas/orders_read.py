"""Bodies about orders as the grid reads them."""

from __future__ import annotations

from dataclasses import fields
from datetime import date, datetime
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from muster.base.order_query import OrderQuery
from muster.base.order_query_reading import MOST_SORT_KEYS, read_query
from muster.base.order_rows import OrderRow
from muster.base.orders import Entity, OrderFieldType
from muster.services.orders.cursors import LONGEST
from muster.services.orders.looking_up import MOST_VALUES
from muster.services.orders.reading import MOST_ROWS, MOST_START

LARGEST_ID = 2**63 - 1
OrderId = Annotated[int, Field(ge=1, le=LARGEST_ID)]
_FILTER = {"all": [{"field": "status", "op": "=", "value": "pending"}]}


class SortBody(BaseModel):
    """One key of a sort."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=63, description="A field of the grid", examples=["order_date"])
    dir: Literal["asc", "desc"] = Field(
        default="asc", description="Upwards with empty ones last, or downwards", examples=["desc"]
    )


class OrderQueryBody(BaseModel):
    """Which orders are meant, and how they are sorted."""

    model_config = ConfigDict(extra="forbid")

    filter: dict[str, Any] | None = Field(
        default=None,
        description="{field, op, value}, {all: [...]}, {any: [...]} or {not: ...}; op is one of"
        " =, !=, <, <=, >, >=, between, in, not_in, contains, starts_with, empty, not_empty,"
        " last_days, today. A day such as 2026-05-31 is all of it in the desk's time zone.",
        examples=[_FILTER],
    )
    search: str = Field(
        default="",
        max_length=500,
        description="Words; each begins a word of number, reference, customer, coupon or note",
        examples=["smith"],
    )
    sort: list[SortBody] = Field(
        default_factory=list,
        max_length=MOST_SORT_KEYS,
        description="The newest first if empty",
        examples=[[{"field": "total_amount", "dir": "desc"}]],
    )

    def query(self, *, path: str = "$") -> OrderQuery:
        """Return the query; InvalidInput BAD_QUERY with every fault."""
        wanted = self.model_dump(include={"filter", "search", "sort"})
        return read_query(wanted, path=path)


class WindowRequest(OrderQueryBody):
    """Which window of the rows that a query finds."""

    start: int = Field(default=0, ge=0, le=MOST_START, description="Rows before it", examples=[0])
    limit: int = Field(default=100, ge=1, le=MOST_ROWS, description="Rows", examples=[100])
    after: str | None = Field(
        default=None, max_length=LONGEST, description="last_cursor of the window before"
    )
    before: str | None = Field(
        default=None, max_length=LONGEST, description="first_cursor of the window behind"
    )
    from_end: bool = Field(default=False, description="The last rows", examples=[False])


class OrderRowBody(BaseModel):
    """One order as the grid shows it; personal values are *** for whoever may not see them."""

    order_id: int = Field(examples=[1042])
    reference: str | None = Field(description="Number in the shop", examples=["SHOP-1042"])
    kind: str = Field(description="sale, credit or adjustment", examples=["sale"])
    order_date: datetime = Field(description="When, in UTC")
    customer_id: str | None = Field(description="null: a guest", examples=["C0007"])
    customer_name: str | None = Field(examples=["Ada Byron"])
    customer_email: str | None = Field(examples=["ada@example.org"])
    item_count: int = Field(description="Lines", examples=[2])
    quantity: int = Field(description="Pieces", examples=[3])
    total_amount: str = Field(description="In the desk's currency", examples=["12.50"])
    status: str = Field(examples=["pending"])
    channel: str | None = Field(examples=["web"])
    payment_method: str | None = Field(examples=["card"])
    coupon: str | None = Field(examples=["WELCOME10"])
    note: str | None = Field(examples=["Ring twice"])
    paid_at: datetime | None = Field(description="When it was paid")
    shipped_at: datetime | None = Field(description="When it left")
    delivered_at: datetime | None = Field(description="When it arrived")
    updated_at: datetime = Field(description="When anything of it changed last")
    row_version: int = Field(description="Grows with every change", examples=[1])
    held_from: str | None = Field(description="The status in which it was put on hold")


_ROW_NAMES = tuple(field.name for field in fields(OrderRow))


def row_body(row: OrderRow) -> OrderRowBody:
    """Return a row as sent."""
    values = {name: getattr(row, name) for name in _ROW_NAMES}
    # its types are those of the database; to check them again would cost more than to read them
    return OrderRowBody.model_construct(**values | {"total_amount": format(row.total_amount, "f")})


class OrderWindowBody(BaseModel):
    """A window of rows, and how to go on from it."""

    start: int = Field(description="Rows before it, as far as anybody knows", examples=[0])
    rows: list[OrderRowBody]
    first_cursor: str | None = Field(description="For the rows before; null: there are no rows")
    last_cursor: str | None = Field(description="For the rows after; null: there are no rows")
    total: int | None = Field(
        description="Orders found, exactly; null: nobody has counted them", examples=[1042]
    )
    estimate: int = Field(description="Orders found, about", examples=[1042])
    at_end: bool = Field(description="No row follows", examples=[False])
    feed_position: int = Field(description="What changes later has a higher one", examples=[17])


class OrderCountBody(BaseModel):
    """What a query finds, counted."""

    total: int = Field(description="Orders", examples=[1042])
    quantity_sum: int = Field(description="Pieces", examples=[3107])
    amount_sum: str = Field(description="Money in the desk's currency", examples=["48210.50"])


class OrderValuesRequest(BaseModel):
    """Which values of a field are wanted."""

    model_config = ConfigDict(extra="forbid")

    field: str = Field(max_length=63, description="Of texts or choices", examples=["city"])
    prefix: str = Field(default="", max_length=200, description="They begin so", examples=["vi"])
    query: OrderQueryBody = Field(
        default_factory=OrderQueryBody, description="Only of orders that it finds"
    )
    limit: int = Field(default=50, ge=1, le=MOST_VALUES, description="At most", examples=[50])


class OrderValueBody(BaseModel):
    """One value of a field."""

    value: str = Field(examples=["Vienna"])
    count: int = Field(description="Orders that have it", examples=[12])


class OrderValuesBody(BaseModel):
    """Values of a field in the order of their letters."""

    items: list[OrderValueBody]
    more: bool = Field(description="There are others", examples=[False])


class AroundRequest(OrderQueryBody):
    """Whose neighbours are wanted."""

    order_id: OrderId = Field(description="An order", examples=[1042])


class AroundBody(BaseModel):
    """The orders beside one in a query."""

    previous: int | None = Field(description="Its number; null: there is none", examples=[1043])
    next: int | None = Field(description="Its number; null: there is none", examples=[1041])


class RowsByIdRequest(BaseModel):
    """Which orders are wanted anew."""

    model_config = ConfigDict(extra="forbid")

    order_ids: list[OrderId] = Field(
        min_length=1, max_length=500, description="Their numbers", examples=[[1041, 1042]]
    )
    query: OrderQueryBody | None = Field(
        default=None, description="To say which of them it still finds"
    )


class NamedRowsBody(BaseModel):
    """Orders by number."""

    rows: list[OrderRowBody] = Field(description="In the order in which they were named")
    matching: list[int] = Field(description="Those that the query finds", examples=[[1042]])
    missing: list[int] = Field(description="Those that do not exist", examples=[[1041]])


class OrderFieldBody(BaseModel):
    """One column of the grid."""

    name: str = Field(examples=["total_amount"])
    label: str = Field(examples=["Total"])
    type: OrderFieldType = Field(examples=["money"])
    entity: Entity = Field(description="Whose row it changes", examples=["order"])
    editable: bool = Field(description="By hand")
    nullable: bool = Field(description="May be empty")
    personal: bool = Field(description="Hidden from whoever may not see personal data")
    sortable_fast: bool = Field(description="Sorting by it reads an index")
    values: list[str] = Field(description="Of a choice", examples=[["web", "app"]])
    most: int | None = Field(description="Longest text", examples=[64])


class StatusBody(BaseModel):
    """One status of orders."""

    status: str = Field(examples=["on_hold"])
    label: str = Field(examples=["On hold"])
    open: bool = Field(description="Something is still to be done")
    items_frozen: bool = Field(description="Its lines can no longer be changed")


class TransitionBody(BaseModel):
    """A step that the desk allows."""

    from_status: str = Field(examples=["pending"])
    to_status: str = Field(examples=["confirmed"])
    role: str = Field(description="The least role that may: operator or admin")
    reason_required: bool = Field(description="Who takes it says why")
    condition: Literal["paid", "held_from"] | None = Field(
        description="paid: it was paid; held_from: it was held in that status"
    )


class OrderDeskBody(BaseModel):
    """What a grid has to know before it shows anything."""

    currency: str = Field(examples=["USD"])
    time_zone: str = Field(description="In which days begin", examples=["America/New_York"])
    fields: list[OrderFieldBody]
    item_fields: list[OrderFieldBody]
    customer_fields: list[OrderFieldBody]
    statuses: list[StatusBody]
    transitions: list[TransitionBody]
    can_edit: bool = Field(description="You may change orders")
    sees_personal: bool = Field(description="You see personal values, and may filter by them")
    orders_estimate: int = Field(description="Orders, about", examples=[1042])
    today: date = Field(description="The day it is there")


class OrderCustomerBody(BaseModel):
    """An order's customer."""

    customer_id: str = Field(examples=["C0007"])
    name: str = Field(examples=["Ada Byron"])
    email: str | None = Field(examples=["ada@example.org"])
    phone: str | None
    address: str | None
    city: str | None = Field(examples=["Vienna"])
    state: str | None
    country: str | None = Field(examples=["AT"])
    tier: str | None = Field(examples=["gold"])
    row_version: int = Field(description="Grows with every change", examples=[1])


class OrderItemBody(BaseModel):
    """One line of an order."""

    line_no: int = Field(examples=[1])
    product_id: str = Field(examples=["SKU-001"])
    product_name: str = Field(examples=["Thing 1"])
    quantity: int = Field(examples=[2])
    unit_price: str = Field(description="When it was ordered", examples=["1.49"])
    subtotal: str = Field(examples=["2.98"])
    row_version: int = Field(description="Grows with every change", examples=[1])


class HistoryBody(BaseModel):
    """One step that an order took."""

    from_status: str | None = Field(description="null: it was made", examples=["pending"])
    to_status: str = Field(examples=["confirmed"])
    changed_at: datetime
    changed_by: str = Field(examples=["ada@example.org"])
    reason: str | None
    changeset_id: int | None = Field(description="With what else it was changed")


class NextStatusBody(BaseModel):
    """A status that may follow."""

    status: str = Field(examples=["cancelled"])
    reason_required: bool = Field(description="Who goes there says why")
    allowed: bool = Field(description="You may, and this order can")
    why: str | None = Field(description="Why not")


class OrderDetailBody(BaseModel):
    """One order with everything about it."""

    order: OrderRowBody
    customer: OrderCustomerBody | None
    items: list[OrderItemBody]
    history: list[HistoryBody] = Field(description="The oldest step first")
    next: list[NextStatusBody]


class ProductChoiceBody(BaseModel):
    """A product to choose."""

    product_id: str = Field(examples=["SKU-001"])
    name: str = Field(examples=["Thing 1"])
    category: str | None = Field(examples=["Books"])
    price: str | None = Field(description="What it costs today", examples=["1.49"])


class ProductChoicesBody(BaseModel):
    """Products to choose from, by number."""

    items: list[ProductChoiceBody]


class CustomerChoiceBody(BaseModel):
    """A customer to choose."""

    customer_id: str = Field(examples=["C0007"])
    name: str = Field(examples=["Ada Byron"])
    email: str | None = Field(examples=["ada@example.org"])
    city: str | None = Field(examples=["Vienna"])


class CustomerChoicesBody(BaseModel):
    """Customers to choose from, by number."""

    items: list[CustomerChoiceBody]
