"""The order desk while one looks on: a stream of what changes, and who is where."""

from __future__ import annotations

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request
from fastapi.concurrency import run_in_threadpool
from fastapi.responses import StreamingResponse

from muster.api.deps import Reader
from muster.api.order_stream import order_events, person_body
from muster.api.schemas.orders_live import PeopleEvent, PresenceInput
from muster.api.schemas.problem import ProblemDetails
from muster.services.orders import watching
from muster.services.orders.watching import OrderFeed
from muster.store.orders.presence import Person

router = APIRouter(
    prefix="/api/orders",
    tags=["orders"],
    responses={status: {"model": ProblemDetails} for status in (401, 403, 404, 422, 503)},
)
_CONFLICT: dict[int | str, dict[str, Any]] = {409: {"model": ProblemDetails}}
_STREAM: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "Server-sent events: `rows` (ids of what changed) and `presence`",
        "content": {"text/event-stream": {"schema": {"type": "string"}}},
    }
}


async def _feed(request: Request) -> OrderFeed:
    found: OrderFeed = request.app.state.order_feed
    return found


@router.get("/stream", response_class=StreamingResponse, responses=_STREAM)
async def stream_orders(
    context: Reader,
    feed: Annotated[OrderFeed, Depends(_feed)],
    client_id: Annotated[
        UUID | None, Query(description="The window that listens; `me` in presence")
    ] = None,
    last_event_id: Annotated[
        str | None,
        Header(alias="Last-Event-ID", max_length=4000, description="Resume after this event"),
    ] = None,
) -> StreamingResponse:
    """Stream which orders change and who is at which.

    The first event says where the stream begins: rows read after it miss nothing. A comment comes
    at least every 15 seconds. The stream ends after 15 minutes; a client then connects again, as
    browsers do by themselves, and misses nothing.
    """
    opening = await run_in_threadpool(watching.look, context, last_event_id)
    return StreamingResponse(
        order_events(context, feed, opening, client_id=client_id),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-cache, no-transform", "X-Accel-Buffering": "no"},
    )


@router.put("/presence", responses=_CONFLICT)
def put_presence(context: Reader, wanted: PresenceInput) -> PeopleEvent:
    """Say where you are; you are gone half a minute after you last did."""
    person = Person(context.actor, wanted.client_id, wanted.order_id, wanted.field)
    here = watching.tell_presence(context, person)
    return PeopleEvent(people=[person_body(one, wanted.client_id) for one in here])


@router.delete("/presence", status_code=204)
def delete_presence(
    context: Reader,
    client_id: Annotated[UUID, Query(description="The window that is closed")],
) -> None:
    """Say that you have left."""
    watching.leave(context, Person(context.actor, client_id, None, None))
