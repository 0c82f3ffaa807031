"""What is asked of the order desk in the benchmark, and the same as others ask it.

The other way is the usual one: a page by OFFSET and the number of pages by count(*), both with each
page, on the same table with the same indexes. Its rows are fetched, not written as JSON.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, func, select

from muster.api.routes.orders_read import post_rows
from muster.api.schemas.orders_read import WindowRequest
from muster.base.orders import FIELDS, Desk
from muster.services.context import WorkspaceContext
from muster.services.orders import reading
from muster.services.orders.known import KnownQueries
from muster.services.orders.opening import open_desk
from muster.store.orders.order_rows import COLUMNS
from muster.store.orders.tables import orders, products
from muster.store.orders.where import condition, sort_expression

LIMIT = 100
_WORDS = ("anna", "lee", "maria", "jo", "smith", "gmail", "example", "1234", "77", "c00", "ni k")
Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Work:
    """One kind of question.

    Attributes:
        body: what is asked for a draw.
        offset: the row at which the other way begins, given the number of rows.
        cold: nothing is remembered of earlier questions.
    """

    name: str
    body: Callable[[random.Random], Body]
    offset: Callable[[Body, int], int] = lambda body, _total: int(body.get("start", 0))
    cold: bool = False


@dataclass(slots=True)
class Times:
    """Milliseconds of each call, ours and the other way's, and how often both agreed."""

    own: list[float] = field(default_factory=list)
    other: list[float] = field(default_factory=list)
    agreed: int = 0


@dataclass(frozen=True, slots=True)
class Sample:
    """What the desk holds, for questions that find something.

    ``since``: the day thirty days before its newest order.
    """

    total: int
    since: str
    products: tuple[str, ...]


def works(sample: Sample) -> Iterator[Work]:
    """Yield what is measured."""
    far = sample.total // 2
    yield Work("first rows", lambda _: {})
    for name in FIELDS:
        mark = "" if FIELDS[name].indexed else " (no index)"
        yield Work(f"sort by {name}{mark}", _sorted_by(name))
    yield Work("filter: status, last 30 days", lambda draw: _status(draw, sample.since))
    yield Work("filter: amount and channel", _amounts)
    yield Work("filter: holds a product", lambda draw: _product(draw, sample.products))
    yield Work("search, the beginnings of words", _search)
    yield Work(
        "jump to the end", lambda _: {"from_end": True}, lambda _, rows: max(0, rows - LIMIT)
    )
    yield Work(f"jump to row {far:,}, first time", lambda _: {"start": far}, cold=True)
    yield Work(
        f"jump to about row {far:,}, again",
        lambda draw: {"start": draw.randrange(far * 9 // 10, far * 11 // 10 + 1)},
    )
    by_name = [{"field": "customer_name", "dir": "asc"}]
    yield Work(
        f"jump to row {far:,} by customer_name, first time",
        lambda _: {"start": far, "sort": by_name},
        cold=True,
    )


def ask_own(context: WorkspaceContext, body: Body) -> bytes:
    """Answer as the API does, from the request's model to the JSON."""
    answer = post_rows(context, WindowRequest(**{"limit": LIMIT, **body}))
    return bytes(answer.body)


def ask_other(connection: Connection, desk: Desk, now: Any, body: Body, offset: int) -> list[int]:
    """Read a page by OFFSET and count all rows, as others do."""
    query = WindowRequest(**body).query()
    where = condition(query, desk.time_zone, now)
    ordering = [
        sort_expression(key.field).desc() if key.descending else sort_expression(key.field).asc()
        for key in query.order
    ]
    page = select(*COLUMNS).where(where).order_by(*ordering).limit(LIMIT).offset(offset)
    rows = connection.execute(page).all()
    connection.scalar(select(func.count()).select_from(orders).where(where))
    return [row.order_id for row in rows]


def forget() -> None:
    """Forget what earlier questions found out."""
    reading.KNOWN = KnownQueries()


def look(context: WorkspaceContext) -> Sample:
    """Return what the desk holds."""
    with open_desk(context) as (connection, _):
        total, newest = connection.execute(
            select(func.count(), func.max(orders.c.order_date)).select_from(orders)
        ).one()
        names = select(products.c.product_id).order_by(products.c.product_id)
        found = tuple(connection.scalars(names))
    return Sample(total, (newest - timedelta(days=30)).date().isoformat(), found)


def _sorted_by(name: str) -> Callable[[random.Random], Body]:
    def body(draw: random.Random) -> Body:
        return {"sort": [{"field": name, "dir": draw.choice(("asc", "desc"))}]}

    return body


def _all(*parts: Body) -> Body:
    return {"filter": {"all": list(parts)}}


def _is(name: str, op: str, value: Any) -> Body:
    return {"field": name, "op": op, "value": value}


def _status(draw: random.Random, since: str) -> Body:
    status = draw.choice(("pending", "shipped", "delivered", "on_hold", "cancelled"))
    return _all(_is("status", "=", status), _is("order_date", ">=", since))


def _amounts(draw: random.Random) -> Body:
    least = draw.randrange(20, 300)
    channel = draw.choice(("web", "app", "store", "phone"))
    return _all(
        _is("total_amount", "between", [str(least), str(least + 20)]), _is("channel", "=", channel)
    )


def _product(draw: random.Random, products: Sequence[str]) -> Body:
    return _all(_is("product_id", "=", draw.choice(products)))


def _search(draw: random.Random) -> Body:
    return {"search": draw.choice(_WORDS)}
