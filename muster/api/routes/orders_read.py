"""Orders over HTTP as the grid reads them: windows, counts, values, neighbours, one order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Response

from muster.api.answers import answer
from muster.api.deps import Reader
from muster.api.schemas.orders_read import (
    LARGEST_ID,
    AroundBody,
    AroundRequest,
    CustomerChoiceBody,
    CustomerChoicesBody,
    HistoryBody,
    NamedRowsBody,
    NextStatusBody,
    OrderCountBody,
    OrderCustomerBody,
    OrderDeskBody,
    OrderDetailBody,
    OrderFieldBody,
    OrderItemBody,
    OrderQueryBody,
    OrderValueBody,
    OrderValuesBody,
    OrderValuesRequest,
    OrderWindowBody,
    ProductChoiceBody,
    ProductChoicesBody,
    RowsByIdRequest,
    StatusBody,
    TransitionBody,
    WindowRequest,
    row_body,
)
from muster.api.schemas.problem import ProblemDetails
from muster.base.orders import CUSTOMER_FIELDS, FIELDS, ITEM_FIELDS, OrderField
from muster.services.orders.looking_up import (
    MOST_CHOICES,
    desk_facts,
    field_values,
    find_customers,
    find_products,
    read_detail,
)
from muster.services.orders.reading import (
    Wanted,
    count_orders,
    neighbours,
    read_rows,
    read_window,
)

_FAILURES: dict[int | str, dict[str, Any]] = {
    status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)
}
router = APIRouter(prefix="/api/orders", tags=["orders"], responses=_FAILURES)
one_order = APIRouter(prefix="/api/orders", tags=["orders"], responses=_FAILURES)
"""To be included after all other paths of orders: a number stands where their names do."""

OrderIdPath = Annotated[int, Path(ge=1, le=LARGEST_ID, description="Number of the order")]
Search = Annotated[str, Query(max_length=200, description="Begins the number, or is in the name")]
Limit = Annotated[int, Query(ge=1, le=MOST_CHOICES, description="At most")]


@router.get("/desk")
def get_desk(context: Reader) -> OrderDeskBody:
    """Say what the order desk is: its fields, its statuses, what you may do."""
    found = desk_facts(context)
    return OrderDeskBody(
        currency=found.desk.currency,
        time_zone=found.desk.time_zone,
        fields=_fields(FIELDS.values()),
        item_fields=_fields(ITEM_FIELDS.values()),
        customer_fields=_fields(CUSTOMER_FIELDS.values()),
        statuses=[StatusBody(**asdict(one)) for one in found.statuses],
        transitions=[TransitionBody(**asdict(one)) for one in found.transitions],
        can_edit=found.can_edit,
        sees_personal=found.sees_personal,
        orders_estimate=found.orders_estimate,
        today=found.today,
    )


@router.post("/rows", response_model=OrderWindowBody)
def post_rows(context: Reader, body: WindowRequest) -> Response:
    """Read a window of the orders that a query finds."""
    wanted = Wanted(body.start, body.limit, body.after, body.before, body.from_end)
    found = read_window(context, body.query(), wanted)
    return answer(
        OrderWindowBody(
            start=found.start,
            rows=[row_body(row) for row in found.rows],
            first_cursor=found.first_cursor,
            last_cursor=found.last_cursor,
            total=found.total,
            estimate=found.estimate,
            at_end=found.at_end,
            feed_position=found.feed_position,
        )
    )


@router.post("/count")
def post_count(context: Reader, body: OrderQueryBody) -> OrderCountBody:
    """Count exactly what a query finds."""
    found = count_orders(context, body.query())
    return OrderCountBody(
        total=found.total,
        quantity_sum=found.quantity_sum,
        amount_sum=format(found.amount_sum, ".2f"),
    )


@router.post("/values")
def post_values(context: Reader, body: OrderValuesRequest) -> OrderValuesBody:
    """List values that a field has among the orders that a query finds."""
    query = body.query.query(path="$.query")
    found, more = field_values(context, body.field, query, prefix=body.prefix, limit=body.limit)
    items = [OrderValueBody(value=value, count=count) for value, count in found]
    return OrderValuesBody(items=items, more=more)


@router.post("/around")
def post_around(context: Reader, body: AroundRequest) -> AroundBody:
    """Say which orders come before and after one in a query."""
    previous, following = neighbours(context, body.query(), body.order_id)
    return AroundBody(previous=previous, next=following)


@router.post("/rows-by-id", response_model=NamedRowsBody)
def post_rows_by_id(context: Reader, body: RowsByIdRequest) -> Response:
    """Read orders by number, and say which of them a query still finds."""
    query = None if body.query is None else body.query.query(path="$.query")
    found = read_rows(context, body.order_ids, query)
    return answer(
        NamedRowsBody(
            rows=[row_body(row) for row in found.rows],
            matching=list(found.matching),
            missing=list(found.missing),
        )
    )


@router.get("/products")
def get_products(context: Reader, search: Search = "", limit: Limit = 20) -> ProductChoicesBody:
    """List products to choose from."""
    found = find_products(context, search, limit=limit)
    return ProductChoicesBody(
        items=[
            ProductChoiceBody(
                product_id=one.product_id,
                name=one.name,
                category=one.category,
                price=None if one.price is None else format(one.price, "f"),
            )
            for one in found
        ]
    )


@router.get("/customers")
def get_customers(context: Reader, search: Search = "", limit: Limit = 20) -> CustomerChoicesBody:
    """List customers to choose from; by number alone if you may not see personal data."""
    found = find_customers(context, search, limit=limit)
    return CustomerChoicesBody(items=[CustomerChoiceBody(**asdict(one)) for one in found])


@one_order.get("/{order_id}")
def get_order(context: Reader, order_id: OrderIdPath) -> OrderDetailBody:
    """Show one order with its customer, lines, history and what may come next."""
    found = read_detail(context, order_id)
    customer = found.customer
    return OrderDetailBody(
        order=row_body(found.order),
        customer=None if customer is None else OrderCustomerBody(**asdict(customer)),
        items=[
            OrderItemBody(
                line_no=item.line_no,
                product_id=item.product_id,
                product_name=item.product_name,
                quantity=item.quantity,
                unit_price=format(item.unit_price, "f"),
                subtotal=format(item.subtotal, "f"),
                row_version=item.row_version,
            )
            for item in found.items
        ],
        history=[HistoryBody(**asdict(entry)) for entry in found.history],
        next=[NextStatusBody(**asdict(one)) for one in found.next],
    )


def _fields(fields: Iterable[OrderField]) -> list[OrderFieldBody]:
    return [
        OrderFieldBody(
            name=field.name,
            label=field.label,
            type=field.type,
            entity=field.entity,
            editable=field.editable,
            nullable=field.nullable,
            personal=field.personal,
            sortable_fast=field.indexed,
            values=list(field.values),
            most=field.most,
        )
        for field in fields
    ]
