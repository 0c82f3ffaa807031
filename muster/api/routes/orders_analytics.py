"""The order desk's analytics over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Response

from muster.api.deps import Exporter, Reader
from muster.api.schemas.orders_analytics import (
    AudienceBody,
    BuyersBody,
    ChoicesBody,
    DayBody,
    DayFigureBody,
    DaysBody,
    ExportRequest,
    HourBody,
    ProductsBody,
    ProductSumBody,
    StatusChoiceBody,
    StatusSumBody,
    SumsBody,
    TodayBody,
)
from muster.api.schemas.problem import ProblemDetails
from muster.base.orders import CHANNELS
from muster.services.orders.day_records import Narrowed, ProductFigure, Today
from muster.services.orders.day_rules import DayRule
from muster.services.orders.day_sheets import sheet
from muster.services.orders.day_windows import Compare
from muster.services.orders.days import days
from muster.services.orders.today import today

router = APIRouter(
    prefix="/api/analytics",
    tags=["analytics"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)


def _narrowed(
    channel: Annotated[
        str | None, Query(max_length=40, description="Only orders of it", examples=["web"])
    ] = None,
    status: Annotated[
        str | None, Query(max_length=40, description="Only orders in it", examples=["shipped"])
    ] = None,
) -> Narrowed:
    return Narrowed(channel or None, status or None)


NarrowedDep = Annotated[Narrowed, Depends(_narrowed)]


@router.get("/today")
def get_today(
    context: Reader,
    narrowed: NarrowedDep,
    day: Annotated[
        date | None,
        Query(description="A local day; else the present one", examples=["2026-11-22"]),
    ] = None,
    compare: Annotated[Compare, Query(description="The day beside it")] = Compare.WEEKDAY,
) -> TodayBody:
    """Show what one day comes to, beside an earlier one, with the rows behind every number."""
    found = today(context, day=day, compare=compare, narrowed=narrowed)
    return TodayBody(
        day=found.day,
        is_today=found.is_today,
        time_zone=found.time_zone,
        currency=found.currency,
        as_of=found.as_of,
        feed_position=found.feed_position,
        previous_day=found.previous_day,
        previous_label=found.previous_label,
        latest_day=found.latest_day,
        figures=_figures(found),
        hourly=_hours(found),
        statuses=[
            StatusSumBody(
                status=one.status,
                label=one.label,
                orders=one.orders,
                amount=str(one.amount),
                query=dict(one.query),
                rule=_rule(one.rule),
            )
            for one in found.statuses
        ],
        products=ProductsBody(
            by_quantity=[_product(one) for one in found.by_quantity],
            by_revenue=[_product(one) for one in found.by_revenue],
        ),
        customers=_buyers(found),
        choices=ChoicesBody(
            channels=list(CHANNELS),
            statuses=[
                StatusChoiceBody(status=status, label=label)
                for status, label in found.labels.items()
            ],
        ),
    )


@router.get("/days")
def get_days(
    context: Reader,
    narrowed: NarrowedDep,
    first: Annotated[
        date | None,
        Query(alias="from", description="The first; else 29 days before", examples=["2026-11-01"]),
    ] = None,
    last: Annotated[
        date | None,
        Query(alias="to", description="The last; else the present day", examples=["2026-11-22"]),
    ] = None,
) -> DaysBody:
    """Show orders and revenue of each day of a range of at most 400."""
    found = days(context, first=first, last=last, narrowed=narrowed)
    return DaysBody(
        time_zone=found.time_zone,
        currency=found.currency,
        as_of=found.as_of,
        days=[
            DayBody(day=one.day, orders=one.orders, revenue=str(one.revenue), query=dict(one.query))
            for one in found.days
        ],
    )


@router.post(
    "/export",
    response_class=Response,
    responses={200: {"content": {"text/csv": {}}, "description": "The numbers as CSV"}},
)
def export_widget(context: Exporter, body: ExportRequest) -> Response:
    """Take a widget's numbers out as CSV, which no spreadsheet takes for formulas."""
    asked = body.params
    name, content = sheet(
        context,
        body.widget,
        day=asked.day,
        compare=asked.compare,
        narrowed=Narrowed(asked.channel or None, asked.status or None),
        first=asked.first,
        last=asked.last,
    )
    return Response(
        content,
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def _figures(found: Today) -> list[DayFigureBody]:
    return [
        DayFigureBody.model_validate(
            {
                "key": one.key,
                "label": one.label,
                "value": _text(one.value),
                "previous": _text(one.previous),
                "previous_label": one.previous_label,
                "unit": one.unit,
                "definition": one.definition,
                "query": one.query,
                "check": SumsBody(
                    rows=one.check.rows, amount=str(one.check.amount), pieces=one.check.pieces
                ),
                "rule": _rule(one.rule),
            }
        )
        for one in found.figures
    ]


def _hours(found: Today) -> list[HourBody]:
    return [
        HourBody(
            hour=one.hour,
            start=one.start,
            end=one.end,
            orders=one.orders,
            revenue=_text(one.revenue),
            previous_orders=one.previous_orders,
            previous_revenue=_text(one.previous_revenue),
            query=dict(one.query),
            revenue_query=dict(one.revenue_query),
        )
        for one in found.hourly
    ]


def _buyers(found: Today) -> list[BuyersBody]:
    return [
        BuyersBody.model_validate(
            {
                "key": one.key,
                "label": one.label,
                "definition": one.definition,
                "customers": one.customers,
                "orders": one.orders,
                "revenue": str(one.revenue),
                "query": one.query,
                "revenue_query": one.revenue_query,
                "rule": _rule(one.rule),
            }
        )
        for one in found.buyers
    ]


def _product(one: ProductFigure) -> ProductSumBody:
    return ProductSumBody(
        product_id=one.product_id,
        name=one.name,
        quantity=one.quantity,
        revenue=str(one.revenue),
        orders=one.orders,
        query=dict(one.query),
        rule=_rule(one.rule),
    )


def _rule(found: DayRule | None) -> AudienceBody | None:
    return None if found is None else AudienceBody(title=found.title, definition=found.definition)


def _text(value: Decimal | None) -> str | None:
    return None if value is None else str(value)
